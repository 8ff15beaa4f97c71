"""Models fitted anew as time goes on: a candidate takes a saved model's place only by being better at the last origins."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..landing import Landing
from ..model_files import refuse_ending
from ..parameters import Parameters, Unsaid, warned_once
from ..progress import Progress, advance, within
from ..results import Table
from ..weight_units import unit_in
from .automatic import HORIZONS
from .backtest_results import Backtest
from .backtesting import Asked, backtested
from .break_guards import RAISE, refuse_switch
from .contenders import BASELINE, CANDIDATE, INCUMBENT, Contender, Verdict, scored_alone, verdict_of
from .count_tables import KEPT, Counts
from .covariates import with_covariates
from .forecasts import NO_TOTALS, WHY_HORIZON, Forecast, told_by
from .history_lengths import reach_of
from .last_steps import LastSteps
from .model_names import models_of
from .model_recipes import recipe_of
from .models import LEVELS, Panel
from .origin_numbers import origins_of
from .promotion_words import caveat_of, sentence_of
from .saved_models import SavedModel, load_model, write_model
from .step_lengths import end_of
from .tables_as_counts import as_counts

WINDOWS = {"month": 60, "week": 260, "day": 1826}
WHY_WINDOW = "five years, in which seasons show; what was before has hardly a say in the next steps"
CANDIDATES = "auto, smoothing"
MOST_CARDS = 100
BEST_OF_SEVERAL = "the best of several by these scores: on later steps it will be somewhat worse"


class Wanted(NamedTuple):
    """Hold what `retrain` is asked for, and what it takes where it is not."""

    candidates: Any = CANDIDATES
    horizon: int | None = None
    window: int | None = None
    origins: int | None = None
    apart: int | None = None
    gap: int | None = None
    covariates: Any = None
    holidays: str | None = None
    breaks: str = RAISE


@dataclass(frozen=True, eq=False, repr=False)
class Retraining(Table):
    """Hold how the candidates, the saved model and the baselines did at the last origins, and what became of the file."""

    scored: Backtest | None = None

    @property
    def promoted(self) -> str | None:
        """The name of the model that was written, None where the file was left as it was."""
        name = self.parameters["promoted"]
        return None if name is None else str(name)

    @property
    def sentence(self) -> str:
        """What was done, and why."""
        return str(self.parameters["found"])


def retrain(
    model_file: str | os.PathLike[str],
    counts: Any,
    *,
    candidates: Any = CANDIDATES,
    horizon: int | None = None,
    window: int | None = None,
    origins: int | None = None,
    apart: int | None = None,
    gap: int | None = None,
    covariates: Any = None,
    holidays: str | None = None,
    breaks: str = RAISE,
    progress: Progress = None,
) -> Retraining:
    """Fit candidates to the last years of counts, and save the best one only if it beats both the saved model and seasonal naive.

    Parameters
    ----------
    model_file : file of `save_model` (.json). Where it is not there yet, the best candidate makes it if it beats seasonal naive.
    counts : Counts, or any tidy table with `period`, `count` and columns of keys.
    candidates : names of models as of `forecast` (several in a list, or in a text with commas between), or models of this
        package. Default: auto and smoothing.
    horizon : steps ahead that are scored. Default: 3 months, 4 weeks or 7 days.
    window : steps that a candidate is fitted to, the last ones known at an origin. Default: those of five years.
    origins : at how many of the last origins all are scored; 8 or more. Default: 24, or fewer while half of the history, and
        what models need, is known at the first.
    apart : steps from one origin to the next. Default: as of `backtest`, 1 of months and the horizon of weeks and days.
    gap : steps between the last known and the first scored one. Default: as of `backtest`, by how late reports come.
    covariates, holidays, breaks : as of `forecast`.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Retraining
        A row for each candidate, the saved model (the incumbent) and both baselines, the least error first: `part`, `model`,
        the scores of `backtest`, `to_incumbent` (its mean absolute error as a share of the incumbent's) and `promoted`.
        `parameters` keep the greatest p with which one is promoted (`most_p`).
        `.promoted` is the name of the model that was written or None, `.sentence` says what was done and why.

    Raises
    ------
    ValueError
        If the file is no saved model, or of counts by other steps or of another unit (incidents, harm), the history is too short
        for the origins, or what `backtest` and `forecast` refuse.

    Notes
    -----
    Better is: less mean absolute error over the origins than the incumbent's and than seasonal naive's, each with a one-sided p
    of 5 % at most, which the candidates share (Bonferroni), by the cautious test of `diebold_mariano`. So the file does not go
    back and forth by chance. Where origins are so few that hardly any lead would do, a warning says so. At each origin every
    model is fitted to what was known then; the saved one keeps the settings it was saved with, which may have been chosen with
    counts that are scored here: that favours it, and the result
    says so. What is promoted is the best of several by these scores, so that later ones will be somewhat worse. The file is
    replaced as a whole or not at all; the card of the model before stays in that of the new one, under `history`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> months = np.arange("2018-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> table = dict(period=months, count=20 + np.arange(60) % 5)
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "model.json"
    >>> retrain(file, table, candidates="smoothing").promoted
    'smoothing (last 60 steps)'
    >>> retrain(file, table, candidates="smoothing").promoted is None
    True
    """
    wanted = Wanted(candidates, horizon, window, origins, apart, gap, covariates, holidays, breaks)
    with Landing() as landing:
        return retrain_into(landing, model_file, counts, wanted, progress)


def retrain_into(
    landing: Landing, model_file: str | os.PathLike[str], counts: Any, wanted: Wanted, progress: Progress = None
) -> Retraining:
    """Retrain as `retrain` does, and stage the model among other outputs if one is promoted; nothing lands otherwise."""
    refuse_ending(model_file)
    staged, file, table = landing.stage(model_file), Path(model_file), as_counts(counts)
    incumbent = load_model(file) if file.exists() else None
    _refuse_other_unit(incumbent, table)
    parameters = Parameters(layer=table.parameters.get("layer", table.label), step=table.step, model_file=str(file))
    parameters.update({name: table.parameters[name] for name in KEPT if table.parameters.get(name) is not None})
    panel, ahead = _panel(table, wanted, parameters)
    contenders = [*_candidates(wanted, panel, parameters), *_of(incumbent)]
    how = _asked(table, panel, contenders, ahead, wanted, parameters)
    with warned_once():
        scored = backtested(table, panel, contenders, how, parameters, within(progress, 0.0, 0.8))
        told = Unsaid({**parameters, "warnings": list(parameters.get("warnings", ()))})
        verdict = _judged(contenders, scored, incumbent, parameters)
        found = sentence_of(verdict, file.name, how.origins, len(contenders) - (incumbent is not None))
        if verdict.best is not None:
            alone = scored_alone(scored, verdict.best)
            told.update(_settings(verdict.best.model, panel, wanted))
            made = told_by(verdict.best.model, panel, how, alone, told, within(progress, 0.8, 1.0))
            write_model(made, staged, _card(made, found, scored, incumbent))
    parameters["promoted"] = None if verdict.best is None else verdict.best.model.name
    parameters.tell(found)
    advance(progress, 1.0)
    return Retraining(_columns(scored, contenders, verdict), parameters, label="Retraining", scored=scored)


def _panel(table: Counts, wanted: Wanted, parameters: Parameters) -> tuple[Panel, int]:
    """Return the counts with their covariates, and the horizon."""
    panel, horizon = table.panel(), wanted.horizon
    if horizon is None:
        horizon = parameters.choose("horizon", HORIZONS[panel.step], WHY_HORIZON[panel.step])
    ahead = checks.whole("horizon", horizon)
    if wanted.gap is not None:
        checks.whole("gap", wanted.gap, minimum=0)
    refuse_switch(panel.begin[0], end_of(panel, ahead), parameters.get("agency"), wanted.breaks, parameters)
    reach = reach_of(table, wanted.gap, ahead)
    return with_covariates(panel, wanted.covariates, wanted.holidays, ahead, reach), ahead


def _asked(
    table: Counts, panel: Panel, contenders: Sequence[Contender], ahead: int, wanted: Wanted, parameters: Parameters
) -> Asked:
    """Return how all are to be scored, at as many origins as tell a better model from chance."""
    origins = wanted.origins
    if origins is None:
        gap = reach_of(table, wanted.gap, ahead) - ahead
        origins = origins_of(panel, contenders, ahead, gap, wanted.apart, parameters)
    return Asked(ahead, origins, wanted.apart, wanted.gap, LEVELS)


def _judged(
    contenders: Sequence[Contender], scored: Backtest, incumbent: SavedModel | None, parameters: Parameters
) -> Verdict:
    """Return which candidate is promoted, with warnings of what makes that less sure."""
    assert scored.made is not None
    parameters["incumbent_knew"] = 0 if incumbent is None else incumbent.origins_known(scored)
    verdict = verdict_of(contenders, scored)
    parameters["most_p"] = verdict.most_p
    for caveat in (incumbent and incumbent.caveat(scored), caveat_of(verdict, scored.made.origins)):
        if caveat:
            parameters.warn(caveat)
    return verdict


def _settings(model: Any, panel: Panel, wanted: Wanted) -> dict[str, Any]:
    """Return what a forecast says of how it was made, beyond how it was scored."""
    return {
        "model": model.name,
        "series": panel.size,
        "steps": panel.begin.size,
        "totals": NO_TOTALS,
        "covariates": list(panel.covariates or {}),
        "holidays": wanted.holidays,
    }


def _candidates(wanted: Wanted, panel: Panel, parameters: Parameters) -> list[Contender]:
    """Return the candidates, each fitted to the last steps only."""
    window = wanted.window
    if window is None:
        window = int(parameters.choose("window", WINDOWS[panel.step], WHY_WINDOW, f" {panel.step}s"))
    parameters["window"] = checks.whole("window", window)
    models = models_of(wanted.candidates)
    if not models:
        raise ValueError("candidates names no model; name one or several, such as 'auto, smoothing'.")
    for model in models:
        recipe_of(model)  # what cannot be saved is refused before the work
    return [Contender(CANDIDATE, LastSteps(model, window)) for model in models]


def _refuse_other_unit(incumbent: SavedModel | None, table: Counts) -> None:
    """Raise where the saved model is of other counts than these: one of harm is no better or worse than one of incidents."""
    if incumbent is None:
        return
    trained = incumbent.card.get("training_data")
    unit = unit_in(trained if isinstance(trained, dict) else {})
    if unit != table.unit:
        raise ValueError(
            f"The saved model is of {unit}, and these counts are of {table.unit}; give counts of the same, or another model file."
        )


def _of(incumbent: SavedModel | None) -> list[Contender]:
    return [] if incumbent is None else [Contender(INCUMBENT, incumbent)]


def _card(made: Forecast, found: str, scored: Backtest, incumbent: SavedModel | None) -> dict[str, Any]:
    """Return the card of a promoted model: why it was, and the cards of those before it."""
    errors = dict(zip(scored["model"].tolist(), scored["mae"].tolist()))
    return {
        **made.card(),
        "promotion": {"why": found, "mean_absolute_errors": errors, "caveat": BEST_OF_SEVERAL},
        "history": [] if incumbent is None else cards_before(incumbent.card),
    }


def cards_before(card: Mapping[str, Any]) -> list[Any]:
    """Return a card and those of the models before, the latest first, each without those before it; at most 100."""
    older = card.get("history", [])
    own = {name: part for name, part in card.items() if name != "history"}
    return [own, *(older if isinstance(older, list) else [])][:MOST_CARDS]


def _columns(scored: Backtest, contenders: Sequence[Contender], verdict: Verdict) -> dict[str, np.ndarray]:
    parts = {each.name: each for each in contenders}
    names = scored["model"].tolist()
    found = [parts.get(name) for name in names]
    plain = [name if each is None else each.model.name for name, each in zip(names, found)]
    incumbent = [row for row, each in enumerate(found) if each is not None and each.part == INCUMBENT]
    own = float(scored["mae"][incumbent[0]]) if incumbent else np.nan
    rest = {name: column for name, column in scored.columns.items() if name not in ("model", "mae")}
    return {
        "part": np.array([BASELINE if each is None else each.part for each in found], dtype=object),
        "model": np.array(plain, dtype=object),
        "mae": scored["mae"],
        "to_incumbent": scored["mae"] / own if own > 0 else np.full(len(names), np.nan),
        **rest,
        "promoted": np.array([each is not None and each is verdict.best for each in found]),
    }
