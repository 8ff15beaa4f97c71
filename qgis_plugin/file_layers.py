"""Points and columns of layers that stand in files, read by GDAL in batches: what QGIS's features hold, without a loop.

Where anything about a layer may make the two differ, `read` returns None, and its features are looped over.
"""

from contextlib import contextmanager

import numpy as np
from osgeo import gdal, ogr
from qgis.core import QgsGeometry, QgsProviderRegistry

from . import arrow
from .geopackages import quoted
from .lacrime_geo.progress import advance

STREAMED = hasattr(ogr.Layer, "GetArrowStream")  # from GDAL 3.6 on
GEOPACKAGE, SHAPEFILE = "GPKG", "ESRI Shapefile"
FORMATS = (GEOPACKAGE, SHAPEFILE, "FlatGeobuf", "GeoJSON")
DATES = (ogr.OFTDate, ogr.OFTDateTime)
# Booleans are left out: GDAL 3.6 mixes up their bits.
KINDS = (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal, ogr.OFTString, *DATES)
# A point in WKB: byte order, type (plain, with Z, M or both, in ISO's numbers and the older one), then x and y.
POINT_TYPES = (1, 1001, 2001, 3001, 0x80000001)
PLAIN_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
POINT_SIZE = 21
FIRST_SAFE_DATE = np.datetime64("1970-01-02")


class FileLayer:
    """Where the features of a layer stand in a file, and how QGIS shows them; nothing is asked of the layer later."""

    def __init__(self, layer, parts):
        provider = layer.dataProvider()
        self.driver, self.path = provider.storageType(), parts["path"]
        self.table, self.number = parts.get("layerName"), int(parts.get("layerId") or 0)
        self.subset, self.count = layer.subsetString(), layer.featureCount()
        self.own_fields, self.fields = provider.fields(), layer.fields()
        self.as_stored = self.fields.names() == self.own_fields.names() and layer.crs() == provider.crs()

    @classmethod
    def of(cls, layer):
        """Return that of a layer; None where GDAL, opening the file again, may not find just what QGIS shows."""
        provider = layer.dataProvider()
        if provider.name() != "ogr" or provider.storageType() not in FORMATS or layer.isEditable():
            return None
        parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
        other = [key for key, value in parts.items() if value and key not in ("path", "layerName", "layerId", "subset")]
        subset = layer.subsetString()
        # QGIS reads the text of a shapefile in an encoding of its own choice.
        of_shapefile = subset and provider.storageType() == SHAPEFILE
        return None if other or subset.lower().startswith("select") or of_shapefile else cls(layer, parts)

    def opened(self):
        """Return the dataset and its layer with the same subset as in QGIS; None where it does not open."""
        try:
            dataset = gdal.OpenEx(self.path, gdal.OF_VECTOR | gdal.OF_READONLY, allowed_drivers=[self.driver])
            if dataset is None:
                return None, None
            table = dataset.GetLayerByName(self.table) if self.table else dataset.GetLayer(self.number)
            if table is not None and self.subset and table.SetAttributeFilter(self.subset):
                return None, None
        except RuntimeError:  # GDAL raises it where its exceptions are switched on
            return None, None
        return dataset, table


def opened_raster(path):
    """Return GDAL's dataset of a raster, None where it does not open."""
    try:
        return gdal.Open(path)
    except RuntimeError:  # where GDAL's exceptions are switched on
        return None


def read(layer, names, dates, point_of, progress):
    """Return ids (n,), points (n, 2) and a dict of the columns named; None where the features must be looped over.

    `layer` is a FileLayer, None where there is none.
    `dates` are the columns that may hold dates; `point_of` gives x and y of a geometry that is no single point.
    """
    if layer is None or not STREAMED:
        return None
    with _settings(GDAL_NUM_THREADS="1", OGR_GPKG_NUM_THREADS="1"):
        dataset, table = layer.opened()
        fields = None if table is None else _fields(dataset, table, layer, names, dates)
        if fields is None:
            return None
        # GDAL up to 3.11.3 reads a GeoPackage in a second thread, which it may crash in, unless the ids have no gaps.
        slower = "NO" if not layer.subset and _ids_without_gaps(dataset, table) else "YES"
        with _settings(OGR_GPKG_STREAM_BASE_IMPL=slower):
            return _rows(table, fields, layer.count, point_of, progress)


def _fields(dataset, table, layer, names, dates):
    """Return {name: number of GDAL's field}, -1 for the feature id; None if a column cannot be read alike."""
    found = {}
    definition = table.GetLayerDefn()
    spelled = [definition.GetFieldDefn(number).GetName() for number in range(definition.GetFieldCount())]
    for name in names:
        true_name = _name_in_file(layer, name)
        if true_name in spelled:
            found[name] = spelled.index(true_name)
            field = definition.GetFieldDefn(found[name])
            if not _reads_alike(dataset, table, layer, field, name in dates):
                return None
        elif true_name and true_name == table.GetFIDColumn():
            found[name] = -1
        else:
            return None
    return found


def _name_in_file(layer, name):
    """Return how a column is spelled in the file; None for those that QGIS adds: joined, computed."""
    own, number = layer.own_fields, layer.fields.lookupField(name)
    if not 0 <= number < own.count() or own[number].name() != layer.fields[number].name():
        return None
    return own[number].name()


def _reads_alike(dataset, table, layer, field, may_be_date):
    """Tell whether a field gives the same values by GDAL's batches as by QGIS."""
    kind = field.GetType()
    if kind not in KINDS or field.GetSubType() != ogr.OFSTNone:
        return False
    if kind in DATES:
        return may_be_date and layer.driver == GEOPACKAGE and not _has_offsets(dataset, table, field)
    return kind != ogr.OFTString or layer.driver != SHAPEFILE


