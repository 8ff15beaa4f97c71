"""Early warnings of areas: states, outbreaks found, false discoveries, runs that go on, late reports, and the command."""

import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from makers import CRS, incidents, squares
from shapely.geometry import box

import lacrime_geo as lg
from lacrime_geo.alerting.limit_words import dispersion_error
from lacrime_geo.alerting.warning_states import Rows, adjusted, states
from lacrime_geo.cli import main

DAY = np.timedelta64(1, "D")
BEGIN = np.datetime64("2022-01-03")


def table(counts, begin=BEGIN, days=1):
    """Return counts (areas, steps) as a table."""
    areas, steps = counts.shape
    return {
        "area": np.repeat([f"a{row:03d}" for row in range(areas)], steps),
        "date": np.tile(begin + np.arange(steps) * days * DAY, areas),
        "count": counts.ravel(),
    }


def quiet(areas, steps, level=4.0, seed=1):
    return np.random.default_rng(seed).poisson(level, (areas, steps))


def city(seed=5, days=140, per_day=24):
    """Return incidents in 2 × 3 areas, reported up to nine days later, and the areas."""
    random = np.random.default_rng(seed)
    n = days * per_day
    x, y = random.uniform(0, 3000, n), random.uniform(0, 2000, n)
    day = BEGIN + random.integers(0, days, n)
    reported = day + random.geometric(0.5, n) - 1
    here = reported < BEGIN + days
    points = incidents(x[here], y[here], when=day[here], reported=reported[here])
    return points, squares(2, 3)


def test_an_outbreak_is_an_alarm_and_the_rest_is_quiet():
    counts = quiet(20, 200)
    counts[7, -1] = 22
    found = lg.alerts(table(counts))
    assert found["state"].tolist() == ["alarm" if row == 7 else found["state"][row] for row in range(20)]
    assert found["reason"][7].startswith("22 reported, ") and found["limit"][7] <= 22
    assert found["alarms"][7] == 1 and found["last_alarm"][7] == str(BEGIN + 199)
    assert found.lines[0].startswith(f"alarm: {BEGIN + 199} a007: 22 reported")
    assert found.parameters["check"]["false_alarms_per_year"] == pytest.approx(4, abs=1.5)
    assert (found["p_adjusted"] >= found["p"]).all()


@pytest.mark.parametrize("method", ["poisson", "cusum", "ears_c1", "ears_c2", "ears_c3"])
def test_an_outbreak_that_lasts_is_found_in_time(method):
    """A doubling in five of ten areas for ten days; for EARS, which know but a week, four times as many. Delays are printed."""
    more = 30.0 if method.startswith("ears") else 10.0
    counts = quiet(10, 230, level=10.0, seed=3)
    counts[:5, 200:210] += quiet(5, 10, level=more, seed=4)
    judged = lg.alerts(table(counts), method=method, since=BEGIN + 200).judged()
    hit = (judged["state"] == "alarm") & (judged["date"] < (BEGIN + 210).astype("M8[s]"))
    delays = [
        int((judged["date"][hit & (judged["area"] == f"a{row:03d}")].min().astype("M8[D]") - BEGIN - 200 * DAY) / DAY)
        for row in range(5)
        if (hit & (judged["area"] == f"a{row:03d}")).any()
    ]
    print(f"{method}: {len(delays)} of 5 outbreaks found, median delay {np.median(delays):.0f} days")
    assert len(delays) >= 4
    others = judged["state"][np.isin(judged["area"], [f"a{row:03d}" for row in range(5, 10)])]
    assert (others == "alarm").mean() < 0.15


