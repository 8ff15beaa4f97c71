"""Contours in QGIS: a raster layer in, styled polygons out, the same as the library's."""

import numpy as np
import pytest
from bundled import column

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

OPTIONS = [
    {},
    {"LEVELS": "10, 50.5,90"},
    {"KIND": "value"},
    {"KIND": "value", "LEVELS": "3"},
]


def raster_layer(path, name="density"):
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer(str(path), name)
    assert layer.isValid()
    return layer


def written(path, values, **profile):
    """Write bands (bands, rows, columns) at a place in Los Angeles, as any other tool might."""
    import rasterio

    usual = dict(zip(("count", "height", "width"), values.shape), dtype=values.dtype, crs="EPSG:32611")
    usual["transform"] = rasterio.Affine(200, 0, 370_000, 0, -200, 3_768_000)
    with rasterio.open(path, "w", driver="GTiff", **{**usual, **profile}) as target:
        target.write(values)
    return path


def hills(dtype=float):
    row, column = np.indices((30, 40))
    return (100 * np.exp(-((row - 12) ** 2 + (column - 15) ** 2) / 60))[None].astype(dtype)


def wkb(layer):
    return [bytes(feature.geometry().asWkb()) for feature in layer.getFeatures()]


def assert_equal(output, result):
    for name in result.columns:
        np.testing.assert_allclose(column(output, name), result[name], rtol=1e-12)
    assert wkb(output) == result.wkb.tolist()


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("by", [str, raster_layer])
def test_contours_equal_the_library(run, density, options, by):
    given = {name.lower(): value for name, value in options.items()}
    if "levels" in given:
        given["levels"] = [float(level) for level in given["levels"].split(",")]
    output = run("contours", SURFACE=by(density), **options)["OUTPUT"]
    assert_equal(output, lg.contours(density, **given))
    assert output.sourceCrs().authid() == "EPSG:32611"


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_nodata_and_kinds_of_numbers(run, tmp_path, dtype):
    values = hills(dtype)
    values[0, :, :10] = 200
    path = written(tmp_path / "a.tif", values, nodata=200)
    output = run("contours", SURFACE=str(path), LEVELS="5,40", KIND="value")["OUTPUT"]
    assert_equal(output, lg.contours(path, levels=[5, 40], kind="value"))
    assert column(output, "area_km2")[0] > 1


def test_values_that_the_user_declares_as_nodata_are_missing(run, tmp_path):
    from qgis.core import QgsProject, QgsRasterRange

    values = hills()
    values[0, :, :10] = 200.0
    layer = raster_layer(written(tmp_path / "a.tif", values))
    QgsProject.instance().addMapLayer(layer)
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(150, 250)])
    output = run("contours", SURFACE=layer)["OUTPUT"]
    values[0, :, :10] = np.nan
    assert_equal(output, lg.contours(written(tmp_path / "b.tif", values)))


def without_crs(folder):
    from qgis.core import QgsCoordinateReferenceSystem

    layer = raster_layer(written(folder / "a.tif", hills()))
    layer.setCrs(QgsCoordinateReferenceSystem())
    return layer


def several_bands(folder):
    return raster_layer(written(folder / "a.tif", np.concatenate([hills(), hills()])))


def raster(**profile):
    return lambda folder: raster_layer(written(folder / "a.tif", hills(), **profile))


def oblong(folder):
    import rasterio

    return raster(transform=rasterio.Affine(200, 0, 370_000, 0, -150, 3_768_000))(folder)


def zeros(folder):
    return raster_layer(written(folder / "a.tif", np.zeros((1, 4, 4))))


