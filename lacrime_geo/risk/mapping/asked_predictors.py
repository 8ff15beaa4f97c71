"""A predictor as a map of risk asks for it: with its seed, its budget and layers of places, where it learns."""

from __future__ import annotations

from typing import Any

from ..learning.learned_predictors import LearnedPredictor
from ..learning.place_layers import place_layers
from ..predicting.predictor_names import PREDICTORS
from ..predicting.predictors import Predictor


def as_asked(predictor: Predictor, model: Any, places: Any, crs: str, budget: float, seed: int) -> Predictor:
    """Return a predictor that was named, made as asked for; one that was given as it is.

    Raises
    ------
    ValueError
        If there are places, and it was given, or learns nothing of them.
    """
    if isinstance(model, str) and isinstance(predictor, LearnedPredictor):
        layers = place_layers(places, crs)
        return type(predictor)(predictor.horizon, seed=seed, places=layers, budget=budget)
    if places is not None:
        learned = [
            name for name, make in PREDICTORS.items() if isinstance(make, type) and issubclass(make, LearnedPredictor)
        ]
        raise ValueError(
            f"places tell only models that learn of them, and {predictor.name!r} does not, or was given ready made; take one of "
            f"{', '.join(map(repr, learned))}."
        )
    return predictor
