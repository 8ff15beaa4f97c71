"""The data sets of LAPD incidents on the city's portal: their periods and columns, and which one holds a period."""

from __future__ import annotations

import logging
from typing import NamedTuple, Optional

import numpy as np

from ..schemas import LEGACY, NIBRS
from .portal_columns import LEGACY as LEGACY_COLUMNS
from .portal_columns import NIBRS as NIBRS_COLUMNS
from .portal_columns import NIBRS_2024 as NIBRS_2024_COLUMNS

log = logging.getLogger("lacrime_geo")
Day = Optional[np.datetime64]
# From this day on the department moved to its new records system, bureau by bureau.
SWITCH = np.datetime64("2024-03-07")


class DataSet(NamedTuple):
    """Hold what is known of a data set: our name, the portal's, the days it covers (last exclusive), its columns."""

    name: str
    portal_name: str
    schema: str
    since: np.datetime64
    until: Day
    columns: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """The column that tells its rows apart."""
        return "dr_no" if self.schema == LEGACY else "uniquenibrno"

    @property
    def code(self) -> str:
        """The column of the code of the crime."""
        return "crm_cd" if self.schema == LEGACY else "nibr_code"

    def overlaps(self, since: Day, until: Day) -> bool:
        """Tell whether any day of a period, None where it is open, is one of its days."""
        begins_in_time = since is None or self.until is None or since < self.until
        return bool(begins_in_time and (until is None or until > self.since))

    def lacks(self, since: Day, until: Day) -> bool:
        """Tell whether any day that a period names is none of its days."""
        too_late = self.until is not None and until is not None and until > self.until
        return bool(too_late or (since is not None and since < self.since)) or not self.overlaps(since, until)

    def days(self) -> str:
        """Return its days in words."""
        return f"from {self.since} on" if self.until is None else f"{self.since} to {self.until - 1}"


def _day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


LEGACY_2010 = DataSet("legacy_2010", "63jg-8b9z", LEGACY, _day("2010-01-01"), _day("2020-01-01"), tuple(LEGACY_COLUMNS))
LEGACY_2020 = DataSet("legacy_2020", "2nrs-mtv8", LEGACY, _day("2020-01-01"), _day("2025-01-01"), tuple(LEGACY_COLUMNS))
NIBRS_2024 = DataSet("nibrs_2024", "y8y3-fqfu", NIBRS, SWITCH, _day("2026-01-01"), NIBRS_2024_COLUMNS)
# Made for 2026 and later. Users report that since August 2026 it holds the earlier offences too; who names it may ask for them.
NIBRS_ALL = DataSet("nibrs", "k7nn-b2ep", NIBRS, SWITCH, None, NIBRS_COLUMNS)
NIBRS_2026 = NIBRS_ALL._replace(since=_day("2026-01-01"))
DATA_SETS = (LEGACY_2010, LEGACY_2020, NIBRS_2024, NIBRS_ALL)
CHOSEN_BY_PERIOD = (LEGACY_2010, LEGACY_2020, NIBRS_2024, NIBRS_2026)


def named(name: str, since: Day, until: Day) -> DataSet:
    """Return the data set of a name, ours or the portal's; raise when it does not hold the whole period.

    Raises
    ------
    ValueError
        If there is none of that name, or the period reaches beyond it.
    """
    found = [one for one in DATA_SETS if str(name).strip().lower() in (one.name, one.portal_name)]
    if not found:
        known = ", ".join(f"{one.name} ({one.portal_name})" for one in DATA_SETS)
        raise ValueError(f"dataset must be one of {known}, got {name!r}.")
    (chosen,) = found
    if chosen.lacks(since, until):
        raise ValueError(
            f"The data set {chosen.name} holds {chosen.days()}, asked for was {_in_words(since, until)}; choose a period within "
            "it, or leave the data set out to have it chosen by the period."
        )
    _warn_of_decay(chosen, until)
    return chosen


def holding(since: Day, until: Day) -> DataSet:
    """Return the one data set that holds a period.

    Raises
    ------
    ValueError
        If no period is given, none holds it, or several do: what to ask for instead is said.
    """
    if since is None and until is None:
        known = ", ".join(f"{one.name} ({one.days()})" for one in CHOSEN_BY_PERIOD)
        raise ValueError(f"Neither a period nor a data set was named; name a period (since, until) or one of {known}.")
    found = [one for one in CHOSEN_BY_PERIOD if one.overlaps(since, until)]
    if not found or (since is not None and since < found[0].since):
        raise ValueError(
            f"The portal holds incidents from {LEGACY_2010.since} on, asked for was {_in_words(since, until)}; choose a later "
            "period."
        )
    if len(found) == 1:
        return found[0]
    if len({one.schema for one in found}) == 1:
        cut = found[1].since
        raise ValueError(
            f"The period {_in_words(since, until)} lies in two data sets of one record system ({found[0].name}, "
            f"{found[1].name}); fetch it in two parts, the first until {cut}, the second since {cut}."
        )
    raise ValueError(
        f"The period {_in_words(since, until)} lies in {len(found)} data sets of two record systems, which are not joined: from "
        f"{SWITCH} on the department moved to NIBRS, bureau by bureau, and rows are offences under other codes. Ask for a "
        f"period before {SWITCH} or from {LEGACY_2020.until} on, or name one data set: "
        f"{', '.join(one.name for one in found)}."
    )


def _warn_of_decay(chosen: DataSet, until: Day) -> None:
    """Say that a data set of the old records system runs out through 2024, where the period reaches there."""
    if chosen is LEGACY_2020 and (until is None or until > SWITCH):
        log.warning(
            "from %s on the department moved to another records system, bureau by bureau: the incidents of %s thin out "
            "through 2024, which is no fall in crime",
            SWITCH,
            chosen.name,
        )


def _in_words(since: Day, until: Day) -> str:
    begin = "" if since is None else f"from {since} on"
    return " ".join(part for part in (begin, "" if until is None else f"before {until}") if part)
