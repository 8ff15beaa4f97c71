"""Outbreaks of burglaries in the sample city at the end of the year, for docs/space_time_scan.md."""

import lacrime_geo as lg

from .clusters import MARGIN, wide_map
from .layouts import everything, made

SINCE = "2023-12-01"
SCALE = 145_000


def outbreaks(work):
    """Draw the outbreaks of burglary that last until 31 December, over the burglaries of the month."""
    burglaries = everything().select(category="burglary")
    found, circles = made(work / "outbreaks.gpkg", lg.space_time_scan(burglaries))
    _, points = made(work / "points.gpkg", lg.dbscan(burglaries.select(since=SINCE), eps=1, min_samples=10_000))
    middle = float(found["easting"][0]), float(found["northing"][0])
    words = f"Space-time scan of all burglaries of the year, n = {burglaries.size:,}; points: those of December"
    sheet = wide_map([circles, points], middle, SCALE, "Outbreaks of burglary at the end of 2023", words, 5)
    sheet.lines(circles, (MARGIN, 154, 174, 12), columns=1)
    return sheet


PICTURES = {"outbreaks": outbreaks}
