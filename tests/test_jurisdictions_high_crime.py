"""High rates foretold: features know nothing later, splits are by time and agency, scores are those of twins, guards refuse."""

import builtins

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.jurisdictions.high_crime_models import BASELINES, learned, ridge_logistic
from lacrime_geo.jurisdictions.high_crime_rows import AgencyYears, History, refuse_later_knowledge, rows_of
from lacrime_geo.jurisdictions.high_crime_scores import scores_of
from lacrime_geo.jurisdictions.high_crime_splits import (
    days,
    folds_of,
    high_limit,
    refuse_shared_agencies,
    told,
    told_of_known,
    told_of_new,
)
from lacrime_geo.risk.guards import refuse_late_threshold, refuse_random_split

SAMPLE = "sample_layers/agency_years.csv"


@pytest.fixture(scope="module")
def history():
    return History.of(lg.read_ucr(SAMPLE))


@pytest.fixture(scope="module")
def known(history):
    rows = rows_of(history)
    return rows.where(np.isfinite(rows.rate))


@pytest.fixture(scope="module")
def found():
    return lg.predict_high_crime(SAMPLE)


def feature_by_loops(history, agency, year):
    """Return the features of one agency-year, or None, from a plain reading of what they are."""
    before = {}
    for at, past in enumerate(history.year.tolist()):
        if year - 5 <= past < year and np.isfinite(history.crimes[agency, at]):
            before[past] = np.log(1e5 * (history.crimes[agency, at] + 0.5) / history.population[agency, at])
    if year - 1 not in before or len(before) < 3:
        return None
    at = history.year.tolist().index(year - 1)
    slope = np.polyfit(list(before), list(before.values()), 1)[0]
    head = [before[year - 1], np.mean(list(before.values())), slope, np.log(history.population[agency, at])]
    return [*head, *history.shares[:, agency, at]]


def test_features_are_what_they_are_called(history):
    rows = rows_of(history)
    told_of = {(agency, year): values for agency, year, values in zip(rows.agency, rows.year, rows.values)}
    for agency in range(16):
        for year in range(2001, 2025):
            expected = feature_by_loops(history, agency, year)
            assert ((agency, year) in told_of) == (expected is not None)
            if expected is not None:
                np.testing.assert_allclose(told_of[agency, year], expected, rtol=1e-9, atol=1e-12)
    assert rows.year.max() == 2024 and np.isnan(rows.rate[rows.year == 2024]).all()
    assert rows.names[:4] == ("log_rate_last", "log_rate_mean_5", "trend_5", "log_population_last")


@pytest.mark.parametrize("year", [2006, 2015, 2023])
def test_altering_a_year_of_an_agency_changes_no_feature_of_that_year_or_before(year):
    panel = lg.read_ucr(SAMPLE)
    columns = {name: values.copy() for name, values in panel.columns.items() if name not in ("usable", "why_not")}
    row = np.flatnonzero((panel["name"] == "Granary") & (panel["year"] == year))[0]
    for crime in ("homicide", "rape", "robbery", "aggravated_assault", "violent"):
        columns[crime][row] *= 9
    one, other = (rows_of(History.of(lg.as_panel(given))) for given in (panel, columns))
    granary = panel.series().name.tolist().index("Granary")
    same = (one.values == other.values).all(axis=1)
    later = (one.agency == granary) & (one.year > year) & (one.year <= year + 5)
    assert same[~later].all() and not same[later].any() and later.any()


def leaky(history, what):
    """Return features among which one knows the target year."""
    rows = rows_of(history)
    rate = np.log(history.rate + 1)
    column = []
    for agency, year in zip(rows.agency, rows.year):
        at = int(year - history.year[0])
        window = {"the rate itself": slice(at, at + 1), "a mean that includes it": slice(max(at - 4, 0), at + 1)}[what]
        values = rate[agency, window]
        column.append(np.nan if not np.isfinite(values).any() else np.nanmean(values))
    return rows._replace(values=np.column_stack([rows.values, column]), names=(*rows.names, "leak"))


@pytest.mark.parametrize("what", ["the rate itself", "a mean that includes it"])
def test_features_that_know_the_target_year_are_refused(history, what):
    refuse_later_knowledge(rows_of, history, 2015)
    with pytest.raises(ValueError, match="The feature 'leak' knows what comes"):
        refuse_later_knowledge(lambda given: leaky(given, what), history, 2015)


