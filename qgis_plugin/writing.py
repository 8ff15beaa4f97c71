"""The library's results to Processing's outputs: vector sinks and GeoTIFFs, landing whole or not at all."""

import errno
import logging
import os
import re
import shutil
from datetime import datetime
from functools import partial

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime

from . import databases
from .lacrime_geo.files import FORMATS
from .lacrime_geo.geometry import MULTIPOLYGON, kind
from .lacrime_geo.landing import explained
from .lacrime_geo.progress import advance
from .lacrime_geo.results import Cells, Marks, few_enough
from .provenance import without_passwords

try:
    from qgis.PyQt.QtCore import QMetaType

    INTEGER, REAL, TEXT, YES_NO, MOMENT = (
        QMetaType.Type.LongLong,
        QMetaType.Type.Double,
        QMetaType.Type.QString,
        QMetaType.Type.Bool,
        QMetaType.Type.QDateTime,
    )
    QgsField("probe", INTEGER)
except (ImportError, AttributeError, TypeError):  # before QGIS 3.38 a field's type is a QVariant's
    from qgis.PyQt.QtCore import QVariant

    INTEGER, REAL, TEXT, YES_NO = QVariant.LongLong, QVariant.Double, QVariant.String, QVariant.Bool
    MOMENT = QVariant.DateTime

log = logging.getLogger("lacrime_geo")
FIELD_TYPES = {"i": INTEGER, "u": INTEGER, "f": REAL, "b": YES_NO, "M": MOMENT}
FEATURES_AT_ONCE = 5000
SHAPES_ONLY = (".shp", ".dbf", ".fgb", ".sqlite")
DATABASES = ("memory:", "ogr:", "postgres:", "postgis:", "mssql:", "oracle:", "hana:", "spatialite:")
ROOM = 262_144  # bytes: with less than this a disk is full for a database, which grows in steps


class Outputs:
    """The outputs of one run: staged beside their place while written, moved there together at the end."""

    def __init__(self, algorithm, parameters, context, landing):
        self.algorithm, self.context, self.landing = algorithm, context, landing
        self.parameters = dict(parameters)
        self.final = {}
        self.provenance = None  # of the run, once its inputs are read

    def stage(self, name, kind):
        """Redirect an output that is a file to its staged path; temporary layers and databases stay as they are."""
        path = file_path(self._sink(name), kind)
        if path is not None:
            self._require_tables(name, path)
            staged = str(self.landing.stage(path))
            self.final[staged] = path
            self._redirect(name, staged)

    def _require_tables(self, name, path):
        """Raise where a table is to be written in a format that QGIS writes shapes in only."""
        definition = self.algorithm.parameterDefinition(name)
        is_table = definition.type() == "sink" and definition.dataType() == QgsProcessing.SourceType.TypeVector
        if is_table and path.lower().endswith(SHAPES_ONLY):
            raise QgsProcessingException(
                f"{path!r} would hold a table without shapes, which this format does not; name a .csv, .gpkg or .xlsx file."
            )

    def keep_in_file(self, name):
        """Stage a layer that was to be held in memory as a temporary GeoPackage: of very many rows it is made far sooner."""
        if self._sink(name) == QgsProcessing.TEMPORARY_OUTPUT:
            self._redirect(name, QgsProcessingUtils.generateTempFilename(f"{name.lower()}.gpkg"))
            self.stage(name, "vector")

    def _sink(self, name):
        value = self.parameters.get(name)
        return value.sink.staticValue() if isinstance(value, QgsProcessingOutputLayerDefinition) else value

    def _redirect(self, name, path):
        value = self.parameters[name]
        if isinstance(value, QgsProcessingOutputLayerDefinition):
            redirected = QgsProcessingOutputLayerDefinition(value)
            redirected.sink = type(value.sink)(value.sink)
            redirected.sink.setStaticValue(path)
            path = redirected
        self.parameters[name] = path

    def stage_page(self, name):
        """Return where a page is written and where it will stand, None where it is not wanted."""
        if not self.parameters.get(name):
            return None
        path = self.algorithm.parameterAsFileOutput(self.parameters, name, self.context)
        return self.landing.stage(path), path

    def destination(self, written):
        """Return where a destination will finally stand, and let QGIS load it from there."""
        for staged, final in self.final.items():
            if written.startswith(staged):
                moved = final + written[len(staged) :]
                loading = self.context.layersToLoadOnCompletion()
                if written in loading:
                    loading[moved] = loading.pop(written)
                    self.context.setLayersToLoadOnCompletion(loading)
                return moved
        return written

    def sink(self, name, fields, kind, crs):
        """Create a sink for an output; None when the user skips it."""
        sink, written = self.algorithm.parameterAsSink(self.parameters, name, self.context, fields, kind, crs)
        if sink is None and self.parameters.get(name):
            raise QgsProcessingException(self.algorithm.invalidSinkError(self.parameters, name))
        if sink is not None and is_table(self._sink(name)):
            self.landing.undo_by(partial(databases.drop, written))
        return sink, written

    def check(self, written, rows, placed):
        """Raise unless the file written holds all rows: QGIS does not report that a disk was full at the end.

        FlatGeobuf holds no rows without geometry; then those with one suffice, and that is said.
        """
        for staged, final in self.final.items():
            if not written.startswith(staged):
                continue
            found = QgsVectorLayer(written, "written", "ogr").featureCount()
            # A place at (0, 0) is none, and has a geometry all the same.
            if placed <= found < rows and staged.lower().endswith(".fgb"):
                log.warning("%s holds no rows without geometry: %s are left out", final, f"{rows - found:,}")
            elif found != rows:
                full = shutil.disk_usage(os.path.dirname(staged)).free < ROOM
                code = errno.ENOSPC if full else errno.EIO
                with explained(final):
                    raise OSError(code, os.strerror(code))

    def raster_path(self, name):
        """Return the path to write a raster output to."""
        return self.algorithm.parameterAsOutputLayer(self.parameters, name, self.context)


