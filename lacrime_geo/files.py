"""Layers in and out of files: GeoPackage, GeoParquet, GeoJSON, GeoTIFF, with the style beside; atomic."""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Union

from .claim_tables import Ledger
from .landing import Landing, explained
from .png_files import png
from .results import Cells, Cube, Curve, Picture, Result, Surface, Table, Vector
from .spreadsheets import harmless
from .styles import qml
from .verification import Verification

if TYPE_CHECKING:
    import geopandas

    from .data.own_mapping import Said

log = logging.getLogger("lacrime_geo")
PathLike = Union[str, "os.PathLike[str]"]


def read_incidents(path: PathLike, mapping: Said = None) -> geopandas.GeoDataFrame:
    """Read incidents: tables as the LAPD's where their columns say so, else as any agency's; anything else as a layer of points.

    `mapping` says what the columns of a table hold, as a dict or as text, and is passed to its reader.
    """
    from .data.loaded import Loaded
    from .data.quality.opening import opened

    found = opened(path, mapping=mapping)
    return found.to_geodataframe() if isinstance(found, Loaded) else found


def read_features(path: PathLike) -> geopandas.GeoDataFrame:
    """Read a layer of polygons or points; ``file.gpkg|layername=x`` chooses one of several."""
    return read_layer(*split(path))


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
    if file.suffix.lower() == ".gpkg":
        # How it was made; GeoParquet brings that along.
        frame.attrs.setdefault("lacrime_geo", _record_of(file, layer))
    return frame


def _record_of(file: Path, layer: str | None) -> str | None:
    """Return the record of how a layer was made, None where its file keeps none."""
    import pyogrio

    return (pyogrio.read_info(file, layer=layer).get("layer_metadata") or {}).get("lacrime_geo")


def _first_layer(file: Path) -> str | None:
    """Return the first layer of a GeoPackage, and say so when there are several."""
    import pyogrio

    if file.suffix.lower() != ".gpkg":
        return None
    names = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    if len(names) > 1:
        log.info("%s holds the layers %s; the first is read, |layername= chooses another", file.name, ", ".join(names))
    return names[0] if names else None


def split(path: PathLike) -> tuple[Path, str | None]:
    """Return the file and the layer that a path names, such as ``file.gpkg|layername=x``."""
    name, _, layer = os.fspath(path).partition("|layername=")
    if not name:
        raise ValueError("The path of a layer is empty; name a file.")
    return Path(name), layer or None


def save(result: Result, path: PathLike) -> str:
    """Write one result to one file, atomically."""
    check_format(result_kind(result), path)
    with Landing() as landing:
        write(result, landing.stage(path))
    return os.fspath(path)


def result_kind(result: Result) -> str:
    """Return "surface", "cube", "cells", "curve", "picture", "ledger", "verification", "table" or "vector"."""
    if isinstance(result, Surface):
        return "surface"
    if isinstance(result, Cube):
        return "cube"
    if isinstance(result, Cells):
        return "cells"
    if isinstance(result, Curve):
        return "curve"
    if isinstance(result, Picture):
        return "picture"
    if isinstance(result, Ledger):
        return "ledger"
    if isinstance(result, Verification):
        return "verification"
    return "table" if isinstance(result, Table) else "vector"


FORMATS = {
    "surface": (".tif", ".tiff"),
    "cells": (".gpkg", ".parquet", ".geojson", ".tif", ".tiff"),
    "cube": (".gpkg", ".parquet", ".geojson", ".tif", ".tiff", ".nc"),
    "vector": (".gpkg", ".parquet", ".geojson"),
    "table": (".csv", ".parquet"),
    "curve": (".csv", ".parquet", ".svg"),
    "picture": (".csv", ".parquet", ".svg", ".png", ".html"),
    "ledger": (".csv", ".json"),
    "report": (".html", ".json"),
    "verification": (".html", ".json", ".csv", ".parquet"),
}


# How a table that is drawn is written, by ending.
PICTURES: dict[str, Callable[[Picture], bytes]] = {
    ".svg": lambda table: table.svg().encode(),
    ".html": lambda table: table.html().encode(),
    ".png": lambda table: png(table.svg()),
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
    from . import rasters, vector_formats
    from .spacetime import netcdf

    suffix = path.suffix.lower()
    with writing(path):
        if isinstance(result, Table):
            _write_table(result, path)
        elif suffix in (".tif", ".tiff"):
            rasters.write(result, path)
        elif suffix == ".nc":
            netcdf.write(result, path)  # type: ignore[arg-type]  # of a cube, by `check_format`
        elif isinstance(result, Vector):
            vector_formats.write(result, path, layer or path.stem, second=second)
        if qml(result) and not second and not (isinstance(result, Cells) and suffix in (".tif", ".tiff", ".nc")):
            path.with_suffix(".qml").write_text(qml(result), encoding="utf-8")


def _write_table(table: Table, path: Path) -> None:
    if isinstance(table, Picture) and path.suffix.lower() in PICTURES:
        path.write_bytes(PICTURES[path.suffix.lower()](table))
        return
    if path.suffix.lower() == ".svg":
        path.write_text(table.svg(), encoding="utf-8")  # type: ignore[attr-defined]  # of a curve, by `check_format`
        return
    if isinstance(table, (Ledger, Verification)) and path.suffix.lower() == ".json":
        path.write_text(table.json(), encoding="utf-8")
        return
    if isinstance(table, Verification) and path.suffix.lower() == ".html":
        path.write_text(table.html(), encoding="utf-8")
        return
    frame = table.to_dataframe()
    if path.suffix.lower() == ".parquet":
        frame.to_parquet(path)
        return
    texts = list(frame.select_dtypes(include=["object", "string", "category"]))
    for name in texts:
        frame[name] = frame[name].map(harmless)
    # A lone carriage return ends a row for many readers, and is quoted by none that ends rows with another character.
    returns = any(isinstance(text, str) and "\r" in text for name in texts for text in frame[name])
    quoting = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    frame.rename(columns=harmless).to_csv(path, index=False, quoting=quoting)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the errors of the libraries that write to a path into the sentences of `landing`."""
    import errno
    import shutil
    import sqlite3  # not when QGIS starts

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
