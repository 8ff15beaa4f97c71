"""Arrow record batches, as GDAL 3.6 and later streams them, to numpy: by the layout of the Arrow C data interface.

GDAL's own way to numpy, osgeo.gdal_array, loads only beside the numpy that it was built for; this one beside any.
"""

import ctypes

import numpy as np

DAYS, MILLISECONDS = "tdD", "tsm:"
NUMBERS = {"i": np.int32, "l": np.int64, "g": np.float64}
# By the type of their offsets.
TEXTS, BYTES = {"u": np.int32, "U": np.int64}, {"z": np.int32, "Z": np.int64}


class _Schema(ctypes.Structure):
    """A column's format and name, or those of all columns."""


class _Array(ctypes.Structure):
    """A column's values, or those of all columns."""


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]


def formats(schema):
    """Return the columns of an osgeo.ogr.ArrowSchema in their order: (name, format), None for a format not read here."""
    whole = _Schema.from_address(schema._getPtr())
    columns = [whole.children[number].contents for number in range(whole.n_children)]
    return [(column.name.decode(), _known_format(column)) for column in columns]


def columns(batch):
    """Return the columns of an osgeo.ogr.ArrowArray in their order; they live as long as the batch."""
    whole = _Array.from_address(batch._getPtr())
    return [whole.children[number].contents for number in range(whole.n_children)]


def valid(column):
    """Return a mask of the values that are not null."""
    if column.null_count == 0 or not column.buffers[0]:
        return np.ones(column.length, dtype=bool)
    end = column.offset + column.length
    bits = np.unpackbits(_at(column.buffers[0], np.uint8, (end + 7) // 8), bitorder="little")
    return bits[column.offset : end].astype(bool)


def values(column, kind):
    """Return a column of its own: numbers as an array, of Python objects where some are None; dates; a list of texts."""
    known = valid(column)
    if kind in (DAYS, MILLISECONDS):
        return _dates(column, kind, known)
    if kind in TEXTS:
        return _texts(column, kind, known)
    numbers = _buffer(column, 1, NUMBERS[kind]).copy()
    if known.all():
        return numbers
    holding = numbers.astype(object)
    holding[~known] = None
    return holding


def blobs(column, kind):
    """Return where the bytes of each value begin (n + 1), and the bytes of all."""
    offsets = np.zeros(1, dtype=np.int64)
    if column.length:
        offsets = _buffer(column, 1, {**TEXTS, **BYTES}[kind], 1).astype(np.int64)
    size = int(offsets[-1])
    return offsets, _at(column.buffers[2], np.uint8, size) if size else np.empty(0, dtype=np.uint8)


def _known_format(column):
    if column.dictionary:
        return None
    kind = column.format.decode()
    if kind.startswith(MILLISECONDS):
        return MILLISECONDS  # whatever the time zone that follows
    return kind if kind in {*NUMBERS, *TEXTS, *BYTES, DAYS} else None


def _dates(column, kind, known):
    if kind == DAYS:
        moments = _buffer(column, 1, np.int32).astype("M8[D]").astype("M8[s]")
    else:
        moments = _buffer(column, 1, np.int64).astype("M8[ms]").astype("M8[s]")
    moments[~known] = np.datetime64("NaT", "s")
    return moments


def _texts(column, kind, known):
    offsets, data = blobs(column, kind)
    content = data[offsets[0] : offsets[-1]].tobytes()
    bounds = (offsets - offsets[0]).tolist()
    if content.isascii():
        text = content.decode("ascii")
        found = [text[begin:end] for begin, end in zip(bounds, bounds[1:])]
    else:
        found = [content[begin:end].decode("utf-8", "replace") for begin, end in zip(bounds, bounds[1:])]
    for row in np.flatnonzero(~known).tolist():
        found[row] = None
    return found


def _buffer(column, number, kind, more=0):
    """Return a buffer with as many items as the column has rows, and some more."""
    begin = column.offset
    if column.length == 0:
        return np.empty(0, dtype=kind)
    return _at(column.buffers[number], kind, begin + column.length + more)[begin:]


def _at(address, kind, size):
    """Return the memory at an address as an array."""
    memory = (ctypes.c_char * (size * np.dtype(kind).itemsize)).from_address(address)
    return np.frombuffer(memory, dtype=kind)
