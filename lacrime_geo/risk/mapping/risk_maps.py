"""Maps of risk: how many incidents are expected in each place, how sure that is, why, and which places a budget holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from ... import checks
from ...beginning import begin
from ...counted_cells import SHAPES
from ...parameters import Parameters, in_plain_words
from ...progress import Progress, advance, left_alone, within
from ...refusals import refuse_weights
from ...results import Cells
from ...temporal.count_series import named
from ..events import DAY, Events, History
from ..guards.time_guards import warn_of_records_change
from ..learning.place_layers import refuse_later_places
from ..predicting.predictor_names import predictor_of
from ..predicting.predictors import Fitted, Predictor
from ..scoring.hit_curves import Ranking
from . import plain_reasons
from .asked_places import asked_units, dated_incidents, known_incidents, require_in_places
from .asked_predictors import as_asked
from .budgets import mean_ranks, within_budget
from .calibrated_probability import Calibrated
from .expected_ranges import LEVEL, RateSpread
from .map_words import days_in_words, tell
from .past_predictions import PastPrediction, past_predictions
from .usual_days import first_day_predicted, without_lone_first

BUDGET, HORIZON = 0.02, 7


class Making(NamedTuple):
    """Hold what a map of risk was made of: the predictor, as it was fitted, and what was known."""

    predictor: Predictor
    fitted: Fitted
    history: History


@dataclass(frozen=True, eq=False, repr=False)
class RiskMap(Cells):
    """Hold the risk of places; `contributions` tells how many of the expected incidents (n,) each thing known adds.

    `past` are the predictions at past origins by which it was judged; `made` is what `save_model` keeps and `model_card` tells
    of.
    """

    contributions: Mapping[str, np.ndarray] = field(default_factory=dict)
    past: tuple[PastPrediction, ...] = ()
    made: Making | None = None


def predict_risk(
    incidents: Any,
    *,
    category: str | None = None,
    model: Any = "auto",
    horizon: int = HORIZON,
    origin: Any = None,
    units: Any = None,
    cell_size: float | None = None,
    boundary: Any = None,
    shape: str = "square",
    budget: float = BUDGET,
    places: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> RiskMap:
    """Map where the next days' incidents are expected, how sure that is and why, and what a small part of the area would catch.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`). Those of all categories:
        the others tell of the one that is predicted.
    category : the one that is predicted. Default: all of them together.
    model : "auto" (a mixture that borrows strength from all crime), "prior_counts", "last_counts", "all_crime_counts",
        "smoothed_counts", "decayed_counts", "kde", "gi_star", "prospective", "self_exciting", "borrowed_strength", or, by
        scikit-learn, "logistic_regression", "random_forest", "gradient_boosting" or "poisson_regression"; or a predictor.
    horizon : days that are predicted, from the origin on. Default 7.
    origin : the first day predicted (YYYY-MM-DD): what occurred from it on, or was reported from it on, is not used. Default:
        the day after the last incident; a few that are dated months after all others are taken for mistakes, which is said.
        Where it is later, the days between are taken for unknown, not for days without incidents (`gap` of the record).
    units : polygon layer, such as reporting districts, in place of cells. Default: cells.
    cell_size : side of a cell (m). Default: 250 m, about two blocks.
    boundary : polygon layer of the study area. Default: cells around the incidents, a stand-in that is announced.
    shape : "square" or "hex" cells.
    budget : share of the area that can be attended to. Default 0.02; whole places, rounded down.
    places : for models that learn: polygon or point layer, such as bars or stations, whose distance tells of risk (risk
        terrain); in a script also several, by their names.
    seed : of the draw among places that have the same risk where the budget ends, and of what models that learn draw.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    RiskMap
        A polygon for each place, zeros included: `rank` (1 is the highest risk, by area where areas differ; those tied share the
        mean of their ranks), `risk` (expected incidents in the horizon), `low` and `high` (90 % interval of that expectation),
        `probability` (of one incident or more), `in_budget`, `known` (incidents of the category counted before the origin) and
        `reason` (the three largest contributions); of polygons `area` too, their name or the number of their row. The record
        says what the budget caught at past origins, beside the same budget by prior counts.

    Raises
    ------
    ValueError
        If incidents have no dates or have weights, none is of the category, too few days are known for the model, or an option is
        none of those named.

    Notes
    -----
    Known at the origin is what had occurred and been reported before it. At four past origins within the history, or up to
    twelve where few incidents came, each with a horizon that is known and half of the days before it, the model is fitted anew:
    by these the share caught, the probability (its odds turned by a logistic regression, Cox 1958) and the interval are found;
    what they are too few for is said. The interval is of a gamma: its mean by Poisson regression of what came on the logarithm
    of what was expected, its variance linear and square in that mean, by moments beyond Poisson's and a standard error. It holds
    nine of ten true rates where most is expected; of places in which hardly any is, it may hold fewer. A map tells of places,
    and of what is reported there.

    References
    ----------
    Cox (1958), Biometrika 45: 562-565. Wheeler & Steenbeek (2021), Journal of Quantitative Criminology 37: 445-480.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> draw = np.random.default_rng(0)
    >>> x, y = 5000 * draw.beta(1, 3, (2, 600))
    >>> when = np.datetime64("2023-01-01") + np.sort(draw.integers(0, 60, 600))
    >>> found = predict_risk(Incidents(x, y, when=when, crs="EPSG:32611"), model="prior_counts")
    >>> found.parameters["origin"], round(found["risk"].sum()), int(found["known"].sum())
    ('2023-03-02', 70, 600)
    """
    days, share = checks.whole("horizon", horizon), checks.share("budget", budget)
    seed = checks.whole("seed", seed, minimum=0)
    checks.option("shape", shape, SHAPES)
    predictor = predictor_of(model, days)
    everything, placed, parameters = begin(incidents, None)
    refuse_weights(everything, "risk is of counts")
    advance(progress, 0.01)
    placed = dated_incidents(placed, parameters)
    advance(progress, 0.02)
    predictor = as_asked(predictor, model, places, placed.crs, share, seed)
    parameters.update(model=model if isinstance(model, str) else predictor.name, predictor=predictor.name)
    parameters.update(category=category, horizon=days, budget=share, seed=seed)
    parameters["agency"] = everything.agency
    first, gap = first_day_predicted(np.sort(np.asarray(placed.when).astype("M8[D]")), origin, parameters)
    advance(progress, 0.03)
    known = known_incidents(placed, first)
    advance(progress, 0.04)
    where = left_alone(
        lambda: asked_units(known, units, cell_size, boundary, parameters, shape), progress, lambda: 0.04
    )
    advance(progress, 0.05)
    events = without_lone_first(
        left_alone(lambda: Events.of(placed, where, category), progress, lambda: 0.05), parameters
    )
    history = left_alone(lambda: events.known(first, gap), progress, lambda: 0.05)
    _require_fit(history, predictor, places, parameters)
    fitted = left_alone(lambda: predictor.fit(history), progress, lambda: 0.1)
    said = left_alone(lambda: _Said.of(fitted, days), progress, lambda: 0.25)
    reach = 2 * where.grid.cell_size if where.grid is not None and boundary is None else None
    past = past_predictions(history, predictor.anew(), days, reach, within(progress, 0.25, 0.9))
    mapped = _mapped(history, said, past, parameters, within(progress, 0.9, 0.95))
    found = replace(mapped, made=Making(predictor, fitted, history))
    tell(past, events, history, parameters, within(progress, 0.95, 1.0))
    advance(progress, 1.0)
    return found


def _require_fit(history: History, predictor: Predictor, places: Any, parameters: Parameters) -> None:
    """Raise where the predictor cannot go by what is known, or a layer of places is of a later time."""
    refuse_later_places(places, history)
    _require_any(history, parameters)
    _require_alike(predictor, history, parameters)


def _require_alike(predictor: Predictor, history: History, parameters: Parameters) -> None:
    """Raise where the days known are none for the predictor; warn where the records change among all that it goes by."""
    parameters["days_known"] = history.days
    predictor.require(history)
    end = history.origin + parameters["horizon"] * DAY
    learned = history.begin if predictor.trained_until is None else predictor.trained_until - DAY
    warn_of_records_change(min(history.begin, learned), end, parameters["agency"], parameters)


def _require_any(history: History, parameters: Parameters) -> None:
    """Raise where nothing is known of what is predicted; say how many of polygons' incidents stand in none of them."""
    unit, target = history.events.unit, history.events.target
    if not target.any():
        raise ValueError(
            f"No incident of the category {parameters['category']!r} is known before {history.origin}; take a later origin."
        )
    require_in_places(history)
    if history.units.polygons is not None:
        outside = int((unit < 0).sum())
        told = f"{outside:,} of {unit.size:,} known incidents stand in none of the polygons; they are not counted"
        parameters.note("outside", outside, told)


