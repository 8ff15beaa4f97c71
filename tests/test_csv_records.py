"""Rows of a CSV as bytes: none is lost, joined or changed, and wherever a file is cut off that is noticed."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo.data.portal.csv_records import ended, fields, names_of, records, whole
from lacrime_geo.data.portal.patience import Passing

cells = st.text(st.sampled_from('ab,"\n é;'), max_size=6)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6)
)


def written(rows, quoting):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)
    return text.getvalue().encode()


@given(tables, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_rows_are_those_that_were_written(rows, quoting):
    body = written(rows, quoting)
    found = list(records(io.BytesIO(body)))
    assert b"".join(found) == body
    assert [[cell.encode("latin-1").decode() for cell in fields(record)] for record in found] == rows
    assert names_of(found[0]) == rows[0]


@given(tables, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.data())
def test_wherever_a_page_is_cut_off_it_is_noticed(tmp_path_factory, rows, quoting, data):
    body = written(rows, quoting)
    path = tmp_path_factory.mktemp("cut") / "page.csv"
    path.write_bytes(body)
    assert whole(path, True)[1:] == (rows[0], len(rows) - 1)
    ends = {0}
    for record in records(io.BytesIO(body)):
        ends.add(max(ends) + len(record))
    at = data.draw(st.integers(1, len(body)))
    path.write_bytes(body[:at])
    if at in ends:
        # Cut between two rows it is a page of fewer rows, which their count tells.
        assert whole(path, True).rows == sum(end < at for end in ends) - 1
    else:
        with pytest.raises(Passing):
            whole(path, True)


def test_a_plain_file_may_lack_the_last_end_of_line_and_have_short_rows(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_bytes(b"\xef\xbb\xbfid,name\r\n1\r\n\r\n2,b")
    assert whole(path, False)[1:] == (["id", "name"], 2)
    assert ended(b"2,b") == ended(b"2,b\n") == b"2,b\n"
    path.write_bytes(b"id,name\n1,a\n2")
    with pytest.raises(Passing, match="the last row breaks off in field 1 of 2"):
        whole(path, False)
    with pytest.raises(Passing, match="row 2 has 1 fields, the header has 2"):
        whole(path, True)
