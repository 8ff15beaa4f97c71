"""What a forecast was worth at past origins, in a sentence."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters, in_words, p_in_words
from .backtesting import NAIVE, SMOOTHING, Backtest

# Ratios nearer to 1 are called alike.
ALIKE = 0.0005


def skill_in_words(chosen: str, scored: Backtest | None, parameters: Parameters) -> str:
    """Return whether a model was better than both baselines and by how much, and keep its shares of their errors.

    Parameters
    ----------
    chosen : what forecasts now: the model, or what "auto" took.
    scored : scores at past origins, None where there were too few.
    parameters : the record, which names the model that was asked for.
    """
    if scored is None:
        return f"{chosen}: not scored, as the history is too short; nothing says that it is better than {NAIVE}"
    asked = parameters["model"]
    row = int(np.flatnonzero(scored["model"] == asked)[0])
    values = {name: float(scored[name][row]) for name in ("to_seasonal_naive", "to_smoothing", "mase", "dm_p")}
    parameters.update(
        relative_mae=values["to_seasonal_naive"], to_smoothing=values["to_smoothing"], mase=values["mase"]
    )
    parameters.update({name: float(scored[name][row]) for name in scored.columns if name.startswith("coverage")})
    made = f"{asked} ({chosen})" if asked != chosen else chosen
    compared = [
        _compared(baseline, ratio)
        for baseline, ratio in ((NAIVE, values["to_seasonal_naive"]), (SMOOTHING, values["to_smoothing"]))
        if baseline != asked
    ]
    # What the difference to seasonal naive is of chance.
    chance = f", {p_in_words(values['dm_p'])} against {NAIVE}" if np.isfinite(values["dm_p"]) else ""
    return f"{made} was {' and '.join(compared)} (mean absolute error at {scored.parameters['origins']} past origins{chance})"


def _compared(baseline: str, ratio: float) -> str:
    if not np.isfinite(ratio):
        return f"no better than {baseline}, which made no error"
    percent = f"{in_words(100 * abs(1 - ratio))} %"
    if ratio < 1 - ALIKE:
        return f"better than {baseline} by {percent}"
    return f"no better than {baseline}" + (f", worse by {percent}" if ratio > 1 + ALIKE else ", alike")
