"""Prophet, which comes from another package and takes long, on a sample of the series."""

from __future__ import annotations

import importlib.util

import numpy as np

import lacrime_geo as lg

from . import markdown
from .los_angeles import KEYS, monthly, of_lapd, pooled
from .winners import AUTO, HEADER, HORIZON, NAIVE, SMOOTHING, row_of, scored

PROPHET = "Prophet"
EVERY = 6
# Scored on all series, and compared on the sample.
BESIDE = (AUTO, "combination", "ETS", SMOOTHING, "SARIMAX", "harmonic regression")


def sampled(folder):
    """Return every sixth series, in the order of divisions and categories."""
    table = monthly(folder)
    names = table[KEYS].drop_duplicates().iloc[::EVERY]
    return of_lapd(table.merge(names, on=KEYS))


def prophet(folder):
    """Return the scores of Prophet on the sample, and beside them what the others have there."""
    if importlib.util.find_spec("prophet") is None:
        raise SystemExit("The table of Prophet needs its package: pip install prophet.")
    found = lg.backtest(sampled(folder), [PROPHET], horizon=HORIZON)
    whole = scored(folder)
    inside = np.arange(0, whole.made.panel.size, EVERY)
    naive = pooled(whole, NAIVE, inside)
    shares = {name: pooled(whole, name, inside) / naive for name in BESIDE}
    own = {found["model"][at]: row_of(found, at) for at in range(len(found))}[PROPHET]
    rows = [[name, markdown.share(ratio), *["–"] * (len(HEADER) - 3)] for name, ratio in shares.items()]
    rows.append([PROPHET, own[1], *own[3:]])
    rows.sort(key=lambda row: row[1])
    return markdown.table([HEADER[0], HEADER[1], *HEADER[3:]], rows)


TABLES = {"prophet": prophet}
