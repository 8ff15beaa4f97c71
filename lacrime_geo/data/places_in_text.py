"""Places written as one text, as portals do: (34.05, -118.24), latitude first, or POINT (-118.24 34.05), longitude first."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from .tables import Column, Texts

NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
# The address may stand before it.
LATITUDE_FIRST = re.compile(rf"(?:.*[\s,])?\(\s*{NUMBER}\s*,\s*{NUMBER}\s*\)\s*", re.DOTALL)
LONGITUDE_FIRST = re.compile(rf"\s*POINT\s*\(\s*{NUMBER}\s+{NUMBER}\s*\)\s*", re.IGNORECASE)
# How many texts are tried, and how many of those must be places.
TRIED, MOST = 50, 0.9


def column_of_places(columns: Mapping[str, Column]) -> str | None:
    """Return the first column of texts nearly all of which are places, None where there is none."""
    for name, column in columns.items():
        tried = column.distinct[1 : TRIED + 1] if isinstance(column, Texts) else np.empty(0)
        if tried.size and np.mean(np.isfinite(places(tried)[:, 0])) >= MOST:
            return name
    return None


def places(texts: np.ndarray) -> np.ndarray:
    r"""Return longitude and latitude (n, 2) of texts (None for blank), NaN where a text is no place.

    >>> places(np.array(["100 MAIN ST\n(34.05, -118.25)", "POINT (-118.25 34.05)", "Main St", None])).tolist()
    [[-118.25, 34.05], [-118.25, 34.05], [nan, nan], [nan, nan]]
    """
    return np.array([_one(text) for text in texts], dtype=float).reshape(-1, 2)


def _one(text: str | None) -> tuple[float, float]:
    if found := LATITUDE_FIRST.fullmatch(text or ""):
        return float(found[2]), float(found[1])
    if found := LONGITUDE_FIRST.fullmatch(text or ""):
        return float(found[1]), float(found[2])
    return np.nan, np.nan
