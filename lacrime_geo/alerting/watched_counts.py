"""The counts that are watched: by the date of report where there is one, and only steps that are whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import checks, selection
from ..dates import weekday_of
from ..delays import period_guards
from ..features import as_features
from ..frames import REPORTED_COLUMN
from ..incident_columns import FileDates
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters, incidents_that
from ..progress import Progress
from ..refusals import refuse_weights
from ..temporal.count_series import DAY, CountSeries, count_series, named, series_of_table, step_of
from ..temporal.given_series import is_table, refuse_array_of_table
from .unfinished_days import warn_of_unfinished
from .usual_counts import WEEK

REPORTED, OCCURRED = "reported", "occurred"
DATED_BY = (REPORTED, OCCURRED)
# The latest incident of a file that ends today is of a few days ago at most.
FRESH = 7 * DAY


def watched_counts(
    incidents: Any, areas: Any, by: Any, step: str, dated_by: str, as_of: Any, progress: Progress
) -> tuple[CountSeries, Parameters, str | None]:
    """Return the counts of incidents by area and step, the record that is begun, and the category they are of."""
    if is_table(incidents):
        series, parameters = _of_table(incidents, areas, by, step, as_of)
        return series, parameters, None
    everything = as_incidents(incidents)
    refuse_weights(everything, "limits are of counts")
    parameters = Parameters(layer=everything.label, incidents=everything.size, crs=everything.crs)
    parameters.update(everything.selection)
    end = None if as_of is None else selection.moment("as_of", as_of).astype("M8[D]")
    dated = _ending_with_a_week(_dated(everything, dated_by, end, parameters), step, parameters)
    series = count_series(dated, step=step, by=by, areas=areas, parameters=parameters, progress=progress)
    parameters["period"] = f"{parameters['first_day']} to {parameters['last_day']}"
    period_guards.warn(parameters, dated)
    return series, parameters, everything.selection.get("category")


def _dated(incidents: Incidents, dated_by: str, end: np.datetime64 | None, parameters: Parameters) -> Incidents:
    """Return the incidents as they are counted: dated by their report or by themselves, up to the last whole day."""
    known = incidents.reported is not None and not np.isnat(incidents.reported).all()
    if checks.option("dated_by", dated_by, DATED_BY) == REPORTED and not known:
        dated_by = parameters.choose("dated_by", OCCURRED, "the incidents have no dates of report")
    parameters["dated_by"] = dated_by
    if dated_by == REPORTED:
        parameters.log.info(
            "counted by the date of report: those days are whole once they are over, while reports of incidents still come"
        )
        return _by_report(incidents, end, parameters)
    return _by_occurrence(incidents, end, known, parameters)


def _ending_with_a_week(incidents: Incidents, step: str, parameters: Parameters) -> Incidents:
    """Return incidents up to a Sunday where weeks are judged: counted back from any other day, weeks would shift each night."""
    if step != "week" or incidents.when is None or np.isnat(incidents.when).all():
        return incidents
    last: np.datetime64 = np.datetime64(incidents.selection["until"], "D") - DAY  # type: ignore[assignment]
    sunday = last - np.timedelta64((int(weekday_of(np.array([last]))[0]) + 1) % WEEK, "D")
    if sunday == last:
        return incidents
    reason = f"weeks are from Monday to Sunday, and the one of {last} is not over"
    parameters.choose("last_day_whole", str(sunday), reason)
    kept = replace(
        incidents, when=_until(incidents.when, sunday), selection={**incidents.selection, "until": str(sunday + DAY)}
    )
    _refuse_nothing(kept, sunday)
    return kept.take(~np.isnat(np.asarray(kept.when)))


def _by_report(incidents: Incidents, end: np.datetime64 | None, parameters: Parameters) -> Incidents:
    reported = incidents.reported
    assert reported is not None  # asked before
    missing = int(np.isnat(reported).sum())
    sentence = incidents_that(
        missing, "has no date of report and is left out", "have no date of report and are left out"
    )
    parameters.note("without_report", missing, sentence)
    whole = incidents.whole.reported if incidents.whole.reported is not None else reported
    last = _earliest(end if end is not None else _last_day(incidents, whole, parameters), _asked_last(incidents))
    if last >= _latest(whole):
        warn_of_unfinished(whole, parameters)
    dates = FileDates(_until(whole, last), None, None)
    chosen = {name: value for name, value in incidents.selection.items() if name not in ("since", "until")}
    kept = replace(
        incidents,
        when=_until(reported, last),
        selection={**chosen, "until": str(last + DAY)},
        time_column=REPORTED_COLUMN,
        known_until=last,
        whole=dates,
    )
    _refuse_nothing(kept, last)
    return kept.take(~np.isnat(np.asarray(kept.when)))


def _last_day(incidents: Incidents, reported: np.ndarray, parameters: Parameters) -> np.datetime64:
    """Return the last day of report of which all are there: a file chosen by the time of the incident holds late ones alone."""
    last = _latest(reported)
    when = incidents.whole.when if incidents.whole.when is not None else incidents.when
    occurred = last if when is None or np.isnat(when).all() else _latest(when)
    if last - occurred <= FRESH:
        return last
    reason = (
        f"the file ends with incidents of that day, and what was reported later, up to {last}, is of earlier ones alone"
    )
    parameters.choose("as_of", str(occurred), reason)
    return occurred


def _by_occurrence(incidents: Incidents, end: np.datetime64 | None, known: bool, parameters: Parameters) -> Incidents:
    """Return the incidents up to the last day of which enough is reported, where that is known."""
    if incidents.when is None or np.isnat(incidents.when).all():
        return incidents
    keep = np.ones(incidents.size, dtype=bool)
    if end is not None and known:
        keep = ~(np.asarray(incidents.reported) >= end + DAY)
    latest = _latest(incidents.whole.when if incidents.whole.when is not None else incidents.when)
    last = _earliest(latest, end, _asked_last(incidents))
    as_of = end if end is not None else incidents.known_until
    if known and as_of is not None:
        safe = period_guards.measured_safe_end(
            incidents.whole, as_of.astype("M8[D]"), incidents.selection.get("category")
        )
        if safe is not None and safe < last:
            share = f"{100 * period_guards.SHARE:.0f} %"
            reason = f"of later days fewer than {share} of the incidents are reported; dated_by='reported' judges up to the end"
            last = np.datetime64(parameters.choose("last_day_whole", str(safe), reason))
    when = _until(incidents.when, last)
    kept = replace(incidents, when=when, selection={**incidents.selection, "until": str(last + DAY)})
    _refuse_nothing(kept, last)
    # Those without a date stay, and are told of as they are counted.
    return kept.take(keep & (~np.isnat(when) | np.isnat(incidents.when)))


def _refuse_nothing(incidents: Incidents, last: np.datetime64) -> None:
    if incidents.when is None or np.isnat(incidents.when).all():
        raise ValueError(f"No incident of {incidents.label!r} is dated {last} or earlier; check the dates and as_of.")


def _until(times: np.ndarray | None, last: np.datetime64) -> np.ndarray:
    """Return times with those after a day missing."""
    return np.where(np.asarray(times) >= last + DAY, np.datetime64("NaT", "s"), np.asarray(times))


def _asked_last(incidents: Incidents) -> np.datetime64 | None:
    """Return the last whole day before the `until` that the incidents were chosen by."""
    until = incidents.selection.get("until")
    return None if until is None else selection.moment("until", until).astype("M8[D]") - DAY


def _earliest(*days: np.datetime64 | None) -> np.datetime64:
    return min(day for day in days if day is not None)


def _latest(times: np.ndarray | None) -> np.datetime64:
    known = np.asarray(times)
    found: np.datetime64 = known[~np.isnat(known)].max().astype("M8[D]")
    return found


def _of_table(table: Any, areas: Any, by: Any, step: str, as_of: Any) -> tuple[CountSeries, Parameters]:
    """Return the series of a table of counts, with the polygons of the same names where there are any."""
    refuse_array_of_table(by)
    parameters = Parameters(layer=getattr(table, "label", "counts"), dated_by="table")
    series = series_of_table(table, step=step, group=by, parameters=parameters)
    if parameters["steps_without_row"]:
        _refuse_longer_steps(series)
    parameters.update(incidents=int(series.count.sum()), first_day=str(series.begin[0]), last_day=str(series.end - DAY))
    if as_of is not None:
        last = selection.moment("as_of", as_of).astype("M8[D]")
        whole = np.append(series.begin[1:], series.end) <= last + DAY
        if not whole.any():
            raise ValueError(f"No {step} of the table is over by {last}; take a later as_of.")
        end = np.append(series.begin[1:], series.end)[whole][-1]
        series = replace(series, begin=series.begin[whole], count=series.count[:, whole], end=end)
    if areas is None:
        return series, parameters
    polygons = as_features(areas)
    names = named(polygons, parameters)
    at = {name: row for row, name in enumerate(series.name)}
    strange = [name for name in series.name if name not in set(names)]
    if strange:
        raise ValueError(
            f"{len(strange):,} of {series.name.size:,} groups of the table are no area of {polygons.label!r}, first "
            f"{strange[0]!r}; its areas are {checks.listed(names)}."
        )
    count = np.zeros((names.size, series.begin.size), dtype=np.int64)
    for row, name in enumerate(names):
        if name in at:
            count[row] = series.count[at[name]]
    return replace(series, name=names, count=count, areas=polygons), parameters


def _refuse_longer_steps(series: CountSeries) -> None:
    """Raise where a table taken by days holds counts of weeks or months: six zeros would follow each count."""
    own = step_of(series.begin[series.total > 0])
    if series.step == "day" and own != "day":
        raise ValueError(
            f"The dates of the table with counts above 0 lie whole {own}s apart, and step is 'day'; "
            + ("take step='week'." if own == "week" else "give counts of days or weeks.")
        )
