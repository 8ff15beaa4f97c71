"""Predictors of places in files: the same predictions bit by bit, leaks and other data refused, nothing hostile read."""

import base64
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo import geometry
from lacrime_geo.parameters import Unsaid
from lacrime_geo.risk.events import Events
from lacrime_geo.risk.learning.learned_predictors import LogisticRegression
from lacrime_geo.risk.learning.learners import Boosting, Forest, Logistic, Poisson
from lacrime_geo.risk.learning.training_rows import Rows
from lacrime_geo.risk.predicting.plain_predictors import PriorCounts
from lacrime_geo.risk.predicting.predictor_names import PREDICTORS
from lacrime_geo.risk.predicting.predictors import Predictor
from lacrime_geo.risk.saving.estimator_files import read_estimator, written_estimator
from lacrime_geo.risk.saving.predictor_recipes import kinds, predictor_of_recipe, recipe_of
from lacrime_geo.risk.saving.saved_predictors import RISKS, SavedPredictor
from lacrime_geo.risk.units import cells_over

CRS, WEST, SOUTH, SIDE, CELLS = "EPSG:32611", 380000.0, 3768000.0, 250.0, 8
FIRST = np.datetime64("2023-01-01")


def crimes(days=40, seed=0):
    """Return incidents of three categories, 12 a day, crowded towards a corner; fewer days are the begin of more."""
    draw = np.random.default_rng(seed)
    size, kept = 12 * 60, 12 * days
    x, y = CELLS * SIDE * draw.beta(1, 3, (2, size))
    when = (FIRST + np.repeat(np.arange(60), 12)).astype("M8[s]") + (draw.uniform(0, 86400, size)).astype("m8[s]")
    category = draw.choice(["burglary", "robbery", "theft"], size, p=[0.3, 0.2, 0.5])
    return lg.Incidents(x + WEST, y + SOUTH, when=when, category=category, crs=CRS).take(np.arange(kept))


def square():
    side = CELLS * SIDE
    corners = WEST + np.array([0.0, side, side, 0.0]), SOUTH + np.array([0.0, 0.0, side, side])
    return lg.Features([geometry.polygon_wkb(*corners)], CRS)


