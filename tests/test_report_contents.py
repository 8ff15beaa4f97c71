"""A report's sections hold what the analyses give, each number is a claim whose code gives it again, and what fails says why."""

import json
import re

import numpy as np
import pytest
from makers import clustered, crimes_frame, incidents, rectangle
from pages import DIVISIONS, INCIDENTS, ROOT
from told_numbers import untold, wrong

import lacrime_geo as lg
from lacrime_geo.citations import citations_of
from lacrime_geo.claims import claims_of
from lacrime_geo.overlay import polygon_by_place
from lacrime_geo.reporting import contest_section
from lacrime_geo.reporting.area_alerts import area_alerts, in_several
from lacrime_geo.reporting.incident_reports import SECTIONS, _watched
from lacrime_geo.reporting.told import Given

QUICK = "map,clock,season,forecast,harm,audit,methods"
# But for the words of the claim that says that they are left out.
OF_VICTIMS = re.compile(r"(?<!those on )vict|descent|\bsex\b|\bage\b|age_unknown|sex_unknown", re.IGNORECASE)


@pytest.fixture(scope="module")
def sample():
    return lg.read_lapd(INCIDENTS)


@pytest.fixture(scope="module")
def found(sample):
    return lg.report(sample, sections=QUICK, areas=DIVISIONS)


@pytest.fixture(scope="module")
def few():
    """Few incidents of few places, which a contest is quickly held on."""
    random = np.random.default_rng(0)
    x, y = random.normal(0, 700, (2, 700))
    day = np.datetime64("2023-01-01") + np.arange(700) // 5  # as many each day
    return incidents(x, y, when=day + np.timedelta64(10, "h"), reported=day + random.integers(1, 5, 700))


@pytest.fixture(scope="module")
def contested(few):
    return lg.report(few, sections="contest,methods")


def told_in(report):
    return [(sentence, one.claims) for one in report.sections for sentence in one.findings]


def section(report, name):
    (one,) = (each for each in report.sections if each.name == name)
    return one


def test_the_code_of_every_claim_of_the_sample_gives_its_value_again(found, sample):
    assert len(found.claims) > 60
    assert wrong(found.claims, incidents=sample, areas=DIVISIONS) == []


def test_the_code_of_a_contests_claims_gives_their_values_again(contested, few):
    assert len(contested.claims) > 15 and wrong(contested.claims, incidents=few) == []


def test_claims_name_the_days_that_they_rest_on(found, contested):
    emerging = [claim for claim in found.claims if claim.method.startswith("emerging_hotspots")]
    assert {claim.period for claim in emerging} == {"from 2 Jan to 31 Dec 2023"}
    assert (
        emerging[0].sentence.startswith("Over 52 steps of a week, of ")
        and "these are hot spots: " in emerging[0].sentence
    )
    assert {claim.period for claim in contested.claims} == {"from 26 Mar to 20 May 2023"}
    assert any(said.startswith("Without a boundary") for said in section(found, "map").caveats)


def test_a_contest_leaves_four_weeks_before_its_first_origin(few):
    for until, origins in (
        ("2023-02-12", 2),
        ("2023-02-26", 4),
        ("2023-05-01", 8),
        ("2023-02-05", contest_section.ORIGINS),
    ):
        assert contest_section._origins(Given(few.select(until=until))) == origins


def test_no_sentence_tells_a_number_that_is_no_claim(found, contested):
    for sentence, claims in told_in(found) + told_in(contested):
        assert untold(sentence, claims) == [] and not re.search(r"\b(nan|inf|None)\b", sentence), sentence


def test_every_claim_names_its_method_with_a_source_or_says_it_was_counted(found, contested):
    for claim in (*found.claims, *contested.claims):
        assert re.search(r"\b(19|20)\d\d\)$", claim.method) or claim.method in ("counted", "audit"), claim
        assert claim.n > 0 and "2023" in claim.period and claim.code.count("lg.")


