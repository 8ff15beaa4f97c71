"""The contest of maps and the score of one: planted worlds, a slow loop, leaks that raise, what is left out and named."""

import time
from dataclasses import replace

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo import Features, Incidents, contest, geometry, score_map
from lacrime_geo.grid import Grid
from lacrime_geo.parameters import Parameters
from lacrime_geo.progress import Cancelled
from lacrime_geo.results import Cells, Surface
from lacrime_geo.risk.contesting.contest_pages import page_of
from lacrime_geo.risk.contesting.fair_origins import fair
from lacrime_geo.risk.predicting.plain_predictors import LastCounts
from lacrime_geo.risk.predicting.predictors import Predictor

CRS, WEST, SOUTH, SIDE = "EPSG:32611", 380_000.0, 3_768_000.0, 250.0
FIRST = np.datetime64("2023-01-01")
DAY = np.timedelta64(1, "D")
SCORES = ("hit_rate", "against_map", "pai", "pei", "rri", "stability", "roc_auc", "pr_auc", "f1", "brier")
THREE = Grid(WEST, SOUTH, 100.0, rows=1, columns=3, crs=CRS)
SHARES = [0.05, 0.1, 0.3]


def in_cells(cell, cells, day, seed=0, **columns):
    """Return incidents anywhere in cells by flat number, row by row from the south-west corner."""
    draw = np.random.default_rng(seed)
    row, column = np.divmod(np.asarray(cell), cells)
    x, y = (SIDE * (at + draw.uniform(0.01, 0.99, row.size)) for at in (column, row))
    when = FIRST + np.asarray(day) * DAY
    columns = {"reported": when, **columns}
    return Incidents(WEST + x, SOUTH + y, when=when, crs=CRS, **columns)


def rectangle(west, south, width, height):
    """Return a polygon."""
    return geometry.rectangles_wkb(np.array([west]), np.array([south]), width, height)[0]


def square(cells):
    """Return a boundary of so many cells a side."""
    side = cells * SIDE
    return Features([rectangle(WEST, SOUTH, side, side)], CRS)


def steady(seed=0, cells=16, days=70, each_day=40.0, evenly=1.0):
    """Return incidents of cells that keep their rates, which differ the more the less even, in two categories."""
    draw = np.random.default_rng(seed)
    rate = draw.gamma(evenly, 1.0, cells**2)
    number = draw.poisson(each_day, days)
    cell = draw.choice(cells**2, number.sum(), p=rate / rate.sum())
    kind = np.where(draw.random(cell.size) < 0.5, "a", "b")
    return in_cells(cell, cells, np.repeat(np.arange(days), number), seed, category=kind)


@pytest.fixture(scope="module")
def city():
    return steady()


@pytest.fixture(scope="module")
def found(city):
    """Return a contest of a few predictors."""
    return contest(
        city, "kde, smoothed_counts, last_counts", boundary=square(16), origins=4, shares=SHARES, category="a"
    )


def rows_of(found, name, area=0.1):
    return int(np.flatnonzero((found["predictor"] == name) & np.isclose(found["area"], area))[0])


