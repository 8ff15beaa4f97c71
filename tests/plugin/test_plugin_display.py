"""How outputs arrive in a project: named, styled, grouped, with the record of how they were made."""

import pytest
from bundled import clustered, point_layer, square_layer

from lacrime_geo.styles import palettes

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

CONFIDENCES = [entry.label for entry in palettes.BINS]


def labels(layer):
    return [item.label() for item in layer.renderer().legendSymbolItems()]


def history(layer):
    return "\n".join(layer.metadata().history())


def test_hotspots_arrive_with_confidence_classes(load, layer):
    hot = load("hotspots", INCIDENTS=layer)["Hotspots"]
    assert hot.renderer().type() == "categorizedSymbol"
    assert hot.renderer().classAttribute() == "bin"
    assert labels(hot) == CONFIDENCES
    assert hot.opacity() == pytest.approx(0.7)
    colours = {category.value(): category.symbol().color().name() for category in hot.renderer().categories()}
    assert {str(value): colour for value, colour in colours.items()} == {
        str(entry.value): entry.colour or "#ffffff" for entry in palettes.BINS
    }
    assert "cell_size: 150.0" in history(hot)
    assert "cell_size_reason: the shorter side" in history(hot)


def test_density_legend_names_its_unit(load, layer):
    (density,) = load("kde", INCIDENTS=layer).values()
    bandwidth = next(line for line in density.metadata().history() if line.startswith("bandwidth: "))
    metres = float(bandwidth.removeprefix("bandwidth: "))
    assert density.name() == f"Density ({metres:,g} m) · Jan–Dec 2023 · n = 900"
    items = density.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert len(items) == len(palettes.DENSITY)
    assert all("incidents per km²" in item.label for item in items)
    assert items[0].color.alpha() == 0
    assert [item.color.alpha() for item in items] == sorted(item.color.alpha() for item in items)
    assert "bandwidth_reason: reference rule" in history(density)


def test_the_legend_of_a_density_is_its_classes_alone(load, layer):
    from qgis.core import QgsLayerTreeModel, QgsProject
    from qgis.PyQt.QtCore import Qt

    (density,) = load("kde", INCIDENTS=layer).values()
    root = QgsProject.instance().layerTreeRoot()
    model = QgsLayerTreeModel(root)  # its nodes end with it
    shown = model.layerLegendNodes(root.findLayer(density.id()))
    items = density.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [node.data(Qt.ItemDataRole.DisplayRole) for node in shown] == [item.label for item in items]


@pytest.mark.parametrize(("breaks", "dark"), [("equal", False), ("quantiles", True)])
def test_density_in_another_look(load, layer, breaks, dark):
    (density,) = load("kde", INCIDENTS=layer, BREAKS=breaks, DARK=dark).values()
    items = density.renderer().shader().rasterShaderFunction().colorRampItemList()
    colours = palettes.DENSITY[::-1] if dark else palettes.DENSITY
    assert [item.color.name() for item in items] == list(colours)
    steps = [after.value - before.value for before, after in zip(items[:-2], items[1:-1])]
    assert (max(steps) < 1.3 * min(steps)) == (breaks == "equal")
    assert items[0].color.alpha() == 0


def test_relative_risk_arrives_in_words_with_its_tolerance_contours(load, layer):
    found = load("risk_ratio", INCIDENTS=layer, POPULATION=layer, CATEGORY="robbery", BANDWIDTH=600.0)
    risk, lines = (next(v for k, v in found.items() if k.startswith(start)) for start in ("Relative", "Tolerance"))
    items = risk.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [item.label for item in items] == [words for _, words, _, _ in palettes.RATIOS]
    assert [item.color.alpha() == 0 for item in items] == [number == 3 for number in range(7)]
    assert "2 to 4 times" in items[5].label and "p_method: asymptotic" in history(risk)
    assert labels(lines)[0] == "Risk raised, p ≤ 0.01"


def test_clusters_arrive_as_a_group_with_hulls_on_top(load, layer):
    from qgis.core import QgsProject

    layers = load("dbscan", INCIDENTS=layer)
    points, hulls = layers["Clustered incidents"], layers["Clusters"]
    group = QgsProject.instance().layerTreeRoot().children()[0]
    assert [node.layerId() for node in group.children()] == [hulls.id(), points.id()]
    assert labels(points)[:2] == ["Cluster 1 by size", "Cluster 2 by size"]
    assert "In no cluster" in labels(points)
    assert hulls.labelsEnabled()
    assert "incidents" in hulls.labeling().settings().fieldName
    assert "eps_reason: knee" in history(hulls)


