"""A series of counts parted into trend, season and remainder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, within
from ..results import Curve
from ..summaries import counted
from . import panel_chart
from .count_series import CountSeries
from .given_series import Given, given
from .seasonal_loess import Parts, Spans, stl

PERIODS = {"day": (7, "a week of days"), "week": (52, "a year of weeks"), "month": (12, "a year of months")}
PARTS = ("trend", "seasonal", "remainder")
MOST_TOLD = 3
# Variance of what is rounding.
NOTHING = 1e-12


@dataclass(frozen=True, eq=False, repr=False)
class Decomposition(Curve):
    """Hold counts, their trend, season and remainder, group by group."""

    def svg(self) -> str:
        """Return counts, trend, season and remainder beneath each other as a whole SVG document."""
        return panel_chart.svg(self)


def decompose(
    incidents: Any,
    *,
    step: str | None = None,
    by: Any = None,
    period: int | None = None,
    seasonal: int | None = None,
    trend: int | None = None,
    robust: bool = False,
    progress: Progress = None,
) -> Decomposition:
    """Part a series of counts into trend, season and remainder (STL).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`); or a table of counts
        (Table, DataFrame or dict of columns) with `date` and `count`.
    step : "day", "week" or "month", by which incidents are counted, or to which a table of days is summed up. Where it is
        not given incidents are counted by days, and a table has the step of its dates.
    by : column name or array (n,) whose values tell groups apart; of a table the name of a column. Default: all together (of
        a table: its column `group`, `area` or `name`, where there is one).
    period : after how many steps the season comes again. Default: 7 of days, 52 of weeks, 12 of months.
    seasonal : over how many periods the season of a step is smoothed, an odd number of at least 7. Default: all of them, so that
        the season is the same in every period.
    trend : over how many steps the trend is smoothed, an odd number. Default: the source's, the first odd number above 1.5
        periods / (1 − 1.5 / seasonal).
    robust : let steps far from all others weigh less. Default: no; where most steps have none it would set the others aside.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Decomposition
        A row for each group and step: `group`, `date` (its first day), `count`, and the `trend`, `seasonal` and `remainder` that
        add up to it, and the `weight` of the step in the smooth, from 0 (set aside) to 1. As a curve it can be saved as a chart
        (.svg).

    Raises
    ------
    ValueError
        If the series is shorter than two periods, the incidents have no times or have weights, or an option is none of those
        named.

    Notes
    -----
    STL of Cleveland, Cleveland, McRae & Terpenning 1990 with lines as local fits: 5 inner turns; if robust, 2 in each of 15
    outer ones. `seasonal` None takes weighted means of each step of the period, as R's `stl(s.window = "periodic")`. Of the
    season the strength is told, 1 − Var(remainder) / Var(seasonal + remainder), at least 0 (Wang, Smith & Hyndman 2006), and of
    the trend alike; 0 is none. It describes; it does not test: what is chance in a season is told by `season`.

    Examples
    --------
    >>> counts = dict(date=np.datetime64("2023-01-02") + np.arange(70), count=np.tile([8, 12, 9, 11, 20, 22, 16], 10))
    >>> found = decompose(counts)
    >>> found["trend"][:2].round(3).tolist(), found["seasonal"][4:6].round(3).tolist()
    ([14.0, 14.0], [6.0, 8.0])
    """
    beginning = given(incidents, step, by, within(progress, 0.0, 0.3))
    series, parameters = beginning.series, beginning.parameters
    parameters["step"] = series.step
    spans = _spans(series, period, seasonal, trend, parameters)
    parameters["robust"] = bool(robust)
    order = np.argsort(-series.count.sum(axis=1), kind="stable")
    parts, strengths = [], {}
    for done, row in enumerate(order.tolist()):
        advance(progress, 0.3 + 0.7 * done / order.size)
        found = stl(series.count[row].astype(float), spans, bool(robust))
        parts.append(_rows(str(series.name[row]), series, series.count[row], found))
        strengths[str(series.name[row])] = _strengths(found)
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    _tell(parts[0], strengths, parameters)
    advance(progress, 1.0)
    return Decomposition(columns, parameters, label=_titled(beginning))


def _titled(beginning: Given) -> str:
    return beginning.titled(f"Trend and season by {beginning.series.step}")


def _spans(
    series: CountSeries, period: int | None, seasonal: int | None, trend: int | None, parameters: Parameters
) -> Spans:
    """Return the period and the spans of the smooths, and keep how they were chosen."""
    if period is None:
        usual, words = PERIODS[series.step]
        period = parameters.choose("period", usual, words)
    period = parameters["period"] = checks.whole("period", period, minimum=2)
    steps = series.begin.size
    if steps < 2 * period:
        raise ValueError(
            f"The series has {counted(steps, series.step)}, and a season of {period} needs at least {2 * period}; choose more "
            "incidents, a shorter step, or a shorter period."
        )
    seasonal = parameters["seasonal"] = None if seasonal is None else _odd("seasonal", seasonal, 7)
    if trend is None:
        number = _next_odd(1.5 * period / (1 - (0 if seasonal is None else 1.5 / seasonal)))
        trend = parameters.choose("trend", number, "the first odd number above 1.5 periods / (1 − 1.5 / seasonal)")
    trend = parameters["trend"] = _odd("trend", trend, 3)
    return Spans(period, seasonal, trend, _next_odd(period))


def _next_odd(number: float) -> int:
    whole = math.ceil(number)
    return whole + (whole % 2 == 0)


def _odd(name: str, value: Any, least: int) -> int:
    number = checks.whole(name, value, minimum=least)
    if number % 2 == 0:
        raise ValueError(f"{name} must be an odd number, got {number}; take {number + 1}.")
    return number


def _rows(name: str, series: CountSeries, count: np.ndarray, found: Parts) -> dict[str, np.ndarray]:
    columns = {"group": np.full(count.size, name, dtype=object), "date": series.begin.astype("M8[s]"), "count": count}
    return {**columns, **{part: getattr(found, part) for part in (*PARTS, "weight")}}


def _strengths(found: Parts) -> tuple[float, float]:
    """Return how strong the season and the trend are beside the remainder, from 0 to 1; 0 where nothing varies."""
    strengths = []
    for part in (found.seasonal, found.trend):
        whole = float(np.var(part + found.remainder))
        strengths.append(max(0.0, 1 - float(np.var(found.remainder)) / whole) if whole > NOTHING else 0.0)
    return strengths[0], strengths[1]


def _tell(first: dict[str, np.ndarray], strengths: dict[str, tuple[float, float]], parameters: Parameters) -> None:
    """Keep the strengths, and say of the first group how far the trend goes and which steps stand out."""
    parameters["seasonal_strength"] = {name: round(pair[0], 3) for name, pair in strengths.items()}
    parameters["trend_strength"] = {name: round(pair[1], 3) for name, pair in strengths.items()}
    name = str(first["group"][0])
    season, trend = (in_words(value) for value in strengths[name])
    most = np.argsort(-np.abs(first["remainder"]), kind="stable")[:MOST_TOLD]
    standing_out = ", ".join(
        f"{str(first['date'][row])[:10]} ({first['remainder'][row]:+.0f})" for row in np.sort(most)
    )
    parameters.tell(
        f"trend from {in_words(first['trend'][0])} to {in_words(first['trend'][-1])} incidents per {parameters['step']}"
        f"{'' if name == 'all' else f' of {name}'}; strength of the season {season}, of the trend {trend} (1: nothing else); "
        f"farthest from both: {standing_out}"
    )
