"""The contest of maps and the score of one in the toolbox: pages, rasters in place of polygons, places with what came."""

import numpy as np
import pytest
from bundled import column, inputs_of, point_layer, square_layer

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def city():
    """Return a layer of points of a year, in the square of the districts."""
    x, y = np.random.default_rng(3).normal(0, 1500, (2, 900)) + np.array([[373_500], [3_763_500]])
    return point_layer(x, y, crs="EPSG:32611")


def test_a_contest_writes_its_page_and_its_curves(load, qgis_new_project, tmp_path):
    given = inputs_of("contest", city(), None, None, None)
    asked = dict(CATEGORY="burglary", ORIGINS="2023-11-01, 2023-11-08", PAGE=str(tmp_path / "page.html"))
    layers = load("contest", **{**given, **asked})
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Contest of 2 maps of burglary" in page and "<svg" in page and "Reported crime is not crime" in page
    table, curves = (
        layers["Contest of 2 maps of burglary, the next 7 days"],
        layers["Contest of 2 maps of burglary, the next 7 days: hit rates by area"],
    )
    assert table.featureCount() == 6 and set(column(curves, "predictor")) == {"kde", "prior_counts", "best possible"}


def test_forms_show_shares_and_numbers_as_text(provider):
    from qgis.core import QgsApplication

    found = QgsApplication.processingRegistry().algorithmById("lacrime:contest")
    shown = {one.name(): one.defaultValue() for one in found.parameterDefinitions()}
    assert shown["SHARES"] == "0.01, 0.02, 0.05" and shown["ORIGINS"] == "8" and shown["PREDICTORS"] is None


@pytest.mark.parametrize("of_raster", [True, False])
def test_a_raster_and_polygons_are_scored(load, qgis_new_project, tmp_path, of_raster):
    points, squares = city(), square_layer()
    incidents = lg.Incidents(
        *(np.array([f.geometry().asPoint()[axis] for f in points.getFeatures()]) for axis in (0, 1)), crs="EPSG:32611"
    )
    density = lg.kde(incidents, cell_size=200).save(tmp_path / "density.tif")
    layers = load(
        "score_map",
        FEATURES=density if of_raster else squares,
        VALUE=None if of_raster else "crimes",
        INCIDENTS=points,
        PAGE=str(tmp_path / "page.html"),
        BUDGET=0.05,
    )
    name = "density" if of_raster else "districts"
    table, places = layers[f"Score of {name}"], layers[f"Places of {name}"]
    assert table.featureCount() == 3 and "Score of" in (tmp_path / "page.html").read_text(encoding="utf-8")
    inside = column(places, "later").sum()
    assert 800 < inside <= 900 and column(places, "rank").min() < 3
    caught = column(places, "caught").sum() / inside
    np.testing.assert_allclose(caught, column(table, "hit_rate")[2])
    legend = [item.label() for item in places.renderer().legendSymbolItems()]
    assert places.renderer().type() == "graduatedSymbol" and legend[0].startswith("Top 5 % of area: caught")
    assert ("crimes" in places.fields().names()) == (not of_raster)
