"""Near repeats by tiles with a halo: the same whole numbers however incidents are cut, and of scans as in memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from in_parts import InParts

import lacrime_geo as lg
from lacrime_geo.spacetime import knox_by_place, knox_counts, knox_tiles, near_pairs, shuffled_dates
from lacrime_geo.spacetime.knox_by_place import TilePlaces
from lacrime_geo.spacetime.knox_counts import Asked, counts_in_order, counts_of
from lacrime_geo.spacetime.near_pairs import METRICS
from lacrime_geo.spacetime.shuffled_dates import ShuffledDates

DAY, CRS = np.datetime64("2023-01-01"), "EPSG:32611"
ACROSS, APART = np.array([0.0, 1, 5, 10]), np.array([0.0, 3, 9])


def made(number=3_000, seed=0, lacking=True):
    """Return incidents of two years on some shared places, some of them without a place, a date, or both."""
    random = np.random.default_rng(seed)
    where = random.integers(0, number // 3, number)
    x, y = np.round(random.normal([[380_000], [3_768_000]], 900, (2, number // 3)))[:, where]
    when = DAY + random.integers(0, 730 * 86_400, number).astype("m8[s]")
    if lacking:
        x[::97], when[::101] = np.nan, np.datetime64("NaT")
    return lg.Incidents(x, y, when=when, crs=CRS, label="made")


def obvious(x, y, day, metric, seed=0, permutations=2):
    """Return the tables of pairs by two loops, observed and shuffled."""
    order = np.lexsort((day, y, x))
    x, y, day = x[order], y[order], day[order]
    first, second = np.triu_indices(x.size, 1)
    east, north = np.abs(x[first] - x[second]), np.abs(y[first] - y[second])
    apart = east + north if metric == "manhattan" else np.hypot(east, north)
    tables = []
    for number in range(permutations + 1):
        drawn = np.random.default_rng([seed, number]).permutation(day) if number else day
        edges = [[*ACROSS, np.inf], [*APART, np.inf]]
        tables.append(np.histogram2d(apart, np.abs(drawn[first] - drawn[second]), edges)[0])
    return np.array(tables).astype(int)


@st.composite
def on_a_lattice(draw):
    """Draw places whose distances often are the edges of bands, or 0, and dates whose differences are."""
    number = draw(st.integers(2, 40))
    side = draw(st.sampled_from([0, 1, 12, 60]))
    step = draw(st.sampled_from([1.0, 5.0, 0.1]))
    coordinate = st.lists(st.integers(0, side), min_size=number, max_size=number)
    x, y = (step * np.array(draw(coordinate), dtype=float) for _ in range(2))
    return x + 380_000.0, y + 3_768_000.0, np.array(draw(coordinate)) % 13


@settings(max_examples=60)
@given(
    lattice=on_a_lattice(),
    metric=st.sampled_from(METRICS),
    tiles=st.integers(1, 50),
    kept=st.integers(1, 3),
    rows=st.integers(1, 9),
    by_place=st.booleans(),
    days=st.sampled_from([1, 100, 1000]),
)
def test_any_number_of_tiles_gives_the_obvious_tables(lattice, metric, tiles, kept, rows, by_place, days):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TilePlaces, "costs", lambda *_: (not by_place, by_place))
        patch.setattr(knox_by_place, "DAYS_AT_ONCE", days)
        patch.setattr(knox_tiles, "_number_of_tiles", lambda *_: tiles)
        patch.setattr(knox_tiles, "ROWS_JUDGED", rows)
        patch.setattr(near_pairs, "PAIRS_AT_ONCE", 20)
        patch.setattr(shuffled_dates, "BYTES_KEPT", 0)
        patch.setattr(shuffled_dates, "LEAST_KEPT", kept)
        counts = counts_of(*lattice, Asked((ACROSS, APART), metric, 2, 0))
    if np.ptp(lattice[0] * 10 % 10) > 0.5:
        # Where distances are not exact, only that nothing is lost or counted twice can be asked for.
        assert counts.observed.sum() == lattice[0].size * (lattice[0].size - 1) // 2
        return
    assert np.array_equal([counts.observed, *counts.shuffled], obvious(*lattice, metric))


@given(tiles=st.integers(2, 60), seed=st.integers(0, 20), metric=st.sampled_from(METRICS), by_place=st.booleans())
def test_coordinates_with_rounding_give_one_table_in_any_tiles(tiles, seed, metric, by_place):
    random = np.random.default_rng(seed)
    # Tenths have no exact squares: the same pair must come out the same in every tile.
    x, y = 500_000 + 0.1 * random.integers(0, 300, (2, 400))
    day = random.integers(0, 40, 400)
    one = counts_of(x, y, day, Asked((ACROSS, APART), metric, 3, seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knox_tiles, "_number_of_tiles", lambda *_: tiles)
        patch.setattr(TilePlaces, "costs", lambda *_: (not by_place, by_place))
        cut = counts_of(x, y, day, Asked((ACROSS, APART), metric, 3, seed))
    assert all(np.array_equal(first, second) for first, second in zip(one, cut))
    east, north = x[:, None] - x, y[:, None] - y
    near = np.abs(east) + np.abs(north) < 10 if metric == "manhattan" else east * east + north * north < 100
    assert one.in_space[:-1].sum() == (near.sum() - x.size) // 2


def test_tiles_hold_all_rows_once_and_about_the_same_work():
    incidents = made(60_000, lacking=False)
    x, y = incidents.easting, incidents.northing
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    plan = knox_tiles.planned(x, y, np.array([0.0, 1, 100]), "euclidean", 300, 100)
    listed = [0.0]
    numbers = [tasks[0].numbers for tasks in plan.rounds]
    assert [number for group in numbers for number in group] == list(range(300))
    for tasks in plan.rounds:
        assert [task.begin for task in tasks] == np.cumsum([0, *(task.own for task in tasks)])[:-1].tolist()
        assert sum(task.own for task in tasks) == x.size
    edges = np.array([0.0, 1, 100])
    for task in plan.rounds[0]:
        pairs = near_pairs.near_pairs(task.x, task.y, edges, "euclidean", lambda fraction: None, task.own)
        listed.append(sum(pair.first.size for pair in pairs))
    assert len(plan.rounds[0]) >= 4 and max(listed) < 1.6 * sum(listed) / len(plan.rounds[0])
    assert plan.pairs == pytest.approx(sum(listed), rel=0.15)


def test_the_last_shufflings_are_kept_and_none_is_sent_along(monkeypatch):
    monkeypatch.setattr(shuffled_dates, "BYTES_KEPT", 0)
    dates = ShuffledDates(np.arange(50) % 7, 3)
    drawn = {number: np.random.default_rng([3, number]).permutation(np.arange(50) % 7) for number in range(1, 9)}
    assert dates.day.dtype == np.int16 and np.array_equal(dates.of(0), np.arange(50) % 7)
    for number in (1, 2, 3, 4, 2, 5, 6, 7, 8, 1):
        assert np.array_equal(dates.of(number), drawn[number])
    assert dates.of(8) is dates.of(8) and len(dates._drawn) == shuffled_dates.LEAST_KEPT
    kind, made_of = dates.__reduce__()
    assert kind is ShuffledDates and len(made_of) == 2 and not kind(*made_of)._drawn
    far = ShuffledDates(np.array([0, 40_000]), 0)
    assert far.of(1).dtype == np.int64 and sorted(far.of(1)) == [0, 40_000]


def test_days_farther_apart_than_small_numbers_hold_are_told_apart():
    x = y = np.zeros(3)
    days = np.array([0.0, 20_000, 70_000])
    near, far = (
        counts_of(x, y, day, Asked((ACROSS, days), "euclidean", 0, 0)).observed[0].tolist()
        for day in (np.array([0, 30_000, 5]), np.array([0, 60_000, 99_999]))
    )
    assert near == [1, 2, 0] and far == [0, 2, 1]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("cuts", [[], [1, 1, 700, 2_999], [1_500]])
def test_a_scan_gives_the_table_of_incidents_in_memory(metric, cuts):
    incidents = made()
    here, there = (
        lg.near_repeat(which, permutations=9, metric=metric) for which in (incidents, InParts(incidents, cuts, 400))
    )
    assert list(here.columns) == list(there.columns) and here.label == there.label
    for name in here.columns:
        assert here[name].tolist() == there[name].tolist(), name
    assert dict(here.parameters) == dict(there.parameters) and list(here.parameters) == list(there.parameters)
    assert here.parameters["undated"] > 0 and here.parameters["without_place"] > 0


def test_default_bands_are_those_of_every_so_manieth_row():
    number = 40_000
    random = np.random.default_rng(0)
    x, y = 130.0 * random.integers(0, 90, (2, number))
    x[::50] = np.nan
    incidents = lg.Incidents(x, y, when=DAY + random.integers(0, 300, number), crs=CRS)
    here, there = (lg.near_repeat(which, permutations=1) for which in (incidents, InParts(incidents, [9_000, 9_001])))
    assert here.parameters["distance_bands_reason"] == there.parameters["distance_bands_reason"]
    assert "evenly taken" in there.parameters["distance_bands_reason"]
    assert here["observed"].tolist() == there["observed"].tolist()


def emptied(number, **columns):
    nowhere = np.full(number, np.nan)
    whole = dict(easting=nowhere, northing=nowhere, when=np.full(number, np.datetime64("NaT", "s")), label="some")
    return lg.Incidents(crs=CRS, **{**whole, **columns})


@pytest.mark.parametrize(
    "lacking",
    [
        emptied(0),
        emptied(4),
        emptied(4, easting=np.zeros(4), northing=np.zeros(4)),
        emptied(4, easting=np.zeros(4), northing=np.zeros(4), when=None),
        emptied(2, easting=np.array([0, np.nan]), northing=np.array([0, np.nan]), when=np.array([DAY, DAY], "M8[s]")),
    ],
)
def test_what_is_lacking_is_said_as_in_memory(lacking):
    said = []
    for which in (lacking, InParts(lacking, [1][: lacking.size])):
        with pytest.raises(ValueError) as raised:
            lg.near_repeat(which, permutations=1)
        said.append(str(raised.value))
    assert said[0] == said[1]


def test_incidents_of_a_scan_are_not_marked_and_there_are_limits(monkeypatch):
    found = lg.near_repeat(InParts(made(300)), permutations=1)
    with pytest.raises(TypeError, match="'made' is a scan, whose incidents are not marked one by one"):
        found.originators(distance=100, days=7)
    with pytest.raises(TypeError, match="is a scan"):
        lg.risk_zones(InParts(made(300)))
    monkeypatch.setattr("lacrime_geo.spacetime.scanned_places.MOST_INCIDENTS", 100)
    with pytest.raises(ValueError, match="More than 100 incidents have a place and a date"):
        lg.near_repeat(InParts(made(300), [150]), permutations=1)


def test_very_many_pairs_are_warned_of_before_they_are_counted(monkeypatch):
    assert not any("shufflings" in said for said in lg.near_repeat(made(300), permutations=9).parameters["warnings"])
    monkeypatch.setattr("lacrime_geo.spacetime.knox_test.LONG", 1e-12)
    warned = lg.near_repeat(made(300), permutations=9).parameters["warnings"]
    assert any(
        "pairs of incidents are nearer than 600 m, which take, with 9 shufflings, some" in said for said in warned
    )


def test_where_many_share_places_they_are_counted_by_place_and_else_pair_by_pair(monkeypatch):
    random = np.random.default_rng(0)
    used = []
    for module, name in ((knox_counts, "nearer_than"), (knox_counts, "_nearer_than")):
        whole = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, whole=whole: used.append(whole.__name__) or whole(*given))
    x, y = 60.0 * random.integers(0, 5, (2, 5_000))
    day = random.integers(0, 200, 5_000)
    edges = np.array([0.0, 1, 100]), np.array([0.0, 7])
    shared = counts_of(x, y, day, Asked(edges, "euclidean", 1, 0))
    assert set(used) == {"nearer_than"}
    used.clear()
    apart = counts_of(x + random.uniform(0, 1e-6, x.size), y, day, Asked(edges, "euclidean", 1, 0))
    assert set(used) == {"_nearer_than"} and np.array_equal(shared.in_space, apart.in_space)
    assert shared.observed[0].tolist() == apart.observed[0].tolist()


def test_counting_can_be_stopped():
    x, y = np.random.default_rng(0).uniform(0, 1_500, (2, 12_000))
    day = np.arange(12_000) % 300
    told = []

    def stop(fraction):
        told.append(fraction)
        return fraction < 0.3

    with pytest.raises(RuntimeError, match="cancelled"):
        counts_of(x, y, day, Asked((np.array([0.0, 100]), np.array([0.0, 7])), "euclidean", 999, 0), stop)
    assert told == sorted(told) and 0.3 <= told[-1] < 0.6


def test_on_a_cluster_of_processes_too(cluster, monkeypatch):
    monkeypatch.setattr(knox_tiles, "_number_of_tiles", lambda *_: 3)
    incidents = made()
    here, there = (
        lg.near_repeat(which, permutations=9) for which in (incidents, InParts(incidents, [900], client=cluster))
    )
    assert all(here[name].tolist() == there[name].tolist() for name in here.columns)


def test_what_a_task_counts_is_small():
    incidents = made(2_000, lacking=False)
    order = np.lexsort((incidents.when, incidents.northing, incidents.easting))
    sent = []

    def run(function, tasks, progress=None):
        for number, task in enumerate(tasks):
            found = function(task)
            sent.append(sum(part.nbytes for part in found))
            yield number, found

    day = incidents.when[order].astype("M8[D]").astype(np.int64)
    places = incidents.easting[order], incidents.northing[order]
    found = counts_in_order(*places, day, Asked((ACROSS, APART), "euclidean", 9, 0), run)
    assert sent == [10 * 3 * 2 * 8 + 3 * 8]
    assert np.array_equal(found.shuffled, counts_of(*places, day, Asked((ACROSS, APART), "euclidean", 9, 0)).shuffled)
    assert knox_counts.counted_in_tile.__module__ == "lacrime_geo.spacetime.knox_counts"
