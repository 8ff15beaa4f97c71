"""The keys of incidents by which a scale weighs them: codes or categories, written as in a scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..data.categories import bare_number, nibrs_code
from ..data.tables import Texts
from ..incidents import Incidents

CATEGORY = "category"
MOST_COLUMNS = 12
MISSING = ("nan", "None", "<NA>", "NaT")


def keys_of(incidents: Incidents, column: str, *, of_nibrs: bool = False) -> Texts:
    """Return the keys of incidents (n,) in a column, written as a scale writes them, None where there is none.

    The categories of incidents are those by which they are chosen, whatever the column is called.

    Raises
    ------
    ValueError
        If the incidents have no such column.
    """
    values = _column(incidents, column)
    if values is None:
        names = [] if incidents.source is None else [name for name in incidents.source if str(name) != "geometry"]
        theirs = f"; theirs are {checks.listed(names, most=MOST_COLUMNS)}" if names else ""
        raise ValueError(f"The incidents of {incidents.label!r} have no column {column!r}{theirs}.")
    found = _texts(values)
    found.distinct[:] = [key and written(key, of_nibrs=of_nibrs) for key in found.distinct]
    return found.unified()


def _column(incidents: Incidents, name: str) -> Any:
    if name == CATEGORY and incidents.category is not None:
        return incidents.category
    source = incidents.source
    return source[name] if source is not None and name in source else None


def _texts(values: Any) -> Texts:
    """Return a column of numbers or texts as texts; numbers are written once each, as few of a million differ."""
    if getattr(values, "dtype", None) is not None and getattr(values.dtype, "kind", "O") in "iuf":
        numbers = values.to_numpy(dtype=float, na_value=np.nan) if hasattr(values, "to_numpy") else np.asarray(values)
        distinct, code = np.unique(numbers, return_inverse=True)
        kept = Texts.of(distinct.tolist())
        return Texts(kept.distinct, kept.code[code.ravel()])
    each = values if isinstance(values, (list, tuple)) else np.asarray(values, dtype=object)
    return Texts.of("" if str(value) in MISSING else value for value in each)


def written(key: str, *, of_nibrs: bool = False) -> str:
    """Return a key as it is compared: without spaces around or a decimal of nothing, codes of NIBRS as the FBI writes them.

    >>> written(" 510.0 "), written("9a", of_nibrs=True), written("burglary")
    ('510', '09A', 'burglary')
    """
    plain = bare_number(key) or ""
    return (nibrs_code(plain) or "") if of_nibrs else plain
