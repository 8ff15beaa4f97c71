"""Predictors that learn: planted worlds, forward folds, rows that are drawn, reasons that sum, plain twins, and no future."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lacrime_geo import Incidents, as_incidents, geometry
from lacrime_geo.features import Features
from lacrime_geo.parameters import Unsaid
from lacrime_geo.progress import Cancelled
from lacrime_geo.risk.events import DAY, Events
from lacrime_geo.risk.learning import contributions, learners, training_rows
from lacrime_geo.risk.learning.column_scales import Scales
from lacrime_geo.risk.learning.learned_predictors import (
    GradientBoosting,
    LogisticRegression,
    PoissonRegression,
    RandomForest,
)
from lacrime_geo.risk.learning.learners import Boosting, Forest, Logistic, Poisson
from lacrime_geo.risk.learning.links import before_thinning
from lacrime_geo.risk.learning.training_rows import PastOrigins, Rows, days_needed, sampled
from lacrime_geo.risk.learning.tuning import log_likelihood
from lacrime_geo.risk.predicting.predictor_names import predictor_of
from lacrime_geo.risk.scoring.calibration import recalibration
from lacrime_geo.risk.scoring.label_scores import probability_of_any, roc_auc
from lacrime_geo.risk.scoring.scores import hit_rate, pai
from lacrime_geo.risk.units import cells_over, polygons_as_units

CRS, WEST, SOUTH, SIDE, CELLS = "EPSG:32611", 380000.0, 3768000.0, 250.0, 24
FIRST = np.datetime64("2023-01-01")
DAYS = 63
ORIGIN = FIRST + DAYS * DAY
KINDS = [LogisticRegression, PoissonRegression, GradientBoosting, RandomForest]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.learner.name)


def squares(side=SIDE, cells=CELLS):
    """Return square cells as polygons."""
    column, row = np.meshgrid(np.arange(cells), np.arange(cells))
    corners = WEST + side * column.ravel(), SOUTH + side * row.ravel()
    return Features(list(geometry.rectangles_wkb(*corners, side, side)), CRS, {})


def bars(points=6, seed=5):
    """Return places, as points."""
    x, y = np.random.default_rng(seed).uniform(0, CELLS * SIDE, (2, points))
    return Features(geometry.points_wkb(x + WEST, y + SOUTH), CRS, {}, "bars")


def world(seed=0, a_week=400.0, steep=-3.0, horizon=7):
    """Return what is known of a world, and its true rates: log-linear in the logarithm of the distance to the nearest bar.

    Thefts are everywhere; a tenth of all becomes known late.
    """
    draw = np.random.default_rng(seed)
    units = cells_over(anywhere(draw, 10), squares(SIDE * CELLS, 1), SIDE, Unsaid())
    x, y = bars().centres()
    distance = np.hypot(units.x[:, None] - x, units.y[:, None] - y).min(axis=1)
    rate = np.exp(steep * np.log1p(distance / np.median(distance)))
    rate *= a_week / 7 / rate.sum()
    count = draw.poisson(np.tile(rate, (DAYS + 7, 1)))
    day, unit = np.repeat(np.argwhere(count), count[count > 0], axis=0).T
    thefts = anywhere(draw, 2000)
    own = Incidents(units.x[unit], units.y[unit], when=FIRST + day * DAY, crs=CRS)
    x, y = np.append(own.easting, thefts.easting), np.append(own.northing, thefts.northing)
    when = np.append(own.when, thefts.when)
    late = np.where(draw.random(when.size) < 0.1, draw.integers(1, 20, when.size), 0)
    category = np.where(np.arange(when.size) < own.size, "burglary", "theft").astype(object)
    incidents = Incidents(x, y, when=when, reported=when + late * DAY, category=category, crs=CRS)
    events = Events.of(incidents, units, "burglary")
    return SimpleNamespace(incidents=incidents, events=events, history=events.known(ORIGIN), rate=rate * horizon)


def anywhere(draw, many):
    """Return incidents at random places and days."""
    x, y = draw.uniform(0, CELLS * SIDE, (2, many))
    return Incidents(x + WEST, y + SOUTH, when=FIRST + draw.integers(0, DAYS + 7, many) * DAY, crs=CRS)


@pytest.fixture(scope="module")
def known():
    """Return the world, and each kind of predictor fitted to it, with the places that its rates are of."""
    found, places = world(), {"bars": bars()}
    with pytest.MonkeyPatch.context() as patch:
        # Small forests and fewer settings of the slowest, to save time.
        patch.setattr(learners, "_TREES", 60)
        patch.setattr(learners, "_TREES_TRIED", 10)
        patch.setattr(Boosting, "grid", Boosting.grid[:3])
        fitted = {kind: kind(places=places).fit(found.history) for kind in KINDS}
        yield SimpleNamespace(**vars(found), places=places, fitted=fitted)


@every_kind
def test_planted_rates_are_found(kind, known):
    expected = known.fitted[kind].predict(7)
    caught, best = (float(hit_rate(each, known.rate, 0.05)) for each in (expected, known.rate))
    assert caught > {PoissonRegression: 0.97, LogisticRegression: 0.97}.get(kind, 0.9) * best
    assert np.corrcoef(np.log(expected), np.log(known.rate))[0, 1] > 0.9
    # What came late of the last weeks is not known yet, and the last weeks are few.
    assert expected.sum() == pytest.approx(known.rate.sum(), rel=0.1)


@pytest.mark.parametrize("kind", [LogisticRegression, PoissonRegression], ids=lambda kind: kind.learner.name)
def test_probabilities_are_calibrated(kind, known):
    chance = probability_of_any(known.fitted[kind].predict(7))
    futures = np.random.default_rng(1).poisson(np.tile(known.rate, 40))
    assert 0.9 < recalibration(np.tile(chance, 40), futures).slope < 1.1


@pytest.mark.parametrize("kind", [LogisticRegression, GradientBoosting], ids=lambda kind: kind.learner.name)
def test_shuffled_labels_are_told_by_chance_only(kind, known):
    expected, later = known.fitted[kind].predict(7), known.events.later(ORIGIN, 7)
    draw = np.random.default_rng(2)
    shuffled = [draw.permutation(later) for _ in range(300)]
    assert np.mean([roc_auc(expected, each) for each in shuffled]) == pytest.approx(0.5, abs=0.01)
    assert np.mean([pai(expected, each, 0.05) for each in shuffled]) == pytest.approx(1, abs=0.1)
    assert roc_auc(expected, later) > 0.6 and pai(expected, later, 0.05) > 1.5


def test_where_the_past_tells_nothing_nothing_is_learned():
    even = world(seed=3, steep=0.0)
    expected = PoissonRegression().fit(even.history).predict(7)
    futures = np.random.default_rng(4).poisson(np.tile(even.rate, (50, 1)))
    assert np.mean([roc_auc(expected, each) for each in futures]) == pytest.approx(0.5, abs=0.03)
    # The heaviest penalty says so.
    assert expected.std() < 0.3 * expected.mean()


@every_kind
def test_every_setting_is_scored_on_every_forward_fold(kind, known):
    told = known.fitted[kind].parameters
    assert [each["setting"] for each in told["grid"]] == [dict(setting) for setting in kind.learner.grid]
    origins = [np.datetime64(origin) for origin in told["origins"]]
    assert origins[-1] + 7 * DAY == ORIGIN and set(np.diff(origins)) == {7 * DAY}
    for each in told["grid"]:
        assert [np.datetime64(fold["validated"]) for fold in each["folds"]] == origins[-3:]
        for fold in each["folds"]:
            assert np.datetime64(max(fold["trained"])) + 7 * DAY == np.datetime64(fold["validated"])
            assert np.isfinite([fold["log_likelihood"], fold["pr_auc"], fold["hit_rate"]]).all()
        mean = np.mean([fold["log_likelihood"] for fold in each["folds"]])
        assert each["log_likelihood"] == pytest.approx(mean, abs=1e-5)
    best = max(told["grid"], key=lambda each: each["log_likelihood"])
    assert told["chosen"] == best["setting"]
    assert len({each["log_likelihood"] for each in told["grid"]}) > 1


def test_scores_of_a_fold_by_hand(known):
    past = PastOrigins.of(known.history, 7, known.places)
    fold = past.folds()[0]
    learner, setting = Poisson(), Poisson.grid[0]
    expected = learner.fit(past.rows_of(fold, learner.zeros, 0), setting, 0).expected(past.tables[fold.validated])
    origin = past.origins[fold.validated]
    came = known.history.events.later(origin, 7)
    found = known.fitted[PoissonRegression].parameters["grid"][0]["folds"][0]
    assert found["validated"] == str(origin)
    assert found["log_likelihood"] == pytest.approx((came @ np.log(expected) - expected.sum()) / came.sum(), abs=1e-5)
    assert found["hit_rate"] == pytest.approx(float(hit_rate(expected, came, 0.02)), abs=1e-4)


def test_a_fold_learns_from_what_was_known_when_it_began(known):
    past, events = PastOrigins.of(known.history, 7), known.history.events
    for fold in past.folds():
        before, after = past.origins[fold.validated - 1], past.origins[fold.validated]
        late = events.target & (events.day >= before) & (events.day < after) & (events.reported >= after)
        assert late.sum() > 2
        came = past.came_by(fold.validated, fold.validated - 1)
        assert past.came[fold.validated - 1].sum() - came.sum() == late.sum()


@pytest.mark.parametrize("gap", [0, 7, 10])
def test_with_a_gap_folds_keep_it(gap, known):
    history = known.events.known(ORIGIN, gap)
    past = PastOrigins.of(history, 7)
    assert past.origins[-1] + 7 * DAY == history.end
    for fold in past.folds():
        assert past.origins[max(fold.trained)] + (7 + gap) * DAY <= past.origins[fold.validated]
    assert days_needed(7, gap) == {0: 21, 7: 35, 10: 45}[gap]
    early = known.events.known(FIRST + (days_needed(7, gap) + gap) * DAY, gap)
    assert len(PastOrigins.of(early, 7).folds()) == 1
    fitted = PoissonRegression().fit(early)
    assert fitted.predict(7).sum() > 0 and fitted.parameters["days"] == early.days
    with pytest.raises(ValueError, match=f"needs {days_needed(7, gap)} days of history for a horizon of 7"):
        PoissonRegression().fit(known.events.known(early.origin - DAY, gap))


@pytest.mark.parametrize("kind", [LogisticRegression, PoissonRegression], ids=lambda kind: kind.learner.name)
def test_what_comes_or_is_reported_later_changes_nothing(kind, known):
    incidents = known.incidents
    unknown = (incidents.when >= ORIGIN) | (incidents.reported >= ORIGIN)
    assert unknown.sum() > 100
    x, y, category = incidents.easting.copy(), incidents.northing.copy(), incidents.category.copy()
    x[unknown], y[unknown], category[unknown] = WEST + 2000, SOUTH + 2000, "theft"
    altered = Incidents(x, y, when=incidents.when, reported=incidents.reported, category=category, crs=CRS)
    fitted = kind(places=known.places).fit(Events.of(altered, known.events.units, "burglary").known(ORIGIN))
    assert np.array_equal(fitted.predict(7), known.fitted[kind].predict(7))
    assert fitted.parameters == known.fitted[kind].parameters


@every_kind
def test_reasons_sum_to_what_is_expected_but_for_one_number(kind, known):
    fitted = known.fitted[kind]
    reasons, expected = fitted.reasons(7), fitted.predict(7)
    assert set(reasons) >= {"own counts", "all crime", "neighbours", "distance to bars"}
    rest = expected - np.sum(list(reasons.values()), axis=0)
    assert np.ptp(rest) < 1e-9 * expected.max()
    assert rest[0] > 0
    near = known.rate > np.quantile(known.rate, 0.95)
    assert reasons["distance to bars"][near].mean() > reasons["distance to bars"][~near].mean()


def test_reasons_of_a_linear_model_by_hand():
    rows = Rows(np.array([[0.0, 1], [1, 0], [3, 2], [2, 5]]), np.array([0.0, 1, 1, 4]), np.ones(4), 1.0, 1.0)
    model = Poisson().fit(rows, {"penalty": 0.1}, 0)
    reasons = contributions.of_linear(model, rows.values, {"a": np.array([0]), "b": np.array([1])})
    z, w, level = model.columns(rows.values), model.estimator.coef_, model.estimator.intercept_
    rise = model.link.level * np.exp(level) * (np.exp(z @ w) - 1) / (z @ w)
    np.testing.assert_allclose(reasons["a"], rise * z[:, 0] * w[0])
    np.testing.assert_allclose(reasons["b"], rise * z[:, 1] * w[1])


@every_kind
def test_the_planted_feature_matters_most(kind, known):
    fitted = known.fitted[kind]
    shares = fitted.importance()
    # A forest sees few columns at each branch, and this one is a single one beside many of counts that tell of it.
    assert "distance to bars" in list(shares)[: 3 if kind is RandomForest else 1]
    assert sum(shares.values()) == pytest.approx(1) and min(shares.values()) >= 0
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert fitted.importance() == shares
    assert set(fitted.parameters["falls"]) == set(shares)


def test_shuffling_what_a_model_does_not_look_at_costs_nothing():
    draw = np.random.default_rng(0)
    values = draw.random((500, 2))
    came = draw.poisson(np.exp(2 * values[:, 0]))
    model = SimpleNamespace(expected=lambda columns: np.exp(2 * columns[:, 0]))
    falls = contributions.fall_without(model, values, came, {"seen": np.array([0]), "unseen": np.array([1])}, 0)
    assert falls["unseen"] == 0 and falls["seen"] > 0.1


def irls(columns, label, penalty, mean, variance):
    """Return intercept and weights by Newton's steps with a ridge penalty on the weights."""
    design = np.column_stack([np.ones(len(columns)), columns])
    ridge = penalty * np.diag([0.0] + [1.0] * columns.shape[1])
    found = np.zeros(design.shape[1])
    for _ in range(100):
        told = mean(design @ found)
        slope = design.T @ (label - told) - ridge @ found
        found = found + np.linalg.solve((design.T * variance(told)) @ design + ridge, slope)
    return found


