"""A small portal on this machine: it answers queries as the city's does, from a table, and misbehaves as it is told."""

import csv
import gzip
import io
import json
import re
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from lacrime_geo.data.portal.downloading import fetched
from lacrime_geo.data.portal.patience import Patience
from lacrime_geo.data.portal.portal_columns import LEGACY
from lacrime_geo.data.portal.portal_pages import Source
from lacrime_geo.data.portal.socrata import Query
from lacrime_geo.data.portal.web_answers import Limits

COLUMNS = list(LEGACY)
# A machine with much to do may answer late.
PATIENT = Limits(silence=10.0, size=1 << 20, seconds=100.0)
RESOURCE = "/resource/2nrs-mtv8.csv"
ORDERED = RESOURCE + "?$order=dr_no,:id"


def rows_of(number, seed=0):
    """Return rows of incidents as dicts; names of streets have commas, quotes and line breaks."""
    codes = (510, 310, 330, 648, 624, 900)
    found = []
    for n in range(number):
        row = dict.fromkeys(COLUMNS, "")
        row.update(
            dr_no=f"{200100000 + n * 7 + seed:09}",
            date_rptd=f"2023-0{1 + n % 3}-1{n % 9}T00:00:00.000",
            date_occ=f"2023-0{1 + n % 3}-0{1 + n % 9}T00:00:00.000",
            time_occ=f"{n % 24:02}{n % 60:02}",
            area=f"{1 + n % 21:02}",
            area_name="Central",
            rpt_dist_no=f"{100 + n % 80:04}",
            part_1_2="1",
            crm_cd=str(codes[n % len(codes)]),
            crm_cd_desc='THEFT, "PETTY"' if n % 5 == 0 else "BURGLARY",
            vict_age="30",
            vict_sex="F",
            status="IC",
            location="FIRST ST,\nREAR" if n % 11 == 0 else "FIRST ST",
            lat=f"{34 + n * 1e-4:.4f}",
            lon=f"{-118.3 + n * 1e-4:.4f}",
        )
        found.append(row)
    return found


class Portal:
    """Rows, and what is to go wrong with which request.

    `faults` maps the number of a request for rows (0, 1, …, those for counts are not numbered) to a function of the
    handler, the body and its headers; without one the answer is right. `asked` lists the options of all requests.
    """

    def __init__(self, rows):
        self.columns = list(rows[0])
        self.rows = list(rows)
        self.faults, self.asked, self.times, self.headers = {}, [], [], []
        self.before = {}
        self.counting = True
        self.most, self.updated = None, None
        self.url = ""

    def pages_asked(self):
        return [int(options.get("$offset", 0)) for options in self.asked if "count" not in options.get("$select", "")]

    def answer(self, options):
        """Return a table for a query: SoQL is near enough to SQL."""
        base = sqlite3.connect(":memory:")
        names = ", ".join(f"`{name}` text" for name in self.columns)
        base.execute(f"create table rows ({names})")
        marks = ", ".join("?" * len(self.columns))
        base.executemany(
            f"insert into rows values ({marks})", [[row.get(name) for name in self.columns] for row in self.rows]
        )
        limit = int(options.get("$limit", 1000))
        query = [f"select {options.get('$select', '*')} from rows"]
        query += [f"where {options['$where']}"] if "$where" in options else []
        query += [f"group by {options['$group']}"] if "$group" in options else []
        # Without an order rows come in any: here in one that depends on the page.
        order = options.get("$order", f"(rowid * 7919 + {options.get('$offset', 0)}) % 997").replace(":id", "rowid")
        query += [f"order by {order} limit {min(limit, self.most or limit)} offset {options.get('$offset', 0)}"]
        found = base.execute(" ".join(query))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow([re.sub(r"count\(\*\)", "count", name[0]) for name in found.description])
        writer.writerows(found)
        return text.getvalue().encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_GET(self):
        portal = self.server.portal
        address = urlsplit(self.path)
        options = dict(parse_qsl(address.query))
        counts = "count(*)" in options.get("$select", "")
        number = len(portal.pages_asked())
        portal.asked.append(options)
        portal.times.append(time.monotonic())
        portal.headers.append(dict(self.headers))
        fault = None if counts else portal.faults.get(number)
        if not counts and number in portal.before:
            portal.before[number](portal)
        if counts and not portal.counting:
            return self.give(b"what\nnever\n")
        try:
            body = portal.answer(options)
        except sqlite3.OperationalError as problem:
            message = {"code": "query.soql.no-such-column", "error": True, "message": str(problem)}
            return self.give(json.dumps(message).encode(), 400, {"Content-Type": "application/json"})
        if fault is None:
            self.give(body)
        else:
            fault(self, body)

    def give(self, body, status=200, headers=None, length=None):
        self.send_response(status)
        for name, value in {"Content-Type": "text/csv", **(headers or {})}.items():
            self.send_header(name, value)
        if self.server.portal.updated:
            self.send_header("Last-Modified", self.server.portal.updated)
        if length is not False:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        with suppress(ConnectionError):  # the other side has had enough
            self.wfile.write(body)


