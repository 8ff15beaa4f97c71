"""How long steps are: a February has a tenth fewer days than a January, and about as many fewer incidents."""

from __future__ import annotations

import numpy as np

from .models import Panel

MONTH = 365.25 / 12


def relative_lengths(panel: Panel, further: int) -> np.ndarray:
    """Return the length of each step and of some further ones (steps + further,), 1 for a mean step.

    >>> relative_lengths(Panel(np.ones((1, 1)), np.array(["2023-02-01"], "M8[D]"), "month"), 1).round(2).tolist()
    [0.92, 1.02]
    """
    if panel.step != "month":
        return np.ones(panel.begin.size + further)
    first = panel.begin[0].astype("M8[M]")
    months = np.arange(first, first + panel.begin.size + further + 1).astype("M8[D]")
    return np.asarray(np.diff(months).astype(float) / MONTH)


def later_begins(panel: Panel, horizon: int) -> np.ndarray:
    """Return the first days of the steps after the last one (horizon,)."""
    ahead = np.arange(1, horizon + 1)
    if panel.step == "month":
        return np.asarray((panel.begin[-1].astype("M8[M]") + ahead).astype("M8[D]"))
    return np.asarray(panel.begin[-1] + ahead * (7 if panel.step == "week" else 1))


def end_of(panel: Panel, horizon: int) -> np.datetime64:
    """Return the day after the last step, or after some steps that follow it."""
    end: np.datetime64 = later_begins(panel, horizon + 1)[-1]
    return end
