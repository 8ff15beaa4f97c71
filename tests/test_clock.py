"""The clock: counts by hour of the week against a loop, rates, intervals by simulation, placeholders, and how it is drawn."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from test_aoristic import HOUR, MINUTE, MONDAY, burglaries, lasting, random_spans
from test_reporting_delays import WEST_LA

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.styles.palettes import DENSITY, HOURS, NO_INCIDENT, NOT_OBSERVED
from lacrime_geo.temporal import clock_pictures
from lacrime_geo.temporal.weighted_intervals import weighted_interval

SVG = "{http://www.w3.org/2000/svg}"


def at(moments, **more):
    return lasting(moments, None, **more)


def every_hour(weeks=8, each=3):
    """Return as many incidents in each hour of some weeks."""
    return at(MONDAY + 30 * MINUTE + np.repeat(np.arange(weeks * 168), each) * HOUR)


def test_counts_are_those_of_aoristic_weights_hour_by_hour():
    incidents = random_spans(80)
    table = lg.clock(incidents)
    for row in (0, 30, 77, 167):
        hour, day = int(table["hour"][row]), str(table["weekday"][row])
        expected = lg.aoristic(incidents, hours=f"{hour}-{hour + 1}", weekdays=day)["weight"].sum()
        assert table["count"][row] == pytest.approx(expected)
    assert table["count"].sum() == pytest.approx(80) and table["share"].sum() == pytest.approx(1)


def test_many_spans_are_summed_as_few_are(monkeypatch):
    incidents = random_spans(300)
    whole = lg.clock(incidents)
    monkeypatch.setattr("lacrime_geo.temporal.week_totals.SHARES_AT_ONCE", 700)
    for name, column in lg.clock(incidents).columns.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(column, whole[name])


def test_profiles_are_the_sums_of_the_table():
    table = lg.clock(random_spans(300))
    for profile, axis in ((table.hours(), 0), (table.weekdays(), 1)):
        for name in ("count", "hours_observed", "share"):
            np.testing.assert_allclose(profile[name], table[name].reshape(7, 24).sum(axis=axis))
        np.testing.assert_allclose(profile["rate"], profile["count"] / profile["hours_observed"])
        assert ((profile["low"] < profile["rate"]) & (profile["rate"] < profile["high"])).all()


def test_the_same_in_every_hour_is_even_though_weekdays_come_unequally_often():
    incidents = every_hour().select(since="2023-10-05", until="2023-11-14T06:00")
    table = lg.clock(incidents)
    assert sorted(set(table["hours_observed"])) == [5.0, 6.0]
    np.testing.assert_allclose(table["rate"], 3.0)
    np.testing.assert_allclose(table["ratio"], 1.0)


def test_the_period_is_the_one_asked_for_else_that_of_the_whole_file():
    incidents = every_hour(weeks=8, each=1)
    rare = np.array(["rare" if row in (200, 500) else "other" for row in range(incidents.size)], dtype=object)
    whole = lg.Incidents(incidents.easting, incidents.northing, when=incidents.when, category=rare, crs=incidents.crs)
    few = lg.clock(whole.select(category="rare"))
    assert few["hours_observed"].sum() == 8 * 168 and few["count"].sum() == 2
    asked = lg.clock(whole.select(since="2023-10-03", until="2023-10-04T12:00"))
    assert asked["hours_observed"].sum() == 36
    assert np.isnan(asked["rate"]).sum() == 132 and (asked["rate"][24:60] == 1).all()
    assert any("fewer than four times" in said for said in asked.parameters["warnings"])


def test_weights_stand_beside_the_count_of_incidents():
    incidents = every_hour(each=1)
    heavy = np.where(incidents.when.astype("M8[h]").astype(int) % 24 == 7, 5.0, 1.0)
    table = lg.clock(incidents, weight=heavy)
    assert (table["count"] == 8).all() and (table["weight_sum"][7::24] == 40).all()
    assert table["ratio"][7] / table["ratio"][8] == pytest.approx(5)


def test_placeholders_make_no_noon_peak():
    incidents = every_hour()
    noon = np.full(400, MONDAY + 12 * HOUR)
    flagged = np.r_[np.zeros(incidents.size, bool), np.ones(400, bool)]
    both = at(np.r_[incidents.when, noon], source={"time_placeholder": flagged})
    table = lg.clock(both)
    np.testing.assert_allclose(table["ratio"], 1.0)
    assert table.parameters["time_placeholder"] == 400 and "400 incidents" in table.svg()
    assert "may stand too low" in table.html() and f"Most {table.parameters['found'][5:]}." in table.html()


def test_suspect_minutes_are_told_where_no_column_flags_them():
    incidents = every_hour()
    noon = np.full(400, MONDAY + 12 * HOUR)
    with_peak = lg.clock(at(np.r_[incidents.when, noon]))
    assert any("12:00 (9 %)" in said for said in with_peak.parameters["warnings"])
    assert not any("unknown" in said for said in lg.clock(incidents).parameters.get("warnings", []))


def test_a_planted_shift_is_seen_by_spans_and_not_by_starts():
    incidents, _ = burglaries()
    spread = lg.clock(incidents).hours()["ratio"]
    starts = lg.clock(at(incidents.when)).hours()["ratio"]
    assert (spread[8:18] > 1.1).all() and (spread[6:8] == 0).all() and (starts[9:18] == 0).all()
    assert starts[8] == pytest.approx(12) and starts[20] == pytest.approx(12)


def test_intervals_of_whole_counts_are_garwoods():
    # Garwood 1936, as tabulated by Johnson, Kotz & Kemp 1993 for 95 %.
    low, high = weighted_interval(np.array([0.0, 1, 5, 20]), np.array([0.0, 1, 5, 20]), 1.0, 95)
    assert low.round(3).tolist() == [0.0, 0.025, 1.623, 12.217]
    assert high.round(3).tolist() == [3.689, 5.572, 11.668, 30.888]


def test_intervals_of_equal_weights_are_those_of_counts_times_the_weight():
    count = np.array([0.0, 3, 12])
    whole = weighted_interval(count, count, 1.0, 90)
    quarter = weighted_interval(count / 4, count / 16, 0.25, 90)
    np.testing.assert_allclose(quarter, np.array(whole) / 4)


@pytest.mark.parametrize("spans", [False, True], ids=["moments", "spans"])
def test_intervals_hold_the_truth_as_often_as_they_say(spans):
    random = np.random.default_rng(11)
    held, weeks = [], 20
    for _ in range(60):
        # Three incidents a day, at 20 h on the average, each lasting up to six hours: in truth all weekdays are alike.
        n = random.poisson(3 * 7 * weeks)
        start = MONDAY + random.integers(0, 7 * weeks, n) * 24 * HOUR + random.integers(16 * 60, 22 * 60, n) * MINUTE
        length = random.integers(0, 120, n) * MINUTE * spans
        table = lg.clock(lasting(start, start + length).select(since=MONDAY, until=MONDAY + 7 * weeks * 24 * HOUR))
        truth = expected_rates(spans)
        rows = np.flatnonzero(truth > 0)
        held.append(((table["low"] <= truth) & (truth <= table["high"]))[rows])
    coverage = np.mean(held)
    # Exact intervals of small counts hold the truth more often than they say.
    assert 0.95 <= coverage <= 0.99, coverage


def expected_rates(spans):
    """Return the mean weight of each hour of a week in the simulation: by every minute of start and length."""
    starts, lengths = np.meshgrid(np.arange(16 * 60, 22 * 60), np.arange(0, 120) * spans, indexing="ij")
    starts, lengths = starts.ravel()[:: 1 if spans else 120], lengths.ravel()[:: 1 if spans else 120]
    of_day = np.zeros(24)
    for hour in range(15, 25):
        overlap = np.clip(np.minimum(starts + lengths, 60 * (hour + 1)) - np.maximum(starts, 60 * hour), 0, None)
        share = np.where(lengths > 0, overlap / np.maximum(lengths, 1), starts // 60 == hour)
        of_day[hour % 24] += share.mean()
    return np.tile(3 * of_day, 7)


def rectangles(svg):
    """Return the fill of each of the 168 cells, and what each says when it is pointed at."""
    cells = [one for one in ElementTree.fromstring(svg).iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]
    return [one.get("fill") for one in cells], [one.find(f"{SVG}title").text for one in cells]


def test_the_picture_shows_the_table():
    incidents = random_spans(3000, longest=5).select(since="2023-10-02", until="2024-01-01")
    table = lg.clock(incidents)
    fills, said = rectangles(table.svg())
    assert len(fills) == 168 and fills == clock_pictures.colours(table["ratio"])
    assert said[30].startswith("Tuesday 6:00 to 7:00: ") and "times the mean" in said[30]
    words = " ".join(ElementTree.fromstring(table.svg()).itertext())
    assert f"n = {incidents.size:,}" in words and "Oct–Dec 2023" in words and "(aoristic)" in words
    assert all(words_ in words for _, words_ in HOURS) and NOT_OBSERVED[0] not in words


def test_colours_by_class_no_incident_and_not_observed_apart():
    ratio = np.array([np.nan, 0.0, 0.1, 0.5, 0.99, 1.0, 1.99, 2.0, 40.0])
    expected = [NOT_OBSERVED[1], NO_INCIDENT[1], *(DENSITY[at] for at in (0, 1, 2, 3, 5, 6, 6))]
    assert clock_pictures.colours(ratio) == expected


def test_it_is_saved_in_every_form(tmp_path):
    table = lg.clock(every_hour())
    for ending in ("svg", "html", "csv", "parquet"):
        table.save(tmp_path / f"clock.{ending}")
    assert (tmp_path / "clock.svg").read_text("utf-8") == table.svg()
    page = (tmp_path / "clock.html").read_text("utf-8")
    assert table.svg().strip() in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert len((tmp_path / "clock.csv").read_text("utf-8").splitlines()) == 169
    with pytest.raises(ValueError, match=r"written as \.csv, \.parquet, \.svg, \.png, \.html"):
        table.save(tmp_path / "clock.pdf")


def test_png_is_the_picture_twice_as_large(tmp_path):
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("resvg_py")
    table = lg.clock(every_hour().select(since="2023-10-02", until="2023-10-05"))
    table.save(tmp_path / "clock.png")
    pixels = image.open(tmp_path / "clock.png").convert("RGB")
    root = ElementTree.fromstring(table.svg())
    assert pixels.size == (2 * int(float(root.get("width"))), 2 * int(float(root.get("height"))))
    cell = next(one for one in root.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None)
    place = tuple(int(2 * (float(cell.get(axis)) + 13)) for axis in "xy")
    assert "#{:02x}{:02x}{:02x}".format(*pixels.getpixel(place)) == cell.get("fill")


def test_png_without_its_library_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(ImportError, match="pip install resvg-py"):
        lg.clock(every_hour()).save(tmp_path / "clock.png")
    assert list(tmp_path.iterdir()) == []


def test_text_of_the_data_is_escaped():
    name = "<script>alert(1)</script> & Co"
    column = np.array([name] * 168, dtype=object)
    incidents = at(MONDAY + np.arange(168) * HOUR, category=column).select(category=name)
    table = lg.clock(incidents)
    assert "<script" not in table.svg() and "<script" not in table.html() and "&amp; Co" in table.svg()


def test_by_the_command_line(tmp_path):
    rows = ["id,date,ended,x,y"]
    rows += [f"{day},2023-10-{day:02d} 22:00,2023-10-{day + 1:02d} 02:00,-118.3,34.0{day % 9}" for day in range(1, 29)]
    (tmp_path / "in.csv").write_text("\n".join(rows))
    out = tmp_path / "clock.csv"
    assert main(["clock", str(tmp_path / "in.csv"), str(out), "--until-column", "ended", "--quiet"]) == 0
    count = np.genfromtxt(out, delimiter=",", names=True, dtype=None, encoding="utf-8")["count"]
    assert count.sum() == pytest.approx(28) and count.reshape(7, 24)[:, [22, 23, 0, 1]].sum() == pytest.approx(28)
    words = ["--hours", "22-24", "--mapping", "end=ended", "--quiet"]
    assert main(["aoristic", str(tmp_path / "in.csv"), str(tmp_path / "w.geojson"), *words]) == 0
    told = json.loads((tmp_path / "w.geojson").read_text("utf-8"))["features"]
    assert {feature["properties"]["weight"] for feature in told} == {0.5}


@pytest.mark.parametrize(
    ("incidents", "options", "sentence"),
    [
        (lg.Incidents([1.0], [1.0], crs="EPSG:32611"), {}, "have no times"),
        (at([]), {}, "is empty: it has 0 rows"),
        (at(["NaT", "NaT"]), {}, "have no times"),
        (at(["2023-10-02", "2023-10-05"]), {}, "stand at midnight"),
        (every_hour(), dict(level=0.95), "level is in per cent: 95, not 0.95"),
        (every_hour(), dict(weight="harm"), "names a column"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(incidents, options, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        lg.clock(incidents, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("moments", [["2023-10-02T08:30"], ["2023-10-02T08:30"] * 50], ids=["one", "all alike"])
def test_few_and_like_incidents_are_drawn_too(moments):
    table = lg.clock(at(moments))
    assert table["count"].sum() == len(moments) and np.isnan(table["rate"]).sum() == 144
    assert NOT_OBSERVED[0] in table.svg() and NO_INCIDENT[0] in table.svg()


def test_a_stopped_run_says_so():
    with pytest.raises(lg.Cancelled):
        lg.clock(random_spans(100), progress=lambda fraction: fraction < 0.15)


def test_west_la_has_its_peak_in_the_evening_and_a_noon_peak_only_of_placeholders(lacrime_data):
    read = lg.read_lapd(Path(lacrime_data) / WEST_LA)
    table = lg.clock(read)
    hours = table.hours()["ratio"]
    assert table.parameters["time_placeholder"] == read["time_placeholder"].sum() == 823
    assert np.argmax(hours) == 17 and np.argmin(hours) == 5 and hours[12] < hours[11] < hours[13]
    as_it_is = lg.clock(read.drop(columns="time_placeholder"))
    assert as_it_is.hours()["ratio"][12] > 1.5 * hours[12]
    assert any("12:00" in said for said in as_it_is.parameters["warnings"])


def test_numbers_beside_the_weekdays_are_alike_and_one_incident_is_one():
    words = list(ElementTree.fromstring(lg.clock(every_hour(each=1)).svg()).itertext())
    assert words.count("1.00") == 7 and "Incidents per hour" in words
    assert "Against the mean of all hours (1 incident per hour)" in words
    assert any("0:00 to 1:00: 1 incident per such hour (" in said for said in words)
