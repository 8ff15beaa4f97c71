"""What a trial can tell: the power of the difference and of the ratio for a fall, and the smallest fall that is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .displacement_difference import quantile

# Falls that are tried: a thousandth apart is nearer than any rate is known.
FALLS = np.linspace(0.001, 0.999, 999)


class Design(NamedTuple):
    """Hold what is known before a trial: incidents per day of both areas, the days before and after, and the spread.

    `dispersion` multiplies the variance of the counts. `beside` is the sum of rate/weight² of all areas but the treated one,
    by which the difference varies too; None where the control is the only one, and weighs 1.
    """

    treated: float
    control: float
    before: float
    after: float
    level: float = 95.0
    dispersion: float = 1.0
    beside: float | None = None

    def means(self, fall: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the expected counts: treated before and after, control before and after, where the treated rate falls."""
        fall = np.asarray(fall, dtype=float)
        same = np.ones_like(fall)
        return (
            self.treated * self.before * same,
            self.treated * self.after * (1 - fall),
            self.control * self.before * same,
            self.control * self.after * same,
        )


def power_of_difference(design: Design, fall: np.ndarray) -> np.ndarray:
    """Return the probability (n,) that the two-sided test of the difference tells a fall (a share of the treated rate).

    Normal: the effect is the fall of the expected count after, the variance Σ mean/weight² at the expected counts.

    >>> power_of_difference(Design(1.0, 1.0, 100, 100), np.array([0.0, 0.5])).round(3).tolist()
    [0.05, 0.762]
    """
    t0, t1, _, _ = design.means(fall)
    scale = design.after / design.before
    beside = design.control if design.beside is None else design.beside
    variance = design.dispersion * ((t0 + beside * design.before) * scale**2 + t1 + beside * design.after)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _beyond((t1 - t0 * scale) / np.sqrt(variance), design.level)


def power_of_ratio(design: Design, fall: np.ndarray) -> np.ndarray:
    """Return the same of the test of the logarithm of the rate ratio, whose variance is Σ 1/mean.

    >>> power_of_ratio(Design(1.0, 1.0, 100, 100), np.array([0.0, 0.5])).round(3).tolist()
    [0.05, 0.873]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = design.dispersion * sum(1 / mean for mean in design.means(fall))
        return _beyond(np.log1p(-np.asarray(fall, dtype=float)) / np.sqrt(variance), design.level)


def _beyond(shift: np.ndarray, level: float) -> np.ndarray:
    from scipy.special import ndtr

    edge = quantile(level)
    return np.asarray(np.nan_to_num(ndtr(-edge - shift) + ndtr(shift - edge)))


TESTS: dict[str, Callable[[Design, np.ndarray], np.ndarray]] = {"wdd": power_of_difference, "irr": power_of_ratio}


def smallest_fall(design: Design, test: str, power: float = 80.0) -> float:
    """Return the smallest fall (a share) that is told with a power (%), NaN where not even a fall to nothing is.

    >>> round(smallest_fall(Design(20 / 91, 20 / 91, 91, 91), "wdd"), 2)
    nan
    >>> round(smallest_fall(Design(5.0, 5.0, 91, 91), "irr"), 2)
    0.24
    """
    told = TESTS[test](design, FALLS) >= power / 100
    return float(FALLS[np.argmax(told)]) if told.any() else float("nan")