def slow(incidents, days, cells, origins, share, horizon=7):
    """Return of counts in the last days, by loops alone: the hit rate, its lower bound, PAI, PEI* and RRI, over all origins."""
    cell = [
        int((y - SOUTH) // SIDE) * cells + int((x - WEST) // SIDE)
        for x, y in zip(incidents.easting, incidents.northing)
    ]
    day = ((incidents.when.astype("M8[D]") - FIRST) / DAY).astype(int).tolist()
    target = [kind == "a" for kind in incidents.category]
    budget = int(share * cells**2)
    caught = least = best = whole = 0.0
    sums = dict(inside=[0.0, 0.0], outside=[0.0, 0.0])
    for origin in origins:
        known, year, later = ([0] * cells**2 for _ in range(3))
        for at, when, wanted in zip(cell, day, target):
            if wanted and when < origin:
                known[at] += when >= origin - days
                year[at] += 1
            later[at] += wanted and origin <= when < origin + horizon
        cut = sorted(known, reverse=True)[budget - 1]
        above, tied = (
            [at for at in range(cells**2) if known[at] > cut],
            [at for at in range(cells**2) if known[at] == cut],
        )
        part = (budget - len(above)) / len(tied)
        weight = [1.0 if known[at] > cut else part if known[at] == cut else 0.0 for at in range(cells**2)]
        caught += sum(w * n for w, n in zip(weight, later))
        least += sum(later[at] for at in above) + sum(sorted(later[at] for at in tied)[: budget - len(above)])
        best += sum(sorted(later, reverse=True)[:budget])
        whole += sum(later)
        for number, counts in enumerate((later, year)):
            inside = sum(w * n for w, n in zip(weight, counts))
            sums["inside"][number] += inside
            sums["outside"][number] += sum(counts) - inside
    recaptured = (sums["inside"][0] / sums["inside"][1]) / (sums["outside"][0] / sums["outside"][1])
    return caught / whole, least / whole, caught / whole / (budget / cells**2), caught / best, recaptured


@pytest.mark.parametrize(("name", "days"), [("prior_counts", 365), ("last_counts", 7)])
@pytest.mark.parametrize("area", SHARES)
def test_a_contest_is_what_slow_loops_find(city, found, name, days, area):
    expected = slow(city, days, 16, [42, 49, 56, 63], area)
    at = rows_of(found, name, area)
    told = [found[score][at] for score in ("hit_rate", "against_map", "pai", "pei", "rri")]
    np.testing.assert_allclose(told, expected)


def test_parts_add_up_to_the_whole(found):
    parts = found.by_origin()
    assert parts["origin"].astype("M8[D]").astype(str).tolist()[:1] == ["2023-02-12"]
    for row, (name, area) in enumerate(zip(found["predictor"], found["area"])):
        mine = (parts["predictor"] == name) & (parts["area"] == area)
        rate = (parts["hit_rate"] * parts["incidents"])[mine].sum() / parts["incidents"][mine].sum()
        np.testing.assert_allclose(rate, found["hit_rate"][row])
        base = found["hit_rate"][rows_of(found, "prior_counts", area)]
        np.testing.assert_allclose(found["difference"][row], found["hit_rate"][row] - base, atol=1e-12)
        assert found["difference_low"][row] <= found["difference"][row] + 1e-9 <= found["difference_high"][row] + 2e-9
    curves = found.curves()
    at = (curves["predictor"] == "kde") & np.isclose(curves["area"], 0.1)
    # Of 256 cells the 25 of the budget are a little less than a tenth.
    assert 0 <= curves["hit_rate"][at][0] - found["hit_rate"][rows_of(found, "kde")] < 0.01
    np.testing.assert_allclose(curves["pai"][at], 10 * curves["hit_rate"][at])
    assert (
        curves["hit_rate"][curves["predictor"] == "best possible"] >= curves["hit_rate"][curves["predictor"] == "kde"]
    ).all()


def test_the_order_of_predictors_and_of_incidents_changes_nothing(city, found):
    mixed = city.take(np.random.default_rng(1).permutation(city.size))
    names = ["last_counts", "smoothed_counts", "kde"]
    again = contest(mixed, names, boundary=square(16), origins=4, shares=SHARES[::-1], category="a")
    assert again["predictor"].tolist() == found["predictor"].tolist() and again.sentences == found.sentences
    for name in found.columns:
        if name != "predictor":
            np.testing.assert_allclose(again[name], found[name], rtol=1e-9, err_msg=name)


def test_dates_are_the_origins_that_a_count_stands_for(city, found):
    dates = "2023-02-26, 2023-02-12, 2023-02-19, 2023-03-05"
    again = contest(
        city, "kde, smoothed_counts, last_counts", boundary=square(16), origins=dates, shares=SHARES, category="a"
    )
    assert again.parameters["origins"] == found.parameters["origins"] == sorted(dates.split(", "))
    np.testing.assert_array_equal(again["hit_rate"], found["hit_rate"])
    with pytest.raises(ValueError, match=r"1 of 1 origins go beyond 2023-03-11.*take origins up to 2023-03-05"):
        contest(city, "kde", origins="2023-03-06")
    with pytest.raises(ValueError, match=r"too few for 10 origins of 7 days.*they allow 9"):
        contest(city, "kde", origins=10)


def test_the_future_is_not_known(city):
    origin = FIRST + 63 * DAY
    later = city.when.astype("M8[D]") >= origin
    draw = np.random.default_rng(5)
    moved = city.easting.copy()
    moved[later] = WEST + 16 * SIDE * draw.random(later.sum())
    given = dict(boundary=square(16), origins=[origin], shares=[0.1])
    one, two = (
        contest(x, ["kde", lambda known: known.counts(7)], **given) for x in (city, replace_places(city, moved))
    )
    np.testing.assert_array_equal(one.played.expected, two.played.expected)
    assert (one.played.thresholds == two.played.thresholds).all() and np.isfinite(one.played.thresholds).all()
    assert (one.played.came != two.played.came).any()


def test_cells_and_days_tell_nothing_of_what_came_later(city):
    far = in_cells([3000], 64, [69], category=["a"])
    wrong = Incidents(city.easting[:1], city.northing[:1], when=np.datetime64("1923-01-01"), crs=CRS)
    x, y, when = (
        np.concatenate([getattr(one, name) for one in (city, far, wrong)]) for name in ("easting", "northing", "when")
    )
    reported = np.concatenate([city.when, far.when, [np.datetime64("2023-01-09")]])
    both = Incidents(x, y, when=when, reported=reported, crs=CRS)
    found = contest(both, "kde", origins=2, shares=[0.1])
    alone = contest(replace_places(city, city.easting), "kde", origins=2, shares=[0.1])
    assert (
        found.played.units.size == alone.played.units.size
        and found.parameters["outside"] == alone.parameters["outside"] + 1
    )
    np.testing.assert_array_equal(found["hit_rate"], alone["hit_rate"])
    assert any("dated 60 days or more before 2023-01-01" in said for said in found.parameters["warnings"])


def test_what_came_where_nothing_is_scored_is_told():
    early, late = in_cells(np.arange(72) % 36, 6, range(72)), in_cells([4000] * 50, 64, [65] * 50)
    x, y, when = (
        np.concatenate([getattr(one, name) for one in (early, late)]) for name in ("easting", "northing", "when")
    )
    both = Incidents(x, y, when=when, reported=when, crs=CRS)
    found = contest(both, "kde", origins=[FIRST + 60 * DAY], horizon=6, shares=[0.1])
    assert found.parameters["came_outside"] == 50 and found.parameters["incidents_scored"] == 6
    assert "50 of 56 incidents that came (89 %) stand in none of the places that are scored, which lie around" in str(
        found.parameters["warnings"]
    )
    inside = contest(early, "kde", origins=[FIRST + 60 * DAY], horizon=6, shares=[0.1]).parameters
    assert inside["came_outside"] == 0 and "stand in none" not in str(inside.get("warnings"))


def replace_places(incidents, easting):
    columns = dict(when=incidents.when, reported=incidents.reported, category=incidents.category, crs=CRS)
    return Incidents(easting, incidents.northing, **columns)


def test_a_future_without_places_gives_pai_1_and_auc_a_half():
    draw = np.random.default_rng(3)
    cell = draw.integers(0, 400, 8000)
    known = steady(4, cells=20, days=40)
    even = in_cells(cell, 20, 40 + np.arange(8000) // 400, 5, category=np.full(8000, "a"))
    both = Incidents(
        np.concatenate([known.easting, even.easting]),
        np.concatenate([known.northing, even.northing]),
        when=np.concatenate([known.when, even.when]),
        reported=np.concatenate([known.when, even.when]),
        crs=CRS,
    )
    found = contest(
        both, "kde, self_exciting", boundary=square(20), origins=[FIRST + 40 * DAY], horizon=1, shares=[0.2, 0.3]
    )
    np.testing.assert_allclose(found["pai"], 1.0, atol=0.15)
    np.testing.assert_allclose(found["roc_auc"], 0.5, atol=0.06)


def test_a_stable_hotspot_is_told_by_prior_counts_and_the_table_says_so():
    world = steady(2, evenly=0.3)
    found = contest(world, "kde, last_counts, prospective, gi_star", boundary=square(16), origins=4, shares=[0.05])
    prior = found["hit_rate"][found["predictor"] == "prior_counts"][0]
    assert prior >= 0.98 * found["hit_rate"].max() and found.winner is None
    assert "nothing is surely better than prior_counts" in found.parameters["found"]
    assert any("fewer than prior_counts" in said and "surely fewer" in said for said in found.sentences)


def contagion(cells=40, days=105, each_day=4.0, brought=0.7, seed=0):
    """Return incidents each of which brings others, a week later on the mean and 150 m away, over an even background."""
    draw = np.random.default_rng(seed)
    born = draw.uniform(0, 1, (3, draw.poisson(each_day * days))) * [[cells * SIDE], [cells * SIDE], [days]]
    every = [born]
    while born.shape[1]:
        born = np.repeat(born, draw.poisson(brought, born.shape[1]), axis=1)
        born = born + np.vstack([draw.normal(0, 150, (2, born.shape[1])), draw.exponential(7, born.shape[1])])
        inside = (born[:2] > 0).all(axis=0) & (born[:2] < cells * SIDE).all(axis=0) & (born[2] < days)
        born = born[:, inside]
        every.append(born)
    x, y, day = np.hstack(every)
    when = FIRST + day.astype(int) * DAY
    return Incidents(WEST + x, SOUTH + y, when=when, reported=when, crs=CRS)


def test_in_a_contagious_world_the_self_exciting_process_wins_by_its_interval():
    found = contest(contagion(), "self_exciting, smoothed_counts", boundary=square(40), origins=5, shares=[0.05])
    at = rows_of(found, "self_exciting", 0.05)
    assert found.winner == "self_exciting" and found["difference_low"][at] > 0 and found["telling"][at] > 20
    assert found.sentences[0].startswith("self_exciting caught") and "surely more" in found.sentences[0]


def test_what_few_blocks_tell_is_not_called_sure():
    found = contest(contagion(), "self_exciting", boundary=square(40), origins=5, shares=[0.05])
    few = replace(found, columns={**found.columns, "telling": np.where(found["telling"] > 0, 19, 0)})
    assert (found.winner, few.winner) == ("self_exciting", None)
    assert few.sentences[0].endswith(": more, as it seems. It differs in 19 blocks only.")
    assert "surely more" in page_of(found) and "surely more" not in page_of(few)


def test_a_map_as_surface_cells_and_polygons_scores_the_same(city, tmp_path):
    early = city.select(until=FIRST + 40 * DAY)
    cells = lg.hotspots(early, cell_size=SIDE, boundary=square(16))
    surface = Surface(cells.grid, cells.raster("z"), "", cells.parameters, label="a surface")
    given = {"cells": (cells, "z"), "surface": surface, "frame": (cells.to_geodataframe(), "z")}
    found = contest(city, given, boundary=square(16), origins=3, shares=[0.1])
    at = [rows_of(found, name) for name in given]
    by_path = contest(city, f"kde, {surface.save(tmp_path / 'z.tif')}", boundary=square(16), origins=3, shares=[0.1])
    assert set(by_path.names) == {"prior_counts", "kde", "z"}
    np.testing.assert_allclose(by_path["hit_rate"][rows_of(by_path, "z")], found["hit_rate"][at[0]], atol=0.01)
    for score in SCORES:
        np.testing.assert_allclose(found[score][at], found[score][at[0]], err_msg=score)
    assert sum("does not tell of which time" in said for said in found.parameters["warnings"]) == 1
    scored = [score_map(one, city, value="z") for one in (cells, surface)]
    np.testing.assert_allclose(scored[0]["hit_rate"], scored[1]["hit_rate"])
    assert scored[0].parameters["later_since"] == str(FIRST + 40 * DAY)


def test_districts_take_the_place_of_cells(city):
    side = 2 * SIDE
    boxes = [rectangle(WEST + side * column, SOUTH + side * row, side, side) for row in range(8) for column in range(8)]
    found = contest(city, "kde", units=Features(boxes, CRS), origins=3, shares=[0.25])
    same = contest(city, "last_counts", cell_size=side, boundary=square(16), origins=3, shares=[0.25])
    names = found["predictor"] == "prior_counts", same["predictor"] == "prior_counts"
    for score in ("hit_rate", "pai", "pei", "brier"):
        np.testing.assert_allclose(found[score][names[0]], same[score][names[1]], err_msg=score)
    with pytest.raises(ValueError, match="units are polygons already, so cell_size"):
        contest(city, "kde", units=Features(boxes, CRS), cell_size=250)


def test_maps_of_the_time_that_is_scored_are_refused(city, tmp_path):
    late = lg.kde(city, cell_size=SIDE, boundary=square(16))
    with pytest.raises(ValueError, match=r"made of incidents up to 2023-03-11.*nothing from 2023-02-19 on was known"):
        contest(city, late, boundary=square(16), origins=3)
    with pytest.raises(ValueError, match="up to 2023-03-11, and would be scored by those from 2023-03-01"):
        score_map(late, city, later_since="2023-03-01")
    # A file keeps what it was made of.
    cells = lg.hotspots(city, cell_size=SIDE, boundary=square(16))
    for ending in ("gpkg", "parquet"):
        path = cells.save(tmp_path / f"as_{ending}.{ending}")
        with pytest.raises(ValueError, match="up to 2023-03-11, and would be scored"):
            score_map(path, city, value="z", later_since="2023-03-01")


def test_a_function_of_the_counts_is_refused_and_a_perfect_map_has_pei_1(city):
    begin = FIRST + 63 * DAY

    def oracle(known):
        later = (city.when.astype("M8[D]") >= begin) & (city.when.astype("M8[D]") < begin + 7 * DAY)
        return known.units.counts(known.units.locate(city.easting[later], city.northing[later]))

    with pytest.raises(ValueError, match="'oracle' is made of the incidents that it would be scored by"):
        contest(city, {"oracle": oracle}, boundary=square(16), origins=[begin])
    later = city.select(since=begin)
    told = lg.hotspots(later, cell_size=SIDE, boundary=square(16)).columns["count"]
    cells = lg.hotspots(city, cell_size=SIDE, boundary=square(16))
    perfect = replace(cells, columns={"risk": told}, parameters=Parameters())
    found = score_map(perfect, later, shares=SHARES)
    np.testing.assert_allclose(found["pei"], 1.0)
    assert found["roc_auc"][0] == 1.0 and "worth nothing" in found.parameters["warnings"][0]


def test_six_three_and_none_predicted_three_two_and_one():
    three = Cells({"risk": np.array([3, 2, 1])}, Parameters(), THREE, np.arange(3))
    came = Incidents(WEST + np.repeat([50.0, 150.0], [6, 3]), np.full(9, SOUTH + 50), crs=CRS)
    found = score_map(three, came, shares=[1 / 3, 2 / 3, 1.0], budget=0.5)
    np.testing.assert_allclose(found["pai"], [2.0, 1.5, 1.0])
    np.testing.assert_allclose(found["pei"], 1.0)
    places = found.caught()
    assert places["rank"].tolist() == [1, 2, 3] and places["later"].tolist() == [6, 3, 0]
    assert places["in_budget"].tolist() == [True, False, False] and places["caught"].tolist() == [6, 0, 0]
    assert places.style == "risk" and places.parameters["caption"].startswith("Top 50 % of area: caught 67 %")


def test_places_tied_at_the_budget_are_within_it_in_part():
    three = Cells({"risk": np.array([1, 1, 0])}, Parameters(), THREE, np.arange(3))
    came = Incidents(WEST + np.array([50.0, 50.0, 150.0, 250.0]), np.full(4, SOUTH + 50), crs=CRS)
    found = score_map(three, came, shares=[0.34], budget=0.34)
    assert found["hit_rate"][0] == 0.375 and found["against_map"][0] == 0.25
    places = found.caught()
    assert places["chosen"].tolist() == [0.5, 0.5, 0.0] and places["rank"].tolist() == [1.5, 1.5, 3.0]
    assert places["in_budget"].sum() == 1 and not places["in_budget"][2]
    assert "drawn by the seed" in places.parameters["warnings"][-1] and len(found.parameters["warnings"]) == 2


def test_areas_that_differ_are_ranked_by_the_value_or_by_the_value_over_the_area():
    boxes = [rectangle(WEST, SOUTH, 100, 100), rectangle(WEST + 100, SOUTH, 300, 100), rectangle(0, 0, 1, 1)]
    layer = Features(boxes, CRS, {"n": np.array([2.0, 3.0, np.nan]), "name": np.array(["x", "y", "z"], dtype=object)})
    came = Incidents(WEST + np.array([50.0, 50.0, 150.0]), np.full(3, SOUTH + 50), crs=CRS)
    plain, dense = (
        score_map(layer, came, value="n", shares=[0.25], budget=0.25, per_area=over) for over in (False, True)
    )
    # A quarter of the area is the small one, or a third of the large one.
    np.testing.assert_allclose([plain["hit_rate"][0], dense["hit_rate"][0]], [1 / 9, 2 / 3])
    places = dense.caught()
    assert places["rank"].tolist()[:2] == [1, 2] and np.isnan(places["rank"][2]) and len(places) == 3
    assert dense.parameters["without_value"] == 1 and "name" in places.to_geodataframe()


def test_who_cannot_be_fitted_is_named_and_all_are_scored_at_the_same_origins():
    short = steady(6, days=37)
    found = contest(short, [LastCounts(20), LastCounts(30), "kde"], boundary=square(16), origins=4, shares=[0.1])
    assert set(found["predictor"]) == {"prior_counts", "kde", "counts_20_days"}
    assert found.parameters["left_out"] == ["counts_30_days"] and found.parameters["origins_left_out"] == [
        "2023-01-10",
        "2023-01-17",
    ]
    said = " ".join(found.parameters["warnings"])
    assert "counts_30_days did not take part: 'counts_30_days' needs 30 days" in said
    assert "2 of 4 origins, the first 2023-01-10, are not scored, as counts_20_days could not be fitted there" in said


def test_fairness_keeps_the_baseline_and_half_of_its_origins():
    fitted = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]], dtype=bool)
    entrants, origins = fair(fitted)
    assert entrants.tolist() == [True, False, False, False] and origins.all()
    entrants, origins = fair(fitted[[0, 1, 3]])
    assert entrants.tolist() == [True, True, False] and origins.tolist() == [True, True, False, False]


