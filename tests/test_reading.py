"""read_lapd over roads, portions, files and formats: however the rows come, what is read is the same."""

import csv
import gzip
import http.server
import io
import threading
import zipfile
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_cleaning import DIRTY
from test_lapd import HEADER, PLAIN, found, rows

import lacrime_geo as lg
from lacrime_geo.data import arrow_csv, csv_files, tables
from lacrime_geo.data.lapd import clean_lapd

SAMPLE = Path(__file__).resolve().parent.parent / "sample_layers" / "incidents.csv.gz"
CELL = st.sampled_from(
    ["", " ", "a", "a  b", " a", "7", "07", "4.0", "nan", "inf", "0x1", "é", "a,b", 'a"b', "a\nb", "-1.5"]
)
PIECE = st.sampled_from(["a", "7", ",", '"', "\n", "\r\n", " ", "", "é", "\r", "x,y\n"])


@pytest.fixture(scope="module")
def sample():
    return lg.read_lapd(SAMPLE)


def same(one, other, categories=False):
    """Assert that two frames and what the rules counted are the same."""
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_categorical=categories)
    counted = [
        [(line["rule"], line["rows"], line["action"]) for line in frame.attrs["audit"]] for frame in (one, other)
    ]
    assert counted[0] == counted[1]


def by_python(path, separator=","):
    (table,) = csv_files.portions(path, separator, None, 0, None)
    return table


def by_arrow(path, kinds=None):
    """Return the table that Arrow reads, None where the file is not plain enough for it."""
    try:
        return next(arrow_csv.portions(path, ",", None, kinds or {}, None, None))
    except arrow_csv.Surprise:
        return None


def assert_same_table(quick, plain):
    assert quick.rows == plain.rows and list(quick.columns) == list(plain.columns)
    for name, column in plain.columns.items():
        assert quick.columns[name].tolist() == column.tolist()
    assert not plain.notes


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_both_roads_read_what_a_writer_wrote(table, end):
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([["a", "b", "c"], *table])
    compare_roads(text.getvalue())


@given(st.lists(PIECE, min_size=1, max_size=25).map("".join))
@example('1,2,"3\n')
@example('1,2,3\n4,5,"6')
@example('"a"b,2,3\n')
@example('a"b,2,3\n"a""b",2,3\n')
def test_both_roads_read_any_text_alike_or_the_quick_one_is_left(body):
    compare_roads("a,b,c\n" + body)


def compare_roads(text):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.encode())
        quick = by_arrow(path)
        if quick is not None:
            assert_same_table(quick, by_python(path))


def test_numbers_that_only_arrow_reads_leave_the_quick_road(tmp_path):
    path = tmp_path / "a.csv"
    for cell, plain in {
        "1.5": True,
        "": True,
        "nan": False,
        "inf": False,
        "0x10": False,
        "1_0": False,
        "a": False,
    }.items():
        path.write_text(f"a,b\n1,{cell}\n2,3\n")
        assert (by_arrow(path, {"b": arrow_csv.NUMBER}) is not None) is plain, cell


@pytest.mark.parametrize("change", [{}, *DIRTY], ids=str)
def test_either_road_cleans_alike(change, tmp_path):
    path = tmp_path / "a.csv"
    rows({}, change, {}, {"DR_NO": "231400000", "Date Rptd": "02/08/2023 12:00:00 AM"}).to_csv(path, index=False)
    quick, plain = lg.read_lapd(path), clean_lapd(by_python(path)).to_geodataframe()
    same(quick, plain)
    assert quick.attrs["audit"] == plain.attrs["audit"]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip"])
def test_portions_are_the_whole(name, sample, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 400_000)
    monkeypatch.setattr(arrow_csv, "BLOCK", 60_000)
    content = gzip.decompress(SAMPLE.read_bytes())
    path = tmp_path / name
    if name == "a.zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", content)
    else:
        path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert len(list(tables.portions(path, {}))) > 5
    same(lg.read_lapd(path), sample)


def test_a_surprise_in_a_later_portion_goes_on_from_there(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 3_000)
    monkeypatch.setattr(arrow_csv, "BLOCK", 1_000)
    made = rows(n=60)
    made.loc[40, "LOCATION"] = "100\nMAIN"
    made.to_csv(tmp_path / "a.csv", index=False)
    parts = list(tables.portions(tmp_path / "a.csv", {}))
    assert len(parts) > 2 and sum(part.rows for part in parts) == 60
    frame = lg.read_lapd(tmp_path / "a.csv")
    assert frame.dr_no.tolist() == made.DR_NO.tolist() and frame.address[40] == "100\nMAIN"