def test_false_discoveries_of_a_map_on_which_nothing_happens():
    """Days with a false alarm anywhere, of sixty areas over three years: four a year are allowed."""
    counts = quiet(60, 365 * 3 + 60, level=3.0, seed=9)
    corrected = lg.alerts(table(counts), since=BEGIN + 60)
    alone = lg.alerts(table(counts), since=BEGIN + 60, correction="none")
    for found, per_year, most in ((corrected, 4.0, 4.0), (alone, 4.0 * 60, 4.0 * 60)):
        alarms = found.judged()["state"] == "alarm"
        dates = np.unique(found.judged()["date"][alarms]).size if found is corrected else alarms.sum()
        print(f"{found.parameters['correction']}: {dates / 3:.1f} a year, {per_year:g} allowed")
        assert dates / 3 < most + 3.5 * np.sqrt(most / 3)
    assert corrected.parameters["found"].endswith("4 false alarms a year of the whole map are allowed")
    assert (corrected.judged()["state"] == "watch").sum() == (alone.judged()["state"] == "alarm").sum() - (
        corrected.judged()["state"] == "alarm"
    ).sum()


def test_reasons_in_words():
    columns = dict(
        area=[0] * 4, step=[0] * 4, count=[5, 5, 4, 9], expected=[0.9, 0.9, 0.0, 2.0], limit=[4.0, 4.0, 1.0, 3.0]
    )
    found = Rows(**columns, statistic=None, p=None, p_adjusted=None, state=["alarm", "watch", "alarm", "alarm"])
    assert found.reason(0, 21, "poisson") == "5 reported, 0.9 expected; by itself, 4 or more are beyond chance"
    watched = "5 reported, 0.9 expected; by itself, 4 or more are beyond chance, but not among 21 areas"
    assert found.reason(1, 21, "poisson") == watched
    assert found.reason(2, 1, "poisson") == "4 reported, hardly any expected; 1 or more are beyond chance"
    summed = "9 reported, 2.0 expected; by itself, after the steps before, 3 or more are beyond chance"
    assert found.reason(3, 5, "cusum") == summed


def test_how_well_the_check_is_known_is_said():
    """The error of the variance is that of many series; a sure doubling is found after 1 day, and not of all there could be."""
    drawn = np.random.default_rng(1).poisson(30.0, (4000, 61))
    measured = ((drawn[:, 7:] - drawn[:, :-7]) ** 2 / 2).mean(axis=1) / drawn.mean(axis=1)
    assert measured.std() == pytest.approx(dispersion_error(61, "day"), rel=0.05)
    check = lg.alerts(table(quiet(2, 80, level=60.0))).parameters["check"]
    assert check["measured_steps"] == 79 and check["dispersion_error"] == pytest.approx(np.sqrt(3 / 72))
    assert "give or take 20 %, measured of 79 days" in check["in_words"]
    assert "after 1 day in half of the cases, within 28 days in more than 99 %" in check["in_words"]


def test_states_by_hand():
    p = np.array([[0.001, 0.2], [0.004, np.nan], [0.5, 0.03]])
    corrected = adjusted(p, "fdr")
    np.testing.assert_allclose(corrected[:, 0], [0.003, 0.006, 0.5])
    np.testing.assert_allclose(corrected[[0, 2], 1], [0.2, 0.06])
    assert states(p, corrected, 0.005).tolist() == [["alarm", "quiet"], ["watch", "no data"], ["quiet", "quiet"]]


def test_no_data_is_not_zero():
    points, areas = city()
    more = pd.concat([areas, gpd.GeoDataFrame(geometry=[box(9e5, 3.9e6, 9.1e5, 3.91e6)], crs=areas.crs)])
    found = lg.alerts(points, areas=more.reset_index(drop=True))
    assert found["state"][-1] == "no data" and "no incident in the whole file" in found["reason"][-1]
    assert np.isnan(found["p"][-1]) and found.parameters["no_data"] == 1
    counts = quiet(3, 90)
    counts[1, -20:] = 0
    silent = lg.alerts(table(counts))
    assert silent["state"][1] == "quiet" and silent["count"][1] == 0
    assert len(found) == 7 and found.wkb[-1] is not None


def test_days_of_report_are_judged_to_the_end_and_days_of_incidents_are_not():
    points, areas = city()
    by_report = lg.alerts(points, areas=areas)
    assert str(by_report["date"][0])[:10] == str(points.reported.max())[:10]
    by_incident = lg.alerts(points, areas=areas, dated_by="occurred")
    whole = by_incident.parameters["last_day_whole"]
    assert str(by_incident["date"][0])[:10] == whole == str(lg.lag_safe_end(points))[:10]
    assert not any("not all reported" in sentence for sentence in by_incident.parameters.get("warnings", []))
    undated = lg.Incidents(points.easting, points.northing, when=points.when, crs=points.crs)
    other = lg.alerts(undated, areas=areas)
    assert other.parameters["dated_by"] == "occurred" and "no dates of report" in other.parameters["dated_by_reason"]
    assert any("not all reported" in sentence for sentence in other.parameters["warnings"])


