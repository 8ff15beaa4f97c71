"""Prediction of places asked for what makes no sense, and given layers that overlap or end early: said in one sentence."""

import datetime

import geopandas as gpd
import numpy as np
import pytest
import shapely

import lacrime_geo as lg
from lacrime_geo import Incidents

CRS, WEST, SOUTH, SIDE, DAYS = "EPSG:32611", 380_000.0, 3_768_000.0, 5_000.0, 60
FIRST = np.datetime64("2023-01-01")


def city(seed=0, number=600, **columns):
    draw = np.random.default_rng(seed)
    x, y = SIDE * draw.beta(1, 3, (2, number))
    when = FIRST + np.sort(draw.integers(0, DAYS * 86400, number)).astype("m8[s]")
    category = draw.choice(["burglary", "drugs, sale", "theft"], number).astype(object)
    return Incidents(WEST + x, SOUTH + y, **{"when": when, "category": category, "crs": CRS, **columns})


def box(west, south, side):
    return shapely.box(WEST + west, SOUTH + south, WEST + west + side, SOUTH + south + side)


def districts(*more):
    squares = [box(west, south, 1000) for west in range(0, 5000, 1000) for south in range(0, 5000, 1000)]
    return gpd.GeoDataFrame({"risk": np.arange(25.0 + len(more))}, geometry=[*squares, *more], crs=CRS)


@pytest.mark.parametrize("category", [["theft"], 5, np.nan])
def test_a_category_is_one_text(category):
    with pytest.raises(TypeError, match="category must be the text of one category, got"):
        lg.predict_risk(city(), category=category, model="prior_counts")


def test_a_category_is_not_asked_of_incidents_without_any():
    with pytest.raises(
        ValueError, match="'theft' was asked for, but the incidents have none; name their category column"
    ):
        lg.predict_risk(city(category=None), category="theft", model="prior_counts")


def test_categories_that_are_numbers_are_chosen_by_number():
    codes = np.where(np.arange(600) < 200, 310, 442)
    assert city(category=codes).select(category=310).size == 200
    with pytest.raises(ValueError, match="No incident has category 5; there are 310, 442"):
        city(category=codes).select(category=5)


def test_a_category_with_a_comma_is_discovered_whole():
    found = lg.feedback_audit(city(), discovered="drugs, sale", model="prior_counts")
    assert found.parameters["known_discovered"] == (city().category == "drugs, sale").sum()
    with pytest.raises(ValueError, match="discovered names '5', of which there is no incident"):
        lg.feedback_audit(city(), discovered=5, model="prior_counts")


def test_overlapping_polygons_are_told(caplog):
    x, y = city().easting - WEST, city().northing - SOUTH
    inside = int(((x < 1000) & (y < 1000)).sum())
    found = lg.risk_features(districts(box(0, 0, 1000)), city(), FIRST + np.timedelta64(DAYS, "D"))
    assert inside and found.parameters["in_several_polygons"] == inside
    assert "which overlap: each is counted in the first" in caplog.text
    assert "in_several_polygons" not in lg.risk_features(districts(), city(), "2023-03-02").parameters


def test_features_of_a_day_long_after_the_file_say_so(caplog):
    found = lg.risk_features(500, city(), "2023-04-01")
    assert found.parameters["days_without_incidents"] == 30
    assert "a gap of 30" in caplog.text
    assert "days_without_incidents" not in lg.risk_features(500, city(), "2023-04-01", gap=30).parameters
    with pytest.raises(ValueError, match="was known before 2022-01-01; take a later origin or a shorter gap"):
        lg.risk_features(500, city(), "2022-01-01")


def contested(predictors="last_counts", incidents=None, **options):
    incidents = city() if incidents is None else incidents
    return lg.contest(incidents, predictors, **{"origins": 2, "boundary": districts(), "gap": 0, **options})


@pytest.mark.parametrize("one", [datetime.date(2023, 2, 10), np.datetime64("2023-02-10"), "2023-02-10"])
def test_one_origin_is_a_date_of_any_kind(one):
    assert contested(origins=one).parameters["origins"] == ["2023-02-10"]


