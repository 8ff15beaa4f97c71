"""The maps of docs/density.md: results on the sample city, each drawn in the style that the library writes."""

import numpy as np

import lacrime_geo as lg

from . import basemap
from .layouts import DIVISIONS, INCIDENTS, MIDDLE, beside, everything, made, one_map, several, tall_map

COAST = (373_000, 3_751_800)  # a place (m) at a straight coast
RULES = ("reference", "scott", "likelihood", "predictive")


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
    city = everything()
    others = [name for name in sorted(set(city.category)) if name != "burglary"]
    cases, controls = city.select(category="burglary"), city.select(category=others)
    surface, layer = made(work / "risk.tif", lg.risk_ratio(cases, controls, boundary=DIVISIONS))
    _, lines = made(work / "tolerance.gpkg", surface.tolerance())
    used = surface.parameters
    numbers = f"{used['incidents']:,} burglaries, {used['population_points']:,} other incidents"
    words = f"{used['kernel'].capitalize()} kernel, {used['bandwidth']:,.0f} m · {numbers}"
    sheet = tall_map([lines, layer], "Relative risk of burglary among incidents, 2023", words)
    share = "Local share of all burglaries, divided by\nthe local share of all other incidents"
    sheet.text(share, beside(15, 9), bold=True)
    sheet.classes(layer, beside(26, 35), columns=1)
    sheet.text("Cell by cell, chance alone would seldom do this", beside(66, 5), bold=True)
    sheet.lines(lines, beside(72, 24))
    return sheet


def subtitle(surface):
    """Say what a map's numbers rest on: the unit, the bandwidth, how many."""
    used = surface.parameters
    words = [used["unit"][0].upper() + used["unit"][1:], f"{used['kernel']} kernel, {used['bandwidth']:,.0f} m"]
    return " · ".join([*words, f"n = {used['incidents']:,}"])


PICTURES = {function.__name__: function for function in (density, bandwidths, edges, adaptive, contours, risk_ratio)}