def file_path(path, kind):
    """Return the file that an output names, with the ending QGIS would add; None for temporary layers and databases."""
    if not isinstance(path, str) or not path or path == QgsProcessing.TEMPORARY_OUTPUT:
        return None
    if path.startswith(DATABASES):
        if kind == "surface":
            raise QgsProcessingException(
                f"{without_passwords(path)!r} is no file, and this result is a raster; name a file that ends in .tif."
            )
        databases.refuse_server_as_file(path)
        return None
    if "|" in path:
        raise QgsProcessingException(f"{path!r} names a layer in a file; name a file of its own.")
    ending = os.path.splitext(path)[1].lower()
    if kind == "surface" and ending not in ("", *FORMATS["surface"]):
        raise QgsProcessingException(
            f"{path!r} ends in {ending}; this result is written as {', '.join(FORMATS['surface'])}."
        )
    return path if ending else path + (".tif" if kind == "surface" else ".gpkg")


def is_table(given):
    """Tell whether an output is a table of a database, which is written where it stays."""
    return isinstance(given, str) and given.startswith(DATABASES) and not given.startswith("memory:")


def database_file(path):
    """Return the file of a database output such as ogr:dbname='city.gpkg' table=..., else None."""
    found = re.search(r"dbname='([^']+)'", path) if isinstance(path, str) else None
    return found[1] if found else None


def write_shapes(outputs, name, result, progress):
    """Write Cells, Shapes or Marks on cells: one polygon per row with its columns."""
    wkb, crs, columns = _shapes_of(result)
    fields = fields_of(columns)
    sink, written = outputs.sink(name, fields, _type_of(wkb), QgsCoordinateReferenceSystem(crs))
    if sink is None:
        return None
    rows = zip(*[column.tolist() for column in columns.values()])
    add(outputs, name, sink, (_feature(fields, shape, row) for shape, row in zip(wkb, rows)), len(result), progress)
    return written


