"""Models in files: the same forecasts bit by bit, no code in them, damaged and altered ones refused; and their cards."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo import model_files
from lacrime_geo.forecasting import saved_models
from lacrime_geo.forecasting.automatic import Automatic
from lacrime_geo.forecasting.combined_models import Weighted
from lacrime_geo.forecasting.last_steps import LastSteps
from lacrime_geo.forecasting.model_cards import fingerprint_of
from lacrime_geo.forecasting.model_names import MODELS, model_of
from lacrime_geo.forecasting.model_recipes import KINDS, model_of_recipe, recipe_of
from lacrime_geo.forecasting.models import Panel
from lacrime_geo.forecasting.reconciled_models import Reconciled
from lacrime_geo.forecasting.saved_histories import read_history, written_history
from lacrime_geo.forecasting.shares_of_totals import SharesOfTotals
from lacrime_geo.forecasting.simple_models import MovingAverage
from lacrime_geo.forecasting.smoothing import Smoothing, Theta

MONTHS = np.arange("2020-01", "2023-01", dtype="M8[M]").astype("M8[D]")
SECTIONS = [
    "model_details",
    "intended_use",
    "factors",
    "metrics",
    "evaluation_data",
    "training_data",
    "quantitative_analyses",
    "ethical_considerations",
    "caveats_and_recommendations",
]


def table(series=4, seed=0, months=MONTHS):
    """Return counts of areas and categories with a season."""
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(months.size) / 12)
    drawn = np.random.default_rng(seed).poisson(25 * season, (series, months.size))
    return {
        "area": np.repeat([f"area {row // 2}" for row in range(series)], months.size),
        "kind": np.repeat([row % 2 for row in range(series)], months.size),
        "period": np.tile(months, series),
        "count": drawn.ravel(),
    }


def unscored(model, counts=None, **more):
    """Return a forecast of a history too short to be scored, which makes it quick."""
    return lg.forecast(counts or table(months=MONTHS[:26]), horizon=2, model=model, origins=40, **more)


def same(first, second):
    """Tell whether two predictions are equal bit by bit."""
    pairs = [(first.mean, second.mean)]
    pairs += [
        (getattr(first, side)[level], getattr(second, side)[level]) for side in ("low", "high") for level in first.low
    ]
    return all(np.array_equal(one, other) for one, other in pairs)


@pytest.fixture(scope="module")
def made():
    return lg.forecast(table(), horizon=2)


@pytest.fixture
def saved(made, tmp_path):
    return Path(lg.save_model(made, tmp_path / "model.json"))


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("auto", "neural network")])
def test_what_is_read_forecasts_the_same_bit_by_bit(name, tmp_path):
    if name == "Prophet":
        pytest.importorskip("prophet")
    found = unscored(name)
    model = lg.load_model(lg.save_model(found, tmp_path / "model.json"))
    assert same(model.predict(2), found.made.prediction)
    assert same(model.predict(5, (50, 99)), found.made.fitted.predict(5, (50, 99)))


def test_what_chooses_for_itself_keeps_its_choice(made, saved):
    model = lg.load_model(saved)
    assert same(model.predict(2), made.made.prediction)
    assert model.recipe == {"kind": "Automatic", "settings": {"horizon": None, "most_keys": 2}}
    assert not isinstance(model.settled, Automatic) and model.name == made.parameters["chosen"]
    again = unscored(model, table(seed=9))
    assert set(again["model"]) == {model.name}
    assert np.array_equal(again["mean"].reshape(4, 2), model.settled.fit_many(again.made.panel).predict(2).mean)


def test_windows_and_totals_are_kept(tmp_path):
    for model in (LastSteps(Smoothing(), 14), Reconciled(Smoothing()), SharesOfTotals(("area",), shrink=float("inf"))):
        found = unscored(model)
        read = lg.load_model(lg.save_model(found, tmp_path / "model.json"))
        assert same(read.predict(2), found.made.fitted.predict(2))
        assert recipe_of(read.settled) == recipe_of(model)
    assert (
        lg.load_model(lg.save_model(unscored(LastSteps(Smoothing(), 14)), tmp_path / "m.json")).panel.begin.size == 14
    )


def test_weights_of_any_size_are_kept(tmp_path):
    members = [Smoothing(), Theta(), MovingAverage(3)]
    model = Weighted(members, [1, 3, 3])
    assert model.weights == (1 / 7, 3 / 7, 3 / 7)
    assert Weighted(members, model.weights).weights == model.weights
    found = unscored(model)
    read = lg.load_model(lg.save_model(found, tmp_path / "model.json"))
    assert same(read.predict(2), found.made.prediction) and read.settled.weights == model.weights
    alone = [unscored(each)["mean"] for each in members]
    np.testing.assert_allclose(found["mean"], (alone[0] + 3 * alone[1] + 3 * alone[2]) / 7)


def test_covariates_are_kept(tmp_path):
    heat = np.random.default_rng(1).normal(20, 5, 29)
    found = unscored("harmonic regression", covariates={"heat": heat})
    model = lg.load_model(lg.save_model(found, tmp_path / "model.json"))
    assert model.panel.covariates["heat"].tolist() == heat.tolist()
    assert same(model.predict(3), found.made.fitted.predict(3))


def test_it_can_be_saved_again(saved, tmp_path):
    again = unscored(lg.load_model(saved))
    second = lg.load_model(lg.save_model(again, tmp_path / "second.json"))
    assert same(second.predict(2), again.made.prediction)
    assert second.recipe == lg.load_model(saved).recipe


def test_scores_of_what_was_chosen_with_them_are_said_to_be_too_good(saved):
    model = lg.load_model(saved)
    known = lg.forecast(table(series=1), horizon=2, model=model)
    assert "At 8 of 8 past origins the saved model's settings had been chosen" in known.parameters["warnings"][-1]
    later = np.arange("2022-06", "2024-11", dtype="M8[M]").astype("M8[D]")
    assert model.origins_known(lg.backtest(table(months=later), [], horizon=1)) == 0
    earlier = np.arange("2020-06", "2023-06", dtype="M8[M]").astype("M8[D]")
    assert model.origins_known(lg.backtest(table(months=earlier), [], horizon=1)) == 3


def test_what_chose_nothing_knows_no_origins(tmp_path):
    model = lg.load_model(lg.save_model(unscored("smoothing"), tmp_path / "model.json"))
    assert model.origins_known(lg.backtest(table(months=MONTHS[:26]), [], horizon=1)) == 0


def test_the_same_makes_the_same_file(made, tmp_path):
    texts = [Path(lg.save_model(made, tmp_path / name)).read_bytes() for name in ("a.json", "b.json")]
    assert texts[0] == texts[1]


def test_every_named_model_can_be_written_down():
    for name in MODELS:
        model = model_of(name)
        assert model_of_recipe(json.loads(json.dumps(recipe_of(model)))).name == model.name


def test_a_model_of_another_package_is_refused(tmp_path):
    class Own(Smoothing):
        name = "own"

    with pytest.raises(TypeError, match=r"A Own cannot be written down as one of this package's models"):
        lg.save_model(unscored(Own()), tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []


def test_only_forecasts_are_saved_and_only_as_json(made, tmp_path):
    with pytest.raises(TypeError, match="save_model takes what forecast or predict_risk returned, not a Smoothing"):
        lg.save_model(Smoothing(), tmp_path / "model.json")
    with pytest.raises(ValueError, match=r"'model.pkl' does not end in \.json"):
        lg.save_model(made, "model.pkl")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        lg.save_model(made, tmp_path / "nowhere" / "model.json")


def test_nothing_is_unpickled_anywhere():
    for source in (Path(lg.__file__).parent / "forecasting").glob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert "allow_pickle=True" not in text and "import pickle" not in text and "joblib" not in text, source.name


def altered(saved, change):
    """Write the file once more, with parts changed and the checksum that goes with them."""
    parts = json.loads(saved.read_text(encoding="utf-8"))
    change(parts)
    parts["checksum"] = saved_models.FORECASTS.checksum(parts)
    saved.write_text(json.dumps(parts), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda parts: parts.update(format="pickle"), "JSON of something else"),
        (lambda parts: parts.update(format_version=2), "its version is '2', and this lacrime_geo reads 1"),
        (lambda parts: parts.update(more=1), "its parts must be"),
        (lambda parts: parts.update(card=[]), "its parts must be"),
        (lambda parts: parts["settled"].update(kind="os.system"), "the kind of a model must be one of"),
        (lambda parts: parts["settled"].update(settings={"command": "rm"}), "has the settings .*, got command"),
        (
            lambda parts: parts.update(settled="Smoothing"),
            "A model is written as its kind and settings, got 'Smoothing'",
        ),
        (lambda parts: parts.update(settled=nested(8)), "more than 5 deep"),
        (lambda parts: parts.update(settled=average(10**12)), "window must be a whole number from 1 to 100,000"),
        (lambda parts: parts.update(settled=average(True)), "window must be a whole number"),
        (lambda parts: parts.update(settled=average(60)), "needs a history of at least 61 months, and there are 36"),
        (lambda parts: parts.update(settled=arima([[30, 1, 30]])), "orders must be a whole number from 0 to 5"),
        (lambda parts: parts.update(settled=arima([[0, 1, 1]] * 21)), "orders must be a list of at most 20"),
        (lambda parts: parts["history"].update(season=10**9), "season must be at most 3,660 steps"),
        (lambda parts: parts["history"].pop("first"), "have the parts step, season, first"),
        (lambda parts: parts["history"].update(first="yesterday!"), "must be a date such as '2020-01-01'"),
        (lambda parts: parts["history"].update(step="decade"), "step must be one of"),
        (lambda parts: parts["history"]["values"][1].pop(), "1 of 4 series have not as many counts as the first one"),
        (lambda parts: parts["history"]["values"][1].__setitem__(0, -1), "missing, infinite or negative"),
        (lambda parts: parts["history"]["values"][1].__setitem__(0, "many"), "counts must be numbers in a list"),
        (lambda parts: parts["history"]["values"][1].__setitem__(0, 10**400), "too large"),
        (lambda parts: parts["history"].update(values=[]), "a list of series, each a list of numbers"),
        (lambda parts: parts["history"]["keys"].update(area=["a"]), "The key 'area' has 1 values for 4 series"),
        (lambda parts: parts["history"]["keys"].update(area=[{}] * 4), "must be a list of texts or whole numbers"),
    ],
)
def test_damaged_and_hostile_files_are_refused_in_one_sentence(saved, change, sentence):
    altered(saved, change)
    with pytest.raises(ValueError, match=rf"'model.json' cannot be read as a saved model: .*{sentence}") as refused:
        lg.load_model(saved)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 700


def nested(deep):
    recipe = recipe_of(Smoothing())
    for _ in range(deep):
        recipe = {"kind": "LastSteps", "settings": {"model": recipe, "window": 20}}
    return recipe


def average(window):
    return {"kind": "MovingAverage", "settings": {"window": window}}


def arima(orders):
    return {"kind": "SeasonalArima", "settings": {"orders": orders, "seasonal_orders": [[0, 0, 0]]}}


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '{"format": NaN}', "\x80\x04", "[" * 100_000, '{"a": 1} and more', "null"]
)
def test_what_is_no_json_of_ours_is_refused(tmp_path, text):
    (tmp_path / "model.json").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"'model\.json' cannot be read as a saved model: it is"):
        lg.load_model(tmp_path / "model.json")


def test_a_file_cut_off_or_changed_is_refused(saved):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="it is damaged, or no JSON"):
        lg.load_model(saved)
    parts = json.loads(whole)
    parts["history"]["values"][0][0] += 1
    saved.write_text(json.dumps(parts), encoding="utf-8")
    with pytest.raises(ValueError, match="its contents are not those that were saved"):
        lg.load_model(saved)


def test_a_card_may_be_added_to_by_hand(saved):
    parts = json.loads(saved.read_text(encoding="utf-8"))
    parts["card"]["reviewed_by"] = "the analysts"
    saved.write_text(json.dumps(parts), encoding="utf-8")
    assert lg.load_model(saved).card["reviewed_by"] == "the analysts"


def test_other_versions_are_announced(saved, caplog):
    caplog.set_level("INFO", "lacrime_geo")
    lg.load_model(saved)
    assert caplog.messages == []
    parts = json.loads(saved.read_text(encoding="utf-8"))
    parts["card"]["model_details"]["versions"]["numpy"] = "1.22.0"
    saved.write_text(json.dumps(parts), encoding="utf-8")
    lg.load_model(saved)
    assert caplog.messages == [
        f"model.json was saved by numpy 1.22.0 (now {np.__version__}): forecasts may differ in their last digits"
    ]
    for card in ({}, {"model_details": 1}, {"model_details": {"versions": []}}):
        saved.write_text(json.dumps({**parts, "card": card}), encoding="utf-8")
        assert lg.load_model(saved).card == card


def test_too_large_and_missing_files_are_refused(saved, monkeypatch):
    monkeypatch.setattr(model_files, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="more than the 100 that any of ours has"):
        lg.load_model(saved)
    with pytest.raises(FileNotFoundError, match="There is no file"):
        lg.load_model(saved.with_name("other.json"))


def test_counts_by_other_steps_are_refused(saved):
    days = np.arange("2023-01-01", "2023-03-01", dtype="M8[D]")
    with pytest.raises(ValueError, match="saved model is of counts by month, and these are by day"):
        lg.forecast({"period": days, "count": np.arange(days.size) % 7}, model=lg.load_model(saved), horizon=1)


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_histories_come_back_whole(step):
    begin = {"day": MONTHS[0] + np.arange(5), "week": MONTHS[0] + 7 * np.arange(5), "month": MONTHS[:5]}[step]
    values = np.random.default_rng(2).gamma(1, 1e-3, (2, 5)) + np.array([[0.1], [1e15]])
    panel = Panel(values, begin, step, 3, {"a": np.array(["x", "y"]), "b": np.array([1, 2])}, {"c": np.arange(9) / 7})
    back = read_history(json.loads(json.dumps(written_history(panel))))
    assert np.array_equal(back.values, panel.values) and np.array_equal(back.begin, panel.begin)
    assert (back.step, back.season) == (step, 3) and np.array_equal(back.covariates["c"], np.arange(9) / 7)
    assert back.keys["a"].tolist() == ["x", "y"] and back.keys["b"].tolist() == [1, 2]
    assert fingerprint_of(back) == fingerprint_of(panel)


def test_a_card_has_all_sections_and_no_numbers_that_json_lacks(made):
    card = made.card()
    assert list(card) == SECTIONS
    assert json.loads(json.dumps(card, allow_nan=False)) == card
    details = card["model_details"]
    assert details["settings"]["kind"] == "Automatic" and details["chosen"]["kind"] in KINDS
    assert details["errors_to_smoothing"] and details["forecasts_by"] == made.parameters["chosen"]
    assert details["made_on"] == "2022-12-31" and details["versions"]["numpy"] == np.__version__
    assert made.card(made_on="2023-01-05")["model_details"]["made_on"] == "2023-01-05"
    with pytest.raises(ValueError, match="made_on must be a date such as 2023-10-31, got 'soon'"):
        made.card(made_on="soon")


def test_a_card_tells_the_data_and_the_scores(made):
    card, scored = made.card(), made.made.scored
    data = card["training_data"]
    assert (data["series"], data["steps"], data["keys"]) == (4, 36, ["area", "kind"])
    assert data["incidents"] == table()["count"].sum() and data["last_day"] == "2022-12-31"
    assert data["fingerprint"] == fingerprint_of(made.made.panel)
    other = lg.forecast(table(seed=1), horizon=2, model="drift").card()
    assert other["training_data"]["fingerprint"] != data["fingerprint"]
    analyses = card["quantitative_analyses"]
    assert set(analyses["scores"]) == {"auto", "seasonal naive", "smoothing"} and analyses["found"] == made.sentence
    for name, row in analyses["scores"].items():
        (at,) = np.flatnonzero(scored["model"] == name)
        assert row["mae"] == scored["mae"][at] and row["coverage95"] == scored["coverage95"][at]
    assert analyses["scores"]["seasonal naive"]["dm_p"] is None
    assert [row["origin"] for row in analyses["by_origin"]] == card["evaluation_data"]["last_day_known_at_origins"]
    own = {re.sub(r"(?<=e)\d+$|(?<=r)\d\d$", "", name) for name in analyses["scores"]["auto"]}
    assert own == set(card["metrics"]) and "r2" in own
    assert "Reported crime is not crime" in " ".join(card["ethical_considerations"])


def test_a_card_of_what_was_not_scored_says_so():
    card = unscored("smoothing").card()
    assert card["evaluation_data"] == {} and "scores" not in card["quantitative_analyses"]
    assert "nothing says that it is better than seasonal naive" in " ".join(card["caveats_and_recommendations"])


def test_a_card_of_another_packages_model_has_its_name():
    class Own(Smoothing):
        """Forecast by my own."""

        name = "own"

    details = unscored(Own()).card()["model_details"]
    assert (details["name"], details["what"]) == ("own", "Forecast by my own.") and "settings" not in details


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_save_leaves_a_whole_file(saved):
    """Processes are killed while they write again and again; what stands there is always a whole model."""
    code = """
import os, signal, sys, time
import lacrime_geo as lg, numpy as np
months = np.arange("2020-01", "2022-03", dtype="M8[M]").astype("M8[D]")
found = lg.forecast(dict(period=months, count=np.arange(26) % 7), horizon=2, model="smoothing", origins=40)
for number in range(10):
    before, writing = os.stat(sys.argv[1]).st_mtime_ns, os.fork()
    while not writing:
        lg.save_model(found, sys.argv[1])
    while os.stat(sys.argv[1]).st_mtime_ns == before:
        time.sleep(0.001)
    time.sleep(0.002 * number)
    os.kill(writing, signal.SIGKILL)
    os.waitpid(writing, 0)
    print(lg.load_model(sys.argv[1]).predict(1).mean.size)
"""
    done = subprocess.run([sys.executable, "-c", code, str(saved)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"] * 10
