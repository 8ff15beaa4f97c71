"""Retraining: promoted is only what is clearly better than both the saved model and seasonal naive, by no look at the future."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtr

import lacrime_geo as lg
from lacrime_geo.forecasting import last_steps
from lacrime_geo.forecasting.backtest_results import Backtest, Made
from lacrime_geo.forecasting.contenders import Contender, beside, least_lead, verdict_of
from lacrime_geo.forecasting.harmonic_regression import HarmonicRegression
from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.models import Panel, fitted_to
from lacrime_geo.forecasting.origin_numbers import origins_of
from lacrime_geo.forecasting.past_origins import Forecasts, Origins
from lacrime_geo.forecasting.retraining import MOST_CARDS, cards_before, retrain
from lacrime_geo.forecasting.simple_models import Drift, MovingAverage
from lacrime_geo.parameters import Parameters

MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
SIZE, SERIES = MONTHS.size, 3


def table(mean, seed=0):
    drawn = np.random.default_rng(seed).poisson(mean, (SERIES, SIZE))
    area = np.repeat([f"area {row}" for row in range(SERIES)], SIZE)
    return {"area": area, "period": np.tile(MONTHS, SERIES), "count": drawn.ravel()}


def rising(seed=0):
    """Return counts that rise by 10 a month: drift knows how, means of past months lag behind."""
    return table(100 + 10 * np.arange(SIZE), seed)


def seasonal(seed=0):
    """Return counts of which the season is nearly all, and which the same month a year before tells best."""
    return table(300 + 280 * np.sin(2 * np.pi * np.arange(SIZE) / 12), seed)


def saved(tmp_path, model, counts, months=30):
    """Save a model that was fitted to the first months, unscored."""
    early = {name: column.reshape(-1, SIZE)[:, :months].ravel() for name, column in counts.items()}
    return Path(lg.save_model(lg.forecast(early, horizon=1, model=model, origins=40), tmp_path / "model.json"))


def parts_of(found):
    return dict(zip(zip(found["part"].tolist(), found["model"].tolist()), found["mae"].tolist()))


def test_a_better_one_takes_the_place(tmp_path):
    file = saved(tmp_path, "mean of 6", rising())
    before = lg.load_model(file)
    found = retrain(file, rising(), candidates="drift, smoothing", horizon=1)
    assert found.promoted == "drift (last 60 steps)"
    assert found.sentence.startswith("promoted: drift (last 60 steps) stands in model.json now in place of mean of 6 (")
    after = lg.load_model(file)
    assert after.recipe["settings"]["model"]["kind"] == "Drift" and after.panel.begin.size == SIZE
    assert after.card["history"] == [before.card]
    assert after.card["promotion"]["why"] == found.sentence
    shares = parts_of(found)
    told = after.card["promotion"]["mean_absolute_errors"]
    assert told["candidate: drift (last 60 steps)"] == shares["candidate", "drift (last 60 steps)"]
    assert found["promoted"].tolist() == [model.startswith("drift") for model in found["model"]]
    own = found["part"].tolist().index("incumbent")
    assert found["to_incumbent"][own] == 1 and found["to_incumbent"][0] == found["mae"][0] / found["mae"][own]


@pytest.mark.parametrize("candidates", ["mean of 6", "drift", "mean of 6, smoothing, drift"])
def test_worse_ones_and_the_same_one_leave_the_file_as_it_is(tmp_path, candidates):
    file = saved(tmp_path, "drift", rising())
    before = file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino
    found = retrain(file, rising(), candidates=candidates, horizon=1)
    assert found.promoted is None and not found["promoted"].any()
    assert found.sentence.startswith(
        "not promoted: model.json stays as it is, with drift, as no candidate was better than"
    )
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino) == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_what_beats_the_saved_one_but_not_seasonal_naive_is_not_promoted(tmp_path):
    file = saved(tmp_path, "mean of 6", seasonal())
    found = retrain(file, seasonal(), candidates="drift", horizon=1)
    errors = parts_of(found)
    assert errors["candidate", "drift (last 60 steps)"] < 0.6 * errors["incumbent", "mean of 6"]
    assert errors["candidate", "drift (last 60 steps)"] > 2 * errors["baseline", "seasonal naive"]
    assert found.promoted is None


def test_the_first_one_is_made_only_if_it_beats_seasonal_naive(tmp_path):
    file = tmp_path / "first.json"
    assert retrain(file, seasonal(), candidates="smoothing", horizon=1).promoted is None
    assert list(tmp_path.iterdir()) == []
    found = retrain(file, rising(), candidates="smoothing, drift", horizon=1)
    assert found.promoted == "drift (last 60 steps)" and lg.load_model(file).card["history"] == []


# Tables at whose last 12 origins a mean of 5 leads one of 6, and seasonal naive, by more than a standard error: by chance.
LUCKY = (48, 73, 81)


@pytest.mark.parametrize("seed", LUCKY)
def test_a_chance_difference_promotes_nothing(tmp_path, seed):
    """Of counts without anything to learn a mean of 5 is worse than one of 6, and leads at some origins by chance only."""
    file = saved(tmp_path, "mean of 6", table(30, seed))
    found = retrain(file, table(30, seed), candidates=[MovingAverage(5)], horizon=3, origins=12)
    errors = {
        name.partition(":")[0]: np.abs(each.mean - found.scored.made.actual).mean(axis=(1, 2))
        for name, each in found.scored.made.forecasts.items()
    }
    for rival in ("incumbent", "seasonal naive"):
        less = errors[rival] - errors["candidate"]
        assert less.mean() > less.std(ddof=1) / 12**0.5
    assert found.promoted is None and "p = " in found.sentence


def weights_of(models):
    """Return weights (models, 24) of past counts, the latest last: means of nine, each later than the next, and all as good."""
    return np.array([[int(2 * row <= 23 - at < 2 * row + 9) / 9 for at in range(24)] for row in range(models)])


def verdicts(runs, weights, origins, horizon, mean=20, seed=0):
    """Yield what is decided of counts without anything to learn, forecast by weighted means; the first is the saved model."""
    random, width = np.random.default_rng(seed), weights.shape[1]
    known = np.arange(width, width + origins)
    contenders = [
        Contender("candidate" if row else "incumbent", Named(f"weights {row}")) for row in range(len(weights))
    ]
    for _ in range(runs):
        values = random.poisson(mean, (SERIES, width + origins + horizon)).astype(float)
        past = np.stack([values[:, last - width : last] for last in known])
        means = np.repeat(np.einsum("mw,osw->mos", weights, past)[..., None], horizon, axis=3)
        at = Origins(tuple(known.tolist()), 0, horizon)
        naive = np.zeros_like(means[0])  # so bad that only the saved model is in the way
        forecasts = {
            name: Forecasts(mean, {}, {}, 0.0)
            for name, mean in zip([*(each.name for each in contenders), "seasonal naive"], [*means, naive])
        }
        yield verdict_of(contenders, Backtest({}, Parameters(), made=Made(forecasts, at.scored(values), None, at)))


class Named:
    def __init__(self, name):
        self.name = name


@pytest.mark.parametrize(("origins", "horizon"), [(24, 3), (12, 3), (24, 1)])
@pytest.mark.parametrize("candidates", [1, 2, 5])
def test_models_as_good_as_the_saved_one_are_promoted_in_one_of_twenty_runs(candidates, origins, horizon):
    found = [each.best is not None for each in verdicts(400, weights_of(candidates + 1), origins, horizon)]
    assert np.mean(found) <= 0.07
    assert origins == 12 or np.mean(found) > 0.015  # a rule that promoted nothing would not be one


def test_a_clearly_better_one_is_mostly_promoted():
    """A mean of twelve counts errs 26 % less than the last count: of 24 origins that is told nearly always, of 8 mostly not."""
    better = np.array([np.eye(12)[-1], np.full(12, 1 / 12), np.full(12, 1 / 12)])
    share = {
        origins: np.mean([each.best is not None for each in verdicts(100, better, origins, 3)]) for origins in (8, 24)
    }
    assert share[24] > 0.9 and share[8] < 0.6


def slow_p(errors, others, overlap):
    """Return Harvey, Leybourne & Newbold's one-sided p, cautious in variance and degrees of freedom."""
    size = len(errors)
    less = [error - other for error, other in zip(errors, others)]
    mean = sum(less) / size
    parts = []
    for lag in range(overlap):
        products = [(less[at] - mean) * (less[at - lag] - mean) for at in range(lag, size)]
        parts.append(sum(products) / size)
    variance = max(parts[0] + 2 * sum(parts[1:]), parts[0])
    statistic = mean / (variance / size) ** 0.5
    statistic *= ((size + 1 - 2 * overlap + overlap * (overlap - 1) / size) / size) ** 0.5
    return stdtr((size - 1) / overlap, statistic)