def test_too_many_unreadable_dates_are_those_of_the_whole_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 3_000)
    monkeypatch.setattr(arrow_csv, "BLOCK", 1_000)
    made = rows(*[{"DATE OCC": "soon"}] * 6, n=1)
    made = pd.concat([rows(n=50), made.assign(DR_NO=[f"2315{n:05d}" for n in range(6)])])
    made.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ValueError, match=r"6 of 56 values of occurred cannot be read, first in row 50: 'soon'"):
        lg.read_lapd(tmp_path / "a.csv")


def test_several_files_and_folders_are_one_table(sample, tmp_path):
    table = pd.read_csv(SAMPLE, dtype=str, keep_default_na=False)
    for number, rows_ in enumerate(np.array_split(np.arange(len(table)), 4)):
        table.iloc[rows_].to_csv(tmp_path / f"part{number}.csv", index=False)
    (tmp_path / "notes.txt").write_text("no incidents")
    files = sorted(tmp_path.glob("part*.csv"))
    for asked in (tmp_path, str(tmp_path), files, [tmp_path]):
        same(lg.read_lapd(asked), sample)
    with pytest.raises(ValueError, match=r"part0\.csv is named twice"):
        lg.read_lapd([*files, files[0]])
    with pytest.raises(ValueError, match="No file was named"):
        lg.read_lapd([])
    with pytest.raises(TypeError, match="not by a int"):
        lg.read_lapd(7)
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match=r"The folder 'none' holds no file that ends in \.csv"):
        lg.read_lapd(tmp_path / "none")


def test_of_a_report_in_two_files_the_latest_stays(tmp_path):
    late = rows({"DR_NO": "231400001", "Date Rptd": "02/20/2023 12:00:00 AM", "Status Desc": "Adult Arrest"})
    early = rows({}, {"Status Desc": "Invest Cont"})
    late.to_csv(tmp_path / "a.csv", index=False)
    early.to_csv(tmp_path / "b.csv", index=False)
    frame = lg.read_lapd(tmp_path)
    assert frame.dr_no.tolist() == ["231400001", "231400000"] and frame.status_text[0] == "Adult Arrest"
    assert found(frame, "dr_no_duplicate") == 1
    # Chosen is after that: the report that was replaced does not come back.
    assert len(lg.read_lapd(tmp_path, until="2023-02-01")) == 2


def test_a_column_that_one_file_lacks_is_blank_there(tmp_path):
    rows({}).assign(source="x").to_csv(tmp_path / "a.csv", index=False)
    rows({"DR_NO": "231499999"}).drop(columns=["Premis Cd", "Weapon Desc"]).to_csv(tmp_path / "b.csv", index=False)
    frame = lg.read_lapd(tmp_path)
    assert frame.source[0] == "x" and pd.isna(frame.source[1])
    assert frame.premise_code.tolist()[0] == 101 and pd.isna(frame.premise_code[1])


ASKED = {
    "period": (
        dict(since="2023-03-01", until="2023-06-01"),
        lambda f: f.occurred.between("2023-03-01", "2023-05-31 23:59:59"),
    ),
    "category": (dict(categories="burglary"), lambda f: f.category == "burglary"),
    "categories": (dict(categories=["robbery", "Arson"]), lambda f: f.category.isin(["robbery", "arson"])),
    "area": (dict(area=3), lambda f: f["area"] == 3),
    "areas": (dict(area=["03", "civic square"]), lambda f: (f["area"] == 3) | (f.area_name == "Civic Square")),
    "all": (
        dict(since="2023-07", area=1, categories="burglary"),
        lambda f: (f.occurred >= "2023-07-01") & (f["area"] == 1) & (f.category == "burglary"),
    ),
}


