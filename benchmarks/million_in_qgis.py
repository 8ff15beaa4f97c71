"""A GeoPackage of a million points through kde, hotspots and dbscan in QGIS, against QGIS's own, and what reading takes of it."""

from __future__ import annotations

import time
from functools import partial

import clusters_in_qgis
import in_qgis
from contest import Clocked, Contestant, Match
from started import FOLDER, VERSION, run

TITLE = "In QGIS, a million points end to end, and how much of it is reading them"
CELL_SIZE = 100.0
EPS, MIN_SAMPLES = 100.0, 100


def hotspots(task):
    """Return the file with the cells by lacrime:hotspots."""
    return run("lacrime:hotspots", FOLDER / "hotspots.gpkg", INCIDENTS=task.layer)


def reading(task):
    """Read the points as each of our algorithms does; return how many there are."""
    from lacrime_qgis import layers
    from lacrime_qgis import reading as plugin_reading
    from qgis.core import QgsProcessingContext, QgsVectorLayer

    began = time.perf_counter()
    layer = QgsVectorLayer(task.layer, "points", "ogr")
    source = layers.Source(layer, task.layer)
    found = plugin_reading.incidents_of(source, QgsProcessingContext(), [], None, None, None)
    return Clocked(found.size, time.perf_counter() - began)


def judge(task, our_file, peer_answer):
    """Say what the two have in common: nothing but the points, where hotspots stand beside a heatmap."""
    if isinstance(peer_answer, int):
        return f"reading alone: {peer_answer:,} points"
    return "another question of the same points"


def _judged(judge_of, task, ours, peer):
    return judge(task, ours, peer) if isinstance(peer, int) else judge_of(task, ours, peer)


def _match(name, prepare, ours, own, judge_of):
    return Match(
        name=name,
        points="dup",
        prepare=prepare,
        ours=[Contestant(f"lacrime:{name.split(':')[0]}", ours)],
        peers=[Contestant(f"{VERSION} {own[0]}", own[1]), Contestant("of ours, reading the features", reading)],
        judge=partial(_judged, judge_of),
    )


def _prepared(x, y):
    return in_qgis.prepare(CELL_SIZE, x, y)


HEATMAP = "heatmap", in_qgis.heatmap
MATCHES = [
    _match("kde: quartic 500 m, cells of 100 m", _prepared, in_qgis.ours, HEATMAP, in_qgis.judge),
    _match("hotspots: as it chooses", _prepared, hotspots, HEATMAP, judge),
    _match(
        f"dbscan: eps {EPS:g} m, min_samples {MIN_SAMPLES}",
        partial(clusters_in_qgis.prepare, 1_000_000, EPS, MIN_SAMPLES, None),
        clusters_in_qgis.ours,
        ("native:dbscanclustering", clusters_in_qgis.native),
        clusters_in_qgis.judge,
    ),
]
