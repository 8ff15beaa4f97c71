"""From an incident to its report: how many days passed, and how many could have by the end of the file."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import selection
from ..frames import REPORTED_COLUMN
from ..incident_columns import number_of
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from .truncated_delays import Delays, delays_of

NEEDED = (
    "the delay of a report needs the column `reported`, with dates, beside the time of the incident; files of the LAPD have it "
    "(“Date Rptd”)"
)
DAY = np.timedelta64(1, "D")
LONE = 180 * DAY
# What is said of incidents that have no part in the delays.
WHY = {
    "without_dates": "without a date or one of report",
    "reported_before_it_occurred": "dated after the report",
    "reported_after_the_end": "reported later, so not known yet",
    "before_the_first_report": "from before the file's first report, which may hold only the late ones of then",
}


class Lags(NamedTuple):
    """Hold which incidents (n,) have a delay, the delays (k,) and the longest possible ones (k,) in days, and the last day.

    `left_out` says of how many incidents there is none, and why; `frequency` (k,) how many incidents each delay is of, where rows
    stand for several.
    """

    rows: np.ndarray
    days: np.ndarray
    possible: np.ndarray
    end: np.datetime64
    left_out: dict[str, int]
    frequency: np.ndarray | None = None

    @property
    def number(self) -> int:
        """The number of incidents that have a delay."""
        return self.days.size if self.frequency is None else int(self.frequency.sum())

    def delays(self) -> Delays:
        """Return the distribution of the delays."""
        return delays_of(self.days, self.possible, self.frequency)

    def at(self, kept: np.ndarray) -> Lags:
        """Return those of some incidents, by their numbers in order, or a mask (k,)."""
        rows = np.zeros_like(self.rows)
        rows[np.flatnonzero(self.rows)[kept]] = True
        frequency = None if self.frequency is None else self.frequency[kept]
        return Lags(rows, self.days[kept], self.possible[kept], self.end, {}, frequency)


def lags_of(incidents: Incidents, end: np.datetime64) -> Lags:
    """Return the delays that a file showed at the end of a day.

    An incident before the first report of the file is left out: where a file was chosen by the date of the report, it
    holds only the late ones of these.
    """
    return lags_between(incidents.when, incidents.reported, end, incidents.frequency)


def lags_between(
    when: np.ndarray | None, reports: np.ndarray | None, end: np.datetime64, frequency: np.ndarray | None = None
) -> Lags:
    """Return the delays from times to dates of report, both (n,) and each so frequent, that a file showed at the end of a day."""
    occurred, reported = (_days(column) for column in (when, reports))
    missing = np.iinfo(np.int64).min
    last = int(end.astype("M8[D]").astype(np.int64))
    known = (occurred != missing) & (reported != missing)
    first = int(reported[known].min()) if known.any() else 0
    reasons = {
        "without_dates": ~known,
        "reported_before_it_occurred": known & (reported < occurred),
        "reported_after_the_end": known & (reported > last),
        "before_the_first_report": known & (occurred < first) & (reported >= occurred) & (reported <= last),
    }
    rows = known & (occurred >= first) & (reported >= occurred) & (reported <= last)
    kept, possible = occurred[rows], last - occurred[rows]
    left_out = {name: number_of(mask, frequency) for name, mask in reasons.items()}
    return Lags(rows, reported[rows] - kept, possible, end, left_out, None if frequency is None else frequency[rows])


def last_day(lags: Lags) -> np.datetime64:
    """Return the day of the last incident."""
    day: np.datetime64 = lags.end - int(lags.possible.min()) * DAY
    return day


def _days(column: np.ndarray | None) -> np.ndarray:
    return np.asarray(column).astype("M8[D]").view(np.int64)


def require_reports(incidents: Incidents) -> None:
    """Raise when incidents have no times of their own and of their reports."""
    if incidents.time_column == REPORTED_COLUMN:
        raise ValueError(
            f"The times of {incidents.label!r} are those of the reports ({REPORTED_COLUMN}), which have no delay; name the "
            "column of the time of the incident (occurred)."
        )
    if incidents.when is None or incidents.reported is None:
        lacking = "times" if incidents.when is None else "dates of report"
        raise ValueError(f"{incidents.label!r} has no {lacking}: {NEEDED}.")


def known_lags(incidents: Incidents, as_of: Any, parameters: Parameters) -> Lags:
    """Return the delays known on a day, by default the last one of the file; announce it and what is left out."""
    require_reports(incidents)
    if not incidents.size:
        raise ValueError(f"{incidents.label!r} has no incidents, so there is no delay to tell.")
    if as_of is not None:
        end = selection.moment("as_of", as_of).astype("M8[D]")
        parameters["as_of"] = str(end)
    else:
        known = incidents.known_until
        end = np.datetime64("NaT", "D") if known is None else known.astype("M8[D]")
        parameters.choose("as_of", str(end), "the latest report in the file is taken for its end")
        _warn_of_a_lone_report(incidents, end, parameters)
    lags = lags_of(incidents, end)
    if not lags.days.size:
        why = ", ".join(f"{count:,} {WHY[name]}" for name, count in lags.left_out.items() if count)
        raise ValueError(
            f"None of the {incidents.size:,} incidents of {incidents.label!r} tells of a delay up to {end}: {why}; check both "
            "columns."
        )
    for name, count in lags.left_out.items():
        parameters.note(name, count, f"{incidents_that(count, WHY[name], WHY[name])}: no part in the delays")
    return lags


def _warn_of_a_lone_report(incidents: Incidents, end: np.datetime64, parameters: Parameters) -> None:
    """Doubt the latest report where it stands alone: a year mistyped would make every incident look old enough."""
    # Of the whole file, whatever was chosen from it.
    reported = np.asarray(incidents.reported if incidents.whole.reported is None else incidents.whole.reported)
    if not (reported >= end).any():
        return
    earlier = reported[reported < end]
    if earlier.size and end - earlier.max().astype("M8[D]") > LONE:
        parameters.warn(
            f"The latest report, of {end}, is {(end - earlier.max().astype('M8[D]')) / DAY:,.0f} days after the one before: if "
            "its date is wrong, so are the delays; give the file's true end (as_of)."
        )
