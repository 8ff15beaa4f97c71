"""Cleaned incidents as GeoParquet: written portion by portion, with what the rules found, and read again without any rule."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..parameters import Parameters
from .loaded import Loaded
from .stored_columns import as_arrow, column_of
from .stored_points import BBOX, GEOMETRY, described, places, points
from .tables import LONGEST_REASON

# What is kept under this name in the file makes it one of ours; only what it then says is believed.
KEY = b"lacrime_geo incidents"
FORMAT, COMPRESSION = 1, "lz4"
# Bytes; by default what is repeated would stand in full again beyond the first megabyte.
LARGEST_DICTIONARY = 1 << 26
# What is kept beside the rows is only known after them, and older ones cannot write it then.
LEAST_ARROW = 17


class Writer:
    """Write portions of cleaned incidents as row groups of one GeoParquet file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: Any = None

    def add(self, part: Loaded) -> None:
        """Write a portion as a row group; a first one of no rows tells the columns."""
        table = as_table(part)
        if self._writer is None:
            schema = table.schema.with_metadata({b"geo": described(), b"pandas": _for_pandas(part)})
            self._writer = _writer(self.path, schema)
        table = _alike(table, self._writer.schema)
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self, kept: Mapping[str, Any], keep: np.ndarray | None = None) -> None:
        """Finish the file with what is to be kept beside the rows; leave out those that a mask (n,) does not keep."""
        said = {KEY: json.dumps({"format": FORMAT, **kept}, default=str)}
        if keep is None or keep.all():
            self._writer.add_key_value_metadata(said)
            self._writer.close()
            return
        self._writer.close()
        _rewrite(self.path, keep, said)


def _alike(table: Any, schema: Any) -> Any:
    """Return a portion's columns in the order and of the types of the first: what is a dictionary depends on how it was read."""
    from pyarrow import types

    columns = []
    for field in schema:
        column = table[field.name]
        if column.type != field.type and types.is_dictionary(field.type):
            column = column.cast(field.type.value_type).dictionary_encode()
        try:
            columns.append(column.cast(field.type))
        except ValueError as problem:
            raise ValueError(
                f"The column {field.name!r} is of type {field.type} in one part of the files and {column.type} in another; leave "
                "it out (columns), or convert the files one by one."
            ) from problem
    return table.from_arrays(columns, schema=schema)


def _arrow() -> int:
    """Return the first number of Arrow's version."""
    import pyarrow as pa

    return int(pa.__version__.split(".")[0])


def _writer(path: Path, schema: Any) -> Any:
    """Open a file whose repeated texts and places stand in it once, however many there are."""
    import pyarrow.parquet as parquet
    from pyarrow import types

    if _arrow() < LEAST_ARROW:
        raise ImportError(
            f"Converting needs pyarrow {LEAST_ARROW} or newer, and this is {_arrow()}; install a newer one."
        )
    repeated = [field.name for field in schema if types.is_dictionary(field.type)]
    return parquet.ParquetWriter(
        path,
        schema,
        compression=COMPRESSION,
        use_dictionary=[*repeated, GEOMETRY],
        dictionary_pagesize_limit=LARGEST_DICTIONARY,
        write_page_checksum=True,
    )


def _rewrite(path: Path, keep: np.ndarray, said: Mapping[bytes, str]) -> None:
    """Write a file again with some of its rows, a row group at a time."""
    import pyarrow.parquet as parquet

    new, before = path.with_name(f"kept-{path.name}"), 0
    with parquet.ParquetFile(path) as old:
        with _writer(new, old.schema_arrow) as writer:
            for number in range(old.num_row_groups):
                table = old.read_row_group(number)
                writer.write_table(table.filter(keep[before : before + table.num_rows]))
                before += table.num_rows
            writer.add_key_value_metadata(said)
    new.replace(path)


def kept_of(loaded: Loaded) -> dict[str, Any]:
    """Return what a file keeps of incidents beside their rows."""
    return {
        "agency": loaded.agency,
        "audit": loaded.audit,
        "parameters": dict(loaded.parameters),
        "whole": sorted(loaded.whole),
        "repeated": sorted(loaded.repeated),
    }


def is_stored(path: Path) -> bool:
    """Tell whether a file was written here."""
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return False
    try:
        import pyarrow.parquet as parquet

        return KEY in (parquet.read_metadata(path).metadata or {})
    except (ImportError, OSError, ValueError):
        return False


def names(path: Path) -> list[str]:
    """Return the columns of a file that was written here, without the geometry."""
    import pyarrow.parquet as parquet

    with _explained(path):
        return _own(parquet.read_schema(path))


