"""The severity class of incidents: what is planted is found, what is not there is not, and the future stays unknown."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from severity_reports import reports, with_columns

import lacrime_geo as lg
from lacrime_geo.progress import Cancelled
from lacrime_geo.severity_class.class_contests import PREDICTORS
from lacrime_geo.severity_class.report_columns import _grouped

SHARES = "hour_of_week, place_and_premise"


def of(found, predictor, figure):
    """Return a figure of a predictor."""
    return float(found[figure][found["predictor"].tolist().index(predictor)])


@pytest.fixture(scope="module")
def planted():
    return lg.predict_severity(reports(4000, seed=1, hour=0.5, place=0.5))


def test_shuffled_classes_are_told_no_better_than_their_share():
    incidents = reports(2000)
    codes = np.random.default_rng(5).permutation(incidents.source["crime_code"])
    found = lg.predict_severity(with_columns(incidents, crime_code=codes))
    for predictor in PREDICTORS:
        low, high = (of(found, predictor, f"pr_auc_above_prevalence{end}") for end in ("_low", "_high"))
        assert low <= 0.02 and high >= -0.02
        assert abs(of(found, predictor, "pr_auc") - of(found, predictor, "prevalence")) < 0.08
        assert abs(of(found, predictor, "log_loss") - np.log(2)) < 0.03


@pytest.mark.parametrize(
    ("dependence", "predictor", "other"),
    [
        (dict(premise=1.0), "place_and_premise", "hour_of_week"),
        (dict(premise=0.0, place=1.0), "place_and_premise", "hour_of_week"),
        (dict(premise=0.0, hour=1.5), "hour_of_week", "place_and_premise"),
    ],
)
def test_a_planted_dependence_is_found_by_what_knows_it(dependence, predictor, other):
    found = lg.predict_severity(reports(4000, **dependence), models=SHARES)
    assert of(found, predictor, "pr_auc_above_prevalence_low") > 0.1
    assert of(found, other, "pr_auc_above_prevalence_low") < 0.05
    assert found.parameters["best"] == predictor


def test_probabilities_are_calibrated():
    found = [lg.predict_severity(reports(6000, seed, hour=0.5, place=0.5), models=SHARES) for seed in range(8)]
    slope, intercept = (
        np.array([of(one, "place_and_premise", figure) for one in found])
        for figure in ("calibration_slope", "calibration_intercept")
    )
    # Of 1,200 incidents each, a slope has a standard deviation of some 0.13, and an intercept of 0.1.
    assert abs(slope.mean() - 1) < 0.15 and abs(intercept.mean()) < 0.15
    assert 0.03 < slope.std() < 0.3


def test_so_are_those_of_models_that_learn(planted):
    for predictor in ("logistic_regression", "gradient_boosting"):
        low, high = (of(planted, predictor, f"calibration_slope{end}") for end in ("_low", "_high"))
        # Of 800 incidents a slope has a standard deviation of some 0.15.
        assert low < 1.2 and high > 0.8 and abs(of(planted, predictor, "calibration_slope") - 1) < 0.45
        assert of(planted, predictor, "calibration_error") < 0.08


def test_what_tells_is_what_was_planted(planted):
    lost = planted.parameters["importance"]
    assert lost["premise_code"] > lost["time"] > 0.01 and lost["place"] > 0.01
    premise_alone = lg.predict_severity(reports(4000), models=SHARES).parameters["importance"]
    assert premise_alone["premise_code"] > 20 * abs(premise_alone["place"])
    assert premise_alone["time"] == 0.0


def test_the_part_that_is_learned_from_knows_nothing_of_what_comes_after():
    incidents, since = reports(2500), np.datetime64("2022-10-01")
    later = (incidents.when >= since) | (incidents.reported >= since)
    random = np.random.default_rng(3)
    altered = replace(
        with_columns(
            incidents,
            crime_code=np.where(later, 310 + 314 * (random.random(2500) < 0.5), incidents.source["crime_code"]),
            premise_code=np.where(later, 900 + random.integers(0, 2, 2500), incidents.source["premise_code"]),
        ),
        easting=np.where(later, incidents.easting + 9000, incidents.easting),
        reported=np.where(later, incidents.reported + np.timedelta64(5, "D"), incidents.reported),
    )
    before, after = (lg.predict_severity(one, test_since=since) for one in (incidents, altered))
    known = np.isin(before.classes()["part_of"], ["train", "validation"])
    assert known.sum() == (~later).sum() > 1500
    assert (after.classes()["part_of"][known] == before.classes()["part_of"][known]).all()
    for one, other in zip(before.contest.entrants, after.contest.entrants):
        mine = one.probability(before.contest.reports.take(known))
        assert np.array_equal(mine, other.probability(after.contest.reports.take(known))), one.name
    assert not np.array_equal(before["pr_auc"], after["pr_auc"])


def test_incidents_reported_later_are_no_rows_to_learn_from():
    incidents = reports(2000, lag=30)
    found = lg.predict_severity(incidents, models=SHARES, test_since="2022-10-01")
    part = found.classes()["part_of"]
    early = incidents.when < np.datetime64("2022-10-01")
    late = early & (incidents.reported >= np.datetime64("2022-10-01"))
    assert set(part[late]) == {"left out"} and found.parameters["known_too_late"] == late.sum() > 100
    assert set(part[~early]) == {"test"} and set(part[early & ~late]) == {"train", "validation"}
    # Those for validation were known after those that are learned from.
    assert incidents.reported[part == "train"].max() < incidents.reported[part == "validation"].min()


def test_without_dates_of_report_it_is_said():
    found = lg.predict_severity(replace(reports(2000), reported=None), models=SHARES)
    assert any("no dates of report" in said for said in found.parameters["warnings"])
    assert found.parameters["known_too_late"] == 0


def test_the_incidents_come_back_with_their_classes(planted):
    marks = planted.classes()
    assert list(marks.columns) == ["probability", "predicted", "actual", "part_of"]
    assert len(marks) == 4000 and marks.features is planted.incidents
    test = marks["part_of"] == "test"
    came = marks["actual"][test] == "Part 1"
    assert set(marks["actual"]) == set(marks["predicted"]) == {"Part 1", "Part 2"}
    assert np.isclose(marks["probability"][test].mean(), came.mean(), atol=0.06)
    right = (marks["predicted"] == marks["actual"])[test].mean()
    assert right == of(planted, planted.parameters["best"], "accuracy")


def test_rows_without_place_date_or_weight_are_kept_and_counted():
    incidents = reports(2000)
    east, when = incidents.easting.copy(), incidents.when.copy()
    code = incidents.source["crime_code"].copy()
    east[:7], when[7:12], code[12:20] = np.nan, np.datetime64("NaT"), 99999
    north = np.where(np.isnan(east), np.nan, incidents.northing)
    incidents = with_columns(replace(incidents, easting=east, northing=north, when=when), crime_code=code)
    found = lg.predict_severity(incidents, models=SHARES)
    assert (found.parameters["undated"], found.parameters["unmapped"], found.parameters["without_place"]) == (5, 8, 7)
    marks = found.classes()
    assert set(marks["part_of"][7:20]) == {"left out"} and set(marks["actual"][12:20]) == {""}
    assert np.isnan(marks["probability"][7:12]).all() and np.isfinite(marks["probability"][12:20]).all()
    assert np.isfinite(marks["probability"][:7]).all() and set(marks["part_of"][:7]) == {"train"}


def test_those_without_a_place_are_of_the_number_in_the_title():
    incidents = reports(2000)
    some = replace(incidents, easting=np.where(np.arange(2000) % 4 == 0, np.nan, incidents.easting))
    some = replace(some, northing=np.where(np.isnan(some.easting), np.nan, some.northing))
    found = lg.predict_severity(some, models=SHARES)
    assert found.label.endswith("n = 2,000") and found.parameters["incidents"] == 2000
    assert found.parameters["without_place"] == 500


def test_hours_that_stand_for_unknown_ones_tell_nothing():
    incidents = reports(4000, premise=0.0, hour=1.5)
    told = lg.predict_severity(incidents, models=SHARES)
    unknown = with_columns(incidents, time_placeholder=np.ones(4000, dtype=bool))
    assert of(told, "hour_of_week", "pr_auc_above_prevalence_low") > 0.1
    assert of(lg.predict_severity(unknown, models=SHARES), "hour_of_week", "pr_auc_above_prevalence") < 0.05


def test_further_columns_are_kinds_or_numbers_in_tenths():
    incidents = reports(4000, premise=0.0)
    random = np.random.default_rng(1)
    grave = np.isin(incidents.source["crime_code"], [310, 510, 210])
    sound = with_columns(incidents, decibels=random.normal(0, 1, 4000) + grave)
    found = lg.predict_severity(sound, columns="premise, decibels", models=SHARES)
    assert found.parameters["columns"] == "premise, decibels"
    assert found.parameters["importance"]["decibels"] > 0.1 > found.parameters["importance"]["premise"]
    bare, none = (lg.predict_severity(sound, columns=no, models=SHARES) for no in ((), ""))
    assert bare.parameters["columns"] == none.parameters["columns"] == "none"
    assert of(bare, "place_and_premise", "pr_auc_above_prevalence") < 0.05


def test_more_than_two_classes_have_a_row_each(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("crime_code,weight,citation\n310,3,mine\n510,9,mine\n210,27,mine\n624,1,mine\n740,0.5,mine\n")
    incidents = reports(4000)
    found = lg.predict_severity(incidents, scale=str(path), models=SHARES, cuts=[2, 20])
    assert found["class"].tolist() == ["weight below 2", "weight 2 to below 20", "weight 20 and more"] * 3
    assert found["prevalence"][:3].sum() == pytest.approx(1)
    one = of(found, "place_and_premise", "macro_f1")
    assert (found["macro_f1"][6:] == one).all() and one > of(found, "prevalence", "macro_f1")
    assert set(found.classes()["actual"]) == {"weight below 2", "weight 2 to below 20", "weight 20 and more"}
    five = lg.predict_severity(incidents, scale=str(path), models=SHARES)
    assert five.parameters["classes"] == ["weight 0.5", "weight 1", "weight 3", "weight 9", "weight 27"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(columns=["crime_code"]), "'crime_code' names the offence"),
        (dict(columns=["no such"]), "There is no column 'no such'"),
        (dict(test_since="2021-01-01"), "there is no incident to learn from"),
        (dict(test_since="2023-06-01"), "there is no incident to be scored"),
        (dict(test_since="2022-01-15"), "of the class 'Part .', fewer than 10"),
        (dict(models="oracle"), "models must be one of 'prevalence'"),
        (dict(cuts=[0.5, 0.4]), "cuts must be one to 4 rising weights, got 0.5, 0.4"),
        (dict(cuts=[5]), "No incident is of the class 'weight 5 and more'"),
        (dict(scale="nonsense"), "nonsense"),
    ],
)
def test_what_cannot_be_told_is_refused(options, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        lg.predict_severity(reports(400), **options)


def test_the_keys_may_stand_in_another_column():
    incidents = reports(1500)
    other = with_columns(incidents, tariff=incidents.source["crime_code"])
    found, usual = (
        lg.predict_severity(other, key_column="tariff", models=SHARES),
        lg.predict_severity(other, models=SHARES),
    )
    assert np.array_equal(found["pr_auc"], usual["pr_auc"])
    with pytest.raises(ValueError, match="'tariff' is what the scale weighs by"):
        lg.predict_severity(other, key_column="tariff", columns="tariff")


def test_many_weights_need_cuts(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("crime_code,weight,citation\n" + "".join(f"{code},{code},mine\n" for code in range(600)))
    many = with_columns(reports(400), crime_code=np.arange(400))
    with pytest.raises(
        ValueError, match=r"400 weights by the scale 'many', more than 5 classes; give the weights .*cuts=\["
    ):
        lg.predict_severity(many, scale=str(path))


def test_records_of_two_systems_are_not_learned_from_together():
    later = reports(400)
    later = replace(later, when=later.when + np.timedelta64(700, "D"), reported=None, agency="LAPD")
    with pytest.raises(ValueError, match="another records system"):
        lg.predict_severity(later, models=SHARES)


def test_without_scikit_learn_the_rest_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    found = lg.predict_severity(reports(1500))
    assert found["predictor"].tolist() == ["prevalence", "hour_of_week", "place_and_premise"]
    said = " ".join(found.parameters["warnings"])
    assert "logistic_regression is left out" in said and "pip install scikit-learn" in said
    with pytest.raises(ImportError, match="'gradient_boosting' needs scikit-learn"):
        lg.predict_severity(reports(1500), models="gradient_boosting")


def test_the_same_seed_gives_the_same_and_another_other_intervals():
    one, two, other = (lg.predict_severity(reports(1500), models=SHARES, seed=seed) for seed in (1, 1, 2))
    assert all(
        np.array_equal(one[name], two[name], equal_nan=name not in ("predictor", "class")) for name in one.columns
    )
    assert np.array_equal(one["pr_auc"], other["pr_auc"]) and not np.array_equal(one["pr_auc_low"], other["pr_auc_low"])


def test_it_stops_when_told_to():
    for after in (0, 2, 5):
        asked = []

        def progress(fraction, after=after, asked=asked):
            asked.append(fraction)
            return len(asked) <= after

        with pytest.raises(Cancelled):
            lg.predict_severity(reports(600), progress=progress)


def test_the_page_says_what_was_found_and_what_it_is_not(planted, tmp_path):
    page = planted.html()
    for said in (planted.parameters["found"][1:], *planted.sentences, "nothing to decide on persons by", "PR-AUC lost"):
        assert said in page
    assert "<svg" in planted.svg() and "http" not in page.replace("http://www.w3.org/2000/svg", "")
    planted.save(tmp_path / "scores.csv")
    named = replace(planted.incidents, label="<b>reports</b>")
    assert "<b>reports" not in lg.predict_severity(named, models=SHARES).html()


def test_columns_called_time_and_place_stand_beside_both():
    incidents = reports(2000, place=2.0)
    named = with_columns(incidents, place=incidents.source["premise"], time=np.arange(2000) % 3)
    found = lg.predict_severity(named, columns=["place", "time"], models=f"{SHARES},")
    same = lg.predict_severity(
        with_columns(named, a=named.source["place"], b=named.source["time"]), columns="a,b", models=SHARES
    )
    assert set(found.parameters["importance"]) == {"time", "place", "place (column)", "time (column)"}
    assert found["pr_auc"].tolist() == same["pr_auc"].tolist()


def test_the_commonest_values_come_first_so_that_the_rarest_are_one_in_trees():
    code = np.repeat(np.arange(5), (3, 20, 10, 40, 30))
    assert [int(_grouped(code, np.ones(code.size, bool))[code == one][0]) for one in range(5)] == [0, 3, 4, 1, 2]
