"""lacrime:overview: the single algorithms' results by one reading, in one group, all or none, each to be made again alone."""

import time

import numpy as np
import pytest
from bundled import ROOT, clustered, column, point_layer, square_layer

import lacrime_geo as lg

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

LAYERS = ("DENSITY", "HOTSPOTS", "CLUSTERS", "CLUSTERED", "CONCENTRATION")
ENDINGS = {"DENSITY": "density.tif", "SUMMARY": "summary.html"}


def files(folder, names=(*LAYERS, "SUMMARY")):
    return {name: str(folder / ENDINGS.get(name, f"{name.lower()}.gpkg")) for name in names}


def opened(path):
    layer = qgis_core.QgsVectorLayer(str(path), "again", "ogr")
    assert layer.isValid(), path
    return layer


@pytest.fixture
def overview(provider, log):
    """Return a function that runs the overview as a script does, with what is asked for only."""
    import processing

    def overview(layer, **parameters):
        return processing.run("lacrime:overview", dict(INCIDENTS=layer, **parameters), feedback=log)

    return overview


def loaded(load, layer, **parameters):
    """Run the overview as the toolbox does; return the group of its layers."""
    made = {
        name: qgis_core.QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", qgis_core.QgsProject.instance())
        for name in LAYERS
    }
    load("overview", OUTPUT=None, INCIDENTS=layer, **{**made, **parameters})
    return qgis_core.QgsProject.instance().layerTreeRoot().children()[0]


def test_results_are_those_of_the_single_algorithms(overview, run, layer, read_raster, tmp_path):
    made = overview(layer, **files(tmp_path))
    assert set(made) == {*LAYERS, "SUMMARY"}
    density = run("kde", INCIDENTS=layer)["OUTPUT"]
    np.testing.assert_array_equal(read_raster(made["DENSITY"])["values"], read_raster(density)["values"])
    hot, found = run("hotspots", INCIDENTS=layer), run("dbscan", INCIDENTS=layer)
    units = {"UNITS": made["HOTSPOTS"]}
    for name, expected in (
        ("HOTSPOTS", hot["OUTPUT"]),
        ("CLUSTERS", found["CLUSTERS"]),
        ("CLUSTERED", found["OUTPUT"]),
        ("CONCENTRATION", run("concentration", INCIDENTS=layer, **units)["OUTPUT"]),
    ):
        names = [field for field in expected.fields().names() if field != "fid"]
        assert opened(made[name]).featureCount() == expected.featureCount() > 0
        for field in names:
            np.testing.assert_array_equal(column(opened(made[name]), field), column(expected, field))


def test_the_page_is_the_librarys(overview, layer, incidents, tmp_path):
    days = [f"2023-{1 + row % 12:02d}-{1 + row % 28:02d}T12:00:00" for row in range(len(incidents))]
    kinds = ["robbery" if row % 2 else "burglary" for row in range(len(incidents))]
    frame = incidents.assign(occurred=np.array(days, dtype="M8[s]"), category=kinds)
    given = dict(since="2023-02-01", until="2023-12-01", category="burglary")
    script = lg.overview(lg.as_incidents(frame).select(**given))
    upper = {name.upper(): value for name, value in given.items()}
    page = overview(layer, **upper, **files(tmp_path, ["SUMMARY"]))["SUMMARY"]
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert page == str(tmp_path / "summary.html") and [path.name for path in tmp_path.iterdir()] == ["summary.html"]
    # Rows without a place are dated in the layer too: they count among those of the period.
    assert all(said in text for said in script.findings[1:] if "no place" not in said)
    assert script.title in text


def test_all_layers_arrive_in_one_group_in_order_named_and_styled(load, layer):
    group = loaded(load, layer, CATEGORY="burglary", SINCE="2023-03-01", UNTIL="2023-12-01")
    assert group.name().startswith("Overview · burglary · Mar–Nov 2023 · n = ")
    names = [node.name().split(" · ")[0] for node in group.children()]
    assert names[:3] == ["Clusters", "Clustered incidents", "Hotspots"] and names[4] == "Concentration"
    assert names[3].startswith("Density (")
    hulls, points, cells, density, table = (node.layer() for node in group.children())
    assert hulls.renderer().type() == points.renderer().type() == cells.renderer().type() == "categorizedSymbol"
    assert hulls.labelsEnabled() and density.renderer().type() == "singlebandpseudocolor" and not table.isSpatial()
    assert cells.name().startswith("Hotspots · burglary · Mar–Nov 2023")
    seen = [node.isVisible() for node in group.children()]
    assert seen[:4] == [True, True, True, False]  # a density beneath the cells would tint what is not significant


def test_each_map_is_a_theme(load, layer):
    group = loaded(load, layer)
    themes = qgis_core.QgsProject.instance().mapThemeCollection()
    by_title = {name.split(" · ")[0].split(" (")[0]: themes.mapThemeVisibleLayers(name) for name in themes.mapThemes()}
    hulls, _, cells, density, _ = (node.layer() for node in group.children())
    assert by_title == {"Clusters": [hulls], "Hotspots": [cells], "Density": [density]}


