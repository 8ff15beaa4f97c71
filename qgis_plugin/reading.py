"""QGIS feature sources to the library's Incidents and Features, in the working CRS."""

import logging

import numpy as np
from qgis.core import (
    NULL,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime

from . import databases, file_layers, named_columns
from .lacrime_geo import Features, Incidents, dates
from .lacrime_geo.agencies import agency_of
from .lacrime_geo.crs import known_degrees
from .lacrime_geo.incident_columns import of_whole_file
from .lacrime_geo.parameters import Parameters
from .lacrime_geo.progress import advance, within
from .lacrime_geo.results import Table
from .lacrime_geo.weight_units import UNIT, WEIGHT
from .moments import in_iso
from .projecting import from_name, projected, require_crs, working

FEATURE_ID = "feature id"
log = logging.getLogger("lacrime_geo")
ROWS_AT_ONCE = 2000
UNCOUNTED = 100_000


def incidents_of(source, context, columns, time_column, category_column, progress, crs=None, reports=False, spans=None):
    """Return a source's points as Incidents; their source holds the columns named and each feature's id.

    One that stands in a file is read without a loop. `crs` is the one to project to, by default the working one; `reports`
    tells to read the dates of report, where there is a column of them, and `spans` the ends.
    """
    named = named_columns.named(source.fields(), time_column, category_column, reports, spans)
    wanted = [name for name in dict.fromkeys([*columns, *named]) if name]
    dates_in = {named.when, named.reported, named.until} - {*columns, named.category}
    places = _Points()
    in_batches = file_layers.read(source.file, wanted, dates_in, places.point, within(progress, 0.0, 0.7))
    ids, points, values = in_batches or _read(source, wanted, places.point, within(progress, 0.0, 0.7))
    places.require_single(len(ids))
    _require_unique(ids, source)
    easting, northing, crs = _in_metres(source, points, context, crs, within(progress, 0.7, 0.85))

    def times(name, asked, begin, end):
        return _times(values[name], name, asked, within(progress, begin, end)) if name else None

    when = times(named.when, bool(time_column), 0.85, 0.95)
    ends = times(named.until, bool(spans and spans.column), 0.95, 1.0)
    reported = times(named.reported, False, 1.0, 1.0)
    category = _texts(values[named.category]) if named.category else None
    known_until, whole = of_whole_file(source.kept, when, reported, category)
    return Incidents(
        easting,
        northing,
        when=when,
        until=ends,
        reported=reported,
        category=category,
        crs=crs,
        source=_kept_columns(source, ids, values, (*columns, named.schema, named.placeholder)),
        label=source.sourceName(),
        time_column=named_columns.column_of_dates(source.fields(), named.when),
        dates_unused=() if named.when else named_columns.columns_of_dates(source.fields()),
        agency=agency_of(None, source.fields().names()),
        known_until=known_until,
        whole=None if known_until is None else whole,
    )


def _kept_columns(source, ids, values, names):
    """Return the columns named, and each feature's id; of a layer of harm, whose record tells it, also of what weights are."""
    table = {name: _numbers(values[name]) for name in names if name}
    if WEIGHT in table and UNIT in source.kept:
        table[UNIT] = np.full(len(ids), source.kept[UNIT], dtype=object)
    return {**table, FEATURE_ID: np.array(ids, dtype=np.int64)}


def _in_metres(source, points, context, crs, progress):
    """Return easting and northing of points, and their CRS: the one given, else the working one."""
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    if source.sourceCrs().isGeographic():
        x = np.where(known_degrees(x, y), x, np.nan)
    return projected(source, x, y, context, crs, progress)


def features_of(source, given, context, columns, progress, crs=None):
    """Return a source's polygons or points as Features, in the CRS given or the working one.

    `given` is the parameter's value, where the user may have set what becomes of invalid geometries.
    """
    ids, geometries, values = _read(source, [name for name in columns if name], _geometry, within(progress, 0.0, 0.6))
    _require_unique(ids, source)
    require_crs(source)
    geometries = _valid(geometries, _geometry_check(given, context), within(progress, 0.6, 0.8))
    if crs is None:
        known = [geometry.boundingBox().center() for geometry in geometries if geometry is not None]
        centres = np.array([(point.x(), point.y()) for point in known], dtype=float).reshape(-1, 2)
        crs = working(source.sourceCrs(), centres[:, 0], centres[:, 1], context)
    transform = QgsCoordinateTransform(source.sourceCrs(), from_name(crs), context.transformContext())
    counted = _counted_off(geometries, within(progress, 0.8, 1.0))
    wkb = [None if geometry is None else _transformed(geometry, transform) for geometry in counted]
    table = {name: _numbers(values[name]) for name in columns if name}
    return Features(wkb, crs, {**table, FEATURE_ID: np.array(ids, dtype=np.int64)}, source.sourceName(), source.kept)


def table_of(source, columns, progress):
    """Return columns of a source whose features have no geometry, as a Table."""
    names = list(dict.fromkeys(name for name in columns if name))
    ids, _, values = _read(source, names, _no_geometry, progress)
    _require_unique(ids, source)
    return Table({name: _numbers(values[name]) for name in names}, Parameters(), label=source.sourceName())


def _read(source, names, geometry_of, progress):
    """Return ids, what geometry_of makes of each geometry, and the columns named, in one pass."""
    at = [source.fields().lookupField(name) for name in names]
    missing = [name for name, index in zip(names, at) if index < 0]
    if missing:
        known = ", ".join(source.fields().names())
        raise QgsProcessingException(f"There is no column {missing[0]!r}; the columns are {known}.")
    request = QgsFeatureRequest().setSubsetOfAttributes(at)
    ids, geometries, columns = [], [], [[] for _ in at]
    total = source.featureCount()
    with databases.read_to_the_end(source):
        for number, feature in enumerate(source.getFeatures(request)):
            if number % ROWS_AT_ONCE == 0:
                # Where nobody knows how many there are, each is a smaller step.
                advance(progress, number / (max(total, 1) if total >= 0 else number + UNCOUNTED))
            ids.append(feature.id())
            geometries.append(geometry_of(feature.geometry(), number))
            for column, index in zip(columns, at):
                column.append(feature.attribute(index))
    if source.unordered:
        order = np.argsort(np.array(ids, dtype=np.int64), kind="stable").tolist()
        ids, geometries, *columns = ([values[row] for row in order] for values in (ids, geometries, *columns))
    return ids, geometries, dict(zip(names, columns))


def _require_unique(ids, source):
    ids = np.array(ids, dtype=np.int64)
    if (ids[1:] > ids[:-1]).all():
        return
    repeated = np.count_nonzero(np.diff(np.sort(ids)) == 0)
    if repeated:
        raise QgsProcessingException(
            f"Feature ids of {source.sourceName()!r} repeat ({repeated:,} of {len(ids):,} rows), so results "
            "cannot be put beside the features; save the layer to a file first."
        )


class _Points:
    """Makes x and y of geometries; keeps the multipoints of several points, to be refused together."""

    def __init__(self):
        self.several = {}  # number of points by row

    def point(self, geometry, row):
        """Return x and y, NaN for no place."""
        if geometry.isNull() or geometry.isEmpty():
            return np.nan, np.nan
        if geometry.type() != QgsWkbTypes.GeometryType.PointGeometry:
            kind = QgsWkbTypes.displayString(geometry.wkbType())
            raise QgsProcessingException(
                f"Incidents are points; row {row} is a {kind}: take centroids where each is one incident; areas with counts are "
                "for an analysis that asks for their column."
            )
        if geometry.isMultipart():
            parts = geometry.asMultiPoint()
            if len(parts) > 1:
                self.several[row] = len(parts)
            return parts[0].x(), parts[0].y()
        point = geometry.asPoint()
        return point.x(), point.y()

    def require_single(self, rows):
        """Raise where a row has several points: which of them is the incident?"""
        for row, parts in self.several.items():
            raise QgsProcessingException(
                f"Row {row} is a multipoint of {parts} points, the first of {len(self.several):,} such rows among {rows:,}; "
                "run 'Multipart to singleparts' first."
            )


def _no_geometry(geometry, row):
    return None


def _geometry(geometry, row):
    return None if geometry.isNull() or geometry.isEmpty() else geometry


def _geometry_check(given, context):
    own = QgsProcessingFeatureSourceDefinition.Flag.FlagOverrideDefaultGeometryCheck
    if isinstance(given, QgsProcessingFeatureSourceDefinition) and given.flags & own:
        return given.geometryCheck
    return context.invalidGeometryCheck()


def _valid(geometries, check, progress):
    """Treat invalid polygons as the user has set: stop, take them as without geometry and say how many, or keep them."""
    if check == QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck:
        return geometries
    counted = enumerate(_counted_off(geometries, progress))
    bad = [row for row, geometry in counted if geometry is not None and not geometry.isGeosValid()]
    if bad and check == QgsFeatureRequest.InvalidGeometryCheck.GeometryAbortOnInvalid:
        raise QgsProcessingException(
            f"{len(bad):,} of {len(geometries):,} geometries are invalid, first in row {bad[0]}; run 'Fix geometries', or "
            "change 'Invalid features filtering' in the Processing options."
        )
    if bad:
        log.warning("%s invalid geometries are left out", f"{len(bad):,}")
    left_out = set(bad)
    return [None if row in left_out else geometry for row, geometry in enumerate(geometries)]


def _transformed(geometry, transform):
    if QgsWkbTypes.isCurvedType(geometry.wkbType()):
        geometry = QgsGeometry(geometry.constGet().segmentize())
    try:
        geometry.transform(transform)
    except QgsCsException as problem:
        raise QgsProcessingException(f"A geometry cannot be projected to metres ({problem}).") from problem
    return bytes(geometry.asWkb())


def _numbers(values):
    """Return a column with None for NULL; the library says which rows are no numbers."""
    if isinstance(values, np.ndarray):
        return values
    return np.array([None if value is None or value == NULL else value for value in values], dtype=object)


def _texts(values):
    return np.array([_text(value) for value in values], dtype=object)


def _text(value):
    if isinstance(value, str):
        return value
    return "" if value is None or value == NULL else str(value)


def _times(values, name, asked, progress):
    """Return naive local times; texts that are no dates are an error in a column asked for, else undated and counted."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return values
    texts = [_moment(value) for value in _counted_off(values, within(progress, 0.0, 0.6))]
    times = dates.parse(_counted_off(texts, within(progress, 0.6, 1.0)))
    lost = [row for row in np.flatnonzero(np.isnat(times)) if texts[row]]
    if lost:
        sentence = (
            f"{len(lost):,} of {len(values):,} values of the time column {name!r} are no dates, first in row {lost[0]} "
            f"({texts[lost[0]]!r})"
        )
        if asked:
            raise QgsProcessingException(f"{sentence}; choose a column of dates.")
        log.warning("%s; they are taken as undated", sentence)
    return times


def _counted_off(values, progress):
    """Yield values, and tell how far they have come."""
    for number, value in enumerate(values):
        if number % ROWS_AT_ONCE == 0:
            advance(progress, number / len(values))
        yield value


def _moment(value):
    """Return a date as text, its wall clock whatever its time zone; "" for none."""
    if value is None or value == NULL:
        return ""
    if isinstance(value, (QDateTime, QDate)):
        return in_iso(value)
    return str(value)