def test_names_are_told_apart_and_wrong_ones_are_refused(city):
    given = dict(boundary=square(16), origins=2, shares=[0.1])
    found = contest(city, [LastCounts(14), LastCounts(14), "prior_counts"], **given)
    assert sorted(found.names) == ["counts_14_days", "counts_14_days (2)", "prior_counts"]
    with pytest.raises(ValueError, match="predictor must be one of"):
        contest(city, "oracle", **given)
    with pytest.raises(TypeError, match="not a int"):
        contest(city, [3], **given)
    with pytest.raises(ValueError, match="shares must be between 0 and 1"):
        contest(city, "kde", shares=[2.0])
    with pytest.raises(ValueError, match="fewer than 0 incidents in 1 of 256 units"):
        contest(city, [Wrong()], **given)


class Wrong(Predictor):
    """Expects fewer than none."""

    name = "wrong"

    def fit(self, history):
        return self

    def predict(self, horizon):
        return -np.eye(1, 256)[0]


def test_without_dates_of_report_there_is_a_gap(city):
    plain = replace_places(city, city.easting)
    undated = Incidents(plain.easting, plain.northing, when=plain.when, crs=CRS)
    found = contest(undated, "kde", boundary=square(16), origins=2, shares=[0.1])
    assert found.parameters["gap"] == 7 and "no dates" in found.parameters["gap_reason"]
    assert contest(city, "kde", boundary=square(16), origins=2, shares=[0.1]).parameters["gap"] == 0


