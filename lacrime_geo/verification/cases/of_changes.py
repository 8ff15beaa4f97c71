"""Two counts: the E-test, the conditional test, and the rate of a change."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import change_map, e_test
from ...two_counts import conditional_p
from ..declared import Case
from ..small_layers import counted, rectangle

E = "Krishnamoorthy & Thomson 2004"


def _conditional() -> float:
    return float(conditional_p(np.array([6]), np.array([0]), 0.5)[0])


def _change(column: str) -> np.ndarray:
    """Return a column of three cells, 40 50 60 before and 80 50 0 after, among others with 5 each."""
    before, after = np.full((2, 6, 6), 5)
    before[2, :3], after[2, :3] = [40, 50, 60], [80, 50, 0]
    options: dict[str, Any] = dict(cell_size=500, boundary=rectangle(3000, 3000))
    found = change_map(counted(before, 500.0), after=counted(after, 500.0), **options)
    return found[column][np.argsort(found["count_before"])[-3:]]


CASES = (
    Case("p of 6 against 2", "e_test", 0.1749, 5e-5, E + "; Wheeler's R package ptools", lambda: e_test(6, 2)),
    Case("p of 0 against 0", "e_test", 1.0, 0.0, E, lambda: e_test(0, 0)),
    Case("one-sided p of 6 against 2", "e_test", 0.0874, 5e-5, E, lambda: e_test(6, 2, alternative="greater")),
    Case(
        "p of 60 in twice the time against 30",
        "e_test",
        1.0,
        1e-12,
        "equal rates",
        lambda: e_test(60, 30, exposure=(2, 1)),
    ),
    Case(
        "conditional p of 6 against 0: 2/2⁶", "change_map", 0.03125, 1e-12, "Przyborowski & Wilenski 1940", _conditional
    ),
    Case(
        "40 to 80, 50 to 50, 60 to 0, in per cent",
        "change_map",
        [100, 0, -100],
        1e-9,
        "by hand",
        lambda: _change("change_percent"),
    ),
)