def mapped(model, incidents=None, **asked):
    asked = {"category": "theft", "boundary": square(), **asked}
    return lg.predict_risk(crimes() if incidents is None else incidents, model=model, **asked)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Return a map by what learned fast, and its file."""
    found = mapped("logistic_regression")
    return found, Path(lg.save_model(found, tmp_path_factory.mktemp("learned") / "model.json"))


@pytest.fixture
def copy(learned, tmp_path):
    """Return a copy of the file, to be spoilt."""
    file = tmp_path / "model.json"
    file.write_bytes(learned[1].read_bytes())
    return file


def same(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one.columns)


@pytest.mark.parametrize("model", ["auto", "prior_counts", "last_counts", "kde", "decayed_counts", "smoothed_counts"])
def test_one_of_settings_maps_the_same_again_and_newer_incidents_anew(model, tmp_path):
    found = mapped(model)
    saved = lg.load_model(lg.save_model(found, tmp_path / "model.json"))
    assert same(mapped(saved), found) and saved.trained_until is None
    newer = crimes(days=55)
    assert same(mapped(saved, newer), mapped(model, newer))


def test_one_that_learned_maps_the_same_again_all_columns(learned):
    found, file = learned
    saved = lg.load_model(file)
    again = mapped(saved)
    assert same(again, found)
    assert again.parameters["importance"] == found.parameters["importance"]
    assert all(np.array_equal(again.contributions[name], part) for name, part in found.contributions.items())
    assert saved.trained_until == np.datetime64("2023-02-10")
    assert again.parameters["fitted"]["trained_until"] == "2023-02-10"
    assert "learned until 2023-02-10" in repr(saved)


@pytest.mark.parametrize("learner", [Logistic(), Poisson(), Forest(), Boosting()], ids=lambda learner: learner.name)
def test_every_estimator_predicts_the_same_again(learner):
    draw = np.random.default_rng(0)
    values = draw.gamma(1.0, size=(400, 3))
    rows = Rows(values, draw.poisson(values[:, 0] / 2).astype(float), np.ones(400), 1.0, 1.0)
    model = learner.fit(rows, learner.grid[0], 0, final=False)
    again = replace(model, estimator=read_estimator(written_estimator(model.estimator), 3))
    assert np.array_equal(again.expected(values), model.expected(values))
    with pytest.raises(ValueError, match="is not made for its 4 features"):
        read_estimator(written_estimator(model.estimator), 4)


def test_on_newer_days_it_predicts_by_what_it_learned_and_not_anew(learned):
    saved, newer = lg.load_model(learned[1]), crimes(days=55)
    kept, anew = mapped(saved, newer), mapped("logistic_regression", newer)
    assert kept.parameters["origin"] == anew.parameters["origin"] == "2023-02-25"
    assert not np.array_equal(kept["risk"], anew["risk"])
    # The slow twin: the estimator's own weights on the features of the newer day.
    fitted = kept.made.fitted
    estimator = learned[0].made.fitted.estimator
    columns = saved.kept.model.scales.apply(fitted.values)
    odds = np.exp(columns @ estimator.coef_.ravel() + estimator.intercept_[0]) * saved.kept.model.link.kept
    assert kept["risk"] == pytest.approx(saved.kept.model.link.level * np.log1p(odds), rel=1e-9)


def test_past_origins_judge_what_it_had_learned_where_that_was_before_them_else_its_kind_anew(learned):
    saved, incidents = lg.load_model(learned[1]), crimes(days=60)
    events = Events.of(incidents, cells_over(incidents, square(), SIDE, Unsaid()), "theft")
    for day, judged, other in ((45, saved, saved.predictor), (35, saved.predictor, None)):
        history = events.known(FIRST + day)
        risk = saved.anew().fit(history).predict(7)
        assert np.array_equal(risk, judged.fit(history).predict(7))
        assert other is None or not np.array_equal(risk, other.fit(history).predict(7))


def test_days_that_it_learned_from_are_refused(learned):
    saved = lg.load_model(learned[1])
    with pytest.raises(ValueError, match="learned from incidents until 2023-02-10, and at the origin 2023-02-01"):
        mapped(saved, origin="2023-02-01")
    with pytest.raises(
        ValueError, match=r"The saved '.*' learned from incidents until 2023-02-10.*scored by what it has seen"
    ):
        lg.contest(crimes(), saved, category="theft", boundary=square(), origins=2, gap=0)
    later = lg.contest(crimes(days=60), saved, category="theft", boundary=square(), origins=2, gap=0)
    assert set(later["predictor"]) == {"logistic_regression", "prior_counts"}


def test_what_learned_before_the_change_of_records_is_warned_of(tmp_path):
    def of(first, agency):
        found = crimes(days=40)
        return replace(found, when=found.when + (np.datetime64(first) - FIRST), agency=agency)

    older, newer = of("2024-01-20", "LAPD"), of("2024-03-07", "LAPD (NIBRS)")
    saved = lg.load_model(lg.save_model(mapped("logistic_regression", older), tmp_path / "model.json"))
    for model, warned in ((saved, True), ("logistic_regression", False)):
        said = mapped(model, newer).parameters["warnings"]
        assert any("2024-02-28 to 2024-04-22, cross 2024-03-07" in sentence for sentence in said) == warned


@pytest.mark.parametrize(
    "asked, said",
    [
        (dict(category="burglary"), "is of 'theft', and 'burglary' is asked for"),
        (dict(category=None), "is of 'theft', and all incidents is asked for"),
        (dict(cell_size=200), r"is of places of 62,500 m², and these have 40,000 m²"),
        (dict(origin="2023-03-10"), "is for a gap of 0 days, and 8 are asked for"),
        (dict(horizon=14), "learned what comes in 7 days, and 14 are asked for"),
    ],
)
def test_other_questions_are_refused(learned, asked, said):
    with pytest.raises(ValueError, match=said):
        mapped(lg.load_model(learned[1]), crimes(days=60), **asked)


def test_incidents_without_a_category_that_is_looked_at_are_refused(learned):
    newer = crimes(days=55)
    with pytest.raises(ValueError, match="looks at robbery, of which these incidents have none"):
        mapped(lg.load_model(learned[1]), newer.take(newer.category != "robbery"))


def test_layers_of_places_are_given_again(tmp_path):
    bars = lg.Incidents([WEST + 300.0, WEST + 900], [SOUTH + 300.0, SOUTH + 700], crs=CRS)
    found = mapped(LogisticRegression(7, places={"bars": bars}))
    file = lg.save_model(found, tmp_path / "model.json")
    assert same(mapped(lg.load_model(file, places={"bars": bars})), found)
    for places, said in ((None, "none are given"), ({"parks": bars}, "parks are given")):
        with pytest.raises(ValueError, match=f"learned from the layers of places bars, and {said}"):
            lg.load_model(file, places=places)


def test_other_places_than_then_are_announced(tmp_path, caplog):
    caplog.set_level("INFO", "lacrime_geo")
    one, two = (lg.Incidents([WEST + at], [SOUTH + at], crs=CRS) for at in (300.0, 900.0))
    file = lg.save_model(mapped(LogisticRegression(7, places={"bars": one})), tmp_path / "model.json")
    lg.load_model(file, places={"bars": two})
    assert "model.json learned from other places than these: bars" in caplog.messages


def test_the_file_holds_no_incident_and_is_the_same_each_time(learned, tmp_path):
    found, file = learned
    assert Path(lg.save_model(found, tmp_path / "again.json")).read_bytes() == file.read_bytes()
    parts = json.loads(file.read_text())
    assert parts["training"]["incidents"] == 480 and re.fullmatch("[0-9a-f]{16}", parts["training"]["fingerprint"])
    x = found.made.history.events.x[:50]
    assert not any(f"{value:.3f}" in file.read_text() for value in x)
    for source in (Path(lg.__file__).parent / "risk" / "saving").glob("*.py"):
        assert "import pickle" not in source.read_text() and "joblib" not in source.read_text(), source.name


def test_what_was_saved_and_loaded_is_saved_again_where_it_is_fitted_anew(learned, tmp_path):
    first = lg.load_model(lg.save_model(mapped("prior_counts"), tmp_path / "first.json"))
    second = lg.load_model(lg.save_model(mapped(first, crimes(days=50)), tmp_path / "second.json"))
    assert type(second.predictor) is PriorCounts and second.training.incidents == 600
    with pytest.raises(TypeError, match="made by a saved predictor, which is kept in its file already"):
        lg.save_model(mapped(lg.load_model(learned[1])), tmp_path / "third.json")


def test_what_is_no_predictor_of_ours_is_not_saved(learned, tmp_path):
    class Own(PriorCounts):
        name = "own"

    with pytest.raises(TypeError, match="A Own cannot be written down as one of this package's predictors"):
        lg.save_model(mapped(Own()), tmp_path / "model.json")
    with pytest.raises(TypeError, match="save_model takes what forecast or predict_risk returned, not a PriorCounts"):
        lg.save_model(PriorCounts(), tmp_path / "model.json")
    with pytest.raises(ValueError, match=r"does not end in \.json"):
        lg.save_model(learned[0], tmp_path / "model.skops")


def test_every_predictor_can_be_written_down():
    for name, make in PREDICTORS.items():
        predictor = make(14)
        again = predictor_of_recipe(json.loads(json.dumps(recipe_of(predictor))))
        assert type(again) is type(predictor) and recipe_of(again) == recipe_of(predictor), name
    assert all(issubclass(kind, Predictor) for kind in kinds().values())


def altered(file, change):
    """Write the file once more, with parts changed and the checksum that goes with them."""
    parts = json.loads(file.read_text(encoding="utf-8"))
    change(parts)
    parts["checksum"] = RISKS.checksum(parts)
    file.write_text(json.dumps(parts), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda parts: parts.update(format="pickle"), "JSON of something else"),
        (lambda parts: parts.update(format_version=9), "its version is '9'"),
        (lambda parts: parts["predictor"].update(kind="os.system"), "the kind of a predictor must be one of"),
        (lambda parts: parts["predictor"].update(settings={"command": "rm"}), "has the settings .*, got command"),
        (lambda parts: parts["predictor"]["settings"].update(horizon=10**12), "horizon must be a whole number from 1"),
        (lambda parts: parts["predictor"]["settings"].update(seed=True), "seed must be a whole number"),
        (lambda parts: parts.update(learned=None), "must have an estimator exactly if it learns"),
        (lambda parts: parts.update(predictor={"kind": "PriorCounts", "settings": {}}), "exactly if it learns"),
        (lambda parts: parts["learned"].pop("names"), "has the parts estimator, scales"),
        (lambda parts: parts["learned"]["names"].pop(), "is not made for its"),
        (lambda parts: parts["learned"].update(estimator="AAAA"), "its estimator is damaged"),
        (lambda parts: parts["learned"].update(estimator=7), "its estimator is damaged"),
        (lambda parts: parts["learned"]["link"].update(kept="x"), "kept in link of a saved predictor is 'x'"),
        (lambda parts: parts["learned"]["link"].update(kept=0), "kept and level in link of a saved predictor are 0"),
        (lambda parts: parts["learned"]["link"].update(level=10**400), "level in link of a saved predictor is '1000"),
        (lambda parts: parts["learned"]["scales"]["spread"].pop(), "spread must be"),
        (lambda parts: parts["learned"]["scales"]["spread"].__setitem__(0, 10**400), "too large"),
        (lambda parts: parts["training"].update(unit_area=0), "unit_area of a saved predictor cannot be 0"),
        (lambda parts: parts["training"].update(gap=-3), "gap of a saved predictor cannot be -3"),
        (lambda parts: parts["learned"].update(scales=None), "scales must be typical"),
        (lambda parts: parts["learned"]["layout"].update(windows=[10**9]), "windows must be whole numbers of days"),
        (lambda parts: parts["training"].update(until="now"), "until of a saved predictor must be a date"),
        (
            lambda parts: parts["training"].update(incidents="many"),
            "incidents of a saved predictor must be a whole number",
        ),
        (lambda parts: parts["training"].pop("gap"), "has the parts category, horizon"),
    ],
)
def test_damaged_and_hostile_files_are_refused_in_one_sentence(copy, change, sentence):
    altered(copy, change)
    with pytest.raises(ValueError, match=rf"'model.json' cannot be read as a saved model: .*{sentence}") as refused:
        lg.load_model(copy)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 900


def test_a_changed_file_is_refused_and_a_card_may_be_added_to(copy):
    parts = json.loads(copy.read_text())
    parts["card"]["reviewed_by"] = "the analysts"
    copy.write_text(json.dumps(parts))
    assert lg.load_model(copy).card["reviewed_by"] == "the analysts"
    parts["training"]["until"] = "2020-01-01"
    copy.write_text(json.dumps(parts))
    with pytest.raises(ValueError, match="its contents are not those that were saved"):
        lg.load_model(copy)


def test_numbers_beyond_all_numbers_are_refused(copy):
    # JSON may hold 1e999, which is read as infinity.
    text = copy.read_text(encoding="utf-8")
    copy.write_text(re.sub(r'("unit_area": )[0-9.]+', r"\g<1>1e999", text), encoding="utf-8")
    with pytest.raises(ValueError, match=r"'model\.json' cannot be read as a saved model: Out of range"):
        lg.load_model(copy)


def packed(text, change):
    """Return an estimator's text with its schema changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(text))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "schema.json":
                schema = json.loads(part)
                change(schema)
                part = json.dumps(schema)
            new.writestr(name, part)
    return base64.b64encode(made.getvalue()).decode()


