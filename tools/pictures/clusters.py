"""The maps of docs/clusters.md: results on the sample city, each drawn in the style that the library writes."""

import lacrime_geo as lg

from .layouts import GAP, INCIDENTS, MARGIN, MIDDLE, SOURCE, WIDTH, everything, head, made, stacked
from .sheet import Sheet

# The six planted hotspots and nothing else.
PLANTED = dict(eps=300, min_samples=60)
PROMENADE, FAIRGROUND = (367_900, 3_760_800), (368_000, 3_785_300)  # places (m)
KINDS = ("theft_from_vehicle", "burglary", "robbery", "aggravated_assault")
NOISE = -1


def clusters(work):
    """Draw the default clusters of the city's middle: incidents beneath, hulls with their labels above."""
    marks, points = made(work / "marks.gpkg", lg.dbscan(INCIDENTS))
    _, hulls = made(work / "hulls.gpkg", marks.clusters())
    sheet = wide_map([hulls, points], MIDDLE, 145_000, "Clusters of incidents, 2023", subtitle("DBSCAN", marks), 5)
    explain(sheet, hulls, points, 154, (0, 1, 2, 4, 5), 2)
    return sheet


def hulls(work):
    """Draw the convex and the concave hull of one cluster side by side."""
    marks = lg.dbscan(INCIDENTS, **PLANTED)
    _, points = made(work / "marks.gpkg", marks)
    panels = []
    for kind in ("convex", "concave"):
        shapes, layer = made(work / f"{kind}.gpkg", marks.clusters(hull=kind))
        panels.append((f'hull="{kind}": {shapes["area_km2"][2]:.2f} km²', [layer, points], PROMENADE))
    title = "Convex and concave hull of the same cluster"
    return pair(panels, 30_000, title, subtitle("DBSCAN", marks), 134)


def spacetime(work):
    """Draw clusters in space and time at the two planted hotspots that have a season."""
    marks, points = made(work / "marks.gpkg", lg.st_dbscan(INCIDENTS, eps=300, eps_time=14))
    found, hulls = made(work / "hulls.gpkg", marks.clusters())
    panels = []
    for name, place, numbers in (("Fairground", FAIRGROUND, [0]), ("Promenade", PROMENADE, [1, 2, 4])):
        days = ["–".join(day(found[end][number]) for end in ("first", "last")) for number in numbers]
        panels.append((f"{name}: {', '.join(days)}", [hulls, points], place))
    title = "Clusters of incidents in space and time, 2023"
    sheet = pair(panels, 30_000, title, subtitle("ST-DBSCAN", marks), 134, rows=2)
    explain(sheet, hulls, points, 157, (0, 1, 2, 4), 3)
    return sheet


def ellipses(work):
    """Draw where four kinds of incidents lie and how they spread."""
    found, layer = made(work / "ellipses.gpkg", lg.ellipses(everything().select(category=KINDS), by="category"))
    words = f"Ellipses of one standard deviation around mean centres · n = {found['count'].sum():,}"
    title = "Where four kinds of incidents lie, and how they spread, 2023"
    sheet = wide_map([layer], (376_500, 3_770_500), 215_000, title, words, 5)
    sheet.lines(layer, (MARGIN, 154, 174, 12), columns=2)
    return sheet


def day(moment):
    """Write the day of a moment."""
    return f"{moment.item():%d %b}".lstrip("0")


def wide_map(layers, centre, scale, title, words, kilometres):
    """Return a sheet of one map, with room for a legend beneath."""
    sheet = Sheet(180, 174)
    drawn = sheet.map(stacked(layers, scale), centre, scale, (MARGIN, 15, 174, 136))
    head(sheet, title, words, 174, drawn, kilometres)
    sheet.text(SOURCE, (117, 167, 60, 5), right=True)
    return sheet


def pair(panels, scale, title, words, high, rows=0):
    """Return a sheet of two (title, layers, centre) panels, with room for so many rows of a legend beneath."""
    across, bottom = (WIDTH - GAP) / 2, 20 + high + 3 + 6 * rows
    sheet = Sheet(WIDTH + 2 * MARGIN, bottom + 6)
    for number, (name, layers, centre) in enumerate(panels):
        left = MARGIN + number * (across + GAP)
        sheet.text(name, (left, 15, across, 5), bold=True)
        drawn = sheet.map(stacked(layers, scale), centre, scale, (left, 20, across, high))
    head(sheet, title, words, WIDTH, drawn, 1)
    sheet.text(SOURCE, (MARGIN + WIDTH - 60, bottom, 60, 5), right=True)
    return sheet


def explain(sheet, hulls, points, top, seen, columns):
    """Explain the hulls of the clusters in view, and beside them the incidents in none."""
    sheet.lines(_only(sheet, hulls, [*seen, ""]), (MARGIN, top, 125, 18), columns=columns)
    sheet.lines(_only(sheet, points, [NOISE]), (132, top, 45, 6))


def _only(sheet, layer, values):
    """Return a layer with the categories of some values alone; "" stands for all others."""
    few, wanted = layer.clone(), {str(value) for value in values}
    renderer = few.renderer()
    for number in reversed(range(len(renderer.categories()))):
        value = renderer.categories()[number].value()
        known = "" if value is None or str(value) in ("", "NULL") else str(value)
        if known not in wanted:
            renderer.deleteCategory(number)
    sheet.project.addMapLayer(few)
    return few


def subtitle(search, marks):
    """Say what a map's numbers rest on: distances, how many make a core, how many there are."""
    used = marks.parameters
    words = [search, f"eps {used['eps']:,.0f} m"]
    if "eps_time" in used:
        words[-1] += f" and {used['eps_time']:g} days"
    return " · ".join([*words, f"min_samples {used['min_samples']:g}", f"n = {used['incidents']:,}"])


PICTURES = {function.__name__: function for function in (clusters, hulls, spacetime, ellipses)}
