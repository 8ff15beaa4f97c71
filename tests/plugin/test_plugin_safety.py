"""What a run must never do: lose layers, put results beside the wrong rows, bring QGIS down, mix two runs' logs."""

import logging
import sqlite3
import threading

import numpy as np
import pytest
from bundled import clustered, column, point_layer, square_layer

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture
def city(tmp_path, incidents):
    """Return a GeoPackage with the layers points and mine."""
    path = tmp_path / "city.gpkg"
    incidents.to_file(path, layer="points")
    incidents[:5].to_file(path, layer="mine")
    return path


def layers(path):
    with sqlite3.connect(path) as database:
        return {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}


def refusal(run, name="hotspots", **parameters):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException) as caught:
        run(name, **parameters)
    return str(caught.value)


def test_an_input_is_never_written_over(run, city):
    for output in (str(city), f"ogr:dbname='{city}' table=\"points\" (geom)"):
        assert "is read and would be written" in refusal(run, INCIDENTS=f"{city}|layername=points", OUTPUT=output)
    assert layers(city) == {"points", "mine"}


def test_an_input_of_which_some_is_selected_is_never_written_over(run, city):
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorLayer

    layer = QgsVectorLayer(f"{city}|layername=points", "points", "ogr")
    QgsProject.instance().addMapLayer(layer)
    layer.selectAll()
    some = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    assert "is read and would be written" in refusal(run, INCIDENTS=some, OUTPUT=str(city))
    assert layers(city) == {"points", "mine"}


def test_a_delimited_text_is_never_written_over(run, tmp_path):
    from qgis.core import QgsVectorLayer

    path = tmp_path / "my calls.csv"
    path.write_text("x,y\n" + "".join(f"{380_000 + 70 * (n % 9)},{3_760_000 + 90 * n}\n" for n in range(60)))
    before = path.read_text()
    source = f"{path.as_uri()}?type=csv&xField=x&yField=y&crs=EPSG:32611"
    layer = QgsVectorLayer(source, "calls", "delimitedtext")
    assert layer.featureCount() == 60
    assert "is read and would be written" in refusal(run, INCIDENTS=layer, OUTPUT=str(path))
    assert path.read_text() == before


def test_a_boundary_is_never_written_over(run, layer, tmp_path):
    import geopandas as gpd
    from shapely.geometry import box

    path = tmp_path / "area.gpkg"
    gpd.GeoDataFrame(geometry=[box(-118.4, 34.0, -118.3, 34.08)], crs="EPSG:4326").to_file(path)
    assert "is read" in refusal(run, INCIDENTS=layer, BOUNDARY=str(path), OUTPUT=str(path))


def test_other_layers_of_a_geopackage_are_not_lost(run, layer, city):
    assert "holds other layers (mine, points)" in refusal(run, INCIDENTS=layer, OUTPUT=str(city))
    assert layers(city) == {"points", "mine"}


@pytest.mark.parametrize("name", ["hot.gpkg", "hot.2023.09.gpkg"])
def test_a_run_may_replace_its_own_output(run, layer, tmp_path, name):
    for _ in range(2):
        run("hotspots", INCIDENTS=layer, OUTPUT=str(tmp_path / name))
    assert len(layers(tmp_path / name)) == 1


def test_metadata_stay_in_a_file_whose_name_has_dots(run, layer, tmp_path):
    from qgis.core import QgsVectorLayer

    alone = tmp_path / "sent" / "hot.2023.09.gpkg"
    alone.parent.mkdir()
    run("hotspots", INCIDENTS=layer, OUTPUT=str(tmp_path / alone.name))
    (tmp_path / alone.name).rename(alone)
    opened = QgsVectorLayer(str(alone), "sent", "ogr")
    assert any("lacrime:hotspots" in line for line in opened.metadata().history())


def test_an_output_without_an_ending_is_staged_too(run, layer, tmp_path, log):
    (tmp_path / "keep.gpkg").write_text("what was there before")
    log.cancel_at = 75
    assert run("hotspots", INCIDENTS=layer, OUTPUT=str(tmp_path / "keep")) == {}
    assert (tmp_path / "keep.gpkg").read_text() == "what was there before"
    log.cancel_at = None


@pytest.mark.parametrize("ending", [".png", ".gpkg", ".asc"])
def test_a_density_is_a_geotiff_only(run, layer, tmp_path, ending):
    assert f"ends in {ending}" in refusal(run, "kde", INCIDENTS=layer, OUTPUT=str(tmp_path / f"d{ending}"))


def bow_tie():
    from qgis.core import QgsFeature, QgsGeometry

    layer = square_layer()
    feature = QgsFeature(layer.fields())
    feature.setAttributes([3])
    feature.setGeometry(
        QgsGeometry.fromWkt("Polygon((380000 3760000, 381000 3761000, 381000 3760000, 380000 3761000, 380000 3760000))")
    )
    layer.dataProvider().addFeatures([feature])
    return layer


def test_an_invalid_polygon_stops_with_a_sentence(run):
    message = refusal(run, "gi_star", FEATURES=bow_tie(), VALUE="crimes")
    assert "1 of 65 geometries are invalid, first in row 64" in message


