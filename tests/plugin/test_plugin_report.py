"""lacrime:report_map: pages for print, read as a person reads them: what is said, where it stands, what the map shows."""

import re

import numpy as np
import pytest
from printed import TEXTS, add_basemap, boxes, cut, items, pixels, said

from lacrime_geo.styles import palettes

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

LONG = (
    "Hot spots and density of everything that was reported to the department in two months, as the chief asked for it "
    * 2
)


def test_the_page_says_what_the_layers_records_say(report, opened):
    opened("hotspots", "density")
    found = said(report(SOURCE="A department, data.example.org", NOTE="Made for the chief."))
    assert found["title"] == "Hotspots and density of reported incidents"
    assert found["subtitle"] == "Jan–Dec 2023 · 900 incidents"
    caveat, note, hotspots, density = found["notes"].split("\n\n")[:4]
    assert note == "Made for the chief." and caveat.startswith("Reported crime is not all crime")
    assert re.match(r"Hotspots: Getis-Ord Gi\*, cells of 250 m, neighbours within [\d,]+ m, corrected", hotspots)
    assert re.match(r"Density: kernel density, quartic kernel, bandwidth [\d,]+ m, .* The highest density is", density)
    assert found["footer"].startswith("Data: A department, data.example.org. Made 20")
    assert re.match(r"1 : [\d,]+ · WGS 84 / UTM zone 11N", found["projection"])


def test_one_category_stands_in_the_title_alone(report, run, layer, qgis_new_project):
    project = qgis_core.QgsProject.instance()
    hot = run("hotspots", INCIDENTS=layer, CATEGORY="robbery", CURVE=None)["OUTPUT"]
    found = report(LAYERS=[project.addMapLayer(hot)])
    # A temporary layer that no window has loaded has no record: its name is all there is to say, beside the caveat.
    assert said(found)["title"] == hot.name()
    assert said(found)["notes"].startswith("Reported crime is not all crime") and "\n" not in said(found)["notes"]


def test_layers_in_the_legend_are_those_of_the_map_without_basemap(report, opened, tiles, log):
    layers = opened("clusters", "hotspots", "density")
    add_basemap(tiles, log)
    layout = report(LAYERS=layers[::2])
    shown = items(layout)["map"].layers()
    assert [layer.name() for layer in shown] == ["clusters", "density", "Basemap"]
    root = items(layout)["legend"].model().rootGroup()
    assert [node.customProperty("legend/title-label").split(" (")[0] for node in root.findLayers()] == [
        "Clusters",
        "Density",
    ]
    assert "Map: © Santa Alba." in said(layout)["footer"]


def test_a_layer_of_one_symbol_is_not_taken_for_a_class_of_another(report, opened, divisions):
    layout = report(LAYERS=[*opened("hotspots", "density"), divisions])
    shown = [layer.name() for layer in items(layout)["map"].layers()]
    assert sorted(shown) == ["areas", "density", "hotspots"]
    names = [node.name() for node in items(layout)["legend"].model().rootGroup().findLayers()]
    assert names == ["areas", "hotspots", "density"]


def test_a_tall_extent_fills_its_frame_beside_a_long_legend(report, opened):
    layers = opened("clusters", "hotspots", "density")
    tall = "370000,380000,3760000,3772500 [EPSG:32611]"
    layout = report(EXTENT=tall, ORIENTATION="portrait")
    found = boxes(layout)
    left, top, right, bottom = found["map"]
    assert (bottom - top) / (right - left) < 1.6, "not much taller than 1.25"
    assert found["legend"][0] > right and found["notes"][1] > bottom
    assert found["notes"][0] == pytest.approx(left, abs=0.1)
    found = boxes(report(LAYERS=layers[1:2], EXTENT=tall, ORIENTATION="portrait"))
    assert found["legend"][1] > found["map"][3], "a short one leaves the map the whole width"


