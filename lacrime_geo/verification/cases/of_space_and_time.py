"""Space and time: Mann-Kendall, the patterns of emerging hotspots, near repeats, the scan's likelihood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ... import Incidents, emerging_pattern, mann_kendall, near_repeat, space_time_cube
from ...spacetime.scan_likelihood import log_likelihood_ratio
from ..declared import Case
from ..small_layers import points, rectangle

RULES = "the 17 rules of docs/emerging_hotspots.md"
KNOX = "by hand; bands half-open"
# What the Near Repeat Calculator 1.3 printed for its own example, 970 burglaries of Chicago in January 2016.
CHICAGO = [[28, 5, 5, 2], [44, 13, 8, 4], [97, 56, 19, 16], [77, 67, 45, 20], [182194, 146149, 95237, 45879]]


def _edges() -> np.ndarray:
    """Return the pairs by band of three incidents, 3, 4 and 7 days and 0 and 100 m apart."""
    when = np.array(["2023-05-01T23:30", "2023-05-04T00:30", "2023-05-08T12:00"], dtype="M8[s]")
    some = points([0, 100, 100], [0, 0, 0], when=when)
    return near_repeat(some, distance_bands=[0, 100, 200], time_bands=[0, 3, 4, 7, 8], permutations=9)["observed"]


def _expected() -> float:
    """Return what is expected of four incidents on two places and two days: pairs near · pairs soon / all pairs."""
    day = np.datetime64("2023-05-01") + np.array([0, 0, 30, 30])
    some = points([0, 0, 500, 500], [0, 0, 0, 0], when=day)
    return near_repeat(some, distance_bands=[0, 1], time_bands=[0, 1], permutations=9)["expected_analytic"][0]


def _chicago(file: Path) -> np.ndarray:
    columns = np.loadtxt(file, delimiter=",", dtype=str)
    x, y = columns[:, :2].astype(float).T
    burglaries = Incidents(x, y, when=columns[:, 2].astype("M8[D]"), crs="EPSG:32616")
    edges: dict[str, Any] = dict(distance_bands=[0, 1, 100, 200, 300, np.inf], time_bands=[0, 7, 14, 21, np.inf])
    return near_repeat(burglaries, **edges, metric="manhattan", permutations=9)["observed"]


def _counts_of_days() -> list[int]:
    """Return the counts of two cells on ten days: 4 a day in one, and in the other as many as the number of the day."""
    day = np.r_[np.repeat(np.arange(10), 4), np.repeat(np.arange(10), np.arange(10) + 1)]
    x = np.repeat([50.0, 150.0], [40, 55])
    # Rows that are not in order, each at the very end of its day.
    order = np.random.default_rng(0).permutation(x.size)
    when = (np.datetime64("2023-03-05") + day + 1).astype("M8[s]")[order] - 1
    some = points(x[order], np.full(x.size, 50.0), when=when)
    count = np.asarray(space_time_cube(some, cell_size=100, time_step=1, boundary=rectangle(599, 499)).count)
    return count[:, count.any(axis=0)].ravel().tolist()


def _rising() -> list[float]:
    found = mann_kendall(np.arange(10))
    return [found.S, found.var, found.z]


def _pattern(z: object) -> str:
    return emerging_pattern(z).pattern


CASES = (
    Case(
        "S, variance, Z of ten rising numbers",
        "mann_kendall",
        [45, 125, 3.935],
        5e-4,
        "Mann 1945; Kendall 1975, by hand",
        _rising,
    ),
    Case(
        "p of ten rising numbers",
        "mann_kendall",
        8.3e-5,
        5e-7,
        "Mann 1945; Kendall 1975",
        lambda: mann_kendall(np.arange(10)).p,
    ),
    Case(
        "S and variance with ties: 1 1 1 2",
        "mann_kendall",
        [3, 5],
        1e-12,
        "Gilbert 1987, section 16.4.2, by hand",
        lambda: mann_kendall([1, 1, 1, 2])[:2],
    ),
    Case(
        "hot in the last of 10 steps alone",
        "emerging_hotspots",
        "new hot spot",
        0,
        RULES,
        lambda: _pattern([0] * 9 + [3]),
    ),
    Case(
        "hot in the last four steps",
        "emerging_hotspots",
        "consecutive hot spot",
        0,
        RULES,
        lambda: _pattern([0] * 6 + [3] * 4),
    ),
    Case("hot in every other step", "emerging_hotspots", "sporadic hot spot", 0, RULES, lambda: _pattern([0, 3] * 5)),
    Case(
        "hot in every other step, once cold",
        "emerging_hotspots",
        "oscillating hot spot",
        0,
        RULES,
        lambda: _pattern([-3, 3] + [0, 3] * 4),
    ),
    Case(
        "always hot and hotter",
        "emerging_hotspots",
        "intensifying hot spot",
        0,
        RULES,
        lambda: _pattern(np.arange(3, 13)),
    ),
    Case(
        "always hot and less so",
        "emerging_hotspots",
        "diminishing hot spot",
        0,
        RULES,
        lambda: _pattern(np.arange(13, 3, -1)),
    ),
    Case("always as hot", "emerging_hotspots", "persistent hot spot", 0, RULES, lambda: _pattern([5] * 10)),
    Case(
        "hot in all steps but the last",
        "emerging_hotspots",
        "historical hot spot",
        0,
        RULES,
        lambda: _pattern([5] * 9 + [0]),
    ),
    Case("pairs at the edges belong to the band above", "near_repeat", [0, 0, 1, 0, 0, 1, 0, 1], 0, KNOX, _edges),
    Case("pairs expected: near · soon / all, 2 · 2 / 6", "near_repeat", 2 / 3, 1e-12, "Knox 1964, by hand", _expected),
    Case(
        "counts of two cells on ten days",
        "space_time_cube",
        np.ravel(np.column_stack([np.full(10, 4), np.arange(1, 11)])),
        0,
        "by hand",
        _counts_of_days,
    ),
    Case(
        "pairs of 970 burglaries in Chicago, 20 bands",
        "near_repeat",
        np.ravel(CHICAGO),
        0,
        "Near Repeat Calculator 1.3, its example",
        _chicago,
        data="nearrepeat/chicago_be_month1.csv",
    ),
    Case(
        "log likelihood ratio of 20 cases, 10 expected, of 100",
        "space_time_scan",
        20 * np.log(2) + 80 * np.log(80 / 90),
        1e-9,
        "Kulldorff 1997, by hand",
        lambda: log_likelihood_ratio(np.array([20]), np.array([10.0]), 100)[0],
    ),
)
