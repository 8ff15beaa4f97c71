"""The severity class of incidents, told by what is known when they are reported: `predict_severity`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from .. import checks
from ..beginning import begin
from ..incidents import Incidents
from ..parameters import Parameters
from ..progress import Progress, advance, left_alone, within
from ..severity.harm_scales import as_scale
from .class_contests import ClassContest, entrants_of, predictors_asked
from .class_labels import ClassLabels, labels_of
from .class_scores import columns_of, importance
from .parts_in_time import parts_of, refuse_few
from .report_columns import CELL, Coded, coded, columns_asked, reports_of
from .severity_guard import refuse_contents, refuse_given_away, refuse_names, warn_of_much
from .severity_scores import SeverityScores
from .severity_words import found_in_words, row_of
from .week_draws import ENOUGH, WeekDraws

CAVEAT = (
    "What is recorded, and as which crime, depends on who reports and who writes it down: a probability is of the class that the "
    "record will have, and nothing to decide on persons by."
)


def predict_severity(
    incidents: Any,
    *,
    scale: Any = "part1_2",
    key_column: str | None = None,
    columns: str | Sequence[str] | None = None,
    test_since: Any = None,
    models: str | Sequence[str] | None = None,
    cuts: float | Sequence[float] | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> SeverityScores:
    """Tell the severity class of incidents by what is known when they are reported, and how well that can be done.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with times and the column that the scale weighs by.
    scale : the scale of harm that makes the classes: "part1_2" (default; LAPD crime codes), "ucr_part1" (categories), the path
        of a CSV, or a HarmScale.
    key_column : column of the scale's keys. Default: the one that the scale names, such as crime_code.
    columns : columns that are known when the report is made, beside time and place; those that leak are refused. Texts and whole
        numbers are taken as names of kinds. Default: premise_code, else premise, where there is one; "" for none.
    test_since : first day that is scored; learned from is what had occurred and been reported before. Default: the last fifth of
        the incidents by date is scored.
    models : predictors, in a list or a text with commas: "prevalence", "hour_of_week", "place_and_premise",
        "logistic_regression" and "gradient_boosting"; the first two always take part. Default: all; without scikit-learn the last
        two are left out, which is said.
    cuts : rising weights at which a further class begins. Default: each weight is a class, of five at most.
    seed : of the intervals, of the trees, and of what is mixed for the importance.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    SeverityScores
        A row for each predictor (of more than two classes for each class): `macro_f1`, `pr_auc` beside `prevalence`, `log_loss`,
        `accuracy`, `roc_auc`, `brier`, `calibration_slope` and `calibration_intercept` in the test part, with 95 % intervals,
        differences of the first three to prevalence (`…_above_prevalence`) and to the hours of the week (`…_above_hours`), and
        `calibration_error`. Of two classes they are of the graver one. Its ``.classes()`` are
        the incidents with `probability`, `predicted`, `actual` and `part_of`.

    Raises
    ------
    ValueError
        If a column leaks (`refuse_severity_leaks`), there are no times, a class has fewer than ten incidents in a part, or there
        are more weights than five and no cuts.
    ImportError
        If a predictor is named that needs scikit-learn, and that is missing.

    Notes
    -----
    The class is a function of the crime code, so whoever knows the code knows the class; the question is what is known before.
    Predictors learn from the train part. The last fifth of what was known before `test_since`, the validation part, tells which
    setting is best, how probabilities are turned (Platt 1999; of more classes temperature and biases), and which rule has the
    highest macro-F1; the test part is only scored. Intervals are of 1,000 draws of the weeks of the test part (Efron 1979; of
    fewer than eight weeks, of its days), the same for all predictors, so that differences are of the same weeks; slopes are drawn
    by one Newton step each. `part_of` of incidents that occurred before `test_since` and were reported after is "left out". Times
    that stand for unknown ones have no hour; places are told of by cells of 1 km.

    References
    ----------
    Platt (1999), in Advances in Large Margin Classifiers: 61-74. Alexandari, Kundaje & Shrikumar (2020), ICML: 222-232. Saito &
    Rehmsmeier (2015), PLoS ONE 10: e0118432 (why PR-AUC is read beside the prevalence).

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> when = np.datetime64("2023-01-01") + random.integers(0, 8760, 2000).astype("m8[h]")
    >>> home = random.random(2000) < 0.5
    >>> grave = random.random(2000) < np.where(home, 0.7, 0.3)
    >>> source = {"premise": np.where(home, "home", "street"), "crime_code": np.where(grave, 310, 624)}
    >>> points = Incidents(np.zeros(2000), np.zeros(2000), when=when, reported=when, source=source, crs="EPSG:32611")
    >>> found = predict_severity(points, models="place_and_premise")
    >>> found.parameters["best"], found["pr_auc_above_prevalence_low"].round(1).tolist()[-1]
    ('place_and_premise', 0.1)
    """
    everything, _, parameters = begin(incidents, None)
    seed = checks.whole("seed", seed, minimum=0)
    parameters["incidents"] = everything.size  # those without a place take part
    harm = as_scale(scale)
    names = columns_asked(everything, columns, parameters)
    refuse_names(names, key_column or harm.key)
    asked = predictors_asked(models, parameters)
    advance(progress, 0.02)
    told = {name: left_alone(partial(coded, everything, name), progress) for name in names}
    keys = left_alone(partial(harm.keys_of, everything, key_column), progress)
    labels = labels_of(harm, harm.weights_of_keys(keys), cuts, parameters)
    left_alone(partial(refuse_contents, told, labels.code, keys.code), progress)
    found = classes_told(everything, told, labels, asked, test_since, seed, parameters, within(progress, 0.1, 1.0))
    assert found.contest is not None
    refuse_given_away(found.contest)
    return found


def classes_told(
    everything: Incidents,
    columns: Mapping[str, Coded],
    labels: ClassLabels,
    predictors: Sequence[Any],
    test_since: Any,
    seed: int,
    parameters: Parameters,
    progress: Progress = None,
) -> SeverityScores:
    """Return the scores of predictors that know columns, whatever these are: nothing leaks only where guards were asked."""
    parts = parts_of(everything, labels.known, test_since, parameters)
    refuse_few(labels.code, labels.names, parts)
    reports = left_alone(partial(reports_of, everything, columns, parts.train), progress)
    advance(progress, 0.05)
    entrants = entrants_of(predictors, reports, labels, parts, seed, within(progress, 0.05, 0.8))
    contest = ClassContest(entrants, reports, labels, parts)
    assert everything.when is not None
    draws = WeekDraws.of(everything.when[parts.test], seed)
    scores = columns_of(contest, draws, within(progress, 0.8, 0.95))
    lost = importance(contest, seed, within(progress, 0.95, 1.0))
    parameters["importance"] = {part: round(value, 4) for part, value in lost.items()}
    _keep(contest, draws, seed, parameters)
    label = everything.titled("Severity class", placed=False)
    found = SeverityScores(scores, parameters, label=label, contest=contest, incidents=everything)
    warn_of_much(contest, float(scores["roc_auc"][row_of(found, contest.best.name)]), lost, parameters)
    parameters.tell(found_in_words(found))
    advance(progress, 1.0)
    return found


def _keep(contest: ClassContest, draws: WeekDraws, seed: int, parameters: Parameters) -> None:
    """Keep what the predictors were made with, and what makes the scores say little."""
    parameters.update(classes=list(contest.labels.names), seed=seed, best=contest.best.name)
    parameters.update(drawn_again=draws.named, drawn_from=draws.spans)
    parameters["best_reason"] = "the least log loss in the validation part"
    parameters["settings"] = {one.name: dict(one.setting) for one in contest.entrants if one.setting}
    parameters["calibration"] = {
        one.name: dict(slope=round(one.turned.slope, 4), intercept=one.turned.intercept.round(4).tolist())
        for one in contest.entrants
    }
    parameters["place_cell"] = CELL
    for name, part in (
        ("train", contest.parts.train),
        ("validation", contest.parts.validation),
        ("test", contest.parts.test),
    ):
        parameters[f"n_{name}"] = int(part.sum())
    parameters.warn(CAVEAT)
    if draws.spans < ENOUGH:
        parameters.warn(f"The intervals are drawn from {draws.spans:,} {draws.named}: of so few they say little.")
