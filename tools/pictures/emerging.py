"""The maps of docs/emerging_hotspots.md: patterns on the sample city, and hot cells as QGIS plays them step by step."""

import numpy as np
from qgis.core import QgsDateTimeRange
from qgis.PyQt.QtCore import QDateTime, Qt

import lacrime_geo as lg
from lacrime_geo.dates import period_words

from .clusters import FAIRGROUND
from .hotspots import counted
from .layouts import CITY, DIVISIONS, GAP, INCIDENTS, MARGIN, SOURCE, WIDTH, head, made, stacked
from .sheet import Sheet

BAND = 600
PLACES = (
    ("Santa Alba", CITY, 560_000),
    ("Civic Square, 3.7 km across", (376_000, 3_766_300), 60_000),
    ("Fairground, 3.7 km across", FAIRGROUND, 60_000),
)
FRAMES, ACROSS, HIGH, SCALE = 8, 4, 64.0, 820_000
# The last steps come every second week: so many weeks before the end.
WEEKS_BACK = tuple(range(2 * (FRAMES - 1), -1, -2))


def emerging(work):
    """Draw the patterns of the whole city, and two places near enough for hatches."""
    cells, layer = made(work / "emerging.gpkg", found())
    across = (WIDTH - 2 * GAP) / 3
    sheet = Sheet(WIDTH + 2 * MARGIN, 153)
    for number, (name, centre, scale) in enumerate(PLACES):
        left = MARGIN + number * (across + GAP)
        sheet.text(name, (left, 15, across, 5), bold=True)
        drawn = sheet.map(stacked([layer], scale), centre, scale, (left, 20, across, 97))
        if number == 0:
            head(sheet, "Emerging hot spots of incidents, 2023", subtitle(cells), WIDTH, drawn, 10)
    # The legend of QGIS itself, which draws the hatches.
    sheet.lines(layer, (MARGIN, 119, WIDTH, 32))
    sheet.text(SOURCE, (MARGIN + WIDTH - 60, 147, 60, 5), right=True)
    return sheet


def emerging_played(work):
    """Draw what QGIS's Temporal Controller shows in eight of the weeks."""
    cells = found()
    _, layer = made(work / "steps.gpkg", cells.steps())
    begins, ends = cells.cube.steps.begin, cells.cube.steps.ends
    across = (WIDTH - (ACROSS - 1) * GAP) / ACROSS
    bottom = 15 + -(-FRAMES // ACROSS) * (HIGH + GAP)
    sheet = Sheet(WIDTH + 2 * MARGIN, bottom + 13)
    for number, back in enumerate(WEEKS_BACK):
        step = begins.size - 1 - back
        row, column = divmod(number, ACROSS)
        left, top = MARGIN + column * (across + GAP), 15 + row * (HIGH + GAP)
        sheet.text(f"Week of {period_words(begins[step], begins[step])}", (left, top, across, 5), bold=True)
        drawn = sheet.map(stacked([layer], SCALE), CITY, SCALE, (left, top + 5, across, HIGH - 5))
        drawn.setIsTemporal(True)
        drawn.setTemporalRange(QgsDateTimeRange(moment(begins[step]), moment(ends[step]), True, False))
    head(sheet, "Hot cells, week by week", subtitle(cells), WIDTH, drawn, 10)
    sheet.classes(layer, (MARGIN, bottom, WIDTH, 10), columns=3)
    sheet.text(SOURCE, (MARGIN + WIDTH - 60, bottom + 7, 60, 5), right=True)
    return sheet


def found():
    """Return the emerging hotspots of the sample city, week by week."""
    return lg.emerging_hotspots(INCIDENTS, boundary=DIVISIONS, distance_band=BAND)


def subtitle(cells):
    """Say what a map's numbers rest on."""
    used = cells.parameters
    return (
        f"Gi* of {used['steps']} weeks · cells of {used['cell_size']:,.0f} m, neighbours within {used['distance_band']:,.0f} m "
        f"and in the week before · n = {counted(cells):,}"
    )


def moment(day):
    """Return the begin of a day as QGIS's time, which is UTC for times without a zone."""
    return QDateTime.fromSecsSinceEpoch(int(day.astype("M8[s]").astype(np.int64)), Qt.TimeSpec.UTC)


PICTURES = {function.__name__: function for function in (emerging, emerging_played)}
