"""The maps of docs/density.md: results on the sample city, each drawn in the style that the library writes."""

import numpy as np

import lacrime_geo as lg

from . import basemap
from .sheet import Sheet, layer_of

INCIDENTS, DIVISIONS = basemap.SAMPLE / "incidents.csv.gz", basemap.SAMPLE / "divisions.geojson"
# The places (m) in the middle of maps: of the city's five planted hotspots in the middle, of all of it, of a straight coast.
MIDDLE, CITY, COAST = (378_500, 3_762_500), (375_850, 3_768_800), (373_000, 3_751_800)
RULES = ("reference", "scott", "likelihood", "predictive")
SOURCE = "Santa Alba, a synthetic city"
MARGIN, GAP, HALF = 3, 3, (95.0, 79.0)
# On smaller maps, or among lines of a result, every street would be a veil.
STREETS_BELOW = 200_000


def density(work):
    """Draw the density by the reference rule."""
    surface, layer = made(work / "density.tif", lg.kde(INCIDENTS, boundary=DIVISIONS))
    return one_map([layer], "Density of incidents, 2023", subtitle(surface))


def bandwidths(work):
    """Draw the densities by four rules, in the classes of the first."""
    reference = work / "reference.tif"
    panels = []
    for rule in RULES:
        surface, layer = made(work / f"{rule}.tif", lg.kde(INCIDENTS, boundary=DIVISIONS, bandwidth=rule), reference)
        panels.append((f"{rule}: {surface.parameters['bandwidth']:,.0f} m", [layer]))
    words = f"Incidents per km² · quartic kernel · n = {surface.parameters['incidents']:,}"
    return several(panels, MIDDLE, 263_000, "One year of incidents by four rules for the bandwidth", words)


def adaptive(work):
    """Draw the density with one bandwidth and with many, in the classes of the first."""
    fixed, first = made(work / "fixed.tif", lg.kde(INCIDENTS, boundary=DIVISIONS))
    varied, second = made(
        work / "adaptive.tif", lg.kde(INCIDENTS, boundary=DIVISIONS, adaptive=True), work / "fixed.tif"
    )
    low, high = varied.parameters["bandwidths"]
    panels = [
        (f"fixed: {fixed.parameters['bandwidth']:,.0f} m", [first]),
        (f"adaptive: {low:,.0f} to {high:,.0f} m", [second]),
    ]
    words = f"Incidents per km² · quartic kernel · n = {fixed.parameters['incidents']:,}"
    return several(panels, MIDDLE, 263_000, "One bandwidth, and one for each place", words)


def edges(work):
    """Draw the density of evenly spread points, falling off at the coast and corrected, in the classes of the first."""
    city = lg.as_features(DIVISIONS)
    grid = lg.Grid.over(city.bounds, 250, city.crs)
    x, y = grid.centres(np.flatnonzero(grid.covered_by(city)))
    evenly = lg.Incidents(x, y, crs=city.crs)
    panels = []
    for corrected, title in ((False, "edge_correction=False"), (True, "edge_correction=True")):
        surface = lg.kde(evenly, bandwidth=1500, cell_size=250, boundary=city, edge_correction=corrected)
        _, layer = made(work / f"{corrected}.tif", surface.styled(breaks="equal"), work / "False.tif")
        panels.append((title, [basemap.dots(x, y), layer]))
    words = "Incidents per km² · one point to every 250 m, 16 per km² · quartic kernel, 1,500 m"
    return several(panels, COAST, 125_000, "Evenly spread points up to a coast", words, kilometres=2)


def contours(work):
    """Draw the areas with a quarter, half and three quarters of the incidents above the density."""
    surface, layer = made(work / "density.tif", lg.kde(INCIDENTS, boundary=DIVISIONS))
    _, lines = made(work / "contours.gpkg", lg.contours(surface))
    title = "The smallest areas with 25, 50 and 75 % of the incidents, 2023"
    return one_map([lines, layer], title, subtitle(surface), lines)


