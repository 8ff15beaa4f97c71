"""What the tests of `watch` share: a small city, known better from week to week, and the tables of a history."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np

import lacrime_geo as lg
from lacrime_geo.geometry import rectangles_wkb
from lacrime_geo.watching.history_tables import TABLES

BEGIN = np.datetime64("2023-01-02")
DELAYS, SHARES = (0, 1, 5, 20), (0.6, 0.2, 0.15, 0.05)
EAST, NORTH = 380_000, 3_768_000
EAST_NAME = "east'); DROP TABLE runs; -- <b>"


def small_city(days=210, a_day=6, seed=1):
    """Return the columns of incidents with a place, a time, a date of report and a category."""
    random = np.random.default_rng(seed)
    when = np.repeat(BEGIN + np.arange(days), random.poisson(a_day, days)).astype("M8[s]")
    when += random.integers(60, 86_400, when.size).astype("m8[s]")
    x, y = random.uniform(0, 4000, (2, when.size))
    reported = when.astype("M8[D]") + random.choice(DELAYS, when.size, p=SHARES)
    category = random.choice(["burglary", "robbery", "theft"], when.size, p=(0.5, 0.2, 0.3)).astype(object)
    return dict(easting=x + EAST, northing=y + NORTH, when=when, reported=reported, category=category)


def incidents_of(columns, rows=slice(None)):
    """Return columns, or some of their rows, as incidents."""
    return lg.Incidents(**{name: column[rows] for name, column in columns.items()}, crs="EPSG:32611")


def halves():
    """Return two areas, the west and the east of the city; the name of one is what others would have to escape."""
    wkb = list(rectangles_wkb(np.array([EAST, EAST + 2000.0]), np.array([NORTH, NORTH], dtype=float), 2000.0, 4000.0))
    return lg.Features(wkb, "EPSG:32611", {"name": np.array(["west", EAST_NAME], dtype=object)}, "halves")


def tables(path):
    """Return the rows of all tables of a GeoPackage, by table."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return {name: [dict(row) for row in database.execute(f"SELECT * FROM {name} ORDER BY fid")] for name in TABLES}


def whole(found):
    """Tell whether every run of the tables has all that a run adds, and nothing is there of a run that is not."""
    runs = [row["run"] for row in found["runs"]]
    assert runs == list(range(1, len(runs) + 1))
    for table in ("claims", "monitors", "forecasts"):
        numbers = [row["run"] for row in found[table]]
        assert set(numbers) == set(runs), table
        if table == "monitors":
            assert all(numbers.count(run) == 13 for run in runs)
    return len(runs)


def csv_of(columns, rows, path):
    """Write some rows as any agency's table."""
    import geopandas as gpd

    points = gpd.GeoSeries.from_xy(columns["easting"][rows], columns["northing"][rows], crs="EPSG:32611").to_crs(4326)
    lines = ["id,occurred,reported,category,longitude,latitude"]
    for number, (when, told, kind, place) in enumerate(
        zip(columns["when"][rows], columns["reported"][rows], columns["category"][rows], points)
    ):
        lines.append(f"{number},{str(when).replace('T', ' ')},{str(told)[:10]},{kind},{place.x:.6f},{place.y:.6f}")
    path.write_text("\n".join(lines), encoding="utf-8")


class Runs:
    """Runs of `watch` on a history that has its first one, each in a process of its own, which may be killed."""

    SCRIPT = """
import logging, os, sys
logging.disable(logging.CRITICAL)
sys.path.insert(0, sys.argv[2])
from watched import incidents_of, small_city
import lacrime_geo as lg
city = incidents_of(small_city(days=100))
lg.watch(city, sys.argv[1], model="last count")
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            while True:
                lg.watch(city, sys.argv[1], model="last count", again=True)
        except OSError as problem:
            os._exit(7 if "cannot be used" in str(problem) or "psycopg2" in str(problem) else 1)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
    DATABASE_LOST = 7

    def __init__(self, place):
        self.command = [sys.executable, "-c", self.SCRIPT, place, Path(__file__).parent]

    def __enter__(self):
        """Make the first run, from which the processes of the others are forked: so they need not import again."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *problem):
        """End the process."""
        self.process.communicate()

    def begin(self):
        """Begin runs, one after another, and return the number of their process."""
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self):
        """Wait until that process has ended, and return its status: −9 where it was killed."""
        return int(self.process.stdout.readline())
