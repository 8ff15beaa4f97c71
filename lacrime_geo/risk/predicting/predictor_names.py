"""Predictors by their names: one name everywhere, from scripts to the toolbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

from ... import checks
from ..learning.learned_predictors import GradientBoosting, LogisticRegression, PoissonRegression, RandomForest
from .borrowed_strength import BorrowedStrength
from .kernel_predictors import DecayedCounts, GiStar, KernelDensity, Prospective, SmoothedCounts
from .plain_predictors import AllCrimeCounts, LastCounts, PriorCounts
from .predictors import Predictor
from .self_exciting import SelfExciting

BASELINE = "prior_counts"
# Each is made for a horizon of so many days.
PREDICTORS: dict[str, Callable[[int], Predictor]] = {
    "auto": lambda horizon: BorrowedStrength(),
    BASELINE: lambda horizon: PriorCounts(),
    "last_counts": LastCounts,
    "all_crime_counts": lambda horizon: AllCrimeCounts(),
    "smoothed_counts": lambda horizon: SmoothedCounts(),
    "decayed_counts": lambda horizon: DecayedCounts(),
    "kde": lambda horizon: KernelDensity(),
    "gi_star": lambda horizon: GiStar(),
    "prospective": lambda horizon: Prospective(),
    "self_exciting": lambda horizon: SelfExciting(),
    "borrowed_strength": lambda horizon: BorrowedStrength(),
    "logistic_regression": LogisticRegression,
    "random_forest": RandomForest,
    "gradient_boosting": GradientBoosting,
    "poisson_regression": PoissonRegression,
}


def predictor_of(anything: Any, horizon: int) -> Predictor:
    """Return the predictor of a name, made for so many days; one that is a predictor already as it is.

    Raises
    ------
    ValueError
        If the name is of none.
    """
    if isinstance(anything, Predictor):
        return anything
    return PREDICTORS[checks.option("predictor", anything, tuple(PREDICTORS))](horizon)


def predictors_of(several: Any, horizon: int) -> list[Predictor]:
    """Return the predictors of several names, or of one text with commas between."""
    if isinstance(several, str):
        several = [name.strip() for name in several.split(",") if name.strip()]
    every: Sequence[Any] = [several] if isinstance(several, Predictor) else list(several)
    return [predictor_of(one, horizon) for one in every]
