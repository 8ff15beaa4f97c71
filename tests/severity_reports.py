"""Made-up incidents whose severity class depends on what is planted, for the tests of the severity class."""

from dataclasses import replace

import numpy as np

import lacrime_geo as lg

PREMISES = ("home", "street", "shop", "park")
BEGIN = np.datetime64("2022-01-01T00:00")


def reports(n=3000, seed=0, *, premise=1.0, hour=0.0, place=0.0, level=0.0, lag=5):
    """Return incidents of a year, Part 1 with log odds that depend on premise, hour and place, in steps of so much."""
    random = np.random.default_rng(seed)
    when = BEGIN + np.sort(random.integers(0, 365 * 24 * 60, n)).astype("m8[m]")
    kind = random.integers(0, len(PREMISES), n)
    east = 380_000 + random.uniform(0, 6000, n)
    of_day = (when - when.astype("M8[D]")).astype(float) / 60
    odds = level + premise * (kind - 1.5) + hour * np.cos(2 * np.pi * of_day / 24) + place * np.sign(east - 383_000)
    grave = random.random(n) < 1 / (1 + np.exp(-odds))
    source = {
        "premise_code": 100 + kind,
        "premise": np.array(PREMISES, dtype=object)[kind],
        "crime_code": np.where(grave, random.choice([310, 510, 210], n), random.choice([624, 740], n)),
    }
    reported = when + (random.exponential(lag, n) * 1440).astype("m8[m]")
    north = 3_768_000 + random.uniform(0, 3000, n)
    return lg.Incidents(east, north, when=when, reported=reported, source=source, crs="EPSG:32611", label="reports")


def with_columns(incidents, **columns):
    """Return the incidents with some columns of their source replaced, or further ones."""
    return replace(incidents, source={**incidents.source, **columns})
