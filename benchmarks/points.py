"""Seeded points in 70 × 50 km: a million incidents on clustered places ("dup"), or each on its own place ("distinct")."""

from pathlib import Path

import numpy as np

SEED = 20_240_501
INCIDENTS = 1_000_000
PLACES = 62_500  # some are drawn by no incident; about 59,000 remain
EXTENT = np.array([70_000.0, 50_000.0])
CORNER = np.array([360_000.0, 3_740_000.0])
CRS = "EPSG:32611"
CLUSTERS, BACKGROUND = 80, 0.3
FIRST_DAY = np.datetime64("2021-01-01", "s")


def write(folder):
    """Write the points as (2, n) arrays of easting and northing, dup.npy and distinct.npy; return a line on them."""
    standing = _write_both(Path(folder), "", INCIDENTS)
    return f"dup: {INCIDENTS:,} incidents on {standing:,} places; distinct: each on its own; seed {SEED}"


def read(folder, name):
    """Return easting and northing (m), nothing by the name None.

    "dup-10M" and "distinct-10M" are ten times as many, made when first asked for.
    """
    if name is None:
        return ()
    path = Path(folder) / f"{name}.npy"
    if not path.exists():
        _write_both(Path(folder), "-10M", 10 * INCIDENTS)
    return tuple(np.load(path))


def _write_both(folder, ending, incidents):
    """Write both sets of so many points; return the number of places that incidents stand on."""
    rng = np.random.default_rng(SEED)
    places, appeal = _clustered(rng, PLACES), rng.lognormal(0.0, 1.2, PLACES)
    drawn = rng.choice(PLACES, incidents, p=appeal / appeal.sum())
    np.save(folder / f"dup{ending}.npy", places[:, drawn])
    np.save(folder / f"distinct{ending}.npy", _clustered(rng, incidents))
    return np.unique(drawn).size


def times(number, days):
    """Return as many times, whole seconds after the first day, evenly over so many days."""
    return np.random.default_rng(SEED).integers(0, days * 86_400, number)


def unique(x, y):
    """Return the distinct places, the place of each point, and the number of points on each, by numpy's sort."""
    places, place, count = np.unique(x + 1j * y, return_inverse=True, return_counts=True)
    return np.column_stack([places.real, places.imag]), place, count


def _clustered(rng, number):
    """Draw places (2, number) around cluster centres of various widths, three in ten anywhere."""
    centre, width = rng.uniform(0, EXTENT, (CLUSTERS, 2)), rng.lognormal(np.log(1_500.0), 0.6, CLUSTERS)
    cluster = rng.choice(CLUSTERS, number, p=rng.dirichlet(np.full(CLUSTERS, 2.0)))
    xy = centre[cluster] + rng.normal(size=(number, 2)) * width[cluster, None]
    anywhere = rng.random(number) < BACKGROUND
    xy[anywhere] = rng.uniform(0, EXTENT, (int(anywhere.sum()), 2))
    folded = EXTENT - np.abs(EXTENT - np.abs(xy))  # what falls outside is mirrored at the edge
    return (folded + CORNER).T
