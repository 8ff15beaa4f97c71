"""Features: polygons or points with their table, however they come."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from makers import CRS, SOUTH, WEST, incidents, rectangle, squares

import lacrime_geo as lg
from lacrime_geo.features import as_boundary

LAYER = squares(4, 5).assign(value=np.arange(20) % 7)


def test_centres_and_bounds():
    features = lg.as_features(LAYER)
    np.testing.assert_allclose(np.column_stack(features.centres()), shapely.get_coordinates(LAYER.centroid), atol=1e-6)
    assert features.bounds == pytest.approx(tuple(LAYER.total_bounds)) and features.are_polygons


@pytest.mark.parametrize("empty", [shapely.Polygon(), None, shapely.MultiPolygon()])
def test_empty_and_missing_geometry_alike(empty):
    layer = LAYER.copy()
    layer.loc[3, "geometry"] = empty
    features = lg.as_features(layer)
    assert features.known.sum() == 19 and not features.known[3]
    direct = lg.Features([None if g is None else shapely.to_wkb(g) for g in layer.geometry], CRS)
    np.testing.assert_array_equal(direct.known, features.known)
    assert np.isnan(lg.gi_star(direct, value=LAYER.value, neighbours="knn", k=3)["z"]).tolist() == [
        row == 3 for row in range(20)
    ]


def test_an_empty_point_has_no_geometry():
    wkb = [shapely.to_wkb(p) for p in (shapely.Point(WEST, SOUTH), shapely.Point())]
    assert lg.Features(wkb, CRS).known.tolist() == [True, False]


def test_points_of_incidents():
    features = lg.as_features(incidents([1.0, np.nan, 3.0], [4.0, 5.0, 6.0]))
    assert features.known.tolist() == [True, False, True] and not features.are_polygons
    np.testing.assert_array_equal(features.centres()[0], [WEST + 1, np.nan, WEST + 3])


MIXED = {
    "lines": [shapely.LineString([(0, 0), (1, 1)])],
    "points and polygons": [shapely.Point(0, 0), shapely.box(0, 0, 1, 1)],
    "collection": [shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])],
}


@pytest.mark.parametrize("case", list(MIXED))
def test_other_geometries_are_refused(case):
    with pytest.raises(ValueError, match="only polygons or only points"):
        lg.as_features(gpd.GeoDataFrame(geometry=MIXED[case], crs=CRS))


def test_features_in_another_crs_cannot_be_projected_here():
    with pytest.raises(ValueError, match="EPSG:32611 and the incidents in EPSG:3310"):
        as_boundary(rectangle(0, 0, 10, 10), "EPSG:3310")


@pytest.mark.parametrize("source", ["EPSG:4326", "EPSG:2229", "EPSG:3310", "EPSG:32611"])
def test_boundaries_come_in_any_crs(source):
    boundary = as_boundary(LAYER.to_crs(source), CRS)
    assert boundary.crs == CRS and boundary.bounds == pytest.approx(tuple(LAYER.total_bounds), abs=1.5)
    assert as_boundary(LAYER.geometry.to_crs(source), CRS).bounds == boundary.bounds
    assert as_boundary(None, CRS) is None


@pytest.mark.parametrize("layer", [LAYER.iloc[:0], LAYER.set_geometry(LAYER.centroid), LAYER.assign(geometry=None)])
def test_a_boundary_without_polygons(layer):
    with pytest.raises(ValueError, match="boundary must be a polygon layer"):
        as_boundary(layer, CRS)


@pytest.mark.parametrize("thing", [5, shapely.box(0, 0, 1, 1), None, gpd.GeoDataFrame({"x": [1]})])
def test_things_that_are_no_features(thing):
    with pytest.raises(TypeError, match=f"not from {type(thing).__name__}"):
        lg.as_features(thing)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_gi_star_needs_three_features(rows):
    with pytest.raises(ValueError, match=f"has {rows} rows, {rows} of them with geometry"):
        lg.gi_star(LAYER.iloc[:rows], value="value")


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ("crimes", ValueError, "no column 'crimes'; the columns are geometry, value"),
        (np.arange(5), ValueError, "5 values for 20 rows"),
        (np.r_[np.nan, np.arange(19)], ValueError, "missing or infinite in 1 of 20 rows, first in row 0"),
        (np.array(["a"] * 20), TypeError, "must be numbers"),
    ],
)
def test_values_that_do_not_fit(value, kind, words):
    with pytest.raises(kind, match=words):
        lg.gi_star(LAYER, value=value)


@pytest.mark.parametrize("name", ["z", "bin", "cluster"])
def test_a_geometry_column_named_like_ours_survives(name):
    out = lg.gi_star(LAYER.rename_geometry(name), value="value").to_geodataframe()
    assert out.geometry.geom_equals(LAYER.geometry).all() and out["z"].dtype == float


def test_columns_named_like_ours_are_replaced_and_that_is_said(caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        out = lg.gi_star(LAYER.assign(z="old", p=1), value="value").to_geodataframe()
    assert "replaced of the input's columns: z, p" in caplog.text and out["z"].dtype == float
    assert list(out.columns) == ["geometry", "value", "z", "p", "p_adjusted", "bin"]
