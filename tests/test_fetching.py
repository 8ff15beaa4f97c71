"""Fetching from a portal that misbehaves: the file is the same to the byte as from one that does not, or the run says why not."""

import gzip
import hashlib
import json
import os
import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import portal as faults
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portal import ORDERED, PATIENT, RESOURCE, Portal, fetch_at_once, ids, rows_of, serving

import lacrime_geo as lg
from lacrime_geo.data.portal.patience import Passing, Patience

ROWS, PAGE = 65, 10


@pytest.fixture
def portal():
    with serving(Portal(rows_of(ROWS))) as one:
        yield one


@pytest.fixture(scope="module")
def right():
    """Return the bytes of the file that an undisturbed run makes."""
    whole = Portal(rows_of(ROWS))
    return whole.answer({"$order": "dr_no", "$limit": "1000"})


def test_what_is_fetched_is_what_the_portal_has(portal, right, tmp_path):
    record = fetch_at_once(portal, tmp_path / "crimes.csv")
    assert (tmp_path / "crimes.csv").read_bytes() == right
    assert sorted(os.listdir(tmp_path)) == ["crimes.csv", "crimes.csv.json"]
    assert portal.pages_asked() == list(range(0, ROWS, PAGE))
    assert (record["rows"], record["counted"]) == (ROWS, ROWS)


def test_the_record_tells_where_a_file_is_from(portal, right, tmp_path):
    before = datetime.now(timezone.utc).replace(microsecond=0)
    fetch_at_once(portal, tmp_path / "crimes.csv")
    record = json.loads((tmp_path / "crimes.csv.json").read_text())
    assert record["sha256"] == hashlib.sha256(right).hexdigest() and record["bytes"] == len(right)
    assert record["url"] == f"{portal.url}{RESOURCE}?$order=dr_no%2C%3Aid" and record["columns"] == portal.columns
    assert before <= datetime.fromisoformat(record["retrieved"].replace("Z", "+00:00")) <= datetime.now(timezone.utc)
    assert (record["first_day"], record["last_day"]) == ("2023-01-01", "2023-03-09")
    assert [page["rows"] for page in record["pages"]] == [10] * 6 + [5]


def test_a_query_of_ours_gives_its_rows(portal, tmp_path):
    url = lg.lapd_url(
        since="2023-01-01", until="2023-02-01", category="burglary, arson", area=[1, 4, 10, 16], limit=5, offset=1
    )
    record = fetch_at_once(portal, tmp_path / "crimes.csv", url.removeprefix("https://data.lacity.org"), page=2)
    fitting = [
        row["dr_no"]
        for row in portal.rows
        if row["date_occ"] < "2023-02" and row["crm_cd"] in ("310", "648") and row["area"] in ("01", "04", "10", "16")
    ]
    assert ids(tmp_path / "crimes.csv") == fitting[1:6] and len(fitting) > 6
    assert "vict_age" not in record["columns"] and "lat" in record["columns"]


def test_without_an_order_the_portals_own_is_asked_for(portal, right, tmp_path):
    fetch_at_once(portal, tmp_path / "crimes.csv", RESOURCE)
    assert (tmp_path / "crimes.csv").read_bytes() == right


def test_a_limit_and_an_offset_are_kept(portal, tmp_path):
    fetch_at_once(portal, tmp_path / "crimes.csv", ORDERED + "&$limit=23&$offset=60")
    assert ids(tmp_path / "crimes.csv") == [row["dr_no"] for row in portal.rows[60:]]
    fetch_at_once(portal, tmp_path / "crimes.csv", ORDERED + "&$limit=23&$offset=4")
    assert ids(tmp_path / "crimes.csv") == [row["dr_no"] for row in portal.rows[4:27]]


def test_a_portal_that_gives_smaller_pages_than_asked_for_is_followed(portal, right, tmp_path):
    portal.most = 7
    record = fetch_at_once(portal, tmp_path / "crimes.csv")
    assert (tmp_path / "crimes.csv").read_bytes() == right
    assert [page["rows"] for page in record["pages"]] == [7] * 9 + [2]


