"""What a layer knows of how it was made, where it stands, and that it can be made again from that alone."""

import json
import shutil

import numpy as np
import pytest
from bundled import clustered, column, inputs_of, point_layer, square_layer

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture
def record_of(plugin):
    import lacrime_qgis.provenance

    return lacrime_qgis.provenance.record_of


@pytest.fixture
def points(tmp_path, incidents):
    """Return the path of a GeoPackage of 900 points."""
    incidents.to_file(tmp_path / "points.gpkg", driver="GPKG")
    return tmp_path / "points.gpkg"


def opened(path):
    from qgis.core import QgsRasterLayer, QgsVectorLayer

    path = str(path)
    return QgsRasterLayer(path, "again") if path.endswith(".tif") else QgsVectorLayer(path, "again", "ogr")


def test_a_geopackage_carries_its_record_inside_when_sent_on_alone(run, points, tmp_path, record_of):
    run("hotspots", INCIDENTS=str(points), CELL_SIZE=400, OUTPUT=str(tmp_path / "hot.gpkg"))
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(tmp_path / "hot.gpkg", tmp_path / "elsewhere" / "sent.gpkg")
    record = record_of(opened(tmp_path / "elsewhere" / "sent.gpkg"))
    assert record["algorithm"] == "lacrime:hotspots" and record["version"] == lg.__version__
    assert record["given"]["CELL_SIZE"] == 400 and record["given"]["INCIDENTS"] == str(points)
    assert record["inputs"]["INCIDENTS"]["name"] == "points" and len(record["inputs"]["INCIDENTS"]["fingerprint"]) == 16
    assert record["parameters"]["distance_band"] == 600.0 and "distance_band_reason" in record["parameters"]
    assert record["made"].startswith("20") and record["made"].endswith("Z")


def test_a_geotiff_carries_its_record_inside_and_qgis_reads_it_beside(run, points, tmp_path, record_of):
    from osgeo import gdal

    run("kde", INCIDENTS=str(points), OUTPUT=str(tmp_path / "density.tif"))
    record = record_of(opened(tmp_path / "density.tif"))
    assert record["algorithm"] == "lacrime:kde" and record["parameters"]["bandwidth"] > 0
    inside = gdal.Open(str(tmp_path / "density.tif")).GetMetadataItem("lacrime_qmd")
    assert inside == (tmp_path / "density.qmd").read_text(encoding="utf-8")


def test_a_layer_that_stays_in_memory_has_its_record_too(run, layer, record_of, provider):
    import processing
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    target = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", QgsProject.instance())
    before = set(QgsProject.instance().mapLayers())
    processing.runAndLoadResults("lacrime:hotspots", dict(INCIDENTS=layer, OUTPUT=target), context=context)
    (hot,) = (QgsProject.instance().mapLayer(i) for i in set(QgsProject.instance().mapLayers()) - before)
    assert record_of(hot)["inputs"]["INCIDENTS"]["name"] == "burglaries"
    lines = hot.metadata().history()
    assert lines[0].startswith("made: ") and lines[1].startswith("input INCIDENTS: burglaries, fingerprint ")
    QgsProject.instance().clear()


def test_passwords_of_databases_are_not_kept(plugin, provider):
    import lacrime_qgis.provenance
    from qgis.core import QgsApplication, QgsProcessingContext, QgsVectorLayer

    algorithm = QgsApplication.processingRegistry().algorithmById("lacrime:hotspots")
    uri = "dbname='city' host=127.0.0.1 port=1 user='analyst' password='secret' table=\"public\".\"crimes\" (geom)"
    layer = QgsVectorLayer(uri, "crimes", "postgres")
    given = lacrime_qgis.provenance.given_to(algorithm, {"INCIDENTS": layer}, QgsProcessingContext())
    assert "secret" not in json.dumps(given) and "crimes" in given["INCIDENTS"]
    uri = uri.replace("'secret'", r"'se\'cret secret'")
    given = lacrime_qgis.provenance.given_to(algorithm, {"INCIDENTS": uri}, QgsProcessingContext())
    assert "secret" not in json.dumps(given) and "crimes" in given["INCIDENTS"]


@pytest.mark.parametrize("name", ["kde", "hotspots", "dbscan", "gi_star", "ellipses", "contours", "concentration"])
def test_every_kind_of_layer_is_made_again_from_its_metadata(run, points, tmp_path, density, read_raster, name):
    squares = tmp_path / "squares.gpkg"
    from qgis.core import QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    written = QgsVectorFileWriter.writeAsVectorFormatV3(
        square_layer(), str(squares), square_layer().transformContext(), options
    )
    assert written[0] == QgsVectorFileWriter.WriterError.NoError
    given = inputs_of(name, str(points), str(squares), str(squares), str(density))
    first = tmp_path / ("first.tif" if name == "kde" else "first.gpkg")
    run(name, OUTPUT=str(first), **given)
    folder = tmp_path / "again"
    run("rerun", LAYER=str(first), FOLDER=str(folder))
    second = folder / f"{name}_output{first.suffix}"
    if name == "kde":
        old, new = (read_raster(path) for path in (first, second))
        np.testing.assert_array_equal(old["values"], new["values"])
        assert old["bounds"] == new["bounds"]
        return
    old, new = opened(first), opened(second)
    assert new.featureCount() == old.featureCount() > 0 and new.fields().names() == old.fields().names()
    for field in new.fields().names():
        np.testing.assert_array_equal(column(new, field), column(old, field))