@pytest.mark.parametrize(
    "hostile",
    [
        dict(__class__="system", __module__="os", __loader__="FunctionNode", content="os.system"),
        dict(__class__="MLPClassifier", __module__="sklearn.neural_network", __loader__="ObjectNode", content=None),
        dict(__class__="ndarray", __module__="numpy", __loader__="ReduceNode", content=None),
    ],
)
def test_an_estimator_of_another_kind_is_not_read(copy, hostile, monkeypatch):
    import skops.io

    def never(*args, **kept):
        raise AssertionError("it was read")

    monkeypatch.setattr(skops.io, "loads", never)
    parts = json.loads(copy.read_text())
    text = packed(parts["learned"]["estimator"], lambda schema: schema["content"]["content"].update(C=hostile))
    altered(copy, lambda parts: parts["learned"].update(estimator=text))
    with pytest.raises(
        ValueError, match=f"holds {hostile['__module__']}.{hostile['__class__']}|which none of ours does"
    ):
        lg.load_model(copy)


def test_trees_that_lead_out_of_themselves_are_not_followed():
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier

    draw = np.random.default_rng(0)
    x = draw.uniform(size=(400, 3))
    came = draw.poisson(x[:, 0])
    boosted = HistGradientBoostingRegressor(loss="poisson", max_iter=2, early_stopping=False).fit(x, came)
    assert read_estimator(written_estimator(boosted), 3).predict(x).tolist() == boosted.predict(x).tolist()
    nodes = boosted._predictors[0][0].nodes
    for field, value in (("left", 10**6), ("left", 0), ("feature_idx", 99)):
        before = nodes[field][0]
        nodes[field][0] = value
        with pytest.raises(ValueError, match="a tree that leads out of itself"):
            read_estimator(written_estimator(boosted), 3)
        nodes[field][0] = before
    forest = RandomForestClassifier(2, random_state=0).fit(x, came > 0)
    forest.estimators_[0].tree_.children_left[0] = 10**6
    with pytest.raises(ValueError, match="a tree that leads out of itself"):
        read_estimator(written_estimator(forest), 3)
    with pytest.raises(TypeError, match="which would not be read again"):
        from sklearn.neighbors import KNeighborsClassifier

        written_estimator(KNeighborsClassifier().fit(x, came > 0))