def test_where_few_reports_have_dates_there_is_a_gap_too(city):
    for share, gap in ((0.02, 7), (0.85, 7), (0.95, 0)):
        told = np.arange(city.size) < share * city.size
        reported = np.where(told, city.when, np.datetime64("NaT"))
        kept = contest(replace(city, reported=reported), "kde", boundary=square(16), origins=2, shares=[0.1]).parameters
        assert kept["gap"] == gap
        assert (f"only {100 * share:g} % of the reports have dates" in kept["gap_reason"]) == (gap > 0)


def test_a_contest_across_the_change_of_records_is_refused():
    # Its last origin is a day before the change: of what comes after it, most is in the other system.
    found = steady(days=40)
    moved = replace(
        found, when=found.when + (np.datetime64("2024-03-07") - FIRST - 34 * DAY), reported=None, agency="LAPD"
    )
    with pytest.raises(ValueError, match=r"2024-02-02 to 2024-03-12, cross 2024-03-07, .* Take either side by itself"):
        contest(moved, "kde", boundary=square(16), origins=2, shares=[0.1])
    contest(replace(moved, agency="PPB"), "kde", boundary=square(16), origins=2, shares=[0.1])
    before = moved.take(moved.when < np.datetime64("2024-03-07"))
    contest(before, "kde", boundary=square(16), origins=2, shares=[0.1])


