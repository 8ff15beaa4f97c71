"""Models kept in files and told on cards: forecasts of counts and predictions of places alike."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from .forecasting import model_cards as forecast_cards
from .forecasting import saved_models
from .forecasting.forecasts import Forecast
from .forecasting.saved_models import FORECASTS, SavedModel
from .model_card_pages import ModelCard
from .model_files import parts_of, reading
from .risk.contesting.contest_results import Contest
from .risk.mapping.risk_maps import RiskMap
from .risk.saving import risk_cards, saved_predictors
from .risk.saving.saved_predictors import RISKS, SavedPredictor


def save_model(made: Any, path: str | os.PathLike[str], *, card: Mapping[str, Any] | None = None) -> str:
    """Write the model of a forecast, or the predictor of a map of risk, to a JSON file, atomically, with its card.

    Parameters
    ----------
    made : what `forecast` or `predict_risk` returned; its model is one of this package.
    path : file to write, ending in .json. There is no code in it, and nothing is unpickled when it is read.
    card : its model card. Default: that of `model_card`.

    Returns
    -------
    str
        The path written.

    Raises
    ------
    TypeError
        If it is neither, or its model is another package's.
    ValueError
        If the path does not end in .json.
    ImportError
        If the predictor learned by scikit-learn and skops, which writes its estimator, is missing.

    Notes
    -----
    A forecast keeps its settings and the counts that it was fitted to. A predictor of places keeps its settings, and one that
    learned its estimator as skops writes it; no incident, but the fingerprint of those it was made of.

    Examples
    --------
    >>> import numpy as np, lacrime_geo as lg, pathlib, tempfile
    >>> months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> found = lg.forecast(dict(period=months, count=20 + np.arange(48) % 5), horizon=2, model="smoothing")
    >>> path = save_model(found, pathlib.Path(tempfile.mkdtemp()) / "model.json")
    >>> load_model(path).predict(2).mean[0].tolist() == found["mean"].tolist()
    True
    """
    if isinstance(made, Forecast) and made.made is not None:
        return saved_models.save_forecast(made, path, card=card)
    if isinstance(made, RiskMap):
        return saved_predictors.save_predictor(made, path, card=card)
    raise TypeError(
        f"save_model takes what forecast or predict_risk returned, not a {type(made).__name__}; make one of these first."
    )


def load_model(path: str | os.PathLike[str], *, places: Any = None) -> Union[SavedModel, SavedPredictor]:
    """Read a model that `save_model` wrote: its results are those that it made, by the same versions bit by bit.

    Parameters
    ----------
    path : the file.
    places : of a predictor that learned from layers of places, these layers by their names.

    Returns
    -------
    SavedModel or SavedPredictor
        A forecasting model, with `predict(horizon)`, to be handed to `forecast`; or a predictor of places, to be handed to
        `predict_risk` and `contest`. One that learned says until when (`trained_until`), and is refused where it would be
        scored by days that it learned from.

    Raises
    ------
    ValueError
        If the file is too large, damaged, altered since it was saved, of another version, names no model of this package, or
        holds anything that an estimator of this package has not.
    OSError
        If there is no such file.
    ImportError
        If the model needs a package that is not installed.
    """
    file = Path(path)
    with reading(file):
        kind, parts = parts_of(file, (FORECASTS, RISKS))
        if kind is RISKS:
            return saved_predictors.saved_predictor(file, parts, places)
        if places is not None:
            raise ValueError("it is a model of counts, which learned from no places; leave them out.")
        return saved_models.saved_model(file, parts)


def model_card(made: Any, *, made_on: Any = None, feedback: Any = None) -> ModelCard:
    """Return the model card of a forecast, of a map of risk or of a contest, as values of JSON that also make a page.

    Parameters
    ----------
    made : what `forecast`, `predict_risk` or `contest` returned; of a contest it is the card of the predictor with the most hits.
    made_on : date (YYYY-MM-DD) to put on the card. Default: the last day of the data, so that the same data give the same card.
    feedback : what `feedback_audit` returned, whose figures then stand on the card of a prediction of places.

    Returns
    -------
    ModelCard
        A dict with the sections of Mitchell et al. (2019): `model_details` (name, settings, what was chosen and why, versions),
        `intended_use`, `factors`, `metrics`, `evaluation_data`, `training_data` (with a fingerprint),
        `quantitative_analyses` (scores beside those of the baseline), `ethical_considerations` and
        `caveats_and_recommendations`. Numbers that are not known are null. `.html()` and `.markdown()` return it as a page.

    Raises
    ------
    ValueError
        If what it was made of is not known, made_on is no date, or a feedback audit is given for a forecast of counts.
    TypeError
        If it is none of these.

    References
    ----------
    Mitchell et al. (2019), Model Cards for Model Reporting, FAT* '19, doi 10.1145/3287560.3287596.

    Examples
    --------
    >>> import numpy as np, lacrime_geo as lg
    >>> months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> card = model_card(lg.forecast(dict(period=months, count=20 + np.arange(48) % 5), model="smoothing"))
    >>> card["model_details"]["name"], card.markdown().splitlines()[0]
    ('smoothing', '# Model card: smoothing')
    """
    if isinstance(made, RiskMap):
        return ModelCard(risk_cards.risk_card(made, made_on=made_on, feedback=feedback))
    if isinstance(made, Contest):
        return ModelCard(risk_cards.contest_card(made, made_on=made_on, feedback=feedback))
    if not isinstance(made, Forecast):
        raise TypeError(
            f"model_card takes what forecast, predict_risk or contest returned, not a {type(made).__name__}."
        )
    if feedback is not None:
        raise ValueError("A feedback audit is of places, and this is a forecast of counts; leave it out.")
    return ModelCard(forecast_cards.model_card(made, made_on=made_on))
