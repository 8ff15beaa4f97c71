"""The commands counts, forecast and retrain: the functions' results, in files, from files."""

import json

import numpy as np
import pandas as pd
import pytest
from makers import crimes_frame

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.forecasting.count_files import holds_counts, read_counts, read_covariates

MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")


def run(*words):
    return main([*map(str, words), "--quiet"])


@pytest.fixture
def incidents(tmp_path):
    """Return a layer of incidents of one year, reported up to 3 days later, in areas 01 and 02."""
    frame = crimes_frame(900)
    frame["area"] = np.where(np.arange(900) % 3 == 0, "01", "02")
    frame["reported"] = frame["occurred"] + pd.to_timedelta(np.arange(900) % 4, unit="D")
    frame.attrs["agency"] = "LAPD"
    frame.to_parquet(tmp_path / "incidents.parquet")
    return tmp_path / "incidents.parquet"


@pytest.fixture
def table(tmp_path):
    """Return a table of counts that rise, with a key of leading zeros."""
    drawn = np.random.default_rng(0).poisson(100 + 10 * np.arange(48), (2, 48))
    rows = {"area": np.repeat(["01", "02"], 48), "period": np.tile(MONTHS, 2), "count": drawn.ravel()}
    pd.DataFrame(rows).to_csv(tmp_path / "counts.csv", index=False)
    return tmp_path / "counts.csv"


def test_counts_are_those_of_the_function(incidents, tmp_path, capsys):
    assert (
        run("counts", incidents, tmp_path / "counts.csv", "--by", "area", "--freq", "W", "--category", "robbery") == 0
    )
    assert capsys.readouterr().out == f"{tmp_path / 'counts.csv'}\n"
    right = lg.counts(incidents, by="area", freq="W", category="robbery")
    found = pd.read_csv(tmp_path / "counts.csv", dtype={"area": str})
    assert found["area"].tolist() == right["area"].tolist() and found["count"].tolist() == right["count"].tolist()
    assert pd.to_datetime(found["period"]).tolist() == pd.to_datetime(right["period"]).tolist()


def test_options_of_counts_reach_the_function(incidents, tmp_path):
    given = dict(since="2023-03-01", until="2023-10-01", as_of="2023-09-20")
    options = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert run("counts", incidents, tmp_path / "a.csv", *options, "--lag-safe", "no", "--by", "area, category") == 0
    right = lg.counts(incidents, by=["area", "category"], lag_safe=False, **given)
    found = pd.read_csv(tmp_path / "a.csv")
    assert found["count"].tolist() == right["count"].tolist() and list(found) == ["area", "category", "period", "count"]


def test_parquet_keeps_what_guards_forecasts_and_csv_says_that_it_does_not(incidents, tmp_path, caplog):
    caplog.set_level("INFO", "lacrime_geo")
    right = lg.counts(incidents, by="area", freq="MS")
    for name in ("counts.parquet", "counts.csv"):
        assert main(["counts", str(incidents), str(tmp_path / name), "--by", "area", "--freq", "MS"]) == 0
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if "does not keep" in line] == [
        "the CSV does not keep agency and lag_days, by which forecasts are guarded: parquet does"
    ]
    kept, lost = (read_counts(tmp_path / name) for name in ("counts.parquet", "counts.csv"))
    for name in ("agency", "lag_days", "step"):
        assert kept.parameters[name] == right.parameters[name]
    assert "agency" not in lost.parameters and "lag_days" not in lost.parameters
    for one in (kept, lost):
        assert one["area"].tolist() == right["area"].tolist() and one["count"].tolist() == right["count"].tolist()
    assert kept.parameters["layer"] == "counts.parquet"


def test_a_forecast_is_that_of_the_function(table, tmp_path):
    assert run("forecast", table, tmp_path / "f.csv", "--model", "Theta", "--horizon", 2, "--levels", "50, 90") == 0
    right = lg.forecast(read_counts(table), model="Theta", horizon=2, levels=(50, 90))
    found = pd.read_csv(tmp_path / "f.csv", dtype={"area": str})
    assert list(found) == list(right.columns) and found["area"].tolist() == ["01", "01", "02", "02"]
    for name in ("mean", "lo50", "hi90", "mase"):
        assert np.allclose(found[name], right[name], rtol=1e-12)


def test_totals_are_added_and_their_model_is_saved(table, tmp_path):
    words = ("forecast", table, tmp_path / "f.csv", "--model", "drift", "--horizon", 1, "--totals", "bottom-up")
    assert run(*words, "--save-model", tmp_path / "m.json") == 0
    found = pd.read_csv(tmp_path / "f.csv")
    assert sorted(found["area"]) == ["01", "02", "all"]
    of = dict(zip(found["area"], found["mean"]))
    assert of["all"] == pytest.approx(of["01"] + of["02"])
    assert lg.load_model(tmp_path / "m.json").predict(1).mean[:, 0] == pytest.approx([of["01"], of["02"]])


def test_a_saved_model_forecasts_again(table, tmp_path, capsys):
    model = tmp_path / "model.json"
    assert run("forecast", table, tmp_path / "f.parquet", "--model", "drift", "--save-model", model) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "f.parquet"), str(model)]
    assert run("forecast", table, tmp_path / "g.parquet", "--model-file", model) == 0
    first, second = (pd.read_parquet(tmp_path / name) for name in ("f.parquet", "g.parquet"))
    pd.testing.assert_frame_equal(first, second)
    assert json.loads(model.read_text())["card"]["training_data"]["label"] == "counts.csv"


