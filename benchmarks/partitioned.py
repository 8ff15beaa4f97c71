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

import numpy as np
import points
from contest import versions

TITLE = "Incidents in parts"
NOTE = (
    "Files of five million rows, row groups of a million, snappy: easting and northing (m), a moment and one of twelve kinds. "
    '"by time" are the rows in the order of their times, places at random; "by place" sorted along a curve within each file, as '
    "`convert` sorts them. All count in 25 m cells; ours then smooths as well. Seconds without the start of Python and of the "
    "cluster; megabytes are the peak of the process, of Dask that of the larger worker."
)
MILLIONS, CELL, BANDWIDTH = 50, 25.0, 500.0
GROWTH = (1, 10, 100)
RUNS = int(os.environ.get("RUNS", 3))
ROWS_IN_FILE, ROWS_IN_GROUP = 5_000_000, 1_000_000
WIDE = int(points.EXTENT[0] / CELL)
WEST, SOUTH = points.CORNER
MAPPING = {"x": "x", "y": "y", "date": "occurred", "category_column": "category", "crs": points.CRS}
KINDS = [f"kind {number:02d}" for number in range(12)]


def write(folder, millions, places, order):
    """Write incidents on places as parquet files; return their folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(folder) / f"{millions}M_{places}_{order.replace(' ', '_')}"
    if folder.is_dir():
        return folder
    staged = folder.with_suffix(".unfinished")
    staged.mkdir(parents=True)
    random = np.random.default_rng(points.SEED)
    # Coordinates to a tenth of a metre, as agencies write them.
    where = np.round(points._clustered(random, places), 1)
    appeal = random.lognormal(0.0, 1.2, places)
    reached = np.cumsum(appeal / appeal.sum())
    curve = np.argsort(_along_curve(*where))
    rank = np.empty(places, dtype=np.int64)
    rank[curve] = np.arange(places)
    rows = min(ROWS_IN_FILE, millions * 1_000_000)
    for number in range(millions * 1_000_000 // rows):
        place = np.minimum(np.searchsorted(reached, random.random(rows)), places - 1)
        if order == "by place":
            place = place[np.argsort(rank[place], kind="stable")]
        first = points.FIRST_DAY.astype("M8[ms]") + number * rows * np.timedelta64(3_000, "ms")
        kind = random.integers(0, len(KINDS), rows).astype(np.int32)
        columns = {
            "x": where[0][place],
            "y": where[1][place],
            "occurred": first + np.arange(rows) * np.timedelta64(3_000, "ms"),
            "category": pa.DictionaryArray.from_arrays(kind, pa.array(KINDS)),
        }
        pq.write_table(pa.table(columns), staged / f"part-{number:03d}.parquet", row_group_size=ROWS_IN_GROUP)
    staged.rename(folder)
    return folder


def _along_curve(x, y):
    """Return how far along a Z-order curve of 16 bits each coordinate lies."""
    cells = [((axis - axis.min()) / np.ptp(axis) * 65_535).astype(np.uint64) for axis in (x, y)]
    found = np.zeros(x.size, dtype=np.uint64)
    for bit in range(16):
        for shift, cell in enumerate(cells):
            found |= ((cell >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + shift)
    return found


def scanned(folder, client=None):
    """Return the incidents of a folder, none of them read."""
    import lacrime_geo as lg

    return lg.scan_incidents(f"{folder}/*.parquet", mapping=MAPPING, crs=points.CRS, client=client)


def counted(folder, client=None):
    """Return how many incidents are in each cell (flat), by their collapsed places."""
    found = scanned(folder, client).collapsed()
    cell = _cell(found.easting, found.northing)
    return np.bincount(cell, found.frequency, _cells()).astype(np.int64)


def _cell(x, y):
    column, row = np.floor((x - WEST) / CELL).astype(np.int64), np.floor((y - SOUTH) / CELL).astype(np.int64)
    return np.minimum(row, int(points.EXTENT[1] / CELL) - 1) * WIDE + np.minimum(column, WIDE - 1)


def _cells():
    return WIDE * int(points.EXTENT[1] / CELL)


def smoothed(folder, client=None):
    """Return the density of the incidents."""
    import lacrime_geo as lg

    return lg.kde(scanned(folder, client), bandwidth=BANDWIDTH, cell_size=CELL).values


def duckdb(folder):
    """Return how many incidents are in each cell, by DuckDB."""
    import duckdb as peer

    row = f"least(floor((y - {SOUTH}) / {CELL})::BIGINT, {int(points.EXTENT[1] / CELL) - 1})"
    column = f"least(floor((x - {WEST}) / {CELL})::BIGINT, {WIDE - 1})"
    query = (
        f"SELECT {row} * {WIDE} + {column} AS cell, count(*) AS n FROM read_parquet('{folder}/*.parquet') GROUP BY 1"
    )
    found = peer.sql(query).fetchnumpy()
    return _spread(found["cell"], found["n"])


def polars(folder):
    """Return how many incidents are in each cell, by polars."""
    import polars as peer

    row = ((peer.col("y") - SOUTH) / CELL).floor().cast(peer.Int64).clip(upper_bound=int(points.EXTENT[1] / CELL) - 1)
    column = ((peer.col("x") - WEST) / CELL).floor().cast(peer.Int64).clip(upper_bound=WIDE - 1)
    asked = peer.scan_parquet(f"{folder}/*.parquet").select((row * WIDE + column).alias("cell")).group_by("cell").len()
    found = asked.collect(engine="streaming")
    return _spread(found["cell"].to_numpy(), found["len"].to_numpy())


def dask_dataframe(folder):
    """Return how many incidents are in each cell, by Dask's own frames, on two workers."""
    import dask.dataframe as frames

    frame = frames.read_parquet(f"{folder}/*.parquet", columns=["x", "y"])
    cell = frame.map_partitions(lambda part: _series(part), meta=("cell", "int64"))
    found = cell.value_counts().compute()
    return _spread(found.index.to_numpy(), found.to_numpy())