PASSING = {
    "dropped": (faults.dropped, "broke off .* bytes before its end"),
    "cut": (faults.cut, "row .* fields, the header has 28|breaks off"),
    "cut in quotes": (faults.cut_in_quotes, "within a quoted field"),
    "chunks cut": (faults.chunks_cut, "the connection to 127.0.0.1 broke off"),
    "packed and cut": (faults.packed_and_cut, "the packed answer of 127.0.0.1 broke off"),
    "silent": (faults.silent, "127.0.0.1 did not answer within 0.6 s|said nothing for 0.6 s"),
    "web page": (faults.web_page, "answers with a web page instead of CSV: Down for maintenance"),
    "JSON": (faults.in_json, "answers with JSON instead of CSV: Query timed out"),
    "empty": (lambda handler, body: handler.give(b""), "the answer is empty"),
    "500": (faults.refused(500), "answers 500 Internal Server Error"),
    "503": (
        faults.refused(503, body=b'{"message": "Too \\"busy\\""}'),
        r'answers 503 Service Unavailable: Too \\"busy\\"',
    ),
    "202": (lambda handler, body: handler.give(b"{}", 202), "still working on the answer"),
    "no rows": (lambda handler, body: handler.give(body[: body.index(b"\n") + 1]), "no row came after"),
}


def limits_for(name):
    return PATIENT._replace(silence=0.6) if name == "silent" else PATIENT


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_tried_again(portal, right, tmp_path, caplog, name):
    fault, said = PASSING[name]
    portal.faults = {1: fault, 2: fault}
    waits = []
    with caplog.at_level("INFO", "lacrime_geo"):
        fetch_at_once(portal, tmp_path / "crimes.csv", waits=waits, limits=limits_for(name))
    assert (tmp_path / "crimes.csv").read_bytes() == right
    assert len(waits) == 2 and portal.pages_asked()[:5] == [0, 10, 10, 10, 20]
    assert caplog.text.count("trying again in") == 2
    assert re.search(said, caplog.text), caplog.text


@pytest.mark.parametrize("name", PASSING)
def test_what_does_not_pass_is_said_and_the_next_run_goes_on_from_there(portal, right, tmp_path, name):
    fault, said = PASSING[name]
    portal.faults = {4: fault, 5: fault, 6: fault}
    kept = "tried 3 times; 40 rows in 4 pages are kept in crimes.csv.part, from where the same command goes on"
    with pytest.raises(OSError, match=f"^[^\n]*({said})[^\n]*; {kept}$"):
        fetch_at_once(portal, tmp_path / "crimes.csv", limits=limits_for(name))
    assert os.listdir(tmp_path) == ["crimes.csv.part"]
    portal.asked.clear()
    portal.faults = {}
    fetch_at_once(portal, tmp_path / "crimes.csv")
    assert (tmp_path / "crimes.csv").read_bytes() == right
    assert portal.pages_asked() == [40, 50, 60]
    assert sorted(os.listdir(tmp_path)) == ["crimes.csv", "crimes.csv.json"]


FINE = {"packed": faults.packed, "packed in pieces": faults.packed_in_pieces, "chunked": faults.chunked}


@pytest.mark.parametrize("name", FINE)
def test_however_it_is_sent_it_is_the_same(portal, right, tmp_path, name):
    portal.faults = dict.fromkeys(range(7), FINE[name])
    fetch_at_once(portal, tmp_path / "crimes.csv")
    assert (tmp_path / "crimes.csv").read_bytes() == right and len(portal.pages_asked()) == 7


@settings(max_examples=15)
@given(st.dictionaries(st.integers(0, 11), st.sampled_from([*sorted(set(PASSING) - {"silent"}), *FINE])))
def test_however_the_answers_are_disturbed_the_file_is_the_same(right, tmp_path_factory, troubles):
    known = {**{name: fault for name, (fault, _) in PASSING.items()}, **FINE}
    output = tmp_path_factory.mktemp("disturbed") / "crimes.csv"
    with serving(Portal(rows_of(ROWS))) as portal:
        portal.faults = {number: known[name] for number, name in troubles.items()}
        runs = 0
        while not output.exists():
            try:
                fetch_at_once(portal, output, tries=2)
            except OSError as problem:
                assert "tried 2 times" in str(problem)
            runs += 1
        asked = len(portal.pages_asked())
    assert output.read_bytes() == right
    # Each page that came whole was asked for once.
    wrong = [number for number, name in troubles.items() if name not in FINE and number < asked]
    assert asked == 7 + len(wrong)


