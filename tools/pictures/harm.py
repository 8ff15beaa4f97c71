"""Harm of the sample city against counts, by the FBI's Part I and by a made-up scale, for docs/harm.md."""

import lacrime_geo as lg

from .layouts import DIVISIONS, INCIDENTS, beside, made, tall_map

MADE_UP = str(DIVISIONS).replace("divisions.geojson", "made_up_harm.csv")


def compared(scales):
    """Return the harm of the sample city against its counts."""
    return lg.harm_sensitivity(INCIDENTS, scales=scales, boundary=DIVISIONS)


def harm_against_counts(work):
    """Draw cells by their count and harm, and how sure the ranks of the first ones are."""
    return compared(["part1_2", MADE_UP])


def harm_map(work):
    """Draw the cells by their made-up harm, the top ones outlined."""
    found, layer = made(work / "harm.gpkg", compared([MADE_UP]).cells())
    used = found.parameters
    sheet = tall_map(
        [layer], "Harm on a made-up scale, 2023", f"Cells of {used['cell_size']:g} m · n = {used['incidents']:,}"
    )
    sheet.text("\n".join(_halves(used["caption"])), beside(15, 12), bold=True)
    sheet.classes(layer, beside(30, 40), columns=1)
    return sheet


def _halves(words):
    head, _, tail = words.partition(": ")
    return f"Outlined: {head[:1].lower()}{head[1:]}", tail


PICTURES = {"harm_against_counts": harm_against_counts, "harm_map": harm_map}