def load(path: Path, columns: Collection[str] | None = None) -> Loaded:
    """Read incidents that were written here, as they were; only some columns where that is asked."""
    with _explained(path):
        return _loaded(path, columns)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say in one sentence that a file is damaged."""
    import pyarrow as pa

    try:
        yield
    except (ValueError, OSError, KeyError, TypeError, pa.ArrowException) as problem:
        said = (str(problem) or type(problem).__name__).splitlines()[0][:LONGEST_REASON].rstrip(".")
        raise ValueError(f"{path.name} is damaged ({said}); convert the original file again.") from problem


def portions(path: Path) -> Iterator[Loaded]:
    """Yield the incidents of a file that was written here, a row group at a time; the first has what was found in all."""
    with _explained(path):
        file = _opened(path)
        kept, names = json.loads(file.metadata.metadata[KEY]), _own(file.schema_arrow)
        for number in range(file.num_row_groups):
            yield _of_table(file.read_row_group(number, [*names, GEOMETRY]), names, kept)
            kept = {**kept, "audit": []}


def kept_in(path: Path) -> dict[str, Any]:
    """Return what a file keeps beside its rows."""
    import pyarrow.parquet as parquet

    with _explained(path):
        return dict(json.loads(parquet.read_metadata(path).metadata[KEY]))


def _opened(path: Path) -> Any:
    import pyarrow.parquet as parquet

    # QGIS may bring an Arrow that knows no checksums.
    checked = {"page_checksum_verification": True} if _arrow() >= 15 else {}
    return parquet.ParquetFile(path, read_dictionary=_dictionaries(path), memory_map=True, pre_buffer=False, **checked)


def _loaded(path: Path, columns: Collection[str] | None) -> Loaded:
    file = _opened(path)
    kept = json.loads(file.metadata.metadata[KEY])
    names = [name for name in _own(file.schema_arrow) if columns is None or name in columns]
    return _of_table(file.read([*names, GEOMETRY], use_threads=True), names, kept)


def _of_table(table: Any, names: Sequence[str], kept: Mapping[str, Any]) -> Loaded:
    x, y, place = places(table[GEOMETRY])
    whole, repeated = frozenset(kept["whole"]), frozenset(kept["repeated"])
    found = {name: column_of(table[name], name in whole) for name in names}
    parameters = Parameters(kept["parameters"])
    return Loaded(found, whole, x, y, "EPSG:4326", kept["agency"], kept["audit"], parameters, repeated, place=place)


def of_no_rows(schema: Any, kept: Mapping[str, Any]) -> Loaded:
    """Return incidents with the columns of a schema and what is kept beside them, none of their rows."""
    whole, none = frozenset(kept["whole"]), np.empty(0)
    table = schema.empty_table()
    columns = {name: column_of(table[name], name in whole) for name in _own(schema)}
    parameters = Parameters(kept["parameters"])
    return Loaded(
        columns, whole, none, none, "EPSG:4326", kept["agency"], kept["audit"], parameters, frozenset(kept["repeated"])
    )


def beside(part: Loaded, kept: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Return what a file keeps beside the rows of incidents, but for what it says of their places."""
    return {KEY: json.dumps({"format": FORMAT, **kept}, default=str).encode(), b"pandas": _for_pandas(part)}


def _own(schema: Any) -> list[str]:
    """Return the columns of incidents, without their points and the rectangles around those."""
    from pyarrow import types

    return [one.name for one in schema if one.name != GEOMETRY and not (one.name == BBOX and types.is_struct(one.type))]


def as_table(part: Loaded) -> Any:
    """Return a portion as an Arrow table, its places as well-known binary."""
    import pyarrow as pa

    columns = {name: as_arrow(name, column, name in part.whole) for name, column in part.columns.items()}
    return pa.table({**columns, GEOMETRY: points(part)})


def _dictionaries(path: Path) -> list[str]:
    """Return the columns of repeated texts and of the places, which are read as such and not one by one."""
    import pyarrow.parquet as parquet
    from pyarrow import types

    return [*(field.name for field in parquet.read_schema(path) if types.is_dictionary(field.type)), GEOMETRY]


def _for_pandas(part: Loaded) -> bytes:
    """Return what pandas keeps in such a file, so that others read whole numbers with gaps as such."""
    import pandas as pd
    import pyarrow as pa

    frame = pd.DataFrame(part.take(slice(0, 0)).to_geodataframe().drop(columns=GEOMETRY))
    frame.attrs = {}
    return bytes(pa.Table.from_pandas(frame, preserve_index=False).schema.metadata[b"pandas"])
