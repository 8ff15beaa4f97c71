"""Results to the outputs they were asked for, each with its style, its record and its name."""

import os

from . import display, raster_layers, writing
from .lacrime_geo.landing import explained
from .lacrime_geo.results import Marks, Surface, Table
from .provenance import metadata_of


def write(outputs, name, result, original, progress):
    """Write a result to an output; return where, None when the user skips it.

    `original` is the input whose features are written again with the columns of Marks.
    """
    if isinstance(result, Surface):
        return raster_layers.write_surface(outputs, name, result)
    if isinstance(result, Marks) and original is not None:
        from . import marking  # brings SQLite, which not every QGIS has loaded when it starts

        return marking.write_marks(outputs, name, result, original, progress)
    if isinstance(result, Table):
        return writing.write_table(outputs, name, result)
    return writing.write_shapes(outputs, name, result, progress)


def show(outputs, shown, path, run):
    """Put style and metadata beside a file, and register the layer's appearance; return its final place."""
    if not isinstance(shown, Surface):
        outputs.check(path, len(shown), writing.placed_rows(shown))
    final, metadata = outputs.destination(path), metadata_of(shown, outputs.provenance)
    if final != path:
        with explained(final):
            display.write_inside(path, metadata)
            display.write_beside(shown, path.split("|")[0], metadata)
    if outputs.context.willLoadLayerOnCompletion(final):
        details = outputs.context.layerToLoadOnCompletionDetails(final)
        details.name = shown.label
        replaces = final != path and os.path.exists(
            final.split("|")[0]
        )  # the new file is moved there when all are written
        details.setPostProcessor(display.Appearance(shown, run, metadata, replaces))
    return final