def test_weights_are_refused_by_contests_and_scores():
    weighted = city(weight=np.full(600, 2.0))
    with pytest.raises(ValueError, match="have weights, and a contest counts them; leave the weights out"):
        contested(incidents=weighted)
    with pytest.raises(ValueError, match="have weights, and a map is scored by counts; leave the weights out"):
        lg.score_map(districts(), weighted)


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got"):
        lg.predict_risk(city(), model="prior_counts", seed=seed)


def test_a_map_is_ranked_by_numbers():
    early = lg.predict_risk(city().select(until="2023-02-01"), model="prior_counts", boundary=districts())
    with pytest.raises(TypeError, match="ranked by a column of numbers, and this one holds 'a'"):
        contested([(districts().assign(kind="a"), "kind")])
    with pytest.raises(TypeError, match="ranked by a column of numbers, and this one holds"):
        contested([(early, "reason")])
    with pytest.raises(TypeError, match=r"A predictor is a name, a map, .* not a int"):
        contested(3)


def test_a_later_origin_that_is_advised_is_late_enough():
    early = lg.predict_risk(city().select(until="2023-02-01"), model="prior_counts", boundary=districts())
    with pytest.raises(ValueError, match="or take origins 5 days later"):
        contested({"map": early}, origins="2023-02-03", gap=7)
    assert "map" in contested({"map": early}, origins="2023-02-08", gap=7)["predictor"]


def test_a_score_takes_a_category_with_a_comma_and_tells_of_overlaps():
    found = lg.score_map(districts(box(0, 0, 1000)), city(), category="drugs, sale")
    assert found.parameters["category"] == "drugs, sale" and found.parameters["in_several_polygons"] > 0


def test_an_audit_of_other_places_or_without_codes_is_refused():
    away = districts().set_geometry(districts().translate(4e5))
    with pytest.raises(ValueError, match=r"None of the 600 incidents to go by, .* stands in one of the places"):
        lg.feedback_audit(city(), discovered="theft", model="prior_counts", units=away)
    source = {"kind": np.full(600, "somewhere", dtype=object)}
    with pytest.raises(ValueError, match="The column 'kind' holds no crime codes, such as 624 or 35A"):
        lg.feedback_audit(city(source=source), codes="kind", model="prior_counts")


def test_dates_that_stand_for_none_are_told(caplog):
    when = city().when.copy()
    when[:30] = np.datetime64("1970-01-01")
    found = lg.predict_risk(city(when=when), model="prior_counts")
    assert (
        found.parameters["longest_silence"] == int((when[30].astype("M8[D]") - when[0].astype("M8[D]")).astype(int)) - 1
    )
    assert "If 30 incidents are wrongly dated, leave them out (since)" in caplog.text
    assert "longest_silence" not in lg.predict_risk(city(), model="prior_counts").parameters


def test_where_nothing_was_reported_late_that_is_said():
    said = lg.predict_risk(city(reported=city().when), model="prior_counts").parameters["warnings"]
    assert "No incident before 2023-03-02 is known to have been reported later." in said


def test_places_of_another_region_are_refused():
    away = gpd.GeoDataFrame(geometry=[shapely.Point(WEST + 9e5, SOUTH)], crs=CRS)
    with pytest.raises(ValueError, match=r"places 'bars' is 89[0-9] km from all units, which are [67] km across"):
        lg.risk_features(500, city(), "2023-02-20", places={"bars": away})
    near = gpd.GeoDataFrame(geometry=[shapely.Point(WEST + 3e4, SOUTH)], crs=CRS)
    assert "distance_bars" in lg.risk_features(500, city(), "2023-02-20", places={"bars": near}).columns


def test_a_map_that_is_not_there_is_no_name_of_a_predictor():
    with pytest.raises(FileNotFoundError, match=r"There is no file 'nowhere\.gpkg'"):
        contested("nowhere.gpkg")
