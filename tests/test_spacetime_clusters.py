"""ST-DBSCAN: a slow twin, days at the limit, windows that hold everything, rows in any order, undated incidents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, duplicated, incidents, uniform
from twins import cluster_labels

import lacrime_geo as lg

START = np.datetime64("2023-01-01T00:00:00")
DAY = 86_400


def at(days):
    """Return moments so many days (fractions too) after the start."""
    return START + np.round(np.asarray(days, float) * DAY).astype("timedelta64[s]")


def random_days(n, seed, length=60):
    """Return whole and fractional days (n,)."""
    random = np.random.default_rng(seed)
    return np.where(random.random(n) < 0.5, random.integers(0, length, n), random.uniform(0, length, n))


def slow_labels(x, y, days, weight, eps, eps_time, min_samples):
    squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    later = np.abs(days[:, None] - days)
    near = (squared <= eps**2) & (later <= eps_time)
    return cluster_labels(near, weight, min_samples, x, y, days, apart=[squared, later])


POINTS = {
    "clustered": (*clustered(300, 1), random_days(300, 1), 250.0, 9.0, 5),
    "uniform": (*uniform(300, 2), random_days(300, 2), 500.0, 7.0, 3),
    "duplicated": (*duplicated(300, 3, places=25), random_days(300, 3, 200), 150.0, 5.0, 3),
    "one place": (np.zeros(80), np.zeros(80), np.arange(80.0) ** 1.4, 10.0, 3.0, 3),
    "one moment": (*uniform(200, 5), np.zeros(200), 300.0, 1.0, 4),
    "collinear": (np.arange(200.0) ** 1.3, np.zeros(200), np.arange(200.0) % 9, 8.0, 2.0, 3),
}


@pytest.mark.parametrize("points", list(POINTS))
def test_slow_twin(points):
    x, y, days, eps, eps_time, least = POINTS[points]
    days = (at(days) - START).astype(float) / DAY
    placed = incidents(x, y, when=at(days))
    marks = lg.st_dbscan(placed, eps=eps, eps_time=eps_time, min_samples=least)
    label, core = slow_labels(placed.easting, placed.northing, days, np.ones(x.size), eps, eps_time, least)
    np.testing.assert_array_equal(marks["core"], core)
    np.testing.assert_array_equal(marks["cluster"], label)
    assert label.max() >= 0


MOMENTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=40)


@given(moments=MOMENTS, least=st.integers(1, 6), reach=st.sampled_from([1, 2]), eps_time=st.sampled_from([1, 3, 50]))
def test_slow_twin_exactly_at_both_limits(moments, least, reach, eps_time):
    x, y, days = np.array(moments, float).T
    placed = incidents(10 * x, 10 * y, when=at(days))
    marks = lg.st_dbscan(placed, eps=10.0 * reach, eps_time=eps_time, min_samples=least)
    label, core = slow_labels(10 * x, 10 * y, days, np.ones(x.size), 10.0 * reach, eps_time, least)
    assert marks["core"].tolist() == core.tolist() and marks["cluster"].tolist() == label.tolist()


@pytest.mark.parametrize(("seconds", "together"), [(0, True), (1, False), (-1, True)])
def test_pairs_exactly_three_days_apart_are_neighbours(seconds, together):
    when = np.array([START, START + np.timedelta64(3 * DAY + seconds, "s")])
    marks = lg.st_dbscan(incidents([0, 30], [0, 40], when=when), eps=50, eps_time=3, min_samples=2)
    assert (marks["cluster"] == 0).all() == together
    assert (marks["cluster"] == -1).all() != together


@pytest.mark.parametrize("days", [0.7, 1.4, 2.3, 4.6, 1 / 86_400])
def test_decimal_days_are_whole_seconds(days):
    seconds = round(days * DAY)
    for more, together in ((0, True), (1, False)):
        when = np.array([START, START + np.timedelta64(seconds + more, "s")])
        marks = lg.st_dbscan(incidents([0, 0], [0, 0], when=when), eps=50, eps_time=days, min_samples=2)
        assert (marks["cluster"] == 0).all() == together


@pytest.mark.parametrize(("metres", "together"), [(50.0, True), (50.001, False)])
def test_pairs_exactly_at_the_distance_are_neighbours(metres, together):
    marks = lg.st_dbscan(incidents([0, metres], [0, 0], when=at([0, 3])), eps=50, eps_time=3, min_samples=2)
    assert (marks["cluster"] == 0).all() == together


@pytest.mark.parametrize("points", ["clustered", "uniform", "duplicated"])
def test_a_window_that_holds_everything_equals_dbscan(points):
    x, y, days, eps, _, least = POINTS[points]
    within = lg.st_dbscan(incidents(x, y, when=at(days)), eps=eps, eps_time=400, min_samples=3 * least)
    plain = lg.dbscan(incidents(x, y), eps=eps, min_samples=3 * least)
    np.testing.assert_array_equal(within["core"], plain["core"])
    np.testing.assert_array_equal(within["cluster"], plain["cluster"])
    assert plain["cluster"].max() >= 0


@pytest.mark.parametrize("points", list(POINTS))
def test_order_of_input_does_not_matter(points):
    x, y, days, eps, eps_time, least = POINTS[points]
    order = np.random.default_rng(0).permutation(x.size)
    options = dict(eps=eps, eps_time=eps_time, min_samples=least)
    a = lg.st_dbscan(incidents(x, y, when=at(days)), **options)
    b = lg.st_dbscan(incidents(x[order], y[order], when=at(days[order])), **options)
    np.testing.assert_array_equal(b["cluster"], a["cluster"][order])
    np.testing.assert_array_equal(b["core"], a["core"][order])


def test_weights_equal_repeats():
    x, y, days, eps, eps_time, least = POINTS["clustered"]
    times = np.random.default_rng(5).integers(1, 5, x.size)
    options = dict(eps=eps, eps_time=eps_time, min_samples=2 * least)
    weighted = lg.st_dbscan(incidents(x, y, when=at(days), weight=times), **options)
    again = [np.repeat(column, times) for column in (x, y, days)]
    repeated = lg.st_dbscan(incidents(*again[:2], when=at(again[2])), **options)
    np.testing.assert_array_equal(np.repeat(weighted["cluster"], times), repeated["cluster"])
    assert weighted["cluster"].max() >= 1


@pytest.mark.parametrize("days", [-7000.0, 0.25])
def test_moving_all_in_time_changes_nothing(days):
    x, y, when, eps, eps_time, least = POINTS["clustered"]
    options = dict(eps=eps, eps_time=eps_time, min_samples=least)
    a, b = (lg.st_dbscan(incidents(x, y, when=at(moment)), **options) for moment in (when, when + days))
    np.testing.assert_array_equal(a["cluster"], b["cluster"])


def test_many_more_moments_than_are_compared_at_once_give_the_same(monkeypatch):
    from lacrime_geo import cell_index, moments

    x, y, days, eps, eps_time, least = POINTS["clustered"]
    options = dict(eps=eps, eps_time=eps_time, min_samples=least)
    whole = lg.st_dbscan(incidents(x, y, when=at(days)), **options)
    monkeypatch.setattr(cell_index, "_PAIRS_AT_ONCE", 50)
    monkeypatch.setattr(moments, "_PAIRS_JOINED_AT_ONCE", 20)
    parts = lg.st_dbscan(incidents(x, y, when=at(days)), **options)
    np.testing.assert_array_equal(parts["cluster"], whole["cluster"])
    np.testing.assert_array_equal(parts["core"], whole["core"])


@pytest.mark.parametrize(("eps", "days", "far"), [(1, 1 / 1440, 5e4), (1, 1 / 24, 5e6), (50, 1 / 1440, 5e6)])
@pytest.mark.parametrize("last", ["2023-06-01", "9999-12-31", "1900-01-01"])
def test_a_stray_date_or_place_changes_nothing(eps, days, far, last):
    x, y = np.r_[np.arange(10) * eps / 2, far], np.r_[np.zeros(10), far]
    when = np.array(["2023-01-01T12:00:00"] * 10 + [last], dtype="M8[s]")
    marks = lg.st_dbscan(incidents(x, y, when=when), eps=eps, eps_time=days, min_samples=3)
    assert marks["cluster"].tolist() == [0] * 10 + [-1] and marks["core"].sum() == 10


def test_batches_of_slabs_change_nothing(monkeypatch):
    from lacrime_geo import moments

    x, y, days, eps, _, least = POINTS["duplicated"]
    options = dict(eps=eps, eps_time=1.5, min_samples=least)
    whole = lg.st_dbscan(incidents(x, y, when=at(days)), **options)
    monkeypatch.setattr(moments, "_ROWS", 1)
    parts = lg.st_dbscan(incidents(x, y, when=at(days)), **options)
    np.testing.assert_array_equal(parts["cluster"], whole["cluster"])
    assert whole["cluster"].max() >= 1


def test_undated_and_placeless_incidents_are_in_no_cluster_and_counted():
    x, y, days, eps, eps_time, least = POINTS["clustered"]
    when = at(days)
    when[::5] = np.datetime64("NaT")
    x = np.where(np.arange(x.size) % 7 == 0, np.nan, x)
    marks = lg.st_dbscan(incidents(x, y, when=when), eps=eps, eps_time=eps_time, min_samples=least)
    known = ~np.isnan(x) & ~np.isnat(when)
    some = incidents(x[known], y[known], when=when[known])
    alone = lg.st_dbscan(some, eps=eps, eps_time=eps_time, min_samples=least)
    np.testing.assert_array_equal(marks["cluster"][known], alone["cluster"])
    assert (marks["cluster"][~known] == -1).all() and not marks["core"][~known].any()
    assert marks.parameters["undated"] == (np.isnat(when) & ~np.isnan(x)).sum()


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        (dict(eps=0, eps_time=3), ValueError, "eps must be above 0"),
        (dict(eps=50, eps_time=-1), ValueError, "eps_time must be above 0 days, got -1"),
        (dict(eps=50, eps_time="week"), TypeError, "eps_time must be a number of days, got 'week'"),
        (dict(eps=50, eps_time=3, min_samples=0), ValueError, "min_samples must be above 0"),
    ],
)
def test_numbers_out_of_bounds(options, error, sentence):
    with pytest.raises(error, match=sentence):
        lg.st_dbscan(incidents([0, 1], [0, 1], when=at([0, 1])), **options)


def test_no_times_is_said():
    with pytest.raises(ValueError, match=r"has no times.*name its time column"):
        lg.st_dbscan(incidents([0, 1], [0, 1]), eps=50, eps_time=3)
    with pytest.raises(ValueError, match="None of the 2 incidents"):
        lg.st_dbscan(incidents([0, 1], [0, 1], when=["NaT", "NaT"]), eps=50, eps_time=3)


def test_progress_rises_and_false_stops():
    x, y, days, eps, eps_time, least = POINTS["clustered"]
    told = []
    placed = incidents(x, y, when=at(days))
    lg.st_dbscan(placed, eps=eps, eps_time=eps_time, min_samples=least, progress=told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
    with pytest.raises(lg.Cancelled):
        lg.st_dbscan(placed, eps=eps, eps_time=eps_time, min_samples=least, progress=lambda fraction: fraction < 0.5)
