"""Parquet files as pieces of a scan: their footers are read, their columns understood, their row groups told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..data import stored
from ..data.geoparquet import described_crs, geometry_column
from ..data.parquet import raw_table
from ..data.schemas import schema_of
from ..data.stored_points import GEOMETRY
from ..data.tables import RawTable
from ..partitioned import CATEGORY, REPORTED, UNTIL, WHEN
from .choosing import Box, Chosen, Statistics
from .cleaned_files import OfAnyAgency, Understanding
from .file_columns import OUR_NAMES, Columns, Named, Reading, refuse_lacking
from .parquet_footers import Footer
from .row_groups import RowGroups
from .typed_columns import KINDS_OF_WALL_CLOCKS, are_moments, are_numbers, kind_of

# A piece is of so many rows, in whole row groups.
ROWS_IN_PIECE = 1_000_000
ROWS_LOOKED_AT = 20_000
# Of a point bounds are its coordinates.
BOUNDS = ("bbox.xmin", "bbox.ymin")


def first_rows(footer: Footer) -> RawTable:
    """Return the first rows of a file, by which its columns are understood."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    def read() -> Any:
        with footer.file.opened() as source, parquet.ParquetFile(source, page_checksum_verification=True) as opened:
            return next(opened.iter_batches(batch_size=ROWS_LOOKED_AT), None)

    batch = footer.file.of_parquet(read)
    table = footer.schema.empty_table() if batch is None else pa.Table.from_batches([batch])
    return raw_table(table, footer.file.name)


def is_typed(schema: Any) -> bool:
    """Tell whether a file may hold what it says: it was written here, has a geometry, or columns of no LAPD file."""
    metadata = schema.metadata or {}
    return stored.KEY in metadata or b"geo" in metadata or schema_of(schema.names) is None


def columns_of(footer: Footer, mapping: Mapping[str, Any], named: Named) -> Columns | None:
    """Return which columns hold what; None where they hold texts that have to be cleaned, or no one can tell without the rows.

    Raises
    ------
    ValueError
        If the geometry's description is damaged, or a named column is not there.
    """
    schema, metadata = footer.schema, footer.metadata.metadata or {}
    if mapping:
        return None
    if stored.KEY in metadata:
        return _with_roles(footer, GEOMETRY, "EPSG:4326", named, kept=True)
    if b"geo" in metadata:
        crs = described_crs(schema)
        return _with_roles(footer, geometry_column(schema), crs, named, kept=False)
    return None


def _with_roles(footer: Footer, geometry: str, crs: str, named: Named, *, kept: bool) -> Columns | None:
    """Return the columns of a file with a geometry, as a layer of points has them; None where times are texts."""
    schema = footer.schema
    given = named.roles
    refuse_lacking(given, schema.names, footer.file.name)
    roles = {role: given.get(role) or name for role, name in OUR_NAMES.items()}
    roles = {role: name for role, name in roles.items() if name in schema.names}
    if any(role in roles and not are_moments(schema.field(roles[role]).type) for role in (WHEN, UNTIL, REPORTED)):
        return None
    names = tuple(name for name in schema.names if name != "bbox")
    unused = () if WHEN in roles else tuple(name for name in names if are_moments(schema.field(name).type))
    bounds = BOUNDS if kept and "bbox" in schema.names else ()
    known = dict(roles=roles, typed=roles, kinds=_kinds(schema), stored=kept, bounds=bounds, dates_unused=unused)
    return Columns(names, crs, geometry=geometry, **known)  # type: ignore[arg-type]


def _kinds(schema: Any) -> dict[str, str]:
    return {field.name: kind_of(field.type) for field in schema}


def typed_by_roles(found: Understanding, schema: Any) -> Columns | None:
    """Return the columns of a table that was understood by its first rows, None where they hold no numbers and moments as such.

    Places are then read as they stand, where they stand there but once, and times where no rule of cleaning may change them;
    all else is cleaned.
    """
    columns, cleaning = found.columns, found.cleaning
    if not isinstance(cleaning, OfAnyAgency) or not found.one_pair:
        return None
    known = cleaning.known
    roles, (x, y) = dict(known.roles), known.places
    if not all(name in schema.names and are_numbers(schema.field(name).type) for name in (x, y)):
        return None
    date = roles.get("date")
    plain = date is not None and not {"time", "end", "reported"} & {*roles} and are_moments(schema.field(date).type)
    own = {WHEN: str(date)} if plain else {}
    read_by = tuple(roles.values())
    return replace(columns, x=x, y=y, typed=own, cleaning=cleaning, read_by=read_by, kinds=_kinds(schema))


