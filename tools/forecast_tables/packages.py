"""The models that come from other packages or take long, on a sample of the series."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np

import lacrime_geo as lg

from . import markdown
from .los_angeles import KEYS, monthly, of_lapd, pooled
from .winners import HEADER, HORIZON, NAIVE, row_of, scored

EVERY = 6
NEEDS = {"SARIMAX": "statsmodels", "Prophet": "prophet"}
# Scored on all series, and compared on the sample.
BESIDE = ("auto", "combination", "ETS", "smoothing", "harmonic regression")


def sampled(folder):
    """Return every sixth series, in the order of divisions and categories."""
    table = monthly(folder)
    names = table[KEYS].drop_duplicates().iloc[::EVERY]
    return of_lapd(table.merge(names, on=KEYS))


def packages(folder):
    """Return the scores of SARIMAX and Prophet on the sample, and beside them what the others have there."""
    there = [name for name, package in NEEDS.items() if importlib.util.find_spec(package)]
    for name in sorted(set(NEEDS) - set(there)):
        print(f"{name} is left out, as {NEEDS[name]} is not installed", file=sys.stderr)
    found = lg.backtest(sampled(folder), there, horizon=HORIZON)
    rows = {name: row_of(found, at) for at, name in enumerate(found["model"])}
    whole = scored(folder)
    inside = np.arange(0, whole.made.panel.size, EVERY)
    naive = pooled(whole, NAIVE, inside)
    shares = {name: pooled(whole, name, inside) / naive for name in BESIDE}
    shares.update({name: pooled(found, name) / pooled(found, NAIVE) for name in there})
    lines = [
        [name, markdown.share(shares[name]), *(rows[name][3:] if name in there else ["–"] * 7)]
        for name in sorted(shares, key=lambda each: shares[each])
    ]
    return markdown.table([HEADER[0], HEADER[1], *HEADER[3:]], lines)


TABLES = {"packages": packages}
