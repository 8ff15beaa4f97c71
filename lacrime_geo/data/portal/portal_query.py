"""The address of a query to the city's portal: which rows of which LAPD data set, in an order that pages well."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Union
from urllib.parse import quote

import numpy as np

from ...selection import period_of
from ..categories import CATEGORIES, NIBRS_CATEGORIES, OTHER
from ..schemas import LEGACY
from .portal_columns import OF_VICTIMS
from .portal_data_sets import DataSet, Day, holding, named

log = logging.getLogger("lacrime_geo")
PORTAL = "https://data.lacity.org"
# A query that names no limit gets 1,000 rows from the portal, and no word about the others.
ALL_ROWS = 10_000_000
AREAS = (
    *("Central", "Rampart", "Southwest", "Hollenbeck", "Harbor", "Hollywood", "Wilshire", "West LA", "Van Nuys"),
    *("West Valley", "Northeast", "77th Street", "Newton", "Pacific", "N Hollywood", "Foothill", "Devonshire"),
    *("Southeast", "Mission", "Olympic", "Topanga"),
)
ALL_COLUMNS = "all"

Moment = Union[str, date, np.datetime64]
Areas = Union[str, int, Sequence[Union[str, int]]]


def lapd_url(
    *,
    since: Moment | None = None,
    until: Moment | None = None,
    category: str | Sequence[str] | None = None,
    area: Areas | None = None,
    dataset: str | None = None,
    columns: str | Sequence[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> str:
    """Return the address of a query to the city's open-data portal: LAPD incidents of a period and category, as CSV.

    `fetch` gets what it names, page by page. Rows are ordered by their number, so that pages neither overlap nor miss any.

    Parameters
    ----------
    since, until : days of occurrence, the first (inclusive) and the one after the last (exclusive); default open.
    category : slug or slugs such as "burglary"; default all.
    area : number (1–21) or name of the division or divisions, such as 6 or "Hollywood"; default all.
    dataset : "legacy_2010" (2010–2019), "legacy_2020" (2020–2024), "nibrs_2024" (7 March 2024 to 2025, one row per
        offence), "nibrs" (from 2026 on), or the portal's own name such as "2nrs-mtv8"; default the one that
        holds the period.
    columns : the portal's names of the columns wanted, or "all"; default all but those that describe victims.
    limit : how many rows at most; default all.
    offset : how many rows of the order are left out first.

    Raises
    ------
    ValueError
        If the period lies in several data sets, which are never joined (the sentence says what to ask for), in none or not
        in the one named; if a category, area or column is not known.

    Notes
    -----
    The query language is SoQL, of the Socrata Open Data API 2.1.

    Examples
    --------
    >>> from urllib.parse import unquote
    >>> print(unquote(lapd_url(since="2023-01", until="2023-02", category="arson", columns="dr_no", limit=10)))
    https://data.lacity.org/resource/2nrs-mtv8.csv?$select=dr_no&$where=date_occ >= '2023-01-01T00:00:00'
    and date_occ < '2023-02-01T00:00:00' and crm_cd in ('648')&$order=dr_no,:id&$limit=10&$offset=0
    >>> lapd_url(since="2024-01-01", until="2024-12-31")
    Traceback (most recent call last):
    ValueError: The period from 2024-01-01 on before 2024-12-31 lies in 2 data sets of two record systems, ...
    """
    begin, end = _days(since, until)
    chosen = holding(begin, end) if dataset is None else named(dataset, begin, end)
    conditions = [*_period(begin, end), *_category(chosen, category), *_area(area)]
    parts = {
        "$select": ",".join(_quoted_name(name) for name in _columns(chosen, columns)),
        "$where": " and ".join(conditions),
        # Rows of one number are told apart by the portal's own, which orders them alike in every answer.
        "$order": f"{chosen.identifier},:id",
        "$limit": str(ALL_ROWS if limit is None else _count("limit", limit, 1)),
        "$offset": str(_count("offset", offset, 0)),
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items() if value)
    return f"{PORTAL}/resource/{chosen.portal_name}.csv?{query}"


def first_day_asked(where: str) -> str | None:
    """Return the first day of occurrence that a condition made here asks for, None where it names none.

    >>> first_day_asked("date_occ >= '2023-01-01T00:00:00' and crm_cd in ('510')")
    '2023-01-01'
    """
    found = re.search(r"\bdate_occ >= '(\d{4}-\d\d-\d\d)", where)
    return found[1] if found else None


def _days(since: Moment | None, until: Moment | None) -> tuple[Day, Day]:
    """Return the days of a period; raise when it names times of day, which the portal's dates do not have."""
    begin, end = period_of(since, until)
    for name, moment in (("since", begin), ("until", end)):
        if moment is not None and moment != moment.astype("M8[D]"):
            raise ValueError(
                f"{name} must be a day, as the portal keeps dates and times of day apart, got {moment}; choose hours after "
                "reading."
            )
    days = (moment if moment is None else moment.astype("M8[D]") for moment in (begin, end))
    return next(days), next(days)