def table(seed=0, rows=400):
    """Return rows of three columns, and numbers that two of them tell of."""
    draw = np.random.default_rng(seed)
    values = draw.gamma(1.0, 2.0, (rows, 3))
    came = draw.poisson(np.exp(-2.5 + 0.9 * np.log1p(values[:, 0]) + 0.5 * np.log1p(values[:, 1])))
    return Rows(values, came.astype(float), np.ones(rows), 1.0, 1.0)


@pytest.mark.parametrize("penalty", [0.01, 0.3])
def test_the_logistic_regression_is_a_plain_one(penalty):
    rows = table()
    model = Logistic().fit(rows, {"penalty": penalty}, 0)
    share, z = rows.any.mean(), model.columns(rows.values)
    ridge = penalty * rows.came.size * share * (1 - share)
    found = irls(z, rows.any, ridge, lambda score: 1 / (1 + np.exp(-score)), lambda told: told * (1 - told))
    np.testing.assert_allclose(model.estimator.intercept_, found[:1], rtol=1e-3)
    np.testing.assert_allclose(model.estimator.coef_[0], found[1:], rtol=1e-3, atol=1e-4)
    chance = 1 / (1 + np.exp(-(found[0] + z @ found[1:])))
    np.testing.assert_allclose(model.expected(rows.values) / model.link.level, -np.log(1 - chance), rtol=1e-3)
    assert model.expected(rows.values).sum() == pytest.approx(rows.came.sum())


