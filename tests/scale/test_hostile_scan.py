"""Records that agencies really keep, in files of every kind: a scan gives of them what memory does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from equal_results import assert_same, assert_same_column, assert_same_values
from small_files import folder_of, table, with_points

import lacrime_geo as lg
from lacrime_geo.incidents import as_incidents
from lacrime_geo.scale.choosing import Chosen, Statistics

CHOSEN = dict(since="2023-02", until="2023-09-01T12:00", category=["Theft", "BURGLARY"])


def records(seed=1):
    """Return a table some of whose incidents have no date, no category, or one in another case."""
    frame = table(seed, 400).to_pandas().rename(columns={"date": "occurred"})
    frame.loc[:30, "occurred"] = pd.NaT
    frame.loc[20:60, "category"] = None
    frame.loc[60:90, "category"] = "Theft"
    return frame


def layer(frame):
    """Return a table as a layer of points."""
    import pyarrow as pa

    return with_points(pa.Table.from_pandas(frame, preserve_index=False))


def same(mine, other):
    """Hold what scans and memory give against each other."""
    if isinstance(other, lg.Surface):
        assert mine.label == other.label
        assert_same_column(mine.values, other.values)
        assert_same_values(*({**one.parameters} for one in (mine, other)))
    else:
        assert_same(mine, other)


def scans(tmp_path, frame):
    """Yield a scan of CSVs, of typed files, of a layer and of a frame of dask-geopandas, each with the same in memory."""
    dask_geopandas = pytest.importorskip("dask_geopandas")
    points = layer(frame)
    (tmp_path / "csv").mkdir()
    for number, some in enumerate((frame[:200], frame[200:])):
        some.to_csv(tmp_path / "csv" / f"{number}.csv", index=False)
    frame.to_csv(tmp_path / "all.csv", index=False)
    yield lg.scan_incidents(tmp_path / "csv"), as_incidents(tmp_path / "all.csv")
    for at, kind in enumerate((frame, points)):
        folder = tmp_path / f"parquet{at}"
        folder.mkdir()
        kind[:200].to_parquet(folder / "0.parquet", index=False)
        kind[200:].to_parquet(folder / "1.parquet", index=False)
        whole = tmp_path / f"all{at}.parquet"
        kind.to_parquet(whole, index=False)
        yield lg.scan_incidents(folder), as_incidents(whole)
    yield lg.scan_incidents(dask_geopandas.from_geopandas(points, npartitions=2, sort=False)), as_incidents(points)


def test_what_was_chosen_stands_in_the_record_as_in_memory(tmp_path):
    """As it was asked for, with how many had no date, whether the files tell that before they are read or not."""
    for scan, incidents in scans(tmp_path, records()):
        some, expected = scan.select(**CHOSEN), replace(incidents, label=scan.label).select(**CHOSEN)
        for analysis in (
            lambda one: lg.kde(one, bandwidth=500, cell_size=400),
            lambda one: lg.near_repeat(one, distance_bands=[0, 300, 600], time_bands=[0, 7], permutations=1),
            lambda one: lg.counts(one, by="category", freq="MS"),
        ):
            same(analysis(some), analysis(expected))
        assert lg.kde(some, bandwidth=500, cell_size=400).parameters["undated_left_out"] == 31


def test_categories_are_chosen_in_whatever_case_they_are_written():
    """Against every text between those of the statistics, in the order that parquet sorts them by."""
    names = ["arson", "Arson", "theft from MV", "theft from motor", "THEFT", "theft", "1A", "1_", "über", "Über", "zoo"]
    for low in names:
        for high in names:
            if low <= high:
                told = Statistics(categories=(low, high))
                for name in names:
                    if low <= name <= high:
                        assert Chosen().narrowed(None, None, name.lower(), None).may_hold(told), (low, high, name)
    assert not Chosen().narrowed(None, None, "robbery", None).may_hold(Statistics(categories=("Arson", "Burglary")))
    assert not Chosen().narrowed(None, None, "Theft from MV", None).may_hold(Statistics(categories=("a", "robbery")))


def test_a_category_among_others_of_a_row_group_is_found(tmp_path):
    import pyarrow as pa

    names = ["arson", "theft from MV", "theft from motor"] * 333 + ["arson"]
    rows = table(2).set_column(3, "category", pa.array(names))
    scan = lg.scan_incidents(folder_of(tmp_path / "cased", rows, row_group_size=100))
    layers = tmp_path / "layers"
    layers.mkdir()
    with_points(rows).to_parquet(layers / "0.parquet", index=False)
    for one in (scan, lg.scan_incidents(layers)):
        assert one.select(category="theft from mv").read().size == 333


def test_no_category_at_all_is_refused(tmp_path):
    scan = lg.scan_incidents(folder_of(tmp_path / "files", table(1)))
    with pytest.raises(ValueError, match="No category was named"):
        scan.select(category=[])


def test_missing_texts_of_pandas_are_none():
    """A frame of dask has its texts as pandas' own, whose mark of what is missing can be compared with nothing."""
    dask_geopandas = pytest.importorskip("dask_geopandas")
    points = layer(records())
    points["area"] = np.where(np.arange(len(points)) % 7 == 0, None, "North")
    for name in ("category", "area"):
        points[name] = points[name].astype("string")
    frame = dask_geopandas.from_geopandas(points, npartitions=3, sort=False)
    for options in (dict(category="theft"), dict(by="area"), dict(by="category")):
        same(lg.counts(frame, freq="MS", **options), lg.counts(points, freq="MS", **options))


