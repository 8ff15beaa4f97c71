"""Which incidents are scanned: files by paths, patterns and addresses, or the partitions of a dask-geopandas frame."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ..crs import name as crs_name
from ..data.own_mapping import Said, as_mapping
from . import parquet_footers, parquet_pieces
from .cleaned_files import CleanedFile, Understanding, understood, understood_table
from .engines import active_client
from .file_columns import Columns, Named
from .found_files import FoundFile, found_files
from .parquet_footers import Told
from .scans import Piece, Scan


def scan_incidents(
    paths: Any,
    *,
    mapping: Said = None,
    crs: str | None = None,
    time_column: str | None = None,
    category_column: str | None = None,
    until_column: str | None = None,
    storage_options: Mapping[str, Any] | None = None,
    client: Any = None,
) -> Scan:
    """Scan incidents of any number: nothing is read until an analysis asks, and then a part at a time.

    Parameters
    ----------
    paths : files, a folder, a pattern with ``*``, or addresses that fsspec knows (s3://, gs://, http:// and others), or several;
        parquet (also GeoParquet, and folders that `convert` wrote), or what `read_incidents` and `read_lapd` read. Or a
        dask-geopandas GeoDataFrame of points.
    mapping : what columns hold, as `read_incidents` takes it. Default: guessed from the first rows of the first file, and
        announced.
    crs : the CRS to work in, metric. Default: that of the files where it is metric, else the UTM zone of all incidents.
    time_column, category_column, until_column : names of columns, as they are called once the files are read (``reported``,
        ``crime``); default ``occurred``, ``category`` and ``occurred_until`` where they exist.
    storage_options : how the store is asked, as fsspec takes it, such as keys and the address of the endpoint.
    client : a dask.distributed Client, whose workers then read and count. Default: the active one; without any the threads of
        this process.

    Returns
    -------
    Scan
        Taken in place of incidents by `kde`, `hotspots`, `local_moran`, `incremental_moran`, `concentration`, `dbscan`, `counts`,
        `clock`, `alerts` and `near_repeat`, and as their value by `gi_star` and `moran` of areas, with the same numbers.
        `.select(since=, until=, category=, bbox=)` chooses; row groups of parquet whose statistics show that they hold none of
        those are not read. `.read()` gives ordinary incidents.

    Raises
    ------
    ValueError
        If files are damaged or of different tables, or no columns of places are found.
    OSError
        If a file is missing, or a store does not answer in five tries.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> scan = lg.scan_incidents("sample_layers/incidents.csv.gz")
    >>> some = scan.select(since="2023-07-01", category="burglary")
    >>> float(lg.kde(some, bandwidth=500, cell_size=200).values.max()) > 0
    True
    """
    named = Named(time_column, category_column, until_column)
    if hasattr(paths, "npartitions") and hasattr(paths, "geometry"):
        from .frame_parts import scan_of_frame

        return scan_of_frame(paths, named, crs, active_client(client))
    files = found_files(paths, storage_options)
    label = files[0].name.split(".")[0] if _is_one_file(paths, files) else _folder(paths, files)
    said = as_mapping(mapping)
    are_parquet = all(file.name.lower().endswith(".parquet") for file in files)
    pieces, columns, told = (_of_parquet if are_parquet else _of_any)(files, said, named)
    return Scan(
        pieces,
        columns,
        crs_name(columns.crs),
        label=label,
        agency=told.agency,
        kept=told.kept,
        asked_crs=crs,
        client=None if client is None else active_client(client),
    )


Found = tuple[Sequence[Piece], Columns, Told]


def _of_parquet(files: Sequence[FoundFile], said: Mapping[str, Any], named: Named) -> Found:
    """Return the row groups of parquet files whose columns hold what they say; where they do not, the files, to be cleaned."""
    footers = parquet_footers.footers_of(files)
    first = footers[0]
    if not parquet_pieces.is_typed(first.schema):
        return _of_any(files, said, named)
    columns = parquet_pieces.columns_of(first, said, named)
    if columns is None:
        found = understood_table(parquet_pieces.first_rows(first), said)
        columns = parquet_pieces.typed_by_roles(found, first.schema)
        if columns is None:
            return _cleaned(files, found, named)
        columns = columns.with_roles(named, first.file.name)
    parquet_footers.refuse_other_columns(footers, columns)
    pieces: list[Piece] = [piece for footer in footers for piece in parquet_pieces.pieces_of(footer, columns)]
    return pieces, columns, parquet_footers.told_by(first)


def _of_any(files: Sequence[FoundFile], said: Mapping[str, Any], named: Named) -> Found:
    """Return files as pieces that are cleaned as they are read, as the first of them is understood."""
    with files[0].copied() as path:
        return _cleaned(files, understood(path, said), named)


def _cleaned(files: Sequence[FoundFile], found: Understanding, named: Named) -> Found:
    pieces: list[Piece] = [CleanedFile(file, found.cleaning) for file in files]
    return pieces, found.columns.with_roles(named, files[0].name), Told(found.agency)


def _is_one_file(paths: Any, files: Sequence[FoundFile]) -> bool:
    """Tell whether one file was named, and no folder or pattern that holds one."""
    asked = paths if isinstance(paths, (str, os.PathLike)) else None
    return len(files) == 1 and (asked is None or os.fspath(asked) == files[0].path)


def _folder(paths: Any, files: Sequence[FoundFile]) -> str:
    """Return what several files are called: their folder."""
    if isinstance(paths, (str, os.PathLike)):
        asked = os.fspath(paths).rstrip("/")
        kept = asked if "*" not in asked else asked.rsplit("/", 1)[0]
        return kept.rsplit("/", 1)[-1] or "incidents"
    return files[0].path.rsplit("/", 2)[-2] if "/" in files[0].path else "incidents"
