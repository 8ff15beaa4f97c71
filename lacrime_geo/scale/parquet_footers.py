"""The footers of parquet files: read some at a time, held against the first, and what they tell of the whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, NamedTuple

from ..crs import name as crs_name
from ..data import stored
from ..data.geometry_columns import DEGREES
from ..data.geoparquet import described_crs, geometry_column
from ..incident_columns import KNOWN_UNTIL, LAG_SAFE_END, PERIOD
from .file_columns import Columns
from .found_files import FoundFile, told_apart
from .typed_columns import kind_of

_FOOTERS_AT_ONCE = 8


class Footer(NamedTuple):
    """What stands at the end of a parquet file: the columns with their types, and what is told of each row group."""

    file: FoundFile
    schema: Any
    metadata: Any


def footers_of(files: Sequence[FoundFile]) -> list[Footer]:
    """Return the footers of files, some read at a time.

    Raises
    ------
    ValueError
        If a file is no parquet, or damaged; it is named.
    """
    threads = ThreadPoolExecutor(_FOOTERS_AT_ONCE)
    try:
        return list(threads.map(_footer, files))
    finally:
        # Where one fails the others are not waited for.
        threads.shutdown(wait=False, cancel_futures=True)


def _footer(file: FoundFile) -> Footer:
    import pyarrow.parquet as parquet

    def read() -> Footer:
        with file.opened() as source, parquet.ParquetFile(source) as opened:
            return Footer(file, opened.schema_arrow, opened.metadata)

    return file.of_parquet(read)


def refuse_other_columns(footers: Sequence[Footer], columns: Columns) -> None:
    """Raise where a file lacks a column that the first has and that is read by its role, or has it of another type or CRS."""
    first = footers[0]
    roles = {"geometry": columns.geometry} if columns.geometry is not None else dict(zip(("x", "y"), columns.places))
    roles = {**roles, **columns.typed, **{name: name for name in columns.read_by}}
    for footer in footers[1:]:
        names = told_apart(first.file, footer.file)
        for role, name in roles.items():
            if name not in footer.schema.names:
                raise ValueError(
                    f"{names[1]} has no column {name!r}, from which {names[0]} has its {role}: they are of different tables; "
                    "scan them apart, or convert them together."
                )
            kinds = [one.schema.field(name).type for one in (first, footer)]
            if kind_of(kinds[0]) != kind_of(kinds[1]):
                # A conversion takes times by the clock on the wall, whatever their zone.
                zones = all(kind_of(kind).startswith("moments") for kind in kinds)
                remedy = "write them with one zone" if zones else "convert them together, or write them with one type"
                raise ValueError(
                    f"The column {name!r} is of type {kinds[0]} in {names[0]} and {kinds[1]} in {names[1]}; {remedy}."
                )
        if columns.geometry is not None:
            _refuse_other_crs(first, footer, columns)


def _refuse_other_crs(first: Footer, footer: Footer, columns: Columns) -> None:
    """Raise where the places of a file are in another CRS than those of the first, or it does not say in which."""
    if columns.stored and stored.KEY not in (footer.metadata.metadata or {}):
        raise ValueError(
            f"{footer.file.name} was not written by convert, as {first.file.name} was: scan them apart, or convert them together."
        )
    try:
        geometry, crs = geometry_column(footer.schema), described_crs(footer.schema)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{footer.file.name} tells no CRS of its places: {problem}.") from None
    own, other = (DEGREES[0] if one.upper() in DEGREES else crs_name(one) for one in (columns.crs, crs))
    if geometry != columns.geometry or own != other:
        raise ValueError(
            f"The places of {footer.file.name} are in {other} (column {geometry!r}) and those of {first.file.name} in {own} "
            f"(column {columns.geometry!r}); scan them apart, or write them with one CRS."
        )


class Told(NamedTuple):
    """Whose records a file that was written here holds, and what it keeps of a larger one that they were chosen from."""

    agency: str | None = None
    kept: Mapping[str, Any] = MappingProxyType({})


def told_by(footer: Footer) -> Told:
    """Return what a file tells that was written here."""
    said = (footer.metadata.metadata or {}).get(stored.KEY)
    if said is None:
        return Told()
    record = json.loads(said)
    names = (KNOWN_UNTIL, LAG_SAFE_END, *PERIOD)
    kept = {name: record["parameters"][name] for name in names if name in record.get("parameters", {})}
    return Told(record.get("agency") or None, kept)
