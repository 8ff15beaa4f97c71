"""What a Knox test found, in words, and what makes it say less than it seems to."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import Parameters
from .bands import CALCULATOR
from .knox_counts import Counts
from .near_repeat_reach import SIGNIFICANT

LEAST_BANDS = 2
# A farthest band beyond these is no chance, nor a near repeat.
DRIFT_P, DRIFT_RATIO = 0.01, 1.1


def tell(columns: dict[str, np.ndarray], counts: Counts, labels: str, parameters: Parameters) -> None:
    """Say what stands out, and what makes the test say less than it seems to."""
    if labels == CALCULATOR:
        parameters.warn(
            "The bands are named as the Near Repeat Calculator does, one edge off: pairs as far apart as the end of a name are "
            "counted in the next band, so that its '8 to 14 days' are 7 to 13 days."
        )
    if (counts.in_time > 0).sum() < LEAST_BANDS or (counts.in_space > 0).sum() < LEAST_BANDS:
        parameters.warn(
            "All pairs are in one band of distance, or of time, so shuffling the dates changes nothing: p is 1 and says nothing."
        )
    drift = drift_in_words(columns)
    if drift:
        parameters.warn(
            f"{drift[0].upper()}{drift[1:]}; take a shorter period, and look whether the ratio falls with distance and time."
        )
    closed = _closed(columns)
    tested = int(closed.sum())
    if not tested:
        parameters["significant"] = 0
        parameters.tell("no pair of bands ends in both distance and time, so that none of them is near and soon")
        return
    above = np.flatnonzero(closed & (columns["p"] <= SIGNIFICANT) & (columns["observed"] > columns["expected"]))
    parameters["significant"] = int(above.size)
    parameters.tell(
        f"{above.size} of {tested} pairs of closed bands hold more pairs of incidents than expected (p ≤ {SIGNIFICANT:g})"
        f"{_most(columns, above)}; by chance alone about {SIGNIFICANT * tested:.1g} would"
    )


def _most(columns: dict[str, np.ndarray], above: np.ndarray) -> str:
    """Say which of some rows holds most pairs more than expected: a high ratio may be of two pairs."""
    if not above.size:
        return ""
    most = above[np.argmax((columns["observed"] - columns["expected"])[above])]
    at = {name: values[most] for name, values in columns.items()}
    return (
        f"; the largest excess is at {at['distance']} and {at['time']}: {at['observed']:,} pairs, {at['ratio']:.2f} times the "
        f"{at['expected']:,.1f} expected, p {at['p']:.3g}"
    )


def _closed(table: Any) -> np.ndarray:
    """Return which pairs of bands end in both distance and time: the others are what is left over."""
    return np.asarray(np.isfinite(table["distance_to"]) & np.isfinite(table["time_to"]))


def drift_in_words(table: Any) -> str:
    """Say that even the farthest and latest closed bands hold clearly more than expected, which is no repeat; else nothing."""
    closed = _closed(table)
    if not closed.any() or table["distance_from"][closed].max() == table["distance_from"][closed].min():
        return ""
    last = int(np.flatnonzero(closed)[-1])
    if table["p"][last] > DRIFT_P or table["ratio"][last] < DRIFT_RATIO:
        return ""
    return (
        f"even {table['distance'][last]} and {table['time'][last]} apart there are {table['ratio'][last]:.2f} times the expected "
        "pairs, so that where crime happens has changed over the period (a season, a new hot spot), and the test cannot tell "
        "that from near repeats"
    )