def _shapes_of(result):
    """Return the polygons, their CRS and their columns."""
    if isinstance(result, Cells):
        few_enough(result)
        return result.grid.polygons(result.cell), result.grid.crs, result.columns
    if isinstance(result, Marks):
        features = result.features
        return features.wkb, features.crs, {**features.source, **result.columns}
    return result.wkb, result.crs, result.columns


def _type_of(wkb):
    """Return the geometry type of a result's shapes, which are all of one kind."""
    several = len(wkb) > 0 and kind(wkb[0]) == MULTIPOLYGON
    return QgsWkbTypes.Type.MultiPolygon if several else QgsWkbTypes.Type.Polygon


def placed_rows(result):
    """Return how many rows of a result have a geometry."""
    features = getattr(result, "features", result)
    if not hasattr(features, "placed") and not hasattr(features, "known"):
        return len(result)
    return int((features.placed if hasattr(features, "placed") else features.known).sum())


def held(features, written, left):
    """Yield the features that a format holds; the ids of others are appended to a list.

    FlatGeobuf, as QGIS writes it, has no rows without geometry: newer GDAL refuses them, older left them out in silence.
    """
    places_only = written.split("|")[0].lower().endswith(".fgb")
    for feature in features:
        if places_only and feature.geometry().isEmpty():
            left.append(feature.id())
        else:
            yield feature


def add(outputs, name, sink, features, total, progress, left=()):
    """Add features to a sink in portions; a failed write (a full disk) is an error, not a shorter layer.

    `left` are those that the format does not hold, told while features are taken.
    """
    portion, done = [], 0
    for feature in features:
        portion.append(feature)
        if len(portion) == FEATURES_AT_ONCE:
            _add_portion(outputs, name, sink, portion)
            done += len(portion)
            portion = []
            advance(progress, done / max(total, 1))
    _add_portion(outputs, name, sink, portion)
    require_all(done + len(portion) + len(left), total)
    if hasattr(sink, "finalize"):
        sink.finalize()


def _add_portion(outputs, name, sink, portion):
    if portion and not sink.addFeatures(portion, QgsFeatureSink.Flag.FastInsert):
        raise unwritable(outputs, name, sink.lastError() or "the disk may be full")


def unwritable(outputs, name, said):
    """Return the error of a write that failed, with its remedy."""
    full = any(shutil.disk_usage(os.path.dirname(staged)).free < ROOM for staged in outputs.final)
    remedy = "free space or choose another folder" if full else "choose another format or name"
    return QgsProcessingException(f"Cannot write {name}: {said}; {remedy}.")


def require_all(found, total):
    """Raise unless all features of the input were found again."""
    if found != total:
        raise QgsProcessingException(
            f"{found:,} of {total:,} features were found again: the input changed while it was read; run again."
        )


def fields_of(columns):
    """Return the fields of columns."""
    fields = QgsFields()
    for name, column in columns.items():
        fields.append(QgsField(name, FIELD_TYPES.get(column.dtype.kind, TEXT)))
    return fields


def _feature(fields, wkb, row):
    feature = QgsFeature(fields)
    geometry = QgsGeometry()
    geometry.fromWkb(wkb)
    feature.setGeometry(geometry)
    feature.setAttributes([plain(value) for value in row])
    return feature


def plain(value):
    """Return a value as QGIS takes it."""
    # A missing number is NULL in a table, not the text "nan".
    if isinstance(value, float) and np.isnan(value):
        return None
    return QDateTime(value) if isinstance(value, datetime) else value


def write_page(staged, final, text):
    """Write a page to where it is staged; return where it will stand."""
    with explained(final):
        staged.write_text(text, encoding="utf-8")
    return final


def write_table(outputs, name, table):
    """Write a Table as a layer without geometry; return where, None when it is skipped."""
    fields = fields_of(table.columns)
    sink, written = outputs.sink(name, fields, QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem())
    if sink is None:
        return None
    rows = (_row(fields, row) for row in zip(*(column.tolist() for column in table.columns.values())))
    add(outputs, name, sink, rows, len(table), None)
    return written


def _row(fields, row):
    feature = QgsFeature(fields)
    feature.setAttributes([plain(value) for value in row])
    return feature
