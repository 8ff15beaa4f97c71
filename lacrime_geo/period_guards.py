"""The guard of periods: one that reaches into days not all reported yet, or across a change of the records system."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from . import dates
from .agencies import LAPD, LAPD_NIBRS, NIBRS_SWITCH
from .frames import REPORTED_COLUMN
from .incidents import Incidents
from .parameters import Parameters
from .periods import extent
from .report_lags import DAY, lags_of
from .truncated_delays import LEAST_AT_RISK

LAG, SWITCH = "reporting_lag", "nibrs_switch"
GUARDS = (LAG, SWITCH)
SHARE = 0.95
# Without dates of report: within as many days 92 % of the LAPD's incidents of 2020 and 2021 were reported (West LA).
USUAL_LAG = 30
NO_FALL = "What looks like a fall there may be none"
BY_REPORT = (
    f"choose by the date of the report (time column {REPORTED_COLUMN}), or estimate what is still to come (nowcast)"
)
GIVE_REPORTS = f"give the dates of report (a column {REPORTED_COLUMN}), by which it is measured"


def warn(parameters: Parameters, *periods: Incidents) -> None:
    """Keep with a result, and announce, what is wrong with the period of its incidents, or with several of them together."""
    for sentence in problems(*periods).values():
        if sentence not in parameters.get("warnings", []):
            parameters.warn(sentence)


def refuse(*periods: Incidents, allow: Iterable[str] = (), parameters: Parameters | None = None) -> None:
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
    allowed = [allow] if isinstance(allow, str) else list(allow)
    unknown = [name for name in allowed if name not in GUARDS]
    if unknown:
        raise ValueError(f"allow must be of {', '.join(map(repr, GUARDS))}, got {unknown[0]!r}.")
    found = problems(*periods)
    for name, sentence in found.items():
        if name not in allowed:
            raise ValueError(f"{sentence} To go on all the same, say allow={name!r}.")
    record = Parameters() if parameters is None else parameters
    for sentence in found.values():
        record.warn(sentence)


def problems(*periods: Incidents) -> dict[str, str]:
    """Return what is wrong with the period of incidents, or with several of them together, as sentences by the guard's name."""
    dated = [period for period in periods if period.when is not None and not np.isnat(period.when).all()]
    if not dated:
        return {}
    found = {LAG: _in_lag(dated), SWITCH: _over_switch(dated)}
    return {name: sentence for name, sentence in found.items() if sentence}


def _in_lag(periods: list[Incidents]) -> str:
    """Say which periods end among days not all reported yet; "" where none does."""
    known = max(period.known_until for period in periods if period.known_until is not None)
    said = [_ends_in_lag(period, known) for period in periods if period.time_column != REPORTED_COLUMN]
    return " ".join(sentence for sentence in said if sentence)


def _ends_in_lag(incidents: Incidents, known_until: np.datetime64) -> str:
    safe, why, instead = _safe_end(incidents, known_until)
    last = min(extent(incidents)[1].astype("M8[D]") - DAY, known_until.astype("M8[D]"))
    if last <= safe:
        return ""
    return f"The period ends on {last}, and {why}. {NO_FALL}: end it there (until {safe + DAY}), or {instead}."


def _safe_end(incidents: Incidents, known_until: np.datetime64) -> tuple[np.datetime64, str, str]:
    """Return the last day of which enough is reported, how that is known, and what one may do instead of ending there."""
    if incidents.reported is not None and incidents.known_until is not None:
        end = incidents.known_until.astype("M8[D]")
        lags = lags_of(incidents, end)
        if lags.days.size >= LEAST_AT_RISK:
            safe = end - lags.delays().days_until(SHARE) * DAY
            held = f"{100 * SHARE:.0f} % or more of the incidents of a day only up to {safe}"
            return safe, f"the file, with reports up to {end}, holds {held}", BY_REPORT
    end = known_until.astype("M8[D]")
    safe = end - USUAL_LAG * DAY
    lacking, instead = ("no", GIVE_REPORTS) if incidents.reported is None else ("few", BY_REPORT)
    taken = f"incidents of the last {USUAL_LAG} days of the file, those after {safe}, are not all reported"
    return safe, f"with {lacking} dates of report it is taken that {taken}", instead


def _over_switch(periods: list[Incidents]) -> str:
    """Say that records of the LAPD are of both sides of its change of system, or of the older one after it; else ""."""
    theirs = [period for period in periods if period.agency in (LAPD, LAPD_NIBRS)]
    if not theirs:
        return ""
    extents = [extent(period) for period in theirs]
    begin, end = min(first for first, _ in extents), max(last for _, last in extents)
    day = dates.in_digits(NIBRS_SWITCH)
    change = f"{day}, when the LAPD began to move to another records system (NIBRS), bureau by bureau"
    if begin < NIBRS_SWITCH < end:
        return (
            f"The period, {dates.days_in_words(begin, end - np.timedelta64(1, 's'))}, crosses {change}: the older files lose "
            "incidents from then on, and the new ones count offences, so a change is none of crime. Take either side by itself "
            f"(until or since {day})."
        )
    if any(period.agency == LAPD for period in theirs) and begin >= NIBRS_SWITCH:
        return (
            f"The period lies after {change}: the older files, of which these incidents are, lose more and more of them from "
            "then on, so a fall is none of crime. Take the files of the new system."
        )
    return ""
