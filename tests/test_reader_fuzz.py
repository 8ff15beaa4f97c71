"""The readers and hostile files: no hang, no crash but one sentence, bounded memory, and no row that is gone in silence."""

import csv
import re
import tracemalloc

import numpy as np
import pytest
from hostile_files import (
    MEGABYTE,
    ROWS,
    TABLES,
    as_csv,
    bomb,
    calls_table,
    gzip_bomb,
    linked_zip,
    locked_zip,
    lying_zip,
    parquet_bomb,
    quoted,
    zipped,
)
from hypothesis import example, given
from hypothesis import strategies as st
from reader_properties import GOOD, READERS, accounted, counted, left_out, read, readers_of

import lacrime_geo as lg

LINES = as_csv(TABLES["legacy"](2_000)).decode().splitlines()


SIGNS = [
    b'"',
    b'""',
    b",",
    b";",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b",,,",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"[",
    b"{",
    b"1e999",
]


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_read_whole(name):
    for reader in readers_of(name):
        loaded = read(reader, GOOD[name], name)
        assert accounted(loaded, ROWS) and left_out(loaded) == 0 and loaded.placed.all()


@given(
    st.sampled_from(list(GOOD)),
    st.sampled_from(list(READERS)),
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(SIGNS) | st.binary(max_size=4), st.integers(0, 40)), max_size=4
    ),
    st.floats(0, 1),
)
def test_damaged_files_are_read_or_refused_in_one_sentence(name, reader, changes, end):
    content = GOOD[name]
    for at, put, gone in changes:
        start = int(at * len(content))
        content = content[:start] + put + content[start + gone :]
    content = content[: int(max(end, 0.01) * len(content))] if end < 0.5 else content
    loaded = read(reader, content, name)
    if not isinstance(loaded, str):
        rows = counted(content) if name.endswith(".csv") else len(loaded) + left_out(loaded)
        assert accounted(loaded, rows)


@given(
    st.binary(max_size=300),
    st.sampled_from(list(READERS)),
    st.sampled_from([".csv", ".gz", ".zip", ".parquet", ".json"]),
)
@example(b"", "lapd", ".csv")
@example(b"\x00" * 200, "incidents", ".csv")
@example(b"\xff\xfe", "incidents", ".csv")
@example(b"\xff\xfea", "lapd", ".csv")
@example(b"\n\r\n\r", "incidents", ".csv")
@example(b'"', "incidents", ".csv")
@example(b"lon,lat\r1,2\r", "incidents", ".csv")
def test_any_bytes_are_read_or_refused_in_one_sentence(content, reader, ending):
    read(reader, content, f"a{ending}")


CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=6)


