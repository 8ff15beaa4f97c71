"""The face of every forecasting model: a series or many of the same steps in, means and intervals out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import checks
from .panel_checks import check_covariate, check_steps, checked_values

STEPS = ("day", "week", "month")
# Steps after which the same time of the week or year comes back.
SEASONS = {"day": 7, "week": 52, "month": 12}
LEVELS = (80, 95)


@dataclass(frozen=True, eq=False)
class Series:
    """Hold one series of counts.

    Parameters
    ----------
    values : the count of each step (steps,), 0 or more.
    begin : first day of each step (steps,), datetime64[D], without a gap.
    step : "day", "week" or "month".
    season : steps after which the season comes back; None: 7, 52 or 12.
    covariates : columns by name, each of the steps and of as many later ones as are **known ahead** (holidays, not weather).

    Raises
    ------
    ValueError
        If lengths differ, a count is missing or negative, or the days are no steps that follow each other.
    """

    values: np.ndarray
    begin: np.ndarray
    step: str
    season: int | None = None
    covariates: Mapping[str, np.ndarray] | None = None

    def __post_init__(self) -> None:
        """Check what is handed in, by the checks of many series."""
        panel = Panel(
            np.asarray(self.values, dtype=float)[None], self.begin, self.step, self.season, None, self.covariates
        )
        for name, value in (("values", panel.values[0]), ("begin", panel.begin), ("season", panel.season)):
            object.__setattr__(self, name, value)

    @property
    def panel(self) -> Panel:
        """The series as the only one of many."""
        return Panel(self.values[None], self.begin, self.step, self.season, None, self.covariates)


@dataclass(frozen=True, eq=False)
class Panel:
    """Hold many series of the same steps, told apart by keys.

    Parameters
    ----------
    values : counts (series, steps), 0 or more.
    begin, step, season, covariates : as those of a `Series`.
    keys : columns by name, each (series,): what tells the series apart, such as area and category.
    weight : of sums of weights, how much an incident that counts weighs in each series (series,): the sum of the squares over
        the sum. Default: counts.

    Raises
    ------
    ValueError
        If lengths differ, a count is missing or negative, or the days are no steps that follow each other.
    """

    values: np.ndarray
    begin: np.ndarray
    step: str
    season: int | None = None
    keys: Mapping[str, np.ndarray] | None = None
    covariates: Mapping[str, np.ndarray] | None = None
    weight: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Check and convert what is handed in."""
        checks.option("step", self.step, STEPS)
        values, begin = checked_values(self.values), np.asarray(self.begin).astype("M8[D]")
        check_steps(begin, values.shape[1], self.step)
        season = SEASONS[self.step] if self.season is None else checks.whole("season", self.season)
        for name, value in (("values", values), ("begin", begin), ("season", season)):
            object.__setattr__(self, name, value)
        for name, key in (self.keys or {}).items():
            if len(key) != values.shape[0]:
                raise ValueError(
                    f"The key {name!r} has {len(key):,} values for {values.shape[0]:,} series; give one for each."
                )
        for name, column in (self.covariates or {}).items():
            check_covariate(name, column, begin.size)
        if self.weight is not None and np.shape(self.weight) != values.shape[:1]:
            raise ValueError(
                f"weight has {np.size(self.weight):,} values for {values.shape[0]:,} series; give one for each."
            )

    @property
    def period(self) -> int:
        """The steps after which the season comes back."""
        return SEASONS[self.step] if self.season is None else self.season

    @property
    def size(self) -> int:
        """How many series there are."""
        return int(self.values.shape[0])

    def row(self, number: int) -> Series:
        """Return one of the series."""
        return Series(self.values[number].copy(), self.begin, self.step, self.season, self.covariates)

    def until(self, steps: int) -> Panel:
        """Return the first steps of every series: all that is known at an origin."""
        return replace(self, values=self.values[:, :steps], begin=self.begin[:steps])

    def among(self, rows: np.ndarray) -> Panel:
        """Return some of the series."""
        keys = None if self.keys is None else {name: np.asarray(key)[rows] for name, key in self.keys.items()}
        weight = None if self.weight is None else self.weight[rows]
        return replace(self, values=self.values[rows], keys=keys, weight=weight)


