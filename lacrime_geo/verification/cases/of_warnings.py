"""Early warning: Wheeler's z, the CUSUM, EARS, and Farrington's bounds as R has them."""

from __future__ import annotations

import numpy as np

from ... import cusum
from ...alerting import farrington
from ...alerting.ears import ears_c1, ears_c2, ears_c3
from ...alerting.poisson_limits import poisson_z
from ..declared import Case
from ..published.surveillance import IN_R, WEEKS, written

R = "R's surveillance 1.20.3"
FARRINGTON = R + ", farringtonFlexible"
FIRST = next(iter(IN_R))
FEW = list(IN_R)[-1]
EARS_IN_R = [21.5703, 33.2368, 29.514, 20.9405, 25.3948, 23.9212]


def _z(periods: float) -> float:
    return float(poisson_z(np.array(25.0), np.array(16.0), periods))


def _sums(column: str) -> np.ndarray:
    return cusum([4, 5, 9, 9, 3], mean=5, k=1, h=4)[column].astype(float)


def _ears_bounds(which: str) -> np.ndarray:
    counts = written(*FEW)[np.newaxis, :80]
    judge, first = {"c1": (ears_c1, 7), "c2": (ears_c2, 9)}[which]
    return judge(counts).count_at(np.full(counts.shape, 3.0))[0, first::10][:6]


def _c3() -> float:
    """Return C3 of a day with 5 after eleven with 1 each: C2 is 4 over the least deviation .5."""
    return float(ears_c3(np.array([[1.0] * 11 + [5.0]])).statistic[0, -1])


def _farrington(series: tuple, what: str) -> list[float]:
    counts = written(*series)[np.newaxis]
    found = [farrington.expected_of(counts, week, 52) for week in WEEKS]
    mean, dispersion = (np.array([getattr(one, name)[0] for one in found]) for name in ("mean", "dispersion"))
    bounds = farrington.bound(mean, dispersion, np.full(mean.size, 0.01))
    return {"bounds": bounds, "mean": mean, "dispersion": dispersion}[what].tolist()


CASES = (
    Case("z of 25 where 16 are known to be usual", "alerts", 2.0, 1e-12, "Wheeler 2016", lambda: _z(np.inf)),
    Case(
        "z of 25 where 16 is the mean of one period",
        "alerts",
        2**0.5,
        1e-12,
        "Wheeler 2016, over √(1 + 1/m)",
        lambda: _z(1),
    ),
    Case(
        "CUSUM of 4 5 9 9 3, mean 5, k 1", "cusum", [0, 0, 3, 6, 3], 1e-12, "Page 1954, by hand", lambda: _sums("cusum")
    ),
    Case("its alarms, h 4", "cusum", [0, 0, 0, 1, 0], 0, "Page 1954, by hand", lambda: _sums("alarm")),
    Case("upper bounds of C1", "alerts", EARS_IN_R, 5e-5, R + ", earsC", lambda: _ears_bounds("c1")),
    Case("upper bounds of C2", "alerts", EARS_IN_R, 5e-5, R + ", earsC", lambda: _ears_bounds("c2")),
    Case("C3 of one high day: 8 − 1", "alerts", 7.0, 1e-12, "Hutwagner et al. 2003, by hand", _c3),
    Case(
        "upper bounds of weeks with a trend",
        "alerts",
        IN_R[FIRST][0],
        0,
        FARRINGTON,
        lambda: _farrington(FIRST, "bounds"),
    ),
    Case(
        "expected in weeks with a trend", "alerts", IN_R[FIRST][1], 2e-4, FARRINGTON, lambda: _farrington(FIRST, "mean")
    ),
    Case(
        "dispersion in weeks with a trend",
        "alerts",
        IN_R[FIRST][2],
        1e-4,
        FARRINGTON,
        lambda: _farrington(FIRST, "dispersion"),
    ),
    Case(
        "upper bounds of few without a trend", "alerts", IN_R[FEW][0], 0, FARRINGTON, lambda: _farrington(FEW, "bounds")
    ),
)
