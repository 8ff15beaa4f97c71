"""Predictors in files: JSON of their settings, and of those that learn their estimator; never code, and no incident."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ... import checks
from ...features import Features, as_features
from ...fingerprints import fingerprint
from ...incidents import Incidents
from ...landing import Landing
from ...model_files import Kind, log, refuse_ending, say_what_changed
from ..events import History
from ..learning.learned_predictors import LearnedPredictor, LearnedRates
from ..mapping.risk_maps import RiskMap
from ..predicting.predictors import Fitted, Predictor
from .kept_models import KeptModel
from .predictor_recipes import predictor_of_recipe, recipe_of
from .risk_cards import risk_card
from .trainings import Training
from .versions import versions_that_predict

RISKS = Kind("lacrime_geo risk predictor", 1, ("predictor", "learned", "training"))


@dataclass(eq=False)
class SavedPredictor(Predictor):
    """Hold a predictor that was read from a file, to be handed to `predict_risk` or `contest`.

    One of settings is fitted to whatever is known, as before it was saved. One that learned predicts with what it learned
    then, from what is known now; it never learned anything after `trained_until`. `card` is its model card.
    """

    predictor: Predictor
    kept: KeptModel | None
    training: Training
    card: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.name = self.predictor.name

    def __repr__(self) -> str:
        """Return one line; all there is to it is in the card."""
        what = "all incidents" if self.training.category is None else repr(self.training.category)
        learned = f"learned until {self.training.until}" if self.kept else "fitted anew to what is known"
        return f"SavedPredictor({self.name!r} of {what}, {learned})"

    @property
    def trained_until(self) -> np.datetime64 | None:
        """The day before which all is that it learned from; None where it is fitted anew."""
        return None if self.kept is None else np.datetime64(self.training.until, "D")

    def needs(self) -> int:
        """Return how many days of history it needs at least."""
        return self.predictor.needs() if self.kept is None else max(self.kept.layout.windows, default=1)

    def require(self, history: History) -> None:
        """Raise where a history is not like that it was made of, or is of days that it learned from.

        Raises
        ------
        ValueError
            If the category, the size of places or the gap is another, or its origin is before `trained_until`.
        """
        self.training.require_alike(history, self.name)
        until = self.trained_until
        if until is None:
            self.predictor.require(history)
        elif history.end < until:
            raise ValueError(
                f"The saved {self.name!r} learned from incidents until {until}, and at the origin {history.origin} these were "
                f"not known before {history.end}: it would foretell what it has seen. Take an origin from "
                f"{until + np.timedelta64(history.gap, 'D')} on."
            )

    def fit(self, history: History) -> Fitted:
        """Fit what is of settings; of one that learned, take the features of this history."""
        self.require(history)
        if self.kept is None:
            return self.predictor.fit(history)
        places = getattr(self.predictor, "places", {})
        return self.kept.fit(history, places, self.training, self.name)

    def anew(self) -> Predictor:
        """Return what it is judged by at past origins: what it has learned where that was before them, else its kind anew."""
        return self if self.kept is None else _Anew(self)


class _Anew(Predictor):
    """A saved predictor at past origins: where it had learned what came after them, its kind learns anew of what was known."""

    def __init__(self, saved: SavedPredictor) -> None:
        self.saved, self.name = saved, saved.name

    def needs(self) -> int:
        return self.saved.predictor.needs()

    def fit(self, history: History) -> Fitted:
        until = self.saved.trained_until
        assert until is not None
        return self.saved.predictor.fit(history) if history.end < until else self.saved.fit(history)


def save_predictor(risk_map: Any, path: str | os.PathLike[str], *, card: Mapping[str, Any] | None = None) -> str:
    """Write the predictor of a map of risk to a JSON file, atomically: see `lacrime_geo.save_model`."""
    refuse_ending(path)
    if not isinstance(risk_map, RiskMap) or risk_map.made is None:
        raise TypeError(
            f"save_model takes what predict_risk returned, not a {type(risk_map).__name__} without its making."
        )
    with Landing() as landing:
        write_predictor(risk_map, landing.stage(path), card)
    return os.fspath(path)


def write_predictor(risk_map: RiskMap, staged: Path, card: Mapping[str, Any] | None = None) -> None:
    """Write the predictor of a map of risk to a path that is staged already."""
    assert risk_map.made is not None
    predictor, fitted, history = risk_map.made
    if isinstance(predictor, SavedPredictor) and predictor.kept is None:
        predictor = predictor.predictor
    kept, told = None, risk_map.parameters
    if isinstance(fitted, LearnedRates):
        kept = KeptModel.of(fitted, history, told.get("importance", {}))
    places = getattr(predictor, "places", {})
    training = Training.of(history, told["horizon"], str(told["layer"]), told.get("agency"), places)
    parts = {
        "predictor": recipe_of(predictor),
        "learned": None if kept is None else kept.values(),
        "training": training.values(),
    }
    predictor_of_recipe(parts["predictor"])  # what is written can be read
    staged.write_text(RISKS.text(parts, risk_card(risk_map) if card is None else card), encoding="utf-8")


def saved_predictor(file: Path, parts: Mapping[str, Any], places: Any = None) -> SavedPredictor:
    """Return the predictor of a file's parts, with layers of places where it learned from some; announce what has changed."""
    training = Training.read(parts["training"])
    given = {name: _layer(layer, training.crs) for name, layer in dict(places or {}).items()}
    if set(given) != set(training.places):
        raise ValueError(
            f"it learned from the layers of places {checks.listed(training.places) or 'none'}, and "
            f"{checks.listed(given) or 'none'} are given; give them by these names (places)."
        )
    predictor = predictor_of_recipe(parts["predictor"], given)
    learned = parts["learned"]
    if (learned is not None) is not isinstance(predictor, LearnedPredictor):
        raise ValueError(f"{predictor.name!r} must have an estimator exactly if it learns.")
    kept = KeptModel.read(learned, predictor) if isinstance(predictor, LearnedPredictor) else None
    say_what_changed(file, parts["card"], versions_that_predict(learned=kept is not None))
    changed = [name for name, layer in given.items() if fingerprint(layer) != training.places[name]]
    if changed:
        log.info("%s learned from other places than these: %s", file.name, checks.listed(changed))
    if kept is not None:
        log.info("%s learned from %s incidents until %s", file.name, f"{training.incidents:,}", training.until)
    return SavedPredictor(predictor, kept, training, parts["card"])


def _layer(layer: Any, crs: str) -> Features | Incidents:
    """Return a layer of places in the CRS that the predictor learned in."""
    return layer if isinstance(layer, (Features, Incidents)) else as_features(layer, crs=crs)
