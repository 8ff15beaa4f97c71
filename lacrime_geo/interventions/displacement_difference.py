"""The weighted displacement difference: how much more an area changed than its control, displacement counted in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..significance import two_sided
from .simulated_null import simulated_p

# Of each area its count before and after: what an intervention took away counts below 0.
SIGNS = np.array([[-1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]])
AREAS = ("treated", "control", "displacement_treated", "displacement_control")
FEW = 5
DRAWS = 9_999


class Difference(NamedTuple):
    """Hold a difference of weighted sums and its variance."""

    estimate: float
    variance: float

    def interval(self, level: float, dispersion: float = 1.0) -> tuple[float, float]:
        """Return the normal interval of a level (%), its variance multiplied."""
        half = quantile(level) * float(np.sqrt(self.variance * dispersion))
        return self.estimate - half, self.estimate + half

    @property
    def z(self) -> float:
        """How many standard errors it is from 0, NaN where nothing was counted."""
        return self.estimate / float(np.sqrt(self.variance)) if self.variance > 0 else float("nan")


@dataclass(frozen=True)
class Displacement:
    """Hold a weighted displacement difference: below 0 where the treated area fell more than its control.

    `p_simulated` is the p of the same z among counts drawn again under no effect; take it where `caveats` says that the
    normal approximation is poor.
    """

    estimate: float
    variance: float
    se: float
    z: float
    p: float
    low: float
    high: float
    level: float
    p_simulated: float
    caveats: tuple[str, ...]


def wdd(
    treated: Any,
    control: Any,
    displacement_treated: Any = None,
    displacement_control: Any = None,
    *,
    periods: Any = (1, 1),
    areas: Any = (1, 1, 1, 1),
    level: float = 95,
    seed: int = 0,
) -> Displacement:
    """Return the weighted displacement difference of counts before and after an intervention.

    Parameters
    ----------
    treated, control : counts (before, after) of the area that was treated and of one that is like it and was not.
    displacement_treated, displacement_control : the same of the surroundings into which crime may have moved: both, or neither.
    periods : lengths of the periods before and after, in one unit. Default: equal ones.
    areas : weights such as the sizes of the areas, in the order treated, control, displacement treated, displacement control
        (two are enough without displacement). Default: none.
    level : of the interval, in per cent.
    seed : of the counts drawn again for `p_simulated`.

    Returns
    -------
    Displacement
        `.estimate`, `.variance`, `.se`, `.z`, `.p` (two-sided, normal), `.low`, `.high`, `.p_simulated`, `.caveats`.

    Raises
    ------
    ValueError
        If a count is no whole number of at least 0, a weight not above 0, or one displacement area is given without the other.

    Notes
    -----
    Wheeler & Ratcliffe 2018: (ΔT − ΔC) + (ΔTd − ΔCd), Δ being the count after less the count before, each divided by the
    length of its period times the weight of its area; the counts are taken for independent Poisson counts, so that the variance
    is Σ count/weight². That holds if treated and control would have changed by the same *number*, which is why the control
    should have about as many incidents; where they are of different sizes see `irr`. `p_simulated` draws 9,999 times Poisson
    counts of the means that are likeliest where the true difference is 0.

    Examples
    --------
    >>> found = wdd((207, 110), (308, 318), (178, 157), (150, 140))
    >>> found.estimate, found.variance, round(found.z, 2), round(found.low), round(found.high)
    (-118.0, 1568.0, -2.98, -196, -40)
    """
    if (displacement_treated is None) != (displacement_control is None):
        given, missing = AREAS[2:] if displacement_control is None else AREAS[:1:-1]
        raise ValueError(
            f"{given} is given without {missing}; give the counts of both displacement areas, or of neither."
        )
    seed = checks.whole("seed", seed, 0)
    named = zip(AREAS, (treated, control, displacement_treated, displacement_control))
    counts = np.array([counts_of(name, pair) for name, pair in named if pair is not None])
    weights = np.multiply.outer(_weights("areas", areas, len(counts)), _weights("periods", periods, 2))
    found = difference(counts, counts, weights)
    low, high = found.interval(level)
    p = float(two_sided(np.array([found.z]))[0])
    simulated = simulated_p(counts, SIGNS[: len(counts)] / weights, DRAWS, seed)
    se = float(np.sqrt(found.variance))
    caveats = tuple(small_counts(counts))
    for said in caveats:
        Parameters().warn(said)
    return Displacement(found.estimate, found.variance, se, found.z, p, low, high, float(level), simulated, caveats)


def difference(sums: np.ndarray, squares: np.ndarray, weights: np.ndarray) -> Difference:
    """Return the difference of sums (areas, 2) of weights of incidents, whose squares sum to (areas, 2), over weights.

    Of counts both are the counts: an incident weighs 1.
    """
    signed = SIGNS[: len(sums)] / weights
    return Difference(float((signed * sums).sum()), float((signed**2 * squares).sum()))


def small_counts(counts: np.ndarray) -> list[str]:
    """Say where counts are so few that the normal distribution is far from theirs."""
    few = int((counts < FEW).sum())
    if not few:
        return []
    return [
        f"{few} of {counts.size} counts {'is' if few == 1 else 'are'} below {FEW}: the normal approximation is poor there, and "
        "the p to take is the simulated one (p_simulated)."
    ]


def counts_of(name: str, pair: Any) -> np.ndarray:
    """Return a count before and one after as floats (2,)."""
    if np.size(pair) != 2:
        raise ValueError(f"{name} must be two counts, before and after, such as 50,30; got {np.size(pair)}.")
    counts = checks.numbers(name, pair, 2)
    bad = np.flatnonzero((counts < 0) | (counts % 1 != 0))
    if bad.size:
        raise ValueError(
            f"{name} must be two whole numbers of at least 0, before and after, got {counts[bad[0]]:g}; of harm and other "
            "weights see intervention (weight=…)."
        )
    return counts


def _weights(name: str, values: Any, wanted: int) -> np.ndarray:
    column = np.asarray(values, dtype=float).ravel()
    column = checks.numbers(name, column[:wanted] if column.size == len(AREAS) else column, wanted)
    if (column <= 0).any():
        raise ValueError(f"{name} must be above 0, got {column[column <= 0][0]:g}.")
    return column


def quantile(level: float) -> float:
    """Return how many standard errors an interval of a level (%) reaches to either side."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + checks.per_cent("level", level) / 200))
