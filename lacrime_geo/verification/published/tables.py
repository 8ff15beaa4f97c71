"""Tables of counts that textbooks and papers reckon with."""

from __future__ import annotations

import numpy as np

# Staff of a firm by how much they smoke (Greenacre 1984, table 3.1).
SMOKING = np.array([[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]])
# Hair by eyes of 592 students (Snee 1974, American Statistician 28).
HAIR_AND_EYES = np.array([[68, 20, 15, 5], [119, 84, 54, 29], [26, 17, 14, 14], [7, 94, 10, 16]])
# Failures of seven kinds (Quesenberry & Hurst 1964, Technometrics 6).
QUESENBERRY = np.array([56, 72, 73, 59, 62, 87, 58])
