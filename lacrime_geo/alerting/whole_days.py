"""By which date incidents are watched, and up to which day: the report's where there is one, and only days that are whole."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import checks, partitioned, selection
from ..dates import weekday_of
from ..delays import period_guards
from ..frames import REPORTED_COLUMN
from ..incident_columns import FileDates, number_of
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..temporal.count_series import DAY
from .unfinished_days import warn_of_unfinished
from .usual_counts import WEEK

REPORTED, OCCURRED = "reported", "occurred"
DATED_BY = (REPORTED, OCCURRED)
# The latest incident of a file that ends today is of a few days ago at most.
FRESH = 7 * DAY


class Dating(NamedTuple):
    """Which incidents are counted: up to a last day by the date of report or of the incident, those known by a day (None: all).

    With `undated` those without a date stay, and are told of as they are counted.
    """

    by_report: bool
    last: np.datetime64
    known_by: np.datetime64 | None = None
    undated: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to be read for it."""
        if self.by_report:
            return (partitioned.REPORTED,)
        return (partitioned.WHEN, *(() if self.known_by is None else (partitioned.REPORTED,)))

    def dated(self, incidents: Incidents) -> tuple[np.ndarray, np.ndarray]:
        """Return the dates of incidents (n,), NaT for later ones, and a mask of those that are counted."""
        given = incidents.reported if self.by_report else incidents.when
        if given is None:
            given = np.full(incidents.size, np.datetime64("NaT", "s"))
        dates = _until(given, self.last)
        keep = ~np.isnat(dates)
        if self.undated:
            keep |= np.isnat(given)
        if self.known_by is not None and incidents.reported is not None:
            keep &= ~(incidents.reported >= self.known_by + DAY)
        return dates, keep

    def counted(self, incidents: Incidents) -> Incidents:
        """Return the incidents that are counted, dated so; raise where there are none."""
        dates, keep = self.dated(incidents)
        if np.isnat(dates).all():
            raise ValueError(
                f"No incident of {incidents.label!r} is dated {self.last} or earlier; check the dates and as_of."
            )
        chosen = {**incidents.selection, "until": str(self.last + DAY)}
        return replace(incidents, when=dates, selection=chosen).take(keep)


def whole_days(
    incidents: Incidents, dated_by: str, end: np.datetime64 | None, parameters: Parameters
) -> tuple[Incidents, Dating]:
    """Return the incidents as they are counted, dated by their report or by themselves up to the last whole day, and how."""
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


def ending_with_a_week(
    incidents: Incidents, dating: Dating, step: str, parameters: Parameters
) -> tuple[Incidents, Dating]:
    """Return incidents up to a Sunday where weeks are judged: counted back from any other day, weeks would shift each night."""
    if step != "week" or incidents.when is None or np.isnat(incidents.when).all():
        return incidents, dating
    last = dating.last
    sunday = last - np.timedelta64((int(weekday_of(np.array([last]))[0]) + 1) % WEEK, "D")
    if sunday == last:
        return incidents, dating
    reason = f"weeks are from Monday to Sunday, and the one of {last} is not over"
    parameters.choose("last_day_whole", str(sunday), reason)
    earlier = dating._replace(last=sunday, undated=False)
    # They are dated already.
    return earlier._replace(by_report=False, known_by=None).counted(incidents), earlier


def _by_report(incidents: Incidents, end: np.datetime64 | None, parameters: Parameters) -> tuple[Incidents, Dating]:
    reported = incidents.reported
    assert reported is not None  # asked before
    missing = number_of(np.isnat(reported), incidents.frequency)
    sentence = incidents_that(
        missing, "has no date of report and is left out", "have no date of report and are left out"
    )
    parameters.note("without_report", missing, sentence)
    whole, frequency = incidents.whole.reported, incidents.whole.frequency
    if whole is None:
        whole, frequency = reported, incidents.frequency
    last = _earliest(end if end is not None else _last_day(incidents, whole, parameters), _asked_last(incidents))
    if last >= _latest(whole):
        warn_of_unfinished(whole, frequency, parameters)
    chosen = {name: value for name, value in incidents.selection.items() if name not in ("since", "until")}
    dates = FileDates(_until(whole, last), None, None, frequency=frequency)
    dating = Dating(True, last)
    kept = dating.counted(replace(incidents, selection=chosen))
    return replace(kept, time_column=REPORTED_COLUMN, known_until=last, whole=dates), dating


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


def _by_occurrence(
    incidents: Incidents, end: np.datetime64 | None, known: bool, parameters: Parameters
) -> tuple[Incidents, Dating]:
    """Return the incidents up to the last day of which enough is reported, where that is known."""
    if incidents.when is None or np.isnat(incidents.when).all():
        return incidents, Dating(False, np.datetime64("NaT", "D"))
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
    dating = Dating(False, last, end if known else None, undated=True)
    return dating.counted(incidents), dating


def _until(times: np.ndarray, last: np.datetime64) -> np.ndarray:
    """Return times with those after a day missing."""
    return np.where(times >= last + DAY, np.datetime64("NaT", "s"), times)


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