def test_new_data_are_mapped_with_the_choices_of_then_or_chosen_anew(run, points, tmp_path, record_of):
    x, y = clustered(3000, seed=9)
    later = point_layer(x * 1.0, y, name="later")
    run("hotspots", INCIDENTS=str(points), OUTPUT=str(tmp_path / "first.gpkg"))
    first = record_of(opened(tmp_path / "first.gpkg"))["parameters"]
    for keep in (True, False):
        folder = tmp_path / f"keep-{keep}"
        run("rerun", LAYER=str(tmp_path / "first.gpkg"), INPUT=later, KEEP_CHOICES=keep, FOLDER=str(folder))
        record = record_of(opened(folder / "hotspots_output.gpkg"))
        assert record["inputs"]["INCIDENTS"]["name"] == "later"
        assert record["parameters"]["incidents"] == 3000
        expected = lg.hotspots(
            in_metres(x, y),
            **({"cell_size": first["cell_size"], "distance_band": first["distance_band"]} if keep else {}),
        )
        assert record["parameters"]["distance_band"] == expected.parameters["distance_band"]


def in_metres(x, y):
    import geopandas as gpd

    placed = lg.as_incidents(gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:4326"))
    return placed


def test_another_period_takes_the_place_of_that_of_then(run, layer, tmp_path, record_of):
    run("hotspots", INCIDENTS=layer, SINCE="2023-01-01", UNTIL="2023-07-01", OUTPUT=str(tmp_path / "first.gpkg"))
    folder = tmp_path / "later"
    run(
        "rerun",
        LAYER=str(tmp_path / "first.gpkg"),
        INPUT=layer,
        SINCE="2023-07-01",
        UNTIL="2024-01-01",
        FOLDER=str(folder),
    )
    record = record_of(opened(folder / "hotspots_output.gpkg"))
    assert (record["parameters"]["since"], record["parameters"]["until"]) == (
        "2023-07-01T00:00:00",
        "2024-01-01T00:00:00",
    )


def test_a_layer_without_a_record_is_refused_with_a_sentence(run, points, tmp_path):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="do not say how it was made"):
        run("rerun", LAYER=str(points), FOLDER=str(tmp_path / "none"))


def test_what_a_repeated_run_says_is_said_once(run, points, tmp_path, log):
    run("hotspots", INCIDENTS=str(points), OUTPUT=str(tmp_path / "first.gpkg"))
    log.lines.clear()
    run("rerun", LAYER=str(tmp_path / "first.gpkg"), FOLDER=str(tmp_path / "again"))
    assert len(log.lines) == len(set(log.lines)) and any("cells" in line for line in log.lines)


def test_the_input_of_then_may_be_gone(run, points, tmp_path):
    from qgis.core import QgsProcessingException

    run("hotspots", INCIDENTS=str(points), OUTPUT=str(tmp_path / "first.gpkg"))
    moved = points.rename(tmp_path / "moved.gpkg")
    with pytest.raises(QgsProcessingException, match="'points', which the layer was made from, is no longer at"):
        run("rerun", LAYER=str(tmp_path / "first.gpkg"), FOLDER=str(tmp_path / "again"))
    run("rerun", LAYER=str(tmp_path / "first.gpkg"), INPUT=str(moved), FOLDER=str(tmp_path / "again"))
    assert opened(tmp_path / "again" / "hotspots_output.gpkg").featureCount() > 0


@pytest.mark.parametrize("missing", ["version", "given", "inputs", "parameters"])
def test_a_record_that_was_edited_is_refused_with_a_sentence(run, points, tmp_path, record_of, missing):
    from qgis.core import QgsLayerMetadata, QgsProcessingException, QgsProject

    run("hotspots", INCIDENTS=str(points), OUTPUT=str(tmp_path / "first.gpkg"))
    layer = opened(tmp_path / "first.gpkg")
    record, metadata = record_of(layer), QgsLayerMetadata()
    del record[missing]
    metadata.addHistoryItem(json.dumps(record))
    layer.setMetadata(metadata)
    QgsProject.instance().addMapLayer(layer)
    with pytest.raises(QgsProcessingException, match="do not say how it was made"):
        run("rerun", LAYER=layer, FOLDER=str(tmp_path / "again"))
