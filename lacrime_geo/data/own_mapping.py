"""What a user says about a file of any agency: which column holds what, and what no column tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .date_orders import ORDERS

# What a column may hold, in the order in which columns are looked for.
ROLES = ("x", "y", "date", "time", "end", "end_time", "reported", "category_column", "id")
# Other words for the same.
SYNONYMS = {"start": "date", "start_time": "time", "category": "category_column"}
OTHERS = ("crs", "date_order", "near")


@dataclass(frozen=True)
class Asked:
    """Hold the columns that were named, by role, and the CRS, the order of dates and the rough place, where given."""

    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    date_order: str | None = None
    near: tuple[float, float] | None = None


NOTHING_SAID = Asked()


def asked(mapping: Mapping[str, Any] | None = None, **named: Any) -> Asked:
    """Return what a mapping and keywords say together; None and "" say nothing.

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
    for name, value in [*(mapping or {}).items(), *named.items()]:
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
    try:
        longitude, latitude = (float(value) for value in near)
    except (TypeError, ValueError):
        longitude = latitude = np.nan
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValueError(f"near must be longitude and latitude in degrees, such as (-118.24, 34.05), not {near!r}.")
    return longitude, latitude
