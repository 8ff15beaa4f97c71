"""What read_lapd and convert are asked, and how the files differ: odd folders, odd options, files that do not match."""

import numpy as np
import pandas as pd
import pytest
from makers import nibrs_table
from test_lapd import found, rows
from test_reading import same

import lacrime_geo as lg
from lacrime_geo.data import arrow_csv, tables


@pytest.fixture
def crimes(tmp_path):
    """Return the path of a file of three reports, the last of another division and without a date."""
    path = tmp_path / "crimes.csv"
    rows({}, {}, {"AREA": "3", "AREA NAME": "Southwest", "DATE OCC": ""}).to_csv(path, index=False)
    return path


def test_of_a_folder_only_what_is_meant_is_read(tmp_path):
    folder = tmp_path / "dö wn loads"
    folder.mkdir()
    rows(n=3).to_csv(folder / "a b.csv", index=False)
    (folder / "._a b.csv").write_bytes(b"\0\5\x16\7Mac OS X")
    (folder / ".DS_Store").write_bytes(b"\0\1")
    (folder / "a b.csv.json").write_text('{"url": "https://data.lacity.org", "rows": 3}')
    (folder / "c.csv.part").mkdir()
    assert len(lg.read_lapd(f"{folder}/")) == 3
    # A layer of its own is no record of another file.
    lg.read_lapd(folder / "a b.csv").to_file(folder / "b.geojson")
    with pytest.raises(ValueError, match=r"b\.geojson is neither"):
        lg.read_lapd(folder)


def test_what_is_no_file_is_said_so(crimes):
    with pytest.raises(TypeError, match="not by a DataFrame"):
        lg.read_lapd(rows())
    with pytest.raises(TypeError, match="not by a bytes"):
        lg.read_lapd(b"crimes.csv")
    with crimes.open() as file, pytest.raises(TypeError, match=r"crimes\.csv is open as text; open it as bytes"):
        lg.read_lapd(file)


@pytest.mark.parametrize("columns", ["crime", ("crime",), iter(["crime"]), np.array(["crime"]), pd.Index(["crime"])])
def test_columns_may_be_named_in_any_list(columns, crimes):
    assert list(lg.read_lapd(crimes, columns=columns).columns) == ["crime", "geometry"]


def test_columns_of_a_conversion_may_be_named_in_any_list(crimes, tmp_path):
    out = lg.convert(crimes, tmp_path / "out.parquet", columns=iter(["area", "crime"]))
    assert list(lg.read_lapd(out).columns) == ["area", "crime", "geometry"]
    assert list(lg.read_lapd(lg.convert(crimes, out, columns="crime")).columns) == ["crime", "geometry"]


@pytest.mark.parametrize("name", ["AREA", "Crm Cd 1", "weapon", "LAT", "latitude", "time"])
def test_columns_that_are_not_there_are_told_with_all_that_are(name, tmp_path):
    path = tmp_path / "crimes.csv"
    rows().drop(columns="Weapon Desc").assign(beat="7").to_csv(path, index=False)
    said = rf"There is no column '{name}'; there are dr_no, reported, .*, outside_city, beat\.$"
    with pytest.raises(ValueError, match=said):
        lg.read_lapd(path, columns=[name])
    with pytest.raises(ValueError, match=said):
        lg.convert(path, tmp_path / "out.parquet", columns=[name])
    assert not (tmp_path / "out.parquet").exists()
    out = lg.convert(path, tmp_path / "out.parquet", columns=["beat", "area"])
    with pytest.raises(ValueError, match=rf"There is no column '{name}'; there are beat, area\.$"):
        lg.read_lapd(out, columns=[name])


def test_areas_and_categories_of_odd_types_are_taken_or_refused_in_a_sentence(crimes):
    assert len(lg.read_lapd(crimes, area=3.0)) == len(lg.read_lapd(crimes, area=np.float64(3))) == 1
    assert len(lg.read_lapd(crimes, area=np.int64(14))) == 2
    with pytest.raises(ValueError, match=r"No area was named; there are 14 pacific, 3 southwest"):
        lg.read_lapd(crimes, area=[])
    with pytest.raises(ValueError, match=r"No category was named; there are motor_vehicle_theft"):
        lg.read_lapd(crimes, categories=[])
    for odd in (3, [None]):
        with pytest.raises(ValueError, match=r"No incident has category (3|none); there are motor_vehicle_theft"):
            lg.read_lapd(crimes, categories=odd)


def test_a_mapping_is_asked_for_as_one_and_reaches_what_is_converted(tmp_path):
    path = tmp_path / "own.csv"
    rows(n=2).rename(columns={"DATE OCC": "Date of offence"}).to_csv(path, index=False)
    mapping = {"occurred": "Date of offence"}
    with pytest.raises(TypeError, match=r"mapping must be such as \{'occurred': 'Date of offence'\}, got 'x'"):
        lg.read_lapd(path, mapping="x")
    out = lg.convert(path, tmp_path / "out.parquet", mapping=mapping)
    same(lg.read_lapd(out), lg.read_lapd(path, mapping=mapping))
    with pytest.raises(ValueError, match=r"out\.parquet was converted and has its columns by our names"):
        lg.read_lapd(out, mapping=mapping)


