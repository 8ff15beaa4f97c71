"""WKB without GEOS: every flavour is read as shapely reads it; centres and hulls are shapely's."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import SOUTH, WEST, clustered

from lacrime_geo import geometry

HOLED = shapely.Polygon(
    [(0, 0), (40, 5), (38, 50), (-3, 44)], holes=[[(5, 10), (20, 10), (20, 30)], [(25, 30), (30, 30), (30, 40)]]
)
SHAPES = {
    "triangle": shapely.Polygon([(0, 0), (4, 0), (0, 3)]),
    "holes": HOLED,
    "parts": shapely.MultiPolygon([HOLED, shapely.box(100, 100, 130, 110)]),
    "clockwise": shapely.Polygon([(0, 0), (0, 3), (4, 0)]),
    "far": shapely.box(4e6, 5e6, 4e6 + 3, 5e6 + 1),
    "line": shapely.Polygon([(0, 0), (10, 10), (0, 0)]),
    "crooked line": shapely.Polygon([(0.1, 0.1), (10.3, 0.1), (3.7, 0.1), (0.1, 0.1)]),
}
FLAVOURS = {
    "little-endian": dict(byte_order=1),
    "big-endian": dict(byte_order=0),
    "Z, ISO": dict(output_dimension=3, flavor="iso"),
    "Z, EWKB": dict(output_dimension=3, flavor="extended"),
    "SRID": dict(include_srid=True, flavor="extended"),
    "SRID, Z, big-endian": dict(include_srid=True, flavor="extended", output_dimension=3, byte_order=0),
}


def encoded(shape, flavour):
    options = FLAVOURS[flavour]
    raised = shapely.force_3d(shape, 7.0) if options.get("output_dimension") == 3 else shape
    return shapely.to_wkb(shapely.set_srid(raised, 32611), **options)


def shells_and_holes(shape):
    return [
        (shapely.get_coordinates(ring), number > 0)
        for part in shapely.get_parts(shape)
        for number, ring in enumerate([part.exterior, *part.interiors])
    ]


@pytest.mark.parametrize("flavour", list(FLAVOURS))
@pytest.mark.parametrize("name", list(SHAPES))
def test_rings_are_read(name, flavour):
    layer = geometry.rings([None, encoded(SHAPES[name], flavour), encoded(SHAPES["triangle"], flavour)])
    expected = shells_and_holes(SHAPES[name]) + shells_and_holes(SHAPES["triangle"])
    parts = np.split(np.column_stack([layer.x, layer.y]), layer.start[1:-1])
    assert len(parts) == len(expected) and layer.hole.tolist() == [hole for _, hole in expected]
    assert all(np.array_equal(part, ring) for part, (ring, _) in zip(parts, expected))
    assert layer.feature.tolist() == [1] * (len(expected) - 1) + [2]


@pytest.mark.parametrize("flavour", list(FLAVOURS))
@pytest.mark.parametrize("name", list(SHAPES))
def test_kind_ignores_flags(name, flavour):
    expected = geometry.MULTIPOLYGON if name == "parts" else geometry.POLYGON
    assert geometry.kind(encoded(SHAPES[name], flavour)) == expected


MEASURED = {  # ISO WKB with M and with ZM, which shapely cannot write
    "M": ("01D30700000100000004000000", [[0, 0, 9], [4, 0, 9], [0, 3, 9], [0, 0, 9]]),
    "ZM": ("01BB0B00000100000004000000", [[0, 0, 8, 9], [4, 0, 8, 9], [0, 3, 8, 9], [0, 0, 8, 9]]),
}


@pytest.mark.parametrize("name", list(MEASURED))
def test_measures_are_passed_over(name):
    head, rows = MEASURED[name]
    layer = geometry.rings([bytes.fromhex(head) + np.array(rows, "<f8").tobytes()])
    assert layer.x.tolist() == [0, 4, 0, 0] and layer.y.tolist() == [0, 0, 3, 0]


@pytest.mark.parametrize("flavour", list(FLAVOURS))
@pytest.mark.parametrize("shape", [shapely.Point(3, 4), shapely.MultiPoint([(3, 4)])])
def test_points_are_read(shape, flavour):
    assert geometry.point(encoded(shape, flavour)) == (3.0, 4.0)


@pytest.mark.parametrize("shape", [shapely.Point(), shapely.MultiPoint()])
def test_empty_points_have_no_place(shape):
    assert np.isnan(geometry.point(shapely.to_wkb(shape))).all()


@given(st.lists(st.one_of(st.none(), st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)))))
def test_points_are_written_as_shapely_does_and_read_back(places):
    x, y = np.array([place or (np.nan, np.nan) for place in places], dtype=float).reshape(-1, 2).T
    written = geometry.points_wkb(x, y)
    assert written == [None if place is None else shapely.to_wkb(shapely.Point(place)) for place in places]
    np.testing.assert_array_equal(geometry.points(written), (x, y))


def test_points_of_all_flavours_are_read_together():
    flavours = [shapely.Point(1, 2).wkb, shapely.to_wkb(shapely.Point(3, 4), byte_order=0), None]
    flavours += [shapely.MultiPoint([(5, 6)]).wkb, shapely.Point(7, 8, 9).wkb, shapely.Point().wkb]
    x, y = geometry.points(flavours)
    np.testing.assert_array_equal(x, [1, 3, np.nan, 5, 7, np.nan])
    np.testing.assert_array_equal(y, [2, 4, np.nan, 6, 8, np.nan])


def test_a_multipoint_has_no_one_place():
    with pytest.raises(ValueError, match="2 parts"):
        geometry.point(shapely.to_wkb(shapely.MultiPoint([(0, 0), (1, 1)])))


@pytest.mark.parametrize("shift", [0.0, 4e6])
@pytest.mark.parametrize("name", list(SHAPES))
def test_centroids_are_shapelys(name, shift):
    shape = shapely.transform(SHAPES[name], lambda xy: xy + shift)
    x, y = geometry.centroids(geometry.rings([None, shapely.to_wkb(shape)]), 2)
    assert np.isnan([x[0], y[0]]).all()
    assert (x[1], y[1]) == pytest.approx((shape.centroid.x, shape.centroid.y), abs=1e-6)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=3, max_size=12))
def test_centroids_of_any_star_are_shapelys(points):
    angles = np.sort(np.arctan2(*np.array(points).T))
    radius = 1 + np.hypot(*np.array(points).T)
    shape = shapely.Polygon(np.column_stack([radius * np.cos(angles), radius * np.sin(angles)]))
    if not shape.is_valid or shape.area < 1e-3:
        return
    x, y = geometry.centroids(geometry.rings([shapely.to_wkb(shape)]), 1)
    assert (x[0], y[0]) == pytest.approx((shape.centroid.x, shape.centroid.y), abs=1e-6)


def test_centroids_of_real_tracts(lacrime_data):
    import geopandas as gpd

    frame = gpd.read_parquet(lacrime_data / "la_tract_crime_counts_2020_2024.parquet").to_crs("EPSG:32611")
    x, y = geometry.centroids(geometry.rings(list(frame.geometry.to_wkb())), len(frame))
    np.testing.assert_allclose(np.column_stack([x, y]), shapely.get_coordinates(frame.centroid), atol=1e-3)


POINT_SETS = {
    "scatter": clustered(500, 1),
    "square": (np.array([0.0, 1, 1, 0, 0.5]), np.array([0.0, 0, 1, 1, 0.5])),
    "duplicates": (np.repeat([0.0, 5, 3], 4), np.repeat([0.0, 0, 7], 4)),
    "collinear": (np.arange(9.0), np.arange(9.0)),
    "one": (np.full(3, 2.0), np.full(3, 2.0)),
}


@pytest.mark.parametrize("name", list(POINT_SETS))
def test_convex_hull_is_shapelys(name):
    x, y = POINT_SETS[name]
    corners = np.column_stack(geometry.convex_hull(x, y))
    expected = shapely.convex_hull(shapely.MultiPoint(np.column_stack([x, y])))
    assert {*map(tuple, corners)} == {*map(tuple, shapely.get_coordinates(expected))}
    assert name not in ("scatter", "square") or shapely.is_ccw(shapely.LinearRing(corners))


@pytest.mark.parametrize("name", list(POINT_SETS))
def test_hull_of_circles_is_a_valid_polygon_around_all(name):
    x, y = POINT_SETS[name]
    hull = shapely.from_wkb(geometry.polygon_wkb(*geometry.around(x, y, 50.0)))
    circles = shapely.union_all(shapely.buffer(shapely.points(x, y), 50.0)).convex_hull
    assert 0.97 * circles.area <= hull.area <= circles.area * (1 + 1e-9)
    assert hull.geom_type == "Polygon" and hull.is_valid and hull.area > 0
    assert hull.buffer(1e-9).covers(shapely.MultiPoint(np.column_stack([x, y])))


def test_hull_of_many_points_leaves_none_out():
    random = np.random.default_rng(2)
    for x, y in (
        random.normal(0, 500, (2, 5000)),
        random.uniform(0, 900, (2, 5000)),
        np.indices((70, 70)).reshape(2, -1),
    ):
        x, y = x + WEST, y * 1.0 + SOUTH
        expected = shapely.convex_hull(shapely.MultiPoint(np.column_stack([x, y])))
        assert {*zip(*geometry.convex_hull(x, y))} == {*map(tuple, shapely.get_coordinates(expected))}


@pytest.mark.parametrize(
    ("x", "y", "thick"), [([0, 4, 4, 0], [0, 0, 3, 3], 12 / 5), ([0, 9], [0, 9], 0), ([7], [7], 0)]
)
def test_thickness_is_the_area_over_the_length(x, y, thick):
    assert geometry.thickness(np.array(x, float) + WEST, np.array(y, float) + SOUTH) == pytest.approx(thick)


def test_rectangles_are_boxes():
    west, south = np.array([WEST, WEST + 10]), np.array([SOUTH, SOUTH])
    shapes = shapely.from_wkb(geometry.rectangles_wkb(west, south, 10.0, 5.0))
    expected = [shapely.box(x, y, x + 10, y + 5) for x, y in zip(west, south)]
    assert all(a.equals(b) for a, b in zip(shapes, expected))
    assert geometry.rectangles_wkb(np.empty(0), np.empty(0), 1.0, 1.0).size == 0


def test_multipolygons_are_read_back_as_written():
    layer = geometry.rings([shapely.to_wkb(HOLED), shapely.to_wkb(shapely.box(100, 100, 130, 110))])
    written = geometry.multipolygon_wkb(layer)
    assert shapely.from_wkb(written).equals(SHAPES["parts"]) and geometry.kind(written) == geometry.MULTIPOLYGON
    nothing = geometry.multipolygon_wkb(geometry.rings([]))
    assert shapely.from_wkb(nothing).equals(shapely.MultiPolygon())


@pytest.mark.parametrize("shift", [0.0, 4e6])
def test_areas_of_rings_are_signed_by_their_turn(shift):
    turned = [shapely.transform(shape, lambda xy: xy + shift) for shape in (HOLED, SHAPES["clockwise"])]
    areas = geometry.ring_areas(geometry.rings([shapely.to_wkb(shape) for shape in turned]))
    loops = [shapely.Polygon(ring) for shape in turned for ring in [shape.exterior, *shape.interiors]]
    signs = [1 if loop.exterior.is_ccw else -1 for loop in loops]
    np.testing.assert_allclose(areas, [sign * loop.area for sign, loop in zip(signs, loops)], atol=1e-6)
    assert -6 in np.round(areas, 6)
