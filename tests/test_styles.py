"""Styles: QGIS reads them as XML; classes, sentences and colours are the field's own."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from makers import clustered, crimes_frame, incidents, points_frame, squares
from severity_reports import reports

import lacrime_geo as lg
from lacrime_geo.grid import Grid
from lacrime_geo.map_comparison import CHANGES
from lacrime_geo.parameters import Parameters
from lacrime_geo.results import Surface
from lacrime_geo.styles import palettes, qml

POINTS = incidents(*clustered(600, 1))
SURFACE = lg.kde(POINTS)
MARKS = lg.dbscan(crimes_frame(), eps=200, min_samples=8)
RISK = lg.risk_ratio(POINTS, incidents(*clustered(900, 2)), bandwidth=500)
RASTERS = ("density", "risk_ratio")
STYLED = {
    "density": lambda: SURFACE,
    "risk_ratio": lambda: RISK,
    "tolerance": lambda: RISK.tolerance(),
    "contours": lambda: lg.contours(SURFACE),
    "contours of values": lambda: lg.contours(SURFACE, kind="value"),
    "hotspots": lambda: lg.hotspots(POINTS, cell_size=300),
    "gi_star": lambda: lg.gi_star(squares(5, 5), value=np.arange(25.0)),
    "local_moran": lambda: lg.local_moran(squares(5, 5), value=np.arange(25.0)),
    "gi_star of points": lambda: lg.gi_star(points_frame(*clustered(60, 1)), value=np.arange(60.0), neighbours="knn"),
    "stability": lambda: lg.stability(POINTS, cell_size=300, runs=20),
    "moved hotspots": lambda: lg.jitter_sensitivity("hotspots", POINTS, cell_size=300, radius=50, runs=3),
    "moved density": lambda: lg.jitter_sensitivity("kde", POINTS, bandwidth=400, radius=50, runs=3),
    "moved clusters": lambda: lg.jitter_sensitivity("dbscan", POINTS, eps=200, min_samples=8, radius=50, runs=3),
    "safe points": lambda: lg.safe_export(POINTS),
    "withheld": lambda: lg.safe_export(lg.hotspots(POINTS, cell_size=300)),
    "comparison": lambda: lg.compare(
        squares(5, 5), squares(5, 5), value=np.arange(25) - 9, other_value=np.arange(25) - 15
    ),
    "risk": lambda: lg.predict_risk(crimes_frame(), model="prior_counts", cell_size=200, budget=0.05),
    "harm": lambda: lg.harm(crimes_frame(), scale="ucr_part1"),
    "severity_class": lambda: lg.predict_severity(reports(600), models="place_and_premise").classes(),
    "components": lambda: lg.category_components(crimes_frame(), cell_size=250, least=5, rare=0, draws=19),
    "joined": lambda: lg.join_by_area(
        squares(5, 5), areas=squares(5, 5).assign(people=np.arange(25.0)), columns="people"
    ),
    "joined shares": lambda: lg.join_by_area(
        squares(4, 4), areas=squares(5, 5).assign(people=np.arange(25.0)), columns="people"
    ).shares(),
    "intervention": lambda: lg.intervention(
        crimes_frame(),
        treated=squares(5, 5).iloc[:10],
        control=squares(5, 5).iloc[15:],
        start="2023-07-01",
        displacement=300,
    ).areas(),
    "change": lambda: lg.change_map(crimes_frame(), after_since="2023-07-01", cell_size=300),
    "clusters": lambda: MARKS,
    "cluster_hulls": lambda: MARKS.clusters(),
    "ellipses": lambda: lg.ellipses(POINTS, by=np.arange(600) % 8),
}

# ColorBrewer's RdBu with seven classes, the middle one left out, and the sentences of a hot spot map.
HOT_AND_COLD = {
    "3": ("Hot spot, 99 % confidence", (178, 24, 43)),
    "2": ("Hot spot, 95 % confidence", (239, 138, 98)),
    "1": ("Hot spot, 90 % confidence", (253, 219, 199)),
    "0": ("Not significant", None),
    "-1": ("Cold spot, 90 % confidence", (209, 229, 240)),
    "-2": ("Cold spot, 95 % confidence", (103, 169, 207)),
    "-3": ("Cold spot, 99 % confidence", (33, 102, 172)),
}


def parsed(name):
    return ElementTree.fromstring(qml(STYLED[name]()))


def options(element):
    """Return the settings of a symbol's first layer."""
    return {o.get("name"): o.get("value") for o in element.find("layer").iter("Option") if o.get("name")}


