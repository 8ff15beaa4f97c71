"""What the places of the sample city are made of, for docs/correlates.md."""

import lacrime_geo as lg

from .layouts import DIVISIONS, INCIDENTS, beside, made, tall_map


def category_components(work):
    """Draw the first component of the categories, and say what the others are."""
    found, layer = made(work / "components.gpkg", lg.category_components(INCIDENTS, boundary=DIVISIONS))
    used = found.parameters
    words = (
        f"Cells of {used['cell_size']:g} m · {used['incidents_scored']:,} incidents in {used['places_known']:,} cells"
    )
    sheet = tall_map([layer], "What places are made of: the first component of the categories", words)
    sheet.text("The mix of categories, not how much happens", beside(15, 5), bold=True)
    sheet.classes(layer, beside(22, 36), columns=1)
    said = "\n".join(used["components_in_words"][0].replace(" (", "\n(").split("\n"))
    sheet.text(f"{said[:1].upper()}{said[1:]}\n{used['above_noise']} components are more than noise", beside(60, 20))
    return sheet


PICTURES = {"category_components": category_components}
