"""Concave hulls: simple polygons around all places, no larger than the convex hull, whose long edges are drawn in."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, uniform
from scipy.spatial import Delaunay

from lacrime_geo.concave_hulls import concave_hull


def hull(x, y, length):
    return shapely.Polygon(np.column_stack(concave_hull(np.asarray(x, float), np.asarray(y, float), length)))


@given(seed=st.integers(0, 10**6), n=st.integers(4, 120), length=st.floats(1, 8000))
def test_simple_anticlockwise_around_all_and_within_the_convex_hull(seed, n, length):
    x, y = np.random.default_rng(seed).uniform(0, 5000, (2, n))
    found, places = hull(x, y, length), shapely.MultiPoint(np.c_[x, y])
    assert found.is_valid and found.exterior.is_ccw
    assert found.buffer(1e-6).covers(places)
    assert places.convex_hull.buffer(1e-6).covers(found)


@given(places=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=50, unique=True))
def test_on_any_lattice(places):
    x, y = np.array(places, float).T * 10
    points = shapely.MultiPoint(np.c_[x, y])
    corners = concave_hull(x, y, 12.0)
    if points.convex_hull.area == 0:
        assert len(corners[0]) == 2
        return
    found = shapely.Polygon(np.column_stack(corners))
    assert found.is_valid and found.buffer(1e-6).covers(points)


def test_shorter_lengths_never_make_it_larger():
    x, y = clustered(400, 3)
    areas = [hull(x, y, length).area for length in (20_000, 2000, 1000, 500, 200)]
    assert all(later <= earlier + 1e-6 for earlier, later in zip(areas, areas[1:]))
    assert areas[-1] < 0.7 * areas[0] and areas[0] == pytest.approx(shapely.MultiPoint(np.c_[x, y]).convex_hull.area)


def test_edges_left_are_short_or_cannot_give_way():
    x, y = uniform(600, 5)
    corners = np.column_stack(concave_hull(x, y, 400.0))
    ends = np.roll(corners, -1, axis=0)
    long = np.hypot(*(ends - corners).T) > 400
    assert 0 < long.sum() < 0.1 * long.size
    triangles, places = Delaunay(np.column_stack([x, y])).simplices, np.column_stack([x, y])
    on_border = {tuple(corner) for corner in corners.tolist()}
    for one, other in zip(corners[long].tolist(), ends[long].tolist()):
        beside = [t for t in places[triangles].tolist() if one in t and other in t]
        assert all(tuple(corner) in on_border for triangle in beside for corner in triangle)


def test_a_horseshoe_is_open():
    angle = np.random.default_rng(1).uniform(0.3, 2 * np.pi - 0.3, 800)
    radius = np.random.default_rng(2).uniform(800, 1000, 800)
    found = hull(radius * np.cos(angle), radius * np.sin(angle), 250.0)
    assert not found.covers(shapely.Point(0, 0)) and not found.covers(shapely.Point(900, 0))
    assert found.area < 0.5 * found.convex_hull.area


def test_far_from_the_origin_and_in_any_order_it_is_the_same():
    x, y = clustered(200, 7)
    near, far = hull(x, y, 300.0), hull(x + 4e6, y + 4e6, 300.0)
    assert shapely.affinity.translate(near, 4e6, 4e6).symmetric_difference(far).area < 1e-3
    order = np.random.default_rng(0).permutation(x.size)
    assert hull(x[order], y[order], 300.0).equals(near)


@pytest.mark.parametrize("places", [[(0, 0)], [(0, 0), (5, 5)], [(0, 0), (5, 5), (9, 9), (2, 2)]])
def test_places_in_a_line_have_their_ends(places):
    x, y = np.array(places, float).T
    corners = concave_hull(x, y, 1.0)
    assert len(corners[0]) == min(len(places), 2) and corners[0].max() == x.max()