def test_gi_star_of_polygons_and_points_differ_in_symbols_only(load):
    polygons = load("gi_star", FEATURES=square_layer(), VALUE="crimes")["Gi* of crimes"]
    x, y = clustered(60)
    points = load("gi_star", FEATURES=point_layer(x, y), VALUE="harm", NEIGHBOURS="knn")["Gi* of harm"]
    assert labels(polygons) == labels(points) == CONFIDENCES
    layers = [
        category.symbol().symbolLayer(0).layerType()
        for found in (polygons, points)
        for category in found.renderer().categories()[:1]
    ]
    assert layers == ["SimpleFill", "SimpleMarker"]


def test_each_of_two_runs_keeps_its_style_and_group(load, layer):
    from qgis.core import QgsProject

    load("hotspots", INCIDENTS=layer, CURVE=None)
    load("hotspots", INCIDENTS=layer, CELL_SIZE=400.0, CURVE=None)
    layers = list(QgsProject.instance().mapLayers().values())
    assert [labels(found) for found in layers] == [CONFIDENCES, CONFIDENCES]
    groups = QgsProject.instance().layerTreeRoot().children()
    assert [len(group.children()) for group in groups] == [1, 1]


def test_file_outputs_carry_style_and_metadata_beside_them(run, layer, tmp_path):
    from qgis.core import QgsVectorLayer

    table = tmp_path / "curve.csv"
    results = run("hotspots", INCIDENTS=layer, DISTANCE_BAND=225, OUTPUT=str(tmp_path / "hot.gpkg"), CURVE=str(table))
    assert results["OUTPUT"].startswith(str(tmp_path / "hot.gpkg"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "curve.csv",
        "curve.qmd",
        "hot.gpkg",
        "hot.qmd",
        "hot.qml",
    ]
    opened = QgsVectorLayer(results["OUTPUT"], "again", "ogr")
    assert labels(opened) == CONFIDENCES
    opened.loadDefaultMetadata()
    assert "distance_band: 225.0" in history(opened)


def test_a_file_output_is_loaded_from_its_final_place(load, layer, tmp_path):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    target = QgsProcessingOutputLayerDefinition(str(tmp_path / "hot.gpkg"), QgsProject.instance())
    hot = load("hotspots", INCIDENTS=layer, OUTPUT=target)["Hotspots"]
    assert hot.isValid()
    assert hot.source().startswith(str(tmp_path / "hot.gpkg"))
    assert labels(hot) == CONFIDENCES


@pytest.mark.parametrize(("name", "option", "ending"), [("hotspots", "CELL_SIZE", "gpkg"), ("kde", "BANDWIDTH", "tif")])
def test_a_run_into_the_file_of_a_layer_that_is_shown_shows_the_new_data(load, layer, tmp_path, name, option, ending):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    project = QgsProject.instance()
    target = QgsProcessingOutputLayerDefinition(str(tmp_path / f"made.{ending}"), project)
    for metres in (300, 700):
        load(name, **{"INCIDENTS": layer, "OUTPUT": target, "CURVE": None, option: metres})
    (shown,) = project.mapLayers().values()
    opened = type(shown)(shown.source(), "opened", shown.providerType())
    assert numbers(shown) == numbers(opened)
    assert shown.extent().width() == pytest.approx(opened.extent().width(), rel=1e-3)  # an index is less exact
    (group,) = project.layerTreeRoot().children()  # that of the first run is not left behind without layers
    assert [node.layerId() for node in group.children()] == [shown.id()]


def test_copies_of_a_layer_show_what_a_run_has_put_into_its_file_too(load, layer, tmp_path):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject, QgsRasterLayer

    project, path = QgsProject.instance(), str(tmp_path / "made.tif")
    target = QgsProcessingOutputLayerDefinition(path, project)
    load("kde", INCIDENTS=layer, OUTPUT=target, BANDWIDTH=300)
    project.addMapLayer(QgsRasterLayer(path, "a copy"))
    load("kde", INCIDENTS=layer, OUTPUT=target, BANDWIDTH=700)
    expected = numbers(QgsRasterLayer(path, "opened"))
    assert [numbers(shown) for shown in project.mapLayers().values()] == [expected, expected]


def numbers(layer):
    """Return the rows of a layer, or the size and the statistics of a raster."""
    if hasattr(layer, "getFeatures"):
        return sorted(map(str, (feature.attributes() for feature in layer.getFeatures())))
    found = layer.dataProvider().bandStatistics(1)
    return layer.width(), layer.height(), found.maximumValue, found.mean


def test_the_raster_is_tiled_compressed_and_has_overviews(run, tmp_path, read_raster):
    x, y = clustered()
    run("kde", INCIDENTS=point_layer(x, y), BANDWIDTH=300.0, CELL_SIZE=15.0, OUTPUT=str(tmp_path / "density.tif"))
    raster = read_raster(tmp_path / "density.tif")
    assert (raster["profile"]["tiled"], raster["profile"]["compress"]) == (True, "deflate")
    assert raster["overviews"][0] == 2
    assert str(raster["profile"]["nodata"]) == "nan"
    assert raster["profile"]["crs"].to_epsg() == 32611
