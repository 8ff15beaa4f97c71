"""Grid: every point in one cell, masks against GEOS, sums against slow loops."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, SOUTH, WEST, clustered, uniform

import lacrime_geo as lg
from lacrime_geo.grid import Grid
from lacrime_geo.neighbourhoods import disk, neighbourhood_sums

SMALL = Grid(100.0, 200.0, 10.0, rows=3, columns=4, crs=CRS)


@pytest.mark.parametrize(
    ("x", "y", "cell"),
    [
        *[(100, 200, 8), (109.999, 209.999, 8), (110, 200, 9), (100, 210, 4), (139.9, 229.9, 3), (100, 229.9, 0)],
        *[(140, 200, -1), (100, 230, -1), (99.999, 200, -1), (100, 199.999, -1)],
    ],
)
def test_cells_are_closed_on_the_west_and_south(x, y, cell):
    assert SMALL.index(np.array([x]), np.array([y])).tolist() == [cell]


def test_rasters_give_the_grid_whose_transform_they_have():
    assert Grid.of_raster(SMALL.transform, 3, 4, CRS) == SMALL
    a, b, c, d, e, f = SMALL.transform
    assert Grid.of_raster((a, b, c, d, e * (1 + 1e-9), f), 3, 4, CRS) == SMALL


NO_GRID = {
    "oblong": ((10.0, 0.0, 0.0, 0.0, -5.0, 0.0), 3, r"are 10 by 5 m; warp it to square cells"),
    "turned": ((10.0, 0.1, 0.0, 0.1, -10.0, 0.0), 3, r"are 10 by 10 m, turned; warp"),
    "south up": ((10.0, 0.0, 0.0, 0.0, 10.0, 0.0), 3, r"north up"),
    "huge": (
        (10.0, 0.0, 0.0, 0.0, -10.0, 0.0),
        20_000_000,
        r"80,000,000 cells, more than 50,000,000; warp it to larger",
    ),
}


@pytest.mark.parametrize("case", list(NO_GRID))
def test_rasters_that_are_no_grid(case):
    transform, rows, sentence = NO_GRID[case]
    with pytest.raises(ValueError, match=sentence):
        Grid.of_raster(transform, rows, 4, CRS)


def test_coordinates_turn_the_lattice_round():
    x, y = np.array([100.0, 131.7]), np.array([229.0, 200.0])
    np.testing.assert_allclose(SMALL.coordinates(*SMALL.lattice(x, y)), [x, y])


def test_names_of_the_frame():
    assert SMALL.bounds == (100.0, 200.0, 140.0, 230.0) and SMALL.shape == (3, 4) and SMALL.size == 12
    assert SMALL.transform == (10.0, 0.0, 100.0, 0.0, -10.0, 230.0)


@given(
    x=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    cell_size=st.floats(500, 1e5),
    padding=st.sampled_from([0.0, 1.0, 777.7]),
)
def test_every_point_is_counted_once(x, cell_size, padding):
    x, y = np.array(x), np.array(x[::-1]) / 3
    grid = Grid.over((x.min(), y.min(), x.max(), y.max()), cell_size, CRS, padding)
    cell = grid.index(x, y)
    assert (cell >= 0).all() and grid.total(cell).sum() == x.size
    weight = np.arange(1.0, x.size + 1)
    assert grid.total(cell, weight).sum() == pytest.approx(weight.sum())


def test_points_on_the_edges_are_counted_too():
    x, y = np.indices((6, 8)).reshape(2, -1) * 50.0
    grid = Grid.over((x.min(), y.min(), x.max(), y.max()), 50.0, CRS)
    np.testing.assert_array_equal(grid.total(grid.index(x, y)), np.ones(grid.shape))


def test_centres_and_polygons_agree_with_index():
    cell = np.arange(SMALL.size)
    x, y = SMALL.centres(cell)
    np.testing.assert_array_equal(SMALL.index(x, y), cell)
    shapes = shapely.from_wkb(SMALL.polygons(cell))
    assert shapely.is_valid(shapes).all() and (shapely.area(shapes) == 100).all()
    np.testing.assert_array_equal(shapely.contains_xy(shapes, x, y), True)
    assert shapely.union_all(shapes).equals(shapely.box(*SMALL.bounds))


def test_raster_and_cells_have_the_same_orientation():
    grid = Grid(0.0, 0.0, 10.0, rows=5, columns=7, crs=CRS)
    row, column = grid.lattice(np.array([35.0]), np.array([45.0]))
    assert (row[0], column[0]) == (0, 3) and grid.index(np.array([35.0]), np.array([45.0]))[0] == 3


def areas():
    """Return polygons that try the mask: a crooked shell with a hole, parts, neighbours with a shared edge, slivers."""
    star = [(r * np.cos(a) + 2500, r * np.sin(a) + 2500) for a, r in zip(np.linspace(0, 6.2, 23), [2300, 900] * 12)]
    hole = shapely.Point(2500, 2500).buffer(400)
    parts = shapely.MultiPolygon([shapely.box(10, 10, 700, 900), shapely.box(3000.5, 0, 4900, 333.3)])
    return {
        "star with hole": [shapely.Polygon(star).difference(hole)],
        "parts": [parts],
        "shared edge": [shapely.box(0, 0, 2512.5, 5000), shapely.box(2512.5, 0, 4000, 5000)],
        "edges on centres": [shapely.box(12.5, 12.5, 1012.5, 1012.5)],
        "overlapping": [shapely.Point(1000, 1000).buffer(800), shapely.Point(1500, 1000).buffer(800)],
        "sliver": [shapely.box(1011, 100, 1013, 4900), shapely.box(100, 1012, 4900, 1014)],
        "beyond the grid": [shapely.box(-1e5, 2000, 1e5, 3000)],
        "outside": [shapely.box(-1e5, -1e5, -9e4, -9e4)],
    }


@pytest.mark.parametrize("case", list(areas()))
def test_covered_by_equals_contains_of_centres(case):
    shapes = [shapely.transform(shape, lambda xy: xy + np.array([WEST, SOUTH])) for shape in areas()[case]]
    grid = Grid(WEST, SOUTH, 25.0, rows=200, columns=200, crs=CRS)
    x, y = grid.centres(np.arange(grid.size))
    mask = grid.covered_by(lg.as_features(gpd.GeoDataFrame(geometry=shapes, crs=CRS))).ravel()
    inside = np.any([shapely.contains_xy(shape, x, y) for shape in shapes], axis=0)
    touching = np.any([shapely.intersects_xy(shape.boundary, x, y) for shape in shapes], axis=0)
    np.testing.assert_array_equal(mask[~touching], inside[~touching])
    assert mask.any() == (case != "outside")


def test_neighbouring_areas_share_no_cell_and_leave_none_out():
    grid = Grid(0.0, 0.0, 25.0, rows=80, columns=80, crs=CRS)
    halves = [shapely.box(0, 0, 1012.5, 2000), shapely.box(1012.5, 0, 2000, 2000)]
    masks = [grid.covered_by(lg.as_features(gpd.GeoDataFrame(geometry=[half], crs=CRS))) for half in halves]
    assert not (masks[0] & masks[1]).any() and (masks[0] | masks[1]).all()


def test_covered_by_real_divisions(lacrime_data):
    frame = gpd.read_file(lacrime_data / "lapd_divisions.geojson").to_crs(CRS)
    area = lg.as_features(frame)
    grid = Grid.over(area.bounds, 200.0, CRS)
    x, y = grid.centres(np.arange(grid.size))
    inside = np.any([shapely.contains_xy(shape, x, y) for shape in frame.geometry], axis=0)
    np.testing.assert_array_equal(grid.covered_by(area).ravel(), inside)


@pytest.mark.parametrize("distance", [10.0, 40.0, 73.3, 250.0])
def test_near_equals_brute_distances(distance):
    x, y = clustered(60, 3, side=2000.0)
    grid = Grid(-100.0, -50.0, 37.0, rows=50, columns=61, crs=CRS)
    cell_x, cell_y = grid.centres(np.arange(grid.size))
    nearest = np.hypot(cell_x[:, None] - x, cell_y[:, None] - y).min(axis=1)
    mask = grid.near(x, y, distance).ravel()
    clear = np.abs(nearest - distance) > 1e-6
    np.testing.assert_array_equal(mask[clear], nearest[clear] <= distance)
    assert mask.any() and not mask.all()


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.5, 2.0, 2.9, 5.0, 40.0])
@pytest.mark.parametrize("kind", [int, float])
def test_neighbourhood_sums_equal_a_double_loop(radius, kind):
    random = np.random.default_rng(int(radius * 10))
    values = random.integers(0, 9, (9, 14)).astype(kind) + (random.random((9, 14)) if kind is float else 0)
    row, column = np.indices(values.shape)
    slow = np.zeros(values.shape)
    for r, c in zip(row.ravel(), column.ravel()):
        slow[r, c] = values[(row - r) ** 2 + (column - c) ** 2 <= radius**2 + 1e-9].sum()
    got = neighbourhood_sums(values, disk(radius))
    assert got.dtype.kind == ("i" if kind is int else "f")
    np.testing.assert_allclose(got, slow, rtol=0 if kind is int else 1e-12)


@given(radius=st.floats(0.1, 30))
def test_disk_holds_the_lattice_points_within_the_radius(radius):
    reach = int(radius) + 2
    a, b = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    inside = (a**2 + b**2 <= (radius * (1 + 1e-12)) ** 2).sum(axis=1)
    assert [reach.last - reach.first + 1 for reach in disk(radius)] == inside[inside > 0].tolist()


@pytest.mark.parametrize(("radius", "cells"), [(1.0, 5), (np.sqrt(2), 9), (1.5, 9), (2.0, 13), (np.sqrt(5), 21)])
def test_disk_counts(radius, cells):
    assert sum(reach.last - reach.first + 1 for reach in disk(radius)) == cells


def test_too_many_cells_says_how_many_and_what_to_raise():
    with pytest.raises(
        ValueError, match=r"2,500,100,001 cells over 50\.0 × 50\.0 km.*raise cell_size to (\S+) m"
    ) as error:
        Grid.over((0.0, 0.0, 50_000.0, 50_000.0), 1.0, CRS)
    enough = float(str(error.value).split("raise cell_size to ")[1].split(" ")[0])
    assert Grid.over((0.0, 0.0, 50_000.0, 50_000.0), enough, CRS).size <= 50_000_000


def test_uniform_points_fill_a_padded_grid():
    x, y = uniform(1000, 1, side=1000.0)
    grid = Grid.over((0, 0, 1000, 1000), 100.0, CRS, padding=150.0)
    assert grid.bounds[:2] == (-150.0, -150.0) and grid.bounds[2] > 1150 and grid.total(grid.index(x, y)).sum() == 1000
