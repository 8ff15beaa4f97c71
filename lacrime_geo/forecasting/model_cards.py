"""Model cards: what a forecasting model is, what it was fitted to, how good it was, and what it must not be used for."""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from ..fingerprints import fingerprint
from ..json_values import json_values
from ..parameters import Parameters
from ..results import Table
from ..temporal.table_series import EFFECTIVE
from ..weight_units import unit_in
from . import card_texts
from .baselines import NAIVE, SMOOTHING
from .model_recipes import recipe_of, settled
from .models import Panel
from .reconciled_models import own_method
from .step_lengths import end_of

if TYPE_CHECKING:
    from .backtest_results import Backtest
    from .forecasts import Forecast, MadeForecast

DAY = np.timedelta64(1, "D")
# Packages beside numpy and scipy that the result of a model depends on.
PACKAGES = {"Prophet": "prophet", "gradient boosting": "scikit-learn", "neural network": "torch"}
# Scores of the intervals of a level are named by it.
OF_LEVEL = re.compile(r"^(coverage|winkler)[\d.]+$")
CHOSEN_BY = ("why", "errors_to_smoothing")


def model_card(forecast: Forecast, *, made_on: Any = None) -> dict[str, Any]:
    """Return the model card of a forecast, as values of JSON.

    Parameters
    ----------
    forecast : what `forecast` returned.
    made_on : date (YYYY-MM-DD) to put on the card. Default: the last day of the counts, so that the same counts give the same
        card.

    Returns
    -------
    dict
        The sections of Mitchell et al. (2019): `model_details` (name, settings, what was chosen and why, versions),
        `intended_use`, `factors`, `metrics`, `evaluation_data`, `training_data` (with a fingerprint of the counts),
        `quantitative_analyses` (scores of the model and of both baselines, and by origin), `ethical_considerations` and
        `caveats_and_recommendations`. Numbers that are not known are null.

    Raises
    ------
    ValueError
        If the forecast does not know what it was made of, or made_on is no date.

    References
    ----------
    Mitchell et al. (2019), Model Cards for Model Reporting, FAT* '19, doi 10.1145/3287560.3287596.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> card = model_card(lg.forecast(dict(period=months, count=20 + np.arange(48) % 5), model="smoothing"))
    >>> card["model_details"]["name"], card["training_data"]["last_day"]
    ('smoothing', '2022-12-31')
    """
    made = forecast.made
    if made is None:
        raise ValueError(f"The forecast {forecast.label!r} does not know what it was made of; make it again.")
    last = end_of(made.panel, 0) - DAY
    scored, name = made.scored, str(forecast.parameters["model"])
    card: dict[str, Any] = json_values(
        {
            "model_details": _details(made, forecast.parameters, made_on_day(made_on, last)),
            "intended_use": {
                "primary_uses": card_texts.USES,
                "primary_users": card_texts.USERS,
                "out_of_scope": card_texts.OUT_OF_SCOPE,
            },
            "factors": _factors(made.panel),
            "metrics": {} if scored is None else _metrics(scored),
            "evaluation_data": {} if scored is None else _evaluation(scored, forecast.parameters),
            "training_data": _training(made.panel, forecast.parameters),
            "quantitative_analyses": _analyses(scored, name, forecast.sentence),
            "ethical_considerations": card_texts.ETHICS,
            "caveats_and_recommendations": [
                *forecast.parameters.get("warnings", ()),
                *(() if scored else (card_texts.NOT_SCORED,)),
                *card_texts.CAVEATS,
            ],
        }
    )
    return card


def _details(made: MadeForecast, parameters: Parameters, made_on: str) -> dict[str, Any]:
    """Return what the model is, with its settings where it is one of this package."""
    details: dict[str, Any] = {"name": parameters["model"], "forecasts_by": parameters["chosen"]}
    kind = type(getattr(made.model, "settled", made.model))
    details["what"] = (kind.__doc__ or "").strip().split("\n")[0]
    used = ["holidays"] if parameters.get("holidays") else []
    used += [package for name, package in PACKAGES.items() if name in made.model.name]  # 'Prophet (last 60 steps)'
    with suppress(TypeError):  # of another package: its name is all that is known
        asked, chosen = recipe_of(made.model), recipe_of(settled(made.model, made.fitted))
        details.update(settings=asked, chosen=None if chosen == asked else chosen)
    details.update({name: made.fitted.parameters[name] for name in CHOSEN_BY if name in made.fitted.parameters})
    details.update({name: parameters[name] for name in ("step", "horizon", "levels", "covariates", "holidays")})
    details["totals"] = own_method(made.model)
    return {**details, "made_on": made_on, "versions": _versions(used), "card_after": card_texts.AFTER}


