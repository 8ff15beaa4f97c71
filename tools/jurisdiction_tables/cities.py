"""What the file of 68 agencies over 1975 to 2015 holds: findings, trends, how often a joinpoint is chance, persistence."""

from functools import cache

import numpy as np

import lacrime_geo as lg
from lacrime_geo.jurisdictions.joinpoint_fits import Observed, best_fits, criterion, permutation_p
from tools.markdown import number, percent, table

FILE = "us_city_crime_ucr_1975_2015.csv"
COUNTED = {"violent crimes": "violent_crime", "homicides": "homs_sum", "robberies": "rob_sum"}
# Series of 41 years around a straight trend, to see how often a joinpoint is found that is not there.
RUNS, YEARS = 400, np.arange(1975.0, 2016.0)


@cache
def panel(data):
    """Return the checked file."""
    return lg.read_ucr(data / FILE)


def findings(data):
    """Return what the checks found, rule by rule, those without a row left out."""
    told = panel(data).findings()
    rows = [
        (f"`{told['rule'][row]}`", f"{told['rows'][row]:,}", told["examples"][row], told["action"][row])
        for row in range(len(told))
        if told["rows"][row]
    ]
    return table(["check", "rows", "such as", "what follows"], rows)


def trends(data):
    """Return how many agencies fell and rose over the last ten years, and how many joinpoints their trends have."""
    rows = []
    for words, column in COUNTED.items():
        found = lg.rate_trends(data / FILE, count=column)
        many = np.bincount(found["joinpoints"], minlength=4)
        fell, rose = int((found["high_10"] < 0).sum()), int((found["low_10"] > 0).sum())
        middle = f"{np.median(found['change_10']):+.1f} %".replace("-", "−")
        alike = int((found["autocorrelation"] > 0.3).sum())
        rows.append((words, fell, rose, len(found) - fell - rose, middle, " / ".join(map(str, many)), alike))
    head = [
        "of 68 agencies",
        "fell",
        "rose",
        "not sure",
        "median change a year",
        "with 0 / 1 / 2 / 3 joinpoints",
        "alike from year to year",
    ]
    return table(head, rows)


def no_joinpoint(_):
    """Return how often series that have no joinpoint get one, by how they spread around their straight trend."""
    kinds = {
        "Poisson, 50 crimes a year": (50, 1, 0.0),
        "Poisson, 2,000": (2000, 1, 0.0),
        "8 times the variance, 2,000": (2000, 8, 0.0),
    }
    kinds["2,000, years alike (autocorrelation 0.6)"] = (2000, 8, 0.6)
    rows = [(words, *(percent(share) for share in _found_by_chance(*kind))) for words, kind in kinds.items()]
    return table(["series without a joinpoint", "by BIC any", "p of a first one ≤ 0.05"], rows)


def _found_by_chance(level, spread, memory):
    random = np.random.default_rng(19)
    some, small = 0, 0
    for run in range(RUNS):
        series = _drawn(random, level, spread, memory)
        fits = best_fits(series, 3)
        some += int(np.argmin([criterion(fit) for fit in fits]) > 0)
        small += permutation_p(series, fits[0], np.random.SeedSequence(run), 99) <= 0.05
    return some / RUNS, small / RUNS


def _drawn(random, level, spread, memory):
    """Return counts around a trend that falls by 2 % a year; with a memory, what is left of a year goes into the next."""
    mean = level * np.exp(-0.02 * (YEARS - YEARS[0]))
    if memory:
        shocks = random.normal(0, np.sqrt((spread - 1) / level * (1 - memory**2)), YEARS.size)
        wander = np.zeros(YEARS.size)
        for year in range(1, YEARS.size):
            wander[year] = memory * wander[year - 1] + shocks[year]
        counts = random.poisson(mean * np.exp(wander))
    else:
        counts = random.poisson(mean) if spread == 1 else random.negative_binomial(mean / (spread - 1), 1 / spread)
    return Observed(YEARS, counts.astype(float), np.full(YEARS.size, 1e5))


def persistence(data):
    """Return how many agencies were high in which share of their years, and how many would be if ranks were shuffled."""
    found = lg.persistent_high(data / FILE)
    share = found["share"]
    shuffled = _shuffled(found)
    rows = []
    for words, low, high in (
        ("never", -1, 0),
        ("up to half", 0, 0.5),
        ("more than half", 0.5, 0.8999),
        ("nine of ten or more", 0.8999, 1),
    ):
        rows.append(
            (
                words,
                int(((share > low) & (share <= high)).sum()),
                number(((shuffled > low) & (shuffled <= high)).sum(axis=1).mean()),
            )
        )
    return table(["years high", "agencies", "if ranks were shuffled every year"], rows)


def _shuffled(found, runs=200):
    random, states = np.random.default_rng(5), found.is_high
    shares = []
    for _ in range(runs):
        drawn = states.copy()
        for column in drawn.T:
            known = np.isfinite(column)
            column[known] = random.permutation(column[known])
        shares.append(np.nanmean(drawn, axis=1))
    return np.array(shares)


TABLES = {"findings": findings, "trends": trends, "no joinpoint": no_joinpoint, "persistence": persistence}
