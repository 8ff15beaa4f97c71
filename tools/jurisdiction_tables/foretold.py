"""How well high rates of the next year are foretold, and what a leaky split would have made of it."""

from functools import cache

import numpy as np

import lacrime_geo as lg
from lacrime_geo.jurisdictions.high_crime_models import learned
from lacrime_geo.jurisdictions.high_crime_rows import History, rows_of
from lacrime_geo.jurisdictions.high_crime_scores import scores_of
from lacrime_geo.jurisdictions.high_crime_splits import high_limit
from lacrime_geo.risk.scoring.label_scores import best_threshold
from tools.markdown import percent, table

from .cities import FILE

SHOWN = {"roc_auc": 3, "pr_auc": 3, "f1": 2, "brier": 4}


@cache
def found(data):
    """Return the scores of the file."""
    return lg.predict_high_crime(data / FILE)


def of(scored, split, model, score):
    """Return one row of the scores."""
    at = np.flatnonzero((scored["split"] == split) & (scored["model"] == model) & (scored["score"] == score))[0]
    return {name: values[at] for name, values in scored.columns.items()}


def scored_rows(data, split):
    """Return the rows of one split: every model with its scores and their intervals."""
    scored, rows = found(data), []
    for model in scored.models:
        told = [of(scored, split, model, score) for score in SHOWN]
        cells = [
            f"{one['value']:.{digits}f} ({one['low']:.{digits}f}–{one['high']:.{digits}f})"
            for one, digits in zip(told, SHOWN.values())
        ]
        brier = told[-1]
        gain = (
            "–"
            if np.isnan(brier["difference"])
            else f"{brier['difference']:+.4f} ({brier['difference_low']:+.4f} to {brier['difference_high']:+.4f})"
        )
        turned = [of(scored, split, model, f"calibration_{part}")["value"] for part in ("slope", "intercept")]
        rows.append(
            (f"`{model}`", *cells, gain.replace("-", "−"), f"{turned[0]:.2f}, {turned[1]:+.2f}".replace("-", "−"))
        )
    return rows


def _table(data, split):
    head = ["model", "ROC-AUC", "PR-AUC", "F1", "Brier", "Brier above `last_year`", "calibration: slope, intercept"]
    prevalence = of(found(data), split, "last_year", "brier")
    years, agencies = f"{prevalence['agency_years']:,}", prevalence["agencies"]
    under = f"\n\n{years} agency-years of {agencies} agencies, {percent(prevalence['prevalence'])} of them high."
    return table(head, scored_rows(data, split)) + under


def new(data):
    """Return the scores of later years of agencies that were not learned from."""
    return _table(data, "new agencies")


def known(data):
    """Return the scores of later years of agencies whose earlier years were learned from."""
    return _table(data, "known agencies")


def leaky(data):
    """Return the scores of the same years where models learned of any years of any agencies, and of the year itself."""
    history = History.of(lg.read_ucr(data / FILE))
    rows = rows_of(history)
    rows = rows.where(np.isfinite(rows.rate))
    since = int(found(data).parameters["test_since"])
    limit = high_limit(rows.where(rows.year < since))
    shown = []
    for name in ("logistic_regression", "gradient_boosting"):
        honest = [of(found(data), split, name, "pr_auc")["value"] for split in ("new agencies", "known agencies")]
        mixed = _scores(rows, limit, since, name)
        window = np.column_stack([rows.values, np.log((rows.rate + rows.last_rate) / 2 + 1)])
        knows = _scores(rows._replace(values=window, names=(*rows.names, "leak")), limit, since, name)
        shown.append((f"`{name}`", *(f"{value:.3f}" for value in (*honest, mixed[1], knows[1]))))
    head = ["PR-AUC", "new agencies", "known agencies", "void: random split", "void: and a mean with the year itself"]
    return table(head, shown)


def _scores(rows, limit, since, name, folds=5):
    """Return the scores of the later years where folds are of rows, whatever their year or agency."""
    fold = np.random.default_rng(7).integers(0, folds, rows.year.size)
    chance, high = np.zeros(rows.year.size), rows.rate > limit
    for one in range(folds):
        chance[fold == one] = learned(name, rows.where(fold != one), high[fold != one], limit, 0)(
            rows.where(fold == one)
        )
    later = rows.year >= since
    said = (chance >= best_threshold(chance[later], high[later]))[later].astype(float)
    return scores_of(chance[later], high[later], said, calibrated=False)


TABLES = {"new agencies": new, "known agencies": known, "leaky": leaky}
