"""Hotspots: Gi and Gi*, Moran's I, corrections for many tests, concentration."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ... import Features, compare, gi_star, incremental_moran, jitter_sensitivity, local_moran, moran, stability
from ...concentration import gini, gini_generalised, measures_of
from ...geometry import polygon_wkb
from ...neighbours import contiguity
from ...rate_smoothing import empirical_bayes
from ...significance import adjust, two_sided
from ..declared import Case, NotRun
from ..published import spdep
from ..small_layers import counted, points, rectangle, squares

ESDA = "PySAL's esda, G_Local; Ord & Getis 1995, eq. 14"
BH = "Benjamini & Hochberg 1995, table 1"
IN_R = "spdep 1.2-7"
# Table 1 of Benjamini & Hochberg 1995.
PAPER = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1,
]
SIX = dict(x=[10, 20, 40, 15, 30, 30], y=[10, 10, 10, 20, 20, 30])
SIX_VALUES = [2, 3, 3.2, 5, 8, 7]
GI = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]
GI_STAR = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
THIRTY = np.ravel(spdep.COUNTS)


def _six(include_self: bool) -> np.ndarray:
    options: dict[str, Any] = dict(neighbours="band", distance_band=15, include_self=include_self)
    return gi_star(points(**SIX), value=SIX_VALUES, **options)["z"]


def _within_a_band(include_self: bool) -> np.ndarray:
    options: dict[str, Any] = dict(neighbours="band", distance_band=1000, include_self=include_self)
    return gi_star(points(spdep.X, spdep.Y), value=spdep.VALUES, **options)["z"]


def _lattice(include_self: bool, row_standardised: bool = False) -> np.ndarray:
    from scipy import sparse

    areas, neighbours = squares(5, 6, count=THIRTY), "queen"
    if row_standardised:
        binary = contiguity(areas)
        neighbours = sparse.diags(1 / np.asarray(binary.sum(axis=1)).ravel()) @ binary
    return gi_star(areas, value="count", neighbours=neighbours, include_self=include_self)["z"]


def _local(column: str) -> np.ndarray:
    return local_moran(squares(5, 6, count=THIRTY), value="count", neighbours="queen")[column]


def _global(expected: dict[str, float], row_standardised: bool) -> list[float]:
    table = moran(squares(5, 6, count=THIRTY), value="count", neighbours="queen", row_standardised=row_standardised)
    return [float(table[name][0]) for name in expected]


def _by_distance(column: str) -> float:
    """Return what a band of 1.5 cells has, in which the neighbours are the queen's."""
    counts = counted(np.array(spdep.COUNTS).reshape(5, 6))
    return float(incremental_moran(counts, cell_size=100, steps=3, boundary=rectangle(599, 499))[column][0])


def _crowd() -> Any:
    """Return 600 incidents spread evenly and 300 on a sixteenth of the ground."""
    x, y = np.random.default_rng(0).uniform(0, 3000, (2, 900))
    x[:300], y[:300] = x[:300] / 4 + 1500, y[:300] / 4 + 1500
    return points(x, y)


def _found_again() -> int:
    """Return in how many of ten grids the fullest cell is hot."""
    found = stability(_crowd(), cell_size=200, runs=10, boundary=rectangle(3000, 3000))
    return int(found["hot"][found["count"].argmax()])


def _unmoved() -> int:
    """Return how many cells are not found again in each run where nothing is moved."""
    options: dict[str, Any] = dict(radius=0, runs=3, cell_size=200, boundary=rectangle(3000, 3000))
    found = jitter_sensitivity("hotspots", _crowd(), **options)
    return int((~np.isin(found["hot"], (0, 3)) | (found["stable_hot"] != (found["hot"] == 3))).sum())


def _columbus(row_standardised: bool) -> float:
    """Return the Moran's I of CRIME in libpysal's own columbus."""
    import libpysal
    from libpysal.io import open as opened

    try:
        path = libpysal.examples.get_path("columbus.shp")
    except Exception as problem:  # where it is not installed it tries to load it, and fails in many ways
        raise NotRun("libpysal's example columbus") from problem
    if path is None:
        raise NotRun("libpysal's example columbus")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it will leave out one day
        rings = [np.array(shape.vertices) for shape in opened(path)]
        crime = np.array(opened(str(Path(path).with_suffix(".dbf"))).by_col("CRIME"), dtype=float)
    # Its own unit is unknown and small; contiguity does not change with it.
    areas = Features([polygon_wkb(*1000 * ring.T) for ring in rings], "EPSG:32611")
    found = moran(areas, value=crime, neighbours="queen", row_standardised=row_standardised)
    return float(found["moran_i"][0])


def _measures(name: str) -> float:
    return measures_of(np.array([6, 0, 3, 1, 0, 0, 0, 0, 0, 0]), 2)[name]


def _rejected(correction: str) -> int:
    return int((adjust(np.array(PAPER), correction) <= 0.05).sum())


def _case(name: str, analysis: str, expected: Any, tolerance: float, source: str, got: Any, **more: Any) -> Case:
    return Case(name, analysis, np.ravel(expected) if np.ndim(expected) else expected, tolerance, source, got, **more)


