"""Row groups of parquet files whose columns hold what they say: read a group at a time, those without a chosen row not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

from ..data.parquet import raw_table
from ..incidents import Incidents
from ..partitioned import CATEGORY, PLACE, WHEN, Extent, Part, PlacesInOrder, Wanted
from .choosing import Statistics
from .cleaned_files import incidents_of
from .file_columns import ATTRIBUTES, Columns, Reading, weights_of
from .found_files import FoundFile
from .stores import Refused
from .typed_columns import (
    Points,
    coordinates_of,
    in_metres,
    kind_of,
    moments_of,
    points_in_dictionary,
    texts_of,
    values_of,
)

# Bytes of the geometry of a row, beyond which so many rows have a place of their own that its coordinates are read faster.
MANY_PLACES = 6.0


@dataclass(frozen=True)
class RowGroups(Part):
    """Some row groups of one file, by their numbers, with the rows and the statistics of each."""

    file: FoundFile
    groups: tuple[int, ...]
    group_rows: tuple[int, ...]
    statistics: tuple[Statistics, ...]
    reading: Reading

    @property
    def rows(self) -> int:
        """The number of rows, chosen or not, in groups that may hold a chosen one."""
        return sum(self.group_rows)

    @property
    def located(self) -> int | None:
        """How many incidents have a place, where the file tells."""
        if not self.reading.columns.stored or not self._all_chosen:
            return None
        nowhere = [told.nowhere for told in self.statistics]
        return None if None in nowhere else self.rows - sum(map(int, nowhere))  # type: ignore[arg-type]

    @property
    def extent(self) -> Extent | None:
        """The first and the last moment, where the file tells."""
        if WHEN not in self.reading.columns.roles or not self.groups:
            return None, None
        firsts, lasts = ([getattr(told, end) for told in self.statistics] for end in ("first", "last"))
        return None if not self._all_chosen or None in (*firsts, *lasts) else (min(firsts), max(lasts))

    @property
    def _all_chosen(self) -> bool:
        return all(self.reading.chosen.holds_all(told) for told in self.statistics)

    def having(self, reading: Reading) -> RowGroups:
        """Return the groups that may hold a chosen row, to be read in that way."""
        kept = [at for at, told in enumerate(self.statistics) if reading.chosen.may_hold(told)]
        return RowGroups(
            self.file,
            tuple(self.groups[at] for at in kept),
            tuple(self.group_rows[at] for at in kept),
            tuple(self.statistics[at] for at in kept),
            reading,
        )

    @property
    def has_raw_places(self) -> bool:
        """Whether the coordinates stand in the file as they are read."""
        return not self.reading.columns.must_be_cleaned(Wanted((PLACE,)), self.reading.chosen)

    def raw_places(self) -> Iterator[PlacesInOrder]:
        """Yield the places of each row group as they stand in the file, runs of one place as one row."""
        columns, chosen = self.reading.columns, self.reading.chosen
        with _Reader(self.file, columns, columns.needed(Wanted((PLACE,)), chosen)) as reader:
            for at, group in enumerate(self.groups):
                by_bounds = bool(columns.bounds) and not chosen.anything and self._has_many_places(at)
                table = reader.table(group, list(columns.bounds) if by_bounds else None)
                rows = self._rows(table, at)
                with self.file.named():
                    points = _points_of_bounds(table, columns) if by_bounds else _points(table, columns, columns.crs)
                yield _in_order(points, rows)

    def _has_many_places(self, at: int) -> bool:
        """Tell whether few rows of a group share their place, so that numbers are read faster than what is told apart."""
        return self.statistics[at].bytes_of_place > MANY_PLACES

    def portions(self, wanted: Wanted) -> Iterator[Incidents]:
        """Yield the incidents of each row group."""
        columns, chosen = self.reading.columns, self.reading.chosen
        columns.refuse_unknown(wanted)
        cleaned = columns.must_be_cleaned(wanted, chosen)
        with _Reader(self.file, columns, columns.needed(wanted, chosen), as_dictionary=not cleaned) as reader:
            for at, group in enumerate(self.groups):
                table = reader.table(group)
                if cleaned:
                    yield incidents_of(columns.cleaning.cleaned(raw_table(table, self.file.name)), wanted, self.reading)
                else:
                    yield self._incidents(table, wanted, self._rows(table, at))
        if not self.groups:
            yield self.reading.incidents(np.empty(0), np.empty(0))

    def _rows(self, table: Any, at: int) -> np.ndarray | None:
        """Return a mask of the rows of a group that are chosen, None where all are."""
        chosen = self.reading.chosen
        rows = None if chosen.holds_all(self.statistics[at]) else self._chosen(table)
        return None if rows is None or rows.all() else rows

    def _incidents(self, table: Any, wanted: Wanted, rows: np.ndarray | None) -> Incidents:
        """Return the chosen incidents of a row group, where only places are wanted with runs of one place as a row."""
        reading = self.reading
        number = table.num_rows if rows is None else int(rows.sum())
        if PLACE not in wanted.roles:
            nowhere = np.full(number, np.nan)
            return reading.incidents(nowhere, nowhere, **self._columns(table, wanted, rows))
        with self.file.named():
            points = _points(table, reading.columns, reading.crs)
        runs = points.runs() if rows is None and wanted.place_alone else None
        if runs is not None:
            return reading.incidents(*points.at(runs[0]), frequency=runs[1])
        return reading.incidents(*points.at(rows), **self._columns(table, wanted, rows))

    def _columns(self, table: Any, wanted: Wanted, rows: np.ndarray | None) -> dict[str, Any]:
        """Return what is wanted of some rows (mask, None for all) beside their places, as Incidents take it."""

        def column(name: str, read: Callable[[Any], np.ndarray]) -> np.ndarray:
            values = read(table[name])
            return values if rows is None else values[rows]

        columns, made = self.reading.columns, dict[str, Any]()
        for role, attribute in ATTRIBUTES.items():
            if role in wanted.roles and role in columns.typed:
                made[attribute] = column(columns.typed[role], texts_of if role == CATEGORY else moments_of)
        if wanted.weight:
            with self.file.named():
                made["weight"] = weights_of(wanted, column(wanted.weight, values_of))
        named = [*wanted.columns, *(name for name in wanted.optional if name in columns.names)]
        return {**made, "source": {name: column(name, values_of) for name in named}}

    def _chosen(self, table: Any) -> np.ndarray:
        columns, chosen = self.reading.columns, self.reading.chosen
        when = moments_of(table[columns.typed[WHEN]]) if chosen.by_time and WHEN in columns.typed else None
        category = None
        if chosen.categories and CATEGORY in columns.typed:
            category = texts_of(table[columns.typed[CATEGORY]])
        x, y = _raw(table, columns) if chosen.box is not None else (None, None)
        return chosen.rows(when, category, x, y)


class _Reader:
    """A parquet file that is opened when it is first read, and again when its store failed."""

    def __init__(self, file: FoundFile, columns: Columns, names: list[str], *, as_dictionary: bool = True) -> None:
        self.file, self.columns, self.names = file, columns, names
        self.dictionaries = [columns.geometry] if as_dictionary and columns.geometry is not None else []
        self._stack = ExitStack()
        self._opened: Any = None

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *problem: object) -> None:
        self._close()

    def table(self, group: int, names: list[str] | None = None) -> Any:
        """Return a row group, of other columns where they are named."""
        return self.file.of_parquet(lambda: self._read(group, names or self.names))

    def _read(self, group: int, names: list[str]) -> Any:
        try:
            if self._opened is None:
                self._opened = self._open()
            found = self._opened.read_row_group(group, columns=names, use_threads=False)
            if self.file.is_local:
                self.file.refuse_changed()
            return found
        except Exception:
            self._close()
            raise

    def _open(self) -> Any:
        import pyarrow.parquet as parquet

        source = self._stack.enter_context(self.file.opened())
        # Not mapped into memory: a file that is cut off while it is read would end the whole process.
        opened = parquet.ParquetFile(
            source,
            read_dictionary=self.dictionaries,
            pre_buffer=not self.file.is_local,
            page_checksum_verification=True,
        )
        self._refuse_other_columns(opened.schema_arrow)
        return opened

    def _refuse_other_columns(self, schema: Any) -> None:
        """Raise where a column is not there, or of another kind than in the first file; those of roles were looked at before."""
        for name, known in self.columns.kinds.items():
            if name not in self.names:
                continue
            if name not in schema.names:
                raise Refused(
                    f"{self.file.name} has no column {name!r}, which the first file has; scan the files apart, or do without it."
                )
            kind = kind_of(schema.field(name).type)
            if kind != known:
                raise Refused(
                    f"The column {name!r} of {self.file.name} holds {kind}, and that of the first file {known}; write them with "
                    "one type."
                )

    def _close(self) -> None:
        self._opened = None
        self._stack.close()
        self._stack = ExitStack()


def _in_order(points: Points, rows: np.ndarray | None) -> PlacesInOrder:
    """Return the places of some rows (mask), None for all: then runs of one place as one row."""
    runs = points.runs() if rows is None else None
    return PlacesInOrder.of(*points.at(rows)) if runs is None else PlacesInOrder.of(*points.at(runs[0]), runs[1])


def _points_of_bounds(table: Any, columns: Columns) -> Points:
    """Return the points of a table by the columns of their bounds."""
    from pyarrow import compute

    column = table[columns.bounds[0].split(".")[0]]
    axes = (compute.struct_field(column, name.split(".")[1]) for name in columns.bounds)
    x, y = (np.asarray(axis.to_numpy(), dtype=float) for axis in axes)
    return Points(*in_metres(x, y, columns.crs, columns.crs))


def _points(table: Any, columns: Columns, crs: str) -> Points:
    """Return the points of a table, projected to a CRS where it is another than that of the file."""
    if columns.geometry is not None:
        return points_in_dictionary(table[columns.geometry], columns.crs, crs)
    return Points(*in_metres(*_raw(table, columns), columns.crs, crs))


def _raw(table: Any, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates as they stand in the file."""
    if columns.geometry is None:
        x, y = (np.asarray(table[name].to_numpy(), dtype=float) for name in columns.places)
        return x, y
    column = table[columns.geometry].unify_dictionaries().combine_chunks()
    x, y = (np.append(axis, np.nan) for axis in coordinates_of(column.dictionary))
    number = np.asarray(column.indices.fill_null(len(column.dictionary)))
    return x[number], y[number]