def test_scores_name_their_split_and_their_baseline(found, contested):
    scores = [claim for claim in found.claims if claim.name.startswith("mean absolute error")]
    assert [claim.baseline for claim in scores] == ["seasonal naive", "smoothing"]
    assert all(claim.split.startswith("rolling origin: 8 past origins") for claim in scores)
    apart = [claim for claim in contested.claims if claim.name.startswith("difference of")]
    assert len(apart) >= 5
    for claim in apart:
        assert claim.baseline == "prior_counts" and claim.level == 95 and "8 origins" in claim.split
        assert claim.interval[0] <= claim.value <= claim.interval[1]


def test_sections_stand_in_order_and_have_layers_and_charts(found):
    assert [one.name for one in found.sections] == QUICK.split(",")
    assert set(found.layers) == {"density", "hotspots", "clusters", "emerging", "alerts"} and found.missing == {}
    for name in ("clock", "season", "forecast", "harm"):
        assert any(part.startswith("<svg") for part in section(found, name).parts)
    assert found.subtitle == "20,000 incidents from 1 Jan to 31 Dec 2023, LAPD"
    assert found.title == "Report · Jan–Dec 2023 · n = 19,955"


def test_numbers_are_those_of_the_single_analyses(found, sample):
    told = {claim.name: claim.value for claim in found.claims}
    clock, forecast = lg.clock(sample), lg.forecast_areas(sample)
    assert told["times that are placeholders"] == clock.parameters["time_placeholder"]
    assert told["mean of all hours of the week"] == clock.parameters["mean_rate"]
    expected = [claim for claim in found.claims if claim.name.startswith("incidents expected,")]
    assert [claim.value for claim in expected] == [forecast["mean"][0]] * 2
    assert [claim.interval for claim in expected] == [
        (forecast[f"lo{level}"][0], forecast[f"hi{level}"][0]) for level in (80, 95)
    ]
    assert told["harm of all incidents"] == lg.harm(sample).parameters["total_harm"]
    states = found.layers["alerts"]["state"].tolist()
    judged = next(claim for claim in found.claims if claim.name.startswith("areas judged"))
    assert (judged.value, told["areas in alarm"]) == (21, states.count("alarm"))


def test_alerts_by_a_column_have_a_table_and_no_layer(sample):
    everything = lg.as_incidents(sample)
    bare = area_alerts(Given(everything), None)
    assert bare.layers == {} and "<td>Alba Hills</td>" in bare.parts[0]
    named = area_alerts(Given(everything, by="district"), None)
    assert len(named.runs[0].parameters["judged"]["names"]) > 100
    assert wrong(claims_of((*bare.findings, *named.findings)), incidents=everything) == []


def test_nothing_known_of_victims_is_in_a_report(found):
    shown = " ".join(
        [*(part for one in found.sections for part in one.parts), *(claim.name + claim.code for claim in found.claims)]
    )
    assert OF_VICTIMS.findall(re.sub(r"<svg.*?</svg>", "", shown, flags=re.DOTALL)) == []
    assert "age_unknown" in lg.audit(INCIDENTS)["rule"].tolist()


def test_no_single_record_is_shown(found):
    table = section(found, "audit").parts[0]
    assert "<td>dr no duplicate</td>" in table and "Saltmarsh from 2023-05-08" in table
    shown = re.sub(r"<svg.*?</svg>", "", " ".join(section(found, "audit").parts), flags=re.DOTALL)
    assert not re.search(r"\d{9}|-118\.\d|\b[NSEW] [A-Z]{4,}", shown)


def test_methods_name_each_analysis_with_its_choices_sources_and_versions(found):
    sources, chosen, versions = section(found, "methods").parts
    for name in ("kde", "hotspots", "dbscan", "emerging_hotspots", "alerts", "clock", "season", "harm", "nowcast"):
        assert f"<code>lg.{name}</code>" in sources
        assert all(source.replace("&", "&amp;") in sources for source in citations_of(getattr(lg, name)))
    eps = found.layers["clusters"].parameters
    assert f"<td>eps</td><td>{eps['eps']:g}\N{NO-BREAK SPACE}m</td><td>{eps['eps_reason']}</td>" in chosen
    assert np.__version__ in versions and lg.__version__ in versions