@pytest.mark.parametrize("name", list(ASKED))
@pytest.mark.parametrize("size", [None, 400_000])
def test_what_is_asked_for_is_what_one_would_choose_of_all(name, size, sample, monkeypatch):
    if size is not None:
        monkeypatch.setattr(tables, "BYTES_IN_PORTION", size)
        monkeypatch.setattr(arrow_csv, "BLOCK", 60_000)
    options, choose = ASKED[name]
    expected = sample[choose(sample).fillna(False).astype(bool)].reset_index(drop=True)
    assert 0 < len(expected) < len(sample)
    frame = lg.read_lapd(SAMPLE, **options)
    undated = [line["rows"] for line in frame.attrs["audit"] if line["rule"] == "undated_left_out"]
    assert undated == {"period": [6], "all": [0]}.get(name, [])
    frame.attrs["audit"] = [line for line in frame.attrs["audit"] if line["rule"] != "undated_left_out"]
    same(frame, gpd.GeoDataFrame(expected).pipe(with_attrs, sample))


def with_attrs(frame, other):
    frame.attrs = other.attrs
    return frame


def test_what_is_not_there_is_named_with_what_is():
    with pytest.raises(
        ValueError, match=r"No incident lies in the period from 2031-01-01 on: they run from 2023-01-01 to"
    ):
        lg.read_lapd(SAMPLE, since="2031")
    with pytest.raises(ValueError, match=r"No incident has category arsen; there are .*arson"):
        lg.read_lapd(SAMPLE, categories="arsen")
    with pytest.raises(ValueError, match=r"No incident is in the area 99; there are .*civic square"):
        lg.read_lapd(SAMPLE, area=99)
    with pytest.raises(ValueError, match=r"There is no column 'speed'; there are dr_no"):
        lg.read_lapd(SAMPLE, columns=["speed"])


def test_some_columns_are_those_of_all(sample):
    some = lg.read_lapd(SAMPLE, columns=["category", "time_placeholder", "premise"], area=3)
    expected = sample[sample["area"] == 3].reset_index(drop=True)
    assert list(some.columns) == ["category", "time_placeholder", "premise", "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(some), pd.DataFrame(expected[list(some.columns)]), check_categorical=False
    )


def test_repeated_texts_are_categoricals_and_identifiers_are_not(sample):
    kinds = sample.dtypes
    assert {name for name in kinds.index if kinds[name] == "category"} == {
        *(
            "area_name",
            "crime",
            "category",
            "victim_sex",
            "victim_descent",
            "premise",
            "weapon",
            "status",
            "status_text",
        ),
        *("address", "cross_street"),
    }
    assert all(sample[name].cat.categories.is_unique for name in kinds.index if kinds[name] == "category")


def test_points_in_another_crs_are_those_of_to_crs(sample):
    ours, theirs = lg.read_lapd(SAMPLE, crs="EPSG:32611"), sample.to_crs("EPSG:32611")
    assert ours.crs == "EPSG:32611"
    assert (ours.geometry.x.fillna(0) == theirs.geometry.x.fillna(0)).all()
    assert (ours.geometry.y.fillna(0) == theirs.geometry.y.fillna(0)).all()


def test_own_names_of_columns_are_mapped(tmp_path):
    made = rows(n=3).rename(columns={"DATE OCC": "Date of offence", "Crm Cd": "Code", "LOCATION": "Place"})
    made.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ValueError, match="lacks the columns DATE OCC, Crm Cd"):
        lg.read_lapd(tmp_path / "a.csv")
    mapping = {"occurred": "Date of offence", "crime_code": "Code", "address": "Place"}
    frame = lg.read_lapd(tmp_path / "a.csv", mapping=mapping)
    rows(n=3).to_csv(tmp_path / "b.csv", index=False)
    same(frame, lg.read_lapd(tmp_path / "b.csv"))
    with pytest.raises(ValueError, match="There is no column 'Nowhere'; there are DR_NO"):
        lg.read_lapd(tmp_path / "a.csv", mapping={**mapping, "status": "Nowhere"})


