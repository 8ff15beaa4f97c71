"""Models in files: JSON of their settings, the counts they were fitted to, and their card; never code.

What is estimated is not kept: fitted to the same counts by the same settings and versions, every model comes out the same, bit by
bit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..landing import Landing
from ..model_files import Kind, parts_of, reading, refuse_ending, say_what_changed
from .backtest_results import Backtest
from .forecasts import Forecast
from .last_steps import LastSteps, last_steps
from .model_cards import DAY, model_card, versions_that_compute
from .model_recipes import model_of_recipe, recipe_of, settled
from .models import LEVELS, FittedMany, Model, Panel, Prediction, fitted_to
from .saved_histories import read_history, written_history
from .step_lengths import end_of

FORECASTS = Kind("lacrime_geo forecasting model", 1, ("model", "settled", "history"))


@dataclass(frozen=True, eq=False)
class SavedModel(Model):
    """Hold a model that was read from a file: `predict` as when it was saved, or hand it to `forecast` with newer counts.

    `panel` are the counts that it was fitted to, `card` its model card, `recipe` what it was made with. Fitted anew, it keeps
    what was chosen when it was saved.
    """

    name: str
    recipe: dict[str, Any]
    settled: Any
    panel: Panel
    fitted: FittedMany
    card: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return one line; all there is to it is in the card."""
        panel = self.panel
        last = end_of(panel, 0) - DAY
        return f"SavedModel({self.name!r}, fitted to {panel.size:,} series of {panel.begin.size:,} {panel.step}s until {last})"

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one it was fitted to."""
        return self.fitted.predict(horizon, levels)

    def origins_known(self, scored: Backtest) -> int:
        """Return at how many origins of a backtest its settings had been chosen with counts that are scored there."""
        if scored.made is None or self.recipe == recipe_of(self.settled):
            return 0
        origins, begin = scored.made.origins, scored.made.panel.begin
        return sum(bool(begin[known + origins.gap] <= self.panel.begin[-1]) for known in origins.known)

    def caveat(self, scored: Backtest) -> str | None:
        """Return what makes its scores too good, None where nothing does."""
        known = self.origins_known(scored)
        if not known:
            return None
        return (
            f"At {known} of {scored.parameters['origins']} past origins the saved model's settings had been chosen with counts "
            "that are scored there, so its scores are somewhat too good."
        )

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return int(self.settled.needs(season))

    def fit_many(self, panel: Panel) -> FittedMany:
        """Fit what was chosen when it was saved to other counts; nothing is chosen anew."""
        if panel.step != self.panel.step:
            raise ValueError(
                f"The saved model is of counts by {self.panel.step}, and these are by {panel.step}; count by "
                f"{self.panel.step}, or train another model."
            )
        fitted: FittedMany = fitted_to(self.settled, panel)
        return fitted


def save_forecast(forecast: Forecast, path: str | os.PathLike[str], *, card: Mapping[str, Any] | None = None) -> str:
    """Write the model of a forecast to a JSON file, atomically: see `lacrime_geo.save_model`."""
    refuse_ending(path)
    with Landing() as landing:
        write_model(forecast, landing.stage(path), card)
    return os.fspath(path)


def write_model(forecast: Forecast, staged: Path, card: Mapping[str, Any] | None = None) -> None:
    """Write the model of a forecast to a path that is staged already."""
    made = forecast.made
    assert made is not None
    model = settled(made.model, made.fitted)
    parts = {
        "model": recipe_of(made.model),
        "settled": recipe_of(model),
        "history": written_history(_fitted_to(model, made.panel)),
    }
    for recipe in (parts["model"], parts["settled"]):
        model_of_recipe(recipe)  # what is written can be read
    staged.write_text(FORECASTS.text(parts, model_card(forecast) if card is None else card), encoding="utf-8")


def load_model(path: str | os.PathLike[str]) -> SavedModel:
    """Read a model that `save_model` wrote; its forecasts are those that it made, by the same versions bit by bit.

    Parameters
    ----------
    path : the file.

    Returns
    -------
    SavedModel
        With `predict(horizon)`, and to be handed to `forecast` as its model.

    Raises
    ------
    ValueError
        If the file is too large, damaged, altered since it was saved, of another version, or names no model of this package.
    OSError
        If there is no such file.
    ImportError
        If the model needs a package that is not installed.
    """
    file = Path(path)
    with reading(file):
        return saved_model(file, parts_of(file, (FORECASTS,))[1])


def saved_model(file: Path, parts: Mapping[str, Any]) -> SavedModel:
    """Return the model of a file's parts, and announce what has changed since it was saved."""
    model = model_of_recipe(parts["settled"])
    recipe = recipe_of(model_of_recipe(parts["model"]))
    panel = read_history(parts["history"])
    fitted = fitted_to(model, panel)
    say_what_changed(file, parts["card"], versions_that_compute())
    return SavedModel(model.name, recipe, model, panel, fitted, parts["card"])


def _fitted_to(model: Any, panel: Panel) -> Panel:
    return last_steps(panel, model.window) if isinstance(model, LastSteps) else panel