def _versions(packages: list[str]) -> dict[str, str]:
    from importlib import metadata  # takes long to import

    others = {name: metadata.version(name) for name in packages}
    return {**versions_that_compute(), "python": platform.python_version(), **others}


def versions_that_compute() -> dict[str, str]:
    """Return the versions of this package, numpy and scipy."""
    import scipy

    from .. import __version__

    return {"lacrime_geo": __version__, "numpy": np.__version__, "scipy": scipy.__version__}


def _factors(panel: Panel) -> dict[str, Any]:
    keys = {name: len(set(np.asarray(column).tolist())) for name, column in (panel.keys or {}).items()}
    mean = panel.values.mean(axis=1)
    return {
        "series": panel.size,
        "different_values_of_keys": keys,
        "mean_count_of_a_step": {"least": mean.min(), "median": np.median(mean), "most": mean.max()},
        "not_used": card_texts.NOT_USED,
    }


def _training(panel: Panel, parameters: Parameters) -> dict[str, Any]:
    return {
        "label": parameters.get("layer"),
        "agency": parameters.get("agency"),
        "step": panel.step,
        "first_day": panel.begin[0],
        "last_day": end_of(panel, 0) - DAY,
        "steps": panel.begin.size,
        "series": panel.size,
        "keys": list(panel.keys or {}),
        "incidents": panel.values.sum(),
        "unit": unit_in(parameters),
        "days_until_95_percent_are_reported": parameters.get("lag_days"),
        "steps_forecast_that_were_past_at_extraction": parameters.get("steps_past"),
        "fingerprint": fingerprint_of(panel),
    }


def fingerprint_of(panel: Panel) -> str:
    """Return the fingerprint of counts: the same for the same keys, steps, counts and, of sums, weights."""
    steps = panel.begin.size
    keys = {
        name: np.repeat(np.asarray(column).astype(str), steps).astype(object)
        for name, column in (panel.keys or {}).items()
    }
    weights = {} if panel.weight is None else {EFFECTIVE: np.repeat(panel.weight, steps)}
    columns = {**keys, "period": np.tile(panel.begin, panel.size), "count": panel.values.ravel(), **weights}
    return fingerprint(Table(columns, Parameters()))


def _metrics(scored: Backtest) -> dict[str, str]:
    """Return what each score is; those of intervals are told once for all levels."""
    plain = (OF_LEVEL.sub(r"\1", name) for name in scored.columns)
    return {name: card_texts.METRICS[name] for name in plain if name in card_texts.METRICS}


def _evaluation(scored: Backtest, parameters: Parameters) -> dict[str, Any]:
    assert scored.made is not None
    last = [scored.made.panel.begin[known] - DAY for known in scored.made.origins.known]
    names = ("origins", "apart", "gap", "gap_reason", "horizon")
    return {
        **{name: parameters.get(name) for name in names},
        "last_day_known_at_origins": [str(day) for day in last],
        "how": "rolling origin: at each the model was fitted anew to what was known then, and scored by what came",
    }


def _analyses(scored: Backtest | None, name: str, sentence: str) -> dict[str, Any]:
    if scored is None:
        return {"found": sentence}
    rows = {
        each: {column: values[number] for column, values in scored.columns.items() if column != "model"}
        for number, each in enumerate(scored["model"].tolist())
    }
    by_origin = scored.by_origin()
    own = np.flatnonzero(by_origin["model"] == name)
    origins = [
        {
            column: values[row].astype("M8[D]") if column == "origin" else values[row]
            for column, values in by_origin.columns.items()
            if column != "model"
        }
        for row in own
    ]
    named = dict.fromkeys((name, NAIVE, SMOOTHING))
    return {"found": sentence, "scores": {each: rows[each] for each in named}, "by_origin": origins}


def made_on_day(given: Any, usual: np.datetime64) -> str:
    """Return the date that stands on a card: given, or the usual one.

    Raises
    ------
    ValueError
        If it is no date.
    """
    if given is None:
        return str(usual)
    try:
        day = np.datetime64(given, "D")
    except (ValueError, TypeError):
        day = np.datetime64("NaT")
    if np.isnat(day):
        raise ValueError(f"made_on must be a date such as 2023-10-31, got {given!r}.")
    return str(day)
