"""A made-up trial in the sample city, its areas and rings with their incidents, for docs/interventions.md."""

import geopandas as gpd

import lacrime_geo as lg

from .layouts import DIVISIONS, INCIDENTS, beside, made, tall_map


def intervention_map(work):
    """Draw one division as treated, another as its control, and the rings around both."""
    divisions = gpd.read_file(DIVISIONS).set_index("area_name")
    areas = dict(treated=divisions.loc[["Juniper"]], control=divisions.loc[["Foundry"]])
    found = lg.intervention(INCIDENTS, start="2023-09-01", displacement=400, **areas)
    _, layer = made(work / "areas.gpkg", found.areas())
    used = found.parameters
    sheet = tall_map([layer], "A trial in which nothing began", "Incidents before and after 1 September 2023")
    sheet.classes(layer, beside(15, 24), columns=1)
    sheet.text(f"Before: {used['before_period']}\nAfter: {used['after_period']}", beside(40, 9))
    return sheet


PICTURES = {"intervention_map": intervention_map}