@given(
    st.lists(
        st.tuples(CELLS, CELLS, st.sampled_from(["", " ", "\n", "\r\n", "a", "=1+1", "\ufeff", "\x00", "NULL"])),
        max_size=12,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_cells_hold_no_row_is_lost(cells, separator, encoding, end):
    """Texts of all kinds, line breaks and quotes in them, in every separator: rows out are rows in."""
    table = calls_table(len(cells)).assign(
        note=[note for note, _, _ in cells], more=[more for _, more, _ in cells], odd=[odd for _, _, odd in cells]
    )
    # By default a line break that is not the file's own stands there without quotation marks, as the end of a row.
    loaded = read("incidents", as_csv(table, separator, encoding, end, csv.QUOTE_ALL))
    if not len(cells):
        assert "has no rows" in loaded
        return
    assert accounted(loaded, len(cells)) and loaded.placed.all()
    np.testing.assert_array_equal(loaded.x, table.lon.astype(float))


LONG = "x,y,z,1,2,3,4,5,6,7,8,9,10,11,12"


@given(
    st.lists(st.integers(0, ROWS - 1), max_size=6),
    st.lists(st.sampled_from(["", "short", ",,,", '"a\nb",c']), max_size=4),
    st.integers(0, 2),
)
@example([], [], 3)
def test_rows_in_are_rows_out_and_rows_reported(again, odd, too_long):
    """Repeated reports and rows that are too short or too long, in a file that has enough good ones."""
    lines = LINES + [LINES[1 + row] for row in again]
    content = "\n".join([*lines[:50], *odd, *[LONG] * too_long, *lines[50:]]) + "\n"
    loaded = read("lapd", content.encode())
    if too_long > 2:
        assert "3 rows have more fields than the 10 columns" in loaded
        return
    assert accounted(loaded, len(lines) - 1 + sum(bool(line) for line in odd) + too_long)
    assert sum(line["rows"] for line in loaded.audit if line["rule"] == "ragged_left_out") == too_long


WHERE = b"lon,lat,note\n-87.6,41.8,"
HOSTILE = {
    "bomb": (lambda: bomb(100 * MEGABYTE), "a.zip", "unpacks to|a line of more"),
    "bomb of rows": (lambda: bomb(100 * MEGABYTE, b"1,2\n"), "a.zip", "unpacks to"),
    "gzip bomb": (lambda: gzip_bomb(300 * MEGABYTE), "a.csv.gz", "unpacks to|a line of more"),
    "gzip bomb of rows": (lambda: gzip_bomb(300 * MEGABYTE, b"1,2\n"), "a.csv.gz", "unpacks to"),
    "parquet bomb": (parquet_bomb, "a.parquet", "unpacks to 60,000,000 values"),
    "bomb that lies": (lying_zip, "a.zip", "cannot be read"),
    "two files": (lambda: zipped({"a.csv": b"x", "b.csv": b"y"}), "a.zip", "holds 2 files"),
    "very many files": (lambda: zipped({f"{n}.csv": b"x" for n in range(5_000)}), "a.zip", "holds 5000 files"),
    "no file": (lambda: zipped({}), "a.zip", "holds 0 files"),
    "zip in a zip": (lambda: zipped({"b.zip": zipped({"a.csv": as_csv(calls_table())})}), "a.zip", "another archive"),
    "gzip in a zip": (lambda: zipped({"b.csv.gz": gzip_bomb(MEGABYTE)}), "a.zip", "another archive"),
    "encrypted": (locked_zip, "a.zip", "encrypted"),
    "a link": (linked_zip, "a.zip", "cannot be read|no rows|look like"),
    "quote never closed": (
        lambda: WHERE + b'"never\n' + b"1,2,3\n" * 99_999,
        "a.csv",
        "a quotation mark is never closed",
    ),
    "one line": (lambda: b"lon,lat," + b"x" * (8 * MEGABYTE), "a.csv", "a field of 8,388,608 characters"),
    "many columns": (lambda: b",".join(b"c%d" % n for n in range(20_000)) + b"\n", "a.csv", "has 20,000 fields"),
    "deep JSON": (lambda: b"[" * MEGABYTE, "a.json", "nested too deeply"),
    "endless number": (lambda: b'[{"lon": ' + b"9" * 100_000 + b', "lat": 1}]', "a.json", "cannot be read|look like"),
}


BY_BOTH = ("gzip bomb of rows", "two files", "encrypted", "deep JSON", "many columns")


@pytest.mark.parametrize(
    ("reader", "case"), [*(("incidents", case) for case in HOSTILE), *(("lapd", case) for case in BY_BOTH)]
)
@pytest.mark.alone  # tracemalloc and threads of QGIS in one process end in a crash
def test_hostile_files_are_refused_in_bounded_memory(reader, case):
    make, name, sentence = HOSTILE[case]
    content = make()
    tracemalloc.start()
    said = read(reader, content, name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(said, str) and peak < 400 * MEGABYTE, (said, peak)
    assert re.search(sentence, said), said


def test_paths_in_archives_are_names_alone(tmp_path):
    """Nothing is unpacked to a disk: the member is read wherever it says that it belongs."""
    for name in ("../calls.csv", "/etc/calls.csv", "..\\calls.csv", "C:\\calls.csv", "a/../../calls.csv"):
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        (folder / "a.zip").write_bytes(zipped({name: as_csv(calls_table())}))
        assert len(lg.read_incidents(folder / "a.zip")) == ROWS
        assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.zip"]


@pytest.mark.parametrize("size", [200_000, 10 * MEGABYTE])
def test_a_very_long_cell_is_a_cell(size):
    cell = ('a"b\n' * (size // 4)).encode().decode()
    loaded = read("incidents", b"lon,lat,note\n" + quoted(["-87.6", "41.8", cell]) + b"-87.5,41.8,x\n")
    assert len(loaded) == 2 and loaded.columns["note"].tolist()[1] == "x"
    assert len(loaded.columns["note"].tolist()[0]) == len(cell.strip())


def test_a_formula_is_text_and_stays_so_in_what_is_written(tmp_path):
    formulas = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "=1"]
    table = calls_table(len(formulas)).assign(type=formulas)
    (tmp_path / "a.csv").write_bytes(as_csv(table))
    frame = lg.read_incidents(tmp_path / "a.csv")
    assert frame.category.tolist() == [formula.strip() for formula in formulas]
    lg.audit(frame).save(tmp_path / "audit.csv")
    text = (tmp_path / "audit.csv").read_text()
    assert not any(field.startswith(("=", "+", "@")) for line in text.splitlines() for field in line.split(","))