REFUSED = {
    "degrees": (raster(crs="EPSG:4326"), {}, "The raster 'density' is in EPSG:4326, not in metres; warp it"),
    "Web Mercator": (raster(crs="EPSG:3857"), {}, "is in EPSG:3857, not in metres"),
    "no CRS": (without_crs, {}, "The CRS of the raster 'density' is missing; set it in the layer's properties"),
    "several bands": (several_bands, {}, "'density' has 2 bands and one is needed"),
    "oblong cells": (oblong, {}, "200 by 150 m; warp it to square cells"),
    "zeros": (zeros, {}, "All 16 values of the surface are 0"),
    "no numbers": (raster(), {"LEVELS": "half"}, "levels must be numbers separated by commas, such as 25, 50, 75, got"),
    "too much": (raster(), {"LEVELS": "50, 120"}, "at most 100, got 120"),
    "too high": (raster(), {"LEVELS": "500", "KIND": "value"}, "No cell reaches the levels 500: the highest value is"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_one_sentence_says_what_is_wrong(run, tmp_path, case):
    from qgis.core import QgsProcessingException

    make, options, sentence = REFUSED[case]
    layer = make(tmp_path)
    (tmp_path / "out.gpkg").write_text("what was there before")
    with pytest.raises(QgsProcessingException) as caught:
        run("contours", SURFACE=layer, OUTPUT=str(tmp_path / "out.gpkg"), **options)
    assert sentence in str(caught.value) and "Traceback" not in str(caught.value)
    assert (tmp_path / "out.gpkg").read_text() == "what was there before"


def test_a_vector_layer_is_no_raster(run, layer):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="SURFACE"):
        run("contours", SURFACE=layer)


def test_the_raster_is_never_written_over(run, density):
    from qgis.core import QgsProcessingException

    before = density.read_bytes()
    with pytest.raises(QgsProcessingException, match="is read and would be written over"):
        run("contours", SURFACE=str(density), OUTPUT=str(density))
    assert density.read_bytes() == before


@pytest.mark.parametrize("kind", ["volume", "value"])
def test_contours_arrive_styled_labelled_and_grouped(provider, log, qgis_new_project, density, kind):
    import processing
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    project = QgsProject.instance()
    context = QgsProcessingContext()
    context.setProject(project)
    output = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
    given = dict(SURFACE=str(density), KIND=kind, OUTPUT=output)
    processing.runAndLoadResults("lacrime:contours", given, feedback=log, context=context)
    (layer,) = project.mapLayers().values()
    expected = lg.contours(density, kind=kind)
    assert layer.name() == expected.label
    sentences = {"volume": "Smallest area with 25 % of incidents", "value": "incidents per km² or more"}
    labels = [item.label() for item in layer.renderer().legendSymbolItems()]
    assert len(labels) == len(expected) and sentences[kind] in labels[0]
    assert_every_level_has_its_symbol(layer)
    assert layer.labelsEnabled() and '"level"' in layer.labeling().settings().fieldName
    assert "levels_reason: " in "\n".join(layer.metadata().history())
    (group,) = project.layerTreeRoot().children()
    assert group.name() == "Density · incidents" and [node.layerId() for node in group.children()] == [layer.id()]


def assert_every_level_has_its_symbol(layer):
    """Let the renderer choose: 25.0 in the table must find the class of 25."""
    from qgis.core import QgsRenderContext

    context = QgsRenderContext()
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    widths = [renderer.symbolForFeature(f, context).symbolLayer(1).width() for f in layer.getFeatures()]
    renderer.stopRender(context)
    assert len(set(widths)) == layer.featureCount()


def test_density_then_contours(run, layer, incidents, tmp_path):
    """The toolbox's own raster carries unit and record on to its contours."""
    run("kde", INCIDENTS=layer, OUTPUT=str(tmp_path / "density.tif"))
    output = run("contours", SURFACE=str(tmp_path / "density.tif"))["OUTPUT"]
    surface = lg.kde(incidents)
    result = lg.contours(surface)
    np.testing.assert_allclose(column(output, "area_km2"), result["area_km2"], rtol=1e-4)
    np.testing.assert_allclose(column(output, "value"), result["value"], rtol=1e-5)
