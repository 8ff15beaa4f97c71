"""Files of any agency in any analysis, by command and script: the same reader, the same mapping."""

import logging

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.data.own_mapping import asked, how, in_words

NEAR = "near=-122.6 45.5"


def calls(path, ending=".csv", **columns):
    """Write two hundred calls in Portland, in feet, and return the path."""
    random = np.random.default_rng(1)
    x, y = 7_644_000 + random.uniform(0, 9_000, 200), 683_000 + random.uniform(0, 9_000, 200)
    date = pd.date_range("2024-05-01 08:00", periods=200, freq="3h").strftime("%d/%m/%Y %H:%M")
    frame = pd.DataFrame(
        {"Call Date": date, "Call Type": np.where(x > 7_648_000, "theft", "noise"), "X": x, "Y": y, **columns}
    )
    file = path / f"calls{ending}"
    frame.to_parquet(file) if ending == ".parquet" else frame.to_csv(file, index=False)
    return file


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_commands_read_what_scripts_read(ending, tmp_path, capsys):
    file, out = calls(tmp_path, ending), tmp_path / "points.csv"
    read = lg.read_incidents(file, {"near": (-122.6, 45.5)})
    assert main(["kde", str(file), str(tmp_path / "kde.tif"), "--mapping", NEAR, "--category", "theft"]) == 0
    said = capsys.readouterr().err
    assert "as named: near = -122.6 45.5" in said and "date = Call Date: by its name" in said
    assert f"{(read.category == 'theft').sum()} of 200 incidents in the category theft" in said
    assert main(["audit", str(file), "--mapping", NEAR, "--output", str(out)]) == 0
    found = pd.read_csv(out).set_index("rule")
    assert found.loc["column_date", "examples"] == "Call Date" and found.loc["crs", "examples"] == "EPSG:2269"


def test_without_what_must_be_said_the_sentence_says_how(tmp_path, capsys):
    assert main(["kde", str(calls(tmp_path)), str(tmp_path / "kde.tif")]) == 2
    assert '(--mapping "crs=…, near=…" in a command, mapping={"crs": …, "near": …}' in capsys.readouterr().err


@pytest.mark.parametrize("remedy", ['--mapping "crs=EPSG:2269"', "mapping={}"])
def test_the_remedies_named_are_there(remedy, tmp_path):
    file = calls(tmp_path)
    mapping = "crs=EPSG:2269" if remedy.startswith("--") else {"crs": "EPSG:2269"}
    frame = lg.read_incidents(file, mapping)
    points = lg.as_incidents(file, mapping=mapping)
    assert points.size == len(frame) == 200 and points.time_column == "occurred"


def test_columns_are_known_by_the_names_of_the_file_too(tmp_path):
    file = calls(tmp_path)
    points = lg.as_incidents(file, mapping=NEAR, time_column="Call Date", category_column="Call Type")
    plain = lg.as_incidents(file, mapping=NEAR)
    assert (points.when == plain.when).all() and (points.category == plain.category).all()


def test_of_lapd_files_the_mapping_is_that_of_their_reader(tmp_path):
    sample = pd.read_csv("sample_layers/incidents.csv.gz", dtype=str, nrows=300)
    file = tmp_path / "renamed.csv"
    sample.rename(columns={"DATE OCC": "Date of offence"}).to_csv(file, index=False)
    points = lg.as_incidents(file, mapping="occurred=Date of offence")
    with pytest.raises(ValueError, match="is an LAPD file, and near is said of other agencies' files"):
        lg.as_incidents(file, mapping=NEAR)
    assert points.agency == "LAPD" and (~np.isnat(points.when)).all()


@pytest.mark.parametrize("text", ["date", "=x", "date=", "date=A, date=B"])
def test_texts_that_are_no_mapping_get_one_sentence(text):
    with pytest.raises(ValueError, match=r"A mapping is such as|is given twice"):
        in_words(text)


def test_a_text_says_what_the_mapping_says():
    said = {"date": "Call Date, local", "x": "LON", "near": (-122.6, 45.5), "date_order": "day/month"}
    text = "date = Call Date, local, x=LON, near=-122.6, 45.5, date_order=day/month"
    assert asked(text) == asked(said) and asked("") == asked(None) and asked("near=-122.6 45.5").near == (-122.6, 45.5)
    assert how("x", "y").startswith('(--mapping "x=…, y=…" in a command')


def test_a_mapping_of_what_has_none_is_refused(tmp_path):
    layer = tmp_path / "points.gpkg"
    lg.read_incidents(calls(tmp_path), NEAR).to_file(layer)
    for anything, words in ((layer, "points.gpkg is a layer of points"), (lg.as_incidents(layer), "come from none")):
        with pytest.raises(ValueError, match=words):
            lg.as_incidents(anything, mapping=NEAR)
        with pytest.raises(ValueError, match=words):
            lg.audit(anything, mapping=NEAR)


@pytest.mark.parametrize(("name", "rows"), [("portland_cfs_2016-08.parquet", 19_376), ("la_homicides_2015.csv", 411)])
def test_real_files_by_command(name, rows, lacrime_data, tmp_path, caplog):
    caplog.set_level(logging.INFO, "lacrime_geo")
    assert main(["kde", str(lacrime_data / name), str(tmp_path / "kde.tif"), "--quiet"]) == 0
    assert lg.as_incidents(lacrime_data / name).size == rows
    assert f"{rows:,} reports read, {rows:,} kept" in caplog.text