def test_a_last_day_that_is_not_over_is_warned_of():
    """A file taken at midday holds half of the reports of the day."""
    random = np.random.default_rng(8)
    day = np.repeat(BEGIN + np.arange(100), random.poisson(60, 100))
    of_last = int((day == day.max()).sum())
    number = of_last // 2
    parts = day, day[: day.size - of_last + number]
    whole, midday = (incidents(np.zeros(part.size), np.zeros(part.size), when=part, reported=part) for part in parts)
    warnings = lg.alerts(midday).parameters["warnings"]
    assert warnings[-1].startswith(f"Tuesday, {BEGIN + 99}, has {number} reports where ")
    assert warnings[-1].endswith(f"take as_of {BEGIN + 98}.")
    for found in (lg.alerts(whole), lg.alerts(midday, as_of=BEGIN + 98), lg.alerts(midday, dated_by="occurred")):
        assert not any("not whole, and rises" in sentence for sentence in found.parameters.get("warnings", []))


def test_weeks_end_on_sundays():
    points, areas = city()
    for as_of in ("2022-05-12", "2022-05-14"):
        assert (
            str(lg.alerts(points, areas=areas, step="week", method="ears_c2", as_of=as_of)["date"][0])[:10]
            == "2022-05-02"
        )
    assert (
        str(lg.alerts(points, areas=areas, step="week", method="ears_c2", as_of="2022-05-15")["date"][0])[:10]
        == "2022-05-09"
    )


def test_runs_that_go_on_give_what_one_run_gives(tmp_path):
    points, areas = city()
    path = tmp_path / "alerts.gpkg"
    options = dict(areas=areas, method="ears_c2", false_alarms_per_year=20)
    lg.alerts(points, as_of="2022-05-01", since="2022-04-20", **options).save(path)
    lg.alerts(points, as_of="2022-05-03", earlier=path, **options).save(path)
    last = lg.alerts(points, as_of="2022-05-08", earlier=path, **options)
    whole = lg.alerts(points, as_of="2022-05-08", since="2022-04-20", **options)
    joined, once = last.judged(), whole.judged()
    assert len(joined) == len(once) == 6 * 19 and last.parameters["judged_steps"] == 19
    for name in ("area", "date", "count", "first_count"):
        assert (joined[name] == once[name]).all()
    np.testing.assert_allclose(joined["expected"], once["expected"], rtol=1e-5)
    assert (joined["state"] == once["state"]).all()
    assert {line.split(": ")[1][:10] for line in last.lines} <= {f"2022-05-0{day}" for day in range(4, 9)}


@pytest.mark.parametrize("method", ["poisson", "ears_c2"])
def test_nights_say_what_the_history_says(method):
    """On a city with a pattern of the week, over the turn of a month in which that pattern is first known."""
    random = np.random.default_rng(17)
    n = 140 * 60
    day = BEGIN + random.choice(140, n, p=np.resize([1, 1, 1, 1, 1.4, 1.3, 0.6], 140) / np.resize([7.3 / 7], 140) / 140)
    x, y = random.uniform(0, 3000, n), random.uniform(0, 2000, n)
    points, areas = incidents(x, y, when=day, reported=day), squares(2, 3)
    options = dict(areas=areas, method=method, false_alarms_per_year=60)
    history = lg.alerts(points, since="2022-04-27", as_of="2022-05-06", **options)
    assert history.parameters["weekday_factors"][6] == pytest.approx(0.6, abs=0.1)
    night = lg.alerts(points, since="2022-04-27", as_of="2022-04-27", **options)
    for date in np.arange("2022-04-28", "2022-05-07", dtype="M8[D]"):
        night = lg.alerts(points, as_of=str(date), earlier=night, **options)
    nights, once = night.judged(), history.judged()
    assert len(once) == 60 and set(once["state"]) > {"quiet"}
    for name in ("area", "date", "count", "state"):
        assert (nights[name] == once[name]).all()
    for name in ("expected", "limit", "statistic", "p", "p_adjusted"):
        np.testing.assert_allclose(nights[name], once[name], rtol=1e-5)  # the record keeps six digits


