"""Each detector finds exactly what was planted, and nothing in clean records."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, SOUTH, WEST, clustered, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo.data.quality import area_checks, place_checks, record_checks, snapping, time_checks, week_checks
from lacrime_geo.data.quality.detectors import detected
from lacrime_geo.data.quality.records import metres_per_degree, records_of
from lacrime_geo.data.quality.weeks import Weeks, departures, running_departures
from lacrime_geo.data.tables import Texts
from lacrime_geo.parameters import Parameters

METRES = (1.0, 1.0)
DEGREES = metres_per_degree(np.array([34.05]))


def city(n=3000, seed=1):
    """Return longitudes and latitudes (n,) of a city, each its own."""
    x, y = clustered(n, seed, side=30_000.0, spread=3000.0)
    return -118.4 + x / DEGREES[0], 33.9 + y / DEGREES[1]


def times(n, seed, weeks=60, rate=None):
    """Return moments (n,) over weeks up to a Sunday, at any minute with more in the evening; `rate` weighs the weeks."""
    random = np.random.default_rng(seed)
    week = random.choice(weeks, n, p=None if rate is None else np.asarray(rate) / np.sum(rate))
    hour = np.minimum(random.normal(16, 5, n) % 24, 23.99)
    start = np.datetime64("2022-01-03T00:00:00")
    seconds = week * 604_800 + random.integers(0, 7, n) * 86_400 + (hour * 60).astype(int) * 60
    return start + seconds.astype("m8[s]")


# Places


def planted(detector, x, y, rows, px, py, *more):
    """Return what a detector finds when pairs are planted in some rows."""
    x, y = x.copy(), y.copy()
    x[rows], y[rows] = px, py
    return detector(x, y, *more)


@pytest.mark.parametrize("middle", [-118.3, 0.0, 174.7, 180.0, -179.9])
def test_stray_places_are_found_on_both_sides_of_any_meridian(middle):
    random = np.random.default_rng(0)
    x, y = middle + random.normal(0, 0.1, 2000), -17 + random.normal(0, 0.1, 2000)
    x[:10] += 30
    x = (x + 180) % 360 - 180
    scale = (106_000.0, 110_700.0)
    assert place_checks.stray_places(x[10:], y[10:], scale)["rows"] == 0
    assert place_checks.stray_places(x, y, scale)["rows"] == 10
    metres = 10_000_000 + random.normal(0, 9000, 500)
    assert place_checks.stray_places(np.append(metres, 0.5), np.append(metres, 1e7), METRES)["rows"] == 1


def test_zero_swapped_mixed_and_stray_pairs_are_found_and_counted():
    x, y = city()
    rows = np.array([3, 70, 2999])
    found = planted(place_checks.zero_places, x, y, rows, 0.0, 0.0)
    assert (found["rule"], found["rows"], found["examples"]) == ("coordinates_zero", 3, ["(0, 0)"])
    swapped = planted(place_checks.swapped_places, x, y, rows, y[rows], x[rows])
    assert swapped["rows"] == 3 and swapped["examples"][0] == f"({y[3]:.10g}, {x[3]:.10g})"
    mercator = planted(place_checks.mixed_systems, x, y, rows, -13_170_000.0 - rows, 4_035_000.0)
    assert mercator["rows"] == 3 and mercator["action"].startswith("Web Mercator (EPSG:3857) among degrees")
    feet = planted(place_checks.mixed_systems, x, y, rows, 6_480_000.0, 1_840_000.0)
    assert feet["rows"] == 3 and feet["action"].startswith("feet or metres among degrees")
    stray = planted(place_checks.stray_places, x, y, rows, -122.4, 37.8, DEGREES)
    assert stray["rows"] == 3 and "(-122.4, 37.8)" in stray["examples"]


def test_degrees_among_feet_are_found():
    x, y = uniform(2000, 4)
    found = planted(place_checks.mixed_systems, x + 6_480_000, y + 1_840_000, np.array([5, 8]), -118.3, 34.0)
    assert found["rows"] == 2 and found["action"].startswith("degrees among feet or metres")


@given(st.integers(0, 2**16), st.integers(40, 4000), st.booleans())
def test_clean_coordinates_are_not_complained_of(seed, n, in_degrees):
    x, y = city(n, seed) if in_degrees else clustered(n, seed, side=30_000.0)
    x, y = (x, y) if in_degrees else (x + WEST, y + SOUTH)
    scale = DEGREES if in_degrees else METRES
    found = [place_checks.zero_places(x, y), place_checks.swapped_places(x, y), place_checks.mixed_systems(x, y)]
    found += [place_checks.stray_places(x, y, scale), place_checks.shared_places(x, y)]
    found += [snapping.rounded_places(x, y, scale), snapping.snapped_places(x, y, scale)]
    assert [line["rule"] for line in found if line["rows"]] == []
    assert found[-1]["computed"]["finest_cell_m"] == 0


def test_nothing_is_asked_of_no_rows():
    none = np.empty(0)
    for found in (place_checks.zero_places(none, none), place_checks.swapped_places(none, none)):
        assert found["rows"] == 0
    assert place_checks.mixed_systems(none, none)["rows"] == place_checks.stray_places(none, none, METRES)["rows"] == 0
    assert place_checks.shared_places(none, none)["computed"]["share"] == 0
    assert snapping.snapped_places(none, none, METRES)["rows"] == 0


def test_shared_places_are_counted():
    x = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 0.0, np.nan])
    found = place_checks.shared_places(x, np.where(x == 0, 0.0, 5.0))
    computed = found["computed"]
    assert (found["rows"], computed["incidents"], computed["places"], computed["largest"]) == (5, 6, 3, 3)
    assert computed["share"] == pytest.approx(5 / 6) and found["examples"] == ["3 at (1, 5)", "2 at (2, 5)"]
    assert computed["piles"] == {"1": 1, "2": 1, "3": 1, "6": 0, "11": 0, "21": 0, "51": 0, "101": 0}


@pytest.mark.parametrize("decimals", [2, 3, 4])
def test_rounded_degrees_are_found_with_their_step(decimals):
    x, y = (np.round(values, decimals) for values in city(4000))
    found = snapping.rounded_places(x, y, DEGREES)
    assert found["rows"] == 4000
    assert found["computed"]["step_m"] == pytest.approx(DEGREES[1] * 10.0**-decimals, rel=1e-6)


@pytest.mark.parametrize("step", [0.1, 250.0, 1000.0])
def test_rounded_metres_are_found_where_they_are_coarse(step):
    x, y = (step * np.rint(values / step) for values in uniform(4000, 1, side=30_000.0))
    found = snapping.rounded_places(x + WEST, y + SOUTH, METRES)
    assert found["computed"]["step_m"] == (pytest.approx(step) if step >= 5 else 0)


def test_grids_blocks_and_addresses_are_told_apart():
    random = np.random.default_rng(7)
    x, y = random.normal(9000, 800, (2, 5000))
    grid = [np.rint(values / 100) * 100 for values in (x, y)]
    middle = random.normal(0, 6, (2, 200, 200))[:, grid[0].astype(int) // 100, grid[1].astype(int) // 100]
    blocks = [grid[0] + middle[0], grid[1] + middle[1]]
    at = random.integers(0, 1000, 5000)
    for (east, north), kind in ((grid, "grid"), (blocks, "blocks"), ((x[at], y[at]), "shared addresses"), ((x, y), "")):
        step = snapping.rounded_places(east, north, METRES)["computed"]["step_m"]
        found = snapping.snapped_places(east, north, METRES, step)
        assert found["computed"]["kind"] == kind
        assert found["rows"] == (5000 if kind in ("grid", "blocks") else 0)
        assert (130 <= found["computed"]["finest_cell_m"] <= 170) == (kind in ("grid", "blocks"))


# Times


def test_placeholders_are_found_and_no_other_times():
    when = times(20_000, 2)
    assert time_checks.placeholder_times(time_checks.minutes_of(when))["rows"] == 0
    day = when.astype("M8[D]").astype("M8[s]")
    when[:900], when[900:1300] = day[:900] + 12 * 3600, day[900:1300] + 60
    there = time_checks.minutes_of(when)
    found = time_checks.placeholder_times(there)
    assert found["rows"] == (there == 720).sum() + (there == 1).sum() and list(found["computed"]["share"]) == [
        "12:00",
        "00:01",
    ]
    when[1300:2300] = day[1300:2300]
    assert next(iter(time_checks.placeholder_times(time_checks.minutes_of(when))["computed"]["share"])) == "00:00"


def test_dates_without_a_clock_are_no_placeholders():
    when = times(2000, 3)
    unknown = np.arange(2000) < 500
    when[unknown] = when[unknown].astype("M8[D]")
    minute = time_checks.minutes_of(when, unknown)
    assert (minute[unknown] == -1).all() and time_checks.placeholder_times(minute)["rows"] == 0
    # A file of dates alone has no times at all.
    assert (time_checks.minutes_of(when.astype("M8[D]").astype("M8[s]")) == -1).all()
    assert (time_checks.minutes_of(np.array(["NaT"], "M8[s]")) == -1).all()


def test_round_times_are_those_on_the_full_and_the_half_hour():
    minute = np.r_[np.arange(1440), np.full(700, 600), np.full(300, 630)]
    found = time_checks.round_times(minute)
    assert found["rows"] == 48 + 1000 and found["computed"]["share"] == pytest.approx(1048 / 2440)
    assert time_checks.round_times(np.arange(1440))["rows"] == 0


def test_first_days_are_held_against_their_share_of_the_days():
    days = np.arange("2023-01-01", "2024-01-01", dtype="M8[D]").astype("M8[s]")
    assert time_checks.first_days(np.repeat(days, 40))["rows"] == 0
    first = days.astype("M8[M]").astype("M8[s]") == days
    found = time_checks.first_days(np.repeat(days, np.where(first, 60, 40)))
    assert found["rows"] == 720 and found["computed"]["ratio"] == pytest.approx(
        720 / (15_000 - 160) * 365 / 12, rel=0.01
    )


def test_stray_dates_are_told_and_left_out_of_weeks():
    when = times(3000, 14)
    when[[4, 9]] = np.array(["1900-01-01", "9999-12-31T23:59"], "M8[s]")
    usual, found = time_checks.stray_dates(when)
    assert found["rows"] == 2 and found["examples"] == ["1900-01-01 00:00:00", "9999-12-31 23:59:00"]
    assert np.isnat(usual[[4, 9]]).all() and np.isnat(usual).sum() == 2 and Weeks.of(usual).size in (59, 60)
    for clean in (times(3000, 14), times(3, 1), np.array(["2023-01-01"] * 9, "M8[s]"), np.array(["NaT"], "M8[s]")):
        assert time_checks.stray_dates(clean)[1]["rows"] == 0


# Weeks


@given(st.integers(0, 2**16), st.integers(12, 90), st.sampled_from([0.0, 0.3, 8.0, 60.0]))
def test_departures_of_all_weeks_at_once_are_those_of_each(seed, weeks, rate):
    counts = np.random.default_rng(seed).poisson(rate, weeks)
    z, now, before = running_departures(counts, 8, 52, 4)
    assert z.size == weeks - 11
    for number, week in enumerate(range(8, weeks - 3)):
        past, later = counts[max(week - 52, 0) : week], counts[week : week + 4]
        assert z[number] == pytest.approx(departures(later, past, 4), rel=1e-9, abs=1e-9)
        assert now[number] == pytest.approx(later.mean()) and before[number] == pytest.approx(past.mean())


def test_weeks_end_with_the_last_day_and_the_first_is_whole():
    when = np.array(["2023-01-01", "2023-01-04", "2023-01-10", "2023-01-11", "NaT"], "M8[s]")
    weeks = Weeks.of(when)
    assert weeks.begin.astype(str).tolist() == ["2022-12-29", "2023-01-05"][1:] and weeks.counts().tolist() == [2]
    assert weeks.of_row.tolist() == [-1, -1, 0, 0, -1]
    assert Weeks.of(np.array(["NaT"], "M8[s]")).size == 0


def area_of(n, seed, areas=5):
    return np.random.default_rng(seed).integers(0, areas, n)


NAMES = list("ABCDE")


def test_a_division_that_moved_to_another_system_is_a_break_in_its_week():
    when, area = times(12_000, 4), area_of(12_000, 5)
    keep = (area != 2) | (when < np.datetime64("2022-11-07")) | (np.random.default_rng(6).random(12_000) < 0.1)
    when, area = when[keep], area[keep]
    found = week_checks.recording_breaks(Weeks.of(when), area, NAMES)
    (told,) = found["computed"]["breaks"]
    assert told["area"] == "C" and abs(np.datetime64(told["week"]) - np.datetime64("2022-11-07")) <= np.timedelta64(
        7, "D"
    )
    assert found["examples"][0].startswith(f"C from {told['week']}: ") and told["now"] < 0.3 * told["before"]
    assert found["rows"] == ((area == 2) & (when >= np.datetime64(told["week"]))).sum()


def test_a_division_that_ends_is_told_though_no_rows_are_left():
    when, area = times(12_000, 4), area_of(12_000, 5)
    keep = (area != 0) | (when < np.datetime64("2022-11-07"))
    found = week_checks.recording_breaks(Weeks.of(when[keep]), area[keep], NAMES)
    assert found["rows"] == 0 and found["examples"] == ["A from 2022-11-07: 0 a week instead of 40"]


@given(st.integers(0, 2**16), st.floats(0.0, 0.12), st.integers(14, 120))
def test_seasons_and_chance_are_no_breaks_and_leave_no_week_open(seed, season, weeks):
    rate = 1 + season * np.sin(np.arange(weeks) / 52 * 2 * math.pi + seed)
    when = times(150 * weeks, seed, weeks, rate)
    area = area_of(when.size, seed)
    covered = Weeks.of(when)
    assert week_checks.recording_breaks(covered, area, NAMES)["rows"] == 0
    assert week_checks.incomplete_weeks(covered, when, None)["rows"] == 0


def test_breaks_need_twelve_weeks():
    found = week_checks.recording_breaks(Weeks.of(times(900, 1, weeks=9)), None, [])
    assert found["rows"] == 0 and "are too few to tell: 12 are needed" in found["action"]


def reported_after(when, seed, slow=0.3):
    """Return when reports were made: most within days, some after weeks."""
    random = np.random.default_rng(seed)
    delay = np.where(
        random.random(when.size) < slow, random.exponential(25, when.size), random.exponential(1, when.size)
    )
    return when + (delay * 86_400).astype("m8[s]")


def test_last_weeks_are_open_by_the_delay_of_reports():
    when = times(20_000, 7)
    reported = reported_after(when, 8)
    end = np.datetime64("2023-02-26T23:59:59")
    seen = reported <= end
    weeks = Weeks.of(when[seen])
    found = week_checks.incomplete_weeks(weeks, when[seen], reported[seen])
    # Truth: the share of each week's incidents that had been reported by the end.
    true = np.array([seen[(when >= day) & (when < day + 7)].mean() for day in weeks.begin])
    open_weeks = [day for day, share in zip(weeks.begin.astype(str), true) if share < 0.95]
    assert 4 <= len(open_weeks) <= 9
    assert len(set(open_weeks) ^ set(found["computed"]["weeks"])) <= 1
    assert found["computed"]["weeks"][-1] == str(weeks.begin[-1]) and found["computed"]["by"] == "delay of reports"
    # The whole file, long after: nothing is open.
    late = np.append(reported, np.datetime64("2024-06-01T00:00:00"))
    everything = np.append(when, when[0])
    assert week_checks.incomplete_weeks(Weeks.of(everything), everything, late)["rows"] == 0


def test_last_weeks_are_open_by_their_counts_without_dates_of_report():
    when = times(12_000, 9)
    seen = reported_after(when, 10, slow=0.6) <= np.datetime64("2023-02-26T23:59:59")
    found = week_checks.incomplete_weeks(Weeks.of(when[seen]), when[seen], None)
    assert found["computed"]["by"] == "count" and 1 <= len(found["computed"]["weeks"]) <= 4
    assert found["computed"]["weeks"][-1] == str(Weeks.of(when[seen]).begin[-1])
    # All areas have fallen alike; where a few end, it is a break and no week is open.
    area = area_of(when[seen].size, 11)
    assert week_checks.incomplete_weeks(Weeks.of(when[seen]), when[seen], None, area) == found
    kept = (area_of(when.size, 12) > 1) | (when < np.datetime64("2023-01-20"))
    whole, area = when[kept], area_of(when.size, 12)[kept]
    assert week_checks.incomplete_weeks(Weeks.of(whole), whole, None)["rows"] > 0
    assert week_checks.incomplete_weeks(Weeks.of(whole), whole, None, area)["rows"] == 0
    assert len(week_checks.recording_breaks(Weeks.of(whole), area, NAMES)["computed"]["breaks"]) == 2


def test_the_switch_of_the_department_is_known():
    when = np.array(["2024-03-06", "2024-03-07", "2024-05-01", "NaT"], "M8[s]")
    assert week_checks.records_system_change(when, "LAPD")["rows"] == 2
    assert week_checks.records_system_change(when, "LAPD (NIBRS)")["rows"] == 1
    assert week_checks.records_system_change(when, None)["rows"] == 0


# Rows


def test_repeated_ids_and_rows_alike_are_counted_and_blank_ones_are_not():
    ids = np.array(["a", "b", "a", "", None, "", "a", "c"], dtype=object)
    found = record_checks.repeated_ids(ids)
    assert found["rows"] == 2 and found["examples"] == ["a"]


def test_rows_alike_differ_in_their_id_only():
    n = 400
    x, y = city(n)
    when = times(n, 11)
    kind = Texts.of([f"kind {number % 7}" for number in range(n)])
    age = np.arange(n) % 50.0
    x[10], y[10], when[10], age[10], kind.code[10] = x[3], y[3], when[3], age[3], kind.code[3]
    x[11], y[11], when[11], age[11], kind.code[11] = x[3], y[3], when[3], age[3] + 1, kind.code[3]
    x[20:30] = np.nan
    columns = {"kind": kind, "age": age}
    found = record_checks.alike_rows(columns, list(columns), [when, x, y])
    assert found["rows"] == 1 and found["examples"] == [str(when[10]).replace("T", " ")]
    assert record_checks.alike_rows(columns, ["kind"], [when, x, y])["rows"] == 2


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("ab")), max_size=30))
def test_rows_alike_are_those_of_a_slow_twin(rows):
    first, second, text = (np.array(column) for column in (zip(*rows) if rows else ([], [], [])))
    columns = {"text": Texts.of(text.tolist())}
    found = record_checks.alike_rows(columns, ["text"], [first.astype(float), second.astype(float)])
    assert found["rows"] == len(rows) - len(set(rows))


def test_ids_are_known_by_their_values():
    assert record_checks.like_an_id(np.arange(500.0)) and record_checks.like_an_id(Texts.of(map(str, range(500))))
    assert not record_checks.like_an_id(np.arange(500.0) % 50) and not record_checks.like_an_id(Texts.of([""] * 9))


def test_columns_that_run_dry_are_told_with_their_week():
    when = times(12_000, 12)
    weeks = Weeks.of(when)
    day = np.datetime64("2022-12-26")
    held = {"going on": np.ones(when.size, bool), "rare": np.random.default_rng(1).random(when.size) < 0.2}
    held |= {"dry": when < day, "never": np.zeros(when.size, bool)}
    found = record_checks.dry_columns(held, weeks)
    assert found["computed"]["columns"] == {"dry": "2022-12-26"} and found["rows"] == (when >= day).sum()


# Areas


def two_divisions():
    """Return a layer of two squares of 2 km side by side, called 01 and 02, and their names."""
    west, east = rectangle(0, 0, 2000, 2000), rectangle(2000, 0, 4000, 2000)
    return lg.Features([*west.wkb, *east.wkb], CRS, {"id": [2, 1], "name": ["01", "02"]}), ["01", "02"]


def test_points_far_from_the_division_of_their_record_are_found():
    divisions, names = two_divisions()
    x = np.array([500.0, 3000.0, 2100.0, 2200.0, 500.0, np.nan, 9000.0, 1000.0]) + WEST
    y = np.full(8, 1000.0) + SOUTH
    area = np.array([1, 2, 1, 1, 2, 1, 2, 77])
    found = area_checks.misplaced(x, y, area, divisions, names)
    # The third is 100 m over the border, the fourth 200 m; the last's division is on no map.
    assert found["rows"] == 3 and found["examples"] == ["1 recorded, in 2", "2 recorded, in 1", "2 recorded, in none"]
    assert found["computed"] == {"compared": 6, "unknown": 1, "within_tolerance": 1, "in_none": 1}
    assert area_checks.misplaced(x, y, area, divisions, names, tolerance=50.0)["rows"] == 4


def test_distances_are_those_of_geos():
    import shapely

    divisions, _ = two_divisions()
    x, y = uniform(300, 13, side=6000.0)
    x, y = x + WEST - 1000, y + SOUTH - 1000
    found = area_checks._distances(x, y, np.full(300, "1"), divisions, np.array(["1", "2"]))
    border = shapely.from_wkb(divisions.wkb[0]).boundary
    np.testing.assert_allclose(found, shapely.distance(border, shapely.points(x, y)), atol=1e-6)


def test_columns_are_matched_by_where_points_stand_and_not_by_names_alone():
    inside = np.array([0, 0, 1, 1, -1, 0])
    records = {"area": np.array([1, 1, 2, 2, 2, 2]), "beat": np.array([7, 8, 9, 7, 8, 9])}
    polygons = {"row": [2, 1], "number": ["01", "02"], "city": ["LA", "LA"]}
    match = area_checks.matching_columns(inside, records, polygons)
    assert match[:2] == ("area", "number") and match.share == pytest.approx(0.8)
    assert area_checks.matching_columns(inside, {"beat": records["beat"]}, polygons) is None


# All of them


ODD = st.floats(-1e12, 1e12) | st.sampled_from([math.nan, math.inf, -math.inf])
MOMENTS = st.integers(-(2**33), 2**38).map(lambda seconds: np.datetime64(seconds, "s")) | st.just(
    np.datetime64("NaT", "s")
)
ROWS = st.lists(st.tuples(ODD, ODD, MOMENTS, MOMENTS, st.sampled_from(["a", "", "=1", None])), max_size=40)


@given(ROWS, st.sampled_from(["LAPD", None]))
def test_whatever_the_columns_hold_every_detector_says_something(rows, agency):
    x, y, when, reported, text = zip(*rows) if rows else ((),) * 5
    columns = {"occurred": np.array(when, "M8[s]"), "reported": np.array(reported, "M8[s]"), "area": Texts.of(text)}
    place = np.array(x, float), np.array(y, float), "EPSG:4326"
    records = records_of({**columns, "id": Texts.of(text)}, place, {}, agency, Parameters())
    found = detected(records)
    assert all(0 <= line["rows"] <= len(rows) and line["action"] for line in found)
    assert json.loads(json.dumps(found)) == found and len({line["rule"] for line in found}) == len(found)
