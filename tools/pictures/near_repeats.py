"""The table, the roles and the zones of docs/near_repeat.md: the sample city's robberies, with near repeats planted."""

import numpy as np
from qgis.core import QgsDateTimeRange
from qgis.PyQt.QtCore import QDateTime, Qt

import lacrime_geo as lg

from .layouts import GAP, MARGIN, WIDTH, everything, head, made, stacked
from .sheet import Sheet

MIDDLE = (375_700, 3_765_200)
SCALE = 70_000
NOW, LATER = "2023-11-05", ("2023-11-05", "2023-11-09", "2023-11-13")
PLANTED, NEAR, SOON, SEED = 400, 140.0, 10, 1


def planted():
    """Return the city's robberies, of which 400 are followed by one more within 140 m and 10 days, and no date of report."""
    robberies = everything().select(category="robbery").located()
    robberies = robberies.take(~np.isnat(robberies.when))
    random = np.random.default_rng(SEED)
    parent = random.choice(robberies.size, PLANTED, replace=False)
    angle, far = random.uniform(0, 2 * np.pi, PLANTED), random.uniform(20, NEAR, PLANTED)
    x = np.r_[robberies.easting, robberies.easting[parent] + far * np.cos(angle)]
    y = np.r_[robberies.northing, robberies.northing[parent] + far * np.sin(angle)]
    when = np.r_[robberies.when, robberies.when[parent] + random.integers(1, SOON + 1, PLANTED).astype("m8[D]")]
    inside = when < np.datetime64("2024-01-01")
    return lg.Incidents(x[inside], y[inside], when=when[inside], crs=robberies.crs, label="robberies")


def knox(work):
    """Draw the table of the Knox test."""
    return lg.near_repeat(planted())


def risk_zones(work):
    """Draw the zones of one day, and who followed whom in the year."""
    points = planted()
    zones, drawn = made(work / "zones.gpkg", lg.risk_zones(points, as_of=NOW))
    marks, roles = made(work / "roles.gpkg", lg.near_repeat(points).originators())
    sheet = Sheet(WIDTH + 2 * MARGIN, 142)
    across = (WIDTH - GAP) / 2
    panels = ((f"Zones on {NOW}", drawn), ("Incidents of the year", roles))
    for number, (name, layer) in enumerate(panels):
        left = MARGIN + number * (across + GAP)
        sheet.text(name, (left, 15, across, 5), bold=True)
        shown = sheet.map(stacked([layer], SCALE), MIDDLE, SCALE, (left, 20, across, 88))
    kept = zones.parameters
    words = f"{kept['distance']:g} m and {kept['days']} days, found by the Knox test · planted near repeats · n = {len(marks):,}"
    head(sheet, "Zones of near repeats, and incidents by their part in them", words, WIDTH, shown, 1)
    sheet.classes(drawn, (MARGIN, 111, across, 26), columns=1)
    sheet.lines(roles, (MARGIN + across + GAP, 111, across, 26))
    return sheet


def zones_played(work):
    """Draw the same zones at three days, as the Temporal Controller plays them."""
    _, layer = made(work / "zones.gpkg", lg.risk_zones(planted(), as_of=NOW))
    sheet = Sheet(WIDTH + 2 * MARGIN, 108)
    across = (WIDTH - 2 * GAP) / 3
    for number, day in enumerate(LATER):
        left = MARGIN + number * (across + GAP)
        sheet.text(day, (left, 15, across, 5), bold=True)
        shown = sheet.map(stacked([layer], SCALE), MIDDLE, SCALE, (left, 20, across, 70))
        shown.setIsTemporal(True)
        begin = QDateTime.fromString(f"{day}T00:00:00Z", Qt.DateFormat.ISODate)
        shown.setTemporalRange(QgsDateTimeRange(begin, begin.addDays(1), True, False))
    head(sheet, "Zones fade from day to day", f"zones opened up to {NOW} · planted near repeats", WIDTH, shown, 1)
    sheet.classes(layer, (MARGIN, 93, WIDTH, 10), columns=3)
    return sheet


PICTURES = {function.__name__: function for function in (knox, risk_zones, zones_played)}