def classes(root):
    """Return {value: (label, settings)} of a categorised style."""
    renderer = root.find("renderer-v2")
    symbols = {s.get("name"): options(s) for s in renderer.find("symbols")}
    return {c.get("value"): (c.get("label"), symbols[c.get("symbol")]) for c in renderer.find("categories")}


def colour(text):
    return tuple(int(part) for part in text.split(",")[:3])


@pytest.mark.parametrize("name", list(STYLED))
def test_every_style_is_xml_that_qgis_knows(name):
    root = parsed(name)
    assert root.tag == "qgis" and root.get("version").startswith("3.") and "Symbology" in root.get("styleCategories")
    drawn = root.find("pipe/rasterrenderer") if name in RASTERS else root.find("renderer-v2")
    assert drawn is not None and drawn.get("type") in ("singlebandpseudocolor", "categorizedSymbol", "graduatedSymbol")


@pytest.mark.parametrize(
    ("runs", "hot"), [(50, ["45 to 50", "25 to 44", "1 to 24"]), (4, ["4", "2 to 3", "1"]), (2, ["2", "1"])]
)
def test_stability_is_told_in_numbers_of_grids(runs, hot):
    root = ElementTree.fromstring(qml(lg.stability(POINTS, cell_size=400, runs=runs)))
    ranges = [(float(r.get("lower")), float(r.get("upper")), r.get("label")) for r in root.iter("range")]
    words = [label for _, _, label in ranges]
    assert words[: len(hot)] == [f"Hot on {numbers} of {runs} grids" for numbers in hot]
    assert words[len(hot)] == "Hot or cold on none" and words[-1] == f"Cold on {hot[0]} of {runs} grids"
    # Every share of grids from all cold to all hot is of one class.
    for share in np.arange(-runs, runs + 1) / runs:
        assert sum(low <= share <= high for low, high, _ in ranges) == 1
    assert len(ranges) <= 7


@pytest.mark.parametrize(
    ("name", "first", "last", "least"),
    [
        ("moved hotspots", "Hot in 3 of 3 runs", "Cold in 3 of 3 runs", -1.0),
        ("moved density", "Among the densest 5 % in 3 of 3 runs", "Among the densest 5 % in none", 0.0),
        ("moved clusters", "The same in 3 of 3 runs", "In no cluster, or not significant", 0.0),
    ],
)
def test_every_share_of_runs_is_of_one_class(name, first, last, least):
    ranges = [(float(r.get("lower")), float(r.get("upper")), r.get("label")) for r in parsed(name).iter("range")]
    assert (ranges[0][2], ranges[-1][2]) == (first, last)
    for share in np.arange(3 * least, 4) / 3:
        assert sum(low <= share <= high for low, high, _ in ranges) == 1


def test_every_probability_of_those_scored_is_of_one_class():
    entries = ranges(parsed("severity_class"))
    assert entries[0][2] == "Part 1 with a probability of 80 to 100 %"
    assert entries[-1][2].startswith("Not scored") and entries[-1][1] < 0
    for share in (0.01, 0.31, 0.55, 0.77, 0.99):
        assert sum(low <= share <= high for low, high, *_ in entries) == 1
    renderer = parsed("severity_class").find("renderer-v2")
    assert "\"part_of\" = 'test'" in renderer.get("attr")
    # Those scored are above the others.
    turns = [int(layer.get("pass")) for layer in renderer.iter("layer")]
    assert turns == [1, 1, 1, 1, 1, 0] and renderer.get("symbollevels") == "1"


