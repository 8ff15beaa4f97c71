"""A self-exciting point process: incidents bring others near them in the days that follow, over a lasting background."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..events import History
from ..spreading_counts import spread
from ..unit_distances import NearUnits, near_units, width_of
from ..units import Units
from .exciting_estimates import Excitation, Excited, estimate
from .exciting_pairs import LONGEST, Days, days_that_fit
from .plain_predictors import days_used, own_in_units
from .predictors import Fitted, Predictor

# In cells: how far incidents can bring others, the widths of that, and how wide the background is smoothed.
REACH, WIDTHS, BACKGROUND = 3.0, tuple(np.geomspace(0.15, 1.5, 16).tolist()), 2.4
# The background's share that may be anywhere, so that no place is impossible.
_ANYWHERE = 0.05
_LEAST, _MOST = 0.01, 100.0


class SelfExciting(Predictor):
    """Expect a background and what known incidents bring: a self-exciting point process on the units.

    On day d a unit expects μᵢ + θ Σ (1 − γ) γ^(d − dⱼ − 1) K(i, j) over the incidents j of earlier days, a Gaussian K of their
    centres that stays inside the study area (Mohler et al. 2011, Journal of the American Statistical Association 106: 100-108,
    here by whole days). μ, θ, γ and the width of K are found by EM in all days known, at most the last 365 or as many as have
    1,000,000 pairs of incidents. The background is drawn to the smoothed counts, the more the less the counts differ from
    these in both halves of the days (as gamma-Poisson, by moments). What the brought ones bring is expected too.
    """

    name = "self_exciting"

    def needs(self) -> int:
        """Return how many days of history it needs at least."""
        return 14

    def fit(self, history: History) -> ExcitedRates:
        """Estimate the process.

        Raises
        ------
        ValueError
            If fewer than two weeks are known, or no incident of the category in a unit.
        """
        self.require(history)
        units, width = history.units, width_of(history.units)
        near = near_units(units, REACH * width)
        known = _known_days(history, near)
        likely, strength = _usual_places(units, known)
        excited = Excited(known, near, units.area, width * np.array(WIDTHS), likely, strength)
        found, likelihoods = estimate(excited)
        parameters = {
            "days": known.days,
            "brought_by_each": round(found.brought, 4),
            "mean_days": round(1 / (1 - found.kept), 3),
            "width": round(float(excited.widths[found.width]), 1),
            "background_worth": round(strength, 1),
            "steps": likelihoods.size,
            "log_posterior": round(float(likelihoods[-1]), 3),
        }
        return ExcitedRates(excited, found, history.gap, parameters)


class ExcitedRates(Fitted):
    """Hold an estimated process and what is known; expected incidents are those of every day to come."""

    def __init__(self, excited: Excited, found: Excitation, gap: int, parameters: dict[str, Any]) -> None:
        self.excited, self.found, self.gap, self.parameters = excited, found, gap, parameters

    def predict(self, horizon: int) -> np.ndarray:
        """Return the incidents expected in each unit (n,) within so many days from the origin on."""
        from scipy.sparse import csr_matrix

        found, near, known = self.found, self.excited.near, self.excited.known
        size = found.background.size
        comes = csr_matrix((self.excited.spread(found.width), near.other, near.start), shape=(size, size))
        lag = known.days - known.day
        live = np.where(lag <= LONGEST, known.count * found.kept ** (lag - 1.0), 0.0)
        stirred = np.bincount(known.unit, live, size)
        expected = np.zeros(size)
        # The days of the gap are expected too, as nothing is known of them.
        for day in range(self.gap + horizon):
            rate = found.background + found.brought * (1 - found.kept) * (comes @ stirred)
            stirred = found.kept * stirred + rate
            expected += rate if day >= self.gap else 0.0
        return expected


def _known_days(history: History, near: NearUnits) -> Days:
    """Return the predicted category's counts by unit and day, of as many of the last days as have not too many pairs."""
    events, age = history.events, history.age()
    chosen = own_in_units(history, days_used(history))
    unit, age = events.unit[chosen], age[chosen]
    days = days_that_fit(unit, age, days_used(history), near)
    recent = age <= days
    return Days.of(unit[recent], days - age[recent], days)


def _usual_places(units: Units, known: Days) -> tuple[np.ndarray, float]:
    """Return where the background is likely (n,), 1 in sum, and how many incidents that is worth."""
    count = np.bincount(known.unit, known.count, units.size)
    whole = count.sum()
    likely = (1 - _ANYWHERE) * spread(units, count, BACKGROUND) / whole + _ANYWHERE * units.area / units.area.sum()
    first = known.day < known.days / 2
    # What lasts is above its expectation in both halves of the days; what incidents bring is so in one of them.
    above = []
    for half in (first, ~first):
        held = np.bincount(known.unit[half], known.count[half], units.size)
        above.append(held - likely * held.sum())
    # Of a gamma-Poisson this is the mean over the days of a prior: worth as many incidents as come in these.
    lasting = 4 * float(above[0] @ above[1])
    share = float(np.clip(whole / max(lasting, whole / _MOST), _LEAST, _MOST))
    return likely, float(share * whole)
