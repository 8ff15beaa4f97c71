"""Two periods side by side, for docs/qgis.md: both densities in the same colours with one legend, and the change."""

import lacrime_geo as lg

from . import basemap
from .layouts import CITY, DIVISIONS, GAP, MARGIN, SOURCE, WIDTH, everything, head, made
from .sheet import Sheet, classes_of

SCALE, HIGH, LINE = 560_000, 88.0, 4.6
AFTER_SINCE = "2023-10-01"
CELL_SIZE = 500  # the data's own is 210 m, too small to be seen on so small a map
PANELS = ("density_before", "density_after", "change")


def periods(work):
    """Draw what lacrime:compare_periods makes of the third and the fourth quarter."""
    second_half = everything().select(since="2023-07-01", until="2024-01-01")
    found = lg.compare_periods(second_half, after_since=AFTER_SINCE, cell_size=CELL_SIZE, boundary=DIVISIONS)
    across = (WIDTH - 2 * GAP) / 3
    bottom = 20 + HIGH + 2
    layers = [
        made(work / f"{name}{'.gpkg' if name == 'change' else '.tif'}", found.results[name])[1] for name in PANELS
    ]
    below = bottom + LINE * max(4, len(classes_of(layers[-1])))
    sheet = Sheet(WIDTH + 2 * MARGIN, below + 6)
    for number, (name, layer) in enumerate(zip(PANELS, layers)):
        left = MARGIN + number * (across + GAP)
        sheet.text(_title(found.results[name]), (left, 15, across, 5), bold=True)
        drawn = sheet.map(_stacked(layer), CITY, SCALE, (left, 20, across, HIGH))
    bandwidth = found.density_after.parameters["bandwidth"]
    words = (
        f"All incidents, {in_words(found)}; densities smoothed over {bandwidth:,g} m, change in cells of {CELL_SIZE} m"
    )
    head(sheet, "The third and the fourth quarter of 2023", words, WIDTH, drawn, 10)
    sheet.classes(layers[0], (MARGIN, bottom, 2 * (across + GAP), 0), columns=2, high=LINE)
    sheet.classes(layers[-1], (MARGIN + 2 * (across + GAP), bottom, across, 0), columns=1, high=LINE)
    sheet.text(SOURCE, (MARGIN + WIDTH - 60, below, 60, 5), right=True)
    return sheet


def in_words(found):
    """Return how many incidents each period has."""
    return " and ".join(result.label.split("n = ")[1] for result in (found.density_before, found.density_after))


def _title(result):
    """Return which of the three it is, and of what period."""
    which, *_, period, _ = result.label.split(" · ")
    return f"{which} · {period}"


def _stacked(layer):
    return [basemap.names(least=1), basemap.city_limit(), layer, *basemap.beneath(streets=False)]


PICTURES = {"periods": periods}
