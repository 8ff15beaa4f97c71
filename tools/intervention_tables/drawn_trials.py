"""Made-up trials on real incidents: discs where nothing began, or where incidents are taken out after a date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import lacrime_geo as lg
from lacrime_geo.geometry import circles_wkb
from lacrime_geo.incidents import Incidents
from lacrime_geo.interventions.detectable_change import TESTS, Design
from lacrime_geo.interventions.displacement_difference import wdd
from lacrime_geo.interventions.rate_ratios import irr
from lacrime_geo.interventions.trial_areas import TrialAreas
from lacrime_geo.interventions.trial_counts import TrialCounts
from lacrime_geo.interventions.trial_periods import DAY, TrialPeriods, Window, placebo_pairs
from lacrime_geo.interventions.trial_rows import Asked, rows_of
from lacrime_geo.two_counts import e_test

RADIUS, APART, REACH = 700.0, 2_000.0, 250.0
CANDIDATES, LEAST = 20, 10
# How the areas of a trial are chosen.
ANY, ALIKE, HIGH, BOTH_HIGH = "any two", "control alike", "treated where it had risen", "both where it had risen"
TOLD = 0.05


class Drawn(NamedTuple):
    """Hold one trial: the periods, and its incidents by area."""

    periods: TrialPeriods
    counts: TrialCounts


def trials(incidents: Incidents, days: int, how: str, number: int, seed: int = 0, placebos: int = 6):
    """Yield trials of two discs far from each other, with starts drawn so that there is time before and after."""
    random = np.random.default_rng(seed)
    placed = incidents.located()
    day = placed.when.astype("M8[D]")
    whole = Window(day.min(), day.max() + DAY)
    first, last = whole.begin + (placebos + 1) * days * DAY, whole.end - days * DAY
    while number:
        start = first + int(random.integers(0, int((last - first) / DAY) + 1)) * DAY
        periods = (Window(start - days * DAY, start), Window(start, start + days * DAY))
        pair = _pair(placed, day, periods, how, random)
        if pair is not None:
            areas = TrialAreas(*(_disc(placed, row) for row in pair), REACH)
            kind = areas.kind_of(placed.easting, placed.northing)
            earlier = placebo_pairs(*periods, whole)
            yield Drawn(TrialPeriods(*periods, None, earlier), TrialCounts(day, kind, np.ones(day.size), 4))
            number -= 1


def _disc(placed: Incidents, row: int) -> lg.Features:
    where = placed.easting[row : row + 1], placed.northing[row : row + 1]
    return lg.Features(list(circles_wkb(*where, RADIUS)), placed.crs)


def _pair(placed, day, periods, how, random):
    """Return the incidents around which both discs are drawn, None where the places drawn do not do."""
    rows = random.choice(day.size, CANDIDATES, replace=False)
    x, y = placed.easting, placed.northing
    near = (x - x[rows, None]) ** 2 + (y - y[rows, None]) ** 2 <= RADIUS**2
    near = near.astype(float)
    before = near @ periods[0].holds(day)
    long_before = near @ periods[0].moved(-periods[0].days).holds(day)
    usable = before >= LEAST
    risen = np.where(usable, (before - long_before) / np.sqrt(before + long_before + 1), -np.inf)
    treated = int(np.argmax(risen)) if how in (HIGH, BOTH_HIGH) else int(np.argmax(usable))
    apart = np.hypot(x[rows] - x[rows[treated]], y[rows] - y[rows[treated]]) >= APART
    others = np.flatnonzero(usable & apart)
    if not usable[treated] or not others.size:
        return None
    choose = {
        ALIKE: lambda: others[np.argmin(np.abs(before[others] - before[treated]))],
        BOTH_HIGH: lambda: others[np.argmax(risen[others])],
    }
    control = choose.get(how, lambda: others[0])()
    return int(rows[treated]), int(rows[control])


def answers(drawn: Drawn) -> dict[str, float]:
    """Return the p of each statistic."""
    periods, counts = drawn
    sums = counts.sums((periods.before, periods.after), 0).astype(int)
    rows = rows_of(counts, periods, Asked(np.ones(4), 95.0, 0))
    return {
        "difference, Poisson": _quiet(wdd, sums[0], sums[1]).p,
        "difference, widened": rows[1].p,
        "with displacement, widened": rows[0].p,
        "ratio": _quiet(irr, sums[0], sums[1]).p,
        "treated alone": e_test(*sums[0]),
    }


def _quiet(function, *counts):
    import logging

    log = logging.getLogger("lacrime_geo")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        return function(*counts)
    finally:
        log.setLevel(level)


def shares(drawn, keep=None) -> tuple[dict[str, float], list[int]]:
    """Return the share of trials that each statistic tells a change in, and the incidents treated before."""
    found, before = [], []
    for trial in drawn:
        trial = trial if keep is None else keep(trial)
        found.append(answers(trial))
        before.append(int(trial.counts.sums((trial.periods.before, trial.periods.after), 0)[0, 0]))
    return {name: float(np.mean([one[name] <= TOLD for one in found])) for name in found[0]}, before


def taken_out(share: float, seed: int = 0):
    """Return what takes a share of the treated incidents out of the period after."""
    random = np.random.default_rng(seed)

    def take(trial: Drawn) -> Drawn:
        counts = trial.counts
        gone = (counts.kind == 0) & trial.periods.after.holds(counts.day) & (random.random(counts.day.size) < share)
        return trial._replace(counts=counts._replace(kind=np.where(gone, -1, counts.kind)))

    return take


def promised(drawn, share: float) -> dict[str, float]:
    """Return the mean of the powers that a plan would have promised for these trials, Poisson."""
    powers = []
    for trial in drawn:
        periods = trial.periods
        rates = trial.counts.sums((periods.before, periods.after), 0)[:2, 0] / periods.before.days
        design = Design(float(rates[0]), float(rates[1]), periods.before.days, periods.after.days)
        powers.append([float(power(design, np.array(share))) for power in TESTS.values()])
    return dict(zip(TESTS, np.mean(powers, axis=0).tolist()))
