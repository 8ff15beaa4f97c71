"""Files are read and cleaned without pandas as with it: columns, numbers, spaces, duplicates, and what files do wrong."""

import csv
import gzip
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_lapd import HEADER, PLAIN

import lacrime_geo as lg
from lacrime_geo import selection
from lacrime_geo.data import cleaning, csv_files, rules, tables
from lacrime_geo.data.clocks import seconds_of
from lacrime_geo.data.lapd import load_lapd
from lacrime_geo.data.tables import SourceFile, Texts
from lacrime_geo.fingerprints import fingerprint

SAMPLE = Path(__file__).resolve().parent.parent / "sample_layers" / "incidents.csv.gz"
DIRTY = [
    {"DR_NO": "817", "LOCATION": "  100  MAIN   ST  ", "Vict Age": "-2", "Vict Sex": " f "},
    {"DR_NO": "231400009", "Date Rptd": "2023-02-05", "TIME OCC": "2460", "LAT": "", "LON": "0"},
    {"DR_NO": "231400009", "Date Rptd": "02/09/2023 12:00:00 AM", "TIME OCC": " 1 ", "LAT": "0", "LON": "0"},
    {"DR_NO": "", "Date Rptd": "", "DATE OCC": "no date", "TIME OCC": "", "Crm Cd": "1e2", "Mocodes": "   "},
    {"DR_NO": "1.0", "LAT": "-118.40", "LON": "34.1", "Vict Age": "1_0", "AREA": "٣", "Premis Cd": "inf"},
    {"LOCATION": 'PIÑATA, "THE" AV', "Cross Street": "A\nB", "Status": "NA", "Weapon Desc": "null"},
]


