"""Texts of a page: their font, and how much room they take (mm)."""

from qgis.core import QgsTextFormat, QgsUnitTypes
from qgis.PyQt.QtCore import QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF

FAMILY, INK, MUTED = "Open Sans", "#222222", "#4d4d4d"
TITLE, SUBTITLE, HEADING, BODY, SMALL = 16.0, 10.0, 9.5, 8.5, 8.0  # points
MILLIMETRES = 25.4 / 72  # of a point
# QGIS breaks lines by metrics of its own, which differ a little between versions.
SLACK = 0.96
FINE = 100  # measured in hundredths of a millimetre: fonts are hinted for whole pixels


def font(points, bold=False):
    """Return the pages' font."""
    made = QFont(FAMILY)
    made.setPointSizeF(points)
    made.setBold(bold)
    return made


def dress(thing, points, bold=False, colour=INK):
    """Give a label, scale bar or style of a legend its font and colour; before 3.24 and 3.30 some have no text format."""
    if not hasattr(thing, "setTextFormat"):
        thing.setFont(font(points, bold))
        if hasattr(thing, "setFontColor"):
            thing.setFontColor(QColor(colour))
        return
    look = QgsTextFormat()
    look.setFont(font(points, bold))
    look.setSize(points)
    look.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
    look.setColor(QColor(colour))
    thing.setTextFormat(look)


def height(text, points, width, bold=False):
    """Return how high a text is when its lines are broken at a width (mm)."""
    if not text:
        return 0.0
    box = QRectF(0, 0, SLACK * width * FINE, 1e7)
    return _metrics(points, bold).boundingRect(box, int(Qt.TextFlag.TextWordWrap), text).height() / FINE + 0.4


def width(text, points, bold=False):
    """Return how wide a text on one line is (mm)."""
    return _metrics(points, bold).horizontalAdvance(text) / FINE


def broken(text, points, width_allowed, bold=False):
    """Return a text with its lines broken at a width (mm): for legends, which break none themselves."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width(longer, points, bold) > SLACK * width_allowed:
            lines.append(line)
            longer = word
        line = longer
    return "\n".join([*lines, line])


def _metrics(points, bold):
    measured = font(points, bold)
    measured.setPixelSize(round(points * MILLIMETRES * FINE))
    return QFontMetricsF(measured)


def plain(text):
    """Return a text from data as a label shows it: QGIS would compute what stands between [% and %]."""
    return text.replace("[%", "[ %")
