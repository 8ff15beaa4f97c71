"""Time: aoristic weights, the exact weekday test, STL, intervals of counts by hour, changes of level."""

from __future__ import annotations

import numpy as np

from ... import aoristic, change_points, weekday_test
from ...temporal.rank_change import pettitt
from ...temporal.seasonal_loess import Spans, stl
from ...temporal.weighted_intervals import weighted_interval
from ..declared import Case
from ..published.series import DISASTERS, NILE, air_passengers
from ..small_layers import points

SHIFT = "Ratcliffe 2000, a shift from 12 to 16 h"
# Trend, then season, of the first, the 72nd and the last month, seasonal span 7.
PLAIN = [122.63347623, 258.58247493, 495.5344856, -11.02216788, -28.04714628, -60.93521513]
ROBUST = [122.55173779, 258.62858895, 500.71081256, -11.14857739, -27.83214646, -68.68219113]
STATSMODELS = "statsmodels 0.15, STL(air passengers, 12)"


def _weight(start: str, end: str) -> float:
    when, until = (np.array([f"2023-10-02T{time}"], dtype="M8[s]") for time in (start, end))
    return float(aoristic(points([0], [0], when=when, until=until), hours="12-16")["weight"][0])


def _whole_week() -> float:
    """Return the weight of one hour of the week of a span of more than a week: 1/168."""
    when = np.array(["2023-10-02T03:00"], dtype="M8[s]")
    late = points([0], [0], when=when, until=when + np.timedelta64(200, "h"))
    return float(aoristic(late, hours="12-13", weekdays="monday")["weight"][0])


def _garwood(side: int) -> np.ndarray:
    count = np.array([0.0, 1, 5, 20])
    return weighted_interval(count, count, 1.0, 95)[side]


def _parts(robust: bool) -> np.ndarray:
    """Return trend and season of the first, the middle and the last month."""
    found = stl(air_passengers(), Spans(12, 7, 23, 13), robust)
    return np.r_[found.trend[[0, 71, 143]], found.seasonal[[0, 71, 143]]]


def _disasters(column: str) -> float:
    years = np.array([int(one) for one in DISASTERS])
    weeks = dict(date=np.datetime64("2022-01-03") + 7 * np.arange(years.size), count=years)
    return float(change_points(weeks)[column][0])


CASES = (
    Case("from 8 to 16 h", "aoristic", 0.5, 1e-12, SHIFT, lambda: _weight("08:00", "16:00")),
    Case("from 8 to 13 h", "aoristic", 0.2, 1e-12, SHIFT, lambda: _weight("08:00", "13:00")),
    Case("at 14:33 exactly", "aoristic", 1.0, 0.0, SHIFT, lambda: _weight("14:33", "14:33")),
    Case("from 14 to 17 h", "aoristic", 2 / 3, 1e-12, SHIFT, lambda: _weight("14:00", "17:00")),
    Case("one hour of a span of 200 hours: 1/168", "aoristic", 1 / 168, 1e-12, "Ratcliffe 2000", _whole_week),
    Case(
        "lower limits of 0, 1, 5, 20 in an hour",
        "clock",
        [0.0, 0.025, 1.623, 12.217],
        5e-4,
        "Garwood 1936",
        lambda: _garwood(0),
    ),
    Case(
        "upper limits of 0, 1, 5, 20 in an hour",
        "clock",
        [3.689, 5.572, 11.668, 30.888],
        5e-4,
        "Garwood 1936",
        lambda: _garwood(1),
    ),
    Case(
        "G of 3, of 2 and 1, of 1 1 1 events",
        "weekday_test",
        [11.68, 7.86, 5.08],
        5e-3,
        "Wheeler 2016",
        lambda: [weekday_test(counts + [0] * 4)["value"][0] for counts in ([3, 0, 0], [2, 1, 0], [1, 1, 1])],
    ),
    Case(
        "p of three events on one weekday: 7/343",
        "weekday_test",
        7 / 343,
        1e-12,
        "Wheeler 2016",
        lambda: weekday_test([0, 0, 3, 0, 0, 0, 0])["p"][0],
    ),
    Case("trend and season of air passengers", "decompose", PLAIN, 1e-6, STATSMODELS, lambda: _parts(False)),
    Case("the same, robust", "decompose", ROBUST, 1e-6, STATSMODELS, lambda: _parts(True)),
    Case(
        "the Nile fell after 1898, year 28 of 100",
        "change_points",
        28,
        0,
        "Pettitt 1979; Cobb 1978",
        lambda: pettitt(np.array(NILE, float))[0],
    ),
    Case(
        "mine disasters a year before about 1891",
        "change_points",
        3.1,
        0.05,
        "Carlin, Gelfand & Smith 1992",
        lambda: _disasters("before"),
    ),
    Case(
        "mine disasters a year after about 1891",
        "change_points",
        0.9,
        0.05,
        "Carlin, Gelfand & Smith 1992",
        lambda: _disasters("after"),
    ),
)