@pytest.mark.parametrize(
    ("name", "column"), [("components", "component_1"), ("joined", "people"), ("joined shares", "inside")]
)
def test_every_value_of_correlates_is_of_one_class(name, column):
    result, entries = STYLED[name](), ranges(parsed(name))
    values = result[column]
    for value in values[np.isfinite(values)]:
        inside = [low <= value < high for low, high, *_ in entries[:-1]]
        assert sum(inside) == 1 or (name == "joined shares" and value == 0 and sum(inside) == 0), value
    if name == "components":
        low, high = (words[2].replace("Much more ", "") for words in (entries[4], entries[0]))
        table = result.loadings()
        first = table["component"] == 1
        top = table["category"][first][np.argmax(table["coordinate"][first])]
        assert top.replace("_", " ") in high and top.replace("_", " ") not in low


def test_every_count_is_of_one_class():
    safe = STYLED["withheld"]()
    ranges = [(float(r.get("lower")), float(r.get("upper")), r.get("label")) for r in parsed("withheld").iter("range")]
    assert [label for *_, label in ranges[-2:]] == [
        "No incidents",
        "Withheld: under 5, or to hide such",
    ]
    shown = safe["count"][safe["count"] > 0]
    assert ranges[-3][2].startswith(f"{shown.min():.0f} to") and ranges[0][2].endswith(
        f"to {shown.max():.0f} incidents"
    )
    for count in {-1.0, *safe["count"][~safe["suppressed"]]}:
        assert sum(low <= count <= high for low, high, _ in ranges) == 1, count


def test_a_point_is_as_large_as_incidents_stand_on_it():
    safe = STYLED["safe points"]()
    here = safe["incidents_here"]
    assert here.tolist() == [safe.wkb.tolist().count(wkb) for wkb in safe.wkb]
    found = parsed("safe points")
    ranges = [(float(r.get("lower")), float(r.get("upper")), r.get("label")) for r in found.iter("range")]
    sizes = [float(o.get("value")) for o in found.iter("Option") if o.get("name") == "size"]
    assert sizes == sorted(set(sizes)) and len(sizes) == len(ranges) > 2
    assert ranges[0][2] == "1 incident" and ranges[-1][2].endswith(f"to {here.max()} incidents on one point")
    for number in set(here.tolist()):
        assert sum(low <= number <= high for low, high, _ in ranges) == 1


def test_every_kind_of_change_has_its_own_look():
    found = classes(parsed("comparison"))
    assert list(found) == list(CHANGES)
    colours = [settings["color"] for _, settings in found.values() if settings["style"] == "solid"]
    assert len(set(colours)) == len(CHANGES) - 1 and found["neither hot nor cold"][1]["style"] == "no"


def test_change_diverges_from_no_change_and_tells_it_from_too_few_incidents():
    found = classes(parsed("change"))
    assert list(found) == ["3", "2", "1", "0", "-1", "-2", "-3", "too few"]
    assert [found[value][1]["style"] for value in ("0", "too few")] == ["solid", "no"]
    assert [found[value][1]["outline_style"] for value in ("0", "too few")] == ["no", "no"]
    for more, fewer in (("3", "-3"), ("2", "-2"), ("1", "-1")):
        assert found[more][0].replace("More", "Fewer") == found[fewer][0]
        (red, _, blue), (low, _, high) = (colour(found[value][1]["color"]) for value in (more, fewer))
        assert red > blue and high > low
    shades = {value: luminance(hue) for value, _, hue in palettes.CHANGE if hue}
    assert shades[3] < shades[2] < shades[1] and shades[-3] < shades[-2] < shades[-1]


@pytest.mark.parametrize("name", ["hotspots", "gi_star", "gi_star of points"])
def test_bins_have_the_customary_colours_and_sentences(name):
    root = parsed(name)
    found = classes(root)
    assert root.find("renderer-v2").get("attr") == "bin" and list(found) == list(HOT_AND_COLD)
    for value, (label, expected) in HOT_AND_COLD.items():
        assert found[value][0] == label
        assert expected is None or colour(found[value][1]["color"]) == expected


