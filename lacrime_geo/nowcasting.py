"""How many incidents of the last days or weeks there will be when all are reported: counts so far over the share reported."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks, selection
from .chart_axes import COUNT
from .chart_axes import DAY as DAYS_KIND
from .charts import Chart
from .incidents import as_incidents
from .parameters import Parameters, in_words
from .progress import Progress, advance, within
from .report_lags import DAY, Lags, known_lags
from .reporting_delays import ALL, ReportingDelay, begun, lags_by_group, titled
from .results import Curve
from .summaries import counted
from .truncated_delays import Delays
from .unreported_counts import counts_by_lag, dispersion_of, expected_shares, still_to_come

STEPS = {"day": 1, "week": 7}
DRAWS = 1000
LEVEL = 0.9
LEAST_STEPS, NEARLY_ALL = 12, 0.95
# Where so many are expected there is none once in a thousand times, by Poisson.
LIKELY = 7.0


class Nowcast(Curve):
    """Hold counts of days or weeks as reported so far and as expected in the end, with an interval."""

    chart = Chart(
        *("date", "nowcast", "First day of each", "Incidents"),
        x_kind=DAYS_KIND,
        y_kind=COUNT,
        series="group",
        series_words="{}, in the end",
        band=("low", "high"),
        beside=("reported", "{}, reported so far"),
    )


def nowcast(
    incidents: Any,
    *,
    by: Any = None,
    step: str = "week",
    last: int | None = None,
    level: float = LEVEL,
    as_of: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> Nowcast:
    """Estimate how many incidents the last days or weeks will have when all of them are reported, with an interval.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with the time of the incident (`occurred`) and the date of its
        report (`reported`). Those without a place count as well.
    by : column name or array (n,) whose values tell groups apart, each with delays of its own. Default: all together only.
    step : "week", seven days of which the last week ends with the file, or "day".
    last : how many days or weeks to estimate. Default: back to the one of which 95 % are reported, at least 12.
    level : confidence of the interval. Default 0.9.
    as_of : the date (YYYY-MM-DD) to which the file is taken back: later reports are left out. Default: that of the latest
        report, taken for the end of the file.
    seed : of the random numbers of the interval.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Nowcast
        A row for each group and day or week, the earliest first: `group`, `date` (its first day), `reported` so far, the
        `share` expected to be reported by now, the `nowcast`, and its interval (`low`, `high`). As a curve it can be saved as
        a chart (.svg).

    Raises
    ------
    ValueError
        If the incidents have no times or no dates of report, the file is shorter than one step, or an option is none of those
        named.

    Notes
    -----
    The nowcast is y / p, of y incidents reported so far where the share p is expected to be: the mean over the step's days of
    the distribution of `reporting_delay`. If incidents come as a Poisson process of unknown rate, those still to come are
    negative binomial with y + ½ and p (Lawless 1994, with the prior of Jeffreys). Counts of crime scatter more: the variance
    is multiplied by the dispersion, which is measured on the file's own past: by what has come to weeks (or days) since they
    were as old as the last ones are now (`dispersion` in the parameters, from the last one back, each at least 1; where fewer
    than 8 are whole by now, 1). The delays are uncertain too: each of 1,000 draws has
    a distribution of its own, with every hazard drawn from its beta distribution. What is still unknown is whether delays
    change: a switch of the records system or a strike of clerks makes the nowcast wrong.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> day = np.datetime64("2023-01-02") + np.repeat(np.arange(140), 6)
    >>> reported = day + 7 * (np.arange(840) % 2)
    >>> here = reported <= np.datetime64("2023-05-21")
    >>> points = Incidents(np.zeros(here.sum()), np.zeros(here.sum()), when=day[here], reported=reported[here], crs="EPSG:32611")
    >>> found = nowcast(points)
    >>> found["reported"][-2:].tolist(), found["nowcast"][-2:].tolist()
    ([42, 21], [42.0, 42.0])
    """
    days = STEPS[checks.option("step", step, tuple(STEPS))]
    level, seed = checks.share("level", level), checks.whole("seed", seed, minimum=0)
    everything = as_incidents(incidents)
    parameters = begun(everything)
    parameters.update(step=step, level=level, seed=seed)
    lags = known_lags(everything, as_of, parameters)
    whole = (int(lags.possible.max()) + 1) // days
    if not whole:
        raise ValueError(f"The file holds {int(lags.possible.max()) + 1} days, less than one {step}; take step='day'.")
    _warn_of_days_without(lags, parameters)
    advance(progress, 0.1)
    groups = lags_by_group(everything, lags, by, parameters, within(progress, 0.1, 0.6))
    number = _steps_wanted(lags.delays(), days, whole, last, parameters)
    names = [ALL] if by is None else [name for name in groups if name != ALL]
    random, parts, scatter = np.random.default_rng(seed), [], {}
    for done, name in enumerate(names):
        advance(progress, 0.6 + 0.4 * done / len(names))
        delays, counts = groups[name].delays(), counts_by_lag(groups[name], days, whole)
        measured = dispersion_of(counts, delays, days)
        scatter[name] = [round(float(value), 2) for value in measured[:number]]
        so_far = counts.sum(axis=1)[:number]
        parts.append(_estimated(name, so_far, delays, days, lags.end, np.array(scatter[name]), level, random))
    parameters["dispersion"] = scatter[ALL] if by is None else scatter
    advance(progress, 1.0)
    return _made(parts, parameters, titled(f"Nowcast by {step}", everything, lags))


def nowcast_counts(
    counts: Any,
    *,
    delay: ReportingDelay,
    as_of: Any,
    step: str = "week",
    group: str = ALL,
    dispersion: Any = 1.0,
    level: float = LEVEL,
    seed: int = 0,
) -> Nowcast:
    """Estimate how many incidents counts of days or weeks will be when all are reported, by delays measured elsewhere.

    Parameters
    ----------
    counts : a table (Table, DataFrame or dict of columns) with `date`, the first day of each day or week, and `count`, those
        reported so far.
    delay : the result of `reporting_delay` on incidents whose reports take as long.
    as_of : the date (YYYY-MM-DD) of the last report that the counts hold.
    step : "week" or "day": what a count is of.
    group : the group of `delay` whose reports take as long. Default all.
    dispersion : how many times the variance of Poisson counts is to be expected: a number, or one for each number of whole
        steps from the end of a count to `as_of`, as `nowcast` measures it. Default 1.
    level, seed : as of `nowcast`.

    Returns
    -------
    Nowcast
        As of `nowcast`.

    Raises
    ------
    ValueError
        If a day or week ends after `as_of` or begins within another, a count is negative or none, there is no such group, or no
        count at all.

    Examples
    --------
    >>> from lacrime_geo import Incidents, reporting_delay
    >>> day = np.datetime64("2023-01-02") + np.repeat(np.arange(140), 6)
    >>> points = Incidents(np.zeros(840), np.zeros(840), when=day, reported=day + np.arange(840) % 2, crs="EPSG:32611")
    >>> counts = dict(date=["2023-05-20", "2023-05-21"], count=[12, 5])
    >>> nowcast_counts(counts, delay=reporting_delay(points), as_of="2023-05-21", step="day")["nowcast"].tolist()
    [12.0, 10.0]
    """
    days = STEPS[checks.option("step", step, tuple(STEPS))]
    level, seed = checks.share("level", level), checks.whole("seed", seed, minimum=0)
    scatter = np.array(
        [checks.positive("dispersion", one, "times the variance") for one in np.atleast_1d(dispersion).tolist()]
    )
    if not isinstance(delay, ReportingDelay):
        raise TypeError(f"delay must be the result of reporting_delay, not a {type(delay).__name__}.")
    checks.option("group", group, tuple(delay.delays))
    end = selection.moment("as_of", as_of).astype("M8[D]")
    begins, reported = _given(counts, days, end)
    later = ((end - begins) / DAY).astype(np.int64) - (days - 1)
    parameters = Parameters(step=step, level=level, seed=seed, as_of=str(end), group=group, dispersion=scatter.tolist())
    random = np.random.default_rng(seed)
    columns = _columns(group, begins, reported, delay.delays[group], later, days, scatter, level, random)
    return _made([columns], parameters, f"Nowcast by {step}")


def _warn_of_days_without(lags: Lags, parameters: Parameters) -> None:
    """Doubt the end where no incident is of the last days though some would be known: a file of chosen days of occurrence."""
    days = int(lags.possible.min())
    share = lags.delays().share
    known = share[:days].sum() + max(days - share.size, 0)
    expected = lags.days.size / (int(lags.possible.max()) - days + 1) * known
    if expected > LIKELY:
        last = lags.end - days * DAY
        parameters.warn(
            f"No incident is of the last {counted(days, 'day')} before {lags.end}, of which about {expected:,.0f} would be "
            f"reported by now: if the file was chosen up to incidents of {last}, what is estimated of later days means nothing; "
            f"take it back to that day (as_of {last})."
        )


def _given(counts: Any, days: int, end: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """Return the first days and the counts of a table, in the order of time."""
    columns = getattr(counts, "columns", counts)
    table = columns if isinstance(columns, dict) else counts
    texts = [str(value) for value in np.asarray(checks.column(table, "date"))]
    begins = np.array([selection.moment("date", text) for text in texts], dtype="M8[D]")
    reported = checks.numbers("count", checks.column(table, "count"), begins.size)
    bad = np.flatnonzero((reported < 0) | (reported % 1 != 0) | (begins + (days - 1) * DAY > end))
    if bad.size:
        raise ValueError(
            f"{bad.size:,} of {begins.size:,} rows are no count of days that are over by {end}, first row {bad[0]} "
            f"({texts[bad[0]]}, {reported[bad[0]]:g}); leave them out."
        )
    if not begins.size:
        raise ValueError("The counts have no rows; give at least one day or week.")
    order = np.argsort(begins, kind="stable")
    close = np.flatnonzero(np.diff(begins[order]) < days * DAY)
    if close.size:
        first, second = (begins[order][close[0] + at] for at in (0, 1))
        raise ValueError(
            f"{close.size:,} of {begins.size:,} counts begin before the one before them is over, first those of {first} and "
            f"{second} ({counted(days, 'day')} each); give one count for each day or week, and groups one by one."
        )
    return begins[order], reported[order].astype(np.int64)


def _steps_wanted(delays: Delays, days: int, whole: int, last: int | None, parameters: Parameters) -> int:
    """Return how many days or weeks to estimate."""
    if last is not None:
        return min(checks.whole("last", last), whole)
    later = np.arange(whole) * days
    shares = expected_shares(delays.share, later, days)
    found = max(int((shares < NEARLY_ALL).sum()), LEAST_STEPS)
    reason = f"back to the one of which {100 * NEARLY_ALL:.0f} % are reported, at least {LEAST_STEPS}, as far as the file goes"
    chosen: int = parameters.choose("last", min(found, whole), reason)
    return chosen


def _estimated(
    name: str,
    so_far: np.ndarray,
    delays: Delays,
    days: int,
    end: np.datetime64,
    dispersion: np.ndarray,
    level: float,
    random: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return the rows of one group, the earliest step first."""
    later = np.arange(so_far.size)[::-1] * days
    begins = end - later * DAY - (days - 1) * DAY
    return _columns(name, begins, so_far[::-1], delays, later, days, dispersion, level, random)