CASES = (
    _case("Gi of six points, to 8 digits", "gi_star", GI, 1e-7, ESDA, lambda: _six(False)),
    _case("Gi* of six points, to 8 digits", "gi_star", GI_STAR, 1e-8, ESDA, lambda: _six(True)),
    _case("Gi of 30 areas, queen neighbours", "gi_star", spdep.GI, 1e-10, IN_R + ", localG", lambda: _lattice(False)),
    _case(
        "Gi* of 30 areas, queen neighbours", "gi_star", spdep.GI_STAR, 1e-10, IN_R + ", localG", lambda: _lattice(True)
    ),
    _case(
        "Gi* is the same with row-standardised weights",
        "gi_star",
        spdep.GI_STAR,
        1e-10,
        IN_R + ", localG",
        lambda: _lattice(True, True),
    ),
    _case("Gi within 1,000 m", "gi_star", spdep.BAND_GI, 1e-10, IN_R + ", dnearneigh", lambda: _within_a_band(False)),
    _case(
        "Gi* within 1,000 m", "gi_star", spdep.BAND_GI_STAR, 1e-10, IN_R + ", dnearneigh", lambda: _within_a_band(True)
    ),
    _case(
        "empirical Bayes rates of 30 areas",
        "gi_star",
        spdep.EB_RATES,
        1e-13,
        IN_R + ", EBest",
        lambda: empirical_bayes(np.array(spdep.COUNTS, float), np.array(spdep.POPULATION, float)).ravel(),
    ),
    _case(
        "local Moran's I of 30 areas",
        "local_moran",
        spdep.LOCAL_I,
        1e-10,
        IN_R + ", localmoran",
        lambda: _local("local_i"),
    ),
    _case(
        "z of local Moran's I, conditional",
        "local_moran",
        spdep.LOCAL_Z,
        1e-10,
        IN_R + ", localmoran",
        lambda: _local("z"),
    ),
    _case(
        "Moran's I, expected, variance, z and p; rows to 1",
        "moran",
        list(spdep.MORAN_W.values()),
        1e-10,
        IN_R + ", moran.test",
        lambda: _global(spdep.MORAN_W, True),
    ),
    _case(
        "Moran's I, expected, variance, z and p; binary",
        "moran",
        list(spdep.MORAN_B.values()),
        1e-10,
        IN_R + ", moran.test",
        lambda: _global(spdep.MORAN_B, False),
    ),
    _case(
        "Moran's I of crime in Columbus; rows to 1",
        "moran",
        0.5001886,
        1e-7,
        "Anselin 1988, table 12.1",
        lambda: _columbus(True),
        needs=("libpysal",),
    ),
    _case(
        "Moran's I of crime in Columbus; binary",
        "moran",
        0.5154615,
        1e-7,
        "Anselin 1988, table 12.1",
        lambda: _columbus(False),
        needs=("libpysal",),
    ),
    _case(
        "Moran's I of 30 cells, within 1.5 cells",
        "incremental_moran",
        spdep.MORAN_B["moran_i"],
        1e-10,
        IN_R + ", moran.test",
        lambda: _by_distance("moran_i"),
    ),
    _case(
        "its z",
        "incremental_moran",
        spdep.MORAN_B["z"],
        1e-10,
        IN_R + ", moran.test",
        lambda: _by_distance("z"),
    ),
    _case("a planted crowd is hot in 10 of 10 grids", "stability", 10, 0, "as planted", _found_again),
    _case("where nothing moves no cell changes", "jitter_sensitivity", 0, 0, "by definition", _unmoved),
    _case(
        "two-sided p of z = 1.959964", "hotspots", 0.05, 5e-8, "normal tables", lambda: two_sided(np.array(1.959964))
    ),
    _case("rejected of 15 p at a false discovery rate of .05", "hotspots", 4, 0, BH, lambda: _rejected("fdr")),
    _case("rejected of 15 p by Bonferroni's rule", "hotspots", 3, 0, BH, lambda: _rejected("bonferroni")),
    _case(
        "Gini coefficient of 6 3 1 and seven 0",
        "concentration",
        0.8,
        1e-12,
        "half the mean difference over the mean",
        lambda: gini(np.array([6, 0, 3, 1, 0, 0, 0, 0, 0, 0])),
    ),
    _case(
        "share of units with half of the incidents",
        "concentration",
        0.1,
        1e-12,
        "by hand",
        lambda: _measures("units_for_50"),
    ),
    _case(
        "share of incidents in the first two units",
        "concentration",
        0.9,
        1e-12,
        "by hand",
        lambda: _measures("top_share"),
    ),
    _case(
        "generalised Gini of 2 incidents in 2 of 10 units",
        "concentration",
        0.0,
        1e-12,
        "Bernasco & Steenbeek 2017",
        lambda: gini_generalised(np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
    ),
    _case(
        "generalised Gini of 2 incidents in 1 of 10 units",
        "concentration",
        0.5,
        1e-12,
        "Bernasco & Steenbeek 2017",
        lambda: gini_generalised(np.array([2, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    ),
    _case(
        "kappa of six cells: 4 alike, .556 by chance",
        "compare",
        0.25,
        1e-12,
        "Cohen 1960, by hand",
        lambda: compare(
            squares(1, 6), squares(1, 6), value=[3, 3, 0, 0, 0, 0], other_value=[0, 3, 3, 0, 0, 0]
        ).measures["kappa"],
    ),
)