@pytest.mark.parametrize("overlap", [1, 2, 3])
def test_p_is_that_of_a_slow_twin(overlap):
    random = np.random.default_rng(0)
    for _ in range(50):
        errors, others = random.normal(5, 1, 9), random.normal(5.4, 1, 9)
        found = beside(errors, others, overlap)
        assert found.p == pytest.approx(slow_p(errors, others, overlap), rel=1e-9)
        assert found.share == pytest.approx(sum(errors) / sum(others))


def test_p_of_differences_that_are_the_same_at_all_origins():
    ones = np.ones(9)
    assert beside(ones, 2 * ones, 1).p == 0 and beside(2 * ones, ones, 1).p == 1 and beside(ones, ones, 1).p == 1
    assert beside(ones, ones + 1e-13, 1).p == 1  # rounding
    assert beside(ones, 2 * ones, 5).p == 1  # half of the origins overlap


def test_the_least_lead_is_the_one_at_which_p_is_reached():
    random = np.random.default_rng(3)
    for origins, overlap in ((8, 1), (12, 3), (24, 3)):
        drawn = random.normal(size=origins)
        drawn[1::2] = -drawn[::2]  # neighbours differ, so that their covariances take nothing away
        drawn = (drawn - drawn.mean()) / drawn.std()
        for lead, promoted in ((1.0001, True), (0.9999, False)):
            less = drawn - lead * least_lead(origins, overlap, 0.025)
            assert (beside(10 + less, np.full(origins, 10.0), overlap).p <= 0.025) == promoted