def risk_ratio(work):
    """Draw the relative risk of burglary, with tolerance contours, of the whole city."""
    everything = lg.as_incidents(INCIDENTS)
    others = [name for name in sorted(set(everything.category)) if name != "burglary"]
    cases, controls = everything.select(category="burglary"), everything.select(category=others)
    surface, layer = made(work / "risk.tif", lg.risk_ratio(cases, controls, boundary=DIVISIONS))
    _, lines = made(work / "tolerance.gpkg", surface.tolerance())
    used = surface.parameters
    numbers = f"{used['incidents']:,} burglaries, {used['population_points']:,} other incidents"
    words = f"{used['kernel'].capitalize()} kernel, {used['bandwidth']:,.0f} m · {numbers}"
    return tall_map([lines, layer], lines, "Relative risk of burglary among incidents, 2023", words)


def made(path, result, style=None):
    """Save a result; return it and its layer, in the style beside it or beside another file."""
    result.save(path)
    return result, layer_of(path, style)


def subtitle(surface):
    """Say what a map's numbers rest on: the unit, the bandwidth, how many."""
    used = surface.parameters
    words = [used["unit"][0].upper() + used["unit"][1:], f"{used['kernel']} kernel, {used['bandwidth']:,.0f} m"]
    return " · ".join([*words, f"n = {used['incidents']:,}"])


def one_map(layers, title, words, lines=None):
    """Return a sheet of one map of the city's middle, the last layer its density, with the legend beneath."""
    sheet = Sheet(180, 178 if lines else 170)
    drawn = sheet.map(stacked(layers, 145_000), MIDDLE, 145_000, (MARGIN, 15, 174, 136))
    head(sheet, title, words, 174, drawn, 5)
    sheet.classes(layers[-1], (MARGIN, 153, 174, 15), columns=3)
    if lines:
        sheet.lines(lines, (MARGIN, 170, 174, 6), columns=3)
    sheet.text(SOURCE, (117, 163, 60, 5), right=True)
    return sheet


def tall_map(layers, lines, title, words):
    """Return a sheet of one map of the whole city, the last layer its relative risk, with the legend beside."""
    sheet = Sheet(196, 186)
    drawn = sheet.map(stacked(layers, 290_000), CITY, 290_000, (MARGIN, 15, 118, 168))
    head(sheet, title, words, 190, drawn, 10)
    sheet.text(
        "Local share of all burglaries, divided by\nthe local share of all other incidents",
        beside(15, 9),
        bold=True,
    )
    sheet.classes(layers[-1], beside(26, 35), columns=1)
    sheet.text("Cell by cell, chance alone would seldom do this", beside(66, 5), bold=True)
    sheet.lines(lines, beside(72, 24))
    sheet.text(SOURCE, beside(178, 5), right=True)
    return sheet


def beside(top, high):
    """Return the box beside a tall map."""
    return 2 * MARGIN + 118, top, 69, high


def several(panels, centre, scale, title, words, kilometres=5):
    """Return a sheet of (title, layers) panels, two to a row, with one legend beneath: that of the first."""
    width, high = HALF
    bottom = 15 + len(panels) // 2 * (high + GAP)
    sheet = Sheet(2 * width + GAP + 2 * MARGIN, bottom + 13)
    for number, (name, layers) in enumerate(panels):
        row, column = divmod(number, 2)
        left, top = MARGIN + column * (width + GAP), 15 + row * (high + GAP)
        sheet.text(name, (left, top, width, 5), bold=True)
        drawn = sheet.map(stacked(layers, scale), centre, scale, (left, top + 5, width, high - 5))
    head(sheet, title, words, 2 * width + GAP, drawn, kilometres)
    sheet.classes(panels[0][1][-1], (MARGIN, bottom, 2 * width + GAP, 10))
    sheet.text(SOURCE, (MARGIN + 2 * width + GAP - 60, bottom + 5, 60, 5), right=True)
    return sheet


def head(sheet, title, words, width, drawn, kilometres):
    """Write a sheet's title, what its numbers rest on, and the scale of its maps."""
    sheet.text(title, (MARGIN, 2, width, 6), points=11, bold=True)
    sheet.text(words, (MARGIN, 8, width, 5))
    sheet.scale_bar(drawn, kilometres, MARGIN + width, 3)


def stacked(layers, scale):
    """Return layers as they lie on the city: names and its limit above, streets and land beneath."""
    *above, surface = layers
    below = basemap.beneath(streets=scale < STREETS_BELOW and not above)
    return [basemap.names(), *above, basemap.city_limit(), surface, *below]


PICTURES = {function.__name__: function for function in (density, bandwidths, edges, adaptive, contours, risk_ratio)}
