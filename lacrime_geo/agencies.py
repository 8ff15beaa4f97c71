"""Whose records a layer holds, as far as its columns tell, and what has changed in how they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

LAPD, LAPD_NIBRS = "LAPD", "LAPD (NIBRS)"
# From this day on the LAPD moved, bureau by bureau, to another records system.
NIBRS_SWITCH = np.datetime64("2024-03-07", "s")
# Columns that its files have when they are read here, and a layer made of them keeps.
OLDER_COLUMNS, NIBRS_COLUMN = {"dr_no", "crime_code"}, "nibrs_code"
# In one table of both a column tells them apart.
SCHEMA_COLUMN, SYSTEMS = "schema", {"legacy": LAPD, "NIBRS": LAPD_NIBRS}


def agency_of(given: Any, columns: Iterable[Any]) -> str | None:
    """Return whose records they are: as given, else the LAPD's where the columns are those of its files; None if unknown.

    >>> agency_of(None, ["dr_no", "crime_code", "area"]), agency_of("LAPD", ["nibrs_code"]), agency_of(None, ["id"])
    ('LAPD', 'LAPD (NIBRS)', None)
    """
    names = {str(name) for name in columns}
    if given in (None, LAPD) and NIBRS_COLUMN in names:
        return LAPD_NIBRS
    if given is None:
        return LAPD if OLDER_COLUMNS <= names else None
    # Files of an agency that is not known keep an empty name.
    return str(given) or None
