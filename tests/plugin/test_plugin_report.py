"""lacrime:report_map: pages for print, read as a person reads them: what is said, where it stands, what the map shows."""

import json
import re
import shutil
import subprocess
import unicodedata
import zlib

import numpy as np
import pytest
from bundled import clustered, point_layer, run_headless

import lacrime_geo as lg
from lacrime_geo.styles import palettes

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

TEXTS = ("title", "subtitle", "notes", "footer", "projection")
LONG = (
    "Hot spots and density of everything that was reported to the department in two months, as the chief asked for it "
    * 2
)


@pytest.fixture(scope="module")
def files(provider, tmp_path_factory):
    """Return paths of a density, hotspots, clusters and clustered incidents of the same points."""
    import processing

    folder = tmp_path_factory.mktemp("made")
    points = point_layer(*clustered())
    made = {name: str(folder / f"{name}{'.tif' if name == 'density' else '.gpkg'}") for name in ("density", "hotspots")}
    processing.run("lacrime:kde", dict(INCIDENTS=points, OUTPUT=made["density"]))
    processing.run("lacrime:hotspots", dict(INCIDENTS=points, CELL_SIZE=250, OUTPUT=made["hotspots"]))
    made.update(clusters=str(folder / "clusters.gpkg"), clustered=str(folder / "clustered.gpkg"))
    processing.run("lacrime:dbscan", dict(INCIDENTS=points, OUTPUT=made["clustered"], CLUSTERS=made["clusters"]))
    return made


@pytest.fixture
def opened(files, qgis_new_project):
    """Return a function that opens some of these in the project, the first on top."""
    project = qgis_core.QgsProject.instance()

    def opened(*names):
        layers = []
        for name in names[::-1]:
            kind = qgis_core.QgsRasterLayer if name == "density" else qgis_core.QgsVectorLayer
            layer = kind(files[name], name, *(() if name == "density" else ("ogr",)))
            layer.loadDefaultMetadata()
            layer.loadDefaultStyle()
            layers.insert(0, project.addMapLayer(layer))
        return layers

    return opened


@pytest.fixture
def divisions(qgis_new_project):
    """Return four areas with names in a layer of the project; the last overlaps no incident."""
    layer = qgis_core.QgsVectorLayer(
        "Polygon?crs=EPSG:4326&field=number:integer&field=area_name:string", "areas", "memory"
    )
    boxes = {
        "South": (-118.41, 33.99, -118.29, 34.03),
        "North <&> [% 1 + 1 %]": (-118.41, 34.03, -118.29, 34.09),
        "Middle": (-118.37, 34.02, -118.35, 34.04),
        "Elsewhere": (-118.5, 34.2, -118.45, 34.25),
    }
    features = []
    for number, (name, box) in enumerate(boxes.items()):
        feature = qgis_core.QgsFeature(layer.fields())
        feature.setAttributes([number, name])
        feature.setGeometry(qgis_core.QgsGeometry.fromRect(qgis_core.QgsRectangle(*box)))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return qgis_core.QgsProject.instance().addMapLayer(layer, False)


@pytest.fixture
def report(provider, log):
    """Return a function that makes a page as the toolbox does, without files unless told, and returns the layout kept."""
    import processing

    def report(**parameters):
        project = qgis_core.QgsProject.instance()
        context = qgis_core.QgsProcessingContext()
        context.setProject(project)
        before = set(project.layoutManager().layouts())
        report.result = processing.run("lacrime:report_map", parameters, feedback=log, context=context)
        kept = set(project.layoutManager().layouts()) - before
        return kept.pop() if kept else None

    return report


def add_basemap(tiles, log):
    """Put tiles beneath the project's layers."""
    import processing

    context = qgis_core.QgsProcessingContext()
    context.setProject(qgis_core.QgsProject.instance())
    processing.run("lacrime:basemap", dict(URL=tiles, ATTRIBUTION="© Santa Alba"), context=context, feedback=log)


def items(layout):
    return {item.id(): item for item in layout.items() if isinstance(item, qgis_core.QgsLayoutItem) and item.id()}


def said(layout):
    return {name: items(layout)[name].currentText() for name in TEXTS}