def test_a_budget_below_a_unit_and_origins_without_incidents_are_named(city):
    few = city.take(np.flatnonzero((city.category == "b") | (city.when.astype("M8[D]") < FIRST + 63 * DAY)))
    found = contest(few, "kde", boundary=square(16), category="a", origins=2, shares=[0.001, 0.1])
    said = " ".join(found.parameters["warnings"])
    assert (
        "0.1 % of the area is less than one of 256 units" in said and "after 1 of 2 origins, first 2023-03-05" in said
    )
    assert (found["hit_rate"][found["area"] == 0.001] == 0).all() and np.isnan(
        found["pai"][found["area"] == 0.001]
    ).all()
    with pytest.raises(ValueError, match="No incident came"):
        contest(few, "kde", boundary=square(16), category="a", origins=1)


def test_the_page_is_escaped_and_the_files_hold_the_table(city, tmp_path):
    evil = {"<script>x</script>": "kde", "=1+1": "last_counts"}
    found = contest(replace(city, label="<b>bold</b>"), evil, boundary=square(16), origins=2, shares=[0.1])
    page = found.html()
    assert "<script>" not in page and "<b>bold" not in page and "&lt;script&gt;" in page
    assert "Reported crime is not crime" in page and all(
        name in page for name in ("Brier", "best possible", "By origin")
    )
    for ending in ("csv", "parquet", "svg", "html"):
        found.save(tmp_path / f"contest.{ending}")
    assert "'=1+1" in (tmp_path / "contest.csv").read_text() and found.svg().startswith("<svg")


