"""Forecasts of counts to come, with what their model was worth at past origins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters, Unsaid
from ..progress import Progress, advance, left_alone, within
from ..results import Drawing, Picture
from . import forecast_charts, forecast_pages
from .automatic import HORIZONS
from .backtesting import FEWEST_ORIGINS, NAIVE, Asked, Backtest, backtested
from .break_guards import RAISE, refuse_switch
from .count_tables import KEPT, Counts
from .covariates import with_covariates
from .history_lengths import ends_with_whole, extracted_on, reach_of, steps_lacking, steps_not_whole, steps_until
from .leak_guards import refuse_horizon
from .model_cards import model_card
from .model_names import model_of
from .models import LEVELS, FittedMany, Panel, Prediction, checked_levels, fitted_to, set_for
from .reconciled_models import METHODS, Reconciled, ReconciledFit, own_method
from .simple_models import SeasonalNaive
from .skill_words import skill_in_words
from .step_lengths import end_of, later_begins
from .tables_as_counts import as_counts

NO_TOTALS = "none"
WHY_NO_GAP = "the steps forecast follow the last whole one, as they would have at each origin"
WHY_GAP = "the last steps of the counts are not wholly reported, so these would not have been known at an origin"
WHY_HORIZON = {"month": "a quarter", "week": "four weeks", "day": "a week"}


class MadeForecast(NamedTuple):
    """Hold the model asked for, the counts it was fitted to, those of the rows of the table, the fit, prediction and scores.

    `shown` is `panel`, or with totals these and then the series. The scores at past origins, of the series, are None where the
    history is too short.
    """

    model: Any
    panel: Panel
    shown: Panel
    fitted: FittedMany
    prediction: Prediction
    scored: Backtest | None


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(Picture):
    """Hold the counts expected in each step to come, series by series, and what they come from (`made`).

    Saved as .svg, .png or .html it is drawn: the counts, what is expected and the intervals of the largest series.
    """

    drawing = Drawing(forecast_charts.drawn, forecast_pages.page_of)
    made: MadeForecast | None = None

    @property
    def sentence(self) -> str:
        """Whether the model was better than seasonal naive and smoothing at past origins, and by how much."""
        return str(self.parameters["found"])

    def card(self, made_on: Any = None) -> dict[str, Any]:
        """Return the model card: what the model is, was fitted to and was worth, and what it is not for (see `model_card`)."""
        return model_card(self, made_on=made_on)


def forecast(
    counts: Any,
    *,
    horizon: int | None = None,
    model: Any = "auto",
    levels: Sequence[float] = LEVELS,
    totals: str = NO_TOTALS,
    covariates: Any = None,
    holidays: str | None = None,
    origins: int = FEWEST_ORIGINS,
    breaks: str = RAISE,
    progress: Progress = None,
) -> Forecast:
    """Forecast counts with intervals, and say whether the model has been better than the naive ones.

    Parameters
    ----------
    counts : Counts, or any tidy table with `period` (first day of the step), `count` and columns of keys.
    horizon : steps ahead. Default: 3 months, 4 weeks or 7 days.
    model : a name ("auto", "seasonal naive", "seasonal mean", "last count", "drift", "mean of 6", "smoothing", "Theta", "ETS",
        "combination", "harmonic regression", "SARIMAX", "gradient boosting", "neural network", "Prophet"), or a model with
        `name` and `fit(series)` or `fit_many(panel)`. Default: "auto", a mean of several, weighed for all series together by
        their errors at past origins.
    levels : of the intervals, in per cent.
    totals : "none"; "bottom-up" adds rows of the totals (of each key's values and of all together, under the name "all"), sums of
        the series; "mint" forecasts the totals too, and makes all add up with the least total variance. Default: none, unless
        the model is one that makes totals, such as a saved one: then as that does.
    covariates : columns that are known ahead, as a dict of (steps + horizon,) or a table with `period`; harmonic regression,
        SARIMAX, Prophet and the neural network use them. Default: none.
    holidays : a country or a part of one ("US", "US-CA"), whose public holidays become a covariate; needs the package
        holidays. Default: none.
    origins : at how many past origins the model is scored; 8 or more.
    breaks : "raise" refuses counts and a horizon across the LAPD's change of its records system; "ignore" warns.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Forecast
        A row for each series and step: the keys, `period`, `mean`, by level the ends of the interval (`lo80`, `hi80`, `lo95`,
        `hi95`), `model`, and of the series at past origins `mase` and its mean absolute error as a share of that of seasonal
        naive (`relative_mae`) and of smoothing (`to_smoothing`), missing where the history is too short to score. Both forecast
        totals by themselves. Over all series these shares stand in `parameters`, and in words in `.sentence`; `steps_past`
        there is how many of the steps were over when the file was extracted, where the counts tell.

    Raises
    ------
    ValueError
        If the history is too short for the model, the horizon is more than half of it, the counts and the horizon cross the
        LAPD's change of its records system, a covariate is not known as far ahead or is an outcome, the model makes totals by
        another method than is asked for, or an option is none of those named.
    ImportError
        If the model or `holidays` needs a package that is not installed.

    Notes
    -----
    Steps are counted from the last one of the table on: of counts ended where the file is whole, the first ones may be past
    already, and where all are by the delay of reports, a warning says so. The scores are of the same steps: at a past origin the
    table would have ended with its last whole step as well, so that its counts were whole then and nothing is left out between
    (`gap` 0). Only of counts whose last steps are not whole (`lag_safe` False or "nowcast") as many are.

    Intervals are of the counts to come, not of their mean, never below 0, and as wide as past forecasts missed; they hold while
    things go on as they did. Reported crime is not crime: a change of reporting is a change of what is forecast.

    Examples
    --------
    >>> months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> found = forecast(dict(period=months, count=20 + np.arange(48) % 12), horizon=2, model="seasonal naive")
    >>> found["mean"].tolist(), found["lo95"].tolist() <= found["mean"].tolist()
    ([20.0, 21.0], True)
    """
    levels, table = checked_levels(levels), as_counts(counts)
    given = model_of(model)
    asked, totals = _with_totals(given, totals)
    panel = table.panel()
    parameters = Parameters(
        layer=table.parameters.get("layer", table.label), step=table.step, series=panel.size, steps=panel.begin.size
    )
    parameters.update({name: table.parameters[name] for name in KEPT if table.parameters.get(name) is not None})
    # Announced when they were counted; what is wrong with the counts is wrong with their forecast.
    if table.parameters.get("warnings"):
        parameters["warnings"] = list(table.parameters["warnings"])
    ahead = _horizon(panel, horizon, parameters)
    parameters.update(model=asked.name, levels=list(levels), totals=totals, covariates=[], holidays=holidays)
    refuse_switch(panel.begin[0], end_of(panel, ahead), parameters.get("agency"), breaks, parameters)
    how = Asked(ahead, origins, None, steps_not_whole(table), levels)
    panel = with_covariates(panel, covariates, holidays, ahead, reach_of(table, how.gap, ahead))
    parameters["covariates"] = list(panel.covariates or {})
    _tell_past(table, ahead, parameters)
    scored = _scored(table, panel, asked, how, parameters, within(progress, 0.0, 0.8))
    # A model that was saved may have been chosen by what is scored.
    if scored is not None and hasattr(given, "caveat") and (caveat := given.caveat(scored)):
        parameters.warn(caveat)
    return told_by(asked, panel, how, scored, parameters, within(progress, 0.8, 1.0))


def told_by(
    model: Any, panel: Panel, how: Asked, scored: Backtest | None, parameters: Parameters, progress: Progress = None
) -> Forecast:
    """Return the forecast of a model that was scored already, or could not be; `parameters` tell what it is made of."""
    fitted, prediction = left_alone(partial(_fitted, model, panel, how.horizon, how.levels), progress)
    name = str(fitted.parameters.get("chosen", model.name))
    parameters.update(chosen=name, first_period=str(later_begins(panel, 1)[0]))
    parameters.tell(skill_in_words(name, scored, parameters))
    advance(progress, 1.0)
    shown = fitted.nodes if isinstance(fitted, ReconciledFit) else panel
    columns = _columns(shown, fitted, prediction, (model.name, name), scored)
    label = f"Forecast of {how.horizon} {panel.step}{'s' * (how.horizon != 1)} from {parameters['first_period']}"
    made = MadeForecast(model, panel, shown, fitted, prediction, scored)
    return Forecast(columns, parameters, label=label, made=made)


def _horizon(panel: Panel, horizon: int | None, parameters: Parameters) -> int:
    if horizon is None:
        horizon = parameters.choose("horizon", HORIZONS[panel.step], WHY_HORIZON[panel.step])
    parameters["horizon"] = ahead = checks.whole("horizon", horizon)
    refuse_horizon(ahead, panel.begin.size, panel.step)
    return ahead


def _with_totals(model: Any, totals: str) -> tuple[Any, str]:
    """Return the model that makes the totals asked for, and by which method; one that makes them already is left as it is."""
    own = own_method(model)
    if checks.option("totals", totals, (NO_TOTALS, *METHODS)) == NO_TOTALS or own == totals:
        return model, own or NO_TOTALS
    if own is not None:
        raise ValueError(f"{model.name} makes totals by {own!r} already, got totals={totals!r}; leave totals out.")
    return Reconciled(model, totals), totals


def _tell_past(table: Counts, horizon: int, parameters: Parameters) -> None:
    """Keep how many steps were over when the file was extracted, and warn where a delay of reports is as long as the horizon."""
    day = extracted_on(table)
    if day is None:
        return
    parameters.update(extracted=str(day), steps_past=steps_until(table, day, horizon))
    # A table that ends before its last whole step was ended so, or its file is of an earlier time.
    if parameters["steps_past"] == horizon and ends_with_whole(table):
        further = horizon
        while steps_until(table, day, further) == further:
            further += 1
        parameters.warn(
            f"All {horizon} {table.step}s that are forecast were over when the file was extracted, on {day}: nothing here is of "
            f"the future; take a horizon of {further} or more."
        )


def _fitted(model: Any, panel: Panel, horizon: int, levels: Sequence[float]) -> tuple[FittedMany, Prediction]:
    fitted = fitted_to(set_for(model, horizon), panel)
    with_totals = isinstance(fitted, ReconciledFit)
    return fitted, fitted.predict_nodes(horizon, levels) if with_totals else fitted.predict(horizon, levels)


def _scored(
    table: Counts, panel: Panel, model: Any, how: Asked, parameters: Parameters, progress: Progress
) -> Backtest | None:
    """Return the model's scores at past origins beside both baselines; None, with a warning, where the history is too short."""
    own = model.needs(panel.period) if hasattr(model, "needs") else 1
    needed = max(own, SeasonalNaive().needs(panel.period))
    origins, gap = checks.whole("origins", how.origins, FEWEST_ORIGINS), how.gap or 0
    short = steps_lacking(table, needed, how.horizon, origins, gap)
    if short:
        parameters.warn(
            f"The history of {panel.begin.size:,} {panel.step}s is {short:,} too short to score {model.name} beside {NAIVE} at "
            f"{origins} past origins: nothing tells how good this forecast is."
        )
        return None
    record = Unsaid()
    found = backtested(table, panel, [model], how, record, progress)
    parameters.update({name: record[name] for name in ("gap", "origins", "apart")})
    parameters["gap_reason"] = WHY_GAP if gap else WHY_NO_GAP
    for sentence in record.get("warnings", ()):
        parameters.warn(sentence)
    return found


def _columns(
    shown: Panel, fitted: FittedMany, prediction: Prediction, names: tuple[str, str], scored: Backtest | None
) -> dict[str, np.ndarray]:
    """Return the columns of a forecast; `names` are those of the model asked for and of the one that forecasts."""
    horizon = prediction.mean.shape[1]
    columns = {key: np.repeat(np.asarray(column), horizon) for key, column in (shown.keys or {}).items()}
    columns["period"] = np.tile(later_begins(shown, horizon).astype("M8[s]"), shown.size)
    columns["mean"] = prediction.mean.ravel()
    for level, low in prediction.low.items():
        columns[f"lo{level:g}"], columns[f"hi{level:g}"] = low.ravel(), prediction.high[level].ravel()
    columns["model"] = np.full(columns["mean"].size, names[1], dtype=object)
    if scored is not None and isinstance(fitted, ReconciledFit):
        scored = scored.with_totals(fitted.tree.sums, fitted.tree.keys)
    own = _own_scores(shown.size, names[0], scored)
    return {**columns, **{name: np.repeat(score, horizon) for name, score in own.items()}}


def _own_scores(series: int, name: str, scored: Backtest | None) -> dict[str, np.ndarray]:
    """Return each series' scores at past origins (series,)."""
    scores = {"mase": "mase", "relative_mae": "to_seasonal_naive", "to_smoothing": "to_smoothing"}
    if scored is None:
        return {column: np.full(series, np.nan) for column in scores}
    by_series = scored.by_series()
    rows = by_series["model"] == name
    return {column: by_series[score][rows] for column, score in scores.items()}
