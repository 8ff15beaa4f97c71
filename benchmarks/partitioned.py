"""Fifty million incidents from parquet to a density of 25 m cells, and what grows with them: threads, Dask workers and peers.

Each contestant is a process of its own, started in turn: `partitioned.py CONTESTANT FOLDER` prints its seconds and megabytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import points
from contest import versions
from partitioned_files import CONVERTED, MAPPING, converted, write

TITLE = "Incidents in parts"
NOTE = (
    "Files of five million rows, row groups of a million, snappy: easting and northing (m), a moment and one of twelve kinds. "
    '"by time" are the rows in the order of their times, places at random; "converted" what `lacrime-geo convert` makes of them, '
    "where peers bin the columns of bounds, in degrees. All count in cells of about 25 m; ours then smooths as well. Seconds "
    "without the start of Python and of the cluster; megabytes are the peak of the process, of Dask that of the larger worker."
)
MILLIONS, CELL, BANDWIDTH = 50, 25.0, 500.0
GROWTH = (1, 10, 100)
# In each process, of which the first is told apart; and processes of each contestant.
RUNS, ROUNDS = 3, 1


def scanned(folder, client=None):
    """Return the incidents of a folder, none of them read."""
    import lacrime_geo as lg

    if Path(folder).name.endswith(CONVERTED):
        return lg.scan_incidents(folder, crs=points.CRS, client=client)
    return lg.scan_incidents(f"{folder}/*.parquet", mapping=MAPPING, crs=points.CRS, client=client)


def counted(folder, client=None):
    """Return how many incidents are in each cell (flat), by their collapsed places."""
    found = scanned(folder, client).collapsed()
    cells, x, y = Cells.of(folder), found.easting, found.northing
    if cells is DEGREES:
        from lacrime_geo.crs import project

        x, y = project(x, y, points.CRS, "EPSG:4326")
    return np.bincount(cells.of_places(x, y), found.frequency, cells.number).astype(np.int64)


class Cells(NamedTuple):
    """The cells in which a file's places are counted: where they begin, how wide they are, and the columns of x and y."""

    west: float
    south: float
    side: float
    columns: int
    rows: int
    x: str
    y: str

    @classmethod
    def of(cls, folder):
        """Return those of a folder: metres, or of converted incidents degrees."""
        return DEGREES if Path(folder).name.endswith(CONVERTED) else METRES

    @property
    def number(self):
        """The number of cells."""
        return self.columns * self.rows

    def of_places(self, x, y):
        """Return the number of the cell of each place, those on the far edges in the last ones."""
        column, row = (np.floor((axis - begin) / self.side) for axis, begin in ((x, self.west), (y, self.south)))
        return (np.minimum(row, self.rows - 1) * self.columns + np.minimum(column, self.columns - 1)).astype(np.int64)

    def grid(self, cell, count):
        """Return counts of some cells as those of all."""
        found = np.zeros(self.number, dtype=np.int64)
        found[np.asarray(cell, dtype=np.int64)] = count
        return found


METRES = Cells(*points.CORNER, CELL, *(points.EXTENT / CELL).astype(int), "x", "y")
# Of the extent about; the odd fractions keep places off the edges of cells.
DEGREES = Cells(-118.5234567, 33.7834567, 0.00025, 3_300, 2_100, "bbox.xmin", "bbox.ymin")


def smoothed(folder, client=None):
    """Return the density of the incidents."""
    import lacrime_geo as lg

    return lg.kde(scanned(folder, client), bandwidth=BANDWIDTH, cell_size=CELL).values


def duckdb(folder):
    """Return how many incidents are in each cell, by DuckDB."""
    import duckdb as peer

    cells = Cells.of(folder)
    row = f"least(floor(({cells.y} - {cells.south}) / {cells.side})::BIGINT, {cells.rows - 1})"
    column = f"least(floor(({cells.x} - {cells.west}) / {cells.side})::BIGINT, {cells.columns - 1})"
    query = f"SELECT {row} * {cells.columns} + {column} AS cell, count(*) AS n FROM '{folder}/*.parquet' GROUP BY 1"
    found = peer.sql(query).fetchnumpy()
    return cells.grid(found["cell"], found["n"])


def polars(folder):
    """Return how many incidents are in each cell, by polars."""
    import polars as peer

    cells = Cells.of(folder)

    def axis(name, begin, number):
        column, *of = name.split(".")
        value = peer.col(column).struct.field(of[0]) if of else peer.col(column)
        return ((value - begin) / cells.side).floor().cast(peer.Int64).clip(upper_bound=number - 1)

    cell = axis(cells.y, cells.south, cells.rows) * cells.columns + axis(cells.x, cells.west, cells.columns)
    found = peer.scan_parquet(f"{folder}/*.parquet").select(cell.alias("cell")).group_by("cell").len()
    found = found.collect(engine="streaming")
    return cells.grid(found["cell"].to_numpy(), found["len"].to_numpy())


def clustered(folder, client=None):
    """Return the labels of a search for clusters."""
    import lacrime_geo as lg

    return lg.dbscan(scanned(folder, client), eps=100, min_samples=5_000)["cluster"]


ALONE = {
    "threads": counted,
    "threads, smoothed": smoothed,
    "DuckDB": duckdb,
    "polars": polars,
    "DBSCAN, threads": clustered,
}
ON_CLUSTER = {"two workers": counted, "two workers, smoothed": smoothed, "DBSCAN, two workers": clustered}


