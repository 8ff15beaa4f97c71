"""From a GeoPackage to one with clusters in QGIS: lacrime:dbscan and lacrime:st_dbscan against QGIS's own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyogrio
from answers import Found, compared
from contest import Contestant, Match
from points import FIRST_DAY, times
from started import FOLDER, HERE, VERSION, run

TITLE = "In QGIS, from a GeoPackage of points to one with their clusters"
DAYS, DAY_IN_MS = 365, 86_400_000


@dataclass(frozen=True)
class Task:
    """The points, the layer that holds them, how far neighbours may be apart (m, days), and how many of them make a core."""

    x: np.ndarray
    layer: str
    eps: float
    min_samples: int
    eps_time: int | None = None
    cells: None = None


def prepare(size, eps, min_samples, eps_time, x, y):
    """Write so many of the points as a layer, with times."""
    layer = FOLDER / f"points-{size}.gpkg"
    if not layer.exists():
        second = FIRST_DAY.astype(np.int64) + times(x.size, DAYS)
        saved = FOLDER / "points.npy"
        np.save(saved, [x[:size], y[:size], second[:size]])
        subprocess.run([sys.executable, HERE / "layer.py", saved, layer], check=True)
    return Task(x[:size], str(layer), eps, min_samples, eps_time)


def ours(task):
    """Return the file with a cluster and a core on every incident, by lacrime:dbscan or lacrime:st_dbscan."""
    options = dict(INCIDENTS=task.layer, EPS=task.eps, MIN_SAMPLES=task.min_samples)
    if task.eps_time is None:
        return run("lacrime:dbscan", FOLDER / "ours.gpkg", **options)
    return run("lacrime:st_dbscan", FOLDER / "ours.gpkg", EPS_TIME=task.eps_time, **options)


def native(task):
    """Return the file with a CLUSTER_ID on every point by QGIS's own, whose border points stay in."""
    options = {"INPUT": task.layer, "EPS": task.eps, "MIN_SIZE": task.min_samples, "DBSCAN*": False}
    if task.eps_time is None:
        return run("native:dbscanclustering", FOLDER / "native.gpkg", **options)
    # A duration without a unit is in milliseconds.
    times = dict(DATETIME_FIELD="occurred", EPS2=task.eps_time * DAY_IN_MS)
    return run("native:stdbscanclustering", FOLDER / "native.gpkg", **times, **options)


def copied(task):
    """Copy the layer without looking for clusters: what opening, reading and writing take of the others' time."""
    run("native:savefeatures", FOLDER / "copied.gpkg", INPUT=task.layer)


def judge(task, our_file, native_file):
    """Compare noise and clusters; QGIS does not tell which points are core, so ours are taken."""
    if native_file is None:
        return "a copy of the layer, without clusters"
    ours = pyogrio.read_dataframe(our_file, columns=["cluster", "core"], read_geometry=False)
    named = pyogrio.read_dataframe(native_file, columns=["CLUSTER_ID"], read_geometry=False)["CLUSTER_ID"]
    found = Found(ours["cluster"].to_numpy(), ours["core"].to_numpy(dtype=bool))
    return compared(found, Found(named.fillna(0).to_numpy(dtype=np.int64) - 1))  # QGIS counts from 1, NULL is noise


def _match(size, eps, min_samples, eps_time=None, slow=False):
    kind = "dbscan" if eps_time is None else "st_dbscan"
    days = "" if eps_time is None else f", {eps_time} days"
    return Match(
        name=f"{kind}: eps {eps:g} m{days}, min_samples {min_samples}",
        points="dup",
        prepare=partial(prepare, size, eps, min_samples, eps_time),
        ours=[Contestant(f"lacrime:{kind}", ours)],
        peers=[
            Contestant(f"{VERSION} native:{kind.replace('_', '')}clustering", native),
            Contestant(f"{VERSION} native:savefeatures", copied),
        ],
        judge=judge,
        slow=slow,
    )


MATCHES = [
    _match(100_000, 200.0, 20),
    _match(100_000, 500.0, 5, 7),
    _match(300_000, 200.0, 60, slow=True),
    _match(200_000, 500.0, 10, 7, slow=True),
]
