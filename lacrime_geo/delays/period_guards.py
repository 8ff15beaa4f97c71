"""The guard of periods: one that reaches into days not all reported yet, or across a change of the records system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import numpy as np

from .. import dates, selection
from ..agencies import LAPD, LAPD_NIBRS, NIBRS_SWITCH, SCHEMA_COLUMN, SYSTEMS
from ..frames import REPORTED_COLUMN
from ..incident_columns import FileDates
from ..incidents import Incidents
from ..parameters import Parameters, warned_once
from ..partitioned import Partitioned
from ..periods import extent
from .file_days import days_of
from .report_lags import DAY, lags_between
from .truncated_delays import LEAST_AT_RISK

LAG, SWITCH = "reporting_lag", "nibrs_switch"
GUARDS = (LAG, SWITCH)
# The periods that an analysis made of others is about, () outside of one.
_TOGETHER: ContextVar[tuple[Incidents | Partitioned, ...]] = ContextVar("together", default=())
SHARE = 0.95
# Without dates of report: within as many days 92 % of the LAPD's incidents of 2020 and 2021 were reported (West LA).
USUAL_LAG = 30
NO_FALL = "What looks like a fall there may be none"
BY_REPORT = (
    f"choose by the date of the report (time column {REPORTED_COLUMN}), or estimate what is still to come (nowcast)"
)
GIVE_REPORTS = f"give the dates of report (a column {REPORTED_COLUMN}), by which it is measured"


def warn(parameters: Parameters, *periods: Incidents | Partitioned) -> None:
    """Keep with a result, and announce, what is wrong with the period of its incidents, or with several of them together.

    Of a scan itself, not of what was collapsed of it, which has no dates.
    """
    for sentence in problems(*(_TOGETHER.get() or periods)).values():
        if sentence not in parameters.get("warnings", []):
            parameters.warn(sentence)


@contextmanager
def judged_together(*periods: Incidents | Partitioned) -> Iterator[None]:
    """Say of every result made within what holds of some periods together, once in the log."""
    token = _TOGETHER.set(periods)
    try:
        with warned_once():
            yield
    finally:
        _TOGETHER.reset(token)


def warn_of_switch(parameters: Parameters, *periods: Incidents) -> None:
    """Keep with a result on delays, and announce, where its incidents cross a change of the records system."""
    for sentence in _switches(periods).values():
        parameters.warn(sentence)


def refuse_switch(
    *periods: Incidents, allow: str | Iterable[str] | None = None, parameters: Parameters, remedy: str = ""
) -> None:
    """Raise where incidents cross a change of the records system, unless told; of what reckons with the lag itself.

    `remedy` is what to say where the function that asks has no `allow`.
    """
    _refuse(_switches(periods), allow, parameters, remedy)


def _switches(periods: Sequence[Incidents]) -> dict[str, str]:
    sentence = _over_switch(_dated(periods))
    return {SWITCH: sentence} if sentence else {}


def refuse(*periods: Incidents, allow: str | Iterable[str] | None = None, parameters: Parameters | None = None) -> None:
    """Raise where something is wrong with the period of incidents, or of several of them together.

    Parameters
    ----------
    periods : the incidents, of one period or of several.
    allow : what shall only be warned of: "reporting_lag", "nibrs_switch".
    parameters : the record that keeps these warnings.

    Raises
    ------
    ValueError
        If the period ends among days not all reported yet, or crosses the change of the records system.
    """
    _refuse(problems(*periods), allow, Parameters() if parameters is None else parameters)


def _refuse(found: dict[str, str], allow: str | Iterable[str] | None, parameters: Parameters, remedy: str = "") -> None:
    allowed = selection.words(allow) if isinstance(allow, str) else allow
    allowed = list(allowed or ())
    unknown = [name for name in allowed if name not in GUARDS]
    if unknown:
        raise ValueError(f"allow must be of {', '.join(map(repr, GUARDS))}, got {unknown[0]!r}.")
    for name, sentence in found.items():
        if name not in allowed:
            raise ValueError(f"{sentence} To go on all the same, say {remedy or f'allow={name!r}'}.")
    for sentence in found.values():
        parameters.warn(sentence)


def problems(*periods: Incidents | Partitioned) -> dict[str, str]:
    """Return what is wrong with the period of incidents, or with several of them together, as sentences by the guard's name."""
    dated = _dated([days_of(period) if isinstance(period, Partitioned) else period for period in periods])
    found = {LAG: _in_lag(dated)} if dated else {}
    return {**{name: sentence for name, sentence in found.items() if sentence}, **_switches(dated)}


def _dated(periods: Sequence[Incidents]) -> list[Incidents]:
    return [period for period in periods if period.when is not None and not np.isnat(period.when).all()]


def _in_lag(periods: list[Incidents]) -> str:
    """Say which periods end among days not all reported yet; "" where none does."""
    known = max(period.known_until for period in periods if period.known_until is not None)
    ends: dict[_SafeEnd, list[str]] = {}
    for period in periods:
        safe = _safe_end(period, known)
        last = min(extent(period)[1].astype("M8[D]") - DAY, known.astype("M8[D]"))
        if period.time_column != REPORTED_COLUMN and last > safe.day:
            ends.setdefault(safe, []).append(str(last))
    return " ".join(safe.told_of(list(dict.fromkeys(days))) for safe, days in ends.items())