@dataclass(frozen=True, eq=False)
class Prediction:
    """Hold a forecast: mean (horizon,) or (series, horizon), and by level the ends of the interval, of the same shape."""

    mean: np.ndarray
    low: dict[float, np.ndarray]
    high: dict[float, np.ndarray]

    def row(self, number: int) -> Prediction:
        """Return the forecast of one of many series."""
        low, high = ({level: ends[number] for level, ends in side.items()} for side in (self.low, self.high))
        return Prediction(self.mean[number], low, high)


class FittedMany:
    """A model fitted to many series; `parameters` tells what was found."""

    parameters: Mapping[str, Any]

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        raise NotImplementedError


@dataclass(frozen=True)
class Fitted:
    """A model fitted to one series."""

    many: FittedMany
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (horizon,) of the steps after the last one."""
        return self.many.predict(horizon, levels).row(0)


class Model:
    """What every model can: be fitted to one series or to many at once.

    Means of a series are the same either way, but where a model says that it forecasts by groups; intervals may differ, as
    how far forecasts miss is learned from all series together.
    """

    name: str

    def fit(self, series: Series) -> Fitted:
        """Fit one series."""
        many = self.fit_many(series.panel)
        return Fitted(many, many.parameters)

    def fit_many(self, panel: Panel) -> FittedMany:
        """Fit each of many series."""
        raise NotImplementedError

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 2


@dataclass(frozen=True)
class EachFitted(FittedMany):
    """A model that takes one series at a time, fitted to many."""

    each: Sequence[Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        told = [fitted.predict(horizon, levels) for fitted in self.each]
        low, high = (
            {level: np.stack([getattr(one, side)[level] for one in told]) for level in levels}
            for side in ("low", "high")
        )
        return Prediction(np.stack([np.asarray(one.mean, dtype=float) for one in told]), low, high)


def fitted_to(model: Any, panel: Panel) -> Any:
    """Return a model fitted to many series, at once or, where it takes one at a time, one after the other.

    To our own models sums of weights are handed as counts, and their forecasts are made sums again.
    """
    from .sums_as_counts import SumsAsCounts, are_unlike_counts, as_counts_of  # which needs what is above

    if isinstance(model, Model) and are_unlike_counts(panel):
        assert panel.weight is not None
        return SumsAsCounts(fitted_to(model, as_counts_of(panel)), panel.weight)
    if hasattr(model, "fit_many"):
        return model.fit_many(panel)
    return EachFitted([model.fit(panel.row(number)) for number in range(panel.size)])


def set_for(model: Any, horizon: int, gap: int = 0) -> Any:
    """Return a model set for the steps ahead that it is asked for, after a gap, where it has a `for_horizon(horizon, gap)`."""
    return model.for_horizon(horizon, gap) if hasattr(model, "for_horizon") else model


def require(model: Model, panel: Panel) -> None:
    """Refuse a history too short for a model."""
    needed, steps = model.needs(panel.period), panel.values.shape[1]
    if steps < needed:
        raise ValueError(
            f"{model.name} needs a history of at least {needed:,} {panel.step}s, and there are {steps:,}; give a longer one, "
            "or choose another model."
        )


def checked_prediction(name: str, told: Any, series: int, horizon: int, levels: Sequence[float]) -> Prediction:
    """Return the forecast of a model, which may be one of a user's own; raise where it is none of all series and steps."""
    shape = (series, horizon)
    parts = [("mean", getattr(told, "mean", None))]
    for side in ("low", "high"):
        ends = getattr(told, side, None)
        known = dict(ends) if isinstance(ends, Mapping) else {}
        parts += [(f"{side} of {level:g} %", known.get(level)) for level in levels]
    arrays = []
    for what, values in parts:
        array = np.asarray(np.nan if values is None else values, dtype=float)
        if array.shape != shape or not np.isfinite(array).all():
            told_of = (
                f"has the shape {array.shape}" if array.shape != shape else "holds numbers that are missing or infinite"
            )
            raise ValueError(
                f"The forecast by {name!r} is none: its {what} {told_of}, and {series:,} series of {horizon:,} steps need a "
                "number each."
            )
        arrays.append(array)
    low, high = (dict(zip(levels, arrays[1 + at :][: len(levels)])) for at in (0, len(levels)))
    return Prediction(arrays[0], low, high)


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Return the levels of intervals, in per cent."""
    if isinstance(levels, (str, int, float)) or levels is None:
        raise TypeError(f"levels are several numbers in per cent, such as (80, 95), got {levels!r}.")
    for level in levels:
        checks.per_cent("levels", level)
    return tuple(levels)