def _series(part):
    import pandas as pd

    return pd.Series(_cell(part["x"].to_numpy(), part["y"].to_numpy()), name="cell")


def _spread(cell, count):
    grid = np.zeros(_cells(), dtype=np.int64)
    grid[np.asarray(cell, dtype=np.int64)] = count
    return grid


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
    """Run one contestant; print its seconds, megabytes and what tells its answer from others."""
    _warm()
    if name in ALONE:
        answer, seconds = _timed(lambda: ALONE[name](folder))
        megabytes = _peak()
    else:
        from dask.distributed import Client, LocalCluster

        # Dask's own frames need more than ours are given.
        memory = "4GB" if name == "dask.dataframe" else "500MB"
        settings = dict(n_workers=2, threads_per_worker=1, memory_limit=memory, dashboard_address=None)
        with LocalCluster(**settings) as cluster, Client(cluster) as client:
            client.run(_warm)
            work = (
                (lambda: dask_dataframe(folder))
                if name == "dask.dataframe"
                else (lambda: ON_CLUSTER[name](folder, client))
            )
            answer, seconds = _timed(work)
            megabytes = max(client.run(_peak).values())
    values = np.asarray(answer, dtype=float).ravel()
    told = [float(values.sum()), float(values @ np.cos(np.arange(values.size)))]
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "told": told, "cpus": os.cpu_count()}))


def _timed(work):
    begin = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - begin


def _warm():
    import pyarrow.parquet  # noqa: F401

    import lacrime_geo.scale  # noqa: F401


def _peak():
    """Return the peak memory of this process; what getrusage tells begins with that of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


def measured(name, folder, runs=RUNS):
    """Return the median seconds, the largest megabytes and the answer's marks of a contestant."""
    return _medians([_once(name, folder) for _ in range(runs)])


def _once(name, folder):
    command = [sys.executable, __file__, name, str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(printed.splitlines()[-1])


def _medians(found):
    return (
        float(np.median([one["seconds"] for one in found])),
        max(one["megabytes"] for one in found),
        found[0]["told"],
    )


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
    peers = versions("duckdb", "polars", "dask", "pyarrow")
    print(f"Peers: {peers}; {MILLIONS} million incidents, medians of {RUNS} alternated runs\n")
    print("| rows | places | contestant | s | × threads | threads' × | MB | grid |\n|---|--:|---|--:|--:|--:|--:|---|")
    for places, order in ((59_000, "by time"), (59_000, "by place"), (1_000_000, "by time"), (1_000_000, "by place")):
        files = write(folder, MILLIONS, places, order)
        names = ["threads", "two workers", "threads, smoothed", "two workers, smoothed", "DuckDB", "polars"]
        names += ["dask.dataframe"] if places == 59_000 else []
        found = {name: [] for name in names}
        for _ in range(RUNS):
            for name in names:
                found[name].append(_once(name, files))
        for name in names:
            seconds, megabytes, told = _medians(found[name])
            base = _medians(found["threads, smoothed" if "smoothed" in name else "threads"])
            grid = "density" if "smoothed" in name else "equal" if told == base[2] else "differs"
            row = (order, f"{places:,}", name, f"{seconds:.2f}", f"{seconds / base[0]:.2f}", f"{base[0] / seconds:.2f}")
            print(f"| {' | '.join(row)} | {megabytes:,.0f} | {grid} |", flush=True)
    _clusters(folder)
    _growth(folder)


def _clusters(folder):
    files = write(folder, MILLIONS, 1_000_000, "by time")
    print(f"\nDBSCAN of {MILLIONS} million incidents on a million places, eps 100 m, 5,000 incidents:\n")
    marks = []
    for name in ("DBSCAN, threads", "DBSCAN, two workers"):
        seconds, megabytes, told = measured(name, files, 1)
        marks.append(told)
        print(f"* {name}: {seconds:.2f} s, {megabytes:,.0f} MB", flush=True)
    print(f"* labels {'equal' if marks[0] == marks[1] else 'differ'}")


def _growth(folder):
    print("\n| million incidents on 59,000 places, by time | threads, s | MB | two workers, s | MB of a worker |")
    print("|--:|--:|--:|--:|--:|")
    table = []
    for millions in GROWTH:
        files = write(folder, millions, 59_000, "by time")
        here, there = (measured(name, files) for name in ("threads, smoothed", "two workers, smoothed"))
        table.append((millions, here[0], here[1], there[0], there[1]))
        print(f"| {millions} | {here[0]:.2f} | {here[1]:,.0f} | {there[0]:.2f} | {there[1]:,.0f} |", flush=True)
    number, *columns = np.array(table).T
    last = [np.log(column[-1] / column[-2]) / np.log(number[-1] / number[-2]) for column in columns]
    print(
        f"\nFrom {number[-2]:.0f} to {number[-1]:.0f} million, time grows as n^{last[0]:.2f} and memory as n^{last[1]:.2f} in "
        f"threads, as n^{last[2]:.2f} and n^{last[3]:.2f} on two workers."
    )


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
