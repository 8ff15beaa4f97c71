"""The predictors that are no models: what has been counted in a place is what is expected there."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import checks
from ..events import History
from .predictors import Predictor, Rates

YEAR = 365


class LastCounts(Predictor):
    """Expect in each place what it had in the last days known.

    Parameters
    ----------
    days : how many: 7, 28 or the days that are predicted are usual.

    Examples
    --------
    >>> LastCounts(28).name, LastCounts(28).needs()
    ('counts_28_days', 28)
    """

    def __init__(self, days: int) -> None:
        self.days = checks.whole("days", days)
        self.name = f"counts_{self.days}_days"

    def needs(self) -> int:
        """Return how many days of history it needs at least."""
        return self.days

    def fit(self, history: History) -> Rates:
        """Count the last days.

        Raises
        ------
        ValueError
            If fewer are known.
        """
        self.require(history)
        return Rates(history.counts(self.days) / self.days, {"days": self.days})


class OfDaysKnown(Predictor):
    """A predictor that makes a rate of all days known, at most the last 365, by settings that `told` names."""

    def fit(self, history: History) -> Rates:
        """Make the rate.

        Raises
        ------
        ValueError
            If no day is known.
        """
        self.require(history)
        days = days_used(history)
        return Rates(self.rate(history, days), {"days": days, **self.told()})

    def rate(self, history: History, days: int) -> np.ndarray:
        """Return the incidents expected a day in each unit (n,), of the last days known."""
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        """Return the settings, which the record keeps."""
        return {}


class PriorCounts(OfDaysKnown):
    """Expect in each place what it had in all days known, at most the last 365: the baseline that is hard to beat.

    Prior counts do as well as most models (Wheeler & Steenbeek 2021).
    """

    name = "prior_counts"

    def rate(self, history: History, days: int) -> np.ndarray:
        """Return what each unit had a day (n,)."""
        return history.counts(days) / days


class AllCrimeCounts(OfDaysKnown):
    """Expect the predicted category where crimes of every category were, in all days known, at most the last 365."""

    name = "all_crime_counts"

    def rate(self, history: History, days: int) -> np.ndarray:
        """Return the category's incidents a day, shared out among the units (n,) as all crime is."""
        return scaled_to(history.counts(days, every=True), history.counts(days).sum() / days)


def days_used(history: History) -> int:
    """Return how many of the last days are used: those known, at most a year, so that every season counts once."""
    return min(history.days, YEAR)


def own_in_units(history: History, days: int) -> np.ndarray:
    """Return a mask (events,) of the predicted category's incidents in a unit, of the last days known.

    Raises
    ------
    ValueError
        If there is none.
    """
    events = history.events
    chosen = np.asarray(events.target & (events.unit >= 0) & (history.age() <= days))
    if not chosen.any():
        raise ValueError(
            f"None of the {int(events.target.sum()):,} incidents of the category known before {history.origin} stands in a unit "
            f"in the last {days:,} days; take 'prior_counts', which expects none."
        )
    return chosen


def scaled_to(values: np.ndarray, total: float) -> np.ndarray:
    """Return values (n,), none negative, multiplied so that they sum to a total; all alike where they are all 0.

    >>> scaled_to(np.array([1.0, 3.0]), 8.0).tolist(), scaled_to(np.zeros(2), 8.0).tolist()
    ([2.0, 6.0], [4.0, 4.0])
    """
    whole = values.sum()
    return values * (total / whole) if whole > 0 else np.full(values.size, total / values.size)
