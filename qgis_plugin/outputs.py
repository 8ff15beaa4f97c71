"""The outputs of a run: what the user names for them, staged while written, moved to their places together at the end."""

import errno
import logging
import os
import re
import shutil
from functools import partial

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsVectorLayer,
)

from . import databases
from .lacrime_geo.files import FORMATS
from .lacrime_geo.landing import explained
from .provenance import without_passwords

log = logging.getLogger("lacrime_geo")
SHAPES_ONLY = (".shp", ".dbf", ".fgb", ".sqlite")
PAGES = (".html", ".htm")
SPREADSHEETS = (".csv", ".xlsx", ".ods")
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

    def is_spreadsheet(self, name):
        """Tell whether an output is a file that spreadsheets open, which run text that begins like a formula."""
        sink = self._sink(name)
        return isinstance(sink, str) and sink.lower().endswith(SPREADSHEETS)

    def is_csv(self, name):
        """Tell whether an output is a CSV, in which dates are text."""
        return self.is_spreadsheet(name) and self._sink(name).lower().endswith(".csv")

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
            if _is_of(staged, written):
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
            if not _is_of(staged, written):
                continue
            found = QgsVectorLayer(written, "written", "ogr").featureCount()
            # A place at (0, 0) is none, and has a geometry all the same.
            if placed <= found < rows and staged.lower().endswith(".fgb"):
                log.warning("%s holds no rows without geometry: %s are left out", final, f"{rows - found:,}")
            elif found != rows:
                code = errno.ENOSPC if _is_full(staged) else errno.EIO
                with explained(final):
                    raise OSError(code, os.strerror(code))

    def unwritable(self, name, said):
        """Return the error of a write that failed, with its remedy."""
        full = any(_is_full(staged) for staged in self.final)
        remedy = "free space or choose another folder" if full else "choose another format or name"
        return QgsProcessingException(f"Cannot write {name}: {said}; {remedy}.")

    def raster_path(self, name):
        """Return the path to write a raster output to."""
        return self.algorithm.parameterAsOutputLayer(self.parameters, name, self.context)


def _is_of(staged, written):
    """Tell whether QGIS names a staged file, or a layer in it; on Windows with whichever slashes."""
    return os.path.normcase(written).startswith(os.path.normcase(staged))


def _is_full(path):
    return shutil.disk_usage(os.path.dirname(path)).free < ROOM


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


def require_page(path):
    """Raise where an output that is a page has another ending: what opens such files would not open it."""
    if os.path.splitext(path)[1].lower() not in PAGES:
        raise QgsProcessingException(f"{path!r} is no page; name a file that ends in .html.")


def write_page(staged, final, text):
    """Write a page to where it is staged; return where it will stand."""
    with explained(final):
        staged.write_text(text, encoding="utf-8")
    return final