def test_covariates_are_read_from_a_table(table, tmp_path):
    days = np.arange("2019-01", "2023-03", dtype="M8[M]")
    heat = pd.DataFrame({"period": days.astype(str), "heat": np.random.default_rng(1).normal(20, 5, 50).round(3)})
    heat.sample(frac=1, random_state=0).to_csv(tmp_path / "heat.csv", index=False)
    options = ("--model", "harmonic regression", "--horizon", 2, "--origins", 40)
    assert run("forecast", table, tmp_path / "f.csv", *options, "--covariates", tmp_path / "heat.csv") == 0
    right = lg.forecast(
        read_counts(table),
        model="harmonic regression",
        horizon=2,
        origins=40,
        covariates={"heat": heat["heat"].to_numpy()},
    )
    assert np.allclose(pd.read_csv(tmp_path / "f.csv")["mean"], right["mean"], rtol=1e-12)
    assert read_covariates(tmp_path / "heat.csv")["period"].dtype == "M8[D]"


def test_retrain_makes_a_model_keeps_it_and_prints_only_what_it_wrote(table, tmp_path, capsys):
    model, scores = tmp_path / "model.json", tmp_path / "scores.csv"
    words = ("retrain", model, table, "--candidates", "drift", "--horizon", 1, "--window", 40)
    assert run(*words, "--scores", scores) == 0
    assert capsys.readouterr().out.split() == [str(model), str(scores)]
    assert lg.load_model(model).panel.begin.size == 40
    found = pd.read_csv(scores)
    assert set(found["part"]) == {"candidate", "baseline"} and found["promoted"].tolist() == [True, False, False]
    before = model.read_bytes()
    assert run(*words) == 0
    assert capsys.readouterr().out == "" and model.read_bytes() == before
    assert main([str(word) for word in words]) == 0
    assert "not promoted: model.json stays as it is" in capsys.readouterr().err


def test_retrain_scores_incidents_of_days_like_their_table(incidents, tmp_path):
    options = ("--candidates", "smoothing", "--horizon", 1)
    assert run("counts", incidents, tmp_path / "counts.parquet", "--by", "area") == 0
    for name, source, more in (("a", incidents, ("--by", "area")), ("b", tmp_path / "counts.parquet", ())):
        assert (
            run("retrain", tmp_path / f"{name}.json", source, *options, *more, "--scores", tmp_path / f"{name}.csv")
            == 0
        )
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("forecast", "incidents.parquet", "f.csv"),
            "has no columns period and count, as tables of counts have; count",
        ),
        (("forecast", "counts.csv", "f.gpkg"), "ends in .gpkg; this result is written as"),
        (("forecast", "counts.csv", "f.csv", "--model", "drift", "--model-file", "m.json"), "both name a model"),
        (("forecast", "counts.csv", "f.csv", "--model", "oracle"), "model must be one of"),
        (("forecast", "counts.csv", "f.csv", "--save-model", "m.pkl"), "does not end in .json"),
        (("forecast", "counts.csv", "counts.csv"), "is read and would be written over"),
        (("forecast", "counts.csv", "f.csv", "--levels", "many"), "levels must be numbers separated by commas"),
        (("forecast", "counts.csv", "f.csv", "--covariates", "counts.csv"), "'area' is an outcome|no numbers|no row"),
        (("forecast", "odd.csv", "f.csv"), "1 of 2 values of 'count' are no numbers, first row 1 ('many')"),
        (("forecast", "none.csv", "f.csv"), "There is no file"),
        (
            ("retrain", "m.json", "counts.csv", "--by", "area", "--freq", "MS"),
            "by, freq: counts.csv is a table of counts",
        ),
        (("retrain", "m.txt", "counts.csv"), "does not end in .json"),
        (("retrain", "m.json", "counts.csv", "--scores", "s.gpkg"), "ends in .gpkg"),
        (("counts", "incidents.parquet", "c.gpkg"), "ends in .gpkg; this result is written as .csv, .parquet"),
        (("counts", "incidents.parquet", "c.csv", "--by", "beat"), "There is no column 'beat'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_nothing(
    incidents, table, tmp_path, monkeypatch, capsys, words, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.csv").write_text("period,count\n2023-01-01,3\n2023-02-01,many\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert run(*words) == 2
    said = capsys.readouterr().err
    assert any(part in said for part in sentence.split("|")), said
    assert said.count("\n") == 1 and sorted(path.name for path in tmp_path.iterdir()) == before


def test_files_of_counts_are_told_from_those_of_incidents(incidents, table, tmp_path):
    assert holds_counts(table) and not holds_counts(incidents)
    assert not holds_counts(tmp_path / "layer.gpkg")
    with pytest.raises(FileNotFoundError, match="There is no file"):
        holds_counts(tmp_path / "none.csv")


def test_what_a_parquet_file_says_of_itself_is_checked(tmp_path):
    frame = pd.DataFrame({"period": MONTHS, "count": np.arange(48)})
    frame.attrs = {"agency": ["x"], "lag_days": "many", "step": "decade", "more": 1}
    frame.to_parquet(tmp_path / "odd.parquet")
    found = read_counts(tmp_path / "odd.parquet").parameters
    assert "agency" not in found and "lag_days" not in found and found["step"] == "month"
