"""Columns that are named for times and categories count, whatever is scanned; those that are not there are refused."""

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A table, and the folder that it is converted to: two times and two categories of each incident."""
    folder = tmp_path_factory.mktemp("named")
    random = np.random.default_rng(3)
    moments = pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 200_000, 400), unit="min")
    frame = pd.DataFrame(
        {
            "id": np.arange(400),
            "occurred": moments.strftime("%Y-%m-%d %H:%M:%S"),
            "reported": (moments + pd.Timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S"),
            "category": random.choice(["burglary", "robbery"], 400),
            "crime": random.choice(["burglary", "robbery", "arson"], 400),
            "x": random.uniform(-118.4, -118.2, 400).round(5),
            "y": random.uniform(33.9, 34.1, 400).round(5),
        }
    )
    frame.to_csv(folder / "table.csv", index=False)
    typed = frame.assign(occurred=moments, reported=moments + pd.Timedelta(hours=9))
    typed.to_parquet(folder / "table.parquet")
    lg.convert(folder / "table.csv", folder / "converted")
    return folder


NAMED = dict(time_column="reported", category_column="crime")


@pytest.mark.parametrize("name", ["table.csv", "table.parquet", "converted"])
def test_named_columns_are_those_that_count(files, name):
    scan = lg.scan_incidents(files / name, **NAMED).select(category="burglary")
    incidents = lg.as_incidents(lg.read_incidents(files / "table.csv"), **NAMED).select(category="burglary")
    found = scan.read()
    assert np.array_equal(np.sort(found.when), np.sort(incidents.when))
    assert set(found.category) == {"burglary"}
    assert np.array_equal(lg.clock(scan).columns["count"], lg.clock(incidents).columns["count"])


@pytest.mark.parametrize("name", ["table.csv", "table.parquet", "converted"])
def test_a_named_column_that_is_not_there_is_refused(files, name):
    with pytest.raises(ValueError, match=r"There is no column 'repd' in [\w.-]+; there are .*reported"):
        lg.scan_incidents(files / name, time_column="repd")


def test_a_named_column_of_texts_holds_no_times(files):
    scan = lg.scan_incidents(files / "table.csv", time_column="crime")
    with pytest.raises(ValueError, match=r"'crime' holds no moments as it stands.*mapping"):
        lg.clock(scan)


def test_a_mapping_counts_for_what_was_converted_too(files):
    mapping = {"date": "reported"}
    scan = lg.scan_incidents(files / "converted", mapping=mapping)
    part = next((files / "converted").glob("*.parquet"))
    incidents = lg.as_incidents(lg.read_incidents(part, mapping=mapping))
    assert np.array_equal(np.sort(scan.read().when), np.sort(incidents.when))
