"""lacrime:report_map of files that are not in a project, and of files that the library has made without QGIS."""

import shutil

import numpy as np
import pytest
from bundled import square_layer
from printed import pdf_text, pixels, said

import lacrime_geo as lg
from lacrime_geo.styles import palettes

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin
GREY = 12  # by how much the channels of a grey may differ


@pytest.fixture
def on_page(provider, log, tmp_path, qgis_new_project):
    """Return a function that makes a page of layers as a script does, and returns its picture and its text, if it can be had."""
    import processing

    def on_page(*layers):
        picture, page = tmp_path / "page.png", tmp_path / "page.pdf"
        given = dict(LAYERS=list(layers), PNG=str(picture), PDF=str(page), DPI=80)
        processing.run("lacrime:report_map", given, feedback=log)
        return pixels(picture), pdf_text(page) if shutil.which("pdftotext") else None

    return on_page


def library_files(incidents, folder):
    """Write a density and hotspots of incidents in each format that the library has for them; return their paths."""
    hot = lg.hotspots(incidents, cell_size=250)
    paths = [hot.save(folder / f"as_{ending}.{ending}") for ending in ("gpkg", "geojson")]
    return [lg.kde(incidents).save(folder / "density.tif"), *paths]


def seen(colour):
    return np.rint(0.7 * np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) + 0.3 * 255)


def test_files_given_by_path_have_their_style_and_records(on_page, map_files, log):
    image, text = on_page(map_files["hotspots"])
    hot = abs(image - seen(palettes.BINS[0].colour)).max(axis=2) <= 3
    assert hot.sum() > 100, "cells and the legend's class"
    for words in ("Hotspots of reported incidents", "Jan–Dec 2023 · 900 incidents", "Hot spot, 99 % confidence"):
        assert text is None or words in text
    image, text = on_page(map_files["density"])
    assert (np.ptp(image, axis=2) > GREY).mean() > 0.05, "a density in colours"
    assert text is None or "Density of reported incidents" in text
    assert not [line for line in log.lines if "no style of its own" in line]


def test_a_file_without_a_style_is_warned_of_once(on_page, tmp_path, log):
    path = str(tmp_path / "districts.gpkg")
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    context = qgis_core.QgsCoordinateTransformContext()
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(square_layer(), path, context, options)
    _, text = on_page(path)
    assert len([line for line in log.lines if "'districts' has no style of its own" in line]) == 1
    assert text is None or "Reported crime is not all crime" in text


def test_a_layer_that_a_script_opened_keeps_the_style_it_was_given(on_page, map_files, log):
    layer = qgis_core.QgsVectorLayer(map_files["hotspots"], "mine", "ogr")
    layer.setRenderer(qgis_core.QgsSingleSymbolRenderer(qgis_core.QgsFillSymbol.createSimple({"color": "#123456"})))
    on_page(layer)
    assert layer.renderer().type() == "singleSymbol" and not [line for line in log.lines if "no style" in line]


def test_what_the_library_made_says_the_same_as_what_the_plugin_made(report, run, layer, incidents, tmp_path, log):
    incidents = incidents.assign(occurred=[f["occurred"].toString("yyyy-MM-dd") for f in layer.getFeatures()][:900])
    incidents.attrs["label"] = "burglaries"
    project = qgis_core.QgsProject.instance()
    own = {}
    for name, option in (("kde", {}), ("hotspots", {"CELL_SIZE": 250})):
        path = str(tmp_path / f"{name}{'.tif' if name == 'kde' else '.gpkg'}")
        run(name, INCIDENTS=layer, OUTPUT=path, **option)
        own[name] = path
    (tmp_path / "library").mkdir()
    density, *hotspots = library_files(incidents, tmp_path / "library")
    pairs = [(own["kde"], density), *((own["hotspots"], path) for path in hotspots)]
    for pair in pairs:
        pages = []
        for path in pair:
            kind = qgis_core.QgsRasterLayer if path.endswith(".tif") else qgis_core.QgsVectorLayer
            opened = kind(path, "a name" if path == pair[1] else path.rsplit("/")[-1].split(".")[0])
            opened.loadDefaultMetadata()
            pages.append(said(report(LAYERS=[project.addMapLayer(opened)])))
        for item in ("title", "subtitle", "notes"):
            assert pages[0][item] == pages[1][item], (pair, item)
        assert pages[1]["subtitle"] == "Jan–Dec 2023 · 900 incidents"
        assert pages[0]["footer"].startswith("Data: burglaries.") and pages[1]["footer"] == pages[0]["footer"]
