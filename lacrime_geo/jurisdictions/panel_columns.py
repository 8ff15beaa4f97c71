"""What the columns of a table of agency-years are usually called, and what they are called in a panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rows import Rows

# The Marshall Project's names, ours, and some that are usual elsewhere.
AGENCY = ("ORI", "ori", "ori9", "agency_id", "agency", "city", "department_name", "jurisdiction", "name")
NAME = ("department_name", "agency_name", "name", "city")
YEAR = ("year", "data_year", "yr")
POPULATION = ("total_pop", "population", "pop", "residents")
MONTHS = ("months_reported", "number_of_months_reported", "months")
VIOLENT = ("violent_crime", "violent", "violent_crimes", "violent_crime_total")
COUNT = (*VIOLENT, "count", "crimes", "offenses", "incidents")
COMPONENTS: dict[str, tuple[str, ...]] = {
    "homicide": ("homs_sum", "homicide", "homicides", "murder", "murder_and_nonnegligent_manslaughter"),
    "rape": ("rape_sum", "rape", "rapes", "forcible_rape"),
    "robbery": ("rob_sum", "robbery", "robberies"),
    "aggravated_assault": ("agg_ass_sum", "aggravated_assault", "aggravated_assaults"),
}
RATES: dict[str, tuple[str, ...]] = {
    "violent": ("violent_per_100k", "violent_rate"),
    "homicide": ("homs_per_100k", "homicide_rate"),
    "rape": ("rape_per_100k", "rape_rate"),
    "robbery": ("rob_per_100k", "robbery_rate"),
    "aggravated_assault": ("agg_ass_per_100k", "aggravated_assault_rate"),
}
# What is read beside the columns that are asked for: the checks need it.
IDENTITY, REPORTED = (*AGENCY, *NAME), (*YEAR, *MONTHS)
CRIMES = (*COUNT, *(name for names in (*COMPONENTS.values(), *RATES.values()) for name in names))
ROLES = ("agency", "name", "year", "count", "population", "months")


def named(rows: Rows, asked: Mapping[str, str | None]) -> dict[str, str]:
    """Return which column of a table has which role: those asked for, and those that are called as usual.

    Agency, year, count and population must be there; name, months, components and rates need not.

    Raises
    ------
    ValueError
        If a column is not there, or a role is none.
    """
    unknown = [role for role in asked if role not in (*ROLES, "violent", *COMPONENTS)]
    if unknown:
        known = ", ".join((*ROLES, "violent", *COMPONENTS))
        raise ValueError(f"{unknown[0]!r} is nothing that a column of a panel may hold; choose of {known}.")
    must = {"agency": AGENCY, "year": YEAR, "count": COUNT, "population": POPULATION}
    found = {role: rows.found(role, asked.get(role), usual) for role, usual in must.items()}
    may = {"name": NAME, "months": MONTHS, "violent": VIOLENT, **COMPONENTS}
    may.update({f"{crime}_rate": usual for crime, usual in RATES.items()})
    for role, usual in may.items():
        column = _there(rows, role, asked.get(role), usual)
        if column is not None:
            found[role] = column
    return found


def _there(rows: Rows, role: str, asked: str | None, usual: tuple[str, ...]) -> str | None:
    lower = {name.lower() for name in rows.names}
    if asked is None and not any(name.lower() in lower for name in usual):
        return None
    return rows.found(role, asked, usual)


def counted_as(found: Mapping[str, Any]) -> str:
    """Return what the crimes counted are called in a panel: "violent", a component, or as their column is."""
    for crime in ("violent", *COMPONENTS):
        if found.get(crime) == found["count"]:
            return crime
    return str(found["count"])
