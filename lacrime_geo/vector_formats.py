"""Vector layers written as GeoPackage, GeoParquet and GeoJSON, with the parameters inside."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from .results import Cells, few_enough
from .styles import qml

if TYPE_CHECKING:
    import geopandas
    import pandas

log = logging.getLogger("lacrime_geo")


def write(result: Any, path: Path, layer: str, *, second: bool = False) -> None:
    """Write a result as a vector layer in the format that the path's ending names; a second layer keeps its style inside."""
    WRITERS[path.suffix.lower()](_layer(result), path, layer, result.parameters.record())
    if second:
        _keep_style(path, layer, qml(result))


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


def _to_geopackage(frame: geopandas.GeoDataFrame, path: Path, layer: str, record: str) -> None:
    kept = {"mode": "a"} if path.exists() else {"VERSION": "1.2"}
    frame = _told_apart(frame)
    frame.to_file(path, driver="GPKG", layer=layer, use_arrow=True, layer_metadata={"lacrime_geo": record}, **kept)


def replace_layer(result: Any, path: Path, layer: str) -> None:
    """Write a result as one layer of a GeoPackage that is there, in place of a layer of that name, its style inside."""
    frame, record = _told_apart(_layer(result)), result.parameters.record()
    frame.to_file(path, driver="GPKG", layer=layer, use_arrow=True, layer_metadata={"lacrime_geo": record})
    _keep_style(path, layer, qml(result))


def _told_apart(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    names = [name for name in frame.columns if name != frame.geometry.name]
    # From the last to the first: the columns of the analysis stand at the end and keep their names.
    return frame.rename(columns=spelled_apart(reversed(names)))


def spelled_apart(names: Iterable[str]) -> dict[str, str]:
    """Return names by names that a GeoPackage can tell apart: it ignores case, and fid and geom are its own.

    >>> spelled_apart(["date", "Date", "FID"])
    {'date': 'date', 'Date': 'Date_', 'FID': 'FID_'}
    """
    taken, found = {"fid", "geom"}, {}
    for name in names:
        new = name
        while new.lower() in taken:
            new += "_"
        taken.add(new.lower())
        found[name] = new
        if new != name:
            log.info(
                "column %s is written as %s: a GeoPackage ignores case and keeps fid and geom to itself", name, new
            )
    return found


def _to_parquet(frame: geopandas.GeoDataFrame, path: Path, layer: str, record: str) -> None:
    frame.attrs = json.loads(json.dumps({**frame.attrs, "lacrime_geo": record}, default=str))
    frame.to_parquet(path)


def _to_geojson(frame: geopandas.GeoDataFrame, path: Path, layer: str, record: str) -> None:
    if frame.crs is not None and frame.crs.to_epsg() != 4326:
        log.info("re-projected to EPSG:4326, as GeoJSON (RFC 7946) requires")
        frame = frame.to_crs("EPSG:4326")
    frame.to_file(path, driver="GeoJSON", RFC7946="YES", engine="pyogrio")
    # GDAL writes no members of its own; RFC 7946 allows them beside "type".
    kind = '"type": "FeatureCollection",'
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(kind, f'{kind}\n"lacrime_geo": {record},', 1), encoding="utf-8")


WRITERS: dict[str, Callable[[Any, Path, str, str], None]] = {
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
    import sqlite3  # not when QGIS starts

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
