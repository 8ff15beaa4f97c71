"""Retraining: promoted is only what is clearly better than both the saved model and seasonal naive, by no look at the future."""

import json
from pathlib import Path

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting import last_steps
from lacrime_geo.forecasting.contenders import clearly_less
from lacrime_geo.forecasting.harmonic_regression import HarmonicRegression
from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.models import fitted_to
from lacrime_geo.forecasting.retraining import MOST_CARDS, cards_before, retrain

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
        "not promoted: model.json stays as it is, with drift, as no candidate was better by"
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


def test_a_chance_difference_promotes_nothing(tmp_path):
    """Of counts without anything to learn, two smoothings differ by chance only."""
    promoted = 0
    for seed in range(4):
        file = saved(tmp_path, "mean of 6", table(30, seed))
        promoted += retrain(file, table(30, seed), candidates="mean of 6", window=40, horizon=1).promoted is not None
    assert promoted == 0


def test_the_rule_is_that_of_a_slow_twin():
    random = np.random.default_rng(0)
    for _ in range(200):
        errors, others = random.normal(5, 1, 9), random.normal(5.4, 1, 9)
        less = [other - error for error, other in zip(errors, others)]
        mean = sum(less) / 9
        deviation = (sum((each - mean) ** 2 for each in less) / 8) ** 0.5
        assert clearly_less(errors, others) == (mean > deviation / 3)


def forecasts_of(found):
    """Return the forecasts at the first origin, by model."""
    return {name: each.mean[0] for name, each in found.scored.made.forecasts.items()}


def looks_ahead(tmp_path, prepared=lambda counts: counts):
    """Tell whether any forecast at the first origin knows what came after it."""
    counts = {name: column[:SIZE] for name, column in rising().items()}
    altered = {**counts, "count": np.where(np.arange(SIZE) < SIZE - 8, counts["count"], 3 * counts["count"])}
    options = dict(candidates="auto, Theta", horizon=1)
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
        retrain(tmp_path / "none.json", each, candidates="Theta, drift", window=24, horizon=1).scored.made.forecasts
        for each in (counts, altered)
    )
    for name in ("candidate: Theta (last 24 steps)", "candidate: drift (last 24 steps)"):
        assert np.array_equal(first[name].mean, second[name].mean)
        assert np.array_equal(first[name].high[95], second[name].high[95])
    assert not np.array_equal(first["smoothing"].high[95], second["smoothing"].high[95])


def test_what_the_saved_one_knew_is_told(tmp_path):
    file = saved(tmp_path, "auto", rising(), 44)
    found = retrain(file, rising(), candidates="smoothing", horizon=1)
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
