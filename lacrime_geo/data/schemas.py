"""The two record systems of the LAPD, told apart by the columns of a file: the older one and NIBRS (from March 2024)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from .column_words import plain_name

LEGACY, NIBRS = "legacy", "NIBRS"
# By these a file is known, in plain names; what else it must have its reader says.
MARKS = {LEGACY: {"drno", "crmcd"}, NIBRS: {"uniquenibrno", "nibrcode"}}


def schema_of(columns: Iterable[str]) -> str | None:
    """Return "legacy" or "NIBRS" by the names of a file's columns, None where it is neither.

    Raises
    ------
    ValueError
        If the columns are of both, as when two files were joined: their rows count different things.

    Examples
    --------
    >>> schema_of(["DR_NO", "Date Rptd", "Crm Cd"]), schema_of(["CaseNo", "UniqueNIBRNo", "NIBR_Code"]), schema_of(["id"])
    ('legacy', 'NIBRS', None)
    """
    known = {plain_name(name) for name in columns}
    found = [schema for schema, marks in MARKS.items() if marks <= known]
    if len(found) > 1:
        raise ValueError(
            "The file has columns of both record systems of the LAPD (DR_NO and UniqueNIBRNo): one counts reports, the other "
            "offences, under different codes; read the two files that were joined one by one."
        )
    return found[0] if found else None


def refuse_clashes(file: str, names: Iterable[tuple[str, str]], made: Collection[str]) -> None:
    """Raise when two columns of a file (theirs, ours) have one name with us, or one has the name of a column that is made here.

    One of the two would be lost, and which one would depend on their order.

    Examples
    --------
    >>> refuse_clashes("a.csv", [("AREA", "area"), ("beat", "beat")], ["category"])
    >>> refuse_clashes("a.csv", [("AREA", "area"), ("area", "area")], [])
    Traceback (most recent call last):
    ValueError: a.csv has the columns 'AREA' and 'area', which are both called 'area' here; give one another name, as in ...
    """
    first: dict[str, str] = {}
    for theirs, ours in names:
        other = first.setdefault(ours, theirs)
        if other == theirs and ours not in made:
            continue
        odd = other if other == ours else theirs
        both = f"the columns {other!r} and {theirs!r}, which are both"
        said = both if other != theirs else f"a column {theirs!r}, and one that is made here is"
        raise ValueError(
            f"{file} has {said} called {ours!r} here; give one another name, as in mapping={{'name of your own': {odd!r}}}."
        )


def refuse_mixed(schemas: Mapping[str, str | None]) -> None:
    """Raise when files (name to schema) are not all of one record system.

    Raises
    ------
    ValueError
        If there are several, with an example of each.
    """
    first: dict[str | None, str] = {}
    for file, schema in schemas.items():
        first.setdefault(schema, file)
    if len(first) > 1:
        shown = ", ".join(f"{file} is {schema or 'neither'}" for schema, file in first.items())
        raise ValueError(
            f"The {len(schemas)} files are of different record systems ({shown}): from March 2024 on offences are counted, "
            "before that reports; read them one by one, and join the two frames only where that is meant."
        )