def test_invalid_polygons_are_skipped_and_counted_where_the_user_has_set_so(run, log):
    from qgis.core import QgsFeatureRequest, QgsProcessingFeatureSourceDefinition, QgsProject

    layer = bow_tie()
    QgsProject.instance().addMapLayer(layer)
    source = QgsProcessingFeatureSourceDefinition(
        layer.id(),
        flags=QgsProcessingFeatureSourceDefinition.Flag.FlagOverrideDefaultGeometryCheck,
        geometryCheck=QgsFeatureRequest.InvalidGeometryCheck.GeometrySkipInvalid,
    )
    output = run("gi_star", FEATURES=source, VALUE="crimes")["OUTPUT"]
    assert output.featureCount() == 65
    assert np.isnan(column(output, "z").astype(float)).sum() == 1
    assert any("1 invalid geometries are left out" in line for line in log.lines)


def test_repeating_feature_ids_are_refused(run):
    from qgis.core import QgsProject, QgsVectorLayer

    QgsProject.instance().addMapLayer(point_layer(*clustered(), name="basis"))
    virtual = QgsVectorLayer("?query=SELECT number % 10 AS k, * FROM basis&uid=k", "virtual", "virtual")
    assert virtual.featureCount() == 900
    assert "Feature ids of 'virtual' repeat" in refusal(run, "dbscan", INCIDENTS=virtual)


def test_text_is_no_value(run, layer):
    message = refusal(run, "kde", INCIDENTS=layer, WEIGHT="category")
    assert message == "weight column 'category' must be numbers; the first value is 'burglary'."


def test_a_table_without_points_says_how_to_load_it(run, tmp_path):
    (tmp_path / "crimes.csv").write_text("LAT,LON\n34.0,-118.3\n")
    assert "Add Delimited Text Layer" in refusal(run, INCIDENTS=str(tmp_path / "crimes.csv"))


def test_official_dates_in_a_text_column_choose_a_period(run, incidents, tmp_path):
    days = [f"{1 + row % 12:02d}/15/2023 12:00:00 AM" for row in range(len(incidents))]
    incidents.assign(when=days).to_file(tmp_path / "a.gpkg")
    chosen = dict(TIME_COLUMN="when", SINCE="2023-07-01")
    assert column(run("hotspots", INCIDENTS=str(tmp_path / "a.gpkg"), **chosen)["OUTPUT"], "count").sum() == 450


def test_a_projection_and_places_at_zero_are_announced(run, log):
    x, y = clustered()
    output = run("hotspots", INCIDENTS=point_layer(np.r_[x, 0.0, 0.0], np.r_[y, 0.0, 0.0]))["OUTPUT"]
    assert column(output, "count").sum() == 900
    assert "projected from EPSG:4326 to EPSG:32611, in metres" in log.lines
    assert any("2 incidents at longitude 0, latitude 0" in line for line in log.lines)


def test_each_run_hears_only_its_own_thread(plugin, log):
    from lacrime_qgis.feedback import announcing

    with announcing(log):
        other = threading.Thread(target=lambda: logging.getLogger("lacrime_geo").info("of another run"))
        other.start()
        other.join()
        logging.getLogger("lacrime_geo").info("of this run")
    assert log.lines == ["of this run"]


def test_a_format_without_empty_rows_says_what_it_leaves_out(run, layer, tmp_path, log):
    output = run("dbscan", INCIDENTS=layer, OUTPUT=str(tmp_path / "a.fgb"))["OUTPUT"]
    assert output.startswith(str(tmp_path / "a.fgb"))
    assert any("holds no rows without geometry: 7 are left out" in line for line in log.lines)


@pytest.mark.parametrize("ending", ["shp", "dbf", "fgb", "sqlite"])
def test_a_table_in_a_format_of_shapes_is_refused_before_anything_is_made(run, layer, tmp_path, ending):
    table = str(tmp_path / f"table.{ending}")
    for name, output in (("incremental_moran", "OUTPUT"), ("hotspots", "CURVE"), ("overview", "CONCENTRATION")):
        assert "would hold a table without shapes" in refusal(run, name, INCIDENTS=layer, **{output: table})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "gpkg", "xlsx"])
def test_a_table_in_a_format_that_the_refusal_names_is_written(run, layer, tmp_path, ending):
    from qgis.core import QgsVectorLayer

    made = run("incremental_moran", INCIDENTS=layer, OUTPUT=str(tmp_path / f"table.{ending}"))["OUTPUT"]
    assert QgsVectorLayer(made, "made", "ogr").featureCount() == 20


def test_a_layer_removed_during_the_run_is_still_written(provider, layer):
    """The features are held from the start: QGIS would crash on a layer that is gone."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject

    name = QgsProject.instance().addMapLayer(point_layer(*clustered(3000), name="leaving")).id()

    class Removing(QgsProcessingFeedback):
        def setProgress(self, progress):
            if progress > 40:
                QgsProject.instance().removeMapLayer(name)

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().algorithmById("lacrime:dbscan").create()
    parameters = {"INCIDENTS": name, "OUTPUT": "memory:", "CLUSTERS": None}
    results, done = algorithm.run(parameters, context, Removing(False))
    assert done
    assert context.getMapLayer(results["OUTPUT"]).featureCount() == 3000
