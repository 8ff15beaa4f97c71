"""Reading LAPD files: a CSV to projected points beside bare read_csv, again from GeoParquet, and ten million rows."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import lapd_file
import numpy as np
import pandas as pd
from contest import Contestant, Match, versions
from points import CRS
from pyproj import Transformer

import lacrime_geo as lg
from lacrime_geo.crs import project
from lacrime_geo.places import at_places, collapse

TITLE = "Reading LAPD files, and projecting"
NOTE = (
    f"The file is synthetic (lapd_file.py), in the official format; {versions('pandas', 'pyarrow', 'geopandas')}. read_lapd "
    "reads, cleans, audits, categorises, projects and makes points; read_csv splits into columns. A whole process at its peak "
    "has interpreter and imports in it."
)
FOLDER = Path(tempfile.mkdtemp(prefix="reading-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
CSV, PARQUET, MANY = FOLDER / "crimes.csv", FOLDER / "crimes.parquet", FOLDER / "many"
TWO = ("occurred", "category")
PEAK = "\nprint(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024)"


@dataclass(frozen=True)
class Task:
    """The files, and as many values as there are rows."""

    x: np.ndarray
    y: np.ndarray | None = None
    cells: None = None


def prepare(rows, files=1, parquet=False):
    """Write the CSV of so many rows, in several files where that is asked, and convert it."""
    if files == 1:
        lapd_file.write(CSV, rows)
    MANY.mkdir(exist_ok=True)
    for number in range(files if files > 1 else 0):
        lapd_file.write(MANY / f"part{number:03d}.csv", rows // files, first=number * (rows // files))
    if parquet:
        lg.convert(CSV, PARQUET)
    return Task(np.empty(rows))


def ours(task):
    """Return the incidents as projected points."""
    return lg.read_lapd(CSV, crs=CRS)


def bare(task):
    """Return the columns as pandas finds them."""
    return pd.read_csv(CSV)


def judge_reading(task, frame, table):
    """Say whether rows and places are those that pandas reads, and how much memory each process takes as a whole."""
    same = len(frame) == len(table) and bool(
        (frame.dr_no.astype("int64").to_numpy() == table["DR_NO"].to_numpy()).all()
    )
    placed = (table.LAT != 0).to_numpy()
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(table.LON[placed], table.LAT[placed])
    apart = max(np.abs(frame.geometry.x[placed] - x).max(), np.abs(frame.geometry.y[placed] - y).max())
    code = f"import lacrime_geo as lg; lg.read_lapd({str(CSV)!r}, crs={CRS!r})"
    peaks = [_whole(code), _whole(f"import pandas as pd; pd.read_csv({str(CSV)!r})")]
    return (
        f"{'same' if same else 'other'} reports in the same order, places up to {apart:.0e} m apart; whole process at its peak "
        f"{peaks[0]:,.0f} and {peaks[1]:,.0f} MB"
    )


def _whole(code):
    done = subprocess.run([sys.executable, "-c", code + PEAK], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def judge_again(columns, task, frame, other):
    """Say whether what was stored is what was read."""
    first = lg.read_lapd(CSV)[[*columns, "geometry"]] if columns else lg.read_lapd(CSV)
    same = [name for name in first.columns if first[name].astype(object).equals(frame[name].astype(object))]
    return f"{len(same)} of {len(first.columns)} columns the same"


def degrees(x, y):
    """Return the points in degrees, as agencies publish them."""
    inverse = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    return Task(*(np.round(values, 4) for values in inverse.transform(x, y)))


def by_places(task):
    """Project each place once."""
    return at_places(task.x, task.y, partial(project, source="EPSG:4326", target=CRS))


def all_points(task):
    """Project every point."""
    return Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(task.x, task.y)


def by_geopandas(task):
    """Project every point as a geometry."""
    return gpd.GeoSeries(gpd.points_from_xy(task.x, task.y), crs="EPSG:4326").to_crs(CRS)


def judge_projecting(task, ours, peer):
    """Say in how many points the two differ in a bit, and how many places there are."""
    x, y = (peer.x, peer.y) if hasattr(peer, "x") else peer
    differing = int(((ours[0] != np.asarray(x)) | (ours[1] != np.asarray(y))).sum())
    return f"{differing:,} points differ in a bit; {collapse(task.x, task.y)[0].size:,} places"


def converting(source, task):
    """Return the file that all rows are converted to, portion by portion."""
    return lg.convert(source, PARQUET)


def filtered(task):
    """Return the burglaries of a month among all rows."""
    return lg.read_lapd(CSV, since="2023-05", until="2023-06", categories="burglary", columns=TWO)


def judge_rows(task, ours, peer):
    """Say how many rows there are."""
    return f"{len(lg.read_lapd(ours, columns=TWO)) if isinstance(ours, str) else len(ours):,} rows"


def _match(name, prepared, mine, peers, judge, **kept):
    return Match(name, kept.pop("points", None), prepared, mine, peers, judge, **kept)


_BARE = Contestant(f"{versions('pandas')} read_csv", bare)
_CSV = Contestant("read_lapd() of the CSV", ours)
_STORED = Contestant("read_lapd() of the GeoParquet", lambda task: lg.read_lapd(PARQUET))
_TWO = Contestant("the same, two columns", lambda task: lg.read_lapd(PARQUET, columns=TWO))
_GPD = Contestant(f"{versions('geopandas')} read_parquet", lambda task: gpd.read_parquet(PARQUET))
_MILLION = lapd_file.ROWS
MATCHES = [
    _match("CSV to projected points", partial(prepare, _MILLION), [_CSV], [_BARE], judge_reading),
    _match("again", partial(prepare, _MILLION, parquet=True), [_STORED], [_CSV, _GPD], partial(judge_again, ())),
    _match(
        "again, time and category",
        partial(prepare, _MILLION, parquet=True),
        [_TWO],
        [_CSV, _BARE],
        partial(judge_again, TWO),
    ),
    _match(
        "projecting",
        degrees,
        [Contestant("places once", by_places)],
        [
            Contestant(f"{versions('pyproj')} of all", all_points),
            Contestant(f"{versions('geopandas')} to_crs", by_geopandas),
        ],
        judge_projecting,
        points="dup",
    ),
    *(
        _match(
            f"{rows // 1_000_000} million rows to GeoParquet",
            partial(prepare, rows),
            [Contestant("convert()", partial(converting, CSV))],
            [],
            judge_rows,
            slow=True,
            series="convert()",
        )
        for rows in (_MILLION, 3 * _MILLION, 10 * _MILLION)
    ),
    _match(
        "ten million rows, some chosen",
        partial(prepare, 10 * _MILLION),
        [Contestant("read_lapd(since=, until=, categories=, columns=)", filtered)],
        [],
        judge_rows,
        slow=True,
    ),
    _match(
        "ten million rows in 100 files",
        partial(prepare, 10 * _MILLION, files=100),
        [Contestant("convert()", partial(converting, MANY))],
        [],
        judge_rows,
        slow=True,
    ),
]