def test_names_of_layers_and_classes_are_no_expressions_in_the_legend(report, opened):
    from qgis.PyQt.QtCore import Qt

    (hotspots,) = opened("hotspots")
    hotspots.setName("hot [% 1 + 1 %]")
    renderer = hotspots.renderer().clone()
    renderer.updateCategoryLabel(0, "first [% 2 + 2 %]")
    hotspots.setRenderer(renderer)
    model = items(report())["legend"].model()
    (node,) = model.rootGroup().findLayers()
    shown = [entry.data(Qt.ItemDataRole.DisplayRole) for entry in model.layerLegendNodes(node)]
    assert "hot [ % 1 + 1 %]" in node.customProperty("legend/title-label") and shown[0] == "first [ % 2 + 2 %]"


def test_on_tiles_north_is_up_and_lengths_are_true(report, opened, tiles, log):
    opened("hotspots")
    arrow = items(report())["north arrow"]
    # The grid's north of UTM differs from true north by its convergence, here by the formula for a sphere.
    convergence = np.degrees(np.arctan(np.tan(np.radians(-118.35 + 117)) * np.sin(np.radians(34.04))))
    assert arrow.pictureRotation() == pytest.approx(-convergence, abs=0.02)
    add_basemap(tiles, log)
    layout = report()
    drawn = items(layout)["map"]
    assert (
        items(layout)["north arrow"].pictureRotation() == 0
        and "Mercator, true to scale at 34.0° N" in said(layout)["projection"]
    )
    project = qgis_core.QgsProject.instance()
    degrees = qgis_core.QgsCoordinateTransform(
        drawn.crs(), qgis_core.QgsCoordinateReferenceSystem("EPSG:4326"), project
    )
    extent, ellipsoid = drawn.extent(), qgis_core.QgsDistanceArea()
    ellipsoid.setEllipsoid("EPSG:7030")
    middle, point = extent.center(), qgis_core.QgsPointXY
    for one, other in (
        (point(extent.xMinimum(), middle.y()), point(extent.xMaximum(), middle.y())),
        (point(middle.x(), extent.yMinimum()), point(middle.x(), extent.yMaximum())),
    ):
        measured = ellipsoid.measureLine(degrees.transform(one), degrees.transform(other))
        assert measured == pytest.approx(one.distance(other), rel=0.001)