def test_one_month_without_reports_says_what_it_lacks():
    x, y = clustered(800, 4)
    day = np.datetime64("2023-05-01T10:00:00") + np.arange(x.size) % 31 * np.timedelta64(86_400, "s")
    month = lg.report(incidents(x, y, when=day))
    assert [one.name for one in month.sections] == list(SECTIONS)
    assert set(month.missing) == {"map", "forecast", "contest", "harm"}
    assert month.missing["map"].startswith("Alerts could not be made: no polygons (areas) were given")
    assert "too few for 8 origins" in month.missing["contest"]
    assert "give scale: the path of a CSV" in month.missing["harm"]
    assert "column `reported`" in month.missing["forecast"]
    assert wrong(month.claims, incidents=incidents(x, y, when=day)) == []
    assert "The contest could not be made" in month.html()


def test_a_category_that_is_missing_is_not_known_in_the_table_of_harm():
    kinds = np.array(["homicide", None, np.nan, "theft"] * 20, dtype=object)
    weighed = lg.report(incidents(*clustered(80, 4), category=kinds), sections="harm", scale="ucr_part1")
    table = weighed.sections[0].parts[0]
    assert '<td>not known</td><td class="number">40</td>' in table and "nan" not in table and "None" not in table


def test_a_scale_of_ones_own_is_named_in_code(sample):
    scale = str(ROOT / "sample_layers" / "made_up_harm.csv")
    late = lg.as_incidents(sample).select(since="2023-12-15")
    weighed = lg.report(late, sections="harm", scale=scale)
    assert "scale=scale" in weighed.claims[0].code
    assert wrong(weighed.claims, incidents=late, scale=scale) == []


def test_without_times_the_map_is_made_all_the_same():
    bare = lg.report(incidents(*clustered(500, 4)))
    assert set(bare.layers) == {"density", "hotspots", "clusters"} and section(bare, "map").findings
    for name in ("clock", "season", "forecast", "contest"):
        assert "time" in bare.missing[name]


def test_a_contest_holds_what_takes_seconds_and_says_what_is_left_out(contested):
    one = section(contested, "contest")
    assert contest_section.LEFT_OUT in one.caveats and "logistic_regression" not in " ".join(one.findings)
    assert "prior_counts" in " ".join(one.findings)


def test_sections_are_named_or_refused():
    frame = crimes_frame(300)
    assert [one.name for one in lg.report(frame, sections="clock, season").sections] == ["clock", "season"]
    assert [one.name for one in lg.report(frame, sections=["season", "clock"]).sections] == ["clock", "season"]
    with pytest.raises(ValueError, match=r"'map', 'clock', .* got 'weather'"):
        lg.report(frame, sections="weather")
    with pytest.raises(ValueError, match="names none"):
        lg.report(frame, sections=[])


def test_bad_layers_and_empty_input_are_refused():
    frame = crimes_frame(300)
    with pytest.raises(ValueError, match="areas and by"):
        lg.report(frame, areas=rectangle(0, 0, 9, 9), by="category")
    with pytest.raises(ValueError, match="no scale 'gravity'"):
        lg.report(frame, scale="gravity")
    with pytest.raises(ValueError, match="'beat'"):
        lg.report(frame, by="beat")
    with pytest.raises(ValueError, match="boundary must be a polygon layer"):
        lg.report(frame, boundary=frame)
    with pytest.raises(ValueError, match="None of the 2 rows"):
        lg.report(incidents([np.nan, np.nan], [1.0, 2.0]))
    with pytest.raises(ValueError, match="lies inside the boundary"):
        lg.report(frame, boundary=rectangle(90_000, 0, 99_000, 9_000), sections="clock")
    with pytest.raises(ValueError, match="horizon must be a whole number of at least 1, got 0"):
        lg.report(frame, horizon=0, sections="clock")
    with pytest.raises(ValueError, match="have weights, and a report counts incidents"):
        lg.report(incidents([1.0, 2.0], [1.0, 2.0], weight=[1.0, 2.0]))


