"""Forecasts of totals: made directly, summed from below, or reconciled."""

from __future__ import annotations

import numpy as np

import lacrime_geo as lg
from lacrime_geo.forecasting.automatic import Automatic
from lacrime_geo.forecasting.hierarchy import hierarchy_of
from lacrime_geo.forecasting.reconciled_models import BOTTOM_UP, MINT, Reconciled
from lacrime_geo.forecasting.smoothing import Smoothing
from tools import markdown

from .los_angeles import KEYS, monthly, pooled
from .winners import AUTO, HORIZON, NAIVE, SMOOTHING

LEVELS = {"the city": [], "its divisions": ["area"], "its categories": ["category"], "series": KEYS}


def totals(folder):
    """Return the errors of smoothing level by level, by three roads, and of auto by two, as shares of seasonal naive's."""
    table = monthly(folder)
    summed = Reconciled(Smoothing(), BOTTOM_UP)
    reconciled, reconciled_auto = (Reconciled(model, MINT) for model in (Smoothing(), Automatic()))
    found = lg.backtest(table, [AUTO, summed, reconciled, reconciled_auto], horizon=HORIZON)
    tree = hierarchy_of(found.made.panel.keys, found.made.panel.size)
    every = found.with_totals(tree.sums, tree.keys)
    rows = []
    for words, keys in LEVELS.items():
        inside = np.flatnonzero(_is_of(tree, keys))
        naive = pooled(every, NAIVE, inside)
        names = (SMOOTHING, summed.name, reconciled.name, AUTO, reconciled_auto.name)
        shares = [pooled(every, name, inside) for name in names]
        rows.append([words, inside.size, markdown.number(naive, 1), *(markdown.share(each / naive) for each in shares)])
    header = [
        "level",
        "series",
        "error of seasonal naive",
        "smoothing, each by itself",
        "summed",
        "MinT",
        "auto, summed",
        "auto, MinT",
    ]
    return markdown.table(header, rows)


def _is_of(tree, keys):
    """Return which nodes are told apart by some keys, the others being `all`."""
    found = np.ones(tree.level.size, dtype=bool)
    for key, column in tree.keys.items():
        found &= (np.asarray(column) != "all") == (key in keys)
    return found


TABLES = {"totals": totals}
