"""Backtest: how good forecasts would have been at past origins, beside seasonal naive and smoothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words, p_in_words
from ..progress import Progress, advance, within
from .backtest_results import Backtest, Made, joined
from .baselines import NAIVE, SMOOTHING
from .break_guards import RAISE, refuse_switch
from .count_tables import Counts
from .covariates import with_covariates
from .history_lengths import gap_of, reach_of
from .leak_guards import refuse_horizon
from .model_names import models_of
from .model_scores import row_of
from .models import LEVELS, Model, Panel, checked_levels
from .past_origins import Origins, forecast_at
from .simple_models import SeasonalNaive
from .smoothing import Smoothing
from .step_lengths import end_of
from .tables_as_counts import as_counts

FEWEST_ORIGINS = 8
SHARES = {"to_seasonal_naive": NAIVE, "to_smoothing": SMOOTHING}
__all__ = ["FEWEST_ORIGINS", "NAIVE", "SMOOTHING", "Asked", "Backtest", "backtest", "backtested", "gap_of"]


class Asked(NamedTuple):
    """Hold how a backtest is to be made."""

    horizon: int
    origins: int
    apart: int | None
    gap: int | None
    levels: tuple[float, ...]


def backtest(
    counts: Any,
    models: Any = None,
    *,
    horizon: int,
    origins: int = FEWEST_ORIGINS,
    apart: int | None = None,
    gap: int | None = None,
    levels: Sequence[float] = LEVELS,
    covariates: Any = None,
    holidays: str | None = None,
    breaks: str = RAISE,
    progress: Progress = None,
) -> Backtest:
    """Score forecasts at past origins: each model fitted anew to all that was known then, beside both baselines.

    Parameters
    ----------
    counts : Counts, or any tidy table with `period`, `count` and columns of keys.
    models : names as of `forecast` (several in a list, or in a text with commas between), or models with a `name` and
        `fit(series)` or `fit_many(panel)`; seasonal naive and smoothing are always added. Default: auto, last count, mean of
        6, Theta, ETS and combination.
    horizon : steps ahead that are forecast and scored.
    origins : how many, the last one so that its horizon ends with the counts; 8 or more.
    apart : steps from one origin to the next. Default: 1 of months; of weeks and days as many as the horizon, so that origins see
        different times, as far as the history allows.
    gap : steps between the last known and the first scored one. Default: the steps within which 95 % are reported, where the
        counts know that (`lag_days`), as these would not have been known at the origin; else 0.
    levels : of the intervals, in per cent; of 4 or more the whole distribution is scored (`crps`).
    covariates : columns as a dict of (steps,) or a table with `period`, handed to the models with all their values: only what is
        known ahead, such as holidays, or counts shifted by the gap and the horizon.
    holidays : a country or a part of one ("US", "US-CA"), whose public holidays become a covariate; needs the package
        holidays. Default: none.
    breaks : "raise" refuses counts across the LAPD's change of its records system; "ignore" warns.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Backtest
        A row for each model, the least error first: `mae`, `rmse`, `bias`, `smape`, `r2` (1 less the squared errors over the
        squares about the mean of all counts scored, of which most is which series is the larger; NaN where they do not vary),
        `r2_within` (the like about the mean of each series' own counts scored, which no forecast knows beforehand), `pinball` (of
        the ends of all intervals), by level `coverage` and `winkler`, `crps` where there are 4 levels or more (twice the integral
        of the pinball loss, by the ends of the intervals and the mean in place of the median), `mase` and `rmsse` (means over
        series and origins, those with a constant history left out), the mean absolute error as a share of that of seasonal naive
        and of smoothing (`to_seasonal_naive`, `to_smoothing`; pooled over all), the median of the series' shares
        (`median_to_seasonal_naive`), and Diebold-Mariano's statistic and p against seasonal naive (`dm`, `dm_p`). `.by_origin()`
        and `.by_series()` give the parts.

    Raises
    ------
    ValueError
        If origins are fewer than 8, the history is too short for them or for a model, the horizon is more than half of what
        is known, two models have one name, a covariate is an outcome or goes with the counts it shall foretell, or the counts
        cross the LAPD's change of its records system.

    Notes
    -----
    Errors are pooled, so large series weigh more than small ones. The window of what is known expands from origin to origin.
    The squares of `r2_within` are about a mean that knows what came: below 0 it may still be a good forecast. MASE's scale is the
    in-sample change from season to season, so it does not tell who is better than naive: the shares do.
    A model that is chosen by this table must be scored on later origins.

    Examples
    --------
    >>> from lacrime_geo.forecasting.simple_models import MovingAverage
    >>> months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> table = dict(period=months, count=20 + np.arange(48) % 5)
    >>> found = backtest(table, [MovingAverage(5)], horizon=1)
    >>> found["model"].tolist()[0], found["to_seasonal_naive"][0].round(2).item()
    ('mean of 5', 0.45)
    """
    table = as_counts(counts)
    asked = Asked(checks.whole("horizon", horizon), origins, apart, gap, checked_levels(levels))
    panel = with_covariates(table.panel(), covariates, holidays, reach=reach_of(table, gap, asked.horizon))
    parameters = Parameters(layer=table.parameters.get("layer", table.label), step=table.step, series=panel.size)
    parameters.update(unit=table.unit, agency=table.parameters.get("agency"), covariates=list(panel.covariates or {}))
    refuse_switch(panel.begin[0], end_of(panel, 0), table.parameters.get("agency"), breaks, parameters)
    return backtested(table, panel, models_of(models), asked, parameters, progress)


def backtested(
    table: Counts, panel: Panel, models: Sequence[Any], asked: Asked, parameters: Parameters, progress: Progress = None
) -> Backtest:
    """Return the backtest of models on the panel of a table, and keep how it was made in `parameters`."""
    parameters.update(horizon=asked.horizon, levels=list(asked.levels))
    every = _with_baselines(models)
    gap = _gap(table, asked.gap, parameters)
    asked = asked._replace(apart=_apart(panel, every, asked, gap, parameters))
    origins = _origins(panel, asked, gap, parameters)
    _require_histories(every, panel, origins)
    told = forecast_at(every, panel, origins, asked.levels, within(progress, 0, 0.95))
    found = dict(zip([model.name for model in every], told))
    for name, forecasts in found.items():
        parameters.log.info("%s: %.2f seconds for %s origins", name, forecasts.seconds, len(origins.known))
    actual = origins.scored(panel.values)
    beside = found[NAIVE], found[SMOOTHING]
    overlap = _overlap(origins, parameters)
    rows = [row_of(name, forecasts, beside, actual, panel, origins, overlap) for name, forecasts in found.items()]
    columns = joined(sorted(rows, key=lambda row: float(row["mae"][0])))
    _tell(columns, parameters)
    _warn_of_rare(actual, "crps" in columns, parameters)
    advance(progress, 1.0)
    label = f"Backtest of {len(found)} models, {asked.horizon} {table.step}{'s' * (asked.horizon != 1)} ahead"
    return Backtest(columns, parameters, "", label, Made(found, actual, panel, origins))


def _with_baselines(models: Sequence[Any]) -> list[Any]:
    names = [model.name for model in models]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{len(twice)} names are of several models, first {twice[0]!r}; give each model its own name.")
    # Saved ones are models of ours with the name of what was saved.
    false = [model.name for model in models if model.name in (NAIVE, SMOOTHING) and not isinstance(model, Model)]
    if false:
        raise ValueError(f"A model of your own is named {false[0]!r}, as a baseline is; give it another name.")
    return [*models, *(base for base in (SeasonalNaive(), Smoothing()) if base.name not in names)]


def _gap(table: Counts, gap: int | None, parameters: Parameters) -> int:
    """Return the steps before the first scored one that would not have been known at an origin."""
    if gap is not None:
        parameters["gap"] = given = checks.whole("gap", gap, minimum=0)
        return given
    found = gap_of(table)
    if found is None:
        return int(
            parameters.choose("gap", 0, "the counts do not tell how late reports come; give a gap where they do")
        )
    reason = (
        f"95 % are reported within {table.parameters['lag_days']} days, so these would not have been known at an origin"
    )
    return int(parameters.choose("gap", found, reason))


def _apart(panel: Panel, models: Sequence[Any], asked: Asked, gap: int, parameters: Parameters) -> int:
    """Return the steps from one origin to the next, given or found."""
    if asked.apart is not None:
        return checks.whole("apart", asked.apart)
    if panel.step == "month":
        return int(parameters.choose("apart", 1, "months are few, so each is an origin", " month"))
    needed = max(_needed(model, panel) for model in models)
    room = panel.begin.size - gap - asked.horizon - max(needed, 2 * asked.horizon)
    found = max(min(asked.horizon, room // max(asked.origins - 1, 1)), 1)
    reason = (
        "the horizon, so that origins see different times" if found == asked.horizon else "as far as the history allows"
    )
    return int(parameters.choose("apart", found, reason, f" {panel.step}s"))


def _origins(panel: Panel, asked: Asked, gap: int, parameters: Parameters) -> Origins:
    number, apart = checks.whole("origins", asked.origins), checks.whole("apart", asked.apart)
    if number < FEWEST_ORIGINS:
        raise ValueError(
            f"origins = {number} are too few: one or a few splits tell chance from skill no better than a coin; take "
            f"{FEWEST_ORIGINS} or more."
        )
    last = panel.begin.size - asked.horizon - gap
    known = tuple(last - apart * back for back in range(number - 1, -1, -1))
    if known[0] < 2:
        raise ValueError(
            f"{panel.begin.size:,} {panel.step}s are too few for {number} origins with a gap of {gap} and a horizon of "
            f"{asked.horizon}: {2 - known[0]:,} more are needed at least."
        )
    refuse_horizon(asked.horizon, known[0], panel.step)
    parameters.update(origins=number, apart=apart)
    return Origins(known, gap, asked.horizon)


def _overlap(origins: Origins, parameters: Parameters) -> int:
    """Return how many origins in a row overlap, with a warning where they are half of all or more."""
    overlap = origins.overlap
    if 2 * overlap >= len(origins.known):
        parameters.warn(
            f"Of {len(origins.known)} origins {overlap} in a row overlap: they forecast the same steps, or did not know of the "
            "same ones. So there is no p, and whether a model is better beyond chance is not told; take more origins."
        )
    return overlap


def _require_histories(models: Sequence[Any], panel: Panel, origins: Origins) -> None:
    """Raise before anything is fitted where a model needs more steps than are known at the first origin."""
    for model in models:
        needed = _needed(model, panel)
        if needed > origins.known[0]:
            raise ValueError(
                f"{model.name} needs {needed:,} {panel.step}s, and at the first origin {origins.known[0]:,} are known; give a "
                "longer history, fewer origins or shorter steps, or leave it out."
            )


def _needed(model: Any, panel: Panel) -> int:
    """Return how many steps a model needs to be fitted."""
    return int(model.needs(panel.period)) if hasattr(model, "needs") else 1


def _tell(columns: dict[str, np.ndarray], parameters: Parameters) -> None:
    """Say which model errs least, against both baselines."""
    best, p = str(columns["model"][0]), float(columns["dm_p"][0])
    chance = {NAIVE: f", {p_in_words(p)} over origins"} if np.isfinite(p) else {}
    compared = [
        f", {_times(columns[share][0], baseline)}{chance.get(baseline, '')}"
        for share, baseline in SHARES.items()
        if baseline != best
    ]
    parameters.tell(f"least error: {best}{''.join(compared)}")


def _warn_of_rare(actual: np.ndarray, scored: bool, parameters: Parameters) -> None:
    """Warn where most counts are 0: the least mean absolute error has who always says 0."""
    none = float((actual == 0).mean())
    if none > 0.5:
        instead = "read crps" if scored else "in a script ask for four levels (levels=(20, 50, 80, 95)) and read crps"
        parameters.warn(
            f"{none:.0%} of the counts that are scored are 0: the least mean absolute error would be that of always saying 0, so "
            f"it does not tell which model to take; {instead}."
        )


def _times(share: float, baseline: str) -> str:
    return f"{in_words(share)} times that of {baseline}" if np.isfinite(share) else f"{baseline} made no error"
