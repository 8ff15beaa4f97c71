"""Privacy: which counts are withheld, and how far rows are coarsened."""

from __future__ import annotations

import numpy as np

from ...privacy.k_anonymity import DAY, Step, coarsened
from ...privacy.small_counts import withheld
from ..declared import Case

RULE = "Hundepool et al. 2012, chapter 4"


def _hidden(*counts: int) -> list[int]:
    """Return which counts of one group are withheld where fewer than 5 are small."""
    return withheld(np.array(counts), 5, np.zeros(len(counts), int), np.random.default_rng(0)).all.astype(int).tolist()


def _steps() -> list[int]:
    x = np.array([0.0, 0, 10, 20, 9000])
    return coarsened(x, x * 0, [], [], 2, (Step(0, DAY), Step(500, DAY))).step.tolist()


CASES = (
    Case(
        "0 9 3 12: beside the 3 another is withheld", "safe_export", [0, 1, 1, 0], 0, RULE, lambda: _hidden(0, 9, 3, 12)
    ),
    Case("0 5 9: nothing is small", "safe_export", [0, 0, 0], 0, RULE, lambda: _hidden(0, 5, 9)),
    Case(
        "of 5 rows 2 as they are, 2 coarsened, 1 left out", "safe_export", [0, 0, 1, 1, -1], 0, "Sweeney 2002", _steps
    ),
)