def test_the_poisson_regression_is_a_plain_one():
    rows = table()
    model = Poisson().fit(rows, {"penalty": 0.1}, 0)
    found = irls(model.columns(rows.values), rows.came, 0.1 * rows.came.sum(), np.exp, lambda told: told)
    np.testing.assert_allclose([model.estimator.intercept_, *model.estimator.coef_], found, rtol=1e-3, atol=1e-4)


def test_columns_are_scaled_by_the_rows_that_train():
    rows = table()
    scales = Scales.of(rows.values, rows.weight)
    z = scales.apply(rows.values)
    np.testing.assert_allclose([z.mean(axis=0), z.std(axis=0)], [[0] * 3, [1] * 3], atol=1e-12)
    # In another unit it is the same, and a column that never varied tells nothing, whatever comes.
    metres = Scales.of(1000 * rows.values, rows.weight)
    np.testing.assert_allclose(metres.apply(1000 * rows.values), z)
    still = Scales.of(np.ones((3, 1)), np.ones(3))
    assert still.apply(np.array([[5.0]])).tolist() == [[0.0]]


@every_kind
def test_zeros_drawn_leave_the_mean_unbiased(kind, monkeypatch):
    monkeypatch.setattr(training_rows, "FEWEST_ZEROS", 0)
    draw = np.random.default_rng(6)
    values = draw.gamma(0.5, 1.0, (100_000, 2))
    rate = 0.012 * np.exp(0.8 * np.log1p(values[:, 0]))
    came = draw.poisson(rate)
    rows = sampled([values[:25_000], values[25_000:]], [came[:25_000], came[25_000:]], kind.learner.zeros, (0,))
    assert rows.any.sum() == (came > 0).sum() and (~rows.any).sum() == kind.learner.zeros * rows.any.sum()
    assert (~rows.any) @ rows.weight == pytest.approx((came == 0).sum())
    model = kind.learner.fit(rows, kind.learner.grid[-1 if kind is RandomForest else 0], 0, False)
    expected = model.expected(values)
    assert expected.sum() == pytest.approx(came.sum(), rel=0.04)
    # Nor is it so in the tenth where most came, nor where the least did.
    for tenth in (rate >= np.quantile(rate, 0.9), rate <= np.quantile(rate, 0.5)):
        assert expected[tenth].sum() == pytest.approx(rate[tenth].sum(), rel=0.12)
    if kind is not PoissonRegression:
        assert rows.kept_zeros < 0.25
        assert replace(model.link, kept=1.0, level=1.0).expected(model.score(values)).sum() > 3 * came.sum()


