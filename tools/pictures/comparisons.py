"""The funnel of the sample city's divisions as a map, for docs/comparisons.md."""

import geopandas as gpd

import lacrime_geo as lg

from .layouts import DIVISIONS, INCIDENTS, beside, made, tall_map

CATEGORY = "robbery"


def residents():
    """Return the divisions with their robberies, and residents as invented as the city."""
    places, incidents = gpd.read_file(DIVISIONS), lg.read_lapd(INCIDENTS)
    number = incidents.loc[incidents["category"] == CATEGORY, "area_name"].value_counts()
    return places.assign(
        count=places["area_name"].map(number), residents=[9_000 + 2_300 * (7 * row % 11) for row in range(21)]
    )


def funnel_map(work):
    """Draw which divisions lie beyond what chance and the usual spread of divisions leave."""
    found = lg.funnel(residents(), overdispersion="none")
    _, layer = made(work / "funnel.gpkg", found.map())
    used = found.parameters
    words = f"Residents invented · n = {used['events']:,} in {used['compared']} divisions"
    sheet = tall_map([layer], "Robberies per resident, by chance alone", words)
    sheet.text(f"Overall {used['target']:,.0f} {used['unit']}", beside(15, 9), bold=True)
    sheet.classes(layer, beside(26, 40), columns=1)
    sheet.text("Widened by the usual spread of divisions,\nonly Civic Square and Alba Hills remain", beside(63, 9))
    return sheet


PICTURES = {"funnel_map": funnel_map}
