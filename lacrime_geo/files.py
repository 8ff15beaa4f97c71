"""Layers in and out of files: GeoPackage, GeoParquet, GeoJSON, GeoTIFF, with the style beside; atomic."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Union

from .landing import Landing, explained
from .results import Cells, Result, Surface, Table, Vector, few_enough
from .styles import qml

if TYPE_CHECKING:
    import geopandas
    import pandas

log = logging.getLogger("lacrime_geo")
PathLike = Union[str, "os.PathLike[str]"]
TABULAR = (".csv", ".gz", ".zip")


def read_incidents(path: PathLike) -> geopandas.GeoDataFrame:
    """Read incidents: CSV and parquet without geometry as LAPD files, anything else as a layer of points."""
    file, layer = _split(path)
    if file.suffix.lower() in TABULAR or (file.suffix.lower() == ".parquet" and not _has_geometry(file)):
        from .data import read_lapd

        return read_lapd(file)
    return read_layer(file, layer)


def read_features(path: PathLike) -> geopandas.GeoDataFrame:
    """Read a layer of polygons or points; ``file.gpkg|layername=x`` chooses one of several."""
    return read_layer(*_split(path))


def read_layer(file: Path, layer: str | None = None) -> geopandas.GeoDataFrame:
    """Read any vector layer that GDAL or GeoParquet can.

    Raises
    ------
    OSError
        If the file is missing or damaged, or holds no geometry.
    """
    import geopandas as gpd

    if not file.exists():
        raise FileNotFoundError(f"There is no file {str(file)!r}; check the path.")
    try:
        layer = layer or _first_layer(file)
        frame = (
            gpd.read_parquet(file)
            if file.suffix.lower() == ".parquet"
            else gpd.read_file(file, layer=layer, use_arrow=True)
        )
    except Exception as problem:  # GDAL's, Arrow's and geopandas' readers share no class of errors
        said = (str(problem) or type(problem).__name__).splitlines()[0]
        raise OSError(f"{str(file)!r} cannot be read as a layer ({said}); is it complete?") from problem
    if not isinstance(frame, gpd.GeoDataFrame):
        raise OSError(f"{str(file)!r} has no geometry; its columns are {', '.join(map(str, frame.columns[:8]))}.")
    frame.attrs["label"] = layer or file.name.split(".")[0]
    return frame


def _first_layer(file: Path) -> str | None:
    """Return the first layer of a GeoPackage, and say so when there are several."""
    import pyogrio

    if file.suffix.lower() != ".gpkg":
        return None
    names = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    if len(names) > 1:
        log.info("%s holds the layers %s; the first is read, |layername= chooses another", file.name, ", ".join(names))
    return names[0] if names else None


def _split(path: PathLike) -> tuple[Path, str | None]:
    name, _, layer = os.fspath(path).partition("|layername=")
    if not name:
        raise ValueError("The path of a layer is empty; name a file.")
    return Path(name), layer or None


def _has_geometry(file: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not file.exists():
        return True
    try:
        return b"geo" in (pq.read_schema(file).metadata or {})
    except (pa.ArrowException, OSError):
        return True


def save(result: Result, path: PathLike) -> str:
    """Write one result to one file, atomically."""
    check_format(result_kind(result), path)
    with Landing() as landing:
        write(result, landing.stage(path))
    return os.fspath(path)


def result_kind(result: Result) -> str:
    """Return "surface", "cells", "table" or "vector"."""
    if isinstance(result, Surface):
        return "surface"
    if isinstance(result, Cells):
        return "cells"
    return "table" if isinstance(result, Table) else "vector"


FORMATS = {
    "surface": (".tif", ".tiff"),
    "cells": (".gpkg", ".parquet", ".geojson", ".tif", ".tiff"),
    "vector": (".gpkg", ".parquet", ".geojson"),
    "table": (".csv", ".parquet"),
}


def check_format(kind: str, path: PathLike) -> None:
    """Raise when a file's ending names no format for this kind of result."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS[kind]:
        known = ", ".join(FORMATS[kind])
        raise ValueError(f"{os.fspath(path)!r} ends in {suffix or 'nothing'}; this result is written as {known}.")


def write(result: Result, path: Path, layer: str | None = None, *, second: bool = False) -> None:
    """Write a result to a path already staged, with its style beside it, or as the second layer of a GeoPackage.

    `layer` is its name in the file, by default the file's own.
    """
    from . import rasters

    suffix = path.suffix.lower()
    with _writing(path):
        if isinstance(result, Table):
            _write_table(result, path)
        elif suffix in (".tif", ".tiff"):
            rasters.write(result, path)
        elif isinstance(result, Vector):
            WRITERS[suffix](_layer(result), path, layer or path.stem, _metadata(result.parameters))
            if second:
                _keep_style(path, str(layer), qml(result))
        if qml(result) and not second and not (isinstance(result, Cells) and suffix in (".tif", ".tiff")):
            path.with_suffix(".qml").write_text(qml(result), encoding="utf-8")


