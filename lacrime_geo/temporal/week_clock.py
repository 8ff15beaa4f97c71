"""The clock: incidents by weekday and hour, spread over the time in which they may have happened, as a table and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks, dates, selection
from ..delays.period_guards import warn
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters, in_words
from ..partitioned import Partitioned, recognised
from ..progress import Progress, advance, within
from ..results import Drawing, Picture, Table
from . import clock_pages, clock_pictures
from .count_series import period_of
from .week_hours import DAY_HOURS, WEEK_HOURS, hours_between
from .week_summaries import WeekSummary, days_and_week
from .week_totals import Totals
from .weighted_intervals import weighted_interval

DAY = np.timedelta64(1, "D")
SAID = {"hours": "hour of the day", "weekdays": "weekday"}


@dataclass(frozen=True, eq=False, repr=False)
class Clock(Picture):
    """Hold incidents by weekday and hour, with their sums by hour of the day and by weekday; drawn as .svg, .html and .png."""

    drawing = Drawing(clock_pictures.drawn, clock_pages.page_of)
    by_hour: Table | None = None
    by_weekday: Table | None = None

    def hours(self) -> Table:
        """Return the same of the 24 hours of the day."""
        assert self.by_hour is not None
        return self.by_hour

    def weekdays(self) -> Table:
        """Return the same of the seven weekdays."""
        assert self.by_weekday is not None
        return self.by_weekday


def clock(
    incidents: Any,
    *,
    weight: Any = None,
    level: float = 95,
    progress: Progress = None,
) -> Clock:
    """Count incidents by weekday and hour, spread over the time in which they may have happened, as a table and a picture.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan (`scan_incidents`); with the time of the incident
        (`occurred`), and its end (`occurred_until`) where that is known. Those without a place count as well.
    weight : column name or array (n,), such as the harm of each incident; default the incidents' own weight, else 1.
    level : of the intervals, in per cent. Default 95.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Clock
        A row for each of the 168 hours of the week, Monday 0:00 first: `weekday`, `hour`, `count` of incidents (with parts,
        where ends are known), `weight_sum` where they have weights, `hours_observed`, how many such hours the period has, `rate`
        per such hour with its interval (`low`, `high`), `share` of all, and `ratio` of the rate to the mean of all hours.

        In a script `.hours()` and `.weekdays()` are the profiles, and `.save()` also draws: .svg, .html, .png.

    Raises
    ------
    ValueError
        If there are no times, or no time of day is known.

    Notes
    -----
    An incident with an end is spread over the hours from start to end (Ratcliffe 2000; see `aoristic`), one without is in its
    start hour. Incidents whose time of day is a placeholder (column `time_placeholder`, such as 12:00 and 00:01 in files of the
    LAPD) are left out and counted: the noon peak of such files is mostly these. The period is the one chosen, else that of the
    whole file, by days; an incident is of it by its start. What its span has beyond the end counts in the same hour of the week:
    of whole weeks this makes up for spans from before the begin. Times are the local wall clock: the hour skipped or repeated
    when clocks are changed is not allowed for.

    Intervals are exact Poisson intervals (Garwood 1936) where each incident is in one hour and weighs 1, else those of Fay &
    Feuer 1997 for weighted sums. Both take incidents as independent: offences in series make the truth less sure.

    Examples
    --------
    >>> when = np.datetime64("2023-10-02T08:30") + np.arange(28) * np.timedelta64(12, "h")
    >>> table = clock(Incidents(np.zeros(28), np.zeros(28), when=when, crs="EPSG:32611"))
    >>> print(table["weekday"][8], table["count"][8], table["rate"][8], table["ratio"][8])
    Monday 2.0 1.0 12.0
    """
    level = checks.per_cent("level", level)
    everything, found, weighted = _summarised(incidents, weight, within(progress, 0.0, 0.9))
    parameters = Parameters(layer=everything.label, incidents=everything.number, period=everything.period, level=level)
    parameters.update(everything.selection)
    if weighted:
        parameters["weight"] = (
            weight if isinstance(weight, str) else getattr(weight, "label", "given with the incidents")
        )
    if not found.told.rows:
        everything.refuse_empty()
    found.told.keep(everything.label, parameters)
    warn(parameters, everything)
    begin, end = observed_period(everything)
    parameters.update(counted=found.told.known, begin=dates.in_digits(begin), end=dates.in_digits(end))
    tables = _tables(found.totals, hours_between(begin, end), weighted, parameters)
    _tell(tables["week"], parameters)
    advance(progress, 1.0)
    label = selection.title("Clock of incidents", parameters.get("category"), found.extent, found.told.known)
    margins = (Table(tables[name], parameters, label=f"{label}, by {said}") for name, said in SAID.items())
    return Clock(tables["week"], parameters, "", label, *margins)


def _summarised(incidents: Any, weight: Any, progress: Progress) -> tuple[Incidents, WeekSummary, bool]:
    """Return incidents, of a scan by their days alone, what they come to by the week, and whether they have weights."""
    incidents = recognised(incidents)
    if isinstance(incidents, Partitioned):
        name = checks.column_of_weights(weight)
        return (*days_and_week(incidents, name, progress), name is not None)
    everything = as_incidents(incidents, weight=weight)
    advance(progress, 0.2)
    return everything, WeekSummary.of(everything, within(progress, 0.2, 1.0)), everything.weight is not None


def observed_period(incidents: Incidents) -> tuple[np.datetime64, np.datetime64]:
    """Return the begin and the end (exclusive) of the period: that of the whole file by days, within what was chosen."""
    first, last = period_of(incidents, np.asarray(incidents.when).astype("M8[D]"))
    since, until = selection.period_of(incidents.selection.get("since"), incidents.selection.get("until"))
    begin, end = first.astype("M8[s]"), (last + DAY).astype("M8[s]")
    return begin if since is None else max(begin, since), end if until is None else min(end, until)


def _tables(
    found: dict[str, Totals], observed: np.ndarray, weighted: bool, parameters: Parameters
) -> dict[str, dict[str, np.ndarray]]:
    """Return the columns of the table and of both profiles."""
    by_day = observed.reshape(7, DAY_HOURS)
    number = np.arange(WEEK_HOURS)
    names = np.array(dates.WEEKDAYS, dtype=object)
    heads: dict[str, tuple[dict[str, np.ndarray], np.ndarray]] = {
        "week": ({"weekday": names[number // DAY_HOURS], "hour": number % DAY_HOURS}, observed),
        "hours": ({"hour": np.arange(DAY_HOURS)}, by_day.sum(axis=0)),
        "weekdays": ({"weekday": names}, by_day.sum(axis=1)),
    }
    level = parameters["level"]
    return {name: {**head, **_columns(found[name], hours, weighted, level)} for name, (head, hours) in heads.items()}


def _columns(totals: Totals, hours: np.ndarray, weighted: bool, level: float) -> dict[str, np.ndarray]:
    """Return counts, rates, intervals and ratios of the parts of a week that have so many hours in the period."""
    low, high = weighted_interval(totals.total, totals.squares, totals.largest, level)
    seen = np.where(hours > 0, hours, np.nan)
    whole, rate = totals.total.sum(), totals.total / seen
    columns = {"count": totals.count, **({"weight_sum": totals.total} if weighted else {}), "hours_observed": hours}
    columns.update(rate=rate, low=low / seen, high=high / seen)
    mean = whole / hours.sum()
    return {**columns, "share": totals.total / whole if whole else totals.total, "ratio": rate / mean if mean else rate}


def _tell(week: dict[str, np.ndarray], parameters: Parameters) -> None:
    """Keep the mean, and say which hour of the week stands out most."""
    total = week.get("weight_sum", week["count"]).sum()
    mean = parameters["mean_rate"] = float(total / week["hours_observed"].sum())
    least = int((week["hours_observed"] < 4).sum())
    if least:
        parameters.warn(
            f"The period holds {least} of the week's 168 hours fewer than four times: take a longer one to tell hours apart."
        )
    top = int(np.nanargmax(week["rate"]))
    hour, unit = int(week["hour"][top]), "weight" if "weight_sum" in week else "incidents"
    parameters.tell(
        f"most {unit} on {week['weekday'][top]} from {hour}:00 to {hour + 1}:00: {in_words(week['rate'][top])} per such hour "
        f"({in_words(week['low'][top])} to {in_words(week['high'][top])}), {in_words(week['ratio'][top])} times the mean of "
        f"{in_words(mean)}"
    )
