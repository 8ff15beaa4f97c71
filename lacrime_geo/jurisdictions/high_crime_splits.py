"""Who is told by whom: later years of new agencies, later years of known ones, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ..forecasting.leak_guards import refuse_random_split
from ..progress import Progress, advance, left_alone, within
from ..risk.guards.time_guards import refuse_late_threshold
from ..risk.scoring.label_scores import best_threshold
from .high_crime_models import Chances, learned
from .high_crime_rows import AgencyYears

NEW, KNOWN = "new agencies", "known agencies"
HIGH_FROM = 0.75
# The last years of those to learn from, by which the chance is found from which on a year is told to be high.
VALIDATION_YEARS = 5


class Told(NamedTuple):
    """Hold what models told of agency-years that are later than all they learned from.

    Parameters
    ----------
    rows : the agency-years told of (n,).
    high : which were (n,).
    chance : by each model (models, n).
    said : where the chance reached the model's threshold (models, n); NaN where there was none.
    limits : the rate above which a year is high, of each fold.
    """

    rows: AgencyYears
    high: np.ndarray
    chance: np.ndarray
    said: np.ndarray
    limits: tuple[float, ...]


def high_limit(rows: AgencyYears) -> float:
    """Return the rate above which a year is high: the third quartile of the rates of rows to learn from."""
    return float(np.quantile(rows.rate, HIGH_FROM))


def folds_of(agencies: np.ndarray, folds: int, seed: int) -> list[np.ndarray]:
    """Return agencies put into folds of like size by chance; each tests once."""
    names = np.unique(agencies)
    return [np.sort(part) for part in np.array_split(np.random.default_rng(seed).permutation(names), folds)]


def told_of_new(
    rows: AgencyYears, since: int, models: Sequence[str], folds: int, seed: int, progress: Progress = None
) -> Told:
    """Return what is told of the later years of agencies by models that saw neither these agencies nor these years."""
    parts = []
    for number, tested in enumerate(folds_of(rows.agency, folds, seed)):
        advance(progress, number / folds)
        out = np.isin(rows.agency, tested)
        train, test = rows.where(~out & (rows.year < since)), rows.where(out & (rows.year >= since))
        refuse_shared_agencies(train.agency, test.agency)
        parts.append(told(train, test, models, seed, within(progress, number / folds, (number + 1) / folds)))
    joined = AgencyYears.joined([part.rows for part in parts])
    return Told(
        joined,
        np.concatenate([part.high for part in parts]),
        np.concatenate([part.chance for part in parts], axis=1),
        np.concatenate([part.said for part in parts], axis=1),
        tuple(limit for part in parts for limit in part.limits),
    )


def told_of_known(rows: AgencyYears, since: int, models: Sequence[str], seed: int, progress: Progress = None) -> Told:
    """Return what is told of later years by models that saw earlier years of the same agencies."""
    return told(rows.where(rows.year < since), rows.where(rows.year >= since), models, seed, progress)


def told(train: AgencyYears, test: AgencyYears, models: Sequence[str], seed: int, progress: Progress = None) -> Told:
    """Return what models that learn from some rows tell of others, all later.

    Raises
    ------
    ValueError
        If rows to learn from are not all earlier, or all are high, or none.
    """
    if not test.year.size or not train.year.size:
        raise ValueError(
            f"There are {train.year.size:,} agency-years to learn from and {test.year.size:,} to be scored; both are needed: "
            "choose another test_since, fewer folds, or give more years."
        )
    refuse_random_split(days(train.year), days(test.year))
    refuse_late_threshold(days(train.year), days(test.year))
    limit = high_limit(train)
    high = train.rate > limit
    inner = train.year <= train.year.max() - VALIDATION_YEARS
    chance, said = [], []
    for name in models:
        chances, cut = left_alone(partial(_learned, name, train, high, inner, limit, seed), progress)
        chance.append(chances(test))
        said.append(np.where(np.isnan(cut), np.nan, chance[-1] >= cut))
    return Told(test, test.rate > limit, np.stack(chance), np.stack(said), (limit,))


def _learned(
    name: str, train: AgencyYears, high: np.ndarray, inner: np.ndarray, limit: float, seed: int
) -> tuple[Chances, float]:
    """Return what a model learned, and the chance from which on it says high."""
    return learned(name, train, high, limit, seed), _cut(name, train, high, inner, limit, seed)


def _cut(name: str, train: AgencyYears, high: np.ndarray, inner: np.ndarray, limit: float, seed: int) -> float:
    """Return the chance from which on F1 is best in the last years to learn from; NaN where these do not tell."""
    if high[inner].all() or not high[inner].any() or not high[~inner].any():
        return np.nan
    chance = learned(name, train.where(inner), high[inner], limit, seed)(train.where(~inner))
    best = best_threshold(chance, high[~inner])
    # Halfway to the next lower chance: what learned of all years tells slightly other ones.
    return (best + chance[chance < best].max(initial=0.0)) / 2


def days(year: np.ndarray) -> np.ndarray:
    """Return the first days of years, as the guards of splits take them."""
    return (np.asarray(year) - 1970).astype("M8[Y]").astype("M8[D]")


def refuse_shared_agencies(train: np.ndarray, test: np.ndarray) -> None:
    """Raise where an agency to be scored is among those to learn from, in a split by agencies.

    Raises
    ------
    ValueError
        If there is one.
    """
    both = np.intersect1d(train, test)
    if both.size:
        raise ValueError(
            f"{both.size:,} agencies are both to learn from and to be scored, first {both[0]}: their level is known already. "
            "Keep all years of an agency on one side."
        )
