"""How much more than chance places differ from a target, and what that leaves of each place's difference."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

OVERDISPERSION = ("auto", "additive", "multiplicative", "none")
# The most extreme tenth on either side counts as its edge: they are what is looked for, not the usual spread.
WINSORISED = 0.1
# Below this the spread is more than chance.
SURE = 0.05


class Scale(NamedTuple):
    """Hold rates on a scale on which chance spreads them alike: roots of rates, arcs of shares (n,), with standard errors.

    `target` is the target on that scale.
    """

    values: np.ndarray
    target: float
    error: np.ndarray
    shares: bool

    @property
    def z(self) -> np.ndarray:
        """How many standard errors each is from the target (n,)."""
        return (self.values - self.target) / self.error


def scale_of(count: np.ndarray, exposure: np.ndarray, target: float, shares: bool) -> Scale:
    """Return counts of exposures on that scale (Spiegelhalter et al. 2012): √rate, or arcsin √share, with error 1 / (2 √n)."""
    rate = count / exposure
    if shares:
        return Scale(np.arcsin(np.sqrt(rate)), float(np.arcsin(np.sqrt(target))), 0.5 / np.sqrt(exposure), True)
    return Scale(np.sqrt(rate), float(np.sqrt(target)), 0.5 / np.sqrt(exposure), False)


class Spread(NamedTuple):
    """Hold the spread of places beyond chance.

    `ratio` is φ, the mean of squared winsorised z; `p` that chance alone makes it so large; `variance` τ², on the scale;
    `how` "additive", "multiplicative" or "none": what is made of it.
    """

    ratio: float
    p: float
    variance: float
    how: str

    def error(self, error: np.ndarray) -> np.ndarray:
        """Return standard errors (n,) with the spread in them."""
        if self.how == "additive":
            return np.sqrt(error**2 + self.variance)
        return error * np.sqrt(max(self.ratio, 1.0)) if self.how == "multiplicative" else error


def spread_of(scale: Scale, how: str) -> Spread:
    """Return how far places spread beyond chance, and what is made of it; "auto": additive where it is sure, else nothing.

    Notes
    -----
    Spiegelhalter 2005, section 3: φ = Σ z² / I of winsorised z; Iφ has about the χ² distribution of I degrees of freedom where
    there is no spread (fewer, as the tails are drawn in: the test is cautious). τ² = (Iφ − (I − 1)) / (Σw − Σw² / Σw) with
    w = 1 / s², at least 0 (DerSimonian & Laird 1986).

    Examples
    --------
    >>> found = spread_of(Scale(np.array([1.0, 2.0, 6.0]), 3.0, np.ones(3), False), "additive")
    >>> round(found.ratio, 4), round(found.variance, 4)
    (3.0267, 3.54)
    """
    from scipy.special import gammaincc

    places = scale.values.size
    z = scale.z
    ratio = float(np.mean(np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED])) ** 2))
    weight = scale.error**-2.0
    held = weight.sum() - (weight**2).sum() / weight.sum()
    variance = max((places * ratio - (places - 1)) / held, 0.0) if places > 1 else 0.0
    p = float(gammaincc(places / 2, places * ratio / 2))
    return Spread(ratio, p, float(variance), ("additive" if p <= SURE else "none") if how == "auto" else how)


def limits_of(scale: Scale, spread: Spread, error: np.ndarray, deviations: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper limits (m,), as rates, so many standard errors (m,) from the target, the spread in them."""
    reach = deviations * spread.error(error)
    low, high = np.maximum(scale.target - reach, 0.0), scale.target + reach
    if scale.shares:
        return np.sin(low) ** 2, np.sin(np.minimum(high, np.pi / 2)) ** 2
    return low**2, high**2