def first_tree(node):
    """Return the first tree of a schema."""
    if isinstance(node, dict) and node.get("__loader__") == "TreeNode":
        return node
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return next((found for found in map(first_tree, parts) if found), None)


def no_tree(schema):
    first = first_tree(schema)
    first.clear()
    first.update(__class__="str", __module__="builtins", __loader__="JsonNode", content="3", __id__="own")


def test_a_forest_of_something_else_is_damaged(forest):
    with pytest.raises(ValueError, match="its estimator is damaged"):
        read_estimator(packed(forest, no_tree), 3)


@pytest.fixture(scope="module")
def forest():
    """Return a forest as text."""
    from sklearn.ensemble import RandomForestClassifier

    x = np.random.default_rng(0).uniform(size=(200, 3))
    return written_estimator(RandomForestClassifier(2, random_state=0).fit(x, x[:, 0] > 0.6))


def test_a_schema_that_unpacks_to_much_is_not_read(forest, monkeypatch):
    from lacrime_geo.risk.saving import estimator_files

    monkeypatch.setattr(estimator_files, "LARGEST_SCHEMA", 1000)
    with pytest.raises(ValueError, match="more than the 1,000 that any of ours has"):
        read_estimator(forest, 3)


def test_a_file_that_is_packed_otherwise_is_damaged(forest):
    raw = bytearray(base64.b64decode(forest))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1  # encrypted, says the directory of its last part, the schema
    with pytest.raises(ValueError, match="its estimator is damaged"):
        read_estimator(base64.b64encode(bytes(raw)).decode(), 3)


