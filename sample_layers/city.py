"""The land of an invented city: sea, hills, parks and divisions, in metres from ORIGIN."""

import numpy as np

from boundaries import Boundaries, resolve_checkerboards

ORIGIN = np.array([373_000.0, 3_768_000.0])  # EPSG:32611, metres
CITY_NAME = "Santa Alba"
FRAME = (-27_000.0, -33_000.0, 27_000.0, 33_000.0)  # the drawn land: west, south, east, north
PIXEL = 150.0
SEED = 1781
SEA, COUNTRY = 0, 22
ALONG = np.array([0.62, -0.7846])  # down the coast, to the south-east
SEAWARD = np.array([-0.7846, -0.62])
CENTRE = np.array([1_600.0, -900.0])
DOWNTOWN = np.array([3_300.0, -1_900.0])  # divisions are smaller around it

# name, kind, centre x and y, half axes, turn (radians), phase of the wobble
GREEN = (
    ("Alba Hills", "hills", -3_000, 9_200, 7_000, 2_500, 0.12, 0.4),
    ("Lantern Ridge", "hills", 13_000, 6_000, 2_200, 3_900, -0.35, 2.1),
    ("Cape Morrow", "hills", -1_000, -19_300, 2_100, 1_400, 0.3, 1.0),
    ("Observatory Park", "park", 3_900, 3_200, 1_500, 900, 0.5, 3.0),
    ("Mill Pond Park", "park", 8_700, -8_600, 1_000, 700, -0.4, 0.9),
    ("Founders Park", "park", 4_150, -800, 380, 300, 0.5, 1.7),
    ("Salt Marsh Reserve", "park", -4_500, -4_300, 1_200, 650, -0.9, 2.6),
    ("Fairground", "park", -9_300, 15_300, 1_300, 800, 0.2, 5.0),
    ("Orchard Basin", "park", 5_600, 14_700, 900, 1_300, 0.3, 4.0),
)


def coast(t):
    """Distance of the shore from the origin, seaward, at t metres down the coast."""
    bay = -5_200 * np.exp(-(((t + 1_000) / 7_000) ** 2))
    headland = 4_700 * np.exp(-(((t - 13_600) / 3_600) ** 2))
    harbour = -3_000 * np.exp(-(((t - 19_800) / 1_900) ** 2))
    return 12_600 + bay + headland + harbour + 240 * np.sin(t / 1_250) + 110 * np.sin(t / 530 + 1)


def shore_points(t, inland):
    """Points at t metres down the coast, moved inland by some metres."""
    t = np.asarray(t, dtype=float)
    return t[:, None] * ALONG + (coast(t) - inland)[:, None] * SEAWARD


def is_sea(x, y):
    """Whether places lie seaward of the shore."""
    return x * SEAWARD[0] + y * SEAWARD[1] > coast(x * ALONG[0] + y * ALONG[1])


def blob(x, y, half_x, half_y, turn, phase, steps=90):
    """Closed wobbly ellipse, counter-clockwise."""
    angle = np.linspace(0, 2 * np.pi, steps + 1)
    wobble = 1 + 0.13 * np.sin(3 * angle + phase) + 0.09 * np.sin(5 * angle + 2 * phase) + 0.05 * np.sin(9 * angle)
    u, v = half_x * wobble * np.cos(angle), half_y * wobble * np.sin(angle)
    ring = np.column_stack([x + u * np.cos(turn) - v * np.sin(turn), y + u * np.sin(turn) + v * np.cos(turn)])
    ring[-1] = ring[0]
    return ring


def _inside_limits(x, y):
    """Whether places lie within the inland limits of the city."""
    dx, dy = np.moveaxis(1.6 * (_warp(x, y) - np.stack([x, y], axis=-1)), -1, 0)
    dx, dy = x + dx - CENTRE[0], y + dy - CENTRE[1]
    angle = np.arctan2(dy, dx)
    oval = 1 / np.hypot(np.cos(angle) / 15_600, np.sin(angle) / 22_000)
    wave = 1 + 0.09 * np.cos(3 * angle + 0.9) + 0.08 * np.cos(5 * angle + 2.6) + 0.03 * np.cos(11 * angle + 1)
    return np.hypot(dx, dy) < oval * wave


def _warp(x, y):
    """Bend the plane a little, so that the borders between divisions are not straight."""
    dx = 420 * np.sin(y / 1_150 + np.sin(x / 2_300)) + 130 * np.sin(y / 390 + x / 900)
    dy = 420 * np.sin(x / 1_270 + np.sin(y / 2_100)) + 130 * np.sin(x / 430 - y / 800)
    return np.stack([x + dx, y + dy], axis=-1)


def _nearest(points, seeds):
    return np.argmin(((points[:, None] - seeds[None]) ** 2).sum(axis=-1), axis=1)


def _seeds(places, rng, count=21):
    """Spread division seeds by Lloyd's rule, closer together where more people live."""
    weight = 0.25 + np.exp(-((np.hypot(*(places - DOWNTOWN).T) / 8_000) ** 2))
    seeds = places[rng.choice(len(places), count, replace=False, p=weight / weight.sum())]
    for _ in range(25):
        nearest = _nearest(places, seeds)
        total = np.bincount(nearest, weight, count)
        seeds = np.column_stack([np.bincount(nearest, weight * axis, count) / total for axis in places.T])
    return seeds[np.argsort(np.hypot(*(seeds - DOWNTOWN).T), kind="stable")]


def _labels():
    """Raster of sea, country and divisions 1 to 21, row 0 in the south."""
    west, south, east, north = FRAME
    x, y = np.meshgrid(np.arange(west + PIXEL / 2, east, PIXEL), np.arange(south + PIXEL / 2, north, PIXEL))
    sea, city = is_sea(x, y), _inside_limits(x, y)
    labels = np.where(sea, SEA, COUNTRY)
    city &= ~sea
    places = np.column_stack([x[city], y[city]])
    seeds = _seeds(places[::7], np.random.default_rng(SEED))
    labels[city] = 1 + _nearest(_warp(x[city], y[city]), _warp(*seeds.T))
    return resolve_checkerboards(labels)


def build_land():
    """Rings of the land and of each division (1 to 21), with shared vertices, and of the green areas."""
    boundaries = Boundaries(_labels(), FRAME[0], FRAME[1], PIXEL)
    return {
        "land": boundaries.ring(list(range(1, COUNTRY + 1))),
        "city": boundaries.ring(list(range(1, COUNTRY))),
        "divisions": {code: boundaries.ring([code]) for code in range(1, COUNTRY)},
        "green": [(name, kind, blob(*shape)) for name, kind, *shape in GREEN],
    }
