"""lacrime:report_map: its files, its pages for divisions, the layout that is kept, and what it refuses."""

import json
import os
import re
import shutil

import pytest
from bundled import clustered
from printed import add_basemap, boxes, inflated, items, page_count, pdf_text, said

import lacrime_geo as lg
from tools.headless_qgis import run_headless

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


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


def test_a_division_without_a_shape_is_refused_and_one_without_a_name_called_so(report, opened, divisions):
    opened("hotspots")
    (number,) = (one.id() for one in divisions.getFeatures() if one["area_name"] == "Middle")
    divisions.dataProvider().changeAttributeValues({number: {divisions.fields().indexOf("area_name"): ""}})
    layout = report(DIVISIONS=divisions, NAME_FIELD="area_name")
    atlas = layout.atlas()
    assert atlas.beginRender() and atlas.updateFeatures() == 4
    assert atlas.nameForPage(3) == "without a name"
    divisions.dataProvider().changeGeometryValues({number: qgis_core.QgsGeometry()})
    sentence = f"1 of 4 divisions of 'areas' have no geometry, first feature {number}"
    with pytest.raises(qgis_core.QgsProcessingException, match=sentence):
        report(DIVISIONS=divisions)


def test_a_field_of_names_that_is_not_there_is_refused(report, opened, divisions):
    opened("hotspots")
    with pytest.raises(qgis_core.QgsProcessingException, match=r"no column 'nope' in 'areas'; .* number, area_name"):
        report(DIVISIONS=divisions, NAME_FIELD="nope")


def test_divisions_without_any_field_have_no_names(report, opened, divisions):
    opened("hotspots")
    bare = qgis_core.QgsVectorLayer("Polygon?crs=EPSG:4326", "bare", "memory")
    bare.dataProvider().addFeatures(divisions.getFeatures())
    atlas = report(DIVISIONS=qgis_core.QgsProject.instance().addMapLayer(bare, False)).atlas()
    assert atlas.beginRender() and atlas.updateFeatures() == 4 and atlas.nameForPage(0) == "without a name"


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


@pytest.mark.parametrize("kind", ["QgsVectorLayer", "QgsRasterLayer"])
def test_a_named_layer_whose_source_is_gone_is_refused_and_an_unnamed_one_left_out(report, opened, kind):
    (hotspots,) = opened("hotspots")
    gone = getattr(qgis_core, kind)("/nowhere/gone.tif", "gone", "gdal" if "Raster" in kind else "ogr")
    qgis_core.QgsProject.instance().addMapLayer(gone)
    with pytest.raises(qgis_core.QgsProcessingException, match="The source of 'gone' is gone"):
        report(LAYERS=[hotspots, gone])
    assert items(report())["map"].layers() == [hotspots]


def test_an_extent_without_area_is_refused(report, opened):
    opened("hotspots")
    with pytest.raises(qgis_core.QgsProcessingException, match=r"'1,1,2,2 \[EPSG:4326\]' has no area in EPSG:32611"):
        report(EXTENT="1,1,2,2 [EPSG:4326]")


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


def test_headless_from_files(plugin, map_files, tmp_path):
    plugins = os.path.dirname(os.path.dirname(plugin.__file__))
    target = tmp_path / "map.pdf"
    given = dict(LAYERS=map_files["hotspots"], PDF=target, DPI=72, PAPER="Letter")
    done = run_headless(tmp_path / "settings", plugins, "report_map", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert page_count(target) == 1
    if shutil.which("pdftotext"):
        assert "Hotspots of reported incidents" in pdf_text(target) and lg.__version__ in pdf_text(target)


@pytest.mark.parametrize("south", [-95, 3_760_000])
def test_divisions_off_the_globe_are_refused_before_a_page_moves_there(run, opened, tmp_path, south):
    opened("hotspots")
    areas = qgis_core.QgsVectorLayer("Polygon?crs=EPSG:4326&field=name:string", "areas", "memory")
    for box in ((-118.4, 34, -118.3, 34.1), (0, south, 10, south + 6)):
        feature = qgis_core.QgsFeature(areas.fields())
        feature.setGeometry(qgis_core.QgsGeometry.fromRect(qgis_core.QgsRectangle(*box)))
        areas.dataProvider().addFeature(feature)
    qgis_core.QgsProject.instance().addMapLayer(areas)
    with pytest.raises(qgis_core.QgsProcessingException, match="Feature 2 of 'areas' cannot be projected"):
        run("report_map", DIVISIONS=areas, PDF=str(tmp_path / "areas.pdf"))