def test_of_very_many_rows_with_incidents_some_are_drawn(monkeypatch):
    monkeypatch.setattr(training_rows, "MOST_WITH_ANY", 100)
    came = np.random.default_rng(7).poisson(0.7, 50_000)
    values = np.arange(50_000.0)[:, None]
    rows = sampled([values], [came], 10, (0,))
    assert rows.any.sum() == 100 and (~rows.any).sum() == 20_000
    assert np.array_equal(came[rows.values[:, 0].astype(int)], rows.came)
    assert rows.weight.sum() == pytest.approx(50_000)
    assert rows.any @ rows.weight == pytest.approx((came > 0).sum())


@pytest.mark.parametrize("kept", [0.05, 0.5, 1.0, 4.0])
def test_numbers_are_corrected_for_zeros_that_were_kept_otherwise(kept):
    rate = np.geomspace(1e-5, 50, 60)
    mean = rate / (1 - (1 - kept) * np.exp(-rate))
    np.testing.assert_allclose(before_thinning(mean, kept), rate, rtol=1e-9)


def test_log_likelihood_prefers_the_truth():
    draw = np.random.default_rng(8)
    rate = draw.gamma(0.5, 0.2, 5000)
    came = draw.poisson(rate)
    assert log_likelihood(rate, came) > log_likelihood(1.5 * rate, came) > log_likelihood(5 * rate, came)
    assert log_likelihood(rate, came) > log_likelihood(draw.permutation(rate), came)


