"""How well the severity class of West Los Angeles's incidents can be told: by every predictor, and by what is known."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

import lacrime_geo as lg
from lacrime_geo.parameters import Unsaid
from lacrime_geo.severity.harm_scales import as_scale
from lacrime_geo.severity_class.class_contests import predictors_asked
from lacrime_geo.severity_class.class_labels import labels_of
from lacrime_geo.severity_class.report_columns import coded
from lacrime_geo.severity_class.severity_prediction import classes_told
from lacrime_geo.severity_class.severity_words import row_of, with_interval
from tools import markdown

FILE = "lapd_west_la_2020-03_2021-07_28col.parquet"
# By which what is known is compared, as it knows the time too; and what needs numpy alone.
LEARNED, SHARES = "logistic_regression", "place_and_premise"
DAYS = "days_until_report"
KNOWN = {
    "time and place": (),
    "time, place and premise": ("premise_code",),
    "time, place, premise and reporting district": ("premise_code", "district"),
    "time, place, premise and days until the report": ("premise_code", DAYS),
}
# What is refused, by columns of the file.
REFUSED = {
    "place and crime code": ("crime_code",),
    "place and category": ("category",),
    "place and weapon": ("weapon_code",),
    "place and part": ("part",),
}


@cache
def incidents(folder):
    """Return the incidents of West Los Angeles, 15 March 2020 to 31 July 2021, with the days until each was reported."""
    frame = lg.read_lapd(Path(folder) / FILE)
    days = (frame["reported"].dt.normalize() - frame["occurred"].dt.normalize()).dt.days
    return lg.as_incidents(frame.assign(**{DAYS: np.minimum(days, 8)}))


@cache
def scored(folder, columns=("premise_code",), models=None):
    """Return the scores with some columns known, beside time and place."""
    return lg.predict_severity(incidents(folder), columns=columns, models=models)


@cache
def void(folder, columns):
    """Return the scores with columns known that are refused: the guards are not asked."""
    everything = incidents(folder)
    record, scale = Unsaid(layer=FILE, period=everything.period), as_scale("part1_2")
    labels = labels_of(scale, scale.weights_of(everything), None, record)
    told = {name: coded(everything, name) for name in columns}
    return classes_told(everything, told, labels, predictors_asked(SHARES, record), None, 0, record)


def predictors(folder):
    """Return the table of all predictors, by premise, place and time."""
    found = scored(folder)
    head = ["predictor", "PR-AUC", "ROC-AUC", "macro-F1", "accuracy", "log loss", "Brier", "slope", "error"]
    rows = []
    for name in dict.fromkeys(found["predictor"].tolist()):
        row = row_of(found, name)
        figures = [markdown.share(found[one][row]) for one in ("accuracy", "log_loss", "brier")]
        sure = [with_interval(found, one, row) for one in ("pr_auc", "roc_auc", "macro_f1")]
        slope = with_interval(found, "calibration_slope", row)
        rows.append([f"`{name}`", *sure, *figures, slope, markdown.share(found["calibration_error"][row])])
    return markdown.table(head, rows)


def differences(folder):
    """Return by how much the PR-AUC and log loss of each are off those of both baselines."""
    found = scored(folder)
    head = [
        "predictor",
        "PR-AUC above the share",
        "above the hour of the week",
        "log loss off the share's",
        "off the hour's",
    ]
    rows = []
    for name in dict.fromkeys(found["predictor"].tolist()[1:]):
        row = row_of(found, name)
        ways = [f"{figure}_{side}" for figure in ("pr_auc", "log_loss") for side in ("above_prevalence", "above_hours")]
        cells = [with_interval(found, way, row) if np.any(found[way][row]) else "–" for way in ways]
        rows.append([f"`{name}`", *cells])
    return markdown.table(head, rows)


def known(folder):
    """Return what each thing that is known adds, by logistic regression."""
    return _told({words: scored(folder, columns, LEARNED) for words, columns in KNOWN.items()}, LEARNED)


def refused(folder):
    """Return what a leaky version would have said."""
    return _told({words: void(folder, columns) for words, columns in REFUSED.items()}, SHARES)


def _told(found, predictor):
    head = ["known", "PR-AUC", "ROC-AUC", "macro-F1", "log loss"]
    rows = []
    for words, scores in found.items():
        row = row_of(scores, predictor)
        sure = [with_interval(scores, one, row) for one in ("pr_auc", "roc_auc", "macro_f1")]
        rows.append([words, *sure, markdown.share(scores["log_loss"][row])])
    return markdown.table(head, rows)


def lost(folder):
    """Return by how much the PR-AUC falls once a part of what is known is that of other incidents."""
    found = scored(folder).parameters
    rows = [[part.replace("_", " "), f"{value:.3f}"] for part, value in found["importance"].items()]
    return markdown.table(["what is known", "PR-AUC lost"], rows)


def parts(folder):
    """Return the parts in time, and how many of each were of Part 1."""
    found = scored(folder)
    named, actual = (found.classes()[column] for column in ("part_of", "actual"))
    rows = [
        [part, f"{(named == part).sum():,}", f"{(actual[named == part] == 'Part 1').mean():.3f}"]
        for part in ("train", "validation", "test", "left out")
    ]
    return markdown.table(["part", "incidents", "of Part 1"], rows)


TABLES = {
    "parts": parts,
    "predictors": predictors,
    "differences": differences,
    "known": known,
    "refused": refused,
    "lost": lost,
}
