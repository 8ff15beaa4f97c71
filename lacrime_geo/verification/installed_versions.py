"""What the checks ran with: the versions that can change a number."""

from __future__ import annotations

import platform
import sys


def versions() -> dict[str, str]:
    """Return what is installed here, by name."""
    import numpy as np
    import scipy

    from .. import __version__

    return {
        "lacrime_geo": __version__,
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "blas": _blas(),
        "system": platform.platform(),
        "machine": platform.machine(),
    }


def _blas() -> str:
    """Return the library that numpy multiplies matrices by, where it tells."""
    import numpy as np

    try:
        found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    except (TypeError, KeyError):  # numpy before 1.25 prints it only
        return "not told by this numpy"
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()