def test_clusters_on_one_place_have_no_axes():
    """By weights that are no whole numbers too, in whatever order they are added up."""
    places = pd.DataFrame({"longitude": -118.3, "latitude": 34.05 + np.arange(40) / 100, "cost": np.arange(40) % 7 / 3})
    frame = pd.concat([places] * 12, ignore_index=True)
    found = lg.dbscan(layer(frame), eps=100, min_samples=3, weight="cost").clusters()
    assert found["cluster"].size > 10
    for name in ("major", "minor", "angle"):
        assert not found[name].any()


def test_what_is_no_weight_is_told_with_its_column_and_file(tmp_path):
    frame = records()
    frame["cost"] = np.where(np.arange(len(frame)) == 350, -1.0, 2.0)
    (tmp_path / "csv").mkdir()
    frame[:200].to_csv(tmp_path / "csv" / "0.csv", index=False)
    frame[200:].to_csv(tmp_path / "csv" / "1.csv", index=False)
    with pytest.raises(
        ValueError, match=r"^1\.csv: weight column 'cost' is negative in 1 of 200 rows, first in row 150 "
    ):
        lg.kde(lg.scan_incidents(tmp_path / "csv"), weight="cost")


def test_nothing_of_what_was_chosen_is_said_to_be_so(tmp_path):
    frame = records()
    (tmp_path / "csv").mkdir()
    frame.to_csv(tmp_path / "csv" / "0.csv", index=False)
    scan = lg.scan_incidents(tmp_path / "csv")
    with pytest.raises(ValueError, match="No incident of 'csv' lies in the category arson from 2023-02 on"):
        lg.kde(scan.select(since="2023-02", category="arson"))
    with pytest.raises(ValueError, match="lies within the bounds that were asked for"):
        lg.kde(scan.select(bbox=(10, 10, 11, 11)))


@pytest.mark.parametrize("options", [dict(weight="cost"), dict(by="beat")], ids=str)
def test_a_table_without_a_column_of_the_first_is_refused_where_it_is_asked_for(tmp_path, options):
    """A weight of 1 in its place would be a guess. A column that is there and blank is another thing."""
    frame = records().assign(cost=2.0, beat="North")
    frame[:200].to_csv(tmp_path / "0.csv", index=False)
    frame[200:].drop(columns=list(options.values())).to_csv(tmp_path / "1.csv", index=False)
    name = next(iter(options.values()))
    with pytest.raises(ValueError, match=rf"^1\.csv: There is no column '{name}', which the first file has; scan"):
        lg.counts(lg.scan_incidents(tmp_path), freq="MS", **options)
    frame[200:].assign(beat=None).to_csv(tmp_path / "1.csv", index=False)
    found = lg.counts(lg.scan_incidents(tmp_path), freq="MS", by="beat")
    assert found.parameters["without_group"] > 150