def test_too_few_origins_say_so_and_what_to_do(tmp_path):
    for origins, horizon, sentence in (
        (
            8,
            3,
            r"8 origins, of which 3 in a row overlap, are too few .*better by 1\.94 standard deviations .*more origins",
        ),
        (8, 4, r"8 origins, of which 4 in a row overlap, are too few .*none can be promoted"),
    ):
        options = dict(candidates=[Drift(), MovingAverage(2)], horizon=horizon, origins=origins)
        found = retrain(tmp_path / "none.json", table(30), **options)
        assert any(re.search(sentence, said) for said in found.parameters["warnings"])
    found = retrain(tmp_path / "none.json", table(30), candidates="drift", horizon=4, origins=8, apart=4)
    assert not any("too few" in said for said in found.parameters.get("warnings", ()))


@pytest.mark.parametrize(
    ("step", "steps", "horizon", "apart", "origins"),
    [
        ("month", 60, 3, None, 24),
        ("month", 46, 3, None, 21),  # 23 known, then 21 origins one apart, the last with three months after it
        ("month", 30, 3, None, 13),  # 15 known
        ("month", 20, 3, None, 8),
        ("week", 208, 4, None, 24),
        ("week", 100, 4, None, 24),  # 53 known, a season and a week
        ("week", 70, 4, None, 14),
        ("day", 365, 7, None, 24),
        ("month", 60, 3, 3, 10),
    ],
)
def test_origins_are_as_many_as_half_of_the_history_allows(step, steps, horizon, apart, origins):
    first = np.datetime64("2019-01" if step == "month" else "2019-01-07")
    begin = first + np.arange(steps) * (7 if step == "week" else 1)
    panel = Panel(np.ones((1, steps)), begin, step)
    record = Parameters()
    assert origins_of(panel, [Contender("candidate", MovingAverage(6))], horizon, 0, apart, record) == origins
    assert record["origins"] == origins and record["origins_reason"]


def test_origins_of_few_weeks_lie_as_far_apart_as_the_history_allows_and_still_promote(tmp_path):
    weeks = np.datetime64("2021-01-04") + 7 * np.arange(78)
    counts = {"period": weeks, "count": np.random.default_rng(0).poisson(200 + 10 * np.arange(78))}
    found = retrain(tmp_path / "model.json", counts, candidates="drift")
    told = found.parameters
    assert (told["origins"], told["apart"], told["horizon"]) == (22, 1, 4)
    assert found.promoted == "drift (last 260 steps)"


def test_a_saved_model_is_shown_in_a_line(tmp_path):
    shown = repr(lg.load_model(saved(tmp_path, "drift", rising())))
    assert shown == "SavedModel('drift', fitted to 3 series of 30 months until 2021-06-30)"


