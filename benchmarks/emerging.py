"""Trends of many series, against pymannkendall; emerging hotspots of a year of weeks, without a peer in Python."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from contest import Clocked, Contestant, Match, versions
from points import CRS, FIRST_DAY, times

import lacrime_geo as lg

TITLE = "Mann-Kendall, and emerging hotspots"
NOTE = (
    "pymannkendall takes one series at a time: it is given 500 of the 350,000, and its seconds are 700 times as many. "
    "Not compared: ArcGIS, behind its licence, and emerging_hotspot_analysis() of R's sfdep, which is not installed here."
)
SERIES, STEPS, SAMPLE = 350_000, 52, 500
AREA = (70_000.0, 50_000.0)  # metres; 350,000 cells of 100 m


@dataclass(frozen=True)
class Trends:
    """Series of one value a week, and the same of which many are tied."""

    x: np.ndarray
    table: np.ndarray
    cells: None = None


@dataclass(frozen=True)
class Year:
    """Incidents of a year, and the study area."""

    x: np.ndarray
    incidents: lg.Incidents
    area: lg.Features
    band: float
    cells: int = SERIES


def continuous():
    """Return series without ties."""
    return Trends(np.empty(SERIES), np.random.default_rng(0).normal(size=(SERIES, STEPS)))


def counts():
    """Return series of small counts, nearly all of whose values are tied."""
    return Trends(np.empty(SERIES), np.random.default_rng(1).poisson(0.5, (SERIES, STEPS)))


def all_series(task):
    """Return z of every series."""
    return lg.mann_kendall(task.table).z


def one_by_one(task):
    """Return z of the first series, and the seconds that all would take."""
    from pymannkendall import original_test

    begin = time.perf_counter()
    z = np.array([original_test(series).z for series in task.table[:SAMPLE]])
    return Clocked(z, (time.perf_counter() - begin) * SERIES / SAMPLE)


def same_z(task, our_answer, peer_answer):
    """Say by how much the z of the peer's series differ."""
    peers = peer_answer.answer if isinstance(peer_answer, Clocked) else peer_answer
    return f"z differs by at most {np.abs(our_answer[: peers.size] - peers).max():.0e}"


def year_of(band):
    """Return what makes a year of a quarter of a million incidents on a city of 350,000 cells."""

    def prepare(x, y):
        from lacrime_geo.geometry import rectangles_wkb

        some = slice(0, 250_000)
        west, south = x.min(), y.min()
        inside = (x[some] < west + AREA[0]) & (y[some] < south + AREA[1])
        when = FIRST_DAY + times(x.size, 364)[some][inside]
        points = lg.Incidents(x[some][inside], y[some][inside], when=when, crs=CRS)
        square = rectangles_wkb(np.array([west]), np.array([south]), *AREA)
        return Year(points.easting, points, lg.Features(list(square), CRS, {}), band)

    return prepare


def emerging(task):
    """Return the patterns of all cells."""
    given = dict(cell_size=100, time_step="week", distance_band=task.band, boundary=task.area)
    return lg.emerging_hotspots(task.incidents, **given)["pattern"]


def judge_alone(task, our_answer, peer_answer):
    """Say nothing: there is no peer."""
    return ""


_OURS = [Contestant("mann_kendall()", all_series)]
_PEER = [Contestant(f"{versions('pymannkendall')} original_test, × {SERIES // SAMPLE}", one_by_one)]
MATCHES = [
    Match(f"{SERIES:,} series of {STEPS}, no ties", None, continuous, _OURS, _PEER, same_z),
    Match(f"{SERIES:,} series of {STEPS}, counts with ties", None, counts, _OURS, _PEER, same_z),
    *(
        Match(
            f"a year by weeks, cells of 100 m, neighbours within {band:g} m",
            "dup",
            year_of(band),
            [Contestant("emerging_hotspots()", emerging)],
            [],
            judge_alone,
        )
        for band in (150.0, 500.0)
    ),
]
