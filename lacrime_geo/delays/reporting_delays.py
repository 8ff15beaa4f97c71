"""How long reports take: the share reported within so many days, those still to come allowed for; up to when a file is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import checks, selection
from ..agencies import SCHEMA_COLUMN
from ..chart_axes import SHARE
from ..charts import Chart
from ..frames import CATEGORY_COLUMN
from ..grouping import by_column
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..results import Curve, Table
from ..summaries import counted, share_in_words
from . import period_guards
from .report_lags import DAY, Lags, known_lags, last_day
from .truncated_delays import LEAST_AT_RISK, Delays

ALL = "all"
WITHIN = (0, 1, 7, 14, 30, 60, 90, 365)
SAFE_SHARE = 0.95
LEVEL = 95
DRAWN_DAYS = 90


@dataclass(frozen=True, eq=False, repr=False)
class DelayCurve(Curve):
    """Hold the share reported within each number of days at which it rises, group by group."""

    chart = Chart(
        *("days", "share", "Days from the incident to its report", "Share of the incidents reported by then"),
        y_kind=SHARE,
        series="group",
        band=("low", "high"),
        beside=("naive", "{}, as in the file"),
        until=DRAWN_DAYS,
    )


@dataclass(frozen=True, eq=False, repr=False)
class ReportingDelay(Table):
    """Hold the share reported within some numbers of days, group by group, and the whole distributions (`delays`)."""

    delays: Mapping[str, Delays] = field(default_factory=dict)

    def curve(self) -> DelayCurve:
        """Return the share reported by each day on which it rises, with the counts that it comes from."""
        parts = [_steps(name, delays) for name, delays in self.delays.items()]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return DelayCurve(columns, self.parameters, label=self.label)


def reporting_delay(
    incidents: Any,
    *,
    by: Any = None,
    as_of: Any = None,
    progress: Progress = None,
) -> ReportingDelay:
    """Tell how long reports take: the share of incidents reported within so many days, those still to come allowed for.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with the time of the incident (`occurred`) and the date of its
        report (`reported`). Those without a place count as well.
    by : column name or array (n,) whose values tell groups apart, such as a category or a district. Default: their category,
        where they have one. All together stand in the first rows.
    as_of : the date (YYYY-MM-DD) to which the file is taken back: later reports are left out. Default: that of the latest
        report, taken for the end of the file.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    ReportingDelay
        Rows for each group and each of 0, 1, 7, 14, 30, 60, 90 and 365 `days`: `group`, `incidents`, the `share` reported
        within so many days with its 95 % interval (`low`, `high`; all NaN where the file is too short to tell), the `naive`
        share of those in the file, and of the group `median_days`, the longest delay that the file can show
        (`longest_days`) and the last day of the file of which at least 95 % are reported (`safe_end`). `.curve()` gives every
        day.

        In a script `.delays` holds the distributions by group, for `nowcast_counts`.

    Raises
    ------
    ValueError
        If the incidents have no times or no dates of report, or their times are those of the report.

    Notes
    -----
    A file holds an incident only if it was reported by the file's end, so late reports of recent incidents are missing, and
    the naive shares are too high. Let n(t) incidents have the delay t, and N(t) a delay of t or less and an age of t or more
    at the end of the file. The hazard in reverse time is n(t) / N(t), and the share within t days the product of
    1 − n(s) / N(s) over all s > t (Lagakos, Barraj & De Gruttola 1988; Kalbfleisch & Lawless 1991). It is the share of
    delays no longer than `longest_days`, the longest for which N is 30 (half of all, of fewer than 60 incidents): about longer
    ones a file says nothing. Where nothing is missing it is the naive share. Intervals are Wilson's, for as many incidents as
    give Greenwood's variance in reverse time; they take incidents as independent and delays as the same all the time.

    Incidents before the file's first report are left out and counted: a file chosen by the date of the report holds only
    those of them that were reported late.

    Examples
    --------
    >>> day = np.datetime64("2023-01-01") + np.repeat(np.arange(10), 20)
    >>> reported = day + 4 * (np.arange(200) % 2)
    >>> here = reported <= np.datetime64("2023-01-10")
    >>> points = Incidents(day[here] - day[0], day[here] - day[0], when=day[here], reported=reported[here], crs="EPSG:32611")
    >>> table = reporting_delay(points)
    >>> table["share"][:3].tolist(), table["naive"][:3].tolist()
    ([0.5, 0.5, 1.0], [0.625, 0.625, 1.0])
    """
    everything = as_incidents(incidents)
    parameters = begun(everything)
    lags = known_lags(everything, as_of, parameters)
    period_guards.warn_of_switch(parameters, reckoned(everything, lags))
    advance(progress, 0.1)
    groups = lags_by_group(
        everything, lags, everything.category if by is None else by, parameters, within(progress, 0.1, 0.9)
    )
    delays = {name: group.delays() for name, group in groups.items()}
    parts = [_row(name, found, lags) for name, found in delays.items()]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    _tell(delays[ALL], lags, parameters)
    advance(progress, 1.0)
    return ReportingDelay(columns, parameters, label=titled("Delay of reports", everything, lags), delays=delays)


def lag_safe_end(incidents: Any, *, share: float = SAFE_SHARE, by: Any = None, as_of: Any = None) -> np.datetime64:
    """Return the last day up to which a file holds at least a share of every day's incidents.

    It is the file's end less the days within which that share is reported, by the distribution of `reporting_delay`.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with `occurred` and `reported`.
    share : the least share of the incidents of a day to be reported. Default 0.95.
    by : column name or array (n,) of groups: the day is then that of the slowest group, of those with 30 incidents or more.
        Default: all together.
    as_of : the date to which the file is taken back. Default: that of the latest report.

    Returns
    -------
    numpy.datetime64
        The day; `select(until=...)` leaves its own date out, so give it the day after.

    Raises
    ------
    ValueError
        If the incidents have no times or no dates of report, or share is not between 0 and 1.

    Examples
    --------
    >>> days = np.datetime64("2023-01-01") + np.arange(90)
    >>> points = Incidents(np.zeros(90), np.zeros(90), when=days, reported=days + 2, crs="EPSG:32611")
    >>> str(lag_safe_end(points))
    '2023-03-31'
    """
    share = checks.share("share", share)
    everything, parameters = as_incidents(incidents), Parameters()
    lags = known_lags(everything, as_of, parameters)
    period_guards.warn_of_switch(parameters, reckoned(everything, lags))
    found = {name: group.delays() for name, group in lags_by_group(everything, lags, by, parameters).items()}
    enough = {name: delays for name, delays in found.items() if delays.incidents >= LEAST_AT_RISK} or {ALL: found[ALL]}
    few = len(found) - len(enough)
    parameters.note(
        "small_groups",
        few,
        f"{counted(few, 'group')} of fewer than {LEAST_AT_RISK} incidents {'is' if few == 1 else 'are'} not regarded",
    )
    slowest = max(enough, key=lambda name: enough[name].days_until(share))
    days = enough[slowest].days_until(share)
    day = safe_end(lags, days)
    reason = (
        f"{100 * share:g} % of {'all' if slowest == ALL else repr(slowest)} are reported within {counted(days, 'day')}"
    )
    parameters.choose("lag_safe_end", str(day), reason)
    return day


def safe_end(lags: Lags, days: int) -> np.datetime64:
    """Return the last day of a file that is so many days before its latest report, or more."""
    end: np.datetime64 = min(lags.end - days * DAY, last_day(lags))
    return end


def titled(kind: str, incidents: Incidents, lags: Lags) -> str:
    """Return a title for the delays of incidents: what, which category and period, how many."""
    when = np.asarray(incidents.when)[lags.rows]
    return selection.title(kind, incidents.selection.get("category"), when, lags.days.size)


def reckoned(everything: Incidents, lags: Lags) -> Incidents:
    """Return the incidents that have a delay, as if no others had been chosen; without columns that the guard does not need."""
    there = everything.source is not None and SCHEMA_COLUMN in everything.source
    source = {SCHEMA_COLUMN: np.asarray(everything.source[SCHEMA_COLUMN])} if there else None
    return replace(everything, source=source, selection={}).take(lags.rows)


def begun(everything: Incidents) -> Parameters:
    """Return the record that an analysis of delays begins with."""
    parameters = Parameters(layer=everything.label, incidents=everything.size, period=everything.period)
    parameters.update(everything.selection)
    return parameters


def lags_by_group(
    incidents: Incidents, lags: Lags, by: Any, parameters: Parameters, progress: Progress = None
) -> dict[str, Lags]:
    """Return the lags of all incidents, and of each group (`by` None: of none), the largest first."""
    found = {ALL: lags}
    if by is None:
        return found
    if incidents.source is None and isinstance(by, str) and by == CATEGORY_COLUMN and incidents.category is not None:
        by = incidents.category
    groups = by_column(incidents, by, parameters, within(progress, 0.0, 0.5), lags.rows)
    grouped = lags.at(groups.known)
    parts = np.split(np.argsort(groups.number, kind="stable"), np.cumsum(groups.counts)[:-1])
    for number in np.argsort(-groups.counts, kind="stable").tolist():
        advance(progress, 0.5 + 0.5 * len(found) / (groups.size + 1))
        name = str(groups.names[number])
        found[f"{ALL} (a group)" if name == ALL else name] = grouped.at(np.sort(parts[number]))
    return found


def _row(name: str, delays: Delays, lags: Lags) -> dict[str, np.ndarray]:
    """Return the rows of one group."""
    days = np.array(WITHIN)
    seen, at = days <= delays.longest, np.minimum(days, delays.longest)
    low, high = delays.interval(LEVEL)
    shares = {"share": delays.share, "low": low, "high": high}
    same = {
        "median_days": delays.days_until(0.5),
        "longest_days": delays.longest,
        "safe_end": safe_end(lags, delays.days_until(SAFE_SHARE)).astype("M8[s]"),
    }
    return {
        "group": np.full(days.size, name, dtype=object),
        "incidents": np.full(days.size, delays.incidents),
        "days": days,
        **{column: np.where(seen, values[at], np.nan) for column, values in shares.items()},
        "naive": delays.naive[at],
        **{column: np.full(days.size, value) for column, value in same.items()},
    }


def _steps(name: str, delays: Delays) -> dict[str, np.ndarray]:
    """Return the rows of one group's curve: the days on which it rises, the first, the last and the last drawn."""
    shown = [day for day in (0, DRAWN_DAYS, delays.longest) if day <= delays.longest]
    days = np.unique(np.concatenate([shown, np.flatnonzero(delays.ended)]))
    low, high = delays.interval(LEVEL)
    return {
        "group": np.full(days.size, name, dtype=object),
        "days": days,
        "share": delays.share[days],
        "low": low[days],
        "high": high[days],
        "naive": delays.naive[days],
        "reported": delays.ended[days],
        "at_risk": delays.at_risk[days],
    }


def _tell(delays: Delays, lags: Lags, parameters: Parameters) -> None:
    """Say how soon incidents are reported, how far that is from what the file shows, and up to when it is whole."""
    median, most = (counted(delays.days_until(share), "day") for share in (0.5, SAFE_SHARE))
    week = min(7, delays.longest)
    shares = [share_in_words(float(values[week])) for values in (delays.share, delays.naive)]
    safe = safe_end(lags, delays.days_until(SAFE_SHARE))
    parameters["lag_safe_end"] = str(safe)
    up_to = f"{safe}, the file's last day" if safe == last_day(lags) else safe
    too_long = delays.incidents - int(delays.ended.sum())
    parameters.note("too_long", too_long, f"{too_long:,} delays are longer than the file can show of most incidents")
    within_a_week = f"{shares[0]} within {counted(week, 'day')} (in the file as it is {shares[1]})"
    parameters.tell(
        f"half of {delays.incidents:,} incidents are reported within {median} and 95 % within {most}, of those reported "
        f"within {counted(delays.longest, 'day')}; {within_a_week}; at least 95 % are in the file up to {up_to}"
    )
