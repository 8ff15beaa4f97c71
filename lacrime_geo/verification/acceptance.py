"""Between which limits a simulation must end: where a right program hardly ever lies beyond, and which wrong one does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# On either side a right program, at the end of what it promises, lies beyond the limits as often as this.
ERROR = 1e-5
# How surely a program is caught that is as wrong as is told.
CAUGHT = 0.99


class Limits(NamedTuple):
    """From where to where a value is accepted, and beyond which true values 99 of 100 programs are caught.

    A side that promises nothing (a share of at least 0) has no limit, and no value is caught on it: NaN.
    """

    low: float
    high: float
    caught_below: float
    caught_above: float


def binomial_limits(draws: int, promise: tuple[float, float]) -> Limits:
    """Return the limits of a share of so many draws, by exact binomial tails.

    >>> limits = binomial_limits(2000, (0.0, 0.05))
    >>> limits.high, round(limits.caught_above, 3)
    (0.072, 0.087)
    """
    from scipy.special import bdtr, bdtrc, bdtri

    least, most = promise
    hits = np.arange(draws + 1.0)
    # The most hits that more than a 100,000th of right programs reach or pass, and the fewest.
    high = int(hits[bdtrc(hits, draws, most) <= ERROR][0]) if most < 1 else draws
    low = int(hits[bdtr(hits, draws, least) > ERROR][0]) if least > 0 else 0
    above = bdtri(high, draws, 1 - CAUGHT) if high < draws else np.nan
    below = bdtri(low - 1, draws, CAUGHT) if low > 0 else np.nan
    return Limits(low / draws, high / draws, float(below), float(above))


def students_limits(values: np.ndarray, promise: tuple[float, float]) -> Limits:
    """Return the limits of a mean of draws (n,), by Student's t with the spread that they have among each other.

    >>> limits = students_limits(np.array([0.9, 1.1] * 20), (1.0, 1.0))
    >>> round(float(limits.low), 3), round(float(limits.caught_above), 3)
    (0.922, 1.117)
    """
    from scipy.special import stdtrit

    error = values.std(ddof=1) / np.sqrt(values.size)
    reach = -stdtrit(values.size - 1, ERROR) * error
    more = stdtrit(values.size - 1, CAUGHT) * error
    low, high = promise[0] - reach, promise[1] + reach
    return Limits(low, high, low - more, high + more)