def _has_offsets(dataset, table, field):
    """Tell whether clocks are ahead of UTC or behind it: batches hold UTC, QGIS shows the wall clock."""
    if field.GetType() != ogr.OFTDateTime:
        return False
    column, name = quoted(field.GetName()), quoted(table.GetName())
    # Most end with Z, which is soon seen.
    ahead_or_behind = f"{column} NOT LIKE '%Z' AND substr({column}, -6) GLOB '*[+-]*'"
    return _first(dataset, f"SELECT EXISTS (SELECT 1 FROM {name} WHERE {ahead_or_behind})") != 0


def _ids_without_gaps(dataset, table):
    if dataset.GetDriver().ShortName != GEOPACKAGE or not table.GetFIDColumn():
        return False
    column, name = quoted(table.GetFIDColumn()), quoted(table.GetName())
    lowest, highest = (_first(dataset, f"SELECT {word}({column}) FROM {name}") for word in ("MIN", "MAX"))
    return lowest == 1 and highest == table.GetFeatureCount()


def _first(dataset, sql):
    """Return the first value that a query of a GeoPackage finds, None for none."""
    try:
        result = dataset.ExecuteSQL(sql)
    except RuntimeError:  # where GDAL's exceptions are switched on
        return None
    try:
        row = None if result is None else result.GetNextFeature()
        return None if row is None else row.GetField(0)
    except RuntimeError:
        return None
    finally:
        dataset.ReleaseResultSet(result)


@contextmanager
def _settings(**options):
    """Set options of GDAL for this thread, and put them back."""
    before = {name: gdal.GetThreadLocalConfigOption(name) for name in options}
    for name, value in options.items():
        gdal.SetThreadLocalConfigOption(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            gdal.SetThreadLocalConfigOption(name, value)


def _rows(table, fields, total, point_of, progress):
    """Read all batches; None when GDAL's columns or number of rows are not those expected."""
    definition = table.GetLayerDefn()
    names = [definition.GetFieldDefn(number).GetName() for number in range(definition.GetFieldCount())]
    wanted = sorted({number for number in fields.values() if number >= 0})
    table.SetIgnoredFields([name for number, name in enumerate(names) if number not in wanted])
    stream = table.GetArrowStream()
    formats = [] if stream is None else arrow.formats(stream.GetSchema())
    kinds = [kind for _, kind in formats]
    if [name for name, _ in formats][1:-1] != [names[number] for number in wanted] or None in kinds:
        return None
    parts = []
    done = 0
    for batch in _batches(stream):
        advance(progress, done / max(total, 1))
        parts.append(_part(arrow.columns(batch), kinds, done, point_of))
        done += len(parts[-1][0])
    if done != total or not parts:
        return None
    ids, *values, points = (_joined(column) for column in zip(*parts))
    if any(_before_1970(column) for column in values):
        return None
    columns = {-1: ids, **dict(zip(wanted, values))}
    return ids, points, {name: columns[number] for name, number in fields.items()}


def _batches(stream):
    while True:
        try:
            batch = stream.GetNextRecordBatch()
        except RuntimeError:
            return
        if batch is None:
            return
        yield batch


def _part(columns, kinds, row, point_of):
    """Return the ids, values and points of one batch, which begins at a row."""
    values = [arrow.values(column, kind) for column, kind in zip(columns[:-1], kinds)]
    return [*values, _points(columns[-1], kinds[-1], row, point_of)]


def _before_1970(column):
    """Tell whether a column holds dates of which GDAL 3.6 misses some by a day."""
    return isinstance(column, np.ndarray) and column.dtype.kind == "M" and bool((column < FIRST_SAFE_DATE).any())


def _joined(parts):
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else [value for part in parts for value in part]


def _points(column, kind, row, point_of):
    """Return x and y (n, 2) of a column of WKB, NaN where there is no point."""
    bounds, data = arrow.blobs(column, kind)
    known = arrow.valid(column)
    points = _all_plain(bounds, data) if known.all() else None
    if points is None:
        points = _each(bounds, data, known, row, point_of)
    # A point without one of its coordinates has no place.
    points[np.isnan(points[:, 0]) | np.isnan(points[:, 1])] = np.nan
    return points


def _all_plain(bounds, data):
    """Return the points of WKB (n, 2) that are all of x and y alone, little endian, as GeoPackages have them; else None."""
    if (np.diff(bounds) != PLAIN_POINT.itemsize).any():
        return None
    read = data[bounds[0] : bounds[-1]].view(PLAIN_POINT)
    if (read["order"] != 1).any() or (read["type"] != 1).any():
        return None
    return np.column_stack([read["x"], read["y"]])


def _each(bounds, data, known, row, point_of):
    """Return the points of WKB of any kind (n, 2)."""
    points = np.full((known.size, 2), np.nan)
    long_enough = np.flatnonzero(known & (np.diff(bounds) >= POINT_SIZE))
    plain = np.zeros(known.size, dtype=bool)
    if long_enough.size:
        begins = np.lib.stride_tricks.sliding_window_view(data, POINT_SIZE)[bounds[long_enough]]
        types = np.ascontiguousarray(begins[:, 1:5]).view("<u4").ravel()
        are_points = (begins[:, 0] == 1) & np.isin(types, POINT_TYPES)
        plain[long_enough] = are_points
        points[plain] = np.ascontiguousarray(begins[are_points, 5:]).view("<f8")
    for other in np.flatnonzero(known & ~plain).tolist():
        geometry = QgsGeometry()
        geometry.fromWkb(data[bounds[other] : bounds[other + 1]].tobytes())
        points[other] = point_of(geometry, row + other)
    return points
