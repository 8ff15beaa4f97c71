"""Early warnings, against R's surveillance where it is installed: Farrington's bounds, EARS, and whole runs of a city's areas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import in_r
import numpy as np
import pandas as pd
from contest import Contestant, Match

import lacrime_geo as lg
from lacrime_geo.alerting import ears, farrington

TITLE = "Early warnings"
FIRST = np.datetime64("2020-01-01")
YEAR = 52
# The limit of C1 that the CDC set.
CLASSICAL = 3.0


@dataclass(frozen=True)
class Task:
    """Counts (areas, steps), and how many of the last steps are judged."""

    counts: np.ndarray
    last: int
    cells: None = None

    @property
    def x(self):
        """One value per count."""
        return self.counts.ravel()

    @property
    def table(self):
        """The counts as the library takes them."""
        areas, steps = self.counts.shape
        names = np.repeat([f"area {row}" for row in range(areas)], steps)
        return dict(area=names, date=np.tile(FIRST + np.arange(steps), areas), count=self.x)


def prepare(areas, steps, last, season=0.0, lowest=0.1):
    """Draw counts of areas of many levels, a season and a steep trend, which both contestants keep, in them if wanted."""
    random = np.random.default_rng(12)
    level = np.geomspace(lowest, 30, areas)[:, None]
    week = np.arange(steps)
    mean = level * np.exp(season * np.sin(2 * np.pi * week / YEAR) + 4 * season * week / steps)
    return Task(random.poisson(random.gamma(mean / 0.5, 0.5)), last)


def bounds(task):
    """Return Farrington's bounds of the last weeks (areas, weeks)."""
    steps, found = task.counts.shape[1], []
    for week in range(steps - task.last, steps):
        one = farrington.expected_of(task.counts, week, YEAR)
        found.append(farrington.bound(one.mean, one.dispersion, np.full(one.mean.size, 0.01)))
    return np.array(found).T


def week_before(task):
    """Return the bounds of C1 of the last days (areas, days)."""
    counts = task.counts.astype(float)
    return ears.ears_c1(counts).count_at(np.full(counts.shape, CLASSICAL))[:, -task.last :]


def in_surveillance(name, task):
    """Return the same by R."""
    return in_r.surveillance(name, pd.DataFrame(task.counts.T), task.last)


def judged(method, task):
    """Return the alarms of the last days, with p by simulation and false discoveries held down."""
    since = FIRST + task.counts.shape[1] - task.last
    return lg.alerts(task.table, method=method, since=since)


def alike(task, our_answer, peer_answer):
    """Say of how many steps both have the same bound."""
    peer = np.asarray(peer_answer).reshape(task.last, -1, order="F").T
    both = np.isfinite(peer) & np.isfinite(our_answer)
    same = np.isclose(our_answer[both], peer[both], rtol=1e-6)
    apart = np.abs(our_answer - peer)[both].max()
    return f"{100 * same.mean():.1f} % of {both.sum():,} bounds the same, {apart:.3g} apart at most"


def said(task, our_answer, peer_answer):
    """Say how many alarms there are of counts in which nothing happens."""
    alarms = our_answer.judged()["state"] == "alarm"
    allowed = our_answer.parameters["false_alarms_per_year"]
    return f"{alarms.sum():,} false alarms of {alarms.size:,} judged days of areas; {allowed:g} a year allowed"


R = f"surveillance {in_r.SURVEILLANCE}"


def _against_r(name, words, ours, peer, *prepared):
    return Match(
        name=name,
        points=None,
        prepare=partial(prepare, *prepared),
        ours=[Contestant(words, ours)],
        peers=[Contestant(f"{R} {peer[0]}", partial(in_surveillance, peer[1]))] if in_r.SURVEILLANCE else [],
        judge=alike if in_r.SURVEILLANCE else lambda task, our_answer, peer_answer: "",
    )


def _run(method, last, words):
    return Match(
        name=f"{method}, 1,000 areas, three years of days, {words}",
        points=None,
        prepare=partial(prepare, 1000, 3 * 365, last),
        ours=[Contestant("alerts()", partial(judged, method))],
        peers=[],
        judge=said,
    )


MATCHES = [
    _against_r(
        "Farrington, 50 areas, the last 10 of 416 weeks",
        "bounds",
        bounds,
        ("farringtonFlexible", "farrington"),
        50,
        416,
        10,
        0.3,
        4.0,
    ),
    _against_r("EARS C1, 1,000 areas, a year of days", "bounds", week_before, ("earsC", "ears"), 1000, 400, 365),
    *(_run(method, 1, "the last night") for method in ("poisson", "ears_c3", "cusum")),
    _run("poisson", 365, "the last year, night by night"),
]