class _Said(NamedTuple):
    """Hold what a fitted predictor says: the expected incidents (n,), their reasons, and what it rests on."""

    risk: np.ndarray
    reasons: Mapping[str, np.ndarray]
    importance: Mapping[str, float]
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, fitted: Fitted, horizon: int) -> _Said:
        importance = fitted.importance()
        return cls(fitted.predict(horizon), fitted.reasons(horizon), importance, dict(fitted.parameters))


def _mapped(
    history: History, said: _Said, past: list[PastPrediction], parameters: Parameters, progress: Progress
) -> RiskMap:
    """Return the map, and keep in the record how its columns were found."""
    risk, budget = said.risk, parameters["budget"]
    every = bool(history.events.target.all())
    parts = plain_reasons.contributions(said.reasons, risk, every=every)
    ranking = Ranking.of(risk, history.units.area)
    low, high = _interval(risk, past, parameters, progress)
    texts = left_alone(lambda: plain_reasons.reason_texts(parts, risk), progress, lambda: 0.5)
    polygons = history.units.polygons
    columns = {
        **({} if polygons is None else {"area": named(polygons, parameters)}),
        "rank": mean_ranks(ranking),
        "risk": risk,
        "low": low,
        "high": high,
        "probability": Calibrated.of(past, parameters).probability(risk),
        "in_budget": within_budget(ranking, budget, parameters["seed"], parameters),
        "known": history.counts(),
        "reason": texts,
    }
    parameters["expected"] = round(float(risk.sum()), 2)
    parameters["importance"] = plain_reasons.shares_in_plain_words(said.importance, every=every)
    parameters["fitted"] = said.parameters
    grid, cell = history.units.on_grid()
    return RiskMap(columns, parameters, grid, cell, "risk", _label(history, parameters), parts, tuple(past))


def _interval(
    risk: np.ndarray, past: list[PastPrediction], parameters: Parameters, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of the interval of what is expected (n,), NaN where past origins cannot tell it."""
    spread = left_alone(lambda: RateSpread.of(past), progress)
    if spread is None:
        lacking = "too few incidents came at past origins" if past else "the history is too short for a past origin"
        parameters.log.info("The interval of what is expected cannot be told: %s.", lacking)
        return np.full(risk.size, np.nan), np.full(risk.size, np.nan)
    parameters["spread"] = {name: float(f"{value:.4g}") for name, value in spread._asdict().items()}
    parameters["level"] = LEVEL
    return spread.interval(risk)


def _label(history: History, parameters: Parameters) -> str:
    what = "incidents" if parameters["category"] is None else in_plain_words(parameters["category"])
    return f"Risk of {what}, {days_in_words(history, parameters)} · n = {int(history.events.target.sum()):,}"
