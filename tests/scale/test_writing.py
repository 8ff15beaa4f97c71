"""Folders of parts: the rows of the sources, each once, sorted so that a reader passes over what is not asked for."""

import gzip
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.compute as compute
import pyarrow.dataset as dataset
import pyarrow.parquet as pq
import pytest
from test_lapd import rows

import lacrime_geo as lg
from lacrime_geo.data import arrow_csv, tables
from lacrime_geo.scale.writing import (
    conversions,
    is_partitioned,
    ordering,
    parts,
    repeated_numbers,
    require_finished,
    runs,
    slicing,
)

SAMPLE = Path(__file__).parents[2] / "sample_layers" / "incidents.csv.gz"


def make_small(monkeypatch):
    """Make portions, runs, row groups and parts of some hundred rows, so that there are many of each."""
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 1_000_000)
    monkeypatch.setattr(tables, "ROWS_IN_PORTION", 4_000)
    monkeypatch.setattr(arrow_csv, "BLOCK", 60_000)
    monkeypatch.setattr(conversions, "ROWS_IN_RUN", 1_500)
    monkeypatch.setattr(runs, "ROWS_IN_GROUP", 100)
    monkeypatch.setattr(slicing, "ROWS_IN_PART", 1_000)
    monkeypatch.setattr(parts, "ROWS_IN_GROUP", 250)
    monkeypatch.setattr(repeated_numbers, "ROWS_AT_ONCE", 2_000)


@pytest.fixture
def small(monkeypatch):
    make_small(monkeypatch)