def test_a_second_run_on_the_same_day_changes_nothing(tmp_path):
    points, areas = city()
    first = lg.alerts(points, areas=areas, since="2022-05-01")
    again = lg.alerts(points, areas=areas, earlier=first)
    assert again.lines == [] and again.parameters["judged_steps"] == first.parameters["judged_steps"]
    for result in (first, again):
        result.save(tmp_path / f"{len(list(tmp_path.iterdir()))}.gpkg")
    frames = [
        gpd.read_file(path).drop(columns=["expected", "limit", "statistic", "p", "p_adjusted", "reason"])
        for path in sorted(tmp_path.glob("*.gpkg"))
    ]
    pd.testing.assert_frame_equal(*frames)
    assert again.parameters["new_steps"] == 0 and "caught_up" not in again.parameters
    third = lg.alerts(points, areas=areas, earlier=again)
    assert third.parameters["judged"] == again.parameters["judged"]


def test_steps_that_were_missed_are_counted_and_weeks_are_named(caplog):
    counts = quiet(3, 90)
    counts[1, -1] = 30
    early = {name: np.asarray(column)[np.tile(np.arange(90) < 86, 3)] for name, column in table(counts, days=7).items()}
    before = lg.alerts(early, step="week")
    with caplog.at_level("INFO", logger="lacrime_geo"):
        found = lg.alerts(table(counts, days=7), step="week", earlier=before)
    assert found.parameters["caught_up"] == 3 and found.parameters["new_steps"] == 4
    said = (
        f"3 weeks missed since the last run are caught up: judged are those from {BEGIN + 7 * 86} to {BEGIN + 7 * 89}"
    )
    assert said in caplog.messages
    assert found.lines[-1].startswith(f"alarm: week of {BEGIN + 7 * 89} a001: 30 reported")


def test_late_reports_are_judged_again_and_said():
    counts = quiet(5, 150)
    early = lg.alerts(table(counts), since=BEGIN + 145)
    late = counts.copy()
    late[2, 147] += 20
    found = lg.alerts(table(late), earlier=early)
    assert found.parameters["revised"] == 1
    assert "1 count of steps judged before has changed" in found.parameters["warnings"][-1]
    assert "new alarms among them: 1." in found.parameters["warnings"][-1]
    judged = found.judged()
    row = (judged["area"] == "a002") & (judged["date"] == (BEGIN + 147).astype("M8[s]"))
    assert judged["count"][row] == late[2, 147] and judged["first_count"][row] == counts[2, 147]
    assert judged["state"][row] == "alarm" and len(judged) == 25
    assert found.lines == [line for line in found.lines if line.startswith(f"alarm: {BEGIN + 147} a002")] != []


