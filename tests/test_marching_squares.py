"""Marching squares: valid polygons around just the centres inside, holes, saddles, ties; mirrors and a peer agree."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from makers import CRS, SOUTH, WEST

from lacrime_geo.geometry import multipolygon_wkb, ring_areas
from lacrime_geo.grid import Grid
from lacrime_geo.marching_squares import outline

# Few whole numbers make plateaus, ties with the level, saddles and holes; the others are smooth numbers of any size.
SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=9)
PLATEAUS = arrays(float, SHAPES, elements=st.one_of(st.integers(0, 3).map(float), st.just(np.nan)))
NUMBERS = arrays(float, SHAPES, elements=st.one_of(st.floats(-10, 10), st.just(np.nan)))


def grid_of(values, cell_size=50.0):
    return Grid(WEST, SOUTH, cell_size, *values.shape, CRS)


def polygons(values, level, cell_size=50.0):
    values = np.asarray(values, dtype=float)
    return shapely.from_wkb(multipolygon_wkb(outline(values, level, grid_of(values, cell_size))))


def centres_inside(shape, values, cell_size=50.0):
    grid = grid_of(values, cell_size)
    return shapely.contains_xy(shape, *grid.centres(np.arange(grid.size))).reshape(grid.shape)


@pytest.mark.parametrize("cell_size", [0.5, 50.0, 7000.0])
@given(values=st.one_of(PLATEAUS, NUMBERS), level=st.one_of(st.sampled_from([0.0, 1.0, 1.5, 3.0]), st.floats(-10, 10)))
def test_valid_polygons_hold_just_the_centres_at_or_above_the_level(values, level, cell_size):
    shape = polygons(values, level, cell_size)
    assert shape.geom_type == "MultiPolygon" and shape.is_valid, shapely.is_valid_reason(shape)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(centres_inside(shape, values, cell_size), values >= level)


@given(values=st.one_of(PLATEAUS, NUMBERS))
def test_shells_run_anticlockwise_holes_clockwise_and_areas_are_those_of_the_polygons(values):
    rings = outline(values, 1.0, grid_of(values))
    areas = ring_areas(rings)
    assert (np.sign(areas) == np.where(rings.hole, -1, 1)).all()
    assert areas.sum() == pytest.approx(polygons(values, 1.0).area, rel=1e-9, abs=1e-6)
    # Each polygon begins with its one shell.
    first = np.unique(rings.feature, return_index=True)[1]
    assert (~rings.hole[first]).all() and first.size == (~rings.hole).sum()


@given(values=PLATEAUS, level=st.sampled_from([1.0, 1.5]))
def test_mirrors_and_turns_give_the_mirrored_shape(values, level):
    height, width = (side * 50.0 for side in values.shape)
    shape = shapely.transform(polygons(values, level), lambda xy: xy - (WEST, SOUTH))
    for turned, move in (
        (values[:, ::-1], lambda xy: (width, 0) + xy * (-1, 1)),
        (values[::-1], lambda xy: (0, height) + xy * (1, -1)),
        (values[::-1, ::-1], lambda xy: (width, height) - xy),
        (values[::-1].T[::-1], lambda xy: xy[:, ::-1]),
    ):
        other = shapely.transform(polygons(turned, level), lambda xy: xy - (WEST, SOUTH))
        assert shapely.transform(shape, move).symmetric_difference(other).area < 1e-4


@given(values=NUMBERS, levels=st.tuples(st.floats(-9, 9), st.floats(0.1, 5)))
def test_a_higher_level_lies_within_a_lower_one(values, levels):
    low, high = (polygons(values, level) for level in (levels[0], sum(levels)))
    # Crossings on a centre are moved by a thousandth of a cell.
    assert high.difference(low.buffer(0.11)).area < 1e-6


@given(values=st.one_of(PLATEAUS, NUMBERS), level=st.sampled_from([0.5, 1.5]))
def test_crossings_stand_where_interpolation_meets_the_level(values, level):
    """Walk every pair of neighbouring centres, one at a time."""
    values = np.asarray(values, dtype=float)
    padded = np.pad(values, 1, constant_values=np.nan)
    expected = []
    for row, column in np.ndindex(*padded.shape):
        for down in (0, 1):
            if row + down >= padded.shape[0] or column + 1 - down >= padded.shape[1]:
                continue
            first, second = padded[row, column], padded[row + down, column + 1 - down]
            if (first >= level) != (second >= level):
                missing = np.isnan(first) or np.isnan(second)
                part = 0.5 if missing else min(max((level - first) / (second - first), 0.001), 0.999)
                expected.append((row - 1 + part * down, column - 1 + part * (1 - down)))
    rings = outline(values, level, grid_of(values))
    drawn = np.delete(np.column_stack(grid_of(values).lattice(rings.x, rings.y)), rings.start[1:] - 1, axis=0)
    order, wanted = np.lexsort(np.round(drawn.T, 6)), np.array(expected).reshape(-1, 2)
    np.testing.assert_allclose(drawn[order], wanted[np.lexsort(np.round(wanted.T, 6))], atol=1e-7)


def test_one_cell_is_a_diamond_to_its_edges():
    shape = polygons([[3.0]], 1.0)
    moved = shapely.transform(shape, lambda xy: xy - (WEST, SOUTH))
    assert moved.equals(shapely.Polygon([(25, 0), (50, 25), (25, 50), (0, 25)]))


def test_a_ring_with_an_island_in_its_hole_is_two_polygons():
    values = np.ones((9, 9))
    values[2:7, 2:7] = 0
    values[4, 4] = 1
    shape = polygons(values, 0.5)
    assert sorted(len(part.interiors) for part in shape.geoms) == [0, 1]
    assert shape.area == pytest.approx((81 - 0.5 - 25 + 1) * 2500, rel=0.02)


def test_two_holes_belong_to_one_shell():
    values = np.ones((5, 9))
    values[2, 2] = values[2, 6] = np.nan
    (part,) = polygons(values, 0.5).geoms
    assert len(part.interiors) == 2


SADDLES = {  # the mean of four decides
    "joined": ([[3, 0], [0, 3]], 1.4, 1),
    "apart": ([[3, 0], [0, 3]], 1.6, 2),
    "joined by a mean that is the level": ([[3, 0], [0, 3]], 1.5, 1),
    "the other way joined": ([[0, 3], [3, 0]], 1.4, 1),
    "apart where a corner is missing": ([[9, np.nan], [0, 9]], 1.0, 2),
}


@pytest.mark.parametrize("case", list(SADDLES))
def test_saddles(case):
    values, level, parts = SADDLES[case]
    assert len(polygons(values, level).geoms) == parts


@pytest.mark.parametrize("values", [np.zeros((3, 4)), np.full((2, 2), np.nan), np.zeros((1, 1))])
def test_nothing_inside_is_an_empty_multipolygon(values):
    shape = polygons(values, 0.5)
    assert shape.geom_type == "MultiPolygon" and shape.is_empty


def test_gdal_draws_the_same_lines():
    """A peer with the same interpolation; the surface has no saddle within a square, which may be decided otherwise."""
    gdal = pytest.importorskip("osgeo.gdal")
    ogr = pytest.importorskip("osgeo.ogr")
    row, column = np.indices((60, 50))
    values = np.pad(3 + 2 * np.sin(row / 5) * np.cos(column / 4), 2)
    grid = grid_of(values)
    raster = gdal.GetDriverByName("MEM").Create("", grid.columns, grid.rows, 1, gdal.GDT_Float64)
    a, b, c, d, e, f = grid.transform
    raster.SetGeoTransform((c, a, b, f, d, e))
    raster.GetRasterBand(1).WriteRaster(0, 0, grid.columns, grid.rows, values.tobytes())
    source = ogr.GetDriverByName("Memory").CreateDataSource("")  # without a name of its own it would be freed at once
    layer = source.CreateLayer("lines", None, ogr.wkbLineString)
    gdal.ContourGenerateEx(raster.GetRasterBand(1), layer, options=["FIXED_LEVELS=3.21"])
    lines = [shapely.from_wkb(bytes(feature.GetGeometryRef().ExportToWkb())) for feature in layer]
    ours = shapely.boundary(polygons(values, 3.21))
    theirs = shapely.union_all(lines)
    assert theirs.length > 10_000
    assert theirs.difference(ours.buffer(0.2)).is_empty and ours.difference(theirs.buffer(0.2)).is_empty