def _write_table(table: Table, path: Path) -> None:
    frame = table.to_dataframe()
    if path.suffix.lower() == ".parquet":
        frame.to_parquet(path)
        return
    for name in frame.select_dtypes(include=["object", "string"]):
        # A spreadsheet runs text that begins like this as a formula.
        frame[name] = frame[name].map(lambda text: f"'{text}" if str(text)[:1] in "=+-@\t\r" and str(text) else text)
    frame.to_csv(path, index=False)


def _layer(result: Any) -> geopandas.GeoDataFrame:
    if isinstance(result, Cells):
        few_enough(result)
    frame = result.to_geodataframe()
    frame.columns = [str(name) for name in frame.columns]
    for name in [name for name, kind in frame.dtypes.items() if kind == "object"]:
        frame[name] = _of_one_kind(frame[name])
    return frame


def _of_one_kind(values: pandas.Series) -> pandas.Series:
    """Return a column that mixes text and numbers, as spreadsheets do, as text; no format can write it otherwise."""
    import pyarrow as pa

    try:
        pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        log.info("column %s mixes kinds of values; it is written as text", values.name)
        return values.map(str, na_action="ignore")
    return values


def _metadata(parameters: Mapping[str, Any]) -> dict[str, str]:
    from . import __version__

    return {"lacrime_geo": json.dumps({"version": __version__, **parameters}, ensure_ascii=False, default=str)}


def _to_geopackage(frame: geopandas.GeoDataFrame, path: Path, layer: str, metadata: dict[str, str]) -> None:
    kept = {"mode": "a"} if path.exists() else {"VERSION": "1.2"}
    frame = _spelled_apart(frame)
    frame.to_file(path, driver="GPKG", layer=layer, use_arrow=True, layer_metadata=metadata, **kept)


def _spelled_apart(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Rename columns that a GeoPackage cannot tell apart: it ignores case, and fid and geom are its own."""
    taken, renamed = {"fid", "geom"}, {}
    # From the last to the first: the columns of the analysis stand at the end and keep their names.
    for name in reversed([name for name in frame.columns if name != frame.geometry.name]):
        new = name
        while new.lower() in taken:
            new += "_"
        taken.add(new.lower())
        if new != name:
            renamed[name] = new
            log.info(
                "column %s is written as %s: a GeoPackage ignores case and keeps fid and geom to itself", name, new
            )
    return frame.rename(columns=renamed)


def _to_parquet(frame: geopandas.GeoDataFrame, path: Path, layer: str, metadata: dict[str, str]) -> None:
    frame.attrs = json.loads(json.dumps({**frame.attrs, **metadata}, default=str))
    frame.to_parquet(path)


def _to_geojson(frame: geopandas.GeoDataFrame, path: Path, layer: str, metadata: dict[str, str]) -> None:
    if frame.crs is not None and frame.crs.to_epsg() != 4326:
        log.info("re-projected to EPSG:4326, as GeoJSON (RFC 7946) requires")
        frame = frame.to_crs("EPSG:4326")
    frame.to_file(path, driver="GeoJSON", RFC7946="YES", engine="pyogrio")


WRITERS: dict[str, Callable[[Any, Path, str, dict[str, str]], None]] = {
    ".gpkg": _to_geopackage,
    ".parquet": _to_parquet,
    ".geojson": _to_geojson,
}

STYLE_TABLE = """CREATE TABLE IF NOT EXISTS layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"""


def _keep_style(path: Path, layer: str, style: str) -> None:
    """Keep a second layer's style inside the GeoPackage: the .qml beside the file is the first one's."""
    if not style:
        return
    database = sqlite3.connect(path)
    try:
        with database:
            (column,) = database.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
            ).fetchone()
            database.execute(STYLE_TABLE)
            database.execute(
                "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) "
                "VALUES ('layer_styles', 'attributes', 'layer_styles')"
            )
            database.execute("DELETE FROM layer_styles WHERE f_table_name = ?", (layer,))
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
                "styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, '', 1, '', '')",
                (layer, column, layer, style),
            )
    finally:
        database.close()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn the errors of the libraries that write into the sentences of `landing`."""
    import errno
    import shutil

    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

    try:
        with explained(path.name):
            yield
    except (
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        TypeError,
        sqlite3.Error,
        RuntimeError,
    ) as problem:
        # GDAL and SQLite say that a write failed, not why; a folder without space tells.
        full = shutil.disk_usage(path.parent).free < 65536
        said = " ".join(map(str, problem.args)).splitlines()[0]
        code = errno.ENOSPC if full or "full" in said else errno.EIO
        with explained(path.name):
            raise OSError(code, said) from problem
