"""Centres and ellipses of groups: twins, invariance, the axes of a known spread, what has no group."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import SOUTH, WEST, crimes_frame, incidents, uniform
from scipy.optimize import minimize

import lacrime_geo as lg
from lacrime_geo.centrography import THINNEST


def spread(n, seed, major=900.0, minor=300.0, angle=30.0):
    """Return places spread normally, the longer axis at an angle clockwise from north."""
    along, across = np.random.default_rng(seed).normal(size=(2, n)) * [[major], [minor]]
    turn = np.radians(angle)
    return along * np.sin(turn) + across * np.cos(turn), along * np.cos(turn) - across * np.sin(turn)


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 135.0, 179.0])
def test_axes_of_a_known_spread(angle):
    found = lg.ellipses(incidents(*spread(40_000, 1, angle=angle)))
    assert found["major"][0] == pytest.approx(900, rel=0.02) and found["minor"][0] == pytest.approx(300, rel=0.02)
    assert abs((found["angle"][0] - angle + 90) % 180 - 90) < 1.0
    assert found["standard_distance"][0] == pytest.approx(np.hypot(900, 300), rel=0.02)


@pytest.mark.parametrize(("deviations", "share"), [(1.0, 0.393), (2.0, 0.865)])
def test_ellipses_hold_the_share_of_a_normal_spread(deviations, share):
    x, y = spread(20_000, 2)
    found = lg.ellipses(incidents(x, y), deviations=deviations).to_geodataframe()
    inside = gpd.GeoSeries(gpd.points_from_xy(x + WEST, y + SOUTH)).within(found.geometry[0])
    assert inside.mean() == pytest.approx(share, abs=0.01)
    assert found.geometry[0].area / 1e6 == pytest.approx(found["area_km2"][0], rel=0.003)


@given(seed=st.integers(0, 10**6), n=st.integers(3, 60))
def test_equals_slow_twins(seed, n):
    random = np.random.default_rng(seed)
    x, y, weight = random.normal(0, 500, n), random.exponential(300, n), random.integers(1, 5, n).astype(float)
    found = lg.ellipses(incidents(x, y, weight=weight))
    mean = np.average(np.c_[x, y], axis=0, weights=weight)
    values = np.linalg.eigvalsh(np.cov(x, y, aweights=weight, bias=True))
    assert (found["mean_easting"][0] - WEST, found["mean_northing"][0] - SOUTH) == pytest.approx(tuple(mean), abs=1e-6)
    assert found["minor"][0] ** 2 == pytest.approx(values[0], rel=1e-5, abs=1e-4)
    assert found["major"][0] ** 2 == pytest.approx(values[1], rel=1e-6)

    def summed(place):
        return float((weight * np.hypot(x - place[0], y - place[1])).sum())

    median = found["median_easting"][0] - WEST, found["median_northing"][0] - SOUTH
    best = minimize(summed, mean, method="Nelder-Mead", options=dict(xatol=1e-4, fatol=1e-6, maxiter=4000))
    assert summed(median) <= best.fun * (1 + 1e-6) + 1e-3


def test_median_centre_of_a_place_that_holds_half_is_that_place():
    found = lg.ellipses(incidents([0, 0, 0, 100, 250], [0, 0, 0, 300, -80]))
    assert found["median_easting"][0] == pytest.approx(WEST, abs=1e-3)
    assert found["median_northing"][0] == pytest.approx(SOUTH, abs=1e-3)


def test_turning_the_map_turns_the_centres():
    x, y = spread(300, 3)
    a = lg.ellipses(incidents(x, y))
    b = lg.ellipses(incidents(y, -x))  # a quarter turn clockwise
    assert b["median_easting"][0] - WEST == pytest.approx(a["median_northing"][0] - SOUTH, abs=0.01)
    assert (b["angle"][0] - a["angle"][0]) % 180 == pytest.approx(90, abs=1e-6)
    assert b["major"][0] == pytest.approx(a["major"][0], rel=1e-9)


def test_others_axes_are_longer_by_a_known_factor():
    """CrimeStat's axes (Levine 2013, chapter 4): 2 sums of squares over n − 2, along the turned axes."""
    x, y = spread(25, 8)
    dx, dy = x - x.mean(), y - y.mean()
    cross = (dx * dy).sum()
    difference = (dx**2).sum() - (dy**2).sum()
    turn = np.arctan((difference + np.sqrt(difference**2 + 4 * cross**2)) / (2 * cross))
    one = np.sqrt(2 * ((dx * np.cos(turn) - dy * np.sin(turn)) ** 2).sum() / (x.size - 2))
    other = np.sqrt(2 * ((dx * np.sin(turn) + dy * np.cos(turn)) ** 2).sum() / (x.size - 2))
    found = lg.ellipses(incidents(x, y))
    factor = np.sqrt(2 * x.size / (x.size - 2))
    ours = sorted(factor * float(found[name][0]) for name in ("minor", "major"))
    assert ours == pytest.approx(sorted([one, other]), rel=1e-9)


