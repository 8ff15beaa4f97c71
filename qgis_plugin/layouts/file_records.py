"""The record that the library keeps inside the files it writes, for layers whose metadata hold none: not made by this plugin."""

import numpy as np
from osgeo import gdal
from qgis.core import QgsProviderRegistry

from ..file_layers import opened_raster
from ..lacrime_geo import selection
from ..lacrime_geo.parameters import restored

ITEM = "lacrime_geo"
LINES = 5  # of a GeoJSON within which its record stands
# The files do not name the analysis: the first that keeps a parameter of its own, and what its map shows.
KEPT_BY = (
    ("levels", "contours", "Contours"),
    ("p_method", "risk_ratio", "Relative risk"),
    ("before_days", "change_map", "Change"),
    ("protection", "safe_export", "Reported incidents, made safe to leave"),
    ("moved", "jitter_sensitivity", "Findings on moved places"),
    ("runs", "stability", "Stability of hotspots"),
    ("high_high", "local_moran", "Local Moran's I"),
    ("deviations", "ellipses", "Ellipses"),
    ("eps_time", "st_dbscan", "Clusters"),
    ("eps", "dbscan", "Clusters"),
    ("include_self", "gi_star", "Hotspots"),
    ("p_cut", "hotspots", "Hotspots"),
    ("kernel", "kde", "Density"),
)


def file_record(layer):
    """Return the record in a layer's file as the plugin's own are, with what the map shows and of what; None for none."""
    parameters = restored(_text_in(layer))
    found = next(((name, shown) for key, name, shown in KEPT_BY if key in parameters), None)
    if found is None:
        return None
    return {
        "algorithm": f"lacrime:{found[0]}",
        "inputs": {"layer": {"name": parameters["layer"]}} if "layer" in parameters else {},
        "parameters": parameters,
        "title": _title(found[1], parameters),
    }


def _title(shown, parameters):
    """Return a title as the library gives it: what, which category and period, how many."""
    if "title" in parameters:
        return parameters["title"]
    number = parameters.get("incidents")
    if number is None:
        return shown
    days = np.array(parameters.get("period", "").split(" to ") if parameters.get("period") else [], dtype="M8[D]")
    return selection.title(shown, parameters.get("category"), days, int(number))


def _text_in(layer):
    """Return the record as its text, None where the file has none or does not open."""
    if layer.providerType() == "gdal":
        dataset = opened_raster(layer.source())
        return None if dataset is None else dataset.GetMetadataItem(ITEM)
    if layer.providerType() != "ogr":
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    if layer.dataProvider().storageType() == "GeoJSON":
        return _in_geojson(parts["path"])
    return _in_table(parts["path"], parts.get("layerName"), int(parts.get("layerId") or 0))


def _in_table(path, name, number):
    try:
        dataset = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_READONLY)
        table = None if dataset is None else dataset.GetLayerByName(name) if name else dataset.GetLayer(number)
        return None if table is None else table.GetMetadataItem(ITEM)
    except RuntimeError:  # where GDAL's exceptions are switched on
        return None


def _in_geojson(path):
    """Return the member that the library puts on a line of its own; GDAL reads no members beside the features."""
    begin = f'"{ITEM}": '
    try:
        with open(path, encoding="utf-8") as file:
            for _ in range(LINES):
                line = file.readline(1_000_000)
                if line.startswith(begin):
                    return line[len(begin) :].rstrip().rstrip(",")
    except (OSError, UnicodeDecodeError):  # such as inside a zip
        return None
    return None
