"""The maps of docs/hotspots.md: results on the sample city, each drawn in the style that the library writes."""

import lacrime_geo as lg

from . import basemap
from .layouts import DIVISIONS, INCIDENTS, MIDDLE, beside, everything, made, one_map, several, tall_map

BANDS = (315, 1155, 2835)
HALVES = (("2023-01-01", "2023-07-01"), ("2023-07-01", "2024-01-01"))
# Cells and neighbourhoods (m) of maps to be compared: the same.
ALIKE = dict(cell_size=300, distance_band=900, boundary=DIVISIONS)
CLOSE = (376_000, 3_766_000)  # downtown (m)


def hotspots(work):
    """Draw the default map of the whole city."""
    cells, layer = made(work / "hotspots.gpkg", lg.hotspots(INCIDENTS, boundary=DIVISIONS))
    planted = basemap.planted()
    sheet = tall_map([planted, layer], "Hot and cold spots of incidents, 2023", subtitle(cells))
    band = cells.parameters["distance_band"]
    words = f"Incidents in a cell and within {band:,.0f} m of it,\nagainst what shuffled cells would give"
    legend(sheet, layer, words, planted)
    return sheet


def bands(work):
    """Draw the same incidents with three distance bands."""
    panels = []
    for band in BANDS:
        cells, layer = made(work / f"{band}.gpkg", lg.hotspots(INCIDENTS, boundary=DIVISIONS, distance_band=band))
        planted = basemap.planted()
        panels.append((f"Neighbours within {band:,} m", [planted, layer]))
    words = f"Gi* · cells of 210 m · n = {counted(cells):,}"
    return several(
        panels, MIDDLE, 400_000, "One year of incidents by three distance bands", words, 10, 3, lines=planted
    )


def hexagons(work):
    """Draw square and hexagonal cells of one place side by side."""
    panels, numbers = [], []
    for shape, words in (("square", 'shape="square"'), ("hex", 'shape="hex"')):
        given = dict(boundary=DIVISIONS, shape=shape, cell_size=210, distance_band=420)
        cells, layer = made(work / f"{shape}.gpkg", lg.hotspots(INCIDENTS, **given))
        panels.append((words, [layer]))
        numbers.append(f"{counted(cells):,}")
    words = f"Gi* · cells of 210 m, neighbours within 420 m · n = {' and '.join(numbers)}"
    return several(panels, CLOSE, 58_000, "Square and hexagonal cells on the same incidents", words, kilometres=1)


def stability(work):
    """Draw on how many of fifty grids each cell of the city's middle is hot or cold."""
    cells, layer = made(work / "stability.gpkg", lg.stability(INCIDENTS, boundary=DIVISIONS))
    return one_map([layer], "Hot and cold spots found again on 50 grids, 2023", subtitle(cells))


def comparison(work):
    """Draw what is hot in either half of the year."""
    halves = [lg.hotspots(everything().select(since=since, until=until), **ALIKE) for since, until in HALVES]
    found, layer = made(work / "change.gpkg", lg.compare(*halves))
    first, second = (f"{counted(half):,}" for half in halves)
    words = f"Gi* · cells of 300 m, neighbours within 900 m · n = {first} and {second}"
    sheet = tall_map([layer], "Hot spots of January to June and of July to December 2023", words)
    legend(sheet, layer, "First map: January to June\nSecond map: July to December")
    measures = found.measures
    both = f"{100 * measures['hot_overlap']:.0f} % of what is hot on either map is hot on both"
    sheet.text(f"{both}\nKappa {measures['kappa']:.2f}, fuzzy kappa {measures['fuzzy_kappa']:.2f}", beside(66, 9))
    return sheet


def local_moran(work):
    """Draw the clusters and outliers of incidents counted in cells."""
    marks, layer = made(work / "local_moran.gpkg", lg.local_moran(INCIDENTS, boundary=DIVISIONS))
    counts = marks.features.source["count"]
    words = (
        f"Local Moran's I · cells of {marks.parameters['cell_size']:g} m and the eight around · n = {counts.sum():,}"
    )
    return one_map([layer], "Clusters and outliers of incidents, 2023", words)


def distance_curve(work):
    """Return the curve by which the default map's distance band was chosen."""
    return lg.hotspots(INCIDENTS, boundary=DIVISIONS).curve()


def lorenz(work):
    """Return the Lorenz curve of the divisions."""
    return lg.concentration(INCIDENTS, units=DIVISIONS).lorenz()


def legend(sheet, layer, title, lines=None):
    """Explain a tall map beside it."""
    sheet.text(title, beside(15, 9), bold=True)
    sheet.classes(layer, beside(26, 35), columns=1)
    if lines:
        sheet.lines(lines, beside(66, 6))


def subtitle(cells):
    """Say what a map's numbers rest on: cells, neighbours, how many."""
    used = cells.parameters
    return (
        f"Gi* · cells of {used['cell_size']:,.0f} m, neighbours within {used['distance_band']:,.0f} m · "
        f"n = {counted(cells):,}"
    )


def counted(cells):
    """Return how many incidents stand in the cells of a map."""
    return int(cells["count"].sum())


DRAWN = (hotspots, bands, hexagons, stability, comparison, local_moran, distance_curve, lorenz)
PICTURES = {function.__name__: function for function in DRAWN}
