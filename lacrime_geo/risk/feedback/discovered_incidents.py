"""Which of some incidents the police discovered: by their crime codes, or by categories that are named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import checks
from ...data.categories import bare_number, nibrs_code
from ...incidents import Incidents
from ...parameters import Parameters, incidents_that
from ...results import Table
from .discovered_offences import (
    DISCOVERED,
    LAPD_OFFENCES,
    NIBRS_OFFENCES,
    REASON_OF_OTHERS,
    REPORTED,
    UNCLEAR,
    Offence,
    by_code,
)

# The usual columns of codes, in files as they are read here.
NIBRS_COLUMN = "nibrs_code"
CODE_COLUMNS = ("crime_code", NIBRS_COLUMN)
CRIME_COLUMN = "crime"
GIVEN = "named as discovered"


def discovered_incidents(
    incidents: Incidents, discovered: Any, codes: str | None, parameters: Parameters
) -> tuple[np.ndarray, Table]:
    """Return of which kind incidents (n,) are, DISCOVERED, UNCLEAR or REPORTED, and a table of the codes or categories with why.

    Parameters
    ----------
    incidents : with a column of crime codes, or with categories.
    discovered : categories that are discovered, in a list or in a text with commas. Default: by the codes.
    codes : the column of codes, the LAPD's (numbers) or those of NIBRS. Default: `crime_code` or `nibrs_code`.
    parameters : the record, in which the unclear ones are counted.

    Raises
    ------
    ValueError
        If there are neither codes nor categories that are named, or both, or one is named that no incident has.
    """
    if discovered is not None and codes is not None:
        raise ValueError(
            f"Both a column of codes, {codes!r}, and the discovered categories are named; leave one or the other out."
        )
    if discovered is not None:
        return _by_categories(incidents, discovered)
    column, texts = _written_codes(incidents, codes)
    # Some codes of NIBRS are numbers too: a file of few offences may have no other.
    of_nibrs = column == NIBRS_COLUMN or any(map(str.isalpha, "".join(set(texts))))
    offences = by_code(NIBRS_OFFENCES if of_nibrs else LAPD_OFFENCES)
    if offences.keys().isdisjoint(texts):
        parameters.log.info("none of the codes in %s is of an offence that police may discover", column)
    found = _table(texts, _column(incidents, CRIME_COLUMN), offences)
    parameters["codes"] = column
    lacking = texts.count("")
    said = incidents_that(lacking, "has no code and is counted as reported", "have no code and are counted as reported")
    parameters.note("without_code", lacking, said)
    unclear = found["incidents"][found["kind"] == UNCLEAR]
    parameters.note(
        "unclear",
        int(unclear.sum()),
        f"{int(unclear.sum()):,} incidents have one of {unclear.size} codes that public or police may have noticed; they are "
        "counted as reported (see offences)",
    )
    return _kinds(texts, offences), found


def _written_codes(incidents: Incidents, codes: str | None) -> tuple[str, list[str]]:
    """Return the column of codes, and each incident's as it is listed."""
    column = codes or next((name for name in CODE_COLUMNS if _column(incidents, name) is not None), None)
    if column is None:
        raise ValueError(
            f"The incidents of {incidents.label!r} have no column {' or '.join(map(repr, CODE_COLUMNS))} that tells what police "
            "discover; name the column of codes (codes), or the categories that are discovered (discovered)."
        )
    texts = _texts(checks.column(incidents.source, column))
    if not any(map(str.isdigit, "".join(set(texts)))):
        raise ValueError(
            f"The column {column!r} holds no crime codes, such as 624 or 35A; name the column of codes (codes), or the "
            "categories that are discovered (discovered)."
        )
    return column, texts


def _by_categories(incidents: Incidents, discovered: Any) -> tuple[np.ndarray, Table]:
    if incidents.category is None:
        raise ValueError("The incidents have no categories, so none can be named as discovered; name their column.")
    texts = np.array([str(value) for value in incidents.category], dtype=object)
    known = sorted(set(texts.tolist()))
    names = _named(discovered, known)
    missing = [name for name in names if name not in known]
    if missing or not names:
        wrong = repr(missing[0]) if missing else "nothing"
        raise ValueError(f"discovered names {wrong}, of which there is no incident; there are {checks.listed(known)}.")
    offences = {name: Offence((name,), DISCOVERED, GIVEN, "by the user") for name in names}
    return _kinds(texts.tolist(), offences), _table(texts.tolist(), None, offences)


def _named(discovered: Any, known: Sequence[str]) -> list[str]:
    """Return the categories that are named; a text that is one of those known is one, whatever its commas.

    >>> _named("drugs, vice", ["drugs", "vice"]), _named("drugs, sale", ["drugs, sale"]), _named(5, ["5"])
    (['drugs', 'vice'], ['drugs, sale'], ['5'])
    """
    if np.isscalar(discovered) and str(discovered) in known:
        return [str(discovered)]
    names = str(discovered).split(",") if np.isscalar(discovered) else discovered
    return [str(name).strip() for name in names if str(name).strip()]


def _kinds(codes: Sequence[str], offences: dict[str, Offence]) -> np.ndarray:
    known = {code: offence.kind for code, offence in offences.items()}
    return np.array([known.get(code, REPORTED) for code in codes], dtype=object)


def _column(incidents: Incidents, name: str) -> Any:
    source = incidents.source
    return source[name] if source is not None and name in source else None


def _texts(column: Any) -> list[str]:
    """Return codes as they are listed, "" where missing."""
    values = np.asarray(column, dtype=object).tolist()
    # Numbers, texts and pandas' missing values alike; each is written once, as few of a million differ.
    missing = ("nan", "None", "<NA>", "NaT")
    written = {value: "" if str(value) in missing else _code(str(value)) for value in set(values)}
    return [written[value] for value in values]


def _code(text: str) -> str:
    """Return a code as the lists write it: the LAPD's without a decimal, those of NIBRS in capitals.

    >>> _code("437.0"), _code("35a"), _code("9A")
    ('437', '35A', '09A')
    """
    plain = bare_number(text) or ""
    return plain if plain.isdigit() else nibrs_code(plain) or ""


def _table(codes: Sequence[str], names: Any, offences: dict[str, Offence]) -> Table:
    """Return a row for each code, those discovered first, then the unclear ones, each by their number."""
    count = Counter(codes)
    name_of = {} if names is None else dict(zip(reversed(list(codes)), reversed([str(name) for name in names])))
    other = Offence((), REPORTED, REASON_OF_OTHERS, "")
    kinds = (DISCOVERED, UNCLEAR, REPORTED)
    of = {code: offences.get(code, other) for code in count}
    order = sorted(count, key=lambda code: (kinds.index(of[code].kind), -count[code], code))
    columns: dict[str, Any] = {
        "code": order,
        "crime": [name_of.get(code, "") for code in order],
        "kind": [of[code].kind for code in order],
        "reason": [of[code].reason for code in order],
        "source": [of[code].source for code in order],
    }
    found = {name: np.array(values, dtype=object) for name, values in columns.items()}
    found["incidents"] = np.array([count[code] for code in order], dtype=np.int64)
    return Table(found, Parameters(), label="Offences, discovered or reported")