@pytest.mark.parametrize("name", ["hotspots", "gi_star"])
def test_what_is_not_significant_has_no_fill_and_its_line_only_near_by(name):
    root = parsed(name)
    assert classes(root)["0"][1]["style"] == "no"
    expressions = [o.get("value") for o in root.iter("Option") if o.get("name") == "expression"]
    assert expressions == ["if(@map_scale < 60000, 'solid', 'no')"]
    assert all(settings["style"] == "solid" for value, (_, settings) in classes(root).items() if value != "0")


def test_local_moran_has_the_customary_five():
    found = classes(parsed("local_moran"))
    assert list(found) == ["high-high", "low-low", "high-low", "low-high", "not significant"]
    colours = [colour(settings["color"]) for _, settings in found.values()]
    assert colours[:4] == [(215, 25, 28), (44, 123, 182), (253, 174, 97), (171, 217, 233)]
    assert found["not significant"][1]["style"] == "no"


def test_points_are_marked_and_areas_filled():
    kinds = {
        name: {s.get("type") for s in parsed(name).find("renderer-v2/symbols")}
        for name in STYLED
        if name not in RASTERS
    }
    assert {name for name, kind in kinds.items() if kind == {"marker"}} == {
        "gi_star of points",
        "clusters",
        "moved clusters",
        "safe points",
        "harm",
        "severity_class",
    }
    filled = {"hotspots", "gi_star", "local_moran", "cluster_hulls", "tolerance", "contours", "contours of values"}
    filled |= {"stability", "moved hotspots", "moved density", "withheld", "comparison", "ellipses", "change", "risk"}
    filled |= {"components", "joined", "joined shares", "intervention"}
    assert {name for name, kind in kinds.items() if kind == {"fill"}} == filled


@pytest.mark.parametrize("name", ["clusters", "cluster_hulls"])
def test_six_clusters_have_okabe_and_itos_hues(name):
    hues = [(213, 94, 0), (0, 114, 178), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233)]
    found = classes(parsed(name))
    assert [colour(found[str(i)][1]["color"]) for i in range(6)] == hues
    assert found["0"][0] == "Cluster 1 by size" and found[""][0] == "Smaller clusters"
    assert ("-1" in found) == (name == "clusters")


def test_ellipses_are_outlines_around_a_cross_in_six_hues():
    root = parsed("ellipses")
    found = classes(root)
    assert list(found) == ["0", "1", "2", "3", "4", "5", ""] and found[""][0] == "Smaller groups"
    assert all(settings["style"] == "no" for _, settings in found.values())
    assert len({settings["outline_color"] for _, settings in found.values()}) == 7
    for symbol in root.findall("renderer-v2/symbols/symbol"):
        kinds = [layer.get("class") for layer in symbol.findall("layer")]
        cross = options(symbol.findall("layer")[1].find("symbol"))
        assert kinds == ["SimpleFill", "CentroidFill"] and cross["name"] == "cross"
    assert root.find("renderer-v2").get("attr") == 'to_string("group")'
    assert '"group"' in root.find("labeling/settings/text-style").get("fieldName")


def test_hulls_are_labelled_by_rank_count_and_share():
    root = parsed("cluster_hulls")
    style = root.find("labeling/settings/text-style")
    assert root.get("labelsEnabled") == "1" and style.get("isExpression") == "1"
    assert all(f'"{name}"' in style.get("fieldName") for name in ("rank", "count", "share"))
    assert "incidents" in style.get("fieldName") and style.find("text-buffer").get("bufferDraw") == "1"


def ranges(root):
    """Return [(lower, upper, sentence, settings of each symbol layer)] of a graduated style."""
    renderer = root.find("renderer-v2")
    layers = {
        s.get("name"): [{o.get("name"): o.get("value") for o in layer.iter("Option")} for layer in s.findall("layer")]
        for s in renderer.find("symbols")
    }
    return [
        (float(r.get("lower")), float(r.get("upper")), r.get("label"), layers[r.get("symbol")])
        for r in renderer.find("ranges")
    ]