class _SafeEnd(NamedTuple):
    """The last day of which enough is reported, how that is known, and what one may do instead of ending there."""

    day: np.datetime64
    why: str
    instead: str

    def told_of(self, days: list[str]) -> str:
        """Say that periods end on days after it."""
        several = len(days) > 1
        end = f"The periods end on {' and '.join(days)}" if several else f"The period ends on {days[0]}"
        earlier = "end no period later" if several else "end it there"
        return f"{end}, and {self.why}. {NO_FALL}: {earlier} (until {self.day + DAY}), or {self.instead}."


def _safe_end(incidents: Incidents, known_until: np.datetime64) -> _SafeEnd:
    """Return up to when enough is reported, as the whole file tells, whatever period was chosen from it."""
    if incidents.known_until is not None:
        end = incidents.known_until.astype("M8[D]")
        safe = measured_safe_end(incidents.whole, end, incidents.selection.get("category"))
        if safe is not None:
            held = f"{100 * SHARE:.0f} % or more of the incidents of a day only up to {safe}"
            return _SafeEnd(safe, f"the file, with reports up to {end}, holds {held}", BY_REPORT)
    safe = known_until.astype("M8[D]") - USUAL_LAG * DAY
    lacking, instead = ("no", GIVE_REPORTS) if incidents.reported is None else ("few", BY_REPORT)
    taken = f"incidents of the last {USUAL_LAG} days of the file, those after {safe}, are not all reported"
    return _SafeEnd(safe, f"with {lacking} dates of report it is taken that {taken}", instead)


def measured_safe_end(whole: FileDates, end: np.datetime64, category: str | None = None) -> np.datetime64 | None:
    """Return the last day of which enough is reported by the delays of a whole file, None where too few are known.

    `category` names those, with commas between them, by whose delays it is measured.
    """
    if whole.lag_safe_end is not None or whole.reported is None:
        return whole.lag_safe_end
    # Those of a chosen period alone would all seem to be reported soon: the late ones are not there yet.
    rows = _of_categories(whole.category, category)
    columns = (whole.when, whole.reported, whole.frequency)
    when, reported, frequency = (column if column is None or rows is None else column[rows] for column in columns)
    lags = lags_between(when, reported, end, frequency)
    return end - lags.delays().days_until(SHARE) * DAY if lags.number >= LEAST_AT_RISK else None


def _of_categories(column: np.ndarray | None, asked: str | None) -> np.ndarray | None:
    """Return a mask of the rows of the categories asked for, None for all."""
    if column is None or asked is None:
        return None
    # A name may have a comma of its own.
    wanted = {asked.lower(), *(name.lower() for name in selection.words(asked) or ())}
    values = column.tolist()
    chosen = {value for value in set(values) if str(value).lower() in wanted}
    return np.fromiter(map(chosen.__contains__, values), bool, len(values)) if chosen else None


def _over_switch(periods: list[Incidents]) -> str:
    """Say that records of the LAPD are of both sides of its change of system, or of the older one after it; else ""."""
    theirs = [period for period in periods if period.agency in (LAPD, LAPD_NIBRS)]
    if not theirs:
        return ""
    extents, systems = [extent(period) for period in theirs], set[str]().union(*map(systems_of, theirs))
    begin, end = min(first for first, _ in extents), max(last for _, last in extents)
    day = dates.in_digits(NIBRS_SWITCH)
    change = f"{day}, when the LAPD began to move to another records system (NIBRS), bureau by bureau"
    if begin < NIBRS_SWITCH < end:
        return (
            f"The period, {dates.days_in_words(begin, end - np.timedelta64(1, 's'))}, crosses {change}: the older files lose "
            "incidents from then on, and the new ones count offences, so a change is none of crime. Take either side by itself "
            f"(until or since {day})."
        )
    if len(systems) > 1:
        return (
            f"The incidents are of both records systems of the LAPD, which changed it from {day} on, bureau by bureau: the older "
            "one counts reports and the new one (NIBRS) offences, so what is counted of both together is neither. Take the files "
            "of either by themselves."
        )
    if LAPD in systems and begin >= NIBRS_SWITCH:
        return (
            f"The period lies after {change}: the older files, of which these incidents are, lose more and more of them from "
            "then on, so a fall is none of crime. Take the files of the new system."
        )
    return ""


def systems_of(incidents: Incidents) -> set[str]:
    """Return of which records systems of the LAPD incidents are: by the column that tells them apart, else by their agency."""
    source = incidents.source
    if source is not None and SCHEMA_COLUMN in source:
        found = {SYSTEMS[str(name)] for name in set(np.asarray(source[SCHEMA_COLUMN]).tolist()) if str(name) in SYSTEMS}
        if found:
            return found
    return {str(incidents.agency)}