def test_the_card_tells_the_backtest_that_decided(tmp_path):
    found = retrain(tmp_path / "model.json", rising(), candidates="drift, mean of 6", horizon=2, gap=3)
    card = lg.load_model(tmp_path / "model.json").card
    row = int(np.flatnonzero(found["promoted"])[0])
    told = card["evaluation_data"]
    assert [told[name] for name in ("gap", "origins", "apart", "horizon")] == [3, 20, 1, 2]
    name = card["model_details"]["name"]
    assert name == "drift (last 60 steps)" and set(card["quantitative_analyses"]["scores"]) == {
        name,
        "seasonal naive",
        "smoothing",
    }
    assert card["quantitative_analyses"]["scores"][name]["mae"] == pytest.approx(found["mae"][row])
    assert len(card["quantitative_analyses"]["by_origin"]) == 20
    assert card["promotion"]["mean_absolute_errors"][f"candidate: {name}"] == found["mae"][row]


def test_a_saved_prophet_is_trained_again(tmp_path):
    pytest.importorskip("prophet")
    counts = {name: column[:SIZE] for name, column in rising().items()}
    file = tmp_path / "model.json"
    found = retrain(file, counts, candidates="Prophet", horizon=1, origins=8)
    assert found.promoted == "Prophet (last 60 steps)"
    saved_one = lg.load_model(file)
    assert "prophet" in saved_one.card["model_details"]["versions"]
    again = retrain(file, counts, candidates="drift", horizon=1, origins=8)
    assert "Prophet (last 60 steps)" in again["model"].tolist()
    own = [
        parts_of(each)[part, "Prophet (last 60 steps)"] for each, part in ((found, "candidate"), (again, "incumbent"))
    ]
    assert own[0] == pytest.approx(own[1], rel=1e-6)


def test_a_candidate_is_set_for_the_steps_that_it_is_asked_for(tmp_path):
    counts = {name: column[:SIZE] for name, column in seasonal().items()}
    found = retrain(tmp_path / "model.json", counts, candidates="auto", horizon=1, origins=8, window=400)
    plain = lg.backtest(counts, "auto", horizon=1)
    assert np.array_equal(forecasts_of(found)["candidate: auto (last 400 steps)"], plain.made.forecasts["auto"].mean[0])


def forecasts_of(found):
    """Return the forecasts at the first origin, by model."""
    return {name: each.mean[0] for name, each in found.scored.made.forecasts.items()}


def looks_ahead(tmp_path, prepared=lambda counts: counts):
    """Tell whether any forecast at the first origin knows what came after it."""
    counts = {name: column[:SIZE] for name, column in rising().items()}
    altered = {**counts, "count": np.where(np.arange(SIZE) < SIZE - 8, counts["count"], 3 * counts["count"])}
    options = dict(candidates="auto, Theta", horizon=1, origins=8)
    first, second = (
        forecasts_of(retrain(saved(tmp_path, "smoothing", counts), prepared(each), **options))
        for each in (counts, altered)
    )
    return any(not np.array_equal(first[name], second[name]) for name in first)


def test_no_origin_sees_its_future(tmp_path):
    assert not looks_ahead(tmp_path)


def test_a_window_that_reaches_past_the_origin_is_found_out(tmp_path, monkeypatch):
    seen = []

    def leaking(self, panel):
        """Fit to the longest history that any model was shown in this run: that of the last origin."""
        seen.append(panel)
        return fitted_to(self.model, max(seen, key=lambda each: (each.values.size, each.values.sum())))

    def warmed(counts):
        seen[:] = [lg.forecast(counts, horizon=1, model="drift", origins=60).made.panel]
        return counts

    monkeypatch.setattr(last_steps.LastSteps, "fit_many", leaking)
    assert looks_ahead(tmp_path, warmed)


def test_nothing_before_the_window_is_used(tmp_path):
    counts, altered = rising(), rising()
    altered["count"] = altered["count"].reshape(SERIES, SIZE).copy()
    altered["count"][:, : SIZE - 8 - 24] += 500
    altered["count"] = altered["count"].ravel()
    first, second = (
        retrain(
            tmp_path / "none.json", each, candidates="Theta, drift", window=24, horizon=1, origins=8
        ).scored.made.forecasts
        for each in (counts, altered)
    )
    for name in ("candidate: Theta (last 24 steps)", "candidate: drift (last 24 steps)"):
        assert np.array_equal(first[name].mean, second[name].mean)
        assert np.array_equal(first[name].high[95], second[name].high[95])
    assert not np.array_equal(first["smoothing"].high[95], second["smoothing"].high[95])


