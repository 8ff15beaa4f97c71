"""The ratio of two changes: how an area's rate changed, over how its control's did, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..significance import two_sided
from .displacement_difference import counts_of, quantile

METHODS = ("auto", "wald", "exact")
# Below as many incidents in any of the four counts the logarithm of the ratio is not near enough to normal.
ENOUGH = 10
HALF = 0.5
# Of more outcomes, all of which the exact interval weighs, the memory is too small.
MOST_OUTCOMES = 5_000_000


@dataclass(frozen=True)
class RateRatio:
    """Hold a ratio of rate ratios: below 1 where the treated area fell more than its control.

    `corrected` tells that half an incident was added to each count, as one was 0.
    """

    estimate: float
    low: float
    high: float
    p: float
    level: float
    method: str
    corrected: bool


def irr(
    treated: Any,
    control: Any,
    *,
    periods: Any = (1, 1),
    control_periods: Any = None,
    level: float = 95,
    method: str = "auto",
) -> RateRatio:
    """Return the incident rate ratio of a treated area against its control: (t₁/t₀)/(c₁/c₀).

    Parameters
    ----------
    treated, control : counts (before, after).
    periods : lengths of the periods before and after, in one unit.
    control_periods : those of the control, where they are others. Default: the same, which then do not matter.
    level : of the interval, in per cent.
    method : "wald" (normal interval of the logarithm, standard error √Σ 1/count; half an incident is added to each count where
        one is 0), "exact" (given how many there were in both areas and both periods, as Fisher's test; unbounded where a count
        is 0), or "auto": "exact" where a count is below 10 and the others no more than some millions, else "wald".

    Returns
    -------
    RateRatio
        `.estimate`, `.low`, `.high`, `.p` (two-sided), `.method`, `.corrected`.

    Raises
    ------
    ValueError
        If a count is no whole number of at least 0, a length not above 0, the method is another, or counts are too many for
        "exact".

    Notes
    -----
    The ratio asks whether both areas changed by the same *share*, so treated and control may be of different sizes, where
    `wdd` asks for the same number. The exact interval is the central one of the odds ratio of four Poisson counts given the sums
    of both areas and of both periods (Cornfield 1956), its p twice the smaller tail. The estimate is that of the counts as they
    are, infinite where it divides by 0, not a number for 0/0.

    Examples
    --------
    >>> found = irr((50, 30), (60, 55))
    >>> round(found.estimate, 6), round(found.low, 3), round(found.high, 3)
    (0.654545, 0.366, 1.171)
    """
    checks.option("method", method, METHODS)
    counts = np.array([counts_of("treated", treated), counts_of("control", control)])
    lengths = [_lengths("periods", periods)]
    lengths.append(lengths[0] if control_periods is None else _lengths("control_periods", control_periods))
    factor = (lengths[0][0] / lengths[0][1]) / (lengths[1][0] / lengths[1][1])
    most = _outcomes(counts)
    if method == "auto":
        method = "exact" if counts.min() < ENOUGH and most <= MOST_OUTCOMES else "wald"
    if method == "exact" and most > MOST_OUTCOMES:
        raise ValueError(
            f"These counts could have been shared out in {most:,.0f} ways, and method 'exact' weighs {MOST_OUTCOMES:,} at most; "
            "take method='wald', which is as good for such counts."
        )
    level = checks.per_cent("level", level)
    of_method = _exact if method == "exact" else _wald
    estimate, low, high, p, corrected = of_method(counts, factor, level)
    if corrected:
        Parameters().warn("A count is 0: half an incident was added to each of the four.")
    return RateRatio(estimate, low, high, p, level, method, corrected)


def _outcomes(counts: np.ndarray) -> float:
    """Return how many values one count may have, the sums of both areas and of both periods being what they are."""
    return float(min(*counts.sum(axis=0), *counts.sum(axis=1)) + 1)


def _lengths(name: str, values: Any) -> np.ndarray:
    lengths = checks.numbers(name, values, 2)
    if (lengths <= 0).any():
        raise ValueError(f"{name} must be above 0, got {lengths[lengths <= 0][0]:g}.")
    return lengths


def _wald(counts: np.ndarray, factor: float, level: float) -> tuple[float, float, float, float, bool]:
    corrected = bool((counts == 0).any())
    filled = counts + HALF * corrected
    ((t0, t1), (c0, c1)) = filled
    estimate = float(factor * (t1 / t0) / (c1 / c0))
    error = float(np.sqrt((1 / filled).sum()))
    reach = float(np.exp(quantile(level) * error))
    p = float(two_sided(np.array([np.log(estimate) / error]))[0])
    return estimate, estimate / reach, estimate * reach, p, corrected


def _exact(counts: np.ndarray, factor: float, level: float) -> tuple[float, float, float, float, bool]:
    ((t0, t1), (c0, c1)) = counts
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(factor * np.divide(t1 * c0, t0 * c1))
    outcomes = _Outcomes(int(t0 + t1), int(c0 + c1), int(t1 + c1))
    seen, tail = int(t1), (1 - level / 100) / 2
    low = float(factor) * outcomes.ratio_where(seen, tail, upper=True) if seen > outcomes.least else 0.0
    high = float(factor) * outcomes.ratio_where(seen, tail, upper=False) if seen < outcomes.most else float("inf")
    p = min(1.0, 2 * min(outcomes.tail(seen, -np.log(factor), True), outcomes.tail(seen, -np.log(factor), False)))
    return estimate, low, high, p, False


class _Outcomes:
    """What the treated count after could be, given the sums of both areas and of the later period."""

    def __init__(self, treated: int, control: int, after: int) -> None:
        from scipy.special import gammaln

        self.least, self.most = max(0, after - control), min(treated, after)
        self.count = np.arange(self.least, self.most + 1)
        k = self.count
        self.weight = -(
            gammaln(k + 1) + gammaln(treated - k + 1) + gammaln(after - k + 1) + gammaln(control - after + k + 1)
        )

    def tail(self, seen: int, log_ratio: float, upper: bool) -> float:
        """Return the probability of as many or more (fewer) where the odds ratio has some logarithm."""
        weight = self.weight + self.count * log_ratio
        chance = np.exp(weight - weight.max())
        beyond = self.count >= seen if upper else self.count <= seen
        return float(chance[beyond].sum() / chance.sum())

    def ratio_where(self, seen: int, wanted: float, upper: bool) -> float:
        """Return the odds ratio at which the tail is as wanted."""
        from scipy.optimize import brentq

        reach = 1.0
        while (self.tail(seen, -reach, upper) - wanted) * (self.tail(seen, reach, upper) - wanted) > 0:
            reach *= 2
        return float(np.exp(brentq(lambda ratio: self.tail(seen, ratio, upper) - wanted, -reach, reach, xtol=1e-10)))
