"""The Knox test, against pointpats on one pair of thresholds, and by itself on the two million near pairs of a large table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import numpy as np
from contest import Contestant, Match, versions
from pointpats import Knox
from points import CRS, FIRST_DAY, times

import lacrime_geo as lg

TITLE = "Near repeats (Knox test)"
DAYS, DAY = 365, 86_400
EDGES = [0, 1, 100, 200, 300, 400, np.inf]
WEEKS = [0, 7, 14, 21, 28, np.inf]


@dataclass(frozen=True)
class Task:
    """The points, their days, how near (m) and how soon (days) pairs are, and how often dates are shuffled."""

    x: np.ndarray
    y: np.ndarray
    day: np.ndarray
    distance: float
    days: int
    permutations: int
    cells: None = None

    @property
    def incidents(self):
        """The points with dates, as the library takes them."""
        return lg.Incidents(self.x, self.y, when=FIRST_DAY.astype("M8[D]") + self.day, crs=CRS)


def prepare(size, distance, days, permutations, x, y):
    """Take so many of the points, with days of one year."""
    return Task(x[:size], y[:size], times(x.size, DAYS)[:size].astype(np.int64) // DAY, distance, days, permutations)


def ours(task):
    """Return the table of two by two bands; pointpats counts what is exactly as far and as late, half-open bands do not."""
    bands = dict(distance_bands=[0, np.nextafter(task.distance, np.inf), np.inf], time_bands=[0, task.days + 1, np.inf])
    return lg.near_repeat(task.incidents, **bands, permutations=task.permutations)


def theirs(task):
    """Return the same by pointpats."""
    points = np.column_stack([task.x, task.y])
    return Knox(points, task.day[:, None], delta=task.distance, tau=task.days, permutations=task.permutations)


def large(task):
    """Return the table of six by five bands, and the seconds that it took."""
    start = time.perf_counter()
    table = lg.near_repeat(task.incidents, distance_bands=EDGES, time_bands=WEEKS, permutations=task.permutations)
    return table, time.perf_counter() - start


def judge(task, our_answer, peer_answer):
    """Say whether the observed tables and the expected pairs are the same."""
    same = our_answer["observed"].tolist() == peer_answer.observed.ravel().astype(int).tolist()
    expected = abs(our_answer["expected_analytic"][0] / peer_answer.expected[0, 0] - 1) < 1e-9
    p = f"p {our_answer['p'][0]:.2f} and {peer_answer.p_sim:.2f}"
    return (
        f"observed table {'the same' if same else 'DIFFERENT'}, expected {'the same' if expected else 'DIFFERENT'}, {p}"
    )


def speed(task, our_answer, peer_answer):
    """Say how many near pairs were compared in a second, in the last run."""
    table, seconds = our_answer
    near = int(table["observed"][np.isfinite(table["distance_to"])].sum())
    return f"{near:,} near pairs, {near * task.permutations / seconds / 1e6:,.0f} million pair-permutations a second"


def _against_pointpats(size, days):
    return Match(
        name=f"dup: 200 m, {days} days, 99 permutations, {size:,} events",
        points="dup",
        prepare=partial(prepare, size, 200.0, days, 99),
        ours=[Contestant("near_repeat()", ours)],
        peers=[Contestant(f"{versions('pointpats')} Knox", theirs)],
        judge=judge,
    )


MATCHES = [
    _against_pointpats(5_000, 14),
    _against_pointpats(5_000, 28),
    _against_pointpats(20_000, 14),
    Match(
        name="distinct: 6 × 5 bands up to 400 m, 999 permutations",
        points="distinct",
        prepare=partial(prepare, 111_000, 400.0, 28, 999),
        ours=[Contestant("near_repeat()", large)],
        peers=[],
        judge=speed,
    ),
]
