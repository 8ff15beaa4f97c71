"""The inside of study areas: the same as shapely's, and points drawn evenly over it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, SOUTH, WEST, squares

import lacrime_geo as lg
from lacrime_geo.interior import Interior


def star(corners, seed):
    """Return a polygon of so many corners around a middle, with a hole."""
    random = np.random.default_rng(seed)
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    radius = random.uniform(400, 1000, corners)
    shell = shapely.Polygon(np.c_[radius * np.cos(angle), radius * np.sin(angle)]).buffer(0)
    hole = shapely.Point(0, 0).buffer(120, quad_segs=3)
    return shapely.affinity.translate(shell.difference(hole), WEST, SOUTH)


SHAPES = {
    "box": shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 200),
    "triangle": shapely.Polygon([(WEST, SOUTH), (WEST + 100, SOUTH + 700), (WEST + 900, SOUTH + 300)]),
    "star": star(40, 1),
    "two parts": shapely.MultiPolygon(
        [
            shapely.box(WEST, SOUTH, WEST + 100, SOUTH + 100),
            shapely.box(WEST + 500, SOUTH + 50, WEST + 600, SOUTH + 400),
        ]
    ),
    "overlapping": shapely.MultiPolygon(
        [
            shapely.box(WEST, SOUTH, WEST + 400, SOUTH + 300),
            shapely.box(WEST + 200, SOUTH + 100, WEST + 600, SOUTH + 500),
        ]
    ),
    "sliver": shapely.Polygon([(WEST, SOUTH), (WEST + 1000, SOUTH + 1000), (WEST + 1000, SOUTH + 1010)]),
}


def interior_of(*shapes):
    return Interior.of(lg.as_features(gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)))


@pytest.mark.parametrize("shape", list(SHAPES))
def test_holds_the_points_that_shapely_holds(shape):
    shapes = shapely.get_parts(SHAPES[shape])
    west, south, east, north = SHAPES[shape].bounds
    x, y = np.random.default_rng(0).uniform([[west - 50], [south - 50]], [[east + 50], [north + 50]], (2, 3000))
    held = interior_of(*shapes).contains(x, y)
    np.testing.assert_array_equal(held, shapely.contains_xy(shapely.union_all(shapes), x, y))
    assert 0 < held.sum() < held.size


@given(corners=st.integers(3, 60), seed=st.integers(0, 10**6))
def test_holds_the_points_that_shapely_holds_in_any_star(corners, seed):
    shape = star(corners, seed)
    x, y = np.random.default_rng(seed).uniform(-1000, 1000, (2, 200))
    held = interior_of(shape).contains(x + WEST, y + SOUTH)
    np.testing.assert_array_equal(held, shapely.contains_xy(shape, x + WEST, y + SOUTH))


def test_squares_that_touch_hold_every_point_once_borders_included():
    inside = interior_of(*squares(3, 4, side=100.0).geometry)
    x, y = (np.indices((4, 3)).reshape(2, -1) * 100.0) + [[WEST], [SOUTH]]
    assert inside.contains(x, y).all()
    assert not inside.contains(np.array([WEST + 400, WEST + 10]), np.array([SOUTH + 10, SOUTH + 300])).any()


@pytest.mark.parametrize("shape", list(SHAPES))
def test_draws_evenly_over_every_part(shape):
    shapes = shapely.get_parts(SHAPES[shape])
    x, y = interior_of(*shapes).draw(40_000, np.random.default_rng(1))
    union = shapely.union_all(shapes)
    assert shapely.contains_xy(union.buffer(1e-6), x, y).all()
    west, south, east, north = SHAPES[shape].bounds
    columns, rows = np.linspace(west, east, 7), np.linspace(south, north, 7)
    seen, _, _ = np.histogram2d(x, y, [columns, rows])
    boxes = [[shapely.box(a, c, b, d) for c, d in zip(rows, rows[1:])] for a, b in zip(columns, columns[1:])]
    share = shapely.area(shapely.intersection(union, np.array(boxes))) / union.area
    expected = x.size * share
    # Sums of squares over the expected, of 36 cells at most: beyond 75 once in ten thousand times.
    likely = expected > 5
    assert ((seen - expected)[likely] ** 2 / expected[likely]).sum() < 75 and likely.sum() >= 5


def test_the_same_seed_draws_the_same_points():
    inside = interior_of(SHAPES["star"])
    one, two = (inside.draw(50, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, inside.draw(50, np.random.default_rng(4)))


def test_no_area_is_said():
    with pytest.raises(ValueError, match="'features' has no area; give the outline of the study area"):
        interior_of(shapely.Polygon([(WEST, SOUTH), (WEST + 10, SOUTH), (WEST + 5, SOUTH)]))


def test_many_corners_are_quick_to_sort():
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    radius = 1000 + 50 * np.sin(400 * angle)
    shape = shapely.Polygon(np.c_[WEST + radius * np.cos(angle), SOUTH + radius * np.sin(angle)])
    x, y = interior_of(shape).draw(2000, np.random.default_rng(0))
    assert shapely.contains_xy(shape.buffer(1e-6), x, y).all()