def test_volume_contours_are_lines_from_thick_to_thin_with_a_halo():
    root = parsed("contours")
    found = ranges(root)
    assert root.find("renderer-v2").get("attr") == "level" and root.find("renderer-v2").get("symbollevels") == "1"
    assert [(low, high, label) for low, high, label, _ in found] == [
        (level, level, f"Smallest area with {level:g} % of incidents") for level in (25, 50, 75)
    ]
    kinds = {layer.get("class") for layer in root.iter("layer")}
    assert kinds == {"SimpleLine"}
    halos, lines = zip(*[layers for *_, layers in found])
    widths = [float(line["line_width"]) for line in lines]
    assert widths == sorted(widths, reverse=True) and len(set(widths)) == 3
    assert all(float(halo["line_width"]) > width + 0.5 for halo, width in zip(halos, widths))
    assert {colour(halo["line_color"]) for halo in halos} == {(255, 255, 255)}
    # Dark on the lightest and, with its halo, on the darkest class of a density.
    assert {colour(line["line_color"]) for line in lines} == {(34, 34, 34)}


def test_places_are_classed_by_their_rank_and_the_budget_is_outlined():
    found = STYLED["risk"]()
    root = ElementTree.fromstring(qml(found))
    budget, *entries = ranges(root)
    assert root.find("renderer-v2").get("attr") == "rank" and root.find("renderer-v2").get("symbollevels") == "1"
    assert budget[2] == found.parameters["caption"] and budget[2].startswith("Top 5 % of area: ")
    assert budget[1] < 0 and entries[-1][1] > len(found)
    assert [high for _, high, *_ in entries[:-1]] == [low for low, *_ in entries[1:]]
    words = ["0.5 %", "0.5 to 1 %", "1 to 2 %", "2 to 5 %", "5 to 10 %"]
    assert [label for *_, label, _ in entries[-6:-1]] == [f"Among the top {each} of places by risk" for each in words]
    # What a map is of that is scored, such as a density, need not be a risk.
    scored = replace(found, columns={name: found[name] for name in ("rank", "in_budget")})
    assert ranges(ElementTree.fromstring(qml(scored)))[1][2].endswith("of places by value")
    for (_, high, _, layers), (share, hue) in zip(entries, palettes.RISK):
        assert int(high) == int(share * len(found))
        assert colour(layers[0]["color"]) == tuple(int(hue[i : i + 2], 16) for i in (1, 3, 5))
    assert entries[-1][3][0]["style"] == "no"
    lines = root.findall(".//layer[@class='SimpleLine']")
    styles = [line.find(".//Option[@name='line_style']").get("value") for line in lines]
    asked = [line.find(".//Option[@name='outlineStyle']/Option[@name='expression']") for line in lines]
    assert styles == ["solid", *["no"] * len(entries)] and asked[0] is None
    assert {each.get("value") for each in asked[1:]} == {"if(try(\"in_budget\" = true, false), 'solid', 'no')"}


def test_value_contours_name_the_unit_and_are_thickest_at_the_top():
    root = parsed("contours of values")
    found = ranges(root)
    assert [low for low, *_ in found] == palettes.quantile_limits(SURFACE.values)
    assert all(label == f"{low:,.6g} incidents per km² or more" for low, _, label, _ in found)
    widths = [float(layers[1]["line_width"]) for *_, layers in found]
    assert widths == sorted(widths) and widths[0] < widths[-1]


@pytest.mark.parametrize(("name", "text"), [("contours", " %"), ("contours of values", " incidents per km²")])
def test_contours_are_labelled_on_the_line(name, text):
    root = parsed(name)
    style, placement = root.find("labeling/settings/text-style"), root.find("labeling/settings/placement")
    assert root.get("labelsEnabled") == "1" and style.get("fieldName") == f"\"level\" || '{text}'"
    # 7: along the border, curved; 1: on the line.
    assert (placement.get("placement"), placement.get("placementFlags")) == ("7", "1")


def test_risk_has_a_class_for_no_difference_that_is_transparent():
    items = list(parsed("risk_ratio").iter("item"))
    limits = [float(item.get("value")) for item in items]
    np.testing.assert_allclose(np.exp(limits[:-1]), [0.25, 0.5, 0.8, 1.25, 2, 4])
    assert [item.get("alpha") == "0" for item in items] == [False] * 3 + [True] + [False] * 3
    assert items[5].get("label") == "2 to 4 times" and len({item.get("color") for item in items}) == 7