def test_what_unpacks_to_more_than_any_of_ours_is_not_read(copy, monkeypatch):
    from lacrime_geo.risk.saving import estimator_files

    monkeypatch.setattr(estimator_files, "LARGEST", 1000)
    with pytest.raises(ValueError, match="more than the 1,000 that any of ours has"):
        lg.load_model(copy)


def test_a_missing_skops_is_named(learned, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "skops", None)
    monkeypatch.setitem(__import__("sys").modules, "skops.io", None)
    with pytest.raises(ImportError, match="pip install skops"):
        lg.load_model(learned[1])


def test_the_card_says_what_it_is_made_of_and_worth(learned):
    card = lg.model_card(learned[0], made_on="2023-03-01")
    assert card == lg.model_card(learned[0], made_on="2023-03-01")
    assert json.loads(json.dumps(card)) == card
    details, scores = card["model_details"], card["quantitative_analyses"]["scores"]
    assert details["name"] == "logistic_regression" and details["made_on"] == "2023-03-01"
    assert details["settings"]["settings"]["horizon"] == 7 and "scikit-learn" in details["versions"]
    assert set(scores) == {"logistic_regression", "prior_counts"}
    # The slow twin of prior counts: the hit rate of 5 % (3 of 64 cells) over the past origins, ties shared.
    caught = came = 0.0
    for each in learned[0].past:
        history = learned[0].made.history.until(each.origin)
        count = history.counts().astype(float)
        cut = np.sort(count)[-3]
        whole, tied = count > cut, count == cut
        caught += each.came[whole].sum() + each.came[tied].sum() * (3 - whole.sum()) / tied.sum()
        came += each.came.sum()
    assert scores["prior_counts"]["hit_rate"]["0.05"] == pytest.approx(caught / came)
    assert scores["prior_counts"]["pai"]["0.05"] == pytest.approx(caught / came / (3 / 64))
    assert card["training_data"]["fingerprint"] == json.loads(learned[1].read_text())["training"]["fingerprint"]
    assert any("No feedback audit was given" in said for said in card["caveats_and_recommendations"])
    assert any("Persons" in said for said in card["intended_use"]["out_of_scope"])