def test_a_density_without_hotspots_is_seen(load, layer):
    group = loaded(load, layer, HOTSPOTS=None)
    assert [node.isVisible() for node in group.children() if node.name().startswith("Density")] == [True]


def test_a_second_overview_has_a_group_of_its_own(load, layer):
    for _ in range(2):
        loaded(load, layer)
    names = [group.name() for group in qgis_core.QgsProject.instance().layerTreeRoot().children()]
    assert len(names) == 2 and names[0] == f"{names[1]} (2)"


def test_what_is_not_wanted_is_not_made(overview, layer, tmp_path):
    made = overview(layer, **files(tmp_path, ["HOTSPOTS"]))
    assert set(made) == {"HOTSPOTS"} and {path.suffix for path in tmp_path.iterdir()} == {".gpkg", ".qml", ".qmd"}


def test_few_incidents_give_what_they_can(overview, log, tmp_path):
    x, y = clustered(45)
    made = overview(point_layer(x, y), **files(tmp_path))
    assert set(made) == {"DENSITY", "CLUSTERS", "CLUSTERED", "SUMMARY"}
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert "What could not be computed" in text and "at least 60 incidents" in text
    assert any("at least 60 incidents" in line for line in log.lines)


@pytest.mark.parametrize(
    ("name", "algorithm", "output"),
    [
        ("DENSITY", "kde", "output.tif"),
        ("HOTSPOTS", "hotspots", "output.gpkg"),
        ("CLUSTERS", "dbscan", "clusters.gpkg"),
        ("CLUSTERED", "dbscan", "output.gpkg"),
        ("CONCENTRATION", "overview", "concentration.gpkg"),
    ],
)
def test_each_layer_is_made_again_from_its_metadata(
    overview, run, incidents, read_raster, tmp_path, name, algorithm, output
):
    incidents.to_file(tmp_path / "points.gpkg", driver="GPKG")
    city = square_layer(side=1)
    city.dataProvider().changeGeometryValues(
        {1: qgis_core.QgsGeometry.fromRect(qgis_core.QgsRectangle(370_000, 3_760_000, 386_000, 3_775_000))}
    )
    made = overview(
        str(tmp_path / "points.gpkg"), BOUNDARY=saved(city, tmp_path / "city.gpkg"), **files(tmp_path, [name])
    )
    run("rerun", LAYER=made[name], FOLDER=str(tmp_path / "again"))
    again = tmp_path / "again" / f"{algorithm}_{output}"
    if name == "DENSITY":
        np.testing.assert_array_equal(read_raster(again)["values"], read_raster(made[name])["values"])
        return
    old, new = opened(made[name]), opened(again)
    assert old.featureCount() == new.featureCount() > 0
    for field in old.fields().names():
        np.testing.assert_array_equal(column(new, field), column(old, field))


def saved(layer, path):
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), layer.transformContext(), options)
    return str(path)


@pytest.mark.parametrize("share", [5, 30, 55, 75, 98])
def test_a_cancelled_run_writes_nothing_and_stops_at_once(overview, layer, log, tmp_path, share):
    log.cancel_at = share
    begun = time.monotonic()
    assert overview(layer, **files(tmp_path)) == {}
    assert time.monotonic() - begun < 20 and list(tmp_path.iterdir()) == []


def test_progress_rises_over_all_parts(overview, layer, log, tmp_path):
    seen = []
    log.progressChanged.connect(seen.append)
    overview(layer, **files(tmp_path))
    assert seen == sorted(seen) and seen[-1] == 100
    assert max(np.diff([0, *seen])) < 25


def test_a_layer_that_cannot_be_written_leaves_all_as_it_was(overview, layer, tmp_path):
    (tmp_path / "hotspots.gpkg").write_text("what was there before")
    with pytest.raises(qgis_core.QgsProcessingException, match="no folder"):
        overview(layer, **{**files(tmp_path), "SUMMARY": str(tmp_path / "none" / "summary.html")})
    assert [path.name for path in tmp_path.iterdir()] == ["hotspots.gpkg"]
    assert (tmp_path / "hotspots.gpkg").read_text() == "what was there before"


def test_the_input_is_not_written_over(overview, incidents, tmp_path):
    incidents.to_file(tmp_path / "hotspots.gpkg", driver="GPKG")
    with pytest.raises(qgis_core.QgsProcessingException, match="is read and would be written over"):
        overview(str(tmp_path / "hotspots.gpkg"), **files(tmp_path))


def test_the_sample_city(overview, tmp_path):
    lg.read_lapd(ROOT / "sample_layers" / "incidents.csv.gz").to_file(tmp_path / "incidents.gpkg")
    divisions = str(ROOT / "sample_layers" / "divisions.geojson")
    made = overview(str(tmp_path / "incidents.gpkg"), BOUNDARY=divisions, **files(tmp_path))
    script = lg.overview(tmp_path / "incidents.gpkg", boundary=divisions)
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert all(said in text for said in script.findings) and all(said in text for said in script.caveats)
    hot = opened(made["HOTSPOTS"])
    np.testing.assert_array_equal(column(hot, "bin"), script.hotspots["bin"])
