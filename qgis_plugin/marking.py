"""Marks to Processing's outputs: the input's own features, in its own CRS, with new columns."""

import logging
import sqlite3

from qgis.core import QgsFeature, QgsField, QgsFields

from . import copying
from .reading import FEATURE_ID
from .writing import add, fields_of, held, plain, require_all

log = logging.getLogger("lacrime_geo")


def write_marks(outputs, name, result, original, progress):
    """Write the input's own features, in its own CRS, with the new columns; columns of the same name are replaced."""
    lower = {column.lower() for column in result.columns}
    replaced = [field.name() for field in original.fields() if field.name().lower() in lower]
    if replaced:
        log.warning("replaced of the input's columns: %s", ", ".join(replaced))
    kept = [index for index, field in enumerate(original.fields()) if field.name().lower() not in lower]
    fields = QgsFields()
    for index in kept:
        fields.append(_spelled(original.fields()[index]))
    for field in fields_of(result.columns):
        fields.append(field)
    sink, written = outputs.sink(name, fields, original.wkbType(), original.sourceCrs())
    if sink is None:
        return None
    if copying.possible(original.file, written, len(result)):
        del sink
        _copy(outputs, name, written, result, original, kept, progress)
        return written
    left = []
    marked = held(_marked(result, original, fields, kept), written, left)
    add(outputs, name, sink, marked, len(result), progress, left)
    return written


def _copy(outputs, name, path, result, original, kept, progress):
    """Write marks as a copy of the input's file with the new columns."""
    names = [original.fields()[index].name() for index in kept]
    ids = result.features.source[FEATURE_ID]
    try:
        marked = copying.copy(original.file, path, names, ids, result.columns, progress)
    except sqlite3.Error as problem:
        raise outputs.unwritable(name, str(problem)) from problem
    if marked is None:
        raise outputs.unwritable(name, "the copy of the input failed")
    require_all(marked, len(result))


def _spelled(field):
    """Return a field, one named fid that is no integer under another name: GeoPackage keeps its row numbers there."""
    whole = field.typeName().lower().startswith("int")
    if field.name().lower() == "fid" and not whole:
        log.info("the column fid is written as fid_")
        field = QgsField(field)
        field.setName("fid_")
    return field


def _marked(result, original, fields, kept):
    row_of = {int(number): row for row, number in enumerate(result.features.source[FEATURE_ID])}
    columns = [column.tolist() for column in result.columns.values()]
    for feature in original.getFeatures():
        row = row_of.get(feature.id())
        if row is None:
            continue
        old = feature.attributes()
        out = QgsFeature(fields)
        out.setGeometry(feature.geometry())
        out.setAttributes([old[index] for index in kept] + [plain(column[row]) for column in columns])
        yield out
