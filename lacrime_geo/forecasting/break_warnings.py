"""Warnings of counts that are halved or doubled against their past: of the records rather than of crime."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..data.quality.week_checks import Break, largest_break
from ..data.quality.weeks import Weeks
from ..parameters import Parameters
from .models import Panel

# Three months are held against the twelve before them: a year, so that seasons are in it.
COMPARED, PAST = 3, 12
ALL, MOST_TOLD = "all", 3


def warn_of_breaks(panel: Panel, parameters: Parameters) -> None:
    """Warn of series that are halved or doubled, of days and weeks by weeks, of months by months; keep all in `breaks`."""
    each = "month" if panel.step == "month" else "week"
    if panel.weight is not None:  # as counts, to which the tests are made
        panel = replace(panel, values=panel.values / panel.weight[:, None], weight=None)
    found, past = _monthly(panel) if each == "month" else _weekly(panel)
    if found:
        parameters["breaks"] = found
        told = [
            f"{one['area']} from {one[each]}: {one['now']:.0f} a {each} instead of {one['before']:.0f}"
            for one in found[:MOST_TOLD]
        ]
        parameters.warn(
            f"{each.capitalize()}ly counts are halved or doubled against the {past} before ({'; '.join(told)}): find out why "
            "before you forecast across it."
        )


def _names(panel: Panel) -> list[str]:
    keys = [np.asarray(key) for key in (panel.keys or {}).values()]
    return [" ".join(str(key[row]) for key in keys) or ALL for row in range(panel.size)]


def _weekly(panel: Panel) -> tuple[list[dict[str, Any]], str]:
    there = np.flatnonzero((panel.values > 0).any(axis=0))
    weeks = Weeks.of(panel.begin[there])
    counts = np.zeros((panel.size, weeks.size))
    known = weeks.of_row >= 0
    np.add.at(counts.T, weeks.of_row[known], panel.values[:, there[known]].T)
    breaks = [largest_break(row, panel.size) for row in counts]
    return _told(_names(panel), breaks, weeks.begin.astype(str), "week"), "52 weeks"


def _monthly(panel: Panel) -> tuple[list[dict[str, Any]], str]:
    """Return the largest break of each series and, of several, of all together, which tells where each has few incidents."""
    counts, names = panel.values, _names(panel)
    if panel.size > 1:
        counts, names = np.vstack([counts, counts.sum(axis=0)]), [*names, ALL]
    breaks = [largest_break(row, len(names), COMPARED, PAST, PAST) for row in counts]
    return _told(names, breaks, panel.begin.astype("M8[M]").astype(str), "month"), "12 months"


def _told(names: list[str], breaks: list[Break | None], begin: np.ndarray, each: str) -> list[dict[str, Any]]:
    """Return what is told of the breaks that there are, the largest first."""
    found: list[dict[str, Any]] = [
        {"area": name, each: str(begin[one.week]), "now": one.now, "before": one.before}
        for name, one in zip(names, breaks)
        if one is not None
    ]
    found.sort(key=lambda one: -abs(np.log((one["now"] + 1) / (one["before"] + 1))))
    return found
