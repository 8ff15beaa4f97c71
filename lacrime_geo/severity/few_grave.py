"""How few incidents hold the harm of many: what makes a sum of weights uncertain."""

from __future__ import annotations

import math

import numpy as np

from ..parameters import Parameters, in_words

GRAVEST = 0.01
# Where the gravest hundredth holds as much, or the sum is off by a tenth and more, by chance alone.
MUCH, FEW = 0.25, 100


def effective_number(weight: np.ndarray) -> float:
    """Return the number of equal weights whose sum would be as uncertain: (Σw)²/Σw² (Kish 1965).

    >>> effective_number(np.array([1.0, 1.0, 0.0])), effective_number(np.array([100.0, 1.0])).__round__(2)
    (2.0, 1.02)
    """
    # Of weights over their largest, whose squares cannot leave float64.
    scaled = weight / weight.max()
    return float(scaled.sum() ** 2 / np.square(scaled).sum())


def share_of_gravest(weight: np.ndarray, share: float = GRAVEST) -> float:
    """Return the share of the sum that the gravest of the weights hold, at least one of them.

    >>> share_of_gravest(np.array([3.0, 1.0])), share_of_gravest(np.ones(200))
    (0.75, 0.01)
    """
    most = max(1, math.floor(share * weight.size))
    return float(np.sort(weight)[::-1][:most].sum() / weight.sum())


def warn_of_few(weight: np.ndarray, parameters: Parameters) -> None:
    """Keep what the gravest incidents hold and the effective number, and warn where few make most of the harm."""
    number, gravest = effective_number(weight), share_of_gravest(weight)
    parameters.update(effective_incidents=number, share_of_gravest_1_percent=gravest, relative_error=number**-0.5)
    if number >= FEW and gravest < MUCH:
        return
    parameters.warn(
        f"Few incidents make much of the harm: the gravest 1 % of them hold {100 * gravest:.0f} %, and the sum is as uncertain "
        f"as one of {in_words(number)} equal incidents (off by {100 * number**-0.5:.0f} % by chance alone); one more or fewer "
        "can move a place, so look at harm_sensitivity before ranking places."
    )
