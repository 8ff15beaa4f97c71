"""How many incidents of the last days or weeks there will be when all are reported: counts so far over the share reported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..incidents import as_incidents
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..summaries import counted
from . import period_guards
from .nowcast_rows import LEVEL, STEPS, Nowcast, nowcast_columns, nowcast_of
from .report_lags import DAY, Lags, known_lags, last_day
from .reporting_delays import ALL, begun, lags_by_group, reckoned
from .truncated_delays import Delays
from .unreported_counts import counts_by_lag, dispersion_of, expected_shares

LEAST_STEPS, NEARLY_ALL = 12, 0.95
# Where so many are expected there is none once in a thousand times, by Poisson.
LIKELY = 7.0


def nowcast(
    incidents: Any,
    *,
    by: Any = None,
    step: str = "week",
    last: int | None = None,
    level: float = LEVEL,
    as_of: Any = None,
    allow: str | Iterable[str] | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> Nowcast:
    """Estimate how many incidents the last days or weeks will have when all of them are reported, with an interval.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with the time of the incident (`occurred`) and the date of its
        report (`reported`). Those without a place count as well.
    by : column name or array (n,) whose values tell groups apart, each with delays of its own. Default: all together only.
    step : "week", seven days, or "day". The last one ends with the file: on the day of its latest report, or, where it was
        chosen up to an earlier day of the incidents, on that day.
    last : how many days or weeks to estimate. Default: back to the one of which 95 % are reported, at least 12.
    level : of the interval, in per cent. Default 90.
    as_of : the date (YYYY-MM-DD) to which the file is taken back: later reports are left out. Default: that of the latest
        report, taken for the end of the file.
    allow : "nibrs_switch" to estimate across the LAPD's change of its records system all the same, with a warning.
        Default: that is refused.
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
        If the incidents have no times or no dates of report, the file is shorter than one step, the incidents are of both
        sides of the LAPD's change of its records system or of the older one after it, or an option is none of those named.

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
    level, seed = checks.per_cent("level", level), checks.whole("seed", seed, minimum=0)
    everything = as_incidents(incidents)
    parameters = begun(everything)
    parameters.update(step=step, level=level, seed=seed)
    lags = known_lags(everything, as_of, parameters)
    period_guards.refuse_switch(reckoned(everything, lags), allow=allow, parameters=parameters)
    steps = _steps_of(lags, days, step, as_of is None, parameters)
    advance(progress, 0.1)
    groups = lags_by_group(everything, lags, by, parameters, within(progress, 0.1, 0.6))
    number = _steps_wanted(lags.delays(), steps, last, parameters)
    names = [ALL] if by is None else [name for name in groups if name != ALL]
    random, parts, scatter = np.random.default_rng(seed), [], {}
    for done, name in enumerate(names):
        advance(progress, 0.6 + 0.4 * done / len(names))
        delays, counts = groups[name].delays(), counts_by_lag(groups[name], days, steps.whole, steps.later)
        measured = dispersion_of(counts, delays, days, steps.later)
        scatter[name] = [round(float(value), 2) for value in measured[:number]]
        so_far = counts.sum(axis=1)[:number]
        parts.append(_estimated(name, so_far, delays, steps, np.array(scatter[name]), level, random))
    parameters["dispersion"] = scatter[ALL] if by is None else scatter
    advance(progress, 1.0)
    return nowcast_of(parts, parameters, days, everything.selection.get("category"))


class _Steps(NamedTuple):
    """Hold of how many days each step is, how many whole ones there are, and the last day, so many days before the end."""

    days: int
    whole: int
    last: np.datetime64
    later: int


def _steps_of(lags: Lags, days: int, step: str, may_end_earlier: bool, parameters: Parameters) -> _Steps:
    """Return the days or weeks of a file: up to its end, or up to the last day for which incidents were chosen."""
    later, expected = _days_without(lags)
    if expected <= LIKELY:
        later = 0
    elif may_end_earlier:
        reason = (
            f"no incident is of the {counted(later, 'day')} from then to the latest report, of which about {expected:,.0f} would "
            "be in the file: it was chosen up to incidents of that day"
        )
        parameters.choose("last_day", str(last_day(lags)), reason)
    else:
        _doubt(lags, later, expected, parameters)
        later = 0
    held = int(lags.possible.max()) + 1 - later
    if held < days:
        raise ValueError(f"The file holds {counted(held, 'day')}, less than one {step}; take step='day'.")
    return _Steps(days, held // days, lags.end - later * DAY, later)


def _days_without(lags: Lags) -> tuple[int, float]:
    """Return of how many last days there is no incident, and how many would be reported by now if they were like the others."""
    days = int(lags.possible.min())
    share = lags.delays().share
    known = share[:days].sum() + max(days - share.size, 0)
    return days, float(lags.days.size / (int(lags.possible.max()) - days + 1) * known)


def _doubt(lags: Lags, days: int, expected: float, parameters: Parameters) -> None:
    """Doubt an end that was asked for where the file seems to have been chosen up to an earlier day."""
    last = last_day(lags)
    parameters.warn(
        f"No incident is of the last {counted(days, 'day')} before {lags.end}, of which about {expected:,.0f} would be reported "
        f"by now: if the file was chosen up to incidents of {last}, what is estimated of later days means nothing; take it back "
        f"to that day (as_of {last})."
    )


def _steps_wanted(delays: Delays, steps: _Steps, last: int | None, parameters: Parameters) -> int:
    """Return how many days or weeks to estimate."""
    if last is not None:
        return min(checks.whole("last", last), steps.whole)
    shares = expected_shares(delays.share, steps.later + np.arange(steps.whole) * steps.days, steps.days)
    found = max(int((shares < NEARLY_ALL).sum()), LEAST_STEPS)
    reason = f"back to the one of which {100 * NEARLY_ALL:.0f} % are reported, at least {LEAST_STEPS}, as far as the file goes"
    chosen: int = parameters.choose("last", min(found, steps.whole), reason)
    return chosen


def _estimated(
    name: str,
    so_far: np.ndarray,
    delays: Delays,
    steps: _Steps,
    dispersion: np.ndarray,
    level: float,
    random: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return the rows of one group, the earliest step first."""
    before = np.arange(so_far.size)[::-1]
    begins = steps.last - before * steps.days * DAY - (steps.days - 1) * DAY
    later = steps.later + before * steps.days
    # Of longer lags than were measured it is as of the longest.
    scatter = dispersion[np.minimum(later // steps.days, dispersion.size - 1)]
    return nowcast_columns(name, begins, so_far[::-1], delays, later, steps.days, scatter, level, random)