def with_pandas(path):
    """Return what pandas reads of a CSV, all as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def dirty(folder):
    path = folder / "dirty.csv"
    pd.DataFrame([{**PLAIN, **row} for row in DIRTY], columns=HEADER).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("source", ["sample", "dirty"])
def test_columns_are_those_that_pandas_reads(source, tmp_path):
    path = SAMPLE if source == "sample" else dirty(tmp_path)
    expected, found = with_pandas(path), tables.read(path)
    assert list(found.columns) == list(expected.columns) and found.rows == len(expected) and found.notes == []
    for name, column in found.columns.items():
        assert column.tolist() == [None if pd.isna(value) else value for value in expected[name]], name


@pytest.mark.parametrize("source", ["sample", "dirty"])
def test_what_pandas_has_read_is_cleaned_alike(source, tmp_path):
    path = SAMPLE if source == "sample" else dirty(tmp_path)
    with_pandas(path).to_parquet(tmp_path / "pandas.parquet")
    by_csv, by_pandas = lg.read_lapd(path), lg.read_lapd(tmp_path / "pandas.parquet")
    pd.testing.assert_frame_equal(pd.DataFrame(by_csv), pd.DataFrame(by_pandas))
    assert by_csv.attrs["audit"] == by_pandas.attrs["audit"]
    if source == "dirty":
        found = {line["rule"]: line["rows"] for line in by_csv.attrs["audit"]}
        expected = dict(dr_no_padded=2, dr_no_duplicate=1, coordinates_swapped=1, coordinates_zero=2, time_invalid=1)
        expected |= dict(victim_age_unreadable=1, area_unreadable=1, premise_code_unreadable=1, occurred_unreadable=1)
        assert {rule: found[rule] for rule in expected} == expected


def test_columns_that_are_not_the_departments_stay(tmp_path):
    made = pd.DataFrame([{**PLAIN, "note": "a  b", "rank": 3}, {**PLAIN, "DR_NO": "2", "note": None, "rank": None}])
    made.to_csv(tmp_path / "a.csv", index=False)
    made.astype({"rank": "Int64"}).to_parquet(tmp_path / "a.parquet")
    by_csv, by_parquet = lg.read_lapd(tmp_path / "a.csv"), lg.read_lapd(tmp_path / "a.parquet")
    for frame in (by_csv, by_parquet):
        assert frame["note"].isna().tolist() == [False, True] and frame["note"][0] == "a  b"
        assert frame["rank"].isna().tolist() == [False, True]
    assert by_csv["rank"][0] == "3.0" and by_parquet["rank"][0] == 3


FIELD = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\x00"), max_size=6)


@given(
    st.lists(st.lists(FIELD, min_size=3, max_size=3), max_size=30), st.sampled_from(csv_files.SEPARATORS), st.booleans()
)
def test_whatever_is_written_is_read(rows, separator, packed):
    rows = [["x", *row[1:]] if not any(field.strip() for field in row) else row for row in rows]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    found = read_bytes(text.getvalue().encode(), packed, separator)
    assert found.rows == len(rows) and found.notes == []
    for number, name in enumerate("abc"):
        assert found.columns[name].tolist() == [row[number] or None for row in rows]


def read_bytes(content, packed=False, separator=","):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("a.csv.gz" if packed else "a.csv")
        path.write_bytes(gzip.compress(content) if packed else content)
        return tables.read(path, separator=separator)


@given(st.lists(st.sampled_from(["a", "b", "", None, 1, 2.5, float("nan")])))
def test_texts_of_anything(values):
    found = Texts.of(values)
    blank = [value is None or value == "" or value != value for value in values]
    assert found.tolist() == [None if no else str(value) for value, no in zip(values, blank)]
    assert cleaning.blank(found).tolist() == blank
    assert len(set(found.distinct.tolist())) == found.distinct.size
    rows = np.arange(len(values))[::2]
    assert found.where(rows).tolist() == found.tolist()[::2]


NUMBER = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.sampled_from(["1e5", "+3", ".5", "5.", "", "x", "1 2", "0x10", "1,5", "--1", "1d3"]),
)


@given(st.lists(NUMBER, max_size=20))
def test_numbers_are_those_of_pandas(words):
    texts = Texts.of(words)
    expected = pd.to_numeric(pd.Series([word or None for word in words], dtype=object), errors="coerce").astype(float)
    np.testing.assert_allclose(texts.each(cleaning.numbers_of), expected.to_numpy(dtype=float), rtol=1e-15)


@pytest.mark.parametrize("word", ["1_000", "٣", "inf", "-Infinity", "nan", "1e400"])
def test_what_only_python_holds_for_a_number_is_none(word):
    assert np.isnan(cleaning.numbers_of(np.array([word], dtype=object))).all()


@given(st.lists(st.text(" ab", max_size=8)))
def test_single_spaced_once_is_enough(words):
    once, found = cleaning.single_spaced({"a": Texts.of(words)})
    twice, nothing = cleaning.single_spaced(once)
    plain = [re.sub(" +", " ", word.strip(" ")) or None for word in words]
    assert once["a"].tolist() == twice["a"].tolist() == plain
    changed = [word != (new or "") for word, new in zip(words, plain)]
    assert found["rows"] == sum(changed) and nothing["rows"] == 0


@given(st.lists(st.tuples(st.sampled_from(["", "1", "2", "3"]), st.integers(-1, 3)), max_size=12))
def test_of_duplicates_the_one_reported_last_stays(reports):
    number = np.array([name for name, _ in reports], dtype=object)
    days = np.array([np.datetime64("NaT") if day < 0 else np.datetime64(day, "D") for _, day in reports], dtype="M8[s]")
    keep, found = rules.latest_of_duplicates(number, days)
    for row, (name, day) in enumerate(reports):
        # A missing date is as old as can be; of equals the later row.
        later = [(max(other, 0), at) > (max(day, 0), row) for at, (same, other) in enumerate(reports) if same == name]
        assert keep[row] == (name == "" or not any(later))
    assert found["rows"] == (~keep).sum()


@given(st.integers(0, 23), st.integers(0, 24))
def test_hours_go_around_midnight(begin, end):
    if begin == end:
        with pytest.raises(ValueError, match="hours must be such as 22-4"):
            selection.hours_of(f"{begin}-{end}")
        return
    until = end if end > begin else end + 24
    assert selection.hours_of(f"{begin}-{end}") == {hour % 24 for hour in range(begin, until)}
    assert selection.hours_of(f"{begin}:00 – {end}:00,5-6") == selection.hours_of(f"{begin}-{end}") | {5}


@given(st.integers(0, 86_399))
def test_clocks_of_every_form(second):
    hour, minute = second // 3600, second // 60 % 60
    half = f"{(hour + 11) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'p.m.'}"
    forms = [f"{hour}:{minute:02d}", f"{hour:02d}{minute:02d}", str(100 * hour + minute), half]
    forms += [f"2023-01-31T{hour:02d}:{minute:02d}:00"]
    assert seconds_of(np.array(forms, dtype=object)).tolist() == [3600.0 * hour + 60 * minute] * len(forms)
    exact = f"{hour}:{minute:02d}:{second % 60:02d}.5"
    assert seconds_of(np.array([exact], dtype=object))[0] == second


@pytest.mark.parametrize("word", ["24:00", "12:60", "13:00 PM", "0:10 AM", "2460", "noon", "12345", "2023-01-31", ""])
def test_what_is_no_clock(word):
    assert np.isnan(seconds_of(np.array([word], dtype=object))).all()


def many(*odd, rows=3000):
    return "a,b\n" + "1,2\n" * rows + "".join(f"{line}\n" for line in odd)


def test_rows_too_short_or_too_long_are_counted_and_named():
    found = read_bytes(many("5", "6,7,,", "8,9,10,", "11,12").encode())
    assert found.rows == 3003 and found.columns["a"].tolist()[-3:] == ["5", "6", "11"]
    assert found.columns["b"].tolist()[-3:] == [None, "7", "12"]
    even, left_out = found.notes
    assert (even["rule"], even["rows"]) == ("ragged", 2) and even["examples"] == [
        "row 3000: 1 fields",
        "row 3001: 4 fields",
    ]
    assert (left_out["rule"], left_out["rows"]) == ("ragged_left_out", 1)
    assert left_out["examples"] == ["after row 3002: 4 fields"]


FAULTS = {
    "too long": (
        many("1,2,3", "1,2,3", "1,2,3", "1,2,3"),
        r"4 rows have more fields than the 2 columns, the first stands after",
    ),
    "quote": (many('"1,2', "3,4"), "a quotation mark is never closed"),
    "cut off": ("a,b\n1,2\n3", r"the file breaks off: its last row has 1 of 2 fields"),
    "empty": ("\n \n", "it is empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_damaged_files_are_refused_with_the_reason(fault):
    text, sentence = FAULTS[fault]
    with pytest.raises(ValueError, match=rf"a\.csv cannot be read \({sentence}"):
        read_bytes(text.encode())


def test_names_that_repeat_or_are_missing():
    found = read_bytes(b"a,,a, ,a\n1,2,3,4,5\n")
    assert list(found.columns) == ["a", "Unnamed: 1", "a.1", "Unnamed: 3", "a.2"]
    assert [column.tolist() for column in found.columns.values()] == [["1"], ["2"], ["3"], ["4"], ["5"]]


@pytest.mark.parametrize("extra", [[], ["__MACOSX/._a.csv"], ["b.csv"]])
def test_zips_hold_one_file(extra, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ["a.csv", *extra]:
            archive.writestr(name, "a,b\n1,2\n")
    if extra == ["b.csv"]:
        with pytest.raises(ValueError, match=r"the zip holds 2 files \(a\.csv, b\.csv\), it should hold one CSV"):
            tables.read(tmp_path / "a.zip")
        return
    assert tables.read(tmp_path / "a.zip").columns["b"].tolist() == ["2"]


def test_other_than_utf_8_is_read_as_latin_1_and_counted():
    found = read_bytes("a,b\n1,PIÑATA\n2,x\n".encode("latin-1"))
    assert found.columns["b"].tolist() == ["PIÑATA", "x"]
    assert [(note["rule"], note["rows"]) for note in found.notes] == [("encoding", 2)]
    assert list(read_bytes("\ufeffa,b\n1,2\n".encode()).columns) == ["a", "b"]


def test_reading_tells_how_far_it_is_and_stops(tmp_path):
    told = []
    load_lapd(SAMPLE, lambda fraction: told.append(fraction))
    assert told == sorted(told) and told[0] < 0.2 and told[-1] == 1.0 and len(told) >= 3
    with pytest.raises(lg.Cancelled):
        load_lapd(SAMPLE, lambda fraction: fraction < 0.3)


def test_the_audit_is_a_table_that_can_be_saved(tmp_path):
    frame = lg.read_lapd(SAMPLE)
    table, rules = lg.audit(frame), frame.attrs["audit"]
    # What the reader's rules found comes first, then what the detectors find.
    assert table["rule"].tolist()[: len(rules)] == [line["rule"] for line in rules]
    assert table["rows"].tolist()[: len(rules)] == [line["rows"] for line in rules]
    saved = pd.read_csv(table.save(tmp_path / "audit.csv"))
    names = ["rule", "rows", "share", "examples", "action"]
    assert list(saved.columns) == names and saved["rows"].sum() == table["rows"].sum()
    with pytest.raises(ValueError, match="has no audit in its attrs"):
        lg.audit(pd.DataFrame({"a": [1]}))


def test_choosing_is_that_of_the_frame(tmp_path):
    loaded, frame = load_lapd(SAMPLE), lg.read_lapd(SAMPLE)
    chosen = loaded.select(since="2023-03", until="2023-09", category=["burglary", "robbery"], hours="22-4")
    hour = frame.occurred.dt.hour
    mask = (
        (frame.occurred >= "2023-03-01")
        & (frame.occurred < "2023-09-01")
        & frame.category.isin(["burglary", "robbery"])
    )
    known = mask & ~frame.time_placeholder
    expected = frame[known & ((hour >= 22) | (hour < 4))].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(chosen.to_geodataframe()), pd.DataFrame(expected))
    assert chosen.parameters["untimed_left_out"] == (mask & frame.time_placeholder).sum() > 0
    # Of other categories those without a date are not asked for anyway.
    undated = frame.occurred.isna()
    of_these = (undated & frame.category.isin(["burglary", "robbery"])).sum()
    assert chosen.parameters["undated_left_out"] == of_these < undated.sum()
    assert loaded.select(since="2023-03").parameters["undated_left_out"] == undated.sum()
    assert chosen.label == f"Incidents · burglary, robbery · Mar–Aug 2023 · n = {expected.geometry.notna().sum():,}"
    with pytest.raises(ValueError, match="No incident has category arsony; there are aggravated_assault, arson"):
        loaded.select(category="arsony")
    with pytest.raises(
        ValueError, match="is of all that was asked for: since 2023-03, until 2023-04, category arson, hours"
    ):
        loaded.select(since="2023-03", until="2023-04", category="arson", hours="3-4")


def test_a_files_fingerprint_is_that_of_its_bytes(tmp_path):
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, text in zip(paths, ("x" * 3_000_000, "x" * 3_000_000, "x" * 2_999_999 + "y")):
        path.write_text(text)
    a, b, c = (fingerprint(SourceFile(path)) for path in paths)
    assert a == b != c and len(a) == 16 and SourceFile(paths[0]).label == "a"