def test_the_card_tells_of_feedback_and_is_a_page(learned):
    audit = lg.feedback_audit(crimes(), discovered="robbery", model="prior_counts", boundary=square(), budget=0.05)
    card = lg.model_card(learned[0], feedback=audit)
    assert card["quantitative_analyses"]["feedback"]["area_driven"] == audit.parameters["area_driven"]
    page, text = card.html(), card.markdown()
    assert "<h2>Ethical considerations</h2>" in page and "## Ethical considerations" in text
    card["model_details"]["name"] = "<script>alert(1)</script>"
    assert "<script>" not in card.html() and "<script>" not in card.markdown()
    with pytest.raises(TypeError, match="feedback must be what feedback_audit returned, not a dict"):
        lg.model_card(learned[0], feedback={})
    with pytest.raises(TypeError, match="model_card takes what forecast, predict_risk or contest returned, not a int"):
        lg.model_card(3)


def test_the_card_of_a_contest_is_of_the_one_with_the_most_hits():
    found = lg.contest(crimes(), "kde, smoothed_counts", category="theft", boundary=square(), origins=3)
    card = lg.model_card(found)
    assert card["model_details"]["name"] == found.names[0]
    assert set(card["quantitative_analyses"]["scores"]) == {found.names[0], "prior_counts"}
    assert json.loads(json.dumps(card)) == card and "Model card" in card.html()


def test_the_card_of_a_map_of_all_categories_says_so():
    card = lg.model_card(lg.predict_risk(crimes(), model="prior_counts", boundary=square()))
    assert [card[section]["category"] for section in ("model_details", "training_data")] == ["all of them together"] * 2


def test_a_saved_predictor_is_one_of_predictors(learned):
    saved = lg.load_model(learned[1])
    assert isinstance(saved, SavedPredictor) and isinstance(saved, Predictor)
    short = Events.of(crimes(), cells_over(crimes(), square(), SIDE, Unsaid()), "theft").known(FIRST + 5)
    with pytest.raises(ValueError, match="looks at the last 7 days, and 5 are known before 2023-01-06"):
        saved.kept.fit(short, {}, saved.training, saved.name)
