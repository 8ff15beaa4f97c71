"""Near repeats against exact marginals, a count pair by pair, a published table, and a process that was planted."""

import os

import numpy as np
import pandas as pd
import pytest
from makers import CRS, SOUTH, WEST, duplicated, incidents, points_frame, uniform

import lacrime_geo as lg
from lacrime_geo.spacetime import knox_counts, knox_tiles, near_pairs, shuffled_dates
from lacrime_geo.spacetime.bands import DAYS, METRES, bands_given
from lacrime_geo.spacetime.knox_counts import Asked, counts_of
from lacrime_geo.verification.cases.of_space_and_time import CHICAGO as PUBLISHED

FIRST = np.datetime64("2023-01-01")
OPEN = dict(distance_bands=[0, 1, 100, 250, np.inf], time_bands=[0, 3, 7, 14, np.inf])
NUMBERS = ("observed", "expected", "expected_analytic", "ratio", "p")


def some(n=200, seed=1, days=60, side=900.0):
    """Return incidents, a third of them on shared places, with dates and hours."""
    random = np.random.default_rng(seed)
    x, y = uniform(n, seed, side)
    x[: n // 3], y[: n // 3] = duplicated(n // 3, seed, places=12, side=side)
    seconds = random.integers(0, days * 86_400, n).astype("m8[s]")
    return incidents(x, y, when=FIRST + seconds)


def planted(seed=0, n=500, repeats=120, side=4000.0, days=365):
    """Return incidents anywhere at any time, some of them followed by another within 80 m and 6 days, and who follows whom."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, side, (2, n))
    day = random.integers(0, days, n)
    parent = random.choice(n, repeats, replace=False)
    angle, far = random.uniform(0, 2 * np.pi, repeats), random.uniform(5, 80, repeats)
    x = np.r_[x, x[parent] + far * np.cos(angle)]
    y = np.r_[y, y[parent] + far * np.sin(angle)]
    day = np.r_[day, day[parent] + random.integers(1, 7, repeats)]
    return incidents(x, y, when=FIRST + day), parent


def brute(points, distance_bands, time_bands, metric="euclidean"):
    """Return the table of pairs by two loops."""
    x, y, day = points.easting, points.northing, points.when.astype("M8[D]").astype(int)
    table = np.zeros((len(distance_bands) - 1, len(time_bands) - 1), dtype=int)
    for i in range(x.size):
        for j in range(i + 1, x.size):
            east, north = abs(x[i] - x[j]), abs(y[i] - y[j])
            apart = east + north if metric == "manhattan" else np.hypot(east, north)
            later = abs(day[i] - day[j])
            for k, (low, high) in enumerate(zip(distance_bands[:-1], distance_bands[1:])):
                for m, (begin, end) in enumerate(zip(time_bands[:-1], time_bands[1:])):
                    table[k, m] += low <= apart < high and begin <= later < end
    return table


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("bands", [OPEN, dict(distance_bands=[50, 120, 300], time_bands=[2, 5, 30])])
def test_every_pair_is_in_its_band(metric, bands):
    points = some()
    found = lg.near_repeat(points, **bands, metric=metric, permutations=9)
    assert found["observed"].tolist() == brute(points, **bands, metric=metric).ravel().tolist()


def test_the_shuffled_tables_are_those_of_shuffled_dates():
    points = some(60)
    found = lg.near_repeat(points, **OPEN, permutations=19, seed=5)
    order = np.lexsort((points.when.astype("M8[D]"), points.northing, points.easting))
    day = points.when[order].astype("M8[D]")
    tables = []
    for number in range(1, 20):
        drawn = np.random.default_rng([5, number]).permutation(day.astype(int)).astype("M8[D]")
        shuffled = lg.Incidents(points.easting[order], points.northing[order], when=drawn, crs=CRS)
        tables.append(brute(shuffled, **OPEN).ravel())
    np.testing.assert_allclose(found["expected"], np.mean(tables, axis=0))
    as_many = (np.array(tables) >= found["observed"]).sum(axis=0)
    np.testing.assert_allclose(found["p"], (as_many + 1) / 20)


def test_totals_are_the_exact_marginals():
    points = some(120)
    found = lg.near_repeat(points, **OPEN, permutations=9)
    every = [0, np.inf]
    for name in ("observed", "expected", "expected_analytic"):
        table = found[name].reshape(4, 4)
        np.testing.assert_allclose(table.sum(axis=1), brute(points, OPEN["distance_bands"], every).ravel())
        np.testing.assert_allclose(table.sum(axis=0), brute(points, every, OPEN["time_bands"]).ravel())
        assert table.sum() == pytest.approx(120 * 119 / 2)


def test_the_order_of_the_input_changes_nothing():
    points, order = some(), np.random.default_rng(0).permutation(200)
    one, other = (lg.near_repeat(which, **OPEN, permutations=29) for which in (points, points.take(order)))
    for name in NUMBERS:
        np.testing.assert_array_equal(one[name], other[name])
    assert (
        one.originators(distance=100, days=7)["role"][order] == other.originators(distance=100, days=7)["role"]
    ).all()


def test_threads_and_portions_change_nothing(monkeypatch):
    points = some()
    wanted = lg.near_repeat(points, **OPEN, permutations=29)
    monkeypatch.setattr(near_pairs, "PAIRS_AT_ONCE", 50)
    monkeypatch.setattr(knox_counts, "_PAIRS_AT_ONCE", 7)
    monkeypatch.setattr(knox_tiles, "_PAIRS_IN_TASK", 3000)
    monkeypatch.setattr(shuffled_dates, "BYTES_KEPT", 4000)
    for cores in (1, 5):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found = lg.near_repeat(points, **OPEN, permutations=29)
        for name in NUMBERS:
            np.testing.assert_array_equal(found[name], wanted[name])


def test_bands_add_up():
    points = some(300)
    fine = lg.near_repeat(points, distance_bands=[0, 50, 100, 200, 300], time_bands=[0, 2, 7, 21], permutations=19)
    wide = lg.near_repeat(points, distance_bands=[0, 100, 300], time_bands=[0, 7, 21], permutations=19)
    for name in ("observed", "expected", "expected_analytic"):
        joined = fine[name].reshape(2, 2, 3)
        joined = np.stack([joined[..., :2].sum(axis=(1, 2)), joined[..., 2].sum(axis=1)], axis=1)
        np.testing.assert_allclose(joined.ravel(), wide[name])


def test_open_bands_list_no_pairs():
    x, y = uniform(60_000, 3, side=60_000)
    points = incidents(x, y, when=FIRST + np.arange(60_000) % 400)
    found = lg.near_repeat(points, distance_bands=[0, 20, np.inf], time_bands=[0, 7, np.inf], permutations=3)
    assert found["observed"].sum() == 60_000 * 59_999 // 2 and found["observed"][0] < 1000


def test_the_published_table(lacrime_data):
    columns = np.loadtxt(lacrime_data / "nearrepeat" / "chicago_be_month1.csv", delimiter=",", dtype=str)
    x, y = columns[:, :2].astype(float).T
    points = lg.Incidents(x, y, when=columns[:, 2].astype("M8[D]"), crs="EPSG:32616")
    edges = dict(distance_bands=[0, 1, 100, 200, 300, np.inf], time_bands=[0, 7, 14, 21, np.inf])
    found = lg.near_repeat(points, **edges, metric="manhattan", labels="near_repeat_calculator", permutations=199)
    assert found["observed"].reshape(5, 4).tolist() == PUBLISHED
    assert found["distance"][::4].tolist() == [
        "Same location",
        "1 to 100 meters",
        "101 to 200 meters",
        "201 to 300 meters",
        "More than 300 meters",
    ]
    assert found["time"][:4].tolist() == ["0 to 7 days", "8 to 14 days", "15 to 21 days", "More than 21 days"]
    # The calculator's own page says that these three are significant, of the bands up to 300 m.
    assert np.flatnonzero(found["p"][:16] <= 0.05).tolist() == [0, 4, 8]
    # Its ratios are of 19 shufflings only.
    page = [1.65, 0.43, 0.63, 0.58, 1.69, 0.60, 0.57, 0.56, 1.32, 0.94, 0.51, 0.88, 0.94, 1.03, 1.07, 1.01]
    spread = 3 * found["observed"][:16] / found["expected"][:16] ** 1.5 / np.sqrt(19) + 0.01
    assert (np.abs(found["ratio"][:16] - page) < spread).all()


def test_p_is_uniform_where_dates_do_not_matter():
    random, edges = np.random.default_rng(11), (np.array([0.0, 250.0]), np.array([0.0, 9.0]))
    p = []
    for _ in range(300):
        x, y = random.uniform(0, 1000, (2, 120))
        counts = counts_of(
            x, y, random.integers(0, 90, 120), Asked(edges, "euclidean", 39, int(random.integers(1 << 30)))
        )
        p.append(((counts.shuffled[:, 0, 0] >= counts.observed[0, 0]).sum() + 1) / 40)
    # Binomial, three standard errors; ties make p a little larger.
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        share, error = np.mean(np.array(p) <= level + 1e-9), np.sqrt(level * (1 - level) / 300)
        assert level - 4 * error < share < level + 3 * error, (level, share)


def test_a_planted_process_is_recovered():
    points, parent = planted()
    found = lg.near_repeat(points, distance_bands=[0, 100, 200, 300], time_bands=[0, 7, 14, 21])
    ratio = found["ratio"].reshape(3, 3)
    assert ratio[0, 0] > 4 and found["p"][0] == 0.001 and (ratio.ravel()[1:] < 2).all()
    marks = found.originators()
    assert marks.parameters["near"] == "0 to 100 m within 7 days" and len(marks) == 620
    assert np.isin(marks["role"][parent], ["originator", "both"]).all() and (marks["follows"][500:] > 0).all()
    assert (marks["role"] == "isolated").mean() > 0.55
    reach = lg.risk_zones(points).parameters
    assert (reach["distance"], reach["days"]) == (100.0, 7) and reach["risk_by_age"]["[0, 7) days"] > 4


def test_a_change_of_the_whole_pattern_is_no_near_repeat():
    x, y = uniform(400, 8, side=3000)
    x[200:] += 4000
    season = incidents(x, y, when=FIRST + np.r_[np.arange(200) % 60, 300 + np.arange(200) % 60])
    warned = lg.near_repeat(season, permutations=199).parameters["warnings"]
    assert any("where crime happens has changed over the period" in said for said in warned)
    steady = lg.near_repeat(planted()[0], permutations=199).parameters
    assert not any("has changed" in said for said in steady.get("warnings", []))


def test_days_are_calendar_days_and_edges_belong_to_the_band_above():
    when = np.array(["2023-05-01T23:30", "2023-05-04T00:30", "2023-05-08T12:00"], dtype="M8[s]")
    points = incidents([0, 100, 100], [0, 0, 0], when=when)
    found = lg.near_repeat(points, distance_bands=[0, 100, 200], time_bands=[0, 3, 4, 7, 8], permutations=9)
    # 3, 7 and 4 days; 100, 100 and 0 m.
    assert found["observed"].reshape(2, 4).tolist() == [[0, 0, 1, 0], [0, 1, 0, 1]]
    assert found.parameters["time_differences"] == "whole days"


def test_degrees_cannot_get_in():
    with pytest.raises(ValueError, match="degree"):
        lg.Incidents([-118.3, -118.2], [34.0, 34.1], when=[FIRST, FIRST], crs="EPSG:4326")
    points = some(80)
    frame = points_frame(points.easting - WEST, points.northing - SOUTH, occurred=points.when)
    metres, degrees = (lg.near_repeat(one, **OPEN, permutations=19) for one in (frame, frame.to_crs("EPSG:4326")))
    assert metres["observed"].tolist() == degrees["observed"].tolist()


def test_labels_of_the_calculator_are_said_to_be_one_edge_off():
    points = some()
    own, theirs = (
        lg.near_repeat(points, **OPEN, permutations=9, labels=kind) for kind in ("half-open", "near_repeat_calculator")
    )
    assert own["observed"].tolist() == theirs["observed"].tolist()
    assert own["distance"][8] == "[100, 250) m" and theirs["distance"][8] == "101 to 250 meters"
    assert own["time"][:4].tolist() == ["[0, 3) days", "[3, 7) days", "[7, 14) days", "[14, inf) days"]
    assert any("one edge off" in said for said in theirs.parameters["warnings"])
    assert not any("one edge off" in said for said in own.parameters.get("warnings", []))


def test_the_sentence_is_of_closed_bands_and_names_the_largest_excess():
    points, _ = planted()
    # Three places visited twice on a day: a high ratio of three pairs.
    twice = np.repeat(np.arange(3), 2)
    x, y = np.r_[points.easting, 390_000 + 2000 * twice], np.r_[points.northing, 3_780_000 + 0 * twice]
    when = np.r_[points.when, (FIRST + 100 * twice).astype("M8[s]")]
    pair = lg.Incidents(x, y, when=when, crs=CRS)
    edges = dict(distance_bands=[0, 1, 100, 200, np.inf], time_bands=[0, 7, 14, np.inf])
    found = lg.near_repeat(pair, **edges, permutations=99)
    closed = np.isfinite(found["distance_to"]) & np.isfinite(found["time_to"])
    above = closed & (found["p"] <= 0.05) & (found["observed"] > found["expected"])
    said, best = found.parameters["found"], np.argmax(np.where(above, found["observed"] - found["expected"], -np.inf))
    assert above[0] and found["ratio"][0] > found["ratio"][best] and found["observed"][0] == 3
    assert (
        said.startswith(f"{above.sum()} of 6 pairs of closed bands") and found.parameters["significant"] == above.sum()
    )
    assert f"the largest excess is at [1, 100) m and [0, 7) days: {found['observed'][best]:,} pairs" in said
    left = lg.near_repeat(pair, distance_bands=[500, np.inf], time_bands=[0, 7], permutations=9).parameters
    assert left["significant"] == 0 and left["found"].startswith("no pair of bands ends in both")


def test_bands_by_default():
    apart = lg.near_repeat(some(days=400), permutations=9).parameters
    assert apart["distance_bands"] == "0, 1, 100, 200, 300, 400, inf" and apart["time_bands"] == "0, 7, 14, 21, 28, inf"
    assert lg.near_repeat(some(days=30), permutations=9).parameters["time_bands"] == "0, 7, 14, inf"
    random = np.random.default_rng(0)
    x, y = 130.0 * random.integers(0, 20, (2, 1500))
    blocks = incidents(x, y, when=FIRST + random.integers(0, 300, 1500))
    chosen = lg.near_repeat(blocks, permutations=9).parameters
    assert (
        chosen["distance_bands"].startswith("0, 1, 150, 300") and "keep a distance" in chosen["distance_bands_reason"]
    )
    warned = lg.near_repeat(blocks, distance_bands=[0, 1, 50], permutations=9).parameters["warnings"]
    assert any("finds single places" in said for said in warned)


def test_where_shuffling_changes_nothing_it_is_said():
    x, y = uniform(30, 1)
    one_day = lg.near_repeat(incidents(x, y, when=np.full(30, FIRST)), permutations=9)
    one_place = lg.near_repeat(incidents(x * 0, y * 0, when=FIRST + np.arange(30)), permutations=9)
    for found in (one_day, one_place):
        assert (found["p"] == 1).all() and (np.isnan(found["ratio"]) | (found["ratio"] == 1)).all()
        assert any("shuffling the dates changes nothing" in said for said in found.parameters["warnings"])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (dict(weight=np.ones(3)), "have weights, and the Knox test counts pairs"),
        (dict(when=None), "has no times"),
        (dict(when=[FIRST, "NaT", "NaT"]), "1 incident has both a place and a date of the 3"),
        (dict(when=["NaT"] * 3), "None of the 3 incidents of .* with a place has a date"),
    ],
)
def test_incidents_that_make_no_pairs(given, sentence):
    told = {"when": [FIRST] * 3, **given}
    told["when"] = None if told["when"] is None else np.array(told["when"], dtype="M8[s]")
    points = incidents([0, 1, 2], [0, 0, 0], **told)
    for analysis, what in ((lg.near_repeat, "the Knox test"), (lg.risk_zones, "a zone of near repeats")):
        with pytest.raises(ValueError, match=sentence.replace("the Knox test", what)):
            analysis(points)


@pytest.mark.parametrize(
    ("edges", "unit", "error", "sentence"),
    [
        ([0, 7, 7], DAYS, ValueError, "edges in days that rise"),
        ([0, 3.5, 7], DAYS, ValueError, "time_bands are in whole days, .* got 3.5"),
        ([-1, 7], METRES, ValueError, "edges in metres that rise, from 0"),
        ([0, np.nan], METRES, ValueError, "rise"),
        ([0], METRES, TypeError, "two edges or more in metres"),
        ("0, 7", DAYS, TypeError, "two edges or more in days"),
        ([np.inf, np.inf], DAYS, ValueError, "rise"),
    ],
)
def test_edges_are_checked(edges, unit, error, sentence):
    with pytest.raises(error, match=sentence):
        bands_given("distance_bands" if unit == METRES else "time_bands", edges, unit)


def test_options_are_checked():
    for wrong in (dict(metric="feet"), dict(labels="mine"), dict(permutations=0), dict(seed=-1)):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            lg.near_repeat(some(), **wrong)


def test_it_stops_when_told():
    with pytest.raises(lg.Cancelled):
        lg.near_repeat(some(), permutations=99, progress=lambda fraction: fraction < 0.5)
    many = incidents(*uniform(8_000, 1, side=4000), when=FIRST + np.arange(8_000) % 300)
    heard = []
    with pytest.raises(lg.Cancelled):
        lg.near_repeat(many, permutations=999, progress=lambda fraction: heard.append(fraction) or fraction < 0.2)
    assert heard == sorted(heard) and len(heard) > 5


def test_rows_without_place_or_date_are_counted_and_kept():
    points = incidents([0, np.nan, 10, 20], [0, np.nan, 0, 0], when=FIRST + np.array([0, 1, 2, 3]))
    points.when[3] = np.datetime64("NaT")
    found = lg.near_repeat(points, distance_bands=[0, 50, np.inf], time_bands=[0, 7, np.inf], permutations=9)
    assert found["observed"].tolist() == [1, 0, 0, 0]
    assert (found.parameters["without_place"], found.parameters["undated"]) == (1, 1)
    role = found.originators(distance=50, days=7)["role"].tolist()
    assert role == ["originator", "no place or date", "near repeat", "no place or date"]


def test_roles_against_two_loops():
    points = some(150)
    marks = lg.near_repeat(points, **OPEN, permutations=9).originators(distance=80, days=5)
    x, y, when, day = points.easting, points.northing, points.when, points.when.astype("M8[D]").astype(int)
    near = (np.hypot(x[:, None] - x, y[:, None] - y) < 80) & (np.abs(day[:, None] - day) < 5)
    np.fill_diagonal(near, False)
    assert marks["followed_by"].tolist() == (near & (when[:, None] <= when)).sum(axis=1).tolist()
    assert marks["follows"].tolist() == (near & (when[:, None] >= when)).sum(axis=1).tolist()
    expected = np.select(
        [(marks["followed_by"] > 0) & (marks["follows"] > 0), marks["followed_by"] > 0, marks["follows"] > 0],
        ["both", "originator", "near repeat"],
        "isolated",
    )
    assert marks["role"].tolist() == expected.tolist() and len(set(expected)) == 4


def test_one_moment_makes_both():
    points = incidents([0, 10], [0, 0], when=[FIRST, FIRST])
    found = lg.near_repeat(points, distance_bands=[0, 50], time_bands=[0, 7], permutations=9)
    assert found.originators(distance=50, days=1)["role"].tolist() == ["both", "both"]


def test_without_significant_bands_nobody_is_marked_and_it_is_said():
    found = lg.near_repeat(some(days=300, seed=4), distance_bands=[100, 200, np.inf], permutations=19)
    marks = found.originators()
    assert set(marks["role"]) == {"isolated"} and any(
        "no near repeats to speak of" in s for s in marks.parameters["warnings"]
    )
    for wrong in (dict(distance=5), dict(days=5)):
        with pytest.raises(ValueError, match="give both, or neither"):
            found.originators(**wrong)


def test_the_picture_holds_every_pair_of_bands(tmp_path):
    found = lg.near_repeat(some(), **OPEN, permutations=19)
    path = found.save(tmp_path / "knox.svg")
    drawn = open(path, encoding="utf-8").read()
    assert all(f"{ratio:.2f}<" in drawn for ratio in found["ratio"]) and "same place, [0, 1) m" in drawn
    framed = ((found["p"] <= 0.05) & (found["observed"] > found["expected"])).sum()
    assert drawn.count('stroke-width="2.5"') == framed
    page = open(found.save(tmp_path / "knox.html"), encoding="utf-8").read()
    assert drawn.strip() in page and "where crime happens does not change" in page
    again = pd.read_csv(found.save(tmp_path / "knox.csv"))
    assert again["observed"].tolist() == found["observed"].tolist() and np.isinf(again["distance_to"].iloc[-1])


def test_west_la_repeats_are_on_the_same_block(lacrime_data):
    frame = lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    burglaries = lg.as_incidents(frame).select(category="burglary")
    found = lg.near_repeat(burglaries, permutations=199)
    assert found["observed"][0] == 151 and found["ratio"][0] > 3
    assert found.originators().parameters["near"] == "0 to 1 m within 28 days"
