"""What stands in each area of a trial in each period: incidents, and their weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .displacement_difference import Difference, difference
from .trial_periods import Window

WITHOUT = 2  # areas, of which the displacement rings are none
# A control of a size so different changes by another number where both change by the same share.
ALIKE = 2.0


class TrialCounts(NamedTuple):
    """Hold the incidents of a trial: the day of each (n,), the number of its area, and its weight."""

    day: np.ndarray
    kind: np.ndarray
    weight: np.ndarray
    kinds: int

    def sums(self, periods: tuple[Window, Window], power: int) -> np.ndarray:
        """Return the sum of a power of the weights (kinds, 2) before and after; 0 counts."""
        found = []
        for period in periods:
            inside = period.holds(self.day) & (self.kind >= 0)
            found.append(np.bincount(self.kind[inside], self.weight[inside] ** power, self.kinds))
        return np.array(found).T

    def difference(self, periods: tuple[Window, Window], areas: np.ndarray, used: int, weighted: bool) -> Difference:
        """Return the weighted displacement difference of the first areas used, in incidents of the period after.

        A count before is scaled by the lengths of the periods, and that of an area by its weight in `areas`.
        """
        lengths = np.array([periods[0].days / periods[1].days, 1.0])
        sums, squares = (self.sums(periods, power)[:used] for power in ((1, 2) if weighted else (0, 0)))
        return difference(sums, squares, np.multiply.outer(areas[:used], lengths))


def dispersion_of(
    counts: TrialCounts, placebos: tuple[tuple[Window, Window], ...], areas: np.ndarray, used: int, weighted: bool
) -> tuple[np.ndarray, float]:
    """Return the z of placebo trials (n,), and the mean of their squares: 1 if counts vary as Poisson counts do."""
    z = np.array([counts.difference(pair, areas, used, weighted).z for pair in placebos])
    z = z[np.isfinite(z)]
    return z, float((z**2).mean()) if z.size else float("nan")


def unlike(treated: float, control: float) -> bool:
    """Tell whether two areas have so different numbers of incidents that the difference does not hold for them.

    >>> unlike(50, 99), unlike(50, 101)
    (False, True)
    """
    return min(treated, control) * ALIKE < max(treated, control)


def unlike_in_words(treated: float, control: float) -> str:
    """Say what follows of that."""
    return (
        f"Before, the treated area had {treated:,.0f} incidents and the control {control:,.0f}: where both change by the same "
        "share, they change by different numbers, which the difference takes for an effect. Read the rate ratio, or take a "
        "control of about as many incidents."
    )
