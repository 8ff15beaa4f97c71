"""Contests of every predictor at weekly origins: Los Angeles, two of its divisions, one of them for a year, and Portland."""

from __future__ import annotations

from functools import cache

import numpy as np

import lacrime_geo as lg
from lacrime_geo.risk.contesting.contest_scores import FEW_BLOCKS
from tools import markdown

from . import places
from .october import in_words, names

SHARES = (0.01, 0.02, 0.05)
AREA = 0.02
IN_OCTOBER = ("2023-10-01", "2023-10-08", "2023-10-15", "2023-10-22")
# Of the 16 months of one division the last weeks, so that a year is known before; and all but the first eight.
WEST_LA_ORIGINS, WEST_LA_WEEKS = 12, 63


@cache
def scored(place, folder, category, **options):
    """Return the contest of every predictor at a place for one category."""
    incidents, boundary = getattr(places, place)(folder)
    return lg.contest(incidents, names(), category=category, boundary=boundary, shares=SHARES, **dict(options))


def table(found):
    """Return a contest as a table, the most hits first, with the difference to prior counts."""
    rows = [_row(found, row) for row in np.flatnonzero(found["area"] == AREA)]
    head = [
        "predictor",
        "hit rate",
        "at least",
        "PAI",
        "PEI*",
        "points above `prior_counts`",
        "ROC",
        "PR",
        "F1",
        "stability",
        "slope",
    ]
    return markdown.table(head, rows)


def _row(found, row):
    """Return a predictor's scores."""
    return [
        f"`{found['predictor'][row]}`",
        *(markdown.share(found[column][row]) for column in ("hit_rate", "against_map")),
        f"{found['pai'][row]:.1f}",
        markdown.share(found["pei"][row]),
        _difference(found, row),
        *(markdown.share(found[column][row]) for column in ("roc_auc", "pr_auc", "f1", "stability")),
        f"{found['calibration_slope'][row]:.2f}",
    ]


def _difference(found, row):
    if found["predictor"][row] == "prior_counts":
        return "–"
    value, low, high = (100 * found[column][row] for column in ("difference", "difference_low", "difference_high"))
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})".replace("-", "−")


def several(place, categories, **options):
    """Return a maker of a table of hit rates at one place, a column for each category, those that are surely above marked."""

    def made(folder):
        every = [scored(place, folder, category, **options) for category in categories]
        rows = []
        for name in names():
            cells = [_cell(found, name) for found in every]
            rows.append([f"`{name}`", *(cell for _, cell in cells), np.mean([value for value, _ in cells])])
        rows.sort(key=lambda row: -np.nan_to_num(row[-1]))
        rows = [row[:-1] for row in rows]
        rows.append(["*incidents scored*", *(f"{found.parameters['incidents_scored']:,}" for found in every)])
        head = ["predictor", *map(_named, categories)]
        return markdown.table(head, rows)

    return made


def _cell(found, name):
    """Return a predictor's hit rate, as number and in words: with + or − where it is surely off prior counts."""
    at = np.flatnonzero((found["area"] == AREA) & (found["predictor"] == name))
    if not at.size:
        return np.nan, "not fitted"
    row = at[0]
    enough = found["telling"][row] >= FEW_BLOCKS
    mark = " +" if found["difference_low"][row] > 0 else " −" if found["difference_high"][row] < 0 else ""
    return float(found["hit_rate"][row]), markdown.share(found["hit_rate"][row]) + (mark if enough else "")


def burglary_week_by_week(folder):
    """Return the whole table of one contest: burglaries of October, week by week."""
    return table(scored("city", folder, "burglary", origins=IN_OCTOBER))


def auto_for_a_year(folder):
    """Return what auto and prior counts caught in one division at all weekly origins of more than a year."""
    incidents, boundary = places.west_la(folder)
    rows = []
    for category in (None, *places.TYPES):
        found = lg.contest(
            incidents, "auto", category=category, boundary=boundary, shares=(AREA,), origins=WEST_LA_WEEKS
        )
        row, prior = (found["predictor"].tolist().index(name) for name in ("auto", "prior_counts"))
        caught = [markdown.share(found["hit_rate"][one]) for one in (prior, row)]
        rows.append([_named(category), f"{found.parameters['incidents_scored']:,}", *caught, _difference(found, row)])
    return markdown.table(
        ["category", "incidents scored", "`prior_counts`", "`auto`", "points above (95 % interval)"], rows
    )


def _named(category):
    return "all" if category is None else in_words(category)


TABLES = {
    "burglary": burglary_week_by_week,
    "city": several("city", (None, *places.TYPES), origins=IN_OCTOBER),
    "two divisions": several("two_divisions", (None, *places.TYPES)),
    "west": several("west_la", (None, *places.TYPES), origins=WEST_LA_ORIGINS),
    "west weeks": auto_for_a_year,
    "portland": several("portland", (None, "STREET CRIMES", "MOTOR VEHICLE THEFT"), origins=2, gap=0),
}