def test_a_server_that_drips_is_not_waited_for_forever(portal, right, tmp_path, caplog):
    portal.faults = {1: faults.dripping}
    with caplog.at_level("INFO", "lacrime_geo"):
        fetch_at_once(portal, tmp_path / "crimes.csv", limits=PATIENT._replace(seconds=0.7))
    assert (tmp_path / "crimes.csv").read_bytes() == right
    assert "the answer of 127.0.0.1 is not there after 0.7 s; trying again" in caplog.text


def test_the_wait_that_a_server_asks_for_is_kept(portal, right, tmp_path):
    in_a_minute = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=61), usegmt=True)
    portal.faults = {0: faults.refused(429, {"Retry-After": "7"}), 1: faults.refused(503, {"Retry-After": in_a_minute})}
    portal.faults[2] = faults.refused(429, {"Retry-After": "soon"})
    waits = []
    fetch_at_once(portal, tmp_path / "crimes.csv", waits=waits, tries=5)
    assert (tmp_path / "crimes.csv").read_bytes() == right
    assert waits[0] == 7 and 50 < waits[1] <= 61 and 2 <= waits[2] <= 6


def test_a_wait_of_hours_is_left_for_another_day(portal, tmp_path):
    portal.faults = {1: faults.refused(429, {"Retry-After": "7200"})}
    waits = []
    with pytest.raises(OSError, match=r"answers 429 .* asks to wait 7,200 s.*; 10 rows in 1 page are kept"):
        fetch_at_once(portal, tmp_path / "crimes.csv", waits=waits)
    assert waits == []


def test_waits_grow_are_bounded_and_differ_by_seed():
    def waits_of(seed):
        waits = []

        def broken():
            raise Passing("no luck")

        with pytest.raises(OSError, match="no luck; tried 9 times"):
            Patience(9, first=1.0, longest=20.0, seed=seed, sleep=waits.append).insist(broken)
        return waits

    waits = waits_of(1)
    for number, wait in enumerate(waits):
        assert 0.5 <= wait / min(2.0**number, 20.0) <= 1.5
    assert waits == waits_of(1) != waits_of(2) and len(waits) == 8


FINAL = {
    "unknown column": (
        None,
        r"refuses the query: 400 Bad Request: no such column: nonsense; name the columns that there are",
    ),
    "forbidden": (
        faults.refused(403, body=b'{"message": "You must be logged in"}'),
        "403 Forbidden: You must be logged in",
    ),
    "not found": (faults.refused(404, body=b"<html><title>Nothing here</title></html>"), "404 Not Found: Nothing here"),
    "to a file": (faults.sent_on("file:///etc/passwd"), "sends on to 'file:///etc/passwd', which is not followed"),
    "to another server in clear": (
        faults.sent_on("http://example.invalid/x.csv"),
        "sends on to 'http://example.invalid/x.csv', which is neither the same server nor https",
    ),
    "in circles": (faults.sent_on(RESOURCE), "which is not followed"),
    "binary": (lambda handler, body: handler.give(b"PK\0\0" + body), "something that is no text"),
    "too long": (lambda handler, body: handler.give(body + b"x" * 40_000), "longer than 30,000 bytes"),
    "packed bomb": (
        lambda handler, body: handler.give(gzip.compress(b"0" * 10**7), headers={"Content-Encoding": "gzip"}),
        "longer than 30,000 bytes",
    ),
    "pages ignored": (
        lambda handler, body: handler.give(body + body[body.index(b"\n") + 1 :]),
        "10 rows were asked for and 20",
    ),
}


