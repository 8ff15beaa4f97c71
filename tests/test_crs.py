"""Which CRS is worked in: the zone of the data, metric ones kept, all else re-projected and said so."""

import geopandas as gpd
import numpy as np
import pytest
from makers import CRS, SOUTH, WEST, clustered, crimes_frame, points_frame

import lacrime_geo as lg
from lacrime_geo import crs

CITIES = {
    "Los Angeles": (-118.3, 34.1, 32611),
    "Chicago": (-87.6, 41.9, 32616),
    "London": (-0.1, 51.5, 32630),
    "Sydney": (151.2, -33.9, 32756),
    "Quito": (-78.5, -0.2, 32717),
    "Singapore": (103.8, 1.35, 32648),
    "Anchorage": (-149.9, 61.2, 32606),
    "Suva": (178.4, -18.1, 32760),
    "Reykjavik": (-21.9, 64.1, 32627),
}


@pytest.mark.parametrize("city", list(CITIES))
def test_utm_is_what_geopandas_estimates(city):
    longitude, latitude, code = CITIES[city]
    random = np.random.default_rng(1)
    x, y = longitude + random.normal(0, 0.05, 50), latitude + random.normal(0, 0.05, 50)
    estimated = gpd.GeoSeries(gpd.points_from_xy(x, y, crs="EPSG:4326")).estimate_utm_crs()
    assert crs.utm(x, y) == f"EPSG:{code}" and estimated.to_epsg() == code


def test_utm_follows_the_median_and_needs_a_place():
    assert crs.utm(np.r_[[-118.3] * 9, 0.0, np.nan], np.r_[[34.0] * 9, 0.0, np.nan]) == "EPSG:32611"
    assert crs.utm(np.array([180.0]), np.array([10.0])) == "EPSG:32601"
    with pytest.raises(ValueError, match="No row has coordinates"):
        crs.utm(np.array([np.nan]), np.array([1.0]))


@pytest.mark.parametrize("source", ["EPSG:4326", "EPSG:4269", "EPSG:2229", "EPSG:3857", "ESRI:102100", "OGC:CRS84"])
def test_unmetric_layers_are_projected_and_that_is_said(source, caplog):
    x, y = clustered(100, 1)
    with caplog.at_level("INFO", "lacrime_geo"):
        located = lg.as_incidents(points_frame(x, y, source))
    assert located.crs == "EPSG:32611" and f"projected from {crs.name(source)} to EPSG:32611" in caplog.text
    # 1.5 m: the shift between NAD83 and WGS 84 where PROJ has no grid for it.
    np.testing.assert_allclose(located.easting, x + WEST, atol=1.5 if source in ("EPSG:4269", "EPSG:2229") else 1e-3)
    np.testing.assert_allclose(located.northing, y + SOUTH, atol=1.5 if source in ("EPSG:4269", "EPSG:2229") else 1e-3)


@pytest.mark.parametrize("source", ["EPSG:3310", "EPSG:26911", "EPSG:32610", "EPSG:32611"])
def test_metric_layers_are_kept(source, caplog):
    frame = points_frame(*clustered(100, 1), source)
    with caplog.at_level("INFO", "lacrime_geo"):
        located = lg.as_incidents(frame)
    assert located.crs == source and "projected" not in caplog.text
    np.testing.assert_array_equal(located.easting, frame.geometry.x)


def test_features_and_incidents_choose_alike():
    frame = crimes_frame()
    polygons = frame.set_geometry(frame.to_crs(CRS).buffer(10).to_crs("EPSG:4326"))
    assert lg.as_features(polygons).crs == lg.as_incidents(frame).crs == "EPSG:32611"


@pytest.mark.parametrize("code", ["EPSG:32611", "EPSG:3310", "ESRI:102009"])
def test_name_is_short_where_there_is_one(code):
    assert crs.name(code) == code


def test_name_of_an_own_crs_is_its_wkt():
    own = "+proj=tmerc +lat_0=34 +lon_0=-118 +k=0.99991 +x_0=1234 +datum=WGS84 +units=m"
    assert crs.is_metric(own) and crs.name(own).startswith("PROJCRS[")


@pytest.mark.parametrize(
    ("code", "metric"), [("EPSG:32611", 1), ("EPSG:3310", 1), ("EPSG:2229", 0), ("EPSG:4326", 0), ("EPSG:3857", 0)]
)
def test_is_metric(code, metric):
    assert crs.is_metric(code) == bool(metric)


REFUSED = {
    "missing": ("", "CRS is missing"),
    "degrees": ("EPSG:4326", "in degrees"),
    "degrees, a number": (4326, "in degrees"),
    "degrees, in words": ("GEOGCRS[...]", "in degrees"),
    "CRS84": ("OGC:CRS84", "in degrees"),
    "Web Mercator": ("EPSG:3857", "Web Mercator"),
    "its old number": ("EPSG:900913", "Web Mercator"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_core_refuses_what_it_cannot_measure_in(case):
    code, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        lg.Incidents([WEST], [SOUTH], crs=code)


def test_degrees_under_a_metric_name_are_noticed():
    with pytest.raises(ValueError, match="look like degrees"):
        lg.Incidents([-118.25, -118.31], [34.05, 34.1], crs="EPSG:32611")
    assert lg.Incidents([10, 20, 40], [10, 10, 10], crs="EPSG:32611").size == 3


@pytest.mark.parametrize(
    ("source", "words"), [("EPSG:999999", "not known"), ('LOCAL_CS["site",UNIT["metre",1]]', "cannot be projected")]
)
def test_a_crs_that_cannot_be_used_is_named(source, words):
    with pytest.raises(ValueError, match=words):
        crs.working(source, np.array([1.0]), np.array([1.0]))


def test_coordinates_that_cannot_be_projected_are_counted():
    x, y = np.array([-118.0, -118.0, np.nan]), np.array([34.0, 95.0, 1.0])
    with pytest.raises(ValueError, match=r"1 of 3 coordinates cannot be projected.*row 1 \(-118, 95\)"):
        crs.project(x, y, "EPSG:4326", "EPSG:32611")


def test_zero_degrees_are_no_place_and_that_is_said(caplog):
    x, y = [-118.3, 0.0, -118.2, 0.0], [34.0, 0.0, 34.1, 34.0]
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    with caplog.at_level("INFO", "lacrime_geo"):
        located = lg.as_incidents(frame)
    assert located.placed.tolist() == [True, False, True, True]
    assert "1 incidents at longitude 0, latitude 0" in caplog.text and located.crs == "EPSG:32611"


def test_axis_order_is_always_x_y():
    x, y = crs.project(np.array([-118.25, np.nan]), np.array([34.05, 1.0]), "EPSG:4326", "EPSG:32611")
    # On a sphere: 1.25 degrees west of the zone's middle, 34.05 degrees of a quarter meridian of 10,002 km north.
    assert x[0] == pytest.approx(500_000 - 1.25 * 111_320 * np.cos(np.radians(34.05)), abs=500)
    assert y[0] == pytest.approx(34.05 / 90 * 10_002_000, abs=20_000) and np.isnan([x[1], y[1]]).all()