def test_names_of_the_portals_interface_are_known(tmp_path):
    from lacrime_geo.data.portal.portal_columns import LEGACY

    made = rows({"Date Rptd": "2023-01-31T00:00:00.000", "DATE OCC": "2023-01-30T00:00:00.000"})
    made.rename(columns={official: api for api, official in LEGACY.items()}).to_csv(tmp_path / "a.csv", index=False)
    rows({}).to_csv(tmp_path / "b.csv", index=False)
    same(lg.read_lapd(tmp_path / "a.csv"), lg.read_lapd(tmp_path / "b.csv"))
    columns = ["crime", "premise_code"]
    assert list(lg.read_lapd(tmp_path / "a.csv", columns=columns).columns) == [*columns, "geometry"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_spreadsheets_write_other_separators(separator, tmp_path):
    rows({"LOCATION": "100  MAIN; ST, \tE"}, {}).to_csv(tmp_path / "a.csv", index=False, sep=separator)
    rows({"LOCATION": "100  MAIN; ST, \tE"}, {}).to_csv(tmp_path / "b.csv", index=False)
    same(lg.read_lapd(tmp_path / "a.csv"), lg.read_lapd(tmp_path / "b.csv"))
    table = lg.audit(tmp_path / "a.csv")
    assert "other_codes" in table["rule"]


def test_a_column_called_geometry_stays_beside_ours(tmp_path):
    rows({}).assign(geometry="POINT (1 2)").to_csv(tmp_path / "a.csv", index=False)
    frame = lg.read_lapd(tmp_path / "a.csv")
    assert frame.geometry_[0] == "POINT (1 2)" and frame.geometry[0].x == -118.4001


def test_utf_16_is_known_by_its_mark(tmp_path):
    rows({"LOCATION": "CAÑON"}).to_csv(tmp_path / "a.csv", index=False, encoding="utf-16")
    frame = lg.read_lapd(tmp_path / "a.csv")
    assert frame.address[0] == "CAÑON" and not found(frame, "encoding")


def test_an_open_file_and_an_address_are_read(tmp_path):
    rows(n=4).to_csv(tmp_path / "crimes.csv", index=False)
    expected = lg.read_lapd(tmp_path / "crimes.csv")
    with (tmp_path / "crimes.csv").open("rb") as file:
        same(lg.read_lapd(file), expected)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            same(lg.read_lapd(f"http://127.0.0.1:{server.server_port}/crimes.csv"), expected)
        finally:
            server.shutdown()


def test_geojson_reads_as_the_csv(tmp_path):
    made = rows(n=5)
    made.to_csv(tmp_path / "a.csv", index=False)
    points = gpd.points_from_xy(made.LON.astype(float), made.LAT.astype(float), crs="EPSG:4326")
    gpd.GeoDataFrame(made, geometry=points).to_file(tmp_path / "a.geojson")
    gpd.GeoDataFrame(made.drop(columns=["LAT", "LON"]), geometry=points).to_file(tmp_path / "b.geojson")
    by_csv = lg.read_lapd(tmp_path / "a.csv")
    for name in ("a.geojson", "b.geojson"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(lg.read_lapd(tmp_path / name)), pd.DataFrame(by_csv), check_categorical=False
        )


@pytest.mark.parametrize("size", [None, 400_000])
def test_what_was_converted_reads_as_the_file_it_came_from(size, sample, tmp_path, monkeypatch):
    if size is not None:
        monkeypatch.setattr(tables, "BYTES_IN_PORTION", size)
        monkeypatch.setattr(arrow_csv, "BLOCK", 60_000)
    path = lg.convert(SAMPLE, tmp_path / "a.parquet")
    frame = lg.read_lapd(path)
    same(frame, sample, categories=size is None)
    assert frame.attrs["agency"] == "LAPD" and found(frame, "dr_no_duplicate") == 5
    options = dict(since="2023-03-01", categories="burglary", columns=["occurred", "crime"])
    chosen, expected = lg.read_lapd(path, **options), lg.read_lapd(SAMPLE, **options)
    pd.testing.assert_frame_equal(pd.DataFrame(chosen), pd.DataFrame(expected), check_categorical=False)
    others = gpd.read_parquet(path)
    assert (
        others.crs == "EPSG:4326"
        and others.geometry.geom_equals(sample.geometry).sum() == sample.geometry.notna().sum()
    )
    assert others.victim_age.isna().sum() == sample.victim_age.isna().sum()


def test_converting_some_columns_of_several_files(tmp_path):
    rows(n=3).to_csv(tmp_path / "a.csv", index=False)
    rows({"DR_NO": "231499999"}).to_csv(tmp_path / "b.csv", index=False)
    out = lg.convert([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.parquet", columns=["occurred", "area"])
    assert list(lg.read_lapd(out).columns) == ["occurred", "area", "geometry"] and len(lg.read_lapd(out)) == 4
    with pytest.raises(ValueError, match=r"'out\.csv' does not end in \.parquet"):
        lg.convert(tmp_path / "a.csv", tmp_path / "out.csv")
    with pytest.raises(ValueError, match="read and would be written over"):
        lg.convert(out, out)


def test_both_record_systems_are_joined_only_when_that_is_said(tmp_path):
    from makers import nibrs_table

    rows(n=3).to_csv(tmp_path / "old.csv", index=False)
    nibrs_table(4).to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(ValueError, match="2 files are of different record systems"):
        lg.read_lapd(tmp_path)
    frame = lg.read_lapd(tmp_path, join_schemas=True)
    assert sorted(frame.schema.value_counts().items()) == [("NIBRS", 4), ("legacy", 3)]
    assert frame.dr_no.notna().sum() == 3 and frame.offence_no.notna().sum() == 4
    assert frame.category.notna().all() and frame.category.dtype == "category"
    apart = [lg.read_lapd(tmp_path / name) for name in ("old.csv", "new.csv")]
    assert frame.occurred.tolist() == pd.concat(apart[::-1]).occurred.tolist()
    assert found(frame, "spaces") == sum(found(one, "spaces") for one in apart)


def test_every_column_has_its_kind():
    from lacrime_geo.data.lapd_cleaning import KINDS

    assert set(KINDS) >= {"DR_NO", "dr_no", "LAT", "lat", "Crm Cd 4"} and set(HEADER) == set(PLAIN)


BLANKS = {"DR_NO": "dr_no", "Date Rptd": "reported", "DATE OCC": "occurred", "Crm Cd": "crime_code", "AREA": "area"}


@pytest.mark.parametrize("form", ["csv", "quoted.csv", "parquet"])
def test_blank_cells_are_counted_by_every_road(form, tmp_path):
    given = rows(*({column: ""} for column in BLANKS), {"Crm Cd": "999999"}, {"AREA": "", "DATE OCC": ""}, {})
    if form == "quoted.csv":
        given.loc[7, "LOCATION"] = "a\nb"  # the road of Python's own reader
    path = tmp_path / f"a.{form}"
    given.replace("", None).to_parquet(path) if form == "parquet" else given.to_csv(path, index=False)
    frame = lg.read_lapd(path)
    counted = {name: found(frame, f"{name}_blank") for name in BLANKS.values()}
    assert counted == {"dr_no": 1, "reported": 1, "occurred": 2, "crime_code": 1, "area": 2}
    assert found(frame, "crime_code_unknown") == 1 and (frame.category == "other").sum() == 2
    examples = {line["rule"]: line["examples"] for line in frame.attrs["audit"]}
    assert examples["occurred_blank"] == ["231400002", "231400006"]
    assert lg.audit(frame).columns["rows"].sum() == lg.audit(path).columns["rows"].sum()


def test_what_a_period_leaves_out_for_want_of_a_date_is_in_the_audit(tmp_path):
    given = rows({"DATE OCC": ""}, {"DATE OCC": "", "Crm Cd": "310"}, {}, {"Crm Cd": "310"})
    given.to_csv(tmp_path / "a.csv", index=False)
    path = lg.convert(tmp_path / "a.csv", tmp_path / "a.parquet")
    for asked, left in (({}, 2), ({"categories": "burglary"}, 1)):
        for source in (tmp_path / "a.csv", path):
            frame = lg.read_lapd(source, since="2023-01-01", **asked)
            assert len(frame) == 2 - len(asked) and found(frame, "undated_left_out") == left
    assert found(lg.read_lapd(path, categories="burglary"), "undated_left_out") == 0


def test_nul_bytes_are_removed_and_counted(tmp_path):
    given = rows({}, {"Crm Cd Desc": "VEH\0ICLE - STOLEN", "Status Desc": "\0"}, {"LOCATION": "MA\0IN ST\0"}, {})
    given.to_csv(tmp_path / "a.csv", index=False)
    frame = lg.read_lapd(tmp_path / "a.csv")
    (line,) = [line for line in frame.attrs["audit"] if line["rule"] == "nul_bytes"]
    assert line["rows"] == 2 and line["examples"] == ["␀", "MA␀IN ST␀"]
    assert frame.crime[1] == "VEHICLE - STOLEN" and pd.isna(frame.status_text[1]) and frame.address[2] == "MAIN ST"