def test_what_the_saved_one_knew_is_told(tmp_path):
    file = saved(tmp_path, "auto", rising(), 44)
    found = retrain(file, rising(), candidates="smoothing", horizon=1, origins=8)
    assert found.parameters["incumbent_knew"] == 4  # of the months 41 to 48 that are scored
    assert "somewhat too good" in found.parameters["warnings"][-1]


def test_cards_before_are_kept_the_latest_first_and_not_within_each_other():
    card = {"name": 0, "history": []}
    for number in range(1, MOST_CARDS + 20):
        card = {"name": number, "history": cards_before(card)}
    assert [each["name"] for each in card["history"]] == list(range(number - 1, number - 1 - MOST_CARDS, -1))
    assert all(set(each) == {"name"} for each in card["history"])
    assert cards_before({"name": 1, "history": "none"}) == [{"name": 1}]


def test_covariates_reach_the_candidates_and_the_file(tmp_path):
    heat = np.random.default_rng(1).normal(20, 5, SIZE + 1)
    effect = 100 + 10 * np.arange(SIZE) + 20 * heat[:SIZE]
    file = tmp_path / "model.json"
    candidates = [HarmonicRegression(0), model_of("drift")]
    found = retrain(file, table(effect), candidates=candidates, horizon=1, covariates={"heat": heat})
    assert found.promoted == "harmonic regression (last 60 steps)"
    assert lg.load_model(file).panel.covariates["heat"].tolist() == heat.tolist()


def test_a_damaged_file_is_refused_and_left(tmp_path):
    file = tmp_path / "model.json"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"'model\.json' cannot be read as a saved model"):
        retrain(file, rising())
    assert file.read_text(encoding="utf-8") == "{}"


def test_what_cannot_be_done_is_refused_before_the_work(tmp_path):
    file = tmp_path / "model.json"
    for options, sentence in (
        (dict(candidates=""), "candidates names no model"),
        (dict(candidates="oracle"), "model must be one of"),
        (dict(candidates=[Own()]), "cannot be written down"),
        (dict(window=5), "smoothing|auto|needs"),
        (dict(window=0), "window must be a whole number"),
        (dict(origins=3), "origins = 3 are too few"),
        (dict(horizon=40), "horizon"),
        (dict(apart=0), "apart must be a whole number"),
        (dict(gap=-1), "gap must be a whole number"),
    ):
        with pytest.raises((ValueError, TypeError), match=sentence):
            retrain(file, rising(), **{"candidates": "Theta", **options})
    with pytest.raises(ValueError, match=r"does not end in \.json"):
        retrain(tmp_path / "model.pkl", rising())
    assert list(tmp_path.iterdir()) == []


class Own:
    name = "own"

    def fit_many(self, panel):
        return model_of("drift").fit_many(panel)


def test_cancelled_it_leaves_the_file_and_nothing_else(tmp_path):
    file = saved(tmp_path, "mean of 6", rising())
    before = file.read_bytes()
    for stop in (0.1, 0.85):
        with pytest.raises(lg.Cancelled):
            retrain(file, rising(), candidates="drift", horizon=1, progress=lambda fraction, stop=stop: fraction < stop)
        assert file.read_bytes() == before and [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_the_same_makes_the_same_file(tmp_path):
    texts = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        file = saved(folder, "mean of 6", rising())
        retrain(file, rising(), candidates="drift", horizon=1)
        texts.append(file.read_bytes())
    assert texts[0] == texts[1] and json.loads(texts[0])["card"]["promotion"]["why"]


def test_a_model_of_incidents_is_not_replaced_by_one_of_harm(tmp_path):
    file = saved(tmp_path, "mean of 6", rising())
    before = file.read_bytes()
    harm = {**rising(), "unit": np.full(SIZE * SERIES, "Part 1 offences")}
    with pytest.raises(ValueError, match="saved model is of incidents, and these counts are of Part 1 offences"):
        retrain(file, harm, candidates="drift", horizon=1)
    assert file.read_bytes() == before
    of_harm = saved(tmp_path, "mean of 6", harm)
    assert retrain(of_harm, harm, candidates="drift", horizon=1).parameters["unit"] == "Part 1 offences"
