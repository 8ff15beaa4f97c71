"""The space-time permutation scan: against one circle after another in numpy, and by itself with 999 random scans."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from contest import Contestant, Match
from points import CRS, FIRST_DAY, times

import lacrime_geo as lg

TITLE = "Outbreaks (space-time scan)"
NOTE = "No Python package with this scan was found; SaTScan, a program of its own, was not at hand."
CELL, RADIUS, LONGEST = 500.0, 3_000.0, 28


@dataclass(frozen=True)
class Task:
    """The points and their days, and how many random scans."""

    x: np.ndarray
    y: np.ndarray
    day: np.ndarray
    days: int
    permutations: int
    cells: None = None


def prepare(size, days, permutations, x, y):
    """Take so many of the points, with days."""
    day = times(x.size, days)[:size] // 86_400
    # The last day must have one, as the period ends there.
    day[0] = days - 1
    return Task(x[:size], y[:size], day, days, permutations)


def ours(task):
    """Return the quantiles of the random maxima, and the largest ratio as it happened."""
    incidents = lg.Incidents(task.x, task.y, when=FIRST_DAY.astype("M8[D]") + task.day, crs=CRS)
    found = lg.space_time_scan(incidents, permutations=task.permutations)
    return found.parameters["largest_by_chance"], found.parameters["largest"]


def by_circles(task):
    """Return the same by a loop over centres: places in the order of their distance, running sums over these and over days."""
    random, n = np.random.default_rng(1), task.x.size
    places, place = np.unique(np.c_[task.x, task.y], axis=0, return_inverse=True)
    corner = places.min(axis=0)
    centres = (np.unique(np.floor((places - corner) / CELL), axis=0) + 0.5) * CELL + corner
    radii = np.arange(CELL / 2, RADIUS + 1, CELL / 2)
    best = []
    for number in range(task.permutations + 1):
        day = task.day if number == 0 else random.permutation(task.day)
        table = np.zeros((len(places), task.days))
        np.add.at(table, (place.ravel(), day), 1)
        until = np.cumsum(table[:, ::-1], axis=1)[:, :LONGEST]
        of_place, of_span = table.sum(axis=1), until.sum(axis=0)
        best.append(max(_of_centre(centre, places, radii, of_place, until, of_span, n) for centre in centres))
    return np.quantile(best[1:], [0.5, 0.95, 1.0]).tolist(), best[0]


def _of_centre(centre, places, radii, of_place, until, of_span, n):
    distance = np.hypot(*(places - centre).T)
    order = np.argsort(distance)
    last = np.searchsorted(distance[order], radii, side="right") - 1
    order = order[: last[-1] + 1]
    last = last[last >= 0]
    cases, total = np.cumsum(until[order], axis=0)[last], np.cumsum(of_place[order])[last]
    expected = total[:, None] * of_span / n
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = cases * np.log(cases / expected) + (n - cases) * np.log((n - cases) / (n - expected))
    kept = (cases > expected) & (cases >= 2) & (2 * total[:, None] <= n)
    return ratio[kept].max(initial=0.0)


def judge(task, our_answer, peer_answer):
    """Compare the largest ratios, or say what random scans reach."""
    if peer_answer is None:
        return f"largest by chance: {our_answer[0][0]:.2f} in half of the scans, at most {our_answer[0][2]:.2f}"
    medians = f"{our_answer[0][0]:.2f} and {peer_answer[0][0]:.2f}"
    return (
        f"largest ratio {our_answer[1]:.9f} and {peer_answer[1]:.9f}; median of random maxima {medians} (other draws)"
    )


def _match(name, size, days, permutations, peers, slow=False):
    make = partial(prepare, size, days, permutations)
    return Match(name, "dup", make, [Contestant("space_time_scan()", ours)], peers, judge, slow)


_LOOPS = Contestant("numpy, circle by circle", by_circles)
MATCHES = [
    _match("West LA's burglaries' size, 19 random scans", 1_555, 480, 19, [_LOOPS]),
    _match("West LA's burglaries' size, 999 random scans", 1_555, 480, 999, []),
    _match("the city's size, 999 random scans", 38_520, 61, 999, []),
]
