"""Hexagons behind the face of a grid: every point in its nearest centre's cell, masks and sums against slow loops."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, SOUTH, WEST, clustered, incidents, rectangle

import lacrime_geo as lg
from lacrime_geo.neighbours import contiguity

GRID = lg.HexagonalGrid(WEST, SOUTH, 100.0, rows=9, columns=7, crs=CRS)
ALL = np.arange(GRID.size)


def test_centres_are_one_cell_apart_from_six_others():
    x, y = GRID.centres(ALL)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    nearest = (np.abs(apart - 100) < 1e-6).sum(axis=1).reshape(GRID.shape)
    assert apart.min() == pytest.approx(100) and (nearest[1:-1, 1:-1] == 6).all()


def test_polygons_are_regular_and_cover_without_overlap():
    shapes = shapely.from_wkb(GRID.polygons(ALL))
    assert shapely.is_valid(shapes).all()
    np.testing.assert_allclose(shapely.area(shapes), 100**2 * np.sqrt(3) / 2)
    np.testing.assert_allclose(shapely.length(shapes), 6 * 100 / np.sqrt(3))
    assert shapely.union_all(shapely.set_precision(shapes, 0.001)).area == pytest.approx(shapely.area(shapes).sum())
    np.testing.assert_array_equal(GRID.index(*GRID.centres(ALL)), ALL)


@given(
    seed=st.integers(0, 10**6),
    cell_size=st.floats(20, 900),
    padding=st.sampled_from([0.0, 77.0]),
)
def test_every_point_is_in_the_cell_of_its_nearest_centre(seed, cell_size, padding):
    x, y = np.random.default_rng(seed).uniform(-1000, 1000, (2, 60))
    grid = lg.HexagonalGrid.over((x.min(), y.min(), x.max(), y.max()), cell_size, CRS, padding)
    cell = grid.index(x, y)
    assert (cell >= 0).all()
    centre_x, centre_y = grid.centres(np.arange(grid.size))
    distance = np.hypot(centre_x[:, None] - x, centre_y[:, None] - y)
    np.testing.assert_allclose(distance[cell, np.arange(60)], distance.min(axis=0), rtol=1e-9)


def test_points_beyond_the_grid_are_in_no_cell():
    assert GRID.index(np.array([WEST - 200, WEST + 300]), np.array([SOUTH + 300, SOUTH + 5000])).tolist() == [-1, -1]


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.5, np.sqrt(3), 2.0, 2.9, 5.0, 40.0])
@pytest.mark.parametrize("kind", [int, float])
def test_sums_equal_a_double_loop(radius, kind):
    random = np.random.default_rng(int(radius * 10))
    values = random.integers(0, 9, GRID.shape).astype(kind) + (random.random(GRID.shape) if kind is float else 0)
    x, y = GRID.centres(ALL)
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= 100 * radius + 1e-6
    got = GRID.sums(values, 100 * radius)
    assert got.dtype.kind == ("i" if kind is int else "f")
    np.testing.assert_allclose(got.ravel(), near @ values.ravel(), rtol=0 if kind is int else 1e-12)


def test_masks_equal_those_of_centres():
    x, y = GRID.centres(ALL)
    star = (
        shapely.Point(WEST + 350, SOUTH + 400).buffer(310).difference(shapely.Point(WEST + 350, SOUTH + 400).buffer(90))
    )
    area = lg.as_features(gpd.GeoDataFrame(geometry=[star], crs=CRS))
    np.testing.assert_array_equal(GRID.covered_by(area).ravel(), shapely.contains_xy(star, x, y))
    px, py = np.array([WEST + 100.0, WEST + 490.0]), np.array([SOUTH + 300.0, SOUTH + 55.0])
    nearest = np.hypot(x[:, None] - px, y[:, None] - py).min(axis=1)
    np.testing.assert_array_equal(GRID.near(px, py, 170.0).ravel(), nearest <= 170.0)


def test_hotspots_on_hexagons_equal_features_with_the_same_neighbours():
    x, y = clustered(3000, 4)
    area = rectangle(0, 0, 5000, 5000)
    cells = lg.hotspots(incidents(x, y), cell_size=250, distance_band=250, shape="hex", boundary=area)
    assert isinstance(cells.grid, lg.HexagonalGrid) and cells.parameters["shape"] == "hex"
    polygons = lg.Features(list(cells.grid.polygons(cells.cell)), CRS)
    marks = lg.gi_star(polygons, value=cells["count"], neighbours="queen")
    np.testing.assert_allclose(cells["z"], marks["z"], atol=1e-10)
    assert np.bincount(np.diff(contiguity(polygons).indptr)).argmax() == 6
    assert cells["count"].sum() == 3000 - cells.parameters["outside"]


def test_a_default_map_of_hexagons_finds_what_squares_find():
    x, y = clustered(4000, 5)
    maps = [
        lg.hotspots(incidents(x, y), shape=shape, boundary=rectangle(0, 0, 5000, 5000)) for shape in ("square", "hex")
    ]
    places = [cells.grid.centres(cells.cell[cells["bin"] == 3]) for cells in maps]
    assert all(len(px) > 30 for px, _ in places)
    # The centres of either map's hot cells lie within a band of the other's.
    apart = np.hypot(places[0][0][:, None] - places[1][0], places[0][1][:, None] - places[1][1])
    assert np.quantile(apart.min(axis=1), 0.95) < 300 and np.quantile(apart.min(axis=0), 0.95) < 300


def test_a_raster_of_hexagons_is_refused(tmp_path):
    cells = lg.hotspots(incidents(*clustered(500, 1)), shape="hex", cell_size=300)
    for attempt in (lambda: cells.save(tmp_path / "a.tif"), lambda: cells.raster("z")):
        with pytest.raises(ValueError, match=r"Hexagonal cells make no raster; save them as \.gpkg"):
            attempt()
    assert list(tmp_path.iterdir()) == []
    cells.save(tmp_path / "a.gpkg")
    assert len(gpd.read_file(tmp_path / "a.gpkg")) == len(cells)


def test_other_shapes_are_named():
    with pytest.raises(ValueError, match="shape must be one of 'square', 'hex', got 'round'"):
        lg.hotspots(incidents(*clustered(100, 1)), shape="round")