@pytest.mark.parametrize("name", FINAL)
def test_what_cannot_get_better_is_said_at_once(portal, tmp_path, name):
    fault, said = FINAL[name]
    portal.faults = dict.fromkeys(range(9), fault)
    path = ORDERED.replace("dr_no,:id", "nonsense") if fault is None else ORDERED
    waits = []
    with pytest.raises((OSError, ValueError), match=f"^[^\n]*{said}[^\n]*; nothing was written$"):
        fetch_at_once(portal, tmp_path / "crimes.csv", path, waits=waits, limits=PATIENT._replace(size=30_000))
    assert waits == [] and os.listdir(tmp_path) == []


def test_a_move_within_the_server_is_followed(portal, right, tmp_path):
    portal.faults = {1: faults.sent_on(ORDERED + "&$limit=10&$offset=10")}
    fetch_at_once(portal, tmp_path / "crimes.csv")
    assert (tmp_path / "crimes.csv").read_bytes() == right


def test_a_server_that_is_not_there_is_named(portal, tmp_path):
    with serving(Portal(rows_of(1))) as gone:
        pass
    waits = []
    with pytest.raises(
        OSError, match=r"127.0.0.1 cannot be reached \(Connection refused\); check the address and the conn"
    ):
        fetch_at_once(gone, tmp_path / "crimes.csv", waits=waits)
    assert waits == [] and os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "must begin with https"),
        ("crimes.csv", "must begin with https"),
        ("https://", "must begin with https"),
        ("ftp://data.lacity.org/x.csv", "must begin with https"),
        ("https://data.lacity.org/a b.csv", "must begin with https"),
        (
            "https://data.lacity.org/resource/2nrs-mtv8.json?$limit=5",
            r"ask for CSV, https://data.lacity.org/resource/2nrs-mtv8.csv",
        ),
        ("https://data.lacity.org/resource/2nrs-mtv8", "must ask for CSV"),
        ("https://data.lacity.org/resource/2nrs-mtv8.csv?$query=select *", "whole \\$query"),
        ("https://data.lacity.org/resource/2nrs-mtv8.csv?$limit=all", "must be a whole number, got 'all'"),
    ],
)
def test_addresses_of_something_else_are_refused(url, said, tmp_path):
    with pytest.raises(ValueError, match=said):
        lg.fetch(url, tmp_path / "crimes.csv")
    assert os.listdir(tmp_path) == []


def test_the_output_and_the_numbers_are_checked_first(tmp_path):
    url = lg.lapd_url(since="2023-01-01", until="2023-02-01")
    with pytest.raises(ValueError, match=r"name an output that ends in .csv, got 'crimes.gpkg'"):
        lg.fetch(url, "crimes.gpkg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        lg.fetch(url, tmp_path / "nowhere" / "crimes.csv")
    for wrong in ({"page_size": 0}, {"tries": 0}, {"page_size": "x"}, {"tries": 1.5}):
        with pytest.raises(ValueError, match="must be a whole number of at least 1, got"):
            lg.fetch(url, tmp_path / "crimes.csv", **wrong)
    for wrong in (0, float("nan")):
        with pytest.raises(ValueError, match="timeout must be above 0 seconds, got"):
            lg.fetch(url, tmp_path / "crimes.csv", timeout=wrong)


def test_other_columns_amid_the_pages_end_the_run_and_what_came_stays(portal, tmp_path):
    portal.faults = {3: faults.without("cross_street"), 4: faults.without("cross_street")}
    said = r"after row 30: cross_street is gone; delete the folder crimes.csv.part .*; 30 rows in 3 pages are kept"
    for _ in range(2):
        with pytest.raises(ValueError, match=said):
            fetch_at_once(portal, tmp_path / "crimes.csv")
    assert portal.pages_asked() == [0, 10, 20, 30, 30]
    assert len(ids(tmp_path / "crimes.csv.part" / "page-000002.csv")) == 10


def test_no_row_is_an_error(portal, tmp_path):
    with pytest.raises(
        ValueError, match="No row fits the query; choose a longer period, or fewer conditions; nothing was written"
    ):
        fetch_at_once(portal, tmp_path / "crimes.csv", ORDERED + "&$where=crm_cd%20%3D%20'1'")
    assert os.listdir(tmp_path) == []
