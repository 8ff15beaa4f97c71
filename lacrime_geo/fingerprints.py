"""Fingerprints of data: sixteen letters that tell whether two runs had the same incidents before them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from .data.tables import SourceFile
from .features import Features
from .incidents import Incidents
from .results import Surface, Table

BYTES = 8
# Two projection libraries agree on places to far less than this, but not on the last bit.
MILLIMETRES = 1000.0


def fingerprint(data: Any) -> str:
    """Return the fingerprint of what a run was given: incidents, features, a surface or a file.

    Parameters
    ----------
    data : Incidents (places, times, weights and categories count), Features (geometries count), Surface, Table (names and
        columns count), or SourceFile (every byte counts).

    Returns
    -------
    str
        Sixteen hexadecimal digits: the same for the same rows in the same order, to the millimetre.

    Raises
    ------
    TypeError
        If it is none of these.

    Examples
    --------
    >>> incidents = Incidents([380000.0], [3768000.0], crs="EPSG:32611")
    >>> fingerprint(incidents) == fingerprint(incidents)
    True
    """
    return digest_of(_parts(data))


def digest_of(parts: Iterable[Any]) -> str:
    """Return sixteen hexadecimal digits that tell bytes apart, one part after the other."""
    digest = hashlib.blake2b(digest_size=BYTES)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _parts(data: Any) -> Iterable[Any]:
    if isinstance(data, SourceFile):
        return data.parts()
    if isinstance(data, Incidents):
        columns = (data.easting, data.northing, data.when, data.until, data.weight, data.category)
        return [data.crs.encode(), *(_bytes(column) for column in columns)]
    if isinstance(data, Features):
        return [data.crs.encode(), *(wkb or b"-" for wkb in data.wkb)]
    if isinstance(data, Surface):
        return [data.grid.crs.encode(), repr(data.grid.transform).encode(), _bytes(data.values)]
    if isinstance(data, Table):
        return [part for name, column in data.columns.items() for part in (name.encode(), _bytes(column))]
    raise TypeError(f"There is no fingerprint of a {type(data).__name__}.")


def _bytes(column: np.ndarray | None) -> Any:
    if column is None:
        return b"-"
    if column.dtype.kind in "OU":
        return "\x1f".join(map(str, column)).encode()
    if column.dtype.kind == "M":
        return np.ascontiguousarray(column.astype("M8[s]").astype(np.int64))
    with np.errstate(invalid="ignore"):
        return np.ascontiguousarray(np.rint(column * MILLIMETRES)) + 0.0  # no negative zero