def test_groups_are_as_if_alone_and_ordered_by_size():
    frame = crimes_frame()
    found = lg.ellipses(frame, by="category")
    counts = frame["category"].value_counts()
    assert found["group"].tolist() == counts.index.tolist() and found["count"].tolist() == counts.tolist()
    assert found["share"].sum() == pytest.approx(1)
    for row, name in enumerate(found["group"]):
        alone = lg.ellipses(lg.as_incidents(frame).select(category=name))
        for column in ("mean_easting", "median_northing", "major", "minor", "angle"):
            assert found[column][row] == pytest.approx(alone[column][0], rel=1e-7, abs=2e-3)


def test_clusters_of_a_file_without_their_noise(tmp_path):
    marks = lg.dbscan(crimes_frame(), eps=200, min_samples=8)
    shapes = marks.clusters()
    for source in (marks.to_geodataframe(), marks.save(tmp_path / "marked.gpkg")):
        found = lg.ellipses(source, by="cluster")
        assert found["group"].tolist() == shapes["cluster"].tolist()
        assert found.parameters["noise"] == (marks["cluster"] < 0).sum()
        np.testing.assert_allclose(found["major"], shapes["major"], rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "groups", "without"),
    [
        ([1, 1, 2, 2, 2], [2, 1], 0),
        ([1.0, 1.0, np.nan, 2.0, 2.0], [1, 2], 1),
        (["b", "b", None, "", "a"], ["b", "a"], 2),
        (["b", "b", "c", "", "a"], ["b", "a", "c"], 1),
        (np.array(["2023-01-01", "2023-01-01", "NaT", "2024-01-01", "NaT"], "M8[D]"), ["2023-01-01", "2024-01-01"], 2),
        ([True, False, True, True, False], ["True", "False"], 0),
        (np.array([1, None, 2, 2, 2], dtype=object), [2, 1], 1),
    ],
)
def test_what_tells_groups_apart(values, groups, without):
    found = lg.ellipses(incidents([0, 1, 2, 3, 4], [0, 5, 1, 9, 2]), by=values)
    assert found["group"].tolist() == groups and found.parameters["without_group"] == without


def test_a_group_in_a_line_is_drawn_thin_and_counted():
    found = lg.ellipses(incidents([0, 100, 200, 50], [0, 0, 0, 50]), by=["line", "line", "line", "point"])
    frame = found.to_geodataframe()
    assert found["minor"].tolist() == [0.0, 0.0] and found["major"][1] == 0.0 and found["angle"].tolist() == [90.0, 0.0]
    assert found.parameters["in_a_line"] == 2 and frame.is_valid.all() and (frame.area > 0.5).all()
    assert frame.bounds["maxy"][0] - frame.bounds["miny"][0] == pytest.approx(THINNEST)


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        (dict(deviations=0), ValueError, "deviations must be above 0"),
        (dict(deviations=1e300), ValueError, "deviations must be at most 1,000"),
        (dict(by="nothing"), ValueError, "no column 'nothing'"),
        (dict(by=["a"]), ValueError, "by has 1 values for 400 incidents"),
        (dict(by=[None] * 400), ValueError, "None of the 400 incidents"),
    ],
)
def test_what_cannot_be_grouped(options, error, sentence):
    with pytest.raises(error, match=sentence):
        lg.ellipses(crimes_frame(), **options)


def test_large_and_infinite_numbers_are_groups_of_their_own():
    values = np.array([1e19, 3e19, 1e19, np.inf, np.inf])
    found = lg.ellipses(incidents([0, 1, 2, 3, 4], [0, 5, 1, 9, 2]), by=values)
    assert sorted(found["count"].tolist()) == [1, 2, 2] and set(found["group"]) == {"1e+19", "3e+19", "inf"}


def test_marks_are_taken_as_incidents_with_their_columns():
    marks = lg.dbscan(crimes_frame(), eps=200, min_samples=8)
    found = lg.ellipses(marks, by="cluster")
    assert found["group"].tolist() == marks.clusters()["cluster"].tolist()
    assert lg.ellipses(marks, by="category")["count"].sum() == 400


def test_one_place_warns_of_nothing(recwarn):
    found = lg.ellipses(incidents(np.full(50, 7.0), np.full(50, 9.0)))
    assert found["median_easting"][0] == WEST + 7 and found["standard_distance"][0] == 0 and not recwarn.list


def test_thousands_of_groups_do_not_wait_for_each_other():
    x, y = uniform(30_000, 4)
    group = np.arange(30_000) % 3000
    found = lg.ellipses(incidents(x, y), by=group)
    for row in (0, 7, 2999):
        member = group == found["group"][row]
        alone = lg.ellipses(incidents(x[member], y[member]))
        assert alone["median_easting"][0] == pytest.approx(found["median_easting"][row], abs=2e-3)


def test_weights_of_a_group_that_are_all_0_are_said():
    with pytest.raises(ValueError, match="The 2 incidents that have a group all weigh 0"):
        lg.ellipses(incidents([0, 1, 2], [0, 0, 0], weight=[0, 0, 5]), by=["a", "a", None])


def test_too_many_groups_are_refused():
    with pytest.raises(ValueError, match=r"10,001 different values.*too many groups"):
        lg.ellipses(incidents(*uniform(10_001, 1)), by=np.arange(10_001))
