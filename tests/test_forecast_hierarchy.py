"""Forecasts of series and their totals: they add up, MinT is that of its formula, and intervals hold what they say."""

from typing import NamedTuple

import numpy as np
import pytest

from lacrime_geo.forecasting import minimum_trace
from lacrime_geo.forecasting.automatic import Automatic
from lacrime_geo.forecasting.backtesting import backtest
from lacrime_geo.forecasting.harmonic_regression import HarmonicRegression
from lacrime_geo.forecasting.hierarchy import bottom_up, hierarchy_of
from lacrime_geo.forecasting.minimum_trace import mint, mint_weights, shrunk_covariance
from lacrime_geo.forecasting.models import Panel, Prediction, Series
from lacrime_geo.forecasting.past_refits import REFITS, fitted_with_past
from lacrime_geo.forecasting.reconciled_models import Reconciled
from lacrime_geo.forecasting.simple_models import MovingAverage
from lacrime_geo.forecasting.smoothing import Smoothing, Theta
from lacrime_geo.forecasting.tables_as_counts import as_counts

MONTHS = np.arange("2018-01", "2023-01", dtype="M8[M]").astype("M8[D]")
AREAS, KINDS = np.repeat(["north", "south", "west"], 2), np.tile(["burglary", "theft"], 3)


def panel_of(values, **keys):
    return Panel(values, MONTHS[: values.shape[1]], "month", keys=keys or None)


def drawn(seed=0, steps=48, mean=30):
    values = np.random.default_rng(seed).poisson(mean, (6, steps)).astype(float)
    return panel_of(values, area=AREAS, kind=KINDS)


class WithTotals(NamedTuple):
    """Counts of series and their totals, and what is forecast of them."""

    panel: Panel
    prediction: Prediction


def with_totals(panel, model, horizon, levels=(80, 95), method="mint", keys=None):
    fitted = Reconciled(model, method, keys).fit_many(panel)
    return WithTotals(fitted.nodes, fitted.predict_nodes(horizon, levels))


class LastOne:
    """A model of one series, with no more than the face that is asked for."""

    name = "the last one"

    def fit(self, series):
        fitted = LastOne()
        fitted.last = series.values[-1]
        return fitted

    def predict(self, horizon, levels=(80, 95)):
        mean = np.full(horizon, self.last)
        return Prediction(mean, *({level: mean + side * level / 10 for level in levels} for side in (-1, 1)))


# What is summed


def test_keys_of_totals_are_all():
    tree = hierarchy_of({"area": AREAS, "kind": KINDS}, 6)
    rows = list(zip(tree.keys["area"], tree.keys["kind"]))
    assert rows[:4] == [("all", "all"), ("north", "all"), ("south", "all"), ("west", "all")]
    assert rows[4:6] == [("all", "burglary"), ("all", "theft")]
    assert rows[6:] == list(zip(AREAS, KINDS))
    assert len(set(rows)) == len(rows)


def test_counts_of_a_total_are_those_of_its_rows():
    panel = drawn()
    nodes = with_totals(panel, MovingAverage(6), 1).panel
    for row, (area, kind) in enumerate(zip(nodes.keys["area"], nodes.keys["kind"])):
        of = ((AREAS == area) | (area == "all")) & ((KINDS == kind) | (kind == "all"))
        assert np.array_equal(nodes.values[row], panel.values[of].sum(axis=0))


def test_a_key_of_one_value_has_no_totals_of_its_own():
    assert hierarchy_of({"area": list("abc"), "kind": ["x"] * 3}, 3).names == ("all", "a x", "b x", "c x")
    assert hierarchy_of({"area": list("abc")}, 3, totals=["area"]).names == ("all", "a", "b", "c")


def test_totals_may_be_of_some_keys():
    tree = hierarchy_of({"area": AREAS, "kind": KINDS}, 6, totals=["kind"])
    assert tree.names[:3] == ("all", "kind burglary", "kind theft")
    assert tree.sums.shape == (9, 6)
    assert np.array_equal(tree.keys["area"][3:], AREAS)


def test_series_without_keys_are_named_by_their_numbers():
    assert hierarchy_of(None, 2).keys["series"].tolist() == ["all", "series 0", "series 1"]


def test_a_single_series_is_its_own_total():
    for keys in ({}, {"area": np.array(["north"])}):
        panel = panel_of(drawn().values[:1], **keys)
        for method in ("bottom-up", "mint"):
            found = with_totals(panel, Smoothing(), 3, method=method)
            alone = Smoothing().fit_many(panel).predict(3)
            assert list(found.panel.keys) == list(keys)
            assert np.array_equal(found.prediction.mean, alone.mean)
            assert np.array_equal(found.prediction.high[95], alone.high[95])


