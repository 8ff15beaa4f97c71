"""What the map of a report is made of, without a browser: places, layers, words, and that no text can leave its place."""

import base64
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.crs import projection_of
from lacrime_geo.geometry import Rings, polygon_wkb, rings
from lacrime_geo.grid import Grid
from lacrime_geo.parameters import Parameters
from lacrime_geo.reporting import cell_layers, map_data, map_tables, page_maps, static_maps
from lacrime_geo.reporting.map_layers import NOWHERE
from lacrime_geo.reporting.web_mercator import degrees, fitted, mercator, past_the_date_line
from lacrime_geo.results import Surface

CRS = "EPSG:32611"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "bounds", [(-118.7, 33.7, -118.1, 34.4), (-124.5, 32.5, -114.1, 42.0), (-117.0003, 34.0, -117.0, 34.0003)]
)
def test_the_polynomials_lead_where_the_projection_does(bounds):
    """Of a city, of a state that spans three zones, and of a block."""
    projection = projection_of(CRS)
    fit = fitted(*bounds, projection, 150.0)
    random = np.random.default_rng(1)
    longitude, latitude = random.uniform(bounds[0], bounds[2], 500), random.uniform(bounds[1], bounds[3], 500)
    u, v = ((axis - fit.middle[at]) / fit.half[at] for at, axis in enumerate(mercator(longitude, latitude)))
    powers = [(i, j) for i in range(fit.degree + 1) for j in range(fit.degree + 1 - i)]
    for terms, exact in zip((fit.east, fit.north), projection.to_metres(longitude, latitude)):
        found = sum(term * u**i * v**j for term, (i, j) in zip(terms, powers))
        assert np.abs(found - exact).max() < 1.0  # of a cell of 150 m


def test_a_map_goes_on_beyond_the_date_line():
    """Taveuni in Fiji, which the 180th meridian crosses, in zone 60."""
    bounds = (811_000.0, 8_000_000.0, 824_000.0, 8_013_000.0)
    known, plain = past_the_date_line(projection_of("EPSG:32760"), bounds), projection_of("EPSG:32760")
    x, y = np.random.default_rng(0).uniform(bounds[:2], bounds[2:], (200, 2)).T
    longitude, latitude = known.to_degrees(x, y)
    assert np.ptp(plain.to_degrees(x, y)[0]) > 359 and np.ptp(longitude) < 0.2
    np.testing.assert_allclose(known.to_metres(longitude, latitude), (x, y), atol=1e-3)
    assert fitted(longitude.min(), latitude.min(), longitude.max(), latitude.max(), known, 150.0).error < 1.0
    whole = past_the_date_line(projection_of(CRS), (380e3, 3768e3, 390e3, 3778e3))
    assert np.array_equal(whole.to_degrees(x, y), projection_of(CRS).to_degrees(x, y))


def test_mercator_is_that_of_web_maps_and_turns_round():
    """EPSG guidance note 7-2, 1.3.3: 24°22'54.433" N, 100°20'0" W is -11169055.58, 2800000.00 (to a centimetre)."""
    x, y = mercator(np.array([-(100 + 20 / 60)]), np.array([24 + 22 / 60 + 54.433 / 3600]))
    np.testing.assert_allclose([x[0], y[0]], [-11169055.58, 2800000.00], atol=0.01)
    np.testing.assert_allclose(np.ravel(degrees(x, y)), [-(100 + 20 / 60), 24 + 22 / 60 + 54.433 / 3600])


def test_corners_are_told_to_a_millionth_of_a_degree():
    square = polygon_wkb(np.array([380e3, 381e3, 381e3, 380e3]), np.array([3768e3, 3768e3, 3769e3, 3769e3]))
    layer = rings([square])
    (told,) = map_data._rings(layer, projection_of(CRS))
    found = np.cumsum(np.array(told).reshape(-1, 2), axis=0) / 1e6
    exact = np.column_stack(projection_of(CRS).to_degrees(layer.x[:-1], layer.y[:-1]))
    np.testing.assert_allclose(found, exact, atol=6e-7)
    assert map_data._rings(Rings(*np.zeros((2, 0)), *np.zeros((2, 1), int)[:1], *np.zeros((2, 0), int)), None) == []


def surface(rows, columns, seed=0):
    grid = Grid(380_000.0, 3_768_000.0, 100.0, rows, columns, CRS)
    values = np.random.default_rng(seed).gamma(2.0, 10.0, (rows, columns))
    values[:2, :3] = np.nan
    return Surface(grid, values, "incidents per km²", Parameters(bandwidth=500.0))