def test_what_was_converted_or_read_before_is_told_from_an_original(crimes, tmp_path):
    out = lg.convert(crimes, tmp_path / "out.parquet")
    for asked in ([out, crimes], tmp_path):
        with pytest.raises(ValueError, match=r"out\.parquet was converted already and is read alone"):
            lg.read_lapd(asked)
    with pytest.raises(ValueError, match=r"out\.parquet was converted already and is read alone"):
        lg.convert(out, tmp_path / "again.parquet")
    lg.read_lapd(crimes).to_parquet(tmp_path / "frame.parquet")
    with pytest.raises(ValueError, match=r"frame\.parquet holds incidents that were read and cleaned before"):
        lg.read_lapd(tmp_path / "frame.parquet")


@pytest.mark.parametrize("columns", [None, ["weapon", "area", "beat"]])
def test_files_of_other_columns_and_formats_are_converted_as_they_are_read(columns, tmp_path):
    fewer = rows({"DR_NO": "231499999"}).drop(columns=["Weapon Desc", "Vict Age"]).assign(beat="7")
    fewer.to_csv(tmp_path / "fewer.csv", index=False)
    rows({"Weapon Desc": "KNIFE"}, {"DR_NO": "231488888"}).to_csv(tmp_path / "all.csv", index=False)
    numbers = rows({"DR_NO": "231477777"}).astype({"DR_NO": "int64", "AREA": "int64"}).assign(beat=8)
    numbers.to_parquet(tmp_path / "numbers.parquet")
    files = [tmp_path / name for name in ("fewer.csv", "all.csv", "numbers.parquet")]
    for asked in (files[:2], files[1::-1], files[::-1][:2], files[1:]):
        out = lg.convert(
            asked, tmp_path / "out.parquet", columns=[one for one in columns or () if one != "beat"] or None
        )
        same(lg.read_lapd(out), lg.read_lapd(asked, columns=[one for one in columns or () if one != "beat"] or None))
    out = lg.convert(files, tmp_path / "out.parquet", columns=columns)
    # What is a text in one file is one of all.
    assert lg.read_lapd(out).beat.isna().tolist() == [False, True, True, False]
    assert lg.read_lapd(out).beat.dropna().tolist() == ["7", "8"]


@pytest.mark.parametrize("change", [{"Mocodes": "0344  1251"}, {"LOCATION": "one\ntwo"}, {"AREA": "x"}])
def test_a_surprise_in_a_later_portion_is_converted_too(change, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 4_000)
    monkeypatch.setattr(tables, "ROWS_IN_PORTION", 20)
    monkeypatch.setattr(arrow_csv, "BLOCK", 2_000)
    path = tmp_path / "crimes.csv"
    rows(*[{}] * 60, change, *[{}] * 30).to_csv(path, index=False)
    frame = lg.read_lapd(lg.convert(path, tmp_path / "out.parquet"))
    same(frame, lg.read_lapd(path))
    assert len(frame) == 91


def test_a_column_that_cannot_be_kept_is_named(tmp_path):
    rows().assign(codes=[[1, 2]]).to_parquet(tmp_path / "lists.parquet")
    with pytest.raises(
        ValueError, match=r"The column 'codes' holds values of the type (list|ndarray), which are not conv"
    ):
        lg.convert(tmp_path / "lists.parquet", tmp_path / "out.parquet")


def test_a_converted_file_that_is_damaged_is_never_read_as_if_it_were_whole(tmp_path):
    rows(*({"Premis Desc": f"PLACE {number}"} for number in range(200))).to_csv(tmp_path / "crimes.csv", index=False)
    out = lg.convert(tmp_path / "crimes.csv", tmp_path / "out.parquet")
    whole, bytes_ = lg.read_lapd(out), (tmp_path / "out.parquet").read_bytes()
    random, refused = np.random.default_rng(1), 0
    for at in random.integers(4, len(bytes_), 60):
        damaged = bytearray(bytes_)
        damaged[at] ^= 1 << int(random.integers(8))
        (tmp_path / "out.parquet").write_bytes(damaged)
        try:
            frame = lg.read_lapd(out)
        except ValueError as problem:
            assert str(problem).startswith("out.parquet ") and "\n" not in str(problem)
            refused += 1
        else:
            # Of what is beside the rows, such as sums of columns that no one reads.
            pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(whole))
    assert refused > 20


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("area", r"has the columns .*, which are both called 'area' here; .* 'area'}\.$"),
        ("occurred", r"has the columns .*, which are both called 'occurred' here; .* 'occurred'}\.$"),
        ("time", r"has the columns .*, which are both called 'time' here; .* 'time'}\.$"),
        ("category", r"has a column 'category', and one that is made here is called 'category' here"),
        ("outside_city", r"has a column 'outside_city', and one"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_column_is_never_lost_to_another_of_its_name(column, said, first, tmp_path):
    frame = rows(n=2)
    frame.insert(0 if first else len(frame.columns), column, "7")
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ValueError, match=said):
        lg.read_lapd(tmp_path / "a.csv")
    read = lg.read_lapd(tmp_path / "a.csv", mapping={"theirs": column})
    assert [int(value) for value in read.theirs] == [7, 7] and read["area"].tolist() == [14, 14]
    assert read.category.tolist() == ["motor_vehicle_theft"] * 2