def test_a_value_named_all_is_refused():
    with pytest.raises(ValueError, match=r"2 of 3 series have area = 'all'.*first series 1"):
        hierarchy_of({"area": ["a", "all", "all"]}, 3)


def test_a_total_of_no_key_is_refused():
    with pytest.raises(ValueError, match="no key 'beat' to total by; the keys are area, kind"):
        with_totals(drawn(), Smoothing(), 1, keys=["beat"])


def test_sums_that_are_none_are_refused():
    with pytest.raises(ValueError, match="last rows"):
        bottom_up(np.ones((2, 1)), [[1, 1], [1, 1]])


# MinT


def nodes(seed=0):
    random = np.random.default_rng(seed)
    tree = hierarchy_of({"area": list("aabb"), "kind": list("xyxy")}, 4)
    below = random.normal(0, [[1.0], [2.0], [1.0], [3.0]], (4, 60))
    misses = tree.sums @ below + random.normal(0, 0.5, (9, 60))
    return tree, misses, random.uniform(10, 20, (9, 3))


@pytest.mark.parametrize("seed", range(4))
def test_mint_adds_up_and_is_that_of_the_formula(seed):
    tree, misses, told = nodes(seed)
    found = mint(told, tree.sums, misses, least=None)
    assert np.allclose(found, tree.sums @ found[-4:], rtol=0, atol=1e-9)
    inverse = np.linalg.inv(shrunk_covariance(misses))
    twin = tree.sums @ np.linalg.solve(tree.sums.T @ inverse @ tree.sums, tree.sums.T @ inverse @ told)
    assert np.allclose(found, twin, rtol=0, atol=1e-9)


def test_what_adds_up_already_stays():
    tree, misses, told = nodes()
    whole = bottom_up(told[-4:], tree.sums)
    assert np.allclose(mint(whole, tree.sums, misses), whole, rtol=0, atol=1e-9)


@pytest.mark.parametrize("steps", [3, 5, 60])
def test_mint_is_unbiased(steps):
    """Weights that leave every set of true values that add up as it is: G S = I."""
    tree, misses, _ = nodes()
    assert np.allclose(mint_weights(tree.sums, misses[:, :steps]) @ tree.sums, np.eye(4), rtol=0, atol=1e-9)


def test_mint_errs_less_than_what_it_is_made_of():
    random = np.random.default_rng(2)
    tree = hierarchy_of({"area": list("abcd")}, 4)
    truth = np.full((5, 400), 10.0)
    truth[0] = 40
    spread = np.array([[2.0], [3.0], [3.0], [3.0], [3.0]])
    misses = random.normal(0, spread, (5, 200))
    told = truth + random.normal(0, spread, (5, 400))
    found = mint(told, tree.sums, misses)
    assert np.square(found - truth).sum() < 0.95 * min(
        np.square(told - truth).sum(), np.square(bottom_up(told[1:], tree.sums) - truth).sum()
    )


def test_no_forecast_of_a_series_is_below_0():
    tree, misses, told = nodes()
    told[:5] = 0.0
    assert mint(told, tree.sums, misses, least=None).min() < 0
    found = mint(told, tree.sums, misses)
    assert found.min() >= 0
    assert np.allclose(found, tree.sums @ found[-4:])


def test_the_shrunk_covariance_is_that_of_a_slow_twin():
    misses = nodes()[1][:3]
    size, steps = misses.shape
    standard = misses / np.sqrt((misses**2).mean(axis=1))[:, None]
    unsure = known = 0.0
    for one in range(size):
        for other in range(size):
            if one != other:
                products = standard[one] * standard[other]
                unsure += ((products - products.mean()) ** 2).sum() / steps / (steps - 1)
                known += products.mean() ** 2
    weight = min(1.0, unsure / known)
    found = shrunk_covariance(misses)
    assert found[0, 1] == pytest.approx((1 - weight) * (misses[0] * misses[1]).mean())
    assert found[0, 0] == pytest.approx((misses[0] ** 2).mean())


