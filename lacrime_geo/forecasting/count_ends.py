"""The day before which counts end: that of the last incidents of which enough are reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import selection
from ..delays import period_guards
from ..frames import REPORTED_COLUMN
from ..incident_columns import FileDates, number_of
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that

DAY = np.timedelta64(1, "D")
NOWCAST = "nowcast"


def known_on(incidents: Incidents, as_of: Any, parameters: Parameters) -> Incidents:
    """Return the incidents that were known on a day: occurred, and where that is told, reported by then."""
    if as_of is None:
        return incidents
    day = selection.moment("as_of", as_of).astype("M8[D]")
    parameters["as_of"] = str(day)
    later = known_later(incidents, day)
    number = number_of(later, incidents.frequency)
    told = incidents_that(number, f"became known after {day}", f"became known after {day}")
    parameters.note("known_later", number, f"{told}: left out")
    if later.all():
        raise ValueError(f"None of the {incidents.number:,} incidents was known on {day}; give a later as_of.")
    kept = incidents.take(~later)
    own = FileDates(kept.when, kept.reported, kept.category, None, incidents.whole.of_a_period, kept.frequency)
    return replace(kept, known_until=day.astype("M8[s]"), whole=own)


def known_later(incidents: Incidents, day: np.datetime64) -> np.ndarray:
    """Return a mask (n,) of the incidents that occurred, or were reported, after a day."""
    later = np.asarray(incidents.when).astype("M8[D]") > day
    if incidents.reported is not None:
        later |= incidents.reported.astype("M8[D]") > day
    return np.asarray(later)


def end_of_counts(
    incidents: Incidents, until: Any, category: Any, lag_safe: bool | str, parameters: Parameters
) -> tuple[Any, np.datetime64]:
    """Return the day before which the counts end, as asked for or where the file is whole, and the last day that is whole."""
    assert incidents.known_until is not None
    end = incidents.known_until.astype("M8[D]")
    if incidents.time_column == REPORTED_COLUMN:
        parameters.update(lag_days=0, whole_until=str(end))
        return until, end
    wanted = category if isinstance(category, str) or category is None else ", ".join(map(str, category))
    safe = period_guards.measured_safe_end(incidents.whole, end, wanted)
    if safe is None:
        if lag_safe == NOWCAST:
            raise ValueError(
                f"A nowcast needs dates of report (column {REPORTED_COLUMN}), and {incidents.label!r} has too few; leave "
                "lag_safe=True."
            )
        parameters["lag_days"] = period_guards.USUAL_LAG
        safe = end - period_guards.USUAL_LAG * DAY
        reason = (
            f"without enough dates of report, the last {period_guards.USUAL_LAG} days are taken for not all reported"
        )
    else:
        reason = f"of each day up to {safe} at least {100 * period_guards.SHARE:.0f} % are reported"
        parameters["lag_days"] = int((end - safe) / DAY)
    parameters["whole_until"] = str(safe)
    if lag_safe is not True:
        return until, safe
    last = _last_day(incidents)
    if safe >= last:
        reason = f"the file is whole up to its last incident: of each day at least {100 * period_guards.SHARE:.0f} % are reported"
    parameters.choose("lag_safe_end", str(min(safe, last)), reason)
    return str(_earlier(until, min(safe, last) + DAY)), safe


def _last_day(incidents: Incidents) -> np.datetime64:
    """Return the day of the last incident of the file: reports may have come in for long after it."""
    when = np.asarray(incidents.when if incidents.whole.when is None else incidents.whole.when)
    last: np.datetime64 = when[~np.isnat(when)].max().astype("M8[D]")
    return last


def _earlier(until: Any, end: np.datetime64) -> np.datetime64:
    """Return the earlier one of the end asked for and the day after the last one that can be counted."""
    return end if until is None else min(selection.moment("until", until), end.astype("M8[s]"))


def refuse_late(incidents: Incidents, since: Any, safe: np.datetime64) -> None:
    """Raise where the period begins after the last day that is whole."""
    when = np.asarray(incidents.when)
    first = when[~np.isnat(when)].min() if since is None else selection.moment("since", since)
    if first.astype("M8[D]") > safe:
        raise ValueError(
            f"The period begins on {first.astype('M8[D]')}, after {safe}, the last day taken for wholly reported; begin earlier, "
            "or take the counts as they are (lag_safe=False)."
        )