def run(name, folder):
    """Run one contestant some times; print its seconds, megabytes and what tells its answer from others."""
    _warm()
    if name in ALONE:
        _print(*_timed(lambda: ALONE[name](folder)), _peak())
        return
    from dask.distributed import Client, LocalCluster

    settings = dict(n_workers=2, threads_per_worker=1, memory_limit="500MB", dashboard_address=None)
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        client.run(_warm)
        timed = _timed(lambda: ON_CLUSTER[name](folder, client))
        _print(*timed, max(client.run(_peak).values()))


def _timed(work):
    """Return the answer, and the seconds of each run."""
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - begin)
    return answer, seconds


def _print(answer, seconds, megabytes):
    values = np.asarray(answer, dtype=float).ravel()
    told = [float(values.sum()), float(values @ np.cos(np.arange(values.size)))]
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "told": told}))


def _warm():
    import pyarrow.parquet  # noqa: F401

    import lacrime_geo.scale  # noqa: F401


def _peak():
    """Return the peak memory of this process; what getrusage tells begins with that of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


def measured(name, folder, rounds=2):
    """Return the seconds of the first call and the median of all later ones, the most megabytes, and the answer's marks."""
    found = [_once(name, folder) for _ in range(rounds)]
    return Measured.of(found)


class Measured(NamedTuple):
    """Seconds of the first call and of later ones in the median, megabytes at most, and what tells the answer."""

    first: float
    seconds: float
    megabytes: float
    told: list[float]

    @classmethod
    def of(cls, found):
        """Return those of some processes."""
        later = [seconds for one in found for seconds in one["seconds"][1:] or one["seconds"]]
        first = float(np.median([one["seconds"][0] for one in found]))
        return cls(first, float(np.median(later)), max(one["megabytes"] for one in found), found[0]["told"])


def _once(name, folder):
    command = [sys.executable, __file__, name, str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
    return json.loads(printed.splitlines()[-1])


def report():
    """Print the tables."""
    # The files are large, and kept where BENCHMARK_FILES says, if it does.
    folder = os.environ.get("BENCHMARK_FILES")
    if folder:
        _report(folder)
        return
    with tempfile.TemporaryDirectory() as own:
        _report(own)


def _report(folder):
    peers = versions("duckdb", "polars", "pyarrow")
    print(f"Peers: {peers}; {MILLIONS} million incidents, {RUNS} runs in each of {ROUNDS} alternated processes\n")
    print("| files | places | contestant | s (first call) | MB | grid |\n|---|--:|---|--:|--:|---|")
    for places, order in ((59_000, "by time"), (59_000, CONVERTED), (1_000_000, "by time"), (1_000_000, CONVERTED)):
        files = write(folder, MILLIONS, places)
        _race(converted(folder, files) if order == CONVERTED else files, places, order)
    _clusters(folder)
    _growth(folder)


def _race(files, places, order):
    names = ["threads", "two workers", "DuckDB", "polars"]
    names += ["threads, smoothed", "two workers, smoothed"] if places < 1_000_000 else []
    found = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            found[name].append(_once(name, files))
    grid = Measured.of(found["threads"]).told
    for name in names:
        one = Measured.of(found[name])
        same = "density" if "smoothed" in name else "equal" if one.told == grid else "differs"
        row = (order, f"{places:,}", name, f"{one.seconds:.2f} ({one.first:.2f})", f"{one.megabytes:,.0f}", same)
        print(f"| {' | '.join(row)} |", flush=True)


def _clusters(folder):
    files = converted(folder, write(folder, MILLIONS, 1_000_000))
    print(f"\nDBSCAN of {MILLIONS} million incidents on a million places, eps 100 m, 5,000 incidents:\n")
    found = {name: measured(name, files, 1) for name in ("DBSCAN, threads", "DBSCAN, two workers")}
    for name, one in found.items():
        print(f"* {name}: {one.seconds:.2f} s (first call {one.first:.2f}), {one.megabytes:,.0f} MB", flush=True)
    here, there = (one.told for one in found.values())
    print(f"* labels {'equal' if here == there else 'differ'}")


def _growth(folder):
    print("\n| million incidents on 59,000 places, by time | threads, s | MB | two workers, s | MB of a worker |")
    print("|--:|--:|--:|--:|--:|")
    table = []
    for millions in GROWTH:
        files = write(folder, millions, 59_000)
        here, there = (measured(name, files, 1) for name in ("threads, smoothed", "two workers, smoothed"))
        table.append((millions, here.seconds, here.megabytes, there.seconds, there.megabytes))
        print("| {} | {:.2f} | {:,.0f} | {:.2f} | {:,.0f} |".format(*table[-1]), flush=True)
    number, *columns = np.array(table).T
    last = [np.log(column[-1] / column[-2]) / np.log(number[-1] / number[-2]) for column in columns]
    print(
        f"\nFrom {number[-2]:.0f} to {number[-1]:.0f} million, time grows as n^{last[0]:.2f} and memory as n^{last[1]:.2f} in "
        f"threads, as n^{last[2]:.2f} and n^{last[3]:.2f} on two workers."
    )
    for name, seconds in (("threads", columns[0]), ("two workers", columns[2])):
        slope = (seconds[1] - seconds[0]) / (number[1] - number[0])
        told = seconds[0] + slope * (number[-1] - number[0])
        print(
            f"{name}: the line through {number[0]:.0f} and {number[1]:.0f} million, {seconds[0] - slope * number[0]:.2f} s + "
            f"{1000 * slope:.1f} ms a million, tells {told:.2f} s for {number[-1]:.0f} million; measured {seconds[-1]:.2f} s."
        )


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