def test_an_area_of_one_series_counts_once():
    _, misses, told = nodes()
    twice = np.array([[1, 1, 1], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    rows = [0, 4, 2, 3, 4]
    found = mint(told[rows], twice, misses[rows])
    once = [0, 2, 3, 4]
    assert np.allclose(found[once], mint(told[once], twice[once], misses[once]), rtol=0, atol=1e-9)
    assert np.array_equal(found[1], found[4])


def test_nodes_that_never_missed_stay():
    tree, misses, told = nodes()
    misses[-1] = 0.0
    assert mint(told, tree.sums, misses)[-1] == pytest.approx(told[-1], abs=1e-9)


def test_too_few_misses_are_refused():
    with pytest.raises(ValueError, match="at least 3"):
        mint(np.ones((3, 1)), [[1, 1], [1, 0], [0, 1]], np.ones((3, 2)))


def test_too_many_nodes_are_refused(monkeypatch):
    monkeypatch.setattr(minimum_trace, "MOST_NODES", 8)
    tree, misses, told = nodes()
    with pytest.raises(ValueError, match=r"9 are too many .*bottom-up"):
        mint(told, tree.sums, misses)


# Models whose forecasts add up


@pytest.mark.parametrize("method", ["bottom-up", "mint"])
@pytest.mark.parametrize(
    "model", [Smoothing(), Automatic(), HarmonicRegression(1), LastOne()], ids=lambda one: one.name
)
def test_means_add_up_in_every_key(model, method):
    found = with_totals(drawn(steps=30), model, 3, method=method)
    mean, keys = found.prediction.mean, found.panel.keys
    assert np.isfinite(mean).all()
    assert mean.min() >= 0
    whole = mean[(keys["area"] == "all") & (keys["kind"] == "all")]
    for name, other in (("area", "kind"), ("kind", "area")):
        parts = (keys[name] != "all") & (keys[other] == "all")
        assert np.allclose(mean[parts].sum(axis=0), whole, rtol=0, atol=1e-9)
        for value in np.unique(keys[name][parts]):
            below = (keys[name] == value) & (keys[other] != "all")
            assert np.allclose(mean[below].sum(axis=0), mean[parts & (keys[name] == value)], rtol=0, atol=1e-9)
    for level in (80, 95):
        assert (found.prediction.low[level] <= found.prediction.high[level]).all()
        assert found.prediction.low[level].shape == mean.shape


@pytest.mark.parametrize("model", [Smoothing(), HarmonicRegression(1), LastOne()], ids=lambda one: one.name)
def test_from_the_bottom_up_series_are_as_the_model_has_them(model):
    panel = drawn()
    fitted = Reconciled(model, "bottom-up").fit_many(panel)
    own = fitted_with_past(model, panel).predict(2)
    for found in (fitted.predict(2), fitted.predict_nodes(2).row(slice(-6, None))):
        assert np.array_equal(found.mean, own.mean)
        assert np.array_equal(found.high[95], own.high[95])


def test_forecasts_that_add_up_already_stay():
    panel, model = drawn(), MovingAverage(6)
    found = with_totals(panel, model, 2)
    own = model.fit_many(panel).predict(2)
    assert np.allclose(found.prediction.mean[-6:], own.mean, rtol=0, atol=1e-9)
    # How far forecasts miss is learned from the totals too.
    assert np.allclose(found.prediction.high[95][-6:], own.high[95], rtol=0.1)


def test_the_order_of_series_does_not_matter():
    panel, order = drawn(), np.array([3, 0, 5, 1, 4, 2])
    first = Reconciled(Theta()).fit_many(panel).predict(3)
    second = Reconciled(Theta()).fit_many(panel.among(order)).predict(3)
    assert np.allclose(first.mean[order], second.mean, rtol=0, atol=1e-9)


def test_a_series_alone_is_fitted_too():
    series = Series(drawn().values[0], MONTHS[:48], "month")
    assert np.array_equal(Reconciled(Smoothing()).fit(series).predict(2).mean, Smoothing().fit(series).predict(2).mean)


def test_series_without_any_incident_stay_without():
    values = drawn().values
    values[:2] = 0.0
    found = with_totals(panel_of(values, area=AREAS, kind=KINDS), Smoothing(), 3)
    none = np.isin(found.panel.keys["area"], ["north"])
    assert none.sum() == 3
    assert (found.prediction.mean[none] < 1e-9).all()
    assert (found.prediction.high[95][none] == 0).all()
    nothing = with_totals(panel_of(np.zeros((6, 48)), area=AREAS, kind=KINDS), Smoothing(), 3)
    assert not nothing.prediction.mean.any()


def test_a_history_too_short_for_misses_is_refused():
    with pytest.raises(ValueError, match=r"smoothing, reconciled \(MinT\) needs a history of at least 7 months"):
        with_totals(drawn(steps=6), Smoothing(), 1)
    assert np.isfinite(with_totals(drawn(steps=7), Smoothing(), 1).prediction.high[95]).all()


def test_a_past_that_is_not_told_is_fitted_anew():
    panel = drawn()
    traced = fitted_with_past(HarmonicRegression(1), panel).trace(2)
    assert np.isnan(traced[:, : 48 - REFITS - 1]).all()
    for steps in (48 - REFITS, 47, 48):
        then = HarmonicRegression(1).fit_many(panel.until(steps)).predict(2, ()).mean
        assert np.array_equal(traced[:, steps - 1], then)


def test_models_that_add_up_are_scored():
    panel = drawn()
    counts = {"period": np.tile(panel.begin, 6), "count": panel.values.ravel().astype(int)}
    counts.update({name: np.repeat(key, 48) for name, key in panel.keys.items()})
    found = backtest(counts, [Reconciled(Smoothing()), Reconciled(Smoothing(), "bottom-up")], horizon=2)
    error = dict(zip(found["model"].tolist(), found["mae"].tolist()))
    assert error["smoothing, from the bottom up"] == error["smoothing"]
    assert set(error) == {
        "smoothing, reconciled (MinT)",
        "smoothing, from the bottom up",
        "smoothing",
        "seasonal naive",
    }
    assert error["smoothing, reconciled (MinT)"] != error["smoothing"]


def test_what_was_chosen_is_told():
    fitted = Reconciled(Automatic()).fit_many(drawn(steps=30))
    assert fitted.parameters["chosen"].endswith(", reconciled (MinT)")
    assert fitted.parameters["nodes"] == 12


# What simulated counts show


def steady_total(seed, areas=8, steps=60):
    """A total of little change, whose shares between areas scatter far more than its counts do."""
    random = np.random.default_rng(seed)
    share = random.dirichlet(np.full(areas, 4.0), steps)
    total = random.poisson(2000, steps)
    return panel_of(
        np.array([random.multinomial(*one) for one in zip(total, share)]).T.astype(float), area=np.arange(areas)
    )


def test_a_steady_total_helps_its_areas():
    missed = {method: [] for method in ("bottom-up", "mint")}
    for seed in range(12):
        panel = steady_total(seed)
        for method, found in missed.items():
            told = with_totals(panel.until(57), Theta(), 3, method=method)
            found.append(told.prediction.mean[0] - panel.values[:, 57:].sum(axis=0))
    assert np.square(missed["mint"]).mean() < 0.8 * np.square(missed["bottom-up"]).mean()


@pytest.mark.parametrize("method", ["bottom-up", "mint"])
def test_intervals_of_totals_cover_and_are_no_sums_of_ends(method):
    inside, width, summed = [], [], []
    for seed in range(40):
        random = np.random.default_rng(seed)
        rate = 40 * np.exp(0.1 * random.normal(size=60)) * np.linspace(0.5, 1.5, 8)[:, None]
        panel = panel_of(random.poisson(rate).astype(float), area=np.arange(8))
        told = with_totals(panel.until(57), MovingAverage(12), 3, (95,), method).prediction
        truth, low, high = panel.values[:, 57:].sum(axis=0), told.low[95], told.high[95]
        inside.append((truth >= low[0]) & (truth <= high[0]))
        width.append((high[0] - low[0]).mean())
        summed.append((high[1:] - low[1:]).sum(axis=0).mean())
    assert 0.91 <= np.mean(inside) <= 0.99
    assert np.mean(width) < 0.8 * np.mean(summed)


def test_the_totals_of_los_angeles(lacrime_data):
    """On the divisions and categories with 10 a month: the city gains by MinT, and the series do not lose."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(lacrime_data / "lapd_monthly_division_category_2020-01_2023-10.parquet")
    each = frame.groupby(["area", "category", "period"]).crimes.sum().rename("count").reset_index()
    each = each[each.groupby(["area", "category"])["count"].transform("sum") >= 460]
    panel = as_counts(each).panel()
    missed = {}
    for method in ("bottom-up", "mint"):
        told = [with_totals(panel.until(steps), Smoothing(), 3, (), method) for steps in range(36, 44)]
        values = with_totals(panel, MovingAverage(6), 1, ()).panel.values
        errors = [np.abs(one.prediction.mean - values[:, at : at + 3]) for at, one in zip(range(36, 44), told)]
        missed[method] = np.mean(errors, axis=(0, 2))
    assert panel.size == 222
    assert missed["mint"][0] < 0.95 * missed["bottom-up"][0]
    assert missed["mint"][-222:].mean() < missed["bottom-up"][-222:].mean()
