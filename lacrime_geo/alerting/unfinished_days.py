"""A last day that is not over: a file taken at midday holds far fewer reports of that day than its weekday usually has."""

from __future__ import annotations

import numpy as np

from ..dates import WEEKDAYS, weekday_of
from ..parameters import Parameters, in_words
from ..summaries import counted
from ..temporal.count_series import DAY
from .farrington import p_of_week
from .usual_counts import usual_before, weekdays_before

# So few reports are chance on one day of a thousand; of fewer days than four weeks nothing is usual.
FAR_FEWER, FEWEST_DAYS = 1e-3, 28


def warn_of_unfinished(reported: np.ndarray, frequency: np.ndarray | None, parameters: Parameters) -> None:
    """Warn where the last day of dates of report (n,), each so frequent, has far fewer than usual.

    What is usual is judged by Poisson or negative binomial counts.
    """
    known = ~np.isnat(reported)
    day = reported[known].astype("M8[D]")
    first, last = day.min(), day.max()
    begin = np.arange(first, last + DAY)
    times = None if frequency is None else frequency[known]
    total = np.bincount((day - first).astype(np.int64), times, minlength=begin.size).astype(float)
    usual = usual_before(total[np.newaxis], "day", FEWEST_DAYS)
    level, dispersion = usual.level[0, -1], usual.dispersion[0, -1]
    if not level > 0:
        return
    weekday = int(weekday_of(begin[-1:])[0])
    expected = level * weekdays_before(total, begin)[-1, weekday]
    more = p_of_week(total[-1:] + 1, np.array([expected]), np.array([dispersion]))
    if 1 - more[0] < FAR_FEWER:
        parameters.warn(
            f"{WEEKDAYS[weekday]}, {last}, has {counted(int(total[-1]), 'report')} where {in_words(expected)} are usual: if the "
            f"file was taken before that day was over, it is not whole, and rises in it are missed; take as_of {last - DAY}."
        )
