"""Data that change while they are fetched: what came twice, what is missing, what the portal has twice itself."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portal import ORDERED, RESOURCE, Portal, fetch_at_once, ids, rows_of, serving

from lacrime_geo.data.portal.page_joining import join

ROWS = 60


@pytest.fixture
def portal():
    with serving(Portal(rows_of(ROWS))) as one:
        yield one


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crimes.csv"


def added(*rows):
    """Return a change of a portal: rows are added, in their order."""
    return lambda portal: portal.rows.extend(rows)


def taken(*places):
    def change(portal):
        portal.rows = [row for number, row in enumerate(portal.rows) if number not in places]

    return change


def numbers(portal):
    return sorted(row["dr_no"] for row in portal.rows)


def early(number=1):
    """Return rows that stand before all others."""
    return [{**row, "dr_no": f"1{row['dr_no'][1:]}"} for row in rows_of(number)]


def late(number=1):
    return [{**row, "dr_no": f"3{row['dr_no'][1:]}"} for row in rows_of(number)]


def test_rows_added_behind_are_fetched_too(portal, file):
    portal.before = {5: added(*late(23))}
    record = fetch_at_once(portal, file)
    assert ids(file) == numbers(portal) and record["rows"] == ROWS + 23
    assert portal.pages_asked() == [0, 10, 20, 30, 40, 50, 60, 70, 80]


@pytest.mark.parametrize("change", [added(*early(3)), taken(0, 4, 25), taken(59)], ids=["added", "taken", "last taken"])
def test_after_rows_shifted_all_are_fetched_once_more(portal, file, change, caplog):
    portal.before = {3: change}
    record = fetch_at_once(portal, file)
    assert ids(file) == numbers(portal)
    assert (record["repeated_rows_removed"], record["repeated_rows_that_differ"]) == (0, 0)
    assert portal.pages_asked().count(0) == 2
    assert "all rows are fetched once more" in caplog.text


def test_rows_that_shift_in_both_directions_are_noticed_by_the_state(portal, file, caplog):
    def exchange(portal):
        taken(0)(portal)
        added(*late(1))(portal)
        portal.updated = "Tue, 02 Jan 2024 00:00:00 GMT"

    portal.updated = "Mon, 01 Jan 2024 00:00:00 GMT"
    portal.before = {3: exchange}
    fetch_at_once(portal, file)
    assert ids(file) == numbers(portal)
    assert "The portal changed its data meanwhile; all rows are fetched once more" in caplog.text


changes = st.one_of(
    st.integers(1, 3).map(lambda number: added(*early(number))),
    st.integers(1, 12).map(lambda number: added(*late(number))),
    st.lists(st.integers(0, 50), min_size=1, max_size=3, unique=True).map(lambda places: taken(*places)),
)


@settings(max_examples=12)
@given(st.dictionaries(st.integers(0, 5), changes, min_size=1, max_size=3))
def test_whatever_changes_meanwhile_the_file_is_what_the_portal_has_in_the_end(tmp_path_factory, changing):
    def with_its_state(number, change):
        def changed(portal):
            change(portal)
            portal.updated = f"Mon, 01 Jan 2024 00:00:{number:02} GMT"

        return changed

    file = tmp_path_factory.mktemp("changing") / "crimes.csv"
    with serving(Portal(rows_of(ROWS))) as portal:
        portal.updated = "Sun, 31 Dec 2023 00:00:00 GMT"
        portal.before = {number: with_its_state(number, change) for number, change in changing.items()}
        record = fetch_at_once(portal, file)
        assert ids(file) == numbers(portal)
    assert record["rows"] == record["counted"] == len(ids(file)) and record["repeated_rows_removed"] == 0


def test_data_that_never_stand_still_are_an_error_and_the_next_run_begins_anew(portal, file):
    portal.before = {number: added(*early(1)) for number in range(2, 25)}
    said = (
        r"rows that the portal counts did not come, as rows shifted meanwhile, and so again .* pages are kept in crimes"
    )
    with pytest.raises(ValueError, match=said):
        fetch_at_once(portal, file)
    assert os.listdir(file.parent) == ["crimes.csv.part"]
    portal.before = {}
    portal.asked.clear()
    fetch_at_once(portal, file)
    assert portal.pages_asked()[0] == 0 and ids(file) == numbers(portal)


def test_pages_of_an_earlier_state_are_not_gone_on_with(portal, file, caplog):
    portal.faults = dict.fromkeys((3, 4, 5), lambda handler, body: handler.give(b"", 500))
    with pytest.raises(OSError, match="30 rows in 3 pages are kept"):
        fetch_at_once(portal, file)
    portal.rows += early(1)
    with caplog.at_level("INFO", "lacrime_geo"):
        fetch_at_once(portal, file)
    assert ids(file) == numbers(portal)
    assert (
        "the portal counts 61 rows now, 60 when the 3 pages in crimes.csv.part were fetched: all are fetched"
        in caplog.text
    )


def repeating(place):
    """Return a fault: the last row of a page is the one at another place of the whole."""

    def fault(handler, body):
        row = handler.server.portal.answer({"$order": "dr_no", "$limit": "1", "$offset": str(place)}).split(b"\n", 1)[1]
        handler.give(body[: body.rstrip(b"\n").rindex(b"\n") + 1] + row)

    return fault


def test_a_row_that_comes_twice_in_place_of_another_is_found(portal, file):
    portal.faults = {4: repeating(2)}
    record = fetch_at_once(portal, file)
    assert ids(file) == numbers(portal) and record["rows"] == ROWS
    assert portal.pages_asked() == [0, 10, 20, 30, 40, 50] * 2


def with_row(place, change=(b"", b"")):
    """Return a fault: a page has one row more, that at another place of the whole, perhaps changed."""

    def fault(handler, body):
        row = handler.server.portal.answer({"$order": "dr_no", "$limit": "1", "$offset": str(place)}).split(b"\n", 1)[1]
        handler.give(body + row.replace(*change))

    return fault


def test_where_the_portal_does_not_count_repeats_are_removed_and_reported(portal, file, caplog):
    portal.counting, portal.most = False, 9
    portal.faults = {4: with_row(2), 5: with_row(3)}
    record = fetch_at_once(portal, file)
    assert record["repeated_rows_removed"] == 2 and record["repeated"] == ["200100014", "200100021"]
    assert len(ids(file)) == len(set(ids(file))) == record["rows"]
    assert sum(page["rows"] for page in record["pages"]) == record["rows"] + 2
    assert (
        "rows that came twice, as rows shifted meanwhile, one of each is kept: 2, such as 200100014, 200100021"
        in caplog.text
    )


def test_rows_of_one_number_that_differ_are_all_kept_and_reported(portal, file, caplog):
    portal.counting, portal.most = False, 9
    portal.faults = {4: with_row(2, (b",IC,", b",AA,"))}
    record = fetch_at_once(portal, file)
    assert record["repeated_rows_that_differ"] == 1 and ids(file).count("200100014") == 2
    assert sum(page["rows"] for page in record["pages"]) == record["rows"]
    assert "rows that have the number of another and differ, all are kept: 1, such as 200100014" in caplog.text


def test_rows_that_the_portal_itself_has_twice_stay(file):
    rows = rows_of(ROWS)
    # Within a page, and across the end of one.
    doubled = [*rows[:4], rows[3], *rows[4:9], rows[8], *rows[9:]]
    with serving(Portal(doubled)) as portal:
        record = fetch_at_once(portal, file)
        assert ids(file) == numbers(portal) and len(doubled) == ROWS + 2 == record["rows"]
        assert (record["repeated_rows_removed"], record["repeated_rows_that_differ"]) == (0, 0)
        assert portal.pages_asked() == [0, 10, 20, 30, 40, 50, 60]


def test_without_a_count_pages_are_asked_for_until_one_is_empty(portal, file, caplog):
    portal.counting = False
    record = fetch_at_once(portal, file)
    assert ids(file) == numbers(portal) and record["counted"] is None
    assert portal.pages_asked() == [0, 10, 20, 30, 40, 50, 60]
    assert "the portal does not count its rows: whether all of them came is not checked" in caplog.text


def test_grouped_rows_are_fetched_without_a_count(portal, file):
    path = RESOURCE + "?$select=area,count(*)&$group=area&$order=area"
    record = fetch_at_once(portal, file, path)
    assert record["rows"] == 21 and record["counted"] is None


def test_without_a_number_of_rows_repeats_cannot_be_told(portal, file, caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        record = fetch_at_once(portal, file, ORDERED + "&$select=lat,lon")
    assert record["identifier"] is None and record["rows"] == ROWS
    assert "no column tells the rows apart (dr_no, uniquenibrno): whether any came twice is not checked" in caplog.text


def test_a_data_set_that_begins_after_the_period_asked_for_is_noticed(portal, file, caplog):
    where = "&$where=date_occ%20%3E%3D%20'2022-06-01T00:00:00'"
    fetch_at_once(portal, file, ORDERED + where)
    assert (
        "asked for was from 2022-06-01 on, and the first row is of 2023-01-01: the data set may begin later"
        in caplog.text
    )
    assert json.loads((file.parent / "crimes.csv.json").read_text())["first_day"] == "2023-01-01"


@pytest.mark.parametrize("header", ["dr_no,lat", "DR_NO,LAT", "CaseNo,UniqueNIBRNo", "uniquenibrno,lat"])
def test_rows_are_told_apart_by_official_names_too(header, tmp_path):
    pages = [tmp_path / "1.csv", tmp_path / "2.csv"]
    pages[0].write_text(f"{header}\n10,34\n11,35\n")
    pages[1].write_text(f"{header}\n11,35\n12,36\n")
    with (tmp_path / "all.csv").open("wb") as output:
        joined = join(pages, output, lambda name, values: dict.fromkeys(values, 1))
    assert joined.identifier in header.split(",") and (joined.rows, joined.removed) == (3, 1)
