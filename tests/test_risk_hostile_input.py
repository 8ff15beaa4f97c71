"""Prediction of places asked for what makes no sense, and given layers that overlap or end early: said in one sentence."""

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
