"""The audit of a prediction: how much of it rests on offences that are found where police look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import checks
from ...beginning import begin
from ...parameters import Parameters, Unsaid, in_plain_words
from ...progress import Progress, advance, left_alone, within
from ...refusals import refuse_weights
from ...results import Cells, Table
from ..events import DAY, Events, History, dated_rows
from ..guards.time_guards import warn_of_records_change
from ..mapping.asked_places import asked_units, dated_incidents, known_incidents, require_in_places
from ..mapping.asked_predictors import as_asked
from ..mapping.usual_days import first_day_predicted, without_lone_first
from ..predicting.predictor_names import predictor_of
from ..predicting.predictors import Predictor
from .discovered_incidents import discovered_incidents
from .discovered_offences import DISCOVERED, UNCLEAR
from .left_out import Difference, Prediction, others_at_random, without
from .urn_simulation import CORRECTED, MOMENTS, NAIVE, UrnSimulation, simulated
from .urns import Urn

# How often as many others are left out, to tell what leaving out any changes.
REPEATS = 5
# Two districts alike, of which one begins with two thirds of the records; an incident a day.
URN_START, URN_DAYS, URN_RUNS = (20.0, 10.0), 1000, 500
CAVEATS = (
    "Which offences are discovered is told by their codes, not by who noticed each: it is a lower bound where patrols also find "
    "what is counted as reported.",
    "Reported crime is not crime: what the public reports depends on trust in the police too, which this does not tell.",
    "The urn is a model of two districts, not of this city.",
)


@dataclass(frozen=True, eq=False, repr=False)
class FeedbackAudit(Cells):
    """Hold places with what is expected of them, with the offences that police discover and without.

    `urn` is what two districts alike would come to with such a share of them.
    """

    codes: Table = field(default_factory=lambda: Table({}, Parameters()))
    urn: UrnSimulation = field(default_factory=lambda: UrnSimulation({}, Parameters()))

    def offences(self) -> Table:
        """Return how many incidents each code or category has, whether it is discovered, reported or unclear, and why."""
        return self.codes


def feedback_audit(
    incidents: Any,
    *,
    discovered: Any = None,
    codes: str | None = None,
    model: Any = "auto",
    horizon: int = 7,
    category: str | None = None,
    boundary: Any = None,
    cell_size: float | None = None,
    units: Any = None,
    budget: float = 0.02,
    origin: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> FeedbackAudit:
    """Tell how much of a prediction of places rests on offences that are found where police look.

    The prediction is made twice: of all incidents, and as if those that police discover had never been known. The area that a
    budget chooses the first time and not the second is there only by them: police sent there will find more of them, and the
    next prediction will rest on it.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`), of all categories.
    discovered : the categories that police discover, in a list or in a text with commas. Default: by the codes
        of the offences, by a list with a reason for each.
    codes : column of crime codes, the LAPD's or those of NIBRS. Default: `crime_code` or `nibrs_code`.
    model : "auto", "prior_counts", "last_counts", "all_crime_counts", "smoothed_counts", "decayed_counts", "kde", "gi_star",
        "prospective", "self_exciting", "borrowed_strength", "logistic_regression", "random_forest", "gradient_boosting" or
        "poisson_regression", as of `predict_risk`; or a predictor. It is fitted seven times.
    horizon : days that are predicted, from the origin on. Default 7.
    category : the one that is predicted. Default: all of them together.
    boundary : polygon layer of the study area. Default: cells around the incidents, a stand-in that is announced.
    cell_size : side of a cell (m). Default: 250 m, about two blocks.
    units : polygon layer, such as reporting districts, in place of cells. Default: cells.
    budget : share of the area that can be attended to. Default 0.02.
    origin : the first day predicted (YYYY-MM-DD). Default: the day after the last incident.
    seed : of the others that are left out at random, and of the urn.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    FeedbackAudit
        A polygon for each place: the incidents `known`, and how many of them `discovered`; `expected` incidents, and
        `expected_without`; `in_budget`, and `in_budget_without` (1, 0 or, tied at the cut, the share that fits); `driven`, how
        far it is in the budget only by what is discovered. Its record says which share of the incidents is discovered
        (`discovered_share`, `discovered_share_at_most` with those of unclear kinds), which of the budget's area is driven
        (`area_driven`), and by as many others left out at random (`area_driven_by_chance`); which of the incidents expected
        there (`expected_driven`), and which of all expected ones come to be elsewhere (`expected_moved`, and
        `expected_moved_by_chance`). `offences()` is the table of the codes, `urn` the simulation of two districts alike with
        this share of discovered incidents.

    Raises
    ------
    ValueError
        If nothing tells which incidents are discovered, or as `predict_risk`.

    References
    ----------
    Ensign et al. (2018), Runaway Feedback Loops in Predictive Policing, PMLR 81: 160-171. Lum & Isaac (2016), To predict and
    serve?, Significance 13(5): 14-19.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> draw = np.random.default_rng(0)
    >>> x, y = 5000 * draw.beta(1, 3, (2, 600))
    >>> when = np.datetime64("2023-01-01") + np.sort(draw.integers(0, 60, 600))
    >>> kinds = np.where(x + y < 900, "drugs", "burglary")
    >>> crimes = Incidents(x, y, when=when, category=kinds, crs="EPSG:32611")
    >>> found = feedback_audit(crimes, discovered="drugs", model="prior_counts")
    >>> found.parameters["discovered_share"], found.parameters["area_driven"] > found.parameters["area_driven_by_chance"]
    (0.095, True)
    """
    days, share = checks.whole("horizon", horizon), checks.share("budget", budget)
    predictor = predictor_of(model, days)
    everything, _, parameters = begin(incidents, None)
    refuse_weights(everything, "the audit is of counts")
    parameters.update(model=model if isinstance(model, str) else predictor.name, predictor=predictor.name)
    parameters.update(category=category, horizon=days, budget=share, seed=checks.whole("seed", seed, 0))
    # Not those that `begin` has placed: they have lost their columns, the codes among them.
    placed = left_alone(lambda: dated_incidents(everything.take(everything.placed), parameters), progress)
    predictor = as_asked(predictor, model, None, placed.crs, share, parameters["seed"])
    advance(progress, 0.01)
    kinds, offences = left_alone(
        lambda: discovered_incidents(placed, discovered, codes, parameters), progress, lambda: 0.01
    )
    first, gap = first_day_predicted(np.sort(np.asarray(placed.when).astype("M8[D]")), origin, parameters)
    known = left_alone(lambda: known_incidents(placed, first), progress, lambda: 0.02)
    places = left_alone(lambda: asked_units(known, units, cell_size, boundary, parameters), progress, lambda: 0.03)
    advance(progress, 0.05)
    events = left_alone(lambda: Events.of(placed, places, category), progress, lambda: 0.05)
    kept = without_lone_first(events, parameters)
    kinds = kinds[dated_rows(placed)][events.size - kept.size :]
    history, kinds = kept.known(first, gap), kinds[kept.known_rows(first, gap)]
    advance(progress, 0.05)
    found = kinds == DISCOVERED
    parameters["known_unclear"] = int((kinds == UNCLEAR).sum())
    require_in_places(history)
    predictor.require(history)
    warn_of_records_change(history.begin, first + days * DAY, everything.agency, parameters)
    difference = _compared(history, predictor, found, parameters, within(progress, 0.05, 0.95))
    _keep_shares(history, found, parameters)
    urn = _urn(parameters, within(progress, 0.95, 1.0))
    _tell(difference, parameters, urn)
    grid, cell = history.units.on_grid()
    label = f"What of the prediction rests on discovered offences · n = {history.events.size:,}"
    return FeedbackAudit(_columns(history, found, difference), parameters, grid, cell, "feedback", label, offences, urn)


def _compared(
    history: History, predictor: Predictor, found: np.ndarray, parameters: Parameters, progress: Progress
) -> Difference:
    """Return both predictions, and keep in the record what differs, and what by as many others left out at random."""
    horizon, budget = parameters["horizon"], parameters["budget"]
    draw = np.random.default_rng(parameters["seed"])
    masks = [found, *(others_at_random(found, draw) for _ in range(REPEATS if found.any() else 0))]
    made = []
    for number, mask in enumerate([np.zeros(found.size, dtype=bool), *masks]):
        part = within(progress, number / (len(masks) + 1), (number + 1) / (len(masks) + 1))
        made.append(Prediction.of(without(history, mask), predictor, horizon, budget, part))
        advance(part, 1.0)
    differences = [Difference(made[0], each, history.units.area) for each in made[1:]]
    own, by_chance = differences[0], differences[1:] or differences
    parameters["area_driven"] = _rounded(own.area_driven())
    parameters["area_driven_by_chance"] = _rounded(np.mean([each.area_driven() for each in by_chance]))
    parameters["expected_driven"] = _rounded(own.expected_within())
    parameters["expected_moved"] = _rounded(own.expected_moved())
    parameters["expected_moved_by_chance"] = _rounded(np.mean([each.expected_moved() for each in by_chance]))
    return own


def _keep_shares(history: History, found: np.ndarray, parameters: Parameters) -> None:
    target = history.events.target
    parameters.update(known=int(found.size), known_discovered=int(found.sum()), days_known=history.days)
    parameters["discovered_share"] = _rounded(found.mean())
    parameters["discovered_share_at_most"] = _rounded((found.sum() + parameters["known_unclear"]) / found.size)
    parameters["discovered_share_of_category"] = _rounded(found[target].mean() if target.any() else np.nan)


def _urn(parameters: Parameters, progress: Progress) -> UrnSimulation:
    """Return the simulation of two districts alike with the share of discovered incidents that these have."""
    share = parameters["known_discovered"] / max(parameters["known"], 1)
    urn = Urn(np.full(2, share), np.full(2, (1 - share) / 2), np.array(URN_START))
    days = np.linspace(0, URN_DAYS, MOMENTS + 1).astype(np.int64)
    record = Unsaid(days=URN_DAYS, runs=URN_RUNS, seed=parameters["seed"])
    return simulated(urn, days, [NAIVE, CORRECTED], record, progress)


def _columns(history: History, found: np.ndarray, difference: Difference) -> dict[str, np.ndarray]:
    unit, units = history.events.unit, history.units
    return {
        "known": units.counts(unit),
        "discovered": units.counts(unit[found]),
        "expected": difference.whole.expected,
        "expected_without": difference.without.expected,
        "in_budget": difference.whole.chosen,
        "in_budget_without": difference.without.chosen,
        "driven": difference.driven,
    }


def _tell(difference: Difference, parameters: Parameters, urn: UrnSimulation) -> None:
    """Say what was found, how the urn reads, and what must be kept in mind."""
    what = "incidents" if parameters["category"] is None else in_plain_words(parameters["category"])
    many, known = parameters["known_discovered"], parameters["known"]
    unclear = parameters["known_unclear"]
    at_most = f", at most {_percent((many + unclear) / known)} with those of unclear kinds" if unclear else ""
    parameters["urn"] = read = _urn_in_words(urn)
    if not difference.whole.chosen.any():
        parameters.warn(
            f"A budget of {100 * parameters['budget']:.3g} % of the area is less than one place; raise budget."
        )
    parameters.tell(
        f"{many:,} of {known:,} incidents known ({_percent(many / max(known, 1))}{at_most}) are of kinds that police discover; "
        f"without them, {_percent(parameters['area_driven'])} of the area that a budget of {_percent(parameters['budget'])} "
        f"chooses for {what} would not be chosen, and without as many others at random "
        f"{_percent(parameters['area_driven_by_chance'])}; {_percent(parameters['expected_driven'])} of what is expected there "
        f"comes of them. {read}"
    )
    for sentence in CAVEATS:
        parameters.warn(sentence)


def _urn_in_words(urn: UrnSimulation) -> str:
    ends = {update: np.quantile(held[:, -1], (0.05, 0.95)) for update, held in urn.shares.items()}
    naive, corrected = (f"{100 * low:.0f} to {100 * high:.0f} %" for low, high in ends.values())
    return (
        f"Of two districts alike, the one that begins with two thirds of the records would have, after {URN_DAYS:,} incidents, "
        f"{naive} of them if each discovered one counts, and {corrected} if those count less where patrols are many; the truth "
        "is 50 %."
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.2g} %"


def _rounded(share: Any) -> float | None:
    """Return a share for the record, None where there is none."""
    return None if np.isnan(share) else round(float(share), 4)
