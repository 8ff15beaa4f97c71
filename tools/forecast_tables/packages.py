"""Prophet, which comes from another package and takes long, on a sample of the series."""

from __future__ import annotations

import importlib.util

import numpy as np

import lacrime_geo as lg
from lacrime_geo.forecasting import scores
from tools import markdown

from .los_angeles import KEYS, monthly, of_lapd, pooled
from .winners import AUTO, HORIZON, NAIVE, SMOOTHING, scored

PROPHET = "Prophet"
EVERY = 6
# Scored on all series, and compared on the sample.
BESIDE = (AUTO, "combination", "ETS", SMOOTHING, "SARIMAX", "harmonic regression", NAIVE)


def sampled(folder):
    """Return every sixth series, in the order of divisions and categories."""
    table = monthly(folder)
    names = table[KEYS].drop_duplicates().iloc[::EVERY]
    return of_lapd(table.merge(names, on=KEYS))


def prophet(folder):
    """Return the scores of Prophet on the sample, and beside them what the others have there."""
    if importlib.util.find_spec("prophet") is None:
        raise SystemExit("The table of Prophet needs its package: pip install prophet.")
    own, whole = lg.backtest(sampled(folder), [PROPHET], horizon=HORIZON), scored(folder)
    inside = np.arange(0, whole.made.panel.size, EVERY)
    naive = pooled(whole, NAIVE, inside)
    rows = [row_on(whole, name, inside, naive) for name in BESIDE]
    rows.append(row_on(own, PROPHET, np.arange(inside.size), naive))
    rows.sort(key=lambda row: row[1])
    return markdown.table(["model", "of seasonal naive", "in 80 %", "in 95 %", "Winkler 95"], rows)


def row_on(found, name, inside, naive):
    """Return the scores of a model on some series, its error as a share of another one."""
    told, actual = found.made.forecasts[name], found.made.actual[:, inside].ravel()
    ends = {level: [side[level][:, inside].ravel() for side in (told.low, told.high)] for level in (80, 95)}
    held = [markdown.percent(scores.coverage(actual, *ends[level])) for level in (80, 95)]
    width = markdown.number(scores.winkler(actual, *ends[95], 95))
    return [name, markdown.share(pooled(found, name, inside) / naive), *held, width]


TABLES = {"prophet": prophet}
