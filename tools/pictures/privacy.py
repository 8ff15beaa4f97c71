"""The maps of docs/privacy.md, and of findings on moved places: the sample city's incidents, moved, masked and withheld."""

from dataclasses import replace

import numpy as np

import lacrime_geo as lg
from lacrime_geo.geometry import points_wkb
from lacrime_geo.parameters import Parameters
from lacrime_geo.results import Shapes
from lacrime_geo.styles.palettes import density_limits

from .hotspots import CLOSE, subtitle
from .layouts import DIVISIONS, INCIDENTS, everything, made, one_map, several


def moved_places(work):
    """Draw in how many of twenty runs each cell of the city's middle is hot or cold."""
    cells, layer = made(work / "moved.gpkg", lg.jitter_sensitivity("hotspots", INCIDENTS, boundary=DIVISIONS))
    words = f"{subtitle(cells)} · places moved by up to {cells.parameters['radius']:g} m"
    return one_map([layer], "Hot and cold spots found again on moved places, 2023", words)


def masked(work):
    """Draw the incidents of one place and their density, as recorded and masked."""
    before = everything().located()
    safe = lg.safe_export(before, mask="donut", columns=[], seed=1)
    panels, limits = [], None
    for name, points in (("As recorded", before), ("Masked", lg.as_incidents(safe.to_geodataframe()))):
        density = lg.kde(points, bandwidth=600, cell_size=60)
        limits = limits or density_limits(density.values, "quantiles")
        _, layer = made(work / f"{name}.tif", replace(density, limits=limits))
        wkb = np.array(points_wkb(points.easting, points.northing), dtype=object)
        dots = Shapes({"place": np.zeros(points.size)}, Parameters(), wkb, points.crs, "incidents")
        panels.append((name, [made(work / f"{name} points.gpkg", dots)[1], layer]))
    used = safe.parameters
    words = (
        f"Density, 600 m · each place moved by {used['min_radius']:g} to {used['max_radius']:g} m · n = {len(safe):,}"
    )
    return several(panels, CLOSE, 58_000, "Incidents as recorded and masked (donut)", words, kilometres=1)


def withheld(work):
    """Draw the counts of cells that may be shown."""
    cells = lg.hotspots(INCIDENTS, boundary=DIVISIONS, cell_size=500, distance_band=1000)
    safe, layer = made(work / "withheld.gpkg", lg.safe_export(cells))
    words = f"Cells of 500 m · {int(safe.measures['withheld_small']):,} counts of 1 to 4 withheld"
    return one_map([layer], "Incidents in cells, small counts withheld, 2023", words)


DRAWN = (moved_places, masked, withheld)
PICTURES = {function.__name__: function for function in DRAWN}
