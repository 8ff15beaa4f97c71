"""A part: a slice of time as a GeoParquet file, its row groups along a curve over the map, rows of one place together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ...data.stored_points import BBOX, CORNERS, GEOMETRY, described, places, rectangles
from .ordering import rows_in_order
from .runs import ROW, compact
from .whole_files import whole

ROWS_IN_GROUP = 131_072
COMPRESSION = "zstd"
# Bytes; places that are repeated stand in a row group once, however many there are.
LARGEST_DICTIONARY = 16 << 20


def write_part(path: Path, table: Any, names: Sequence[str], metadata: Mapping[bytes, bytes]) -> None:
    """Write the rows of a slice as a part, whole or not at all; only the columns named, the points and their rectangles."""
    x, y, _ = places(table[GEOMETRY])
    when = table["occurred"].to_numpy() if "occurred" in table.schema.names else None
    order = rows_in_order(x, y, when, table[ROW].to_numpy())
    own, points = table.select(list(names)), table[GEOMETRY]
    with whole(path) as half:
        _write(half, _groups(own, points, x, y, order), {**metadata, b"geo": described(_bounds(x, y), covered=True)})


def _groups(own: Any, points: Any, x: np.ndarray, y: np.ndarray, order: np.ndarray) -> Iterator[Any]:
    """Yield the row groups, at least one."""
    import pyarrow as pa

    for begin in range(0, max(order.size, 1), ROWS_IN_GROUP):
        rows = order[begin : begin + ROWS_IN_GROUP]
        group = compact(own.take(pa.array(rows)))
        group = group.append_column(BBOX, rectangles(x[rows], y[rows]))
        yield group.append_column(GEOMETRY, points.take(pa.array(rows)).cast(pa.binary()))


def _write(path: Path, groups: Iterator[Any], metadata: Mapping[bytes, bytes]) -> None:
    from pyarrow import parquet, types

    first = next(groups)
    schema = first.schema.with_metadata(dict(metadata))
    repeated = [field.name for field in schema if types.is_dictionary(field.type)]
    corners = [f"{BBOX}.{corner}" for corner in CORNERS]
    options: dict[str, Any] = dict(
        compression=COMPRESSION,
        use_dictionary=[*repeated, GEOMETRY, *corners],
        dictionary_pagesize_limit=LARGEST_DICTIONARY,
        write_page_checksum=True,
    )
    with parquet.ParquetWriter(path, schema, **options) as writer:
        for group in chain([first], groups):
            writer.write_table(group, row_group_size=ROWS_IN_GROUP)


def _bounds(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float] | None:
    placed = np.isfinite(x) & np.isfinite(y)
    if not placed.any():
        return None
    x, y = x[placed], y[placed]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def told_of(path: Path) -> dict[str, Any]:
    """Return what the record says of a part, as its file tells it."""
    from pyarrow import parquet

    data = parquet.read_metadata(path)
    leaves = [data.schema.column(leaf).path for leaf in range(data.num_columns)]
    told = {
        name: _statistics(data, leaves.index(name)) for name in leaves if name == "occurred" or name.startswith(BBOX)
    }
    least = {name: min((one.min for one in of), default=None) for name, of in _known(told).items()}
    most = {name: max((one.max for one in of), default=None) for name, of in _known(told).items()}
    west, south, east, north = (f"{BBOX}.{corner}" for corner in CORNERS)
    bounds = [least[west], least[south], most[east], most[north]]
    times = "occurred" in told
    return {
        "name": path.name,
        "rows": data.num_rows,
        "first": _moment(least.get("occurred")),
        "last": _moment(most.get("occurred")),
        "undated": sum(one.null_count for one in told["occurred"]) if times else data.num_rows,
        "without_place": sum(one.null_count for one in told[west]),
        "bbox": None if bounds[0] is None else bounds,
    }


def _statistics(data: Any, leaf: int) -> list[Any]:
    return [data.row_group(group).column(leaf).statistics for group in range(data.num_row_groups)]


def _known(told: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [one for one in of if one is not None and one.has_min_max] for name, of in told.items()}


def _moment(value: Any) -> str | None:
    return None if value is None else value.isoformat()