@pytest.fixture(scope="module")
def small():
    """Return what is known of all crime in a few polygons."""
    draw = np.random.default_rng(9)
    units = polygons_as_units(squares(SIDE, 8), CRS)
    x, y = 8 * SIDE * draw.beta(1, 2, (2, 810))
    incidents = Incidents(x + WEST, y + SOUTH, when=FIRST + draw.integers(0, DAYS, 810) * DAY, crs=CRS)
    return Events.of(incidents, units).known(ORIGIN - 14 * DAY)


@every_kind
def test_polygons_are_learned_as_cells_are(kind, small):
    fitted = kind().fit(small)
    assert fitted.predict(7).sum() == pytest.approx(90, rel=0.2)
    rest = fitted.predict(7) - np.sum(list(fitted.reasons(7).values()), axis=0)
    assert np.ptp(rest) < 1e-9


def test_the_same_seed_grows_the_same_forest(small, monkeypatch):
    monkeypatch.setattr(learners, "_TREES", 20)
    monkeypatch.setattr(learners, "_TREES_TRIED", 5)
    first, again, other = (RandomForest(seed=seed).fit(small) for seed in (3, 3, 4))
    assert np.array_equal(first.predict(7), again.predict(7)) and first.parameters == again.parameters
    assert first.importance() == again.importance()
    assert not np.array_equal(first.predict(7), other.predict(7))


