"""When the level of a series of counts changed: by the best segments, or by Pettitt's test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..dates import weekday_of
from ..parameters import Parameters, in_words, p_in_words
from ..progress import Progress, advance, within
from ..results import Curve, Table
from ..summaries import counted
from . import level_chart
from .count_series import CountSeries
from .given_series import ALL, Given, given
from .rank_change import inflation, p_of, pettitt
from .segmentation import Segments, dispersion, pelt

METHODS = ("pelt", "pettitt")
# The fewest steps of a level, and of neighbouring blocks by which the scatter is measured.
SHORTEST = {"day": 7, "week": 4, "month": 3}
WEEKS_FOR_WEEKDAYS = 4
TRIMMED = 0.1
PENALTY = 3.0
LEVEL = 95
SURE = 0.05
MOST_TOLD = 3


@dataclass(frozen=True, eq=False, repr=False)
class LevelCurve(Curve):
    """Hold the counts of each step and the level they are of, group by group."""

    def svg(self) -> str:
        """Return the counts and the levels as a whole SVG document."""
        return level_chart.svg(self)


@dataclass(frozen=True, eq=False, repr=False)
class ChangePoints(Table):
    """Hold the changes of level, one a row, and the counts and levels of all steps (`levels`)."""

    steps: LevelCurve | None = None

    def levels(self) -> LevelCurve:
        """Return the counts of all steps and the level that each is of; to be saved as a chart (.svg)."""
        assert self.steps is not None
        return self.steps


class _Found(NamedTuple):
    """Hold where new levels begin, p of them, and the dispersion, of one series."""

    changes: list[int]
    p: float
    dispersion: float
    sure: bool


def change_points(
    incidents: Any,
    *,
    step: str | None = None,
    by: Any = None,
    method: str = "pelt",
    penalty: float | None = None,
    shortest: int | None = None,
    progress: Progress = None,
) -> ChangePoints:
    """Find when the level of a series of counts changed, and by how much.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`); or a table of counts
        (Table, DataFrame or dict of columns) with `date` and `count`.
    step : "day", "week" or "month", by which incidents are counted, or to which a table of days is summed up. Where it is
        not given incidents are counted by days, and a table has the step of its dates.
    by : column name or array (n,) whose values tell groups apart; of a table the name of a column. Default: all together (of
        a table: its column `group`, `area` or `name`, where there is one).
    method : "pelt", any number of changes, or "pettitt", the one that is most likely, with its p.
    penalty : of each change, by how much it must lower −2 log likelihood / dispersion (of "pelt"). Default: 3 log n of n steps.
    shortest : the fewest steps of a level (of "pelt"). Default: 7 days, 4 weeks, 3 months.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    ChangePoints
        A row for each change: `group`, `date` (the first day of the new level), the levels `before` and `after` (incidents per
        step, up to the changes before and after it), their `ratio` with its 95 % interval (`low`, `high`), the `gain` (by how
        much the change lowers −2 log likelihood / dispersion, to be held against the penalty), and `p` (of "pettitt"). No
        row where nothing changed. `.levels()` gives the counts and levels of all steps, as a chart too.

    Raises
    ------
    ValueError
        If the series is shorter than two levels, the incidents have no times or have weights, or an option is none of those
        named.

    Notes
    -----
    Counts of a level are Poisson times a dispersion φ. "pelt" finds the segments of the least −2 log L / φ + penalty · changes
    exactly (Killick, Fearnhead & Eckley 2012); 3 log n is the penalty of Zhang & Siegmund 2007. Three things would be taken for
    changes and are allowed for: **weekdays** (of days, from four weeks on) and lengths of months, as exposure; **scatter**
    beyond Poisson's and days that go together, in φ: the mean of squared differences of the sums of neighbouring blocks of some
    steps (n^(1/3), of days whole weeks), the largest tenth trimmed, at least 1. "pettitt" is of the ranks of counts per exposure
    (Pettitt 1979); its variance is multiplied by Newey & West's of the ranks. A season of the year and a slow drift are not
    allowed for: they are found as changes, up and down or as stairs. Intervals take the dates as given, though these were
    sought for: they are too narrow.

    Examples
    --------
    >>> days = np.datetime64("2023-01-02") + np.arange(140)
    >>> counts = dict(date=days, count=np.where(np.arange(140) < 70, 10, 16) + np.arange(140) % 3)
    >>> found = change_points(counts)
    >>> found["date"].astype("M8[D]").astype(str).tolist(), found["ratio"].round(2).tolist()
    (['2023-03-13'], [1.55])
    """
    checks.option("method", method, METHODS)
    beginning = given(incidents, step, by, within(progress, 0.0, 0.3))
    series, parameters = beginning.series, beginning.parameters
    parameters.update(step=series.step, method=method)
    shortest = _shortest(series, shortest, parameters)
    penalty = _penalty(series, penalty, method, parameters)
    order = np.argsort(-series.count.sum(axis=1), kind="stable").tolist()
    rows, curves, scatter = [], [], {}
    for done, row in enumerate(order):
        advance(progress, 0.3 + 0.7 * done / len(order))
        name, counts = str(series.name[row]), series.count[row].astype(float)
        exposure = _exposure(counts, series)
        found = (
            _pettitt(counts, exposure, series)
            if method == "pettitt"
            else _pelt(counts, exposure, series, penalty, shortest)
        )
        rows.append(_changes(name, counts, exposure, series, found))
        curves.append(_levels(name, counts, exposure, series, found))
        scatter[name] = round(found.dispersion, 2)
    parameters["dispersion"] = scatter[ALL] if list(scatter) == [ALL] else scatter
    columns, levels = (
        {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} for parts in (rows, curves)
    )
    _tell(columns, parameters)
    advance(progress, 1.0)
    return _made(columns, levels, parameters, beginning)


def _made(
    columns: dict[str, np.ndarray], levels: dict[str, np.ndarray], parameters: Parameters, beginning: Given
) -> ChangePoints:
    step = beginning.series.step
    steps = LevelCurve(levels, parameters, label=beginning.titled(f"Levels by {step}"))
    return ChangePoints(columns, parameters, label=beginning.titled(f"Changes of level by {step}"), steps=steps)


def _shortest(series: CountSeries, shortest: int | None, parameters: Parameters) -> int:
    if shortest is None:
        shortest = parameters.choose("shortest", SHORTEST[series.step], f"the fewest {series.step}s of a level")
    shortest = parameters["shortest"] = checks.whole("shortest", shortest)
    if series.begin.size < 2 * shortest:
        raise ValueError(
            f"The series has {counted(series.begin.size, series.step)}, and two levels of at least {shortest} need "
            f"{2 * shortest}; choose a longer period or a shorter step."
        )
    return shortest


def _penalty(series: CountSeries, penalty: float | None, method: str, parameters: Parameters) -> float:
    if penalty is not None:
        parameters["penalty"] = checks.positive("penalty", penalty, "of the likelihood")
        return float(penalty)
    usual = round(PENALTY * float(np.log(series.begin.size)), 2)
    if method == "pelt":
        parameters.choose("penalty", usual, f"{PENALTY:g} log n of {counted(series.begin.size, series.step)}")
    return usual


def _exposure(counts: np.ndarray, series: CountSeries) -> np.ndarray:
    """Return how much of a usual step each one is: by its days, and of days by its weekday, where there are enough."""
    exposure = series.lengths / series.lengths.mean()
    if series.step != "day" or counts.size < 7 * WEEKS_FOR_WEEKDAYS:
        return np.asarray(exposure)
    weekday = weekday_of(series.begin)
    mean = np.bincount(weekday, counts, minlength=7) / np.bincount(weekday, minlength=7)
    # Of few incidents a weekday without any is none that cannot have any.
    if (mean > 0).all():
        exposure = exposure * (mean / mean.mean())[weekday]
    return np.asarray(exposure)


def _block(series: CountSeries) -> int:
    """Return over how many steps neighbouring ones are summed up: n^(1/3), of days whole weeks."""
    number = series.begin.size ** (1 / 3)
    block = 7 * max(1, round(number / 7)) if series.step == "day" else max(2, round(number))
    return min(block, series.begin.size // 3)


def _pelt(counts: np.ndarray, exposure: np.ndarray, series: CountSeries, penalty: float, shortest: int) -> _Found:
    scatter = dispersion(counts, exposure, _block(series), TRIMMED)
    return _Found(pelt(Segments(counts, exposure), scatter * penalty, shortest), np.nan, scatter, True)


def _pettitt(counts: np.ndarray, exposure: np.ndarray, series: CountSeries) -> _Found:
    change, statistic = pettitt(counts / exposure)
    inflated = inflation(counts / exposure, change, _block(series))
    p = p_of(statistic, counts.size, inflated)
    return _Found([change], p, dispersion(counts, exposure, _block(series), TRIMMED), p <= SURE)


def _changes(
    name: str, counts: np.ndarray, exposure: np.ndarray, series: CountSeries, found: _Found
) -> dict[str, np.ndarray]:
    """Return a row for each change of one series."""
    ends = np.array([0, *found.changes, counts.size])
    total, time = (np.add.reduceat(values, ends[:-1]) for values in (counts, exposure))
    rate, number = total / time, len(found.changes)
    return {
        "group": np.full(number, name, dtype=object),
        "date": series.begin[ends[1:-1]].astype("M8[s]"),
        "before": rate[:-1],
        "after": rate[1:],
        **_ratios(rate, total, found.dispersion),
        "gain": _gain(Segments(counts, exposure), ends) / found.dispersion,
        "p": np.full(number, found.p),
    }


def _ratios(rate: np.ndarray, total: np.ndarray, dispersion: float) -> dict[str, np.ndarray]:
    """Return how many times the level before each level is (changes,), with the interval; NaN where there was nothing."""
    from scipy.special import ndtri

    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(rate[:-1] > 0, rate[1:] / rate[:-1], np.nan)
        wide = ndtri(0.5 + LEVEL / 200) * np.sqrt(dispersion * (1 / total[:-1] + 1 / total[1:]))
        low, high = (np.where(np.isfinite(wide), ratio * np.exp(sign * wide), np.nan) for sign in (-1, 1))
    return {"ratio": ratio, "low": low, "high": high}


def _gain(segments: Segments, ends: np.ndarray) -> np.ndarray:
    """Return by how much each change lowers the cost of both levels beside it (changes,)."""
    parted = [float(segments.cost(np.array([begin]), int(end))[0]) for begin, end in zip(ends, ends[1:])]
    whole = [float(segments.cost(np.array([begin]), int(end))[0]) for begin, end in zip(ends, ends[2:])]
    return np.array(whole) - parted[:-1] - parted[1:]


def _levels(
    name: str, counts: np.ndarray, exposure: np.ndarray, series: CountSeries, found: _Found
) -> dict[str, np.ndarray]:
    """Return the rows of the levels' curve of one series; a change that is not sure is none."""
    ends = np.array([0, *(found.changes if found.sure else []), counts.size])
    rate = np.add.reduceat(counts, ends[:-1]) / np.add.reduceat(exposure, ends[:-1])
    return {
        "group": np.full(counts.size, name, dtype=object),
        "date": series.begin.astype("M8[s]"),
        "count": counts.astype(np.int64),
        "level": np.repeat(rate, np.diff(ends)),
    }


def _tell(columns: dict[str, np.ndarray], parameters: Parameters) -> None:
    """Say when the level of the first group with a change went where, at most three of them."""
    step, groups = parameters["step"], columns["group"]
    if not groups.size:
        parameters.tell(f"no change of the level by {step} is more than chance")
        return
    rows = np.flatnonzero(groups == groups[0])
    largest = rows[np.argsort(-columns["gain"][rows], kind="stable")[:MOST_TOLD]]
    said = [_told(columns, row, step) for row in largest.tolist()]
    of = "" if groups[0] == ALL else f" of {groups[0]}"
    p = columns["p"][rows[0]]
    if np.isnan(p):
        parameters.tell(f"{counted(rows.size, 'change')} of the level{of}; of the largest gain: {'; '.join(said)}")
    else:
        parameters.tell(f"the most likely change of the level{of}: {said[0]}, {p_in_words(p)}")


def _told(columns: dict[str, np.ndarray], row: int, step: str) -> str:
    """Say of one change when it was, and from where to where."""
    before, after, ratio, low, high = (columns[name][row] for name in ("before", "after", "ratio", "low", "high"))
    times = f" (× {in_words(ratio)}, {in_words(low)} to {in_words(high)})" if np.isfinite(low) else ""
    return f"{str(columns['date'][row])[:10]} from {in_words(before)} to {in_words(after)} a {step}{times}"
