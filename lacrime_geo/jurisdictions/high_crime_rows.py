"""What is known of an agency before a year: the features by which it is told whether that year's rate will be high."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, NamedTuple

import numpy as np

from .crime_panels import CrimePanel, Series
from .panel_columns import COMPONENTS

# Years before the target that are looked at, and how many of these must be usable.
WINDOW, LEAST = 5, 3
LAST, MEAN, TREND = "log_rate_last", "log_rate_mean_5", "trend_5"
POPULATION = "log_population_last"
PER = 100_000


class AgencyYears(NamedTuple):
    """Hold rows of targets: an agency in a year, what was known of it before, and the rate that came.

    Parameters
    ----------
    agency : number of the agency (n,).
    year : the target year (n,).
    values : features (n, k), all of years before the target.
    names : of the features (k,).
    last_rate : of the year before (n,).
    rate : of the target year (n,), NaN where it is not known.
    """

    agency: np.ndarray
    year: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]
    last_rate: np.ndarray
    rate: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[AgencyYears]) -> AgencyYears:
        """Return the rows of several, one after the other."""
        agency, year, values, last_rate, rate = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("agency", "year", "values", "last_rate", "rate")
        )
        return cls(agency, year, values, parts[0].names, last_rate, rate)

    def where(self, rows: np.ndarray) -> AgencyYears:
        """Return some rows."""
        return AgencyYears(
            self.agency[rows], self.year[rows], self.values[rows], self.names, self.last_rate[rows], self.rate[rows]
        )

    def column(self, name: str) -> np.ndarray:
        """Return a feature (n,)."""
        return np.asarray(self.values[:, self.names.index(name)])


class History(NamedTuple):
    """Hold what features are made of (agencies, years), NaN where not usable; shares of components (components, …)."""

    year: np.ndarray
    crimes: np.ndarray
    population: np.ndarray
    shares: np.ndarray

    @classmethod
    def of(cls, panel: CrimePanel, series: Series | None = None) -> History:
        """Return the history of a panel, whose series may be at hand."""
        series = panel.series() if series is None else series
        known = [crime for crime in COMPONENTS if crime in panel.columns]
        whole = len(known) == len(COMPONENTS) and panel.counted == "violent"
        parts = panel.matrices([*COMPONENTS]) if whole else np.zeros((0, *series.crimes.shape))
        # All but the last one, which follows from the others.
        shares = (parts[:-1] + 0.5) / (series.crimes + 2.0)
        return cls(series.year, series.crimes, series.population, shares)

    @property
    def rate(self) -> np.ndarray:
        """Counts per 100,000 residents."""
        return PER * self.crimes / self.population

    @property
    def names(self) -> tuple[str, ...]:
        """The features that it gives."""
        shares = tuple(f"share_{crime}_last" for crime in [*COMPONENTS][: len(self.shares)])
        return (LAST, MEAN, TREND, POPULATION, *shares)


def rows_of(history: History) -> AgencyYears:
    """Return the features of every agency-year whose year before is usable, and three of the five before; the next year's too.

    A feature of a year is made of the years before it alone.
    """
    return AgencyYears.joined([_targets(history, at) for at in range(1, history.year.size + 1)])


def _targets(history: History, at: int) -> AgencyYears:
    """Return the rows of one target year, which may be the one after the last."""
    before = slice(max(at - WINDOW, 0), at)
    logarithm = np.log(PER * (history.crimes[:, before] + 0.5) / history.population[:, before])
    known = np.isfinite(logarithm)
    rows = np.flatnonzero(known[:, -1] & (known.sum(axis=1) >= LEAST))
    log_rate, seen = np.where(known, logarithm, 0.0)[rows], known[rows]
    number = seen.sum(axis=1)
    mean = log_rate.sum(axis=1) / number
    when = np.arange(log_rate.shape[1]) - log_rate.shape[1] + 1.0
    # Least squares over the years that are known.
    apart = np.where(seen, when - ((seen * when).sum(axis=1) / number)[:, None], 0.0)
    trend = (apart * log_rate).sum(axis=1) / (apart**2).sum(axis=1)
    last = at - 1
    columns = [log_rate[:, -1], mean, trend, np.log(history.population[rows, last]), *history.shares[:, rows, last]]
    rate = history.rate[rows, at] if at < history.year.size else np.full(rows.size, np.nan)
    year = np.full(rows.size, history.year[0] + at)
    values = np.column_stack(columns) if rows.size else np.zeros((0, len(history.names)))
    return AgencyYears(rows, year, values, history.names, history.rate[rows, last], rate)


def refuse_later_knowledge(features: Callable[[History], Any], history: History, year: int) -> None:
    """Raise where the features of a year, or of years before it, change with the counts of that year and later ones.

    Parameters
    ----------
    features : a function of a history that returns `AgencyYears`; everything that is done to the counts must be within it.
    history : of the agencies.
    year : the counts of this year and of later ones are altered.

    Raises
    ------
    ValueError
        If a feature changes, such as the rate of the target year itself, or a rolling mean that includes it.
    """
    later = history.year >= year
    altered = history._replace(crimes=np.where(later, 3 * history.crimes + 7, history.crimes))
    altered = altered._replace(shares=np.where(later, 1 - history.shares, history.shares))
    seen, again = (made.where(made.year <= year) for made in (features(history), features(altered)))
    for name, one, other in zip(seen.names, seen.values.T, again.values.T):
        changed = (
            np.flatnonzero(~np.isclose(one, other, equal_nan=True)) if one.size == other.size else np.zeros(1, int)
        )
        if changed.size:
            raise ValueError(
                f"The feature {name!r} knows what comes: of {changed.size:,} agency-years it changes with the counts of "
                f"{year} and later, though it is of {year} or before. Take only the years before the one foretold."
            )