def test_every_cell_of_a_density_has_its_class_and_its_words():
    shown = surface(30, 20)
    layer = cell_layers.density_layer(shown)
    limits = lg.styles.palettes.density_limits(shown.values)
    for row, column in ((0, 0), (5, 7), (29, 19)):
        value, words = shown.values[row, column], layer.words.of(row * 20 + column)
        if np.isnan(value):
            assert layer.classes[row, column] == NOWHERE
        else:
            assert layer.classes[row, column] == sum(value >= limit for limit in limits)
            assert float(words.split()[0]) == pytest.approx(value, rel=0.005)


def test_counts_that_could_point_at_a_person_are_not_told_apart():
    told = cell_layers._told_counts(np.array([0, 1, 4, 5, 1200])).tolist()
    assert told == ["0", "fewer than 5", "fewer than 5", "5", "1,200"]
    x, y = np.random.default_rng(0).normal([381_000.0, 3_769_000.0], 400, (400, 2)).T
    cells = lg.hotspots(lg.Incidents(x, y, crs=CRS), cell_size=100, distance_band=150)
    columns = cell_layers.hotspot_layer(cells).words.columns
    assert "fewer than 5" in columns[1] and not {"1", "2", "3", "4"} & {*columns[0], *columns[1]}


def test_captions_of_tables_count_in_singular_and_plural():
    assert map_tables._of_many("cluster", ", the largest first", 1) == "1 cluster, the largest first"
    assert map_tables._of_many("hot area", "", 30) == "The first 10 of 30 hot areas"


def test_a_density_of_too_many_cells_is_shown_by_means(monkeypatch):
    monkeypatch.setattr(cell_layers, "MOST_CELLS", 100)
    shown = surface(31, 20)
    layer = cell_layers.density_layer(shown)
    assert layer.grid.size <= 120 and layer.grid.cell_size == 300.0 and "means of those of 100 m" in layer.note
    assert (layer.grid.west, layer.grid.north) == (shown.grid.west, shown.grid.north)
    block = shown.values[3:6, 6:9].mean()
    assert float(layer.words.of(1 * layer.grid.columns + 2).split()[0]) == pytest.approx(block, rel=0.005)


def test_the_words_in_the_page_are_those_of_the_layer():
    layer = cell_layers.density_layer(surface(12, 9))
    told = map_data._of_words(layer.words)
    (column,) = told["columns"]
    numbers = np.frombuffer(base64.b64decode(column["number"]), column["kind"])
    unit = told["template"].removeprefix("{0}")
    assert [column["texts"][number] + unit for number in numbers] == [layer.words.of(row) for row in range(12 * 9)]


def test_no_text_ends_the_element_that_holds_it():
    values = {"a": "</script><script>alert(1)</script><!--", "b": ["&amp;", "\u2028", "\N{FIRE}"]}
    made = page_maps.embedded("told", values)
    assert made.count("<") == 2 and json.loads(made.split(">", 1)[1].rsplit("<", 1)[0]) == values


def test_the_printed_map_covers_the_area_of_each_class():
    layer = cell_layers.density_layer(surface(30, 20))
    drawn = ET.fromstring(static_maps.static_map([layer], None, "A density & <more>."))
    assert drawn.find(f"{SVG}title").text == "A density & <more>." and drawn.get("role") == "img"
    paths = drawn.findall(f"{SVG}g/{SVG}path")
    filled = [number for number, look in enumerate(layer.looks) if look.fill]
    assert len(paths) == len(filled) >= 5
    for number, path in zip(filled, paths):
        runs = [int(run.split("h")[1].split("v")[0]) for run in path.get("d").split("M")[1:]]
        assert sum(runs) == (layer.classes == number).sum()
    assert any(text.text == "500 m" for text in drawn.iter(f"{SVG}text"))


def test_a_layer_that_is_not_known_is_named():
    with pytest.raises(
        ValueError, match="no layer 'risk'; its layers are hotspots, density, emerging, clusters, alerts"
    ):
        page_maps.map_layers({"risk": surface(3, 3)})
    assert page_maps.map_of({}, None, projection_of(CRS)) == ""


def test_where_there_is_no_cluster_there_is_none_to_choose():
    x, y = np.meshgrid(np.arange(380_000.0, 390_000.0, 1000.0), np.arange(3_768_000.0, 3_778_000.0, 1000.0))
    none = lg.dbscan(lg.Incidents(x.ravel(), y.ravel(), crs=CRS), eps=100, min_samples=5).clusters()
    assert len(none) == 0
    made = page_maps.map_layers({"clusters": none, "density": surface(12, 9)})
    assert [layer.name for layer in made] == ["density"]
    assert page_maps.map_of({"clusters": none}, None, projection_of(CRS)) == ""
    assert "There is no cluster." in page_maps.tables_of({"clusters": none}, projection_of(CRS))
