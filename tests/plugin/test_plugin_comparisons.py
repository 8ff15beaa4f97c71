"""Places compared in QGIS: tables without places as well, the page, and how the maps are drawn."""

from pathlib import Path

import numpy as np
import pytest
from bundled import column, square_layer

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

AGENCIES = {"name": ["A", "B", "C", "D"], "crimes": [120, 80, 950, 4], "people": [40_000, 39_000, 52_000, 900]}


@pytest.fixture
def agencies(tmp_path):
    """Return the path of a table without places."""
    path = tmp_path / "agencies.csv"
    rows = zip(*AGENCIES.values())
    path.write_text(
        "\n".join([",".join(AGENCIES), *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8"
    )
    return str(path)


@pytest.mark.parametrize("name", ["rates", "funnel", "rank_intervals"])
def test_a_table_without_places_gives_what_a_script_gets_and_no_map(run, agencies, name):
    results = run(name, FEATURES=agencies, COUNT="crimes", POPULATION="people")
    expected = getattr(lg, name)(AGENCIES, count="crimes", population="people")
    found = results["OUTPUT"]
    assert not results.get("MAP") and list(column(found, "name")) == AGENCIES["name"]
    np.testing.assert_allclose(column(found, "rate"), expected["rate"])


def test_usual_columns_are_found_in_any_case(run, tmp_path):
    path = tmp_path / "titled.csv"
    path.write_text("Name,Count,Population\nA,12,1000\nB,9,1000\nC,40,1500\n", encoding="utf-8")
    found = run("rates", FEATURES=str(path))["OUTPUT"]
    assert list(column(found, "name")) == ["A", "B", "C"] and list(column(found, "count")) == [12, 9, 40]


def test_selected_rows_keep_the_order_of_the_table(run, qgis_new_project):
    from qgis.core import QgsFeature, QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorLayer

    table = QgsVectorLayer("NoGeometry?field=name:string&field=count:int&field=population:int", "places", "memory")
    rows = []
    for number in range(40):
        rows.append(QgsFeature(table.fields()))
        rows[-1].setAttributes([f"p{number}", 10 + number % 7, 1000])
    table.dataProvider().addFeatures(rows)
    QgsProject.instance().addMapLayer(table)
    table.selectByExpression('"count" > 11')
    found = run("rates", FEATURES=QgsProcessingFeatureSourceDefinition(table.id(), selectedFeaturesOnly=True))["OUTPUT"]
    assert list(column(found, "name")) == [f"p{number}" for number in range(40) if number % 7 > 1]


def test_the_page_and_the_map(run, qgis_new_project, tmp_path):
    page, layer = str(tmp_path / "funnel.html"), str(tmp_path / "funnel.gpkg")
    run("funnel", FEATURES=square_layer(), COUNT="crimes", POPULATION="residents", PAGE=page, MAP=layer)
    assert "<svg" in Path(page).read_text(encoding="utf-8") and Path(layer).with_suffix(".qml").exists()


@pytest.mark.parametrize("name", ["rates", "funnel", "rank_intervals"])
def test_every_place_of_the_map_has_a_class(load, name):
    from qgis.core import QgsRenderContext

    layers = load(name, FEATURES=square_layer(), COUNT="crimes", POPULATION="residents")
    layer = next(layer for layer in layers.values() if layer.isSpatial())
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.expressionContext().setFields(layer.fields())
    renderer.startRender(context, layer.fields())
    drawn = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        drawn.append(renderer.willRenderFeature(feature, context))
    renderer.stopRender(context)
    assert len(drawn) == 64 and all(drawn) and layer.name().startswith("Map of the")