def test_tolerance_lines_tell_side_and_level():
    found = classes(parsed("tolerance"))
    assert list(found) == ["raised 0.01", "raised 0.05", "lowered 0.01", "lowered 0.05"]
    assert found["raised 0.05"][0] == "Risk raised, p ≤ 0.05"
    written = {f"{side} {p:g}" for side, p in zip(RISK.tolerance()["side"], RISK.tolerance()["p"])}
    assert written and written <= set(found)


@pytest.mark.parametrize("dark", [False, True])
def test_equal_steps_and_dark_basemaps(dark):
    surface = SURFACE.styled(breaks="equal", dark=dark)
    items = list(ElementTree.fromstring(qml(surface)).iter("item"))
    steps = np.diff([0.0, *(float(item.get("value")) for item in items[:-1])])
    np.testing.assert_allclose(steps, surface.values.max() / 7, rtol=0.05)
    colours = [item.get("color") for item in items]
    assert colours == list(palettes.DENSITY[::-1] if dark else palettes.DENSITY) and items[0].get("alpha") == "0"
    with pytest.raises(ValueError, match="breaks must be one of 'quantiles', 'equal', got 'jenks'"):
        SURFACE.styled(breaks="jenks")


def density_items(values):
    grid = Grid(0.0, 0.0, 10.0, 1, values.size, "EPSG:32611")
    root = ElementTree.fromstring(qml(Surface(grid, values[None, :], "incidents per km²", Parameters())))
    return [item.attrib for item in root.iter("item")]


def test_density_classes_name_the_unit_and_begin_transparent():
    items = density_items(np.r_[np.zeros(500), np.nan, np.random.default_rng(1).gamma(1.0, 100.0, 5000)])
    limits = [float(item["value"]) for item in items]
    assert len(items) == 7 and limits == sorted(limits) and limits[-1] == np.inf
    assert all("incidents per km²" in item["label"] for item in items)
    assert items[0]["alpha"] == "0" and [int(i["alpha"]) for i in items] == sorted(int(i["alpha"]) for i in items)
    assert [item["color"] for item in items] == list(palettes.DENSITY)
    assert all(limit == float(f"{limit:.1e}") for limit in limits[:-1])


@pytest.mark.parametrize("values", [np.zeros(9), np.full(9, np.nan), np.full(9, 3.0), np.r_[np.zeros(8), 1e-9]])
def test_density_of_hardly_anything_has_a_legend(values):
    items = density_items(values)
    assert 1 <= len(items) <= 2 and items[-1]["value"] == "inf" and "nan" not in str(items)


def luminance(colour_text):
    """Return the relative luminance of a colour (WCAG 2)."""
    channels = [int(colour_text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_ordered_palettes_are_ordered_in_grey_too():
    density = [luminance(c) for c in palettes.DENSITY]
    assert density == sorted(density, reverse=True)
    hot = [luminance(entry.colour) for entry in palettes.BINS if entry.value > 0]
    cold = [luminance(entry.colour) for entry in palettes.BINS[::-1] if entry.value < 0]
    assert hot == sorted(hot) and cold == sorted(cold)


def test_markup_in_names_is_quoted():
    frame = points_frame(*clustered(60, 1)).assign(**{'a "<&> b': np.arange(60.0)})
    assert ElementTree.fromstring(qml(lg.gi_star(frame, value='a "<&> b', neighbours="knn"))).tag == "qgis"
    surface = Surface(Grid(0.0, 0.0, 1.0, 1, 1, "EPSG:32611"), np.ones((1, 1)), '<&">', Parameters())
    assert '<&">' in next(ElementTree.fromstring(qml(surface)).iter("item")).get("label")
    odd = Surface(surface.grid, surface.values, "O'Hare\\ <&>", Parameters())
    style = ElementTree.fromstring(qml(lg.contours(odd, levels=1, kind="value"))).find("labeling/settings/text-style")
    assert style.get("fieldName") == "\"level\" || ' O''Hare\\\\ <&>'"


def test_no_style_no_text():
    assert qml(lg.Table({"n": np.arange(2)}, Parameters())) == ""
