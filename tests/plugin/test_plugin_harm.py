"""Harm in the toolbox: a scale of one's own by any column, the weights by code, the page and the map of cells."""

import numpy as np
import pytest
from bundled import column, destination, point_layer

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def city():
    """Return a layer of points of a year, in a square of 8 km."""
    x, y = np.random.default_rng(3).normal(0, 1500, (2, 900)) + np.array([[373_500], [3_763_500]])
    return point_layer(x, y, crs="EPSG:32611", missing=2)


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own list.csv"
    path.write_text(
        "# title: Own\n# unit: days\n# source: us\ncategory,weight,citation\nrobbery,365,p. 3\nburglary,20,p. 4\n"
    )
    return path


def test_a_scale_of_ones_own_weighs_by_any_column(load, qgis_new_project, tmp_path):
    numbers = tmp_path / "numbers.csv"
    numbers.write_text("number,weight,citation\n0,7,here\n5,2.5,there\n")
    layers = load("harm", INCIDENTS=city(), SCALE=str(numbers), KEY_COLUMN="number", CODES=destination())
    marked = next(layer for name, layer in layers.items() if name.startswith("Harm in points of numbers"))
    assert marked.featureCount() == 902 and column(marked, "weight").sum() == 9.5
    assert sorted(np.flatnonzero(column(marked, "mapped"))) == [0, 5]
    legend = [item.label() for item in marked.renderer().legendSymbolItems()]
    assert legend[0] == "Weighs 7 (points of numbers)" and legend[-1] == "Not on the scale: counted as nothing"
    codes = next(layer for layer in layers.values() if not layer.isSpatial())
    assert codes.featureCount() == 902 and column(codes, "harm").sum() == 9.5


def test_harm_against_counts_gives_a_page_and_a_map(load, qgis_new_project, tmp_path, own):
    page = tmp_path / "page.html"
    given = dict(SCALES=f"ucr_part1, {own}", CELL_SIZE=500, BUDGET=0.05, RESAMPLES=19)
    layers = load("harm_sensitivity", INCIDENTS=city(), PAGE=str(page), CELLS=destination(), **given)
    table = next(layer for layer in layers.values() if not layer.isSpatial())
    cells = next(layer for layer in layers.values() if layer.isSpatial())
    assert list(column(table, "name")) == ["counts", "ucr_part1", "own_list"]
    assert "Own: harm in days" in page.read_text(encoding="utf-8")
    np.testing.assert_allclose(column(cells, "harm_own_list").sum(), column(table, "in_cells")[2])
    legend = [item.label() for item in cells.renderer().legendSymbolItems()]
    assert legend[0].startswith("Top 5 % of cells by Part I offences: hold") and "of places by harm" in legend[1]
