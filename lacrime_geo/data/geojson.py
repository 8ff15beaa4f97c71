"""Tables from GeoJSON layers and from the arrays of records that portals give: with the json module alone, row by row."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..progress import Progress, advance
from .csv_files import refuse_no_names
from .geometry_columns import DEGREES, columns_of
from .tables import Column, RawTable, Texts

ROWS_AT_ONCE = 1_000
NEITHER = "it is neither a GeoJSON layer with features nor an array of records"
SPACE = re.compile(r"[ \t\r\n]*")


def read(path: Path, progress: Progress = None) -> RawTable:
    """Read a GeoJSON layer of points, or an array of records, as texts; the points are columns of degrees.

    Raises
    ------
    ValueError
        If it is neither, breaks off, or its geometries are no points.
    """
    text = path.read_text(encoding="utf-8-sig")
    try:
        return _table(_Document(text), path.name, len(text), progress)
    except json.JSONDecodeError as problem:
        raise ValueError(f"it is no JSON: {problem.msg} at character {problem.pos:,} of {len(text):,}") from None
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None


class _Document:
    """The text of a JSON file of rows, each decoded when it is asked for: all at once would take ten times the file."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.members: dict[str, Any] = {}
        self._decode = json.JSONDecoder().raw_decode

    def rows(self) -> Iterator[Any]:
        """Yield the items of the array, or of the member "features" of the object, that the file is; keep other members."""
        if self._takes("["):
            yield from self._items()
        elif self._takes("{"):
            yield from self._members()
        else:
            raise ValueError(NEITHER)
        self._skip()
        if self.at < len(self.text):
            raise json.JSONDecodeError("something follows its end", self.text, self.at)

    def _members(self) -> Iterator[Any]:
        found = False
        while not self._takes("}"):
            name = self._value()
            self._require(":")
            if name == "features" and self._takes("["):
                found = True
                yield from self._items()
            else:
                self.members[str(name)] = self._value()
            if not self._takes(","):
                self._require("}")
                break
        if not found:
            raise ValueError(NEITHER)

    def _items(self) -> Iterator[Any]:
        while not self._takes("]"):
            yield self._value()
            if not self._takes(","):
                self._require("]")
                return

    def _value(self) -> Any:
        self._skip()
        value, self.at = self._decode(self.text, self.at)
        return value

    def _takes(self, sign: str) -> bool:
        self._skip()
        found = self.text.startswith(sign, self.at)
        self.at += found
        return found

    def _require(self, sign: str) -> None:
        if not self._takes(sign):
            raise json.JSONDecodeError(f"no {sign!r}", self.text, self.at)

    def _skip(self) -> None:
        match = SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at


class _Columns:
    """The values of rows, gathered into columns by name; what a row lacks is blank."""

    def __init__(self) -> None:
        self.rows = 0
        self._number: dict[str, dict[str, int]] = {}
        self._codes: dict[str, list[np.ndarray]] = {}

    def add(self, records: list[Mapping[str, Any]]) -> None:
        """Take the next rows."""
        for name in dict.fromkeys(name for record in (self._number, *records) for name in record):
            number = self._number.setdefault(name, {"": 0})
            codes = self._codes.setdefault(name, [np.zeros(self.rows, np.int32)])
            words = (_words(record.get(name)) for record in records)
            codes.append(np.array([number.setdefault(word, len(number)) for word in words], np.int32))
        self.rows += len(records)

    def texts(self) -> dict[str, Column]:
        """Return all of them."""
        found: dict[str, Column] = {}
        for name, number in self._number.items():
            distinct = np.empty(len(number), dtype=object)
            distinct[:] = [word or None for word in number]
            found[name] = Texts(distinct, np.concatenate(self._codes[name]))
        return found


def _words(value: Any) -> str:
    """Return a value as a text: whole and other numbers as Python writes them, what is nested as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Points:
    """The points of rows, NaN where there is none; other geometries are counted by their kind."""

    def __init__(self) -> None:
        self.x, self.y = array("d"), array("d")
        self.others: dict[str, int] = {}

    def add(self, geometry: Any) -> None:
        """Take the geometry of the next row."""
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        place = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if kind == "MultiPoint" and isinstance(place, list) and len(place) <= 1:
            kind, place = "Point", place[0] if place else []
        if kind not in ("Point", None):
            self.others[str(kind)] = self.others.get(str(kind), 0) + 1
        known = place if kind == "Point" and isinstance(place, list) and len(place) > 1 else [None, None]
        x, y = (_number(value) for value in known[:2])
        self.x.append(x)
        self.y.append(y)


def _number(value: Any) -> float:
    # True is an int to Python, and a number may have more digits than a float holds.
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if fits else np.nan


def _table(document: _Document, file: str, length: int, progress: Progress) -> RawTable:
    columns, points = _Columns(), _Points()
    for rows in _portions(document.rows()):
        columns.add([_properties(row) for row in rows])
        for row in rows:
            points.add(_geometry(row))
        advance(progress, document.at / max(length, 1))
    found = columns.texts()
    refuse_no_names(found)
    if _is_layer(document) or not np.isnan(points.x).all() or points.others:
        found.update(columns_of(np.array(points.x), np.array(points.y), _crs(document.members), points.others))
    return RawTable(found, columns.rows, file)


def _portions(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    yield from iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])


def _properties(row: Any) -> Mapping[str, Any]:
    """Return the columns of a feature or of a record."""
    if not isinstance(row, dict):
        raise ValueError(f"it has a row that is no record but {json.dumps(row)[:40]}")
    if not _is_feature(row):
        return row
    own = row.get("properties") or {}
    if not isinstance(own, dict):
        raise ValueError(f"it has a feature whose properties are {json.dumps(own)[:40]}")
    return own


def _geometry(row: Mapping[str, Any]) -> Any:
    """Return the geometry of a feature; of a record, its first value that is a point."""
    if _is_feature(row):
        return row.get("geometry")
    return next((value for value in row.values() if isinstance(value, dict) and value.get("type") == "Point"), None)


def _is_feature(row: Mapping[str, Any]) -> bool:
    return row.get("type") == "Feature" and ("geometry" in row or "properties" in row)


def _is_layer(document: _Document) -> bool:
    return document.members.get("type") == "FeatureCollection"


def _crs(members: Mapping[str, Any]) -> str:
    """Return the CRS that a layer names, as those from before RFC 7946 do, else longitude and latitude."""
    crs = members.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return DEGREES[0]
    code = re.search(r"EPSG:.*?(\d+)$", name)
    return DEGREES[0] if name.endswith("CRS84") else f"EPSG:{code[1]}" if code else name