def _period(since: Day, until: Day) -> list[str]:
    bounds = ((">=", since), ("<", until))
    return [f"date_occ {sign} '{day}T00:00:00'" for sign, day in bounds if day is not None]


def _category(chosen: DataSet, category: str | Sequence[str] | None) -> list[str]:
    """Return the condition of a category: its codes, or for "other" none of those listed."""
    if category is None:
        return []
    wanted = [name.lower() for name in _several(category)]
    listed: dict[str, tuple[object, ...]] = dict(CATEGORIES if chosen.schema == LEGACY else NIBRS_CATEGORIES)
    unknown = [name for name in wanted if name not in listed and name != OTHER]
    if unknown or not wanted:
        raise ValueError(f"category must be of {', '.join([*listed, OTHER])}, got {', '.join(unknown) or 'none'}.")
    codes = _list(code for name in listed if name in wanted for code in listed[name])
    if OTHER not in wanted:
        return [f"{chosen.code} in ({codes})"]
    not_listed = _list(code for name in listed if name not in wanted for code in listed[name])
    return [f"({chosen.code} not in ({not_listed}) or {chosen.code} is null)"] if not_listed else []


def _area(area: Areas | None) -> list[str]:
    """Return the condition of divisions, by number: the data sets write some with a leading zero, some without."""
    if area is None:
        return []
    wanted = sorted({_area_number(one) for one in (_several(area))})
    if not wanted:
        raise ValueError("area names no division; leave it out for all of them.")
    return [f"area in ({_list(text for number in wanted for text in dict.fromkeys((f'{number:02}', str(number))))})"]


def _area_number(area: str | int) -> int:
    plain = str(area).lower()
    names = {name.lower(): number for number, name in enumerate(AREAS, 1)}
    number = int(plain) if re.fullmatch(r"\d{1,2}", plain) else names.get(plain, 0)
    if not 1 <= number <= len(AREAS):
        raise ValueError(f"area must be a number from 1 to {len(AREAS)} or a name of {', '.join(AREAS)}, got {area!r}.")
    return number


def _columns(chosen: DataSet, columns: str | Sequence[str] | None) -> list[str]:
    if columns is None:
        left_out = [name for name in chosen.columns if name in OF_VICTIMS]
        log.info("left out: %s, which describe victims; columns all has them", ", ".join(left_out))
        return [name for name in chosen.columns if name not in left_out]
    wanted = [name.lower() for name in _several(columns)]
    if wanted == [ALL_COLUMNS]:
        return list(chosen.columns)
    unknown = [name for name in wanted if name not in chosen.columns]
    if unknown or not wanted:
        raise ValueError(
            f"columns must be of those of {chosen.name} ({', '.join(chosen.columns)}) or all, got {', '.join(unknown) or 'none'}."
        )
    # Without its number a row that comes twice could not be told from another one.
    return list(dict.fromkeys([chosen.identifier, *wanted]))


def _several(value: object) -> list[str]:
    """Return what is named by a text with commas between, by a list, or by a single number, 6.0 as 6."""
    parts = (
        value.split(",") if isinstance(value, str) else map(_as_text, value if isinstance(value, Iterable) else [value])
    )
    return [part.strip() for part in parts if part.strip()]


def _as_text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else str(value)


def _list(codes: Iterable[object]) -> str:
    # As text: where a column holds numbers the portal reads the text as one.
    return ",".join(f"'{code}'" for code in codes)


def _quoted_name(name: str) -> str:
    return f"`{name}`" if name == "group" else name  # a word of the query language


def _count(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}.")
    return int(value)
