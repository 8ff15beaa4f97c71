"""How the maps of docs/ are laid out: one map with its legend beneath or beside, or several with one legend."""

from qgis.core import QgsRasterLayer

import lacrime_geo as lg

from . import basemap
from .sheet import Sheet, classes_of, layer_of

INCIDENTS, DIVISIONS = basemap.SAMPLE / "incidents.csv.gz", basemap.SAMPLE / "divisions.geojson"
# The places (m) in the middle of maps: of the city's five planted hotspots in the middle, and of all of it.
MIDDLE, CITY = (378_500, 3_762_500), (375_850, 3_768_800)
SOURCE = "Santa Alba, a synthetic city"
MARGIN, GAP, WIDTH = 3, 3, 193.0
STREETS_BELOW = 200_000


def made(path, result, style=None):
    """Save a result; return it and its layer, in the style beside it or beside another file."""
    result.save(path)
    return result, layer_of(path, style)


def everything():
    """Return the incidents of the sample city."""
    return lg.as_incidents(INCIDENTS)


def one_map(layers, title, words, lines=None):
    """Return a sheet of one map of the city's middle, the last layer its result, with the legend beneath."""
    sheet = Sheet(180, 178 if lines else 170)
    drawn = sheet.map(stacked(layers, 145_000), MIDDLE, 145_000, (MARGIN, 15, 174, 136))
    head(sheet, title, words, 174, drawn, 5)
    sheet.classes(layers[-1], (MARGIN, 153, 174, 15), columns=3)
    if lines:
        sheet.lines(lines, (MARGIN, 170, 174, 6), columns=3)
    sheet.text(SOURCE, (117, 163, 60, 5), right=True)
    return sheet


def tall_map(layers, title, words, names=True):
    """Return a sheet of one map of the whole city, to which a legend is to be put beside; names can give way."""
    sheet = Sheet(196, 186)
    drawn = sheet.map(stacked(layers, 290_000)[0 if names else 1 :], CITY, 290_000, (MARGIN, 15, 118, 168))
    head(sheet, title, words, 190, drawn, 10)
    sheet.text(SOURCE, beside(178, 5), right=True)
    return sheet


def beside(top, high):
    """Return the box beside a tall map."""
    return 2 * MARGIN + 118, top, 69, high


def several(panels, centre, scale, title, words, kilometres=5, columns=2, high=79.0, lines=None):
    """Return a sheet of (title, layers) panels, so many to a row, with one legend beneath: that with most classes."""
    across = (WIDTH - (columns - 1) * GAP) / columns
    bottom = 15 + -(-len(panels) // columns) * (high + GAP)
    sheet = Sheet(WIDTH + 2 * MARGIN, bottom + (20 if lines else 13))
    for number, (name, layers) in enumerate(panels):
        row, column = divmod(number, columns)
        left, top = MARGIN + column * (across + GAP), 15 + row * (high + GAP)
        sheet.text(name, (left, top, across, 5), bold=True)
        drawn = sheet.map(stacked(layers, scale), centre, scale, (left, top + 5, across, high - 5))
    head(sheet, title, words, WIDTH, drawn, kilometres)
    fullest = max((layers[-1] for _, layers in panels), key=lambda layer: len(classes_of(layer)))
    sheet.classes(fullest, (MARGIN, bottom, WIDTH, 10))
    if lines:
        sheet.lines(lines, (MARGIN, bottom + 10, 60, 5))
    sheet.text(SOURCE, (MARGIN + WIDTH - 60, bottom + (13 if lines else 5), 60, 5), right=True)
    return sheet


def head(sheet, title, words, width, drawn, kilometres):
    """Write a sheet's title, what its numbers rest on, and the scale of its maps."""
    sheet.text(title, (MARGIN, 2, width, 6), points=11, bold=True)
    sheet.text(words, (MARGIN, 8, width, 5))
    sheet.scale_bar(drawn, kilometres, MARGIN + width, 3)


def stacked(layers, scale):
    """Return layers as they lie on the city: names and its limit above, streets and land beneath.

    Beneath cells or lines every street would be a veil, as on smaller maps.
    """
    *above, result = layers
    is_raster = isinstance(result, QgsRasterLayer)
    below = basemap.beneath(streets=scale < STREETS_BELOW and is_raster and not above)
    return [basemap.names(), *above, basemap.city_limit(), result, *below]