def make_reports(folder):
    """Write a file of 5,000 reports, a few of them without place, date or twice."""
    lines = gzip.decompress(SAMPLE.read_bytes()).splitlines(keepends=True)
    (folder / "reports.csv").write_bytes(b"".join([lines[0], *lines[1::4], *lines[1:9:4]]))
    return folder / "reports.csv"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return make_reports(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def folder(reports, tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_small(monkeypatch)
        return Path(lg.convert(reports, tmp_path_factory.mktemp("made") / "parts"))


def in_one_order(frame, by):
    made = pd.DataFrame({name: frame[name] for name in frame.columns if name != "geometry"})
    made["wkt"] = frame.geometry.to_wkt().to_numpy()
    for name in made:
        if isinstance(made[name].dtype, pd.CategoricalDtype):
            made[name] = made[name].astype(object)
    return made.sort_values(by, kind="stable").reset_index(drop=True)


def assert_same_rows(found, expected, by):
    assert list(found.columns) == list(expected.columns) and len(found) == len(expected)
    pd.testing.assert_frame_equal(in_one_order(found, by), in_one_order(expected, by))


def test_what_is_read_of_the_parts_is_what_is_read_of_the_file(folder, reports):
    expected, found = lg.read_lapd(reports), lg.read_lapd(folder)
    assert_same_rows(found, expected, "dr_no")
    assert found.attrs == expected.attrs
    record = require_finished(folder)
    assert len(record["parts"]) == 5 and record["rows"] == len(expected)
    assert record["known_until"] == str(expected.reported.max().isoformat())
    chosen = dict(since="2023-04-01", until="2023-05-01", categories="burglary", columns=["dr_no", "crime"])
    assert_same_rows(lg.read_lapd(folder, **chosen), lg.read_lapd(reports, **chosen), "dr_no")


def test_the_record_tells_what_the_parts_hold(folder):
    for told in require_finished(folder)["parts"]:
        frame = gpd.read_parquet(folder / told["name"])
        placed = frame.geometry.notna()
        assert told["rows"] == len(frame) and told["without_place"] == (~placed).sum()
        assert told["undated"] == frame.occurred.isna().sum()
        assert (told["first"], told["last"]) == (frame.occurred.min().isoformat(), frame.occurred.max().isoformat())
        assert told["bbox"] == frame.total_bounds.tolist()


def groups(folder):
    """Yield the statistics of each row group: rows, occurred and the corners."""
    for told in require_finished(folder)["parts"]:
        data = pq.read_metadata(folder / told["name"])
        names = [data.schema.column(leaf).path for leaf in range(data.num_columns)]
        for number in range(data.num_row_groups):
            group = data.row_group(number)
            of = {name: group.column(leaf).statistics for leaf, name in enumerate(names)}
            yield group.num_rows, of


def test_readers_pass_over_other_times_and_other_places(folder, reports):
    every = list(groups(folder))
    assert len(every) > 15 and all(of["occurred"].has_min_max for _, of in every)
    # Of a month, the parts that hold it; of a corner of the city, some row groups of each part.
    since, until = pd.Timestamp("2023-05-01"), pd.Timestamp("2023-06-01")
    in_time = [of for _, of in every if of["occurred"].max >= since and of["occurred"].min < until]
    assert 0 < len(in_time) <= 0.5 * len(every)
    west, north = -118.45, 34.1
    placed = [of for _, of in every if of["bbox.xmin"].has_min_max]
    in_corner = [of for of in placed if of["bbox.xmin"].min < west and of["bbox.ymax"].max > north]
    assert 0 < len(in_corner) <= 0.6 * len(every)
    asked = (compute.field("occurred") >= since) & (compute.field("occurred") < until)
    assert dataset.dataset(sorted(folder.glob("*.parquet"))).count_rows(filter=asked) == len(
        lg.read_lapd(reports, since=since, until=until)
    )


def test_places_are_kept_once_in_a_row_group_and_lie_together(folder):
    for path in sorted(folder.glob("*.parquet")):
        file = pq.ParquetFile(path, read_dictionary=["geometry"])
        leaf = [file.schema.column(leaf).path for leaf in range(len(file.schema))].index("geometry")
        for number in range(file.num_row_groups):
            assert file.metadata.row_group(number).column(leaf).has_dictionary_page
            assert "PLAIN" not in file.metadata.row_group(number).column(leaf).encodings[1:-1]
            codes = file.read_row_group(number, ["geometry"])["geometry"].chunk(0)
            codes = np.asarray(codes.indices.fill_null(len(codes.dictionary)))
            # Each place is one run of rows, and those without any are the last.
            assert np.count_nonzero(np.diff(codes)) == np.unique(codes).size - 1


def test_rows_of_a_place_are_in_the_order_of_time(folder):
    frame = gpd.read_parquet(sorted(folder.glob("*.parquet"))[0])
    wkb = frame.geometry.to_wkb()
    same = (wkb[1:].to_numpy() == wkb[:-1].to_numpy()) & frame.occurred.notna().to_numpy()[1:]
    assert same.sum() > 20 and (frame.occurred.diff()[1:][same] >= pd.Timedelta(0)).all()


def test_it_is_geoparquet_with_a_covering(folder):
    path = sorted(folder.glob("*.parquet"))[0]
    said = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert said["version"] == "1.1.0"
    assert said["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    whole = gpd.read_parquet(folder)
    assert whole.crs == "EPSG:4326" and len(whole) == require_finished(folder)["rows"] and "bbox" not in whole
    box = (-118.45, 34.0, -118.3, 34.1)
    inside = whole.cx[box[0] : box[2], box[1] : box[3]]
    assert sorted(gpd.read_parquet(folder, bbox=box).dr_no) == sorted(inside.dr_no) and len(inside) > 50


def test_the_order_does_not_depend_on_the_portions(small, reports, tmp_path, monkeypatch):
    monkeypatch.setattr(slicing, "ROWS_IN_PART", 10**9)
    lg.convert(reports, tmp_path / "b")
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 600_000)
    monkeypatch.setattr(conversions, "ROWS_IN_RUN", 10**9)
    lg.convert(reports, tmp_path / "c")
    one, other = (lg.read_lapd(tmp_path / name) for name in "bc")
    assert one.dr_no.tolist() == other.dr_no.tolist()
    assert_same_rows(one, other, "dr_no")


def test_of_a_report_in_two_runs_the_latest_stays(small, tmp_path, monkeypatch):
    monkeypatch.setattr(conversions, "ROWS_IN_RUN", 1)
    monkeypatch.setattr(repeated_numbers, "ROWS_AT_ONCE", 1)
    late = rows({"DR_NO": "231400001", "Date Rptd": "02/20/2023 12:00:00 AM", "Status Desc": "Adult Arrest"})
    late.to_csv(tmp_path / "a.csv", index=False)
    rows({}, {"Status Desc": "Invest Cont"}).to_csv(tmp_path / "b.csv", index=False)
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    expected, found = lg.read_lapd(files), lg.read_lapd(lg.convert(files, tmp_path / "out"))
    assert_same_rows(found, expected, "dr_no")
    assert found.attrs["audit"] == expected.attrs["audit"] and set(found.status_text) == {"Adult Arrest", "Invest Cont"}


CALLS = {
    "Incident Number": lambda n: [f"C{i:05d}" for i in range(n)],
    "Call Type": lambda n: ["theft", "noise", "alarm"] * (n // 3),
    "Call Date": lambda n: [f"2024-{1 + i % 12:02d}-{1 + i % 28:02d} {i % 24:02d}:{i % 60:02d}" for i in range(n)],
    "Long": lambda n: [f"{-0.1 - i % 50 / 1000:.3f}" for i in range(n)],
    "Lat": lambda n: [f"{51.5 + i % 40 / 1000:.3f}" for i in range(n)],
    "Priority": lambda n: [str(1 + i % 5) for i in range(n)],
    "Officers": lambda n: [f"{i % 7 / 2}" for i in range(n)],
}


@pytest.fixture
def calls(tmp_path):
    frame = pd.DataFrame({name: make(3_000) for name, make in CALLS.items()})
    frame.loc[7, ["Long", "Lat"]] = ""
    frame.loc[11, "Call Date"] = ""
    frame.loc[2_900:, "Incident Number"] = frame.loc[0:99, "Incident Number"].to_numpy()
    frame.to_csv(tmp_path / "calls.csv", index=False)
    return tmp_path / "calls.csv"


def test_any_agencys_file_is_read_in_portions_as_it_is_whole(small, calls, tmp_path, monkeypatch):
    expected = lg.read_incidents(calls)
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 100_000)
    out = Path(lg.convert(calls, tmp_path / "out"))
    found = lg.read_incidents(out)
    by = ["id", "occurred"]
    assert len(require_finished(out)["parts"]) == 3
    assert_same_rows(found, expected, by)
    assert found.attrs["audit"] == expected.attrs["audit"]
    picked = lg.read_incidents(lg.convert(calls, tmp_path / "few", columns=["occurred", "Priority"]))
    assert list(picked.columns) == ["occurred", "Priority", "geometry"] and len(picked) == len(expected)
    with pytest.raises(ValueError, match=r"no column 'colour'; there are id, occurred"):
        lg.convert(calls, tmp_path / "none", columns=["colour"])
    assert not (tmp_path / "none").exists()


def test_what_later_turns_out_to_be_texts_is_read_as_texts(small, calls, tmp_path, monkeypatch, caplog):
    frame = pd.read_csv(calls, dtype=str, keep_default_na=False)
    frame.loc[2_800, "Priority"] = "urgent"
    frame.loc[:2_000, "Officers"] = ""
    frame.to_csv(calls, index=False)
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 100_000)
    with caplog.at_level("INFO", "lacrime_geo"):
        found = lg.read_incidents(lg.convert(calls, tmp_path / "out"))
    assert "'Priority' holds texts after all" in caplog.text
    assert_same_rows(found, lg.read_incidents(calls), ["id", "occurred"])


def test_places_in_another_crs_come_in_degrees(small, tmp_path):
    frame = pd.DataFrame(
        {"date": ["2024-01-01", "2024-01-02"], "x": [6_470_000, 6_480_000], "y": [1_840_000, 1_850_000]}
    )
    frame.to_csv(tmp_path / "feet.csv", index=False)
    mapping = {"x": "x", "y": "y", "crs": "EPSG:2229"}
    found = lg.read_incidents(lg.convert(tmp_path / "feet.csv", tmp_path / "out", mapping=mapping))
    assert_same_rows(found, lg.read_incidents(tmp_path / "feet.csv", mapping), "occurred")


def test_rows_without_place_or_date_are_parted_too(small, tmp_path, monkeypatch):
    frame = pd.DataFrame({"date": "", "kind": "theft", "x": "", "y": "", "n": range(5_000)})
    frame.loc[0, ["date", "x", "y"]] = ["2024-01-01", "-0.1", "51.5"]
    frame.to_csv(tmp_path / "a.csv", index=False)
    out = lg.convert(tmp_path / "a.csv", tmp_path / "out", mapping="date=date, x=x, y=y")
    sizes = [part["rows"] for part in require_finished(out)["parts"]]
    assert len(sizes) == 5 and max(sizes) <= 2_000 + 100 * 4
    assert sorted(lg.read_incidents(out).n) == list(range(5_000))


def test_a_parquet_file_is_converted_too(small, calls, tmp_path):
    pd.read_csv(calls).to_parquet(tmp_path / "calls.parquet")
    found = lg.read_incidents(lg.convert(tmp_path / "calls.parquet", tmp_path / "out"))
    assert_same_rows(found, lg.read_incidents(tmp_path / "calls.parquet"), ["id", "occurred"])


def test_what_was_converted_before_is_parted_as_it_is(small, reports, folder, tmp_path):
    single = lg.convert(reports, tmp_path / "single.parquet")
    for source, name in ((single, "a"), (folder, "b")):
        found = lg.read_lapd(lg.convert(source, tmp_path / name))
        assert_same_rows(found, lg.read_lapd(reports), "dr_no")
        assert found.attrs["audit"] == lg.read_lapd(reports).attrs["audit"]
    with pytest.raises(ValueError, match=r"single\.parquet was converted and has its columns by our names"):
        lg.convert(single, tmp_path / "c", mapping={"crime": "Crime"})


def test_the_curve_passes_each_cell_once_and_goes_to_its_neighbour(monkeypatch):
    monkeypatch.setattr(ordering, "BITS", 5)
    side = np.arange(32)
    column, row = (axis.ravel() for axis in np.meshgrid(side, side))
    way = ordering.along_curve((column + 1e-6) / 31 * 360 - 180, (row + 1e-6) / 31 * 180 - 90)
    order = np.argsort(way)
    assert sorted(way) == list(range(32 * 32))
    assert (np.abs(np.diff(column[order])) + np.abs(np.diff(row[order])) == 1).all()


def test_folders_that_cannot_be_written_to_are_refused(reports, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    (tmp_path / "plain").write_text("a file")
    with pytest.raises(ValueError, match=r"mine' holds other files, such as 'notes\.txt'; name one that is empty"):
        lg.convert(reports, tmp_path / "mine")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere'; create it first"):
        lg.convert(reports, tmp_path / "nowhere" / "out")
    with pytest.raises(NotADirectoryError, match=r"it is a file; name a folder"):
        lg.convert(reports, tmp_path / "plain")
    (tmp_path / "mine" / "a.csv").write_bytes(reports.read_bytes()[:10_000])
    with pytest.raises(ValueError, match="is read and lies in"):
        lg.convert(tmp_path / "mine" / "a.csv", tmp_path / "mine")
    with pytest.raises(FileNotFoundError, match="it is no folder that was converted to"):
        require_finished(tmp_path / "mine")
    assert not is_partitioned(tmp_path / "mine")