def test_a_mapping_beside_the_column_it_stands_for_is_refused_in_whatever_order(tmp_path):
    for at in (0, 5):
        frame = rows(n=2)
        frame.insert(at, "Date of offence", "01/02/2023 12:00:00 AM")
        frame.to_csv(tmp_path / "a.csv", index=False)
        mapping = {"occurred": "Date of offence"}
        with pytest.raises(ValueError, match=r"'Date of offence'.* are both called 'occurred' here"):
            lg.read_lapd(tmp_path / "a.csv", mapping=mapping)
        read = lg.read_lapd(tmp_path / "a.csv", mapping={**mapping, "official": "DATE OCC"})
        assert read.occurred.dt.day.tolist() == [2, 2] and "official" in read


@pytest.mark.parametrize("change", ["cut", "grown", "replaced"])
def test_a_file_that_changes_while_it_is_read_is_told(change, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 4_000)
    monkeypatch.setattr(arrow_csv, "BLOCK", 2_000)
    path = tmp_path / "crimes.csv"
    rows(n=200).to_csv(path, index=False)
    text = path.read_text().splitlines(keepends=True)
    portions = tables.portions(path, {})
    next(portions)
    if change == "replaced":
        (tmp_path / "new.csv").write_text("".join(text))
        (tmp_path / "new.csv").replace(path)
    else:
        path.write_text("".join(text[:100] if change == "cut" else [*text, text[-1]]))
    with pytest.raises(
        ValueError, match=r"crimes\.csv cannot be read \(it was changed while it was read; read it again"
    ):
        list(portions)


@pytest.fixture
def both(tmp_path):
    """Return a folder of two files, one of each record system."""
    folder = tmp_path / "both"
    folder.mkdir()
    nibrs_table(400).to_csv(folder / "new.csv", index=False)
    rows({}, {"DR_NO": "231400001"}).assign(beat="b").to_csv(folder / "old.csv", index=False)
    return folder


@pytest.mark.parametrize(
    "columns", [["occurred"], ["schema", "category"], ["crime_code", "beat"], ["nibrs_code", "dr_no"], []]
)
def test_some_columns_of_both_record_systems_are_those_of_all(columns, both):
    whole = lg.read_lapd(both, join_schemas=True)
    some = lg.read_lapd(both, join_schemas=True, columns=columns)
    pd.testing.assert_frame_equal(pd.DataFrame(some), pd.DataFrame(whole[[*columns, "geometry"]]))
    with pytest.raises(
        ValueError, match=r"There is no column 'speed'; there are offence_no, .*dr_no, .*beat, schema\.$"
    ):
        lg.read_lapd(both, join_schemas=True, columns=["speed"])


@pytest.mark.parametrize("columns", [["occurred", "category"], ["offences"], ["case_no", "crime"]])
def test_some_columns_of_offences_are_those_of_all(columns, both, tmp_path):
    whole = lg.read_lapd(both / "new.csv")
    some = lg.read_lapd(both / "new.csv", columns=columns)
    pd.testing.assert_frame_equal(pd.DataFrame(some), pd.DataFrame(whole[[*columns, "geometry"]]))
    assert some.attrs == whole.attrs
    out = lg.convert(both / "new.csv", tmp_path / "out.parquet", columns=columns)
    pd.testing.assert_frame_equal(pd.DataFrame(lg.read_lapd(out)), pd.DataFrame(some), check_categorical=False)
    with pytest.raises(ValueError, match=r"There is no column 'caseno'; there are offence_no, case_no, "):
        lg.read_lapd(both / "new.csv", columns=["caseno"])


def test_further_offences_are_those_of_the_whole_file_whatever_is_asked_for(both, tmp_path, monkeypatch):
    table = nibrs_table(400)
    table.assign(caseno=[f"2402{number // 4:05d}" for number in range(400)]).to_csv(both / "new.csv", index=False)
    assert found(lg.read_lapd(both / "new.csv"), "offences_of_one_incident") == 300
    whole = lg.read_lapd(both / "new.csv")
    assert lg.read_lapd(both / "new.csv", categories="other").attrs["audit"] == whole.attrs["audit"]
    monkeypatch.setattr(tables, "BYTES_IN_PORTION", 8_000)
    monkeypatch.setattr(arrow_csv, "BLOCK", 4_000)
    same(lg.read_lapd(lg.convert(both / "new.csv", tmp_path / "out.parquet")), whole)
