"""From p to a state: alarm, watch, quiet, or no data; and the reason in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..significance import adjust

ALARM, WATCH, QUIET, NO_DATA = "alarm", "watch", "quiet", "no data"
# What was counted in the steps before has its part in the statistic.
SUMMED = ("cusum", "ears_c3")
# What would be written as 0.0.
HARDLY_ANY = 0.05
STATES = (ALARM, WATCH, QUIET, NO_DATA)


class Rows(NamedTuple):
    """Hold judged steps (rows,): area by its number, step by its number, and what was found."""

    area: np.ndarray
    step: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # a column, and no method of tuples
    expected: np.ndarray
    limit: np.ndarray
    statistic: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray
    state: np.ndarray

    def reason(self, row: int, areas: int, method: str) -> str:
        """Say why a row that could be judged, among so many areas, has its state."""
        expected, limit = float(self.expected[row]), float(self.limit[row])
        if not np.isfinite(expected):
            return f"{self.count[row]:,} reported; too few of late to be judged"
        said = f"{self.count[row]:,} reported, {_expected(expected)} expected"
        if limit == 0:
            return f"{said}; the steps before are beyond chance, whatever is added"
        where = ("by itself, " if areas > 1 else "") + ("after the steps before, " if method in SUMMED else "")
        among = f", but not among {areas:,} areas" if self.state[row] == WATCH and areas > 1 else ""
        return f"{said}; {where}{limit:,.0f} or more are beyond chance{among}"


def adjusted(p: np.ndarray, correction: str) -> np.ndarray:
    """Return p (areas, steps) adjusted for the number of areas that can be judged, step by step."""
    found = np.full(p.shape, np.nan)
    for step in range(p.shape[1]):
        known = np.isfinite(p[:, step])
        found[known, step] = adjust(p[known, step], correction)
    return found


def states(p: np.ndarray, p_adjusted: np.ndarray, share: float) -> np.ndarray:
    """Return the state of each area and step: alarms beyond the share of chance of all areas, watched beyond their own.

    >>> states(np.array([0.001, 0.004, 0.5, np.nan]), np.array([0.004, 0.012, 0.5, np.nan]), 0.01).tolist()
    ['alarm', 'watch', 'quiet', 'no data']
    """
    found = np.full(p.shape, QUIET, dtype=object)
    found[p <= share] = WATCH
    found[p_adjusted <= share] = ALARM
    found[np.isnan(p)] = NO_DATA
    return found


def _expected(value: float) -> str:
    return f"{value:,.1f}" if value >= HARDLY_ANY else "hardly any"