def test_random_splits_late_thresholds_and_shared_agencies_are_refused(known):
    mixed = np.random.default_rng(0).permutation(known.year.size)
    with pytest.raises(ValueError, match="a random split lets a forecast know the future"):
        told(known.where(mixed[:200]), known.where(mixed[200:]), BASELINES, 0)
    with pytest.raises(ValueError, match="random split"):
        refuse_random_split(days(known.year), days(np.array([2015])))
    with pytest.raises(ValueError, match="fixed the threshold are of the time that is scored"):
        refuse_late_threshold(days(known.year), days(np.array([2015])))
    with pytest.raises(ValueError, match="2 agencies are both to learn from and to be scored, first 3"):
        refuse_shared_agencies(np.array([1, 2, 3, 4]), np.array([3, 4, 5]))


def test_each_agency_is_told_of_once_by_others(known):
    parts = folds_of(known.agency, 5, 1)
    assert sorted(np.concatenate(parts).tolist()) == list(range(16)) and {part.size for part in parts} == {3, 4}
    told_of = told_of_new(known, 2018, BASELINES, 5, 1)
    assert (
        told_of.rows.year.min() == 2018 and len(set(zip(told_of.rows.agency, told_of.rows.year))) == told_of.high.size
    )
    for part, limit in zip(parts, told_of.limits):
        others = known.where(~np.isin(known.agency, part) & (known.year < 2018))
        assert limit == np.quantile(others.rate, 0.75) == high_limit(others)
        mine = np.isin(told_of.rows.agency, part)
        np.testing.assert_array_equal(told_of.high[mine], told_of.rows.rate[mine] > limit)


def test_the_label_of_last_year_is_told_as_it_was(known):
    told_of = told_of_known(known, 2015, BASELINES, 0)
    was = told_of.rows.last_rate > told_of.limits[0]
    assert len(np.unique(told_of.chance[0])) == 2
    np.testing.assert_array_equal(told_of.said[0] == 1, was)
    train = known.where(known.year < 2015)
    high, before = train.rate > told_of.limits[0], train.last_rate > told_of.limits[0]
    assert told_of.chance[0].max() == (high[before].sum() + 1) / (before.sum() + 2)


def test_the_logistic_regression_is_that_of_scikit_learn():
    linear = pytest.importorskip("sklearn.linear_model")
    random = np.random.default_rng(1)
    columns = random.normal(0, 1, (300, 4))
    label = random.random(300) < 1 / (1 + np.exp(-columns @ [2.0, -1.0, 0.0, 0.5] + 1))
    for ridge in (0.1, 1.0, 30.0):
        theirs = linear.LogisticRegression(C=1 / ridge, tol=1e-10, max_iter=1000).fit(columns, label)
        ours = ridge_logistic(columns, label, ridge)
        np.testing.assert_allclose(ours, [*theirs.intercept_, *theirs.coef_[0]], atol=2e-5)


def test_scores_are_those_of_scikit_learn(known):
    metrics = pytest.importorskip("sklearn.metrics")
    told_of = told_of_known(known, 2015, (*BASELINES, "logistic_regression"), 0)
    for chance, said in zip(told_of.chance, told_of.said):
        found = scores_of(chance, told_of.high, said)
        theirs = [metrics.roc_auc_score(told_of.high, chance), metrics.average_precision_score(told_of.high, chance)]
        theirs += [metrics.f1_score(told_of.high, said == 1), metrics.brier_score_loss(told_of.high, chance)]
        np.testing.assert_allclose(found[:4], theirs, rtol=1e-9)


def row_of(found, *asked):
    keys = list(zip(found["split"], found["model"], found["score"]))
    return {name: values[keys.index(asked)] for name, values in found.columns.items()}


def test_the_table_has_every_split_model_and_score(found):
    models = (*BASELINES, "logistic_regression", "gradient_boosting")
    assert found.models == models and len(found) == 2 * 5 * 6
    assert set(found["split"]) == {"new agencies", "known agencies"}
    known = np.isfinite(found["low"] + found["high"]) & ~np.char.startswith(found["score"].astype(str), "calibration")
    assert (found["low"] <= found["value"] + 1e-12)[known].all() and (found["value"] <= found["high"] + 1e-12)[
        known
    ].all()
    reference = row_of(found, "new agencies", "last_year", "brier")
    assert np.isnan(reference["difference"])
    row = row_of(found, "new agencies", "logistic_regression", "brier")
    assert row["difference"] == pytest.approx(row["value"] - reference["value"])
    assert found.parameters["test_since"] == "2019" and row["agency_years"] == 80 and row["agencies"] == 16