def test_the_polygons_of_a_boundary_are_watched_where_it_has_several(sample):
    late = lg.as_incidents(sample).select(since="2023-12-01")
    divisions = lg.as_features(DIVISIONS, crs=late.crs)
    placed = late.located()
    assert _watched(None, None, divisions, placed) is divisions and _watched(None, "area", divisions, placed) is None
    wkb = list(divisions.wkb)
    one, twice = (lg.Features(some, divisions.crs) for some in (wkb[:1], [*wkb, *wkb[:2]]))
    assert _watched(None, None, one, placed) is None and _watched(None, None, twice, placed) is None
    inside = polygon_by_place(lg.Features(wkb[:2], divisions.crs), placed.easting, placed.northing) >= 0
    assert 0 < inside.sum() == in_several(late, twice) and in_several(late, divisions) == 0
    overlapping = area_alerts(Given(late, None, twice), None)
    assert any(said.startswith(f"{inside.sum():,} incidents stand in more than one") for said in overlapping.caveats)
    watched = area_alerts(Given(late, divisions, divisions), None)
    assert len(watched.layers["alerts"]) == 21 and "areas=boundary" in claims_of(watched.findings)[0].code
    assert wrong(claims_of(watched.findings), incidents=late, boundary=DIVISIONS) == []


def test_what_several_sections_say_is_said_once_above_them():
    incomplete = lg.report(crimes_frame(400), sections="map,clock,season,audit")
    above = [said for said in incomplete.caveats if said.startswith("The period ends on")]
    assert len(above) == 1 and incomplete.caveats[0].startswith("Reported crime is not all crime")
    below = [said for one in incomplete.sections for said in one.caveats]
    assert len(below) == len(set(below)) and not set(below) & set(incomplete.caveats)
    assert not any(said.startswith("Reported crime is not") for said in below)


def test_ratios_of_a_season_are_of_the_mean_or_of_the_year_before():
    day = np.datetime64("2020-01-01T12", "s") + 3600 * 16 * np.arange(1000)
    seasonal = lg.report(incidents(np.zeros(1000), np.zeros(1000), when=day), sections="season")
    units = {claim.unit for claim in seasonal.claims if claim.name.startswith("incidents, ")}
    assert units == {"times the mean", "times the year before"}
    said = " ".join(seasonal.sections[0].findings)
    assert "times the mean (" in said and "a difference that chance alone could make (p = " in said
    assert "From year to year there are 1 times as many (" in said


def test_progress_rises_and_stops_it():
    frame, seen = crimes_frame(400), []
    lg.report(frame, sections="clock,season,audit", progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    with pytest.raises(lg.Cancelled):
        lg.report(frame, sections="map", progress=lambda fraction: fraction < 0.5)


def test_claims_are_saved_as_json_beside_the_page(found, tmp_path):
    assert found.save(tmp_path / "claims.json") == str(tmp_path / "claims.json")
    kept = json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert [claim["value"] for claim in kept["claims"]] == [claim.value for claim in found.claims]
    assert kept["incidents"]["layer"] == "incidents" and kept["incidents"]["period"] == "2023-01-01 to 2023-12-31"
    found.ledger().save(tmp_path / "claims.csv")
    assert len((tmp_path / "claims.csv").read_text(encoding="utf-8").splitlines()) == len(found.claims) + 1
    with pytest.raises(ValueError, match=r"\.html, \.json"):
        found.save(tmp_path / "report.pdf")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("lapd_citywide_2023-09_2023-10.parquet", set()),
        ("lapd_west_la_2020-03_2021-07_28col.parquet", set()),
        ("portland_cfs_2016-08.parquet", {"map", "clock", "forecast", "contest", "harm"}),
        ("memphis_robberies_2019.parquet", {"map", "clock", "season", "forecast", "contest", "harm"}),
    ],
)
def test_real_files_give_reports_whose_claims_hold(lacrime_data, name, missing):
    report = lg.report(lacrime_data / name)
    assert set(report.missing) == missing
    assert wrong(report.claims, incidents=str(lacrime_data / name)) == []
    for sentence, claims in told_in(report):
        assert untold(sentence, claims) == [] and not re.search(r"\b(nan|inf|None)\b", sentence), sentence


def test_the_same_input_gives_the_same_claims(few):
    first, again = (lg.report(few, sections="map,season") for _ in range(2))
    assert first.claims_json() == again.claims_json() and len(first.claims) > 20


def test_where_naive_forecasts_make_no_error_that_is_said(few):
    constant = lg.report(few, sections="forecast")
    said = " ".join(constant.sections[0].findings)
    assert "neither seasonal naive nor smoothing made an error" in said and "nan" not in said
    assert wrong(constant.claims, incidents=few) == []
