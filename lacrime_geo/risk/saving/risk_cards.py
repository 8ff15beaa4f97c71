"""Model cards of predictions of places: what a map is made of, how good its like was, and what it must not be used for."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from ...forecasting.card_texts import AFTER
from ...forecasting.model_cards import made_on_day
from ...json_values import json_values
from ..contesting.contest_results import Contest
from ..events import DAY, History
from ..feedback.audits import FeedbackAudit
from ..learning.learned_predictors import LearnedPredictor
from ..mapping.past_predictions import PastPrediction
from ..mapping.risk_maps import RiskMap
from ..predicting.plain_predictors import PriorCounts
from ..predicting.predictor_names import BASELINE
from ..scoring.hit_curves import SHARES, Ranking
from . import risk_card_texts as texts
from .predictor_recipes import recipe_of
from .trainings import Training
from .versions import versions_that_predict

AUDITED = (
    *(
        "discovered_share",
        "discovered_share_at_most",
        "discovered_share_of_category",
        "area_driven",
        "area_driven_by_chance",
        "expected_driven",
    ),
    *("expected_moved", "expected_moved_by_chance", "known_discovered", "unclear", "found"),
)
OF_CONTEST = ("horizon", "origins", "gap", "gap_reason", "category", "cell_size", "period", "units_in_all", "incidents")


def risk_card(risk_map: RiskMap, *, made_on: Any = None, feedback: Any = None) -> dict[str, Any]:
    """Return the model card of a map of risk, as values of JSON: see `lacrime_geo.model_card`."""
    if risk_map.made is None:
        raise ValueError(f"The map {risk_map.label!r} does not know what it was made of; make it again.")
    kept, history = risk_map.parameters, risk_map.made.history
    scored = _scores(risk_map) if risk_map.past else {}
    return _card(
        model_details=_details(risk_map, made_on_day(made_on, history.origin - DAY)),
        factors=_factors(history),
        metrics={name: texts.METRICS[name] for name in ("hit_rate", "pai")} if scored else {},
        evaluation_data={"origins": kept.get("past_origins"), "how": texts.HOW} if scored else {},
        training_data=Training.of(history, kept["horizon"], str(kept["layer"]), kept.get("agency"), {}).values(),
        quantitative_analyses={"found": kept.get("found"), **scored, **_audited(feedback)},
        warnings=[*kept.get("warnings", ()), *(() if scored else (texts.NOT_SCORED,))],
        feedback=feedback,
    )


def contest_card(contest: Contest, *, made_on: Any = None, feedback: Any = None) -> dict[str, Any]:
    """Return the model card of the predictor with the most hits in a contest, as values of JSON."""
    kept, best = contest.parameters, contest.names[0]
    last = np.datetime64(kept["last_day"], "D")
    rows = {name: _rows_of(contest, name) for name in dict.fromkeys((best, BASELINE))}
    surely = contest.winner
    return _card(
        model_details={
            "name": best,
            "what": "the predictor with the most hits of a contest at past origins",
            "surely_better_than_prior_counts": surely == best,
            "made_on": made_on_day(made_on, last),
            "versions": _versions(learned=False),
            "card_after": AFTER,
        },
        factors={"not_used": texts.NOT_USED, "against": list(contest.names)},
        metrics={name: said for name, said in texts.METRICS.items() if name in contest.columns},
        evaluation_data={**{name: kept.get(name) for name in OF_CONTEST}, "how": texts.HOW},
        training_data={name: kept.get(name) for name in ("layer", "crs", "period", "incidents")},
        quantitative_analyses={"found": list(contest.sentences), "scores": rows, **_audited(feedback)},
        warnings=list(kept.get("warnings", ())),
        feedback=feedback,
    )


def _card(*, warnings: list[str], feedback: Any, **sections: Any) -> dict[str, Any]:
    """Return the sections in the order of Mitchell et al. 2019, with what every prediction of places has."""
    uses = {"primary_uses": texts.USES, "primary_users": texts.USERS, "out_of_scope": texts.OUT_OF_SCOPE}
    lacking = () if feedback is not None else (texts.NOT_AUDITED,)
    found: dict[str, Any] = json_values(
        {
            "model_details": _named_category(sections.pop("model_details")),
            "intended_use": uses,
            **{name: _named_category(section) for name, section in sections.items()},
            "ethical_considerations": texts.ETHICS,
            "caveats_and_recommendations": [*warnings, *lacking],
        }
    )
    return found


def _named_category(section: Any) -> Any:
    """Return a section of a card; a category that is None is none that is not known.

    >>> _named_category({"category": None, "gap": None})
    {'category': 'all of them together', 'gap': None}
    """
    of_all = "category" in section and section["category"] is None
    return {**section, "category": texts.OF_ALL} if of_all else section


def _details(risk_map: RiskMap, made_on: str) -> dict[str, Any]:
    assert risk_map.made is not None
    predictor, fitted, history = risk_map.made
    kept = risk_map.parameters
    details: dict[str, Any] = {"name": predictor.name, "asked_for": kept["model"]}
    own = getattr(predictor, "predictor", predictor)  # of one that was saved
    details["what"] = (type(own).__doc__ or "").strip().split("\n")[0]
    with suppress(TypeError):  # of another package: its name is all that is known
        details["settings"] = recipe_of(own)
    if isinstance(own, LearnedPredictor):
        details["learned_until"] = str(history.end if predictor.trained_until is None else predictor.trained_until)
    names = ("category", "horizon", "origin", "gap", "budget", "cell_size", "universe", "seed", "importance")
    details.update({name: kept.get(name) for name in names})
    details["found_in_fitting"] = {name: _short(name, value) for name, value in fitted.parameters.items()}
    return {**details, "made_on": made_on, "versions": _versions("learned_until" in details), "card_after": AFTER}


def _short(name: str, value: Any) -> Any:
    """Return what was found in fitting; of a grid search what each setting came to, without its single folds."""
    if name != "grid":
        return value
    return [{part: found for part, found in tried.items() if part != "folds"} for tried in value]


def _versions(learned: bool) -> dict[str, str]:
    return {**versions_that_predict(learned), "python": platform.python_version()}


def _factors(history: History) -> dict[str, Any]:
    count = history.counts()
    return {
        "places": count.size,
        "places_without_an_incident": int((count == 0).sum()),
        "most_incidents_of_a_place": int(count.max(initial=0)),
        "categories": int(np.unique(history.events.category).size),
        "not_used": texts.NOT_USED,
    }


def _scores(risk_map: RiskMap) -> dict[str, Any]:
    """Return what was caught at past origins by the predictor and by prior counts, in all and by origin."""
    assert risk_map.made is not None
    history, horizon = risk_map.made.history, risk_map.parameters["horizon"]
    own = list(risk_map.past)
    baseline = [
        each._replace(risk=PriorCounts().fit(history.until(each.origin)).predict(horizon)) for each in risk_map.past
    ]
    shares = sorted({*SHARES, float(risk_map.parameters["budget"])})
    scores = {
        name: _caught(past, history, shares)
        for name, past in ((risk_map.made.predictor.name, own), (BASELINE, baseline))
    }
    by_origin = [
        {"origin": str(each.origin), "incidents": int(each.came.sum()), **_caught([each], history, shares)}
        for each in own
    ]
    return {"scores": scores, "by_origin": by_origin}


def _caught(past: Sequence[PastPrediction], history: History, shares: list[float]) -> dict[str, Any]:
    """Return hit rates and PAI by share of the area, incidents of all origins together."""
    came = sum(float(each.on_the_map(each.came).sum()) for each in past)
    hits = np.zeros(len(shares))
    taken = np.full(len(shares), np.nan)
    for each in past:
        ranking = Ranking.of(each.on_the_map(each.risk), each.on_the_map(history.units.area))
        taken, there = ranking.taken(shares), each.on_the_map(each.came)
        if there.sum():
            hits += ranking.curve(there).at(taken) * there.sum()
    rates = hits / came if came else np.full(len(shares), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        pai = rates / taken
    names = [f"{share:g}" for share in shares]
    return {"hit_rate": dict(zip(names, rates.tolist())), "pai": dict(zip(names, pai.tolist()))}


def _audited(feedback: Any) -> dict[str, Any]:
    if feedback is None:
        return {}
    if not isinstance(feedback, FeedbackAudit):
        raise TypeError(f"feedback must be what feedback_audit returned, not a {type(feedback).__name__}.")
    return {"feedback": {name: feedback.parameters.get(name) for name in AUDITED}}


def _rows_of(contest: Contest, name: str) -> list[dict[str, Any]]:
    rows = np.flatnonzero(contest["predictor"] == name)
    return [
        {column: values[row] for column, values in contest.columns.items() if column != "predictor"} for row in rows
    ]
