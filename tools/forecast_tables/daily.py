"""Forecasts of days: West Los Angeles in the pandemic, and the whole city in two months."""

from __future__ import annotations

import numpy as np

import lacrime_geo as lg
from tools import markdown

from .los_angeles import citywide, west_la, west_la_categories
from .winners import AUTO, NAIVE, SMOOTHING

HORIZON = 7
ORIGINS = 30
FEW = 8
HOLIDAYS = "US-CA"
PLAIN = (AUTO, "combination", "ETS", "Theta", SMOOTHING, "mean of 6", "last count", NAIVE)
REGRESSION = "harmonic regression"


def beside(first, second):
    """Return the scores of models in two backtests, that with the gap of the reports and that without."""
    rows = []
    for name in first["model"]:
        at, other = (int(np.flatnonzero(found["model"] == name)[0]) for found in (first, second))
        rows.append(
            [
                name,
                markdown.number(first["mae"][at], 2),
                markdown.share(first["to_seasonal_naive"][at]),
                markdown.percent(first["coverage95"][at]),
                markdown.chance(first["dm_p"][at]),
                markdown.number(second["mae"][other], 2),
                markdown.share(second["to_seasonal_naive"][other]),
                markdown.percent(second["coverage95"][other]),
            ]
        )
    gap = f"gap of {first.parameters['gap']} days: error"
    header = ["model", gap, "of seasonal naive", "in 95 %", "p", "no gap: error", "of seasonal naive", "in 95 %"]
    return markdown.table(header, rows)


def west(folder):
    """Return the scores of models for all incidents of West Los Angeles together."""
    table, names = west_la(folder), (*PLAIN, REGRESSION)
    found, without = (lg.backtest(table, names, horizon=HORIZON, origins=ORIGINS, gap=gap) for gap in (None, 0))
    return beside(found, without)


def west_holidays(folder):
    """Return the error of the regression with and without holidays."""
    table, rows = west_la(folder), []
    for words, holidays in (("without", None), (HOLIDAYS, HOLIDAYS)):
        found = lg.backtest(table, [REGRESSION], horizon=HORIZON, origins=ORIGINS, gap=0, holidays=holidays)
        at = int(np.flatnonzero(found["model"] == REGRESSION)[0])
        rows.append([words, markdown.number(found["mae"][at], 2), markdown.share(found["to_seasonal_naive"][at])])
    return markdown.table(["holidays", "error", "of seasonal naive"], rows)


def west_categories(folder):
    """Return the scores of models of the categories of West Los Angeles with at least one a day."""
    table = west_la_categories(folder)
    found, without = (lg.backtest(table, PLAIN, horizon=HORIZON, origins=ORIGINS, gap=gap) for gap in (None, 0))
    return beside(found, without)


def city(folder):
    """Return the scores of models for the whole city in September and October 2023."""
    table = citywide(folder)
    found, without = (lg.backtest(table, PLAIN, horizon=HORIZON, origins=FEW, gap=gap) for gap in (None, 0))
    return beside(found, without)


TABLES = {"west": west, "west holidays": west_holidays, "west categories": west_categories, "city": city}