def test_forecasts_are_of_the_next_year_by_name(found):
    told_of = found.forecasts()
    assert set(told_of["year"]) == {2024} and told_of["name"].tolist() == sorted(told_of["name"]) and len(told_of) == 16
    np.testing.assert_array_equal(told_of["probability"], told_of["probability_logistic_regression"])
    every = np.stack([told_of[f"probability_{model}"] for model in found.models])
    assert ((every > 0) & (every < 1)).all()
    order = np.argsort(told_of["last_rate"])
    assert (np.diff(told_of["probability_last_rate"][order]) >= 0).all()


def test_where_nothing_can_be_told_no_model_tells_it():
    random = np.random.default_rng(6)
    columns = {"agency": np.repeat([f"A{n}" for n in range(40)], 20), "year": np.tile(np.arange(2000, 2020), 40)}
    columns.update(violent=random.poisson(400 * np.exp(random.normal(0, 0.3, 800))), population=np.full(800, 100_000))
    drawn = lg.predict_high_crime(columns, models="logistic_regression")
    for model in drawn.models:
        row = row_of(drawn, "new agencies", model, "roc_auc")
        assert 0.35 < row["value"] < 0.65 and row["low"] < 0.55 and row["high"] > 0.45


def test_the_same_seed_gives_the_same(found):
    again = lg.predict_high_crime(SAMPLE, models="logistic_regression")
    ours = row_of(found, "known agencies", "logistic_regression", "roc_auc")
    assert row_of(again, "known agencies", "logistic_regression", "roc_auc") == pytest.approx(ours, nan_ok=True)


def test_without_scikit_learn_its_model_is_left_out_and_refused_where_it_is_asked_for(monkeypatch):
    real = builtins.__import__

    def blocked(name, *rest, **more):
        if name.startswith("sklearn"):
            raise ImportError("sklearn is blocked")
        return real(name, *rest, **more)

    monkeypatch.setattr("lacrime_geo.scikit_learning.import_module", lambda name: blocked(name))
    with pytest.raises(ImportError, match="'gradient_boosting' needs scikit-learn: pip install scikit-learn"):
        lg.predict_high_crime(SAMPLE, models="gradient_boosting")


def test_baselines_alone_are_told_as_such():
    found = lg.predict_high_crime(SAMPLE, models="")
    assert set(found["model"]) == {"last_year", "last_rate", "mean_5"}
    assert "the least Brier score of a baseline is" in found.parameters["found"]
    assert "of a model" not in found.parameters["found"]


@pytest.mark.parametrize(
    "options, sentence",
    [
        (dict(models="oracle"), "models must be one of 'logistic_regression', 'gradient_boosting'"),
        (dict(test_since=2040), "test_since must be a year from 2004 to 2023, got 2040"),
        (dict(seed=-1), "seed must be a whole number of at least 0, got -1"),
        (dict(folds=1), "folds must be a whole number of at least 2"),
        (dict(folds=99), "folds must be at most the number of agencies that can be foretold, 16"),
    ],
)
def test_bad_options_give_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.predict_high_crime(SAMPLE, **options)


def test_too_short_a_panel_is_told():
    columns = {"agency": [*"AABB"], "year": [1, 2] * 2, "violent": [5] * 4, "population": [100] * 4}
    columns["year"] = [2001, 2002] * 2
    with pytest.raises(ValueError, match="No agency-year can be foretold"):
        lg.predict_high_crime(columns)
    rows = AgencyYears(np.zeros(3, int), np.arange(3), np.zeros((3, 1)), ("log_rate_last",), np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="None of the 3 agency-years to learn from is high"):
        learned("last_rate", rows, np.zeros(3, bool), 1.0, 0)


def test_a_cancel_is_heard():
    with pytest.raises(lg.Cancelled):
        lg.predict_high_crime(SAMPLE, models="logistic_regression", progress=lambda fraction: fraction < 0.6)


def test_the_page_warns(found):
    page = found.html()
    assert "Do not rank agencies" in page and "stay as they are" in page and "<svg" in page
    assert all(model in page for model in found.models)