def boxes(layout):
    """Return left, top, right and bottom (mm) of each item."""
    found = {name: item.mapRectToScene(item.rect()) for name, item in items(layout).items()}
    return {name: (box.left(), box.top(), box.right(), box.bottom()) for name, box in found.items()}


def pixels(path):
    from qgis.PyQt.QtGui import QImage

    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1].astype(int)


def cut(image, box, dots_per_inch):
    left, top, right, bottom = (round(value / 25.4 * dots_per_inch) for value in box)
    return image[top:bottom, left:right]


def pdf_text(path, page=None):
    """Return the text of a PDF's page on one line."""
    which = [] if page is None else ["-f", str(page), "-l", str(page)]
    done = subprocess.run(["pdftotext", *which, str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(unicodedata.normalize("NFKC", done.stdout).split())


def inflated(path):
    """Return a PDF's bytes with its streams inflated."""
    content = path.read_bytes()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL):
        try:
            content += zlib.decompress(stream)
        except zlib.error:
            continue
    return content


def page_count(path):
    """Return how many pages a PDF has, by its tree of pages; the georeference is a later version of a page."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", inflated(path)))


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
    # A temporary layer that no window has loaded has no record: its name is all there is to say.
    assert said(found)["title"] == hot.name() and said(found)["notes"] == ""


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


def test_pdf_holds_text_and_lands_whole(report, opened, tmp_path):
    opened("hotspots", "density")
    (tmp_path / "map.pdf").write_text("old")
    report(PDF=str(tmp_path / "map.pdf"), PNG=str(tmp_path / "map.png"), TITLE="What the chief sees", DPI=96)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.pdf", "map.png"]
    assert page_count(tmp_path / "map.pdf") == 1
    assert b"/Type /Font" in inflated(tmp_path / "map.pdf")
    if shutil.which("pdftotext"):
        text = pdf_text(tmp_path / "map.pdf")
        for words in (
            "What the chief sees",
            "Jan–Dec 2023 · 900 incidents",
            "Hot spot, 99 % confidence",
            "Reported crime is not",
        ):
            assert words in text


def test_one_page_for_each_division(report, opened, divisions, tmp_path):
    opened("clustered", "hotspots")
    path = tmp_path / "divisions.pdf"
    layout = report(PDF=str(path), DIVISIONS=divisions, DPI=72)
    assert page_count(path) == 4 and layout.atlas().enabled()
    counts = json.loads(qgis_core.QgsExpressionContextUtils.layoutScope(layout).variable("lacrime_facts"))
    assert list(counts.values()) == [f"{count} of them here" for count in expected_counts(divisions)]
    if shutil.which("pdftotext"):
        titles = [pdf_text(path, page).split(" · ")[0] for page in (1, 2, 3, 4)]
        names = ["Elsewhere", "Middle", "North <&> [% 1 + 1 %]", "South"]
        assert [title.split(": ")[1].split(" Jan")[0] for title in titles] == names
        assert "900 incidents · 0 of them here" in pdf_text(path, 1) and "Page 4 of 4." in pdf_text(path, 4)


def expected_counts(divisions):
    x, y = clustered()
    boxes = [feature.geometry().boundingBox() for feature in divisions.getFeatures()]
    return [
        int(((x > b.xMinimum()) & (x < b.xMaximum()) & (y > b.yMinimum()) & (y < b.yMaximum())).sum()) for b in boxes
    ]


def test_cells_are_counted_where_there_are_no_points(report, opened, divisions):
    opened("hotspots")
    layout = report(DIVISIONS=divisions, NAME_FIELD="number")
    counts = json.loads(qgis_core.QgsExpressionContextUtils.layoutScope(layout).variable("lacrime_facts"))
    numbers = [int(words.split()[0]) for words in counts.values()]
    assert all("of them in the cells here" in words for words in counts.values())
    assert sum(numbers[:2]) == 900 and numbers[3] == 0 and 0 < numbers[2] < 900
    assert layout.atlas().beginRender() and layout.atlas().first()
    assert said(layout)["title"] == "Hotspots of reported incidents: 0"


def test_a_kept_layout_works_in_the_project_opened_again(report, opened, tmp_path, divisions, tiles, log):
    opened("hotspots", "density")
    add_basemap(tiles, log)
    first, second = report(), report(DIVISIONS=divisions)
    assert (first.name(), second.name()) == (first.name(), f"{first.name()} (2)")
    before, drawn = boxes(first), items(first)["map"]
    crs, extent = drawn.crs().toProj().split()[:2], drawn.extent().toString(0)
    project = qgis_core.QgsProject.instance()
    assert project.write(str(tmp_path / "city.qgz"))
    names = [layer.name() for layer in project.layerTreeRoot().layerOrder()]
    project.clear()
    project.read(str(tmp_path / "city.qgz"))
    assert (
        [layer.name() for layer in project.layerTreeRoot().layerOrder()] == names == ["hotspots", "density", "Basemap"]
    )
    again = project.layoutManager().layoutByName("Hotspots and density of reported incidents")
    for name, box in boxes(again).items():
        assert box == pytest.approx(before[name], abs=0.01), name
    drawn = items(again)["map"]
    assert (drawn.crs().toProj().split()[:2], drawn.extent().toString(0)) == (crs, extent)
    nodes = items(again)["legend"].model().rootGroup().findLayers()
    entries = [len(items(again)["legend"].model().layerLegendNodes(node)) for node in nodes]
    assert entries == [7, 7]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (dict(PDF="map.txt"), "'{folder}/map.txt' does not end in .pdf"),
        (dict(PDF="nowhere/map.pdf"), "there is no folder '{folder}/nowhere'"),
        (dict(PNG="map.png", DIVISIONS=True), "'map.png' is a picture of one page"),
    ],
)
def test_files_that_cannot_be_written_are_named(report, opened, divisions, tmp_path, given, sentence):
    opened("hotspots")
    full = {name: divisions if value is True else str(tmp_path / value) for name, value in given.items()}
    with pytest.raises(qgis_core.QgsProcessingException, match=re.escape(sentence.format(folder=tmp_path))):
        report(**full)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_shown_is_said(report, qgis_new_project):
    project = qgis_core.QgsProject.instance()
    with pytest.raises(qgis_core.QgsProcessingException, match="There are no layers to show"):
        report()
    empty = project.addMapLayer(qgis_core.QgsVectorLayer("Point?crs=EPSG:32611", "empty", "memory"))
    with pytest.raises(qgis_core.QgsProcessingException, match="'empty' has no extent"):
        report()
    areas = project.addMapLayer(qgis_core.QgsVectorLayer("Polygon?crs=EPSG:32611", "none", "memory"), False)
    with pytest.raises(qgis_core.QgsProcessingException, match="'none' has no divisions"):
        report(LAYERS=[empty], DIVISIONS=areas)


def test_a_legend_that_takes_the_whole_page_is_refused(report, layer, qgis_new_project):
    project = qgis_core.QgsProject.instance()
    symbol = qgis_core.QgsMarkerSymbol.createSimple({})
    classes = [qgis_core.QgsRendererCategory(number, symbol.clone(), f"Class number {number}") for number in range(300)]
    layer.setRenderer(qgis_core.QgsCategorizedSymbolRenderer("number", classes))
    project.addMapLayer(layer)
    with pytest.raises(qgis_core.QgsProcessingException, match="The legend of 1 layer leaves no room for a map"):
        report()


@pytest.mark.parametrize("progress", [5, 50])
def test_cancel_writes_nothing(report, opened, divisions, tmp_path, log, progress):
    opened("hotspots")
    log.cancel_at = progress
    assert report(PDF=str(tmp_path / "map.pdf"), DIVISIONS=divisions, DPI=72) is None
    assert report.result == {} and list(tmp_path.iterdir()) == []
    assert qgis_core.QgsProject.instance().layoutManager().layouts() == []


def test_headless_from_files(plugin, files, tmp_path):
    import os

    plugins = os.path.dirname(os.path.dirname(plugin.__file__))
    target = tmp_path / "map.pdf"
    given = dict(LAYERS=files["hotspots"], PDF=target, DPI=72, PAPER="Letter")
    done = run_headless(tmp_path / "settings", plugins, "report_map", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert page_count(target) == 1
    if shutil.which("pdftotext"):
        assert "Hotspots of reported incidents" in pdf_text(target) and lg.__version__ in pdf_text(target)
