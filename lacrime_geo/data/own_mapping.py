"""What a user says about a file of any agency: which column holds what, and what no column tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

import numpy as np

from .date_orders import ORDERS

# What a column may hold, in the order in which columns are looked for.
ROLES = ("x", "y", "date", "time", "end", "end_time", "reported", "category_column", "id")
# Other words for the same.
SYNONYMS = {"start": "date", "start_time": "time", "category": "category_column"}
OTHERS = ("crs", "date_order", "near")
# A mapping, or its text as on the command line.
Said = Union[Mapping[str, Any], str, None]


@dataclass(frozen=True)
class Asked:
    """Hold the columns that were named, by role, and the CRS, the order of dates and the rough place, where given."""

    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    date_order: str | None = None
    near: tuple[float, float] | None = None


NOTHING_SAID = Asked()
OPTION_HELP = (
    'What the columns of a table of any agency hold, such as "date=Call Date, x=LON, y=LAT, crs=EPSG:2913, near=-122.6 45.5"; '
    'of an LAPD file its column for one of ours, such as "occurred=Date of offence". Default: guessed, and announced.'
)


def in_words(text: str) -> dict[str, str]:
    """Return the mapping that a text says, commas between; a comma inside a column's name is kept.

    >>> in_words("date=Call Date, time, x=LON, near=-122.6, 45.5")
    {'date': 'Call Date, time', 'x': 'LON', 'near': '-122.6, 45.5'}
    """
    said: dict[str, str] = {}
    for part in re.split(r",\s*(?=\w+\s*=)", text):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not (name and equals and value):
            raise ValueError(
                f'A mapping is such as "date=Call Date, x=LON, y=LAT, crs=EPSG:2913", got {text!r}: {part.strip()!r} is no name '
                "and what it stands for."
            )
        if said.setdefault(name, value) != value:
            raise ValueError(f"{name!r} is given twice, as {said[name]!r} and as {value!r}; give it once.")
    return said


def as_mapping(said: Said) -> dict[str, Any]:
    """Return a mapping given as one or as its text; None and "" say nothing."""
    if isinstance(said, str):
        return in_words(said) if said.strip() else {}
    return dict(said or {})


def how(*names: str) -> str:
    """Return how something is said on each road, for the end of a sentence that asks for it.

    >>> how("crs")
    '(--mapping "crs=…" in a command, mapping={"crs": …} in a script, its field in “Load incidents”)'
    """
    command, script = ", ".join(f"{name}=…" for name in names), ", ".join(f'"{name}": …' for name in names)
    return f'(--mapping "{command}" in a command, mapping={{{script}}} in a script, its field in “Load incidents”)'


def asked(mapping: Said = None, **named: Any) -> Asked:
    """Return what a mapping, or its text, and keywords say together; None and "" say nothing.

    Raises
    ------
    ValueError
        If a role is not known or is given twice with different columns, or `date_order` or `near` is none.

    Examples
    --------
    >>> asked({"start": "From", "end": "To", "crs": "EPSG:2229"}).columns
    {'date': 'From', 'end': 'To'}
    """
    said: dict[str, Any] = {}
    for name, value in [*as_mapping(mapping).items(), *named.items()]:
        role = SYNONYMS.get(name, name)
        if role not in (*ROLES, *OTHERS):
            known = ", ".join((*ROLES, *SYNONYMS, *OTHERS))
            raise ValueError(f"{name!r} is nothing that a column may hold; choose of {known}.")
        if value is None or (isinstance(value, str) and not value):
            continue
        if said.setdefault(role, value) != value:
            raise ValueError(f"{name!r} is given twice, as {said[role]!r} and as {value!r}; give it once.")
    columns = {role: str(said[role]) for role in ROLES if role in said}
    return Asked(columns, said.get("crs"), _order(said.get("date_order")), _place(said.get("near")))


def _order(order: Any) -> str | None:
    if order is not None and order not in ORDERS:
        raise ValueError(f"date_order must be {' or '.join(map(repr, ORDERS))}, not {order!r}.")
    return order


def _place(near: Any) -> tuple[float, float] | None:
    if near is None:
        return None
    numbers = re.split(r"[\s,;]+", near.strip("() ")) if isinstance(near, str) else near
    try:
        longitude, latitude = (float(value) for value in numbers)
    except (TypeError, ValueError):
        longitude = latitude = np.nan
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValueError(f"near must be longitude and latitude in degrees, such as (-118.24, 34.05), not {near!r}.")
    return longitude, latitude