@contextmanager
def serving(portal):
    """Let a portal answer on this machine for the length of the block; its address is portal.url."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.portal, server.daemon_threads = portal, True
    portal.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()


def fetch_at_once(portal, output, path=ORDERED, *, tries=3, limits=PATIENT, progress=None, page=10, waits=None):
    """Fetch without waiting between tries; what the waits would have been is added to `waits`."""
    patience = Patience(tries, sleep=(waits if waits is not None else []).append, seed=1)
    return fetched(Source(Query.of(portal.url + path), page, limits, patience, progress), output)


def ids(file):
    with open(file, newline="") as text:
        return [row["dr_no"] for row in csv.DictReader(text)]


# What may go wrong with an answer.
def dropped(handler, body):
    """Send a part of the body, and hang up before the length that was promised."""
    handler.give(body[: len(body) // 2], length=len(body))
    handler.close_connection = True


def cut(handler, body):
    """Send a part of the body and hang up, no length promised; the last row misses its end."""
    handler.give(body[: len(body) * 2 // 3].rstrip(b"\n"), length=False)


def cut_in_quotes(handler, body):
    handler.give(body[: body.rindex(b",\nREAR") + 2], length=False)


def chunks_cut(handler, body):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s\r\n" % (100, body[:100]) + b"%x\r\n%s" % (200, body[100:150]))
    handler.close_connection = True


def chunked(handler, body):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for begin in range(0, len(body), 700):
        part = body[begin : begin + 700]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
    handler.wfile.write(b"0\r\n\r\n")


def packed(handler, body):
    handler.give(gzip.compress(body), headers={"Content-Encoding": "gzip"})


def packed_in_pieces(handler, body):
    pieces = gzip.compress(body[:1000]) + gzip.compress(body[1000:])
    handler.give(pieces, headers={"Content-Encoding": "gzip"})


def packed_and_cut(handler, body):
    handler.give(gzip.compress(body)[:-20], headers={"Content-Encoding": "gzip"}, length=False)


def silent(handler, body):
    time.sleep(1.2)
    handler.close_connection = True


def dripping(handler, body):
    """Send a byte now and then: never silent for long, never done."""
    handler.give(b"", length=len(body))
    handler.close_connection = True
    with suppress(ConnectionError):
        for at in range(100):
            handler.wfile.write(body[at : at + 1])
            time.sleep(0.05)


def refused(status, headers=None, body=b"{}"):
    return lambda handler, right: handler.give(body, status, headers)


def web_page(handler, body):
    page = b"<!DOCTYPE html><html><head><title>Down for\n maintenance</title></head></html>"
    handler.give(page, headers={"Content-Type": "text/html"})


def in_json(handler, body):
    handler.give(b'{"error": true, "message": "Query timed out"}')


def without(column):
    """Give the rows without a column."""

    def fault(handler, body):
        rows = list(csv.reader(io.StringIO(body.decode())))
        at = rows[0].index(column)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(row[:at] + row[at + 1 :] for row in rows)
        handler.give(text.getvalue().encode())

    return fault


def sent_on(to):
    return lambda handler, body: handler.give(b"", 302, {"Location": to})