def test_the_command_goes_on_each_night(tmp_path, capsys):
    points, areas = city()
    path, places = tmp_path / "crimes.gpkg", tmp_path / "areas.geojson"
    frame = gpd.GeoDataFrame(
        dict(occurred=points.when, reported=points.reported),
        geometry=gpd.points_from_xy(points.easting, points.northing),
        crs=CRS,
    )
    outbreak = pd.concat([frame, frame[frame.geometry.x < 381_000].head(40).assign(reported=points.reported.max())])
    outbreak.to_file(path)
    areas.to_file(places)
    words = ["alerts", str(path), str(tmp_path / "out.gpkg"), "--areas", str(places), "--since", "last", "--quiet"]
    assert main([*words, "--as-of", "2022-05-20"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("out.gpkg")
    assert main([*words, "--judged", str(tmp_path / "judged.csv")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line[:7] for line in printed[2:]].count("alarm: ") >= 1 and str(points.reported.max())[:10] in printed[2]
    judged = pd.read_csv(tmp_path / "judged.csv")
    days = int((points.reported.max().astype("M8[D]") - np.datetime64("2022-05-20")) / DAY) + 1
    assert judged.date.nunique() == days and (judged.groupby("date").size() == 6).all()
    assert main(words) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    with sqlite3.connect(tmp_path / "out.gpkg") as database:
        assert database.execute("SELECT count(*) FROM out").fetchone() == (6,)
    assert main([*words, "--method", "cusum"]) == 2
    assert "has method 'poisson' and this one 'cusum'" in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "areas.geojson",
        "crimes.gpkg",
        "judged.csv",
        "out.gpkg",
        "out.qml",
    ]


def test_the_history_is_not_cut_by_the_first_day_judged(tmp_path):
    points, areas = city()
    found = lg.alerts(points, areas=areas, since="2022-05-01")
    assert found.parameters["first_day"][:7] == "2022-01" and np.isfinite(found["p"]).all()
    from lacrime_geo.catalog import BY_NAME

    assert "since" not in [parameter.name for parameter in BY_NAME["alerts"].selection]
    assert "since" in [parameter.name for parameter in BY_NAME["kde"].selection]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(method="farrington"), "method 'farrington' is of weeks, got step 'day'"),
        (dict(method="farrington", step="week"), "needs 3 years .160 weeks. before a week.*ears_c1"),
        (dict(as_of="2022-02-01"), "Method 'poisson' needs 56 days before a day, and the file has 29; one of EARS"),
        (dict(method="ears_c1", as_of="2022-01-20"), "EARS needs least: 28 days"),
        (dict(since="lst"), "since must be a date such as 2023-09-01, or 'last', got 'lst'"),
        (dict(since="2031-01-01"), "No day begins on 2031-01-01 or later"),
        (dict(false_alarms_per_year=100), "at most 91, a quarter of the days of a year, got 100"),
        (dict(false_alarms_per_year=0), "must be above 0"),
        (dict(method="shewhart"), "method must be one of"),
        (dict(dated_by="found"), "dated_by must be one of"),
        (dict(by="nothing"), "nothing"),
        (dict(as_of="2001-01-01"), "No incident of 'incidents' is dated 2001-01-01 or earlier"),
    ],
)
def test_bad_input_in_one_sentence(options, sentence):
    points, _ = city()
    with pytest.raises(ValueError, match=sentence):
        lg.alerts(points, **options)


def test_strange_input():
    points, areas = city()
    with pytest.raises(ValueError, match="have weights"):
        lg.alerts(points.weighing(np.ones(points.size)))
    with pytest.raises(ValueError, match="no times"):
        lg.alerts(incidents([0.0], [0.0]))
    with pytest.raises(ValueError, match="needs"):
        lg.alerts(incidents([0.0], [0.0], when=np.array(["2023-01-01"], dtype="M8[s]")))
    order = np.random.default_rng(1).permutation(points.size)
    for other in (points.take(order), points.take(np.arange(points.size)[::-1])):
        assert (lg.alerts(other, areas=areas)["p"] == lg.alerts(points, areas=areas)["p"]).all()
    with pytest.raises(ValueError, match="are no area of"):
        lg.alerts(table(quiet(2, 90)), areas=areas)
    named = areas.assign(name=[f"a{row:03d}" for row in range(6)])
    found = lg.alerts(table(quiet(4, 90)), areas=named)
    assert found["state"].tolist()[4:] == ["no data"] * 2 and len(found.to_geodataframe()) == 6


def test_a_chart_of_one_area(tmp_path):
    counts = quiet(2, 120)
    counts[1, -3] = 25
    curve = lg.alerts(table(counts), since=BEGIN + 60).watched_counts("a001")
    assert len(curve) == 60 and curve["alarm"].sum() >= 1
    text = curve.svg()
    assert text.count("<circle") >= 2 and "least count beyond chance" in text
    with pytest.raises(ValueError, match="area must be one of"):
        lg.alerts(table(counts)).watched_counts("nowhere")