class ParquetPiece(NamedTuple):
    """Some row groups of a file, with the rows and the statistics of each."""

    groups: RowGroups

    @property
    def rows(self) -> int:
        """How many rows they have."""
        return self.groups.rows

    @property
    def is_counted(self) -> bool:
        """Whether `rows` is exact."""
        return True

    def undated(self) -> int | None:
        """Return how many rows have no date, None where a row group does not tell."""
        found = [told.undated for told in self.groups.statistics]
        return None if None in found else sum(map(int, found))  # type: ignore[arg-type]

    def having(self, reading: Reading) -> RowGroups:
        """Return those that may hold chosen rows."""
        return self.groups.having(reading)

    def box(self) -> Box | None:
        """Return the bounds of all of them, None where one does not tell."""
        boxes = [told.box for told in self.groups.statistics]
        if not boxes or any(box is None for box in boxes):
            return None
        west, south, east, north = np.array(boxes, dtype=float).T
        return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def pieces_of(footer: Footer, columns: Columns) -> list[ParquetPiece]:
    """Return the row groups of a file, so many together that they are worth a piece."""
    metadata, found = footer.metadata, list[ParquetPiece]()
    leaves = {metadata.schema.column(at).path: at for at in range(metadata.num_columns)}
    when = columns.typed.get(WHEN)
    if when is not None and kind_of(footer.schema.field(when).type) not in KINDS_OF_WALL_CLOCKS:
        # Statistics are by the clock of Greenwich, of which the first moment is not always the first by the wall's.
        del leaves[when]
    groups: list[tuple[int, int, Statistics]] = []
    reading = Reading(columns, Chosen(), columns.crs, footer.file.name)

    def finish() -> None:
        if groups:
            numbers, rows, told = (tuple(column) for column in zip(*groups))
            found.append(ParquetPiece(RowGroups(footer.file, numbers, rows, told, reading)))
            groups.clear()

    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if groups and sum(rows for _, rows, _ in groups) + group.num_rows > ROWS_IN_PIECE:
            finish()
        groups.append((number, group.num_rows, _statistics(group, leaves, columns)))
    finish()
    return found


def _statistics(group: Any, leaves: Mapping[str, int], columns: Columns) -> Statistics:
    """Return what a file tells of a row group."""

    def told(path: str | None) -> Any:
        at = leaves.get(path or "")
        return None if at is None else group.column(at).statistics

    when, category = told(columns.typed.get(WHEN)), told(columns.typed.get(CATEGORY))
    geometry = told(columns.geometry)
    edges = [told(f"bbox.{axis}") for axis in ("xmin", "ymin", "xmax", "ymax")]
    if columns.geometry is None:
        edges = [told(columns.x), told(columns.y)] * 2
    box = None
    if all(edge is not None and edge.has_min_max for edge in edges):
        box = (float(edges[0].min), float(edges[1].min), float(edges[2].max), float(edges[3].max))
    moments = when is not None and when.has_min_max
    return Statistics(
        _moment(when.min) if moments else None,
        _moment(when.max) if moments else None,
        box,
        (str(category.min), str(category.max)) if category is not None and category.has_min_max else None,
        when.null_count if when is not None and when.has_null_count else None,
        geometry.null_count if geometry is not None and geometry.has_null_count else None,
        _bytes_in_row(group, leaves.get(columns.geometry or "")),
    )


def _bytes_in_row(group: Any, at: int | None) -> float:
    return 0.0 if at is None else float(group.column(at).total_uncompressed_size / max(group.num_rows, 1))


def _moment(value: Any) -> np.datetime64:
    """Return a moment of the statistics by the wall clock, to the second as times are read."""
    plain = value.replace(tzinfo=None) if getattr(value, "tzinfo", None) is not None else value
    return np.datetime64(plain, "s")