def _columns(
    name: str,
    begins: np.ndarray,
    reported: np.ndarray,
    delays: Delays,
    later: np.ndarray,
    days: int,
    dispersion: np.ndarray,
    level: float,
    random: np.random.Generator,
) -> dict[str, np.ndarray]:
    share = expected_shares(delays.share, later, days)
    drawn = expected_shares(delays.drawn(random, DRAWS), later, days)
    # Of longer lags than were measured it is as of the longest.
    scatter = dispersion[np.minimum(later // days, dispersion.size - 1)]
    come = still_to_come(reported, drawn, scatter, random)
    low, high = np.quantile(reported + come, [(1 - level) / 2, (1 + level) / 2], axis=0)
    known = share > 0
    estimate = reported / np.where(known, share, np.nan)
    return {
        "group": np.full(reported.size, name, dtype=object),
        "date": begins.astype("M8[s]"),
        "reported": reported,
        "share": share,
        "nowcast": estimate,
        "low": np.where(known, np.minimum(low, estimate), np.nan),
        "high": np.where(known, np.maximum(high, estimate), np.nan),
    }


def _made(parts: list[dict[str, np.ndarray]], parameters: Parameters, label: str) -> Nowcast:
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    unknown = int(np.isnan(columns["nowcast"]).sum())
    parameters.note(
        "unknown", unknown, f"{unknown:,} counts have no nowcast: none so late is known to have been reported"
    )
    last = {name: column[len(parts[0]["date"]) - 1] for name, column in columns.items()}
    if not np.isnan(last["nowcast"]):
        group = "" if last["group"] == ALL else f" of {last['group']}"
        interval = f"{100 * parameters['level']:g} % interval {in_words(last['low'])} to {in_words(last['high'])}"
        parameters.tell(
            f"of the last {parameters['step']}, from {str(last['date'])[:10]}, {int(last['reported']):,} incidents{group} are "
            f"reported, of {in_words(last['nowcast'])} expected in the end ({interval})"
        )
    return Nowcast(columns, parameters, label=label)