def test_farrington_judges_weeks_of_years():
    weeks = np.arange(8 * 52)
    mean = 12 * np.exp(0.3 * np.sin(2 * np.pi * weeks / 52.18))
    counts = np.random.default_rng(31).poisson(mean, (1, weeks.size))
    counts[0, -1] += 30
    found = lg.alerts(table(counts, days=7), method="farrington", step="week")
    assert found["state"].tolist() == ["alarm"] and found["limit"][0] <= counts[0, -1]
    assert found["expected"] == pytest.approx(mean[-1], rel=0.3)
    assert found.parameters["check"]["false_alarms_per_year"] == pytest.approx(4, abs=2)


@pytest.mark.parametrize(
    "begins", [BEGIN + 7 * np.arange(60), np.arange("2018-01", "2022-01", dtype="M8[M]").astype("M8[D]")]
)
def test_counts_of_weeks_and_months_are_not_taken_for_days(begins):
    counts = {"date": begins, "count": np.full(begins.size, 30)}
    with pytest.raises(ValueError, match=r"lie whole (weeks|months) apart, and step is 'day'"):
        lg.alerts(counts)
    sparse = {"date": BEGIN + np.arange(140), "count": np.where(np.arange(140) % 7, 0, 9)}
    assert len(lg.alerts(sparse)) == 1


def test_an_older_file_does_not_undo_what_was_judged():
    points, areas = city()
    newer = lg.alerts(points, areas=areas, since="2022-05-01", as_of="2022-05-10")
    with pytest.raises(
        ValueError, match="has judged up to 2022-05-10, and the last step of this one begins on 2022-05-06"
    ):
        lg.alerts(points, areas=areas, as_of="2022-05-06", earlier=newer)


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson"])
def test_a_damaged_output_is_told_of_in_one_sentence(tmp_path, ending):
    points, _ = city()
    whole, path = tmp_path / f"whole.{ending}", tmp_path / f"damaged.{ending}"
    lg.alerts(points).save(whole)
    for content in (whole.read_bytes()[: whole.stat().st_size // 3], b"", b"[1, 2]"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"is there and cannot be read as an earlier run .*; name another output"):
            lg.alerts(points, earlier=path)


@pytest.mark.parametrize("dated_by", ["reported", "occurred"])
def test_until_is_where_the_file_ends(tmp_path, dated_by):
    points, areas = city()
    found = lg.alerts(points.select(until="2022-05-05"), areas=areas, dated_by=dated_by)
    same = lg.alerts(points, areas=areas, dated_by=dated_by, as_of="2022-05-04")
    if dated_by == "reported":
        assert (found["p"] == same["p"]).all() and (found["count"] == same["count"]).all()
        assert found["date"].astype("M8[D]").astype(str).tolist() == ["2022-05-04"] * 6
    else:  # of what was reported later it knows more
        assert found["date"][0] == np.datetime64("2022-05-04") > same["date"][0]
    found.save(tmp_path / "found.gpkg")
    assert "2022-05-04T23:59:59Z" in (tmp_path / "found.qml").read_text()


def test_the_command_takes_until(tmp_path):
    points, _ = city()
    path, out = tmp_path / "crimes.gpkg", tmp_path / "out.gpkg"
    times = dict(occurred=points.when, reported=points.reported)
    gpd.GeoDataFrame(times, geometry=gpd.points_from_xy(points.easting, points.northing), crs=CRS).to_file(path)
    assert main(["alerts", str(path), str(out), "--until", "2022-05-05", "--quiet"]) == 0
    assert gpd.read_file(out)["date"].astype(str).tolist() == ["2022-05-04"]


def test_groups_of_a_table_are_a_column():
    counts = table(quiet(2, 90))
    with pytest.raises(TypeError, match="by must name a column of the table of counts, got a ndarray"):
        lg.alerts(counts, by=np.asarray(counts["area"]))
    assert lg.alerts({**counts, "beat": counts["area"]}, by="beat")["area"].tolist() == ["a000", "a001"]
    assert (
        len(lg.alerts(pd.DataFrame(counts)))
        == len(lg.alerts(lg.alerts(table(quiet(2, 90)), since=BEGIN).judged()))
        == 2
    )