def test_two_threads_that_learn_leave_the_filters_of_warnings_alone(monkeypatch):
    monkeypatch.setattr(learners, "_TREES_TRIED", 10)
    rows = table()

    def learned(seed):
        return Forest().fit(rows, Forest.grid[0], seed, False).expected(rows.values)

    alone, before = [learned(seed) for seed in range(12)], list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(learned, range(12)))
    assert list(warnings.filters) == before
    assert np.array_equal(alone, together)


def test_where_every_place_has_incidents_only_numbers_can_be_learned():
    draw = np.random.default_rng(10)
    units = polygons_as_units(squares(SIDE * 10, 3), CRS)
    x, y = 3 * SIDE * 10 * draw.beta(1, 2, (2, 20_000))
    incidents = Incidents(x + WEST, y + SOUTH, when=FIRST + draw.integers(0, DAYS, 20_000) * DAY, crs=CRS)
    history = Events.of(incidents, units).known(ORIGIN)
    with pytest.raises(ValueError, match=r'Every place had an incident in all of the .* take "poisson_regression"'):
        LogisticRegression().fit(history)
    expected = PoissonRegression().fit(history).predict(7)
    assert np.corrcoef(np.log(expected), np.log(history.counts()))[0, 1] > 0.99
    assert expected.sum() == pytest.approx(history.counts().sum() / 9, rel=0.05)


def test_what_cannot_be_learned_is_said(known):
    rare = replace(known.events, target=(known.events.day >= ORIGIN - 80 * DAY) & (known.events.day < FIRST + DAY))
    with pytest.raises(ValueError, match="No incident of the category came in the horizons from 2023-01-08 on"):
        LogisticRegression(horizon=21).fit(rare.known(ORIGIN + 7 * DAY))
    fitted = known.fitted[PoissonRegression]
    for asked in (fitted.predict, fitted.reasons):
        with pytest.raises(
            ValueError, match="learned what comes in 7 days, and 14 are asked for; make one with horizon=14"
        ):
            asked(14)
    with pytest.raises(ValueError, match="seed must be a whole number"):
        RandomForest(seed=-1)


def test_places_made_of_what_came_are_refused(known):
    # Undated points at where the last horizon's incidents are to come.
    events = known.events
    last = events.target & (events.unit >= 0) & (events.day >= ORIGIN - 7 * DAY) & (events.reported < ORIGIN)
    units = np.unique(events.unit[last & (events.day < ORIGIN)])
    told = Features(geometry.points_wkb(events.units.x[units], events.units.y[units]), CRS, {})
    with pytest.raises(ValueError, match="The label and the feature 'distance_told' are made of each other"):
        PoissonRegression(places={"told": told}).fit(known.history)


def test_without_scikit_learn_the_remedy_is_named(known, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ImportError, match="'logistic_regression' needs scikit-learn: pip install scikit-learn"):
        LogisticRegression().fit(known.history)


@pytest.mark.parametrize("stop", [0.1, 0.5, 0.79])
def test_the_caller_may_stop_at_any_time(stop, small):
    with pytest.raises(Cancelled):
        PoissonRegression().fit(small, progress=lambda fraction: fraction < stop)


def test_progress_rises_to_its_end(small):
    told = []
    PoissonRegression().fit(small, progress=told.append)
    assert told == sorted(told) and told[0] == 0 and 0.75 < told[-1] <= 1


def test_features_that_the_first_origin_could_not_tell_are_named(known):
    told = known.fitted[PoissonRegression].parameters
    assert set(told["features_dropped"]) == {
        "counts in 28 days",
        "counts in 90 days",
        "counts in 365 days",
        "time of year",
    }
    assert "own_7_days" in told["features"] and "own_28_days" not in told["features"]


def test_names_make_them():
    for kind in KINDS:
        made = predictor_of(kind.learner.name, 14)
        assert type(made) is kind and made.horizon == 14 and made.name == kind.learner.name


def test_a_real_month(lacrime_data):
    incidents = as_incidents(lacrime_data / "lapd_citywide_2023-09_2023-10.parquet")
    units = cells_over(incidents, lacrime_data / "lapd_divisions.geojson", None, Unsaid())
    events = Events.of(incidents, units, "theft_from_vehicle")
    origin = np.datetime64("2023-10-01")
    fitted = PoissonRegression().fit(events.known(origin))
    later = events.later(origin, 31)
    assert float(hit_rate(fitted.predict(7), later, 0.02)) > 0.184
