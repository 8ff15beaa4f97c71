"""The items of a page, each made and put into its box."""

import base64
import math

from qgis.core import (
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsScaleBarSettings,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QRectF, Qt
from qgis.PyQt.QtGui import QColor

from . import texts
from .page import Box

FRAME = "#8c8c8c"
ARROW = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 30"><path d="M10 1 17 22 10 17 3 22Z" fill="#222222"/>'
    '<path d="M7 29.5v-6h1.2l3.2 4v-4h1.2v6h-1.2l-3.2-4v4z" fill="#222222"/></svg>'
)
ARROW_WIDTH = 7.0
BAR_SHARE, LONGEST_BAR = 0.45, 70.0  # of the strip; mm
KILOMETRE = 1000.0


def put(layout, item, box, name):
    """Add an item to a layout, in its box and under a name that stays."""
    item.setId(name)
    layout.addLayoutItem(item)
    item.attemptSetSceneRect(QRectF(*box))
    return item


def label(layout, text, box, name, points=texts.BODY, bold=False, colour=texts.INK, right=False):
    """Write a text into a box; its lines are broken to fit."""
    item = QgsLayoutItemLabel(layout)
    item.setText(text)
    item.setMode(QgsLayoutItemLabel.Mode.ModeFont)
    texts.dress(item, points, bold, colour)
    item.setMarginX(0)
    item.setMarginY(0)
    item.setHAlign(Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
    item.setVAlign(Qt.AlignmentFlag.AlignTop)
    return put(layout, item, box, name)


def map_of(layout, layers, crs, extent, box):
    """Draw layers, the first on top, in a CRS around an extent."""
    item = QgsLayoutItemMap(layout)
    put(layout, item, box, "map")
    item.setCrs(crs)
    item.setLayers(layers)
    item.setKeepLayerSet(True)
    item.zoomToExtent(extent)
    item.setFrameEnabled(True)
    item.setFrameStrokeColor(QColor(FRAME))
    return item


def strip(layout, drawn, box, words):
    """Put the north arrow, the scale bar and words on the projection beneath a map; return the scale bar."""
    arrow = QgsLayoutItemPicture(layout)
    arrow.setPicturePath("base64:" + base64.b64encode(ARROW.encode()).decode())
    arrow.setLinkedMap(drawn)
    # In a Mercator north is up; QGIS is wrong about where it is in a CRS without a name.
    modes = QgsLayoutItemPicture.NorthMode
    arrow.setNorthMode(modes.TrueNorth if drawn.crs().authid() else modes.GridNorth)
    put(layout, arrow, Box(box.left, box.top + 1.0, ARROW_WIDTH, box.height - 1.5), "north arrow")
    left = box.left + ARROW_WIDTH + 3.0
    bar = scale_bar(layout, drawn, Box(left, box.top + 1.0, BAR_SHARE * box.width, box.height - 1.5))
    rest = Box(left + BAR_SHARE * box.width, box.top + 1.5, box.right - left - BAR_SHARE * box.width, box.height - 2.5)
    label(layout, words, rest, "projection", texts.SMALL, colour=texts.MUTED, right=True)
    return bar


def scale_bar(layout, drawn, box):
    """Draw a scale bar of two segments that is no longer than its box, whatever the scale."""
    item = QgsLayoutItemScaleBar(layout)
    item.setId("scale bar")
    item.setStyle("Line Ticks Up")
    item.setLinkedMap(drawn)
    item.setMapUnitsPerScaleBarUnit(1.0)
    item.setNumberOfSegmentsLeft(0)
    item.setNumberOfSegments(2)
    item.setHeight(1.6)
    item.setBoxContentSpace(0.5)
    texts.dress(item, texts.SMALL)
    item.setReferencePoint(QgsLayoutItem.ReferencePoint.UpperLeft)
    layout.addLayoutItem(item)
    item.attemptSetSceneRect(QRectF(*box))
    round_bar(item, drawn, box.width)
    return item


def round_bar(bar, drawn, room=None):
    """Give a scale bar round numbers for the scale of its map now."""
    longest = min(LONGEST_BAR, 0.7 * (room or bar.maximumBarWidth() / 0.7))
    bar.setMaximumBarWidth(longest)
    metres = round_length(longest / 2000 * drawn.scale())
    in_kilometres = metres >= KILOMETRE
    units = QgsUnitTypes.DistanceUnit
    bar.setUnits(units.DistanceKilometers if in_kilometres else units.DistanceMeters)
    bar.setUnitLabel("km" if in_kilometres else "m")
    bar.setSegmentSizeMode(QgsScaleBarSettings.SegmentSizeMode.SegmentSizeFixed)
    bar.setUnitsPerSegment(metres / KILOMETRE if in_kilometres else metres)
    bar.update()


def let_fit(bar):
    """Let a scale bar choose its numbers by itself, for pages of other scales that are drawn later."""
    bar.setMinimumBarWidth(bar.maximumBarWidth() / 3)
    bar.setSegmentSizeMode(QgsScaleBarSettings.SegmentSizeMode.SegmentSizeFitWidth)


def round_length(longest):
    """Return the longest of 1, 2, 5, 10, 20, 50 … that is no longer.

    >>> round_length(740.0), round_length(2000.0)
    (500.0, 2000.0)
    """
    power = 10.0 ** math.floor(math.log10(longest))
    return max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= longest * 1.0001)