@pytest.mark.parametrize("paper", ["A4", "Letter", "A3"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait", "automatic"])
@pytest.mark.parametrize(
    "names", [("hotspots",), ("clusters", "clustered", "hotspots", "density")], ids=["one", "four"]
)
def test_nothing_overlaps_or_leaves_the_page(report, opened, paper, orientation, names):
    opened(*names)
    for title in ("", LONG):
        layout = report(PAPER=paper, ORIENTATION=orientation, TITLE=title, NOTE=LONG)
        size = layout.pageCollection().page(0).pageSize()
        found = boxes(layout)
        assert {*TEXTS, "map", "legend", "scale bar", "north arrow"} == found.keys()
        assert orientation == "automatic" or (size.width() > size.height()) == (orientation == "landscape")
        for name, (left, top, right, bottom) in found.items():
            inside = left >= 9.9 and top >= 9.9 and right <= size.width() - 9.9 and bottom <= size.height() - 9.9
            assert inside, (name, found[name])
        for one, a in found.items():
            for other, b in found.items():
                apart = a[2] <= b[0] + 0.05 or b[2] <= a[0] + 0.05 or a[3] <= b[1] + 0.05 or b[3] <= a[1] + 0.05
                assert one == other or apart, (one, a, other, b)


def test_texts_fit_their_boxes(report, opened, tmp_path):
    opened("clusters", "clustered", "hotspots", "density")
    for number, orientation in enumerate(("landscape", "portrait")):
        path = tmp_path / f"{number}.png"
        layout = report(TITLE=LONG, NOTE=LONG * 3, SOURCE=LONG, ORIENTATION=orientation, PNG=str(path), DPI=100)
        image = pixels(path)
        for name in ("title", "footer", "notes", "legend"):
            left, top, right, bottom = boxes(layout)[name]
            assert (cut(image, (left, top, right, bottom), 100) < 120).any(), f"{name} is blank"
            edges = [(left, bottom - 0.3, right, bottom + 0.3), (right - 0.3, top, right + 0.3, bottom)]
            assert all((cut(image, edge, 100) > 200).all() for edge in edges), f"{name} is cut off"
        title = boxes(layout)["title"]
        assert title[3] - title[1] > 2 * 16 * 25.4 / 72, "a long title takes more lines"


def test_what_has_no_room_is_counted_and_the_caveat_stays(report, opened, log):
    opened("clusters", "clustered", "hotspots", "density")
    notes = said(report(NOTE=LONG * 30, PAPER="Letter"))["notes"].split("\n\n")
    assert notes[0].startswith("Reported crime is not all crime") and notes[1].startswith(
        "Clusters and clustered incidents: DBSCAN"
    )
    assert re.fullmatch(r"\d more remarks? stands? in the layers' metadata\.", notes[-1])
    assert (
        f"The note of {len(LONG.strip()) + 29 * len(LONG):,} letters has no room on the page and is left out; shorten it."
        in log.lines
    )


def test_no_text_is_smaller_than_eight_points(report, opened):
    opened("hotspots", "density")
    layout = report()
    legend = items(layout)["legend"].rstyle(qgis_core.QgsLegendStyle.Style.SymbolLabel)
    for thing in (*(items(layout)[name] for name in (*TEXTS, "scale bar")), legend):
        points = thing.textFormat().size() if hasattr(thing, "textFormat") else thing.font().pointSizeF()
        assert points >= 8, thing


def test_the_picture_shows_the_classes_and_explains_them(report, opened, tmp_path):
    opened("hotspots")
    layout = report(PNG=str(tmp_path / "map.png"), DPI=120)
    image = pixels(tmp_path / "map.png")
    paper = layout.pageCollection().page(0).pageSize()
    assert image.shape[:2] == pytest.approx([paper.height() / 25.4 * 120, paper.width() / 25.4 * 120], abs=1)
    for entry in (palettes.BINS[0], palettes.BINS[1]):
        colour = np.array([int(entry.colour[i : i + 2], 16) for i in (1, 3, 5)])
        seen = np.rint(0.7 * colour + 0.3 * 255)  # as translucent as the layer, on white
        for name, least in (("map", 60), ("legend", 100)):
            there = (abs(cut(image, boxes(layout)[name], 120) - seen).max(axis=2) <= 3).sum()
            assert there >= least, (entry.label, name, there)


def test_a_density_is_explained_as_translucent_as_it_is(report, opened, tmp_path):
    (density,) = opened("density")
    layout = report(PNG=str(tmp_path / "map.png"), DPI=120)
    legend = cut(pixels(tmp_path / "map.png"), boxes(layout)["legend"], 120)
    classes = density.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert classes[0].color.alpha() == 0
    for entry in classes[1:]:
        alpha = entry.color.alphaF()
        seen = [alpha * value + (1 - alpha) * 255 for value in entry.color.getRgb()[:3]]
        assert (abs(legend - seen).max(axis=2) <= 3).sum() >= 100, entry.label


def test_the_scale_bar_has_round_numbers_and_is_true(report, opened):
    opened("hotspots")
    for paper in ("A4", "A3"):
        layout = report(PAPER=paper)
        bar, drawn = items(layout)["scale bar"], items(layout)["map"]
        segment = bar.unitsPerSegment() * (1000 if bar.unitLabel() == "km" else 1)
        assert f"{segment:e}"[0] in "125" and set(f"{segment:e}"[1:].split("e")[0]) <= {".", "0"}
        metres_per_millimetre = drawn.extent().width() / drawn.rect().width()
        # Of UTM: 1 to within a thousandth.
        assert 2 * segment / metres_per_millimetre < bar.rect().width() < 2 * segment / metres_per_millimetre + 16
        scale = drawn.scale()
        assert scale == pytest.approx(float(f"{scale:.2e}"), rel=1e-6), "a round scale"