@pytest.mark.parametrize("after", [0.0, 0.5])
def test_a_cancel_is_heard_within_a_second(city, after):
    class Slow(Predictor):
        name = "slow"

        def fit(self, history):
            time.sleep(1.5)
            return LastCounts(7).fit(history)

    began = time.monotonic()
    with pytest.raises(Cancelled):
        contest(city, [Slow()], boundary=square(16), origins=8, progress=lambda done: time.monotonic() < began + after)
    assert time.monotonic() - began < after + 1.0


def test_the_interval_of_a_map_is_of_other_days_like_these():
    random = np.random.default_rng(3)
    grid = Grid(380000.0, 3768000.0, 100.0, rows=1, columns=50, crs="EPSG:32611")
    expected = np.where(np.arange(50) == 0, 20.0, 1.0)
    share = expected[0] / expected.sum()
    held = 0
    for _ in range(60):
        cell = random.choice(50, 200, p=expected / expected.sum())
        when = np.datetime64("2023-01-01") + random.integers(0, 60, 200)
        came = Incidents(*grid.centres(cell), when=when, crs="EPSG:32611")
        found = score_map(Cells({"risk": expected}, Parameters(), grid, np.arange(50)), came, shares=[0.02])
        held += found["low"][0] <= share <= found["high"][0]
    assert found.parameters["drawn_again"] == "days" and 50 <= held <= 60


def test_incidents_without_dates_are_drawn_one_by_one():
    grid = Grid(380000.0, 3768000.0, 100.0, rows=1, columns=4, crs="EPSG:32611")
    came = Incidents(*grid.centres(np.repeat([0, 1], [60, 40])), crs="EPSG:32611")
    found = score_map(Cells({"risk": np.arange(4.0)[::-1]}, Parameters(), grid, np.arange(4)), came, shares=[0.25])
    # Binomial, n = 100.
    assert found["low"][0] == pytest.approx(0.50, abs=0.03) and found["high"][0] == pytest.approx(0.70, abs=0.03)
    assert found.parameters["drawn_again"] == "incidents"
