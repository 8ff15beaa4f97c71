"""Which model errs least where, on the 222 series of Los Angeles by months."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

import lacrime_geo as lg
from lacrime_geo.forecasting.loss_differences import diebold_mariano
from tools import markdown

from .los_angeles import monthly, pooled

HORIZON = 3
FRAUD = "Identity / Fraud"
NAIVE, SMOOTHING, AUTO = "seasonal naive", "smoothing", "auto"
MODELS = (
    AUTO,
    "combination",
    "ETS",
    "Theta",
    SMOOTHING,
    "mean of 6",
    "last count",
    "drift",
    "SARIMAX",
    "harmonic regression",
    NAIVE,
)


@lru_cache(maxsize=1)
def scored(folder):
    """Return the backtest of all models but the slow ones."""
    return lg.backtest(monthly(folder), MODELS, horizon=HORIZON)


def beside_smoothing(found, name):
    """Return Diebold and Mariano's p of the difference to smoothing's errors."""
    missed, smooth = (np.abs(found.made.forecasts[each].mean - found.made.actual) for each in (name, SMOOTHING))
    return diebold_mariano(missed, smooth, overlap=HORIZON).p


def row_of(found, at):
    """Return a row of scores as the page has it."""
    name = found["model"][at]
    shares = ("to_seasonal_naive", "to_smoothing", "median_to_seasonal_naive", "mase")
    covered = ("coverage80", "coverage95")
    return [
        name,
        *(markdown.share(found[column][at]) for column in shares),
        *(markdown.percent(found[column][at]) for column in covered),
        markdown.number(found["winkler95"][at]),
        markdown.chance(found["dm_p"][at]),
        markdown.chance(beside_smoothing(found, name)),
        markdown.seconds(found.made.forecasts[name].seconds),
    ]


HEADER = [
    "model",
    "of seasonal naive",
    "of smoothing",
    "median of series",
    "MASE",
    "in 80 %",
    "in 95 %",
    "Winkler 95",
    "p, naive",
    "p, smoothing",
    "seconds",
]


def models(folder):
    """Return the scores of each model over all series, origins and steps."""
    found = scored(folder)
    return markdown.table(HEADER, [row_of(found, at) for at in range(len(found))])


def horizons(folder):
    """Return the errors one, two and three months ahead, and those without the frauds, as shares of seasonal naive's there."""
    found = scored(folder)
    others = np.flatnonzero(found.made.panel.keys["category"] != FRAUD)
    parts = [*(dict(steps=[ahead]) for ahead in range(HORIZON)), dict(rows=others)]
    naive = [pooled(found, NAIVE, **part) for part in parts]
    rows = [
        [name, *(markdown.share(pooled(found, name, **part) / error) for part, error in zip(parts, naive))]
        for name in found["model"]
        if name != NAIVE
    ]
    rows.append([f"{NAIVE}: incidents a month", *(markdown.number(error) for error in naive)])
    return markdown.table(["model", "1 month ahead", "2", "3", f"all, without {FRAUD}"], rows)


def origins(folder):
    """Return the error and the coverage of auto at each origin."""
    found = scored(folder)
    parts = found.by_origin()
    kept = np.flatnonzero(parts["model"] == AUTO)
    naive = parts["mae"][parts["model"] == NAIVE]
    rows = [
        [
            parts["origin"][at].astype("M8[D]"),
            markdown.share(parts["mae"][at] / error),
            markdown.number(parts["bias"][at]),
            *(markdown.percent(parts[column][at]) for column in ("coverage80", "coverage95")),
        ]
        for at, error in zip(kept, naive)
    ]
    return markdown.table(["known until", "of seasonal naive", "bias", "in 80 %", "in 95 %"], rows)


def by_key(folder, key):
    """Return of each category, or division, the model of least error beside auto and smoothing."""
    found = scored(folder)
    best, rows = found.winners_by(key), []
    for at, value in enumerate(best[key]):
        inside = np.flatnonzero(found.made.panel.keys[key] == value)
        naive = pooled(found, NAIVE, inside)
        rows.append(
            [
                value,
                best["series"][at],
                best["model"][at],
                markdown.share(best["to_seasonal_naive"][at]),
                *(markdown.share(pooled(found, name, inside) / naive) for name in (AUTO, SMOOTHING)),
                best["series_better"][at],
                best["series_unbeaten"][at],
            ]
        )
    header = [key, "series", "least error", "of seasonal naive", AUTO, SMOOTHING, "beats it in", "nothing does in"]
    return markdown.table(header, rows)


def categories(folder):
    """Return the winners by category."""
    return by_key(folder, "category")


def divisions(folder):
    """Return the winners by division."""
    return by_key(folder, "area")


def series(folder):
    """Return in how many series each model errs least, and in how many it errs less than seasonal naive."""
    found = scored(folder)
    winners, parts = found.winners(), found.by_series()
    rows = [
        [
            name,
            int((winners["model"] == name).sum()),
            "–" if name == NAIVE else int((parts["to_seasonal_naive"][parts["model"] == name] < 1).sum()),
        ]
        for name in found["model"]
    ]
    rows.sort(key=lambda row: -row[1])
    return markdown.table(["model", "least error in", "less than seasonal naive in"], rows)


def unbeaten(folder):
    """Return the series in which nothing beats seasonal naive."""
    found = scored(folder)
    winners, names = found.winners(), [name for name in found["model"] if name != NAIVE]
    rows = []
    for at in np.flatnonzero(~winners["beats_naive"]):
        errors = {name: pooled(found, name, [at]) for name in (*names, NAIVE)}
        second = min(names, key=lambda name: errors[name])
        actual = found.made.actual[:, at].mean()
        ratios = [markdown.share(errors[name] / errors[NAIVE]) for name in (AUTO, SMOOTHING)]
        told = [markdown.number(value) for value in (actual, errors[NAIVE])]
        nearest = f"{second} {markdown.share(errors[second] / errors[NAIVE])}"
        rows.append([winners["area"][at], winners["category"][at], *told, *ratios, nearest])
    header = ["division", "category", "a month", "error of seasonal naive", AUTO, SMOOTHING, "nearest"]
    return markdown.table(header, rows)


# Origins by which a winner is picked, and later ones that begin when all that these foretell is known.
PICKED, LATER = slice(0, 3), slice(5, 8)


def picked(folder):
    """Return what the winner of the first origins is worth at the last ones, picked for all, by key, or series by series."""
    found = scored(folder)
    keys = found.made.panel.keys
    size = found.made.panel.size
    groups = {
        "for all series together": np.zeros(size, dtype=int),
        "category by category": np.unique(keys["category"], return_inverse=True)[1],
        "division by division": np.unique(keys["area"], return_inverse=True)[1],
        "series by series": np.arange(size),
    }
    naive = pooled(found, NAIVE, origins=LATER)
    rows = [["the winner " + name, markdown.share(_picked(found, group) / naive)] for name, group in groups.items()]
    rows += [[name, markdown.share(pooled(found, name, origins=LATER) / naive)] for name in (AUTO, SMOOTHING)]
    return markdown.table(["picked by the first three origins", "of seasonal naive at the last three"], rows)


def _picked(found, group):
    """Return the later error of the models that had the least earlier one in each group (series,)."""
    missed = np.stack([np.abs(each.mean - found.made.actual) for each in found.made.forecasts.values()])
    before, after = missed[:, PICKED].mean(axis=(1, 3)), missed[:, LATER].mean(axis=(1, 3))
    of_group = np.stack([np.bincount(group, errors) for errors in before])
    return float(after[of_group.argmin(axis=0)[group], np.arange(group.size)].mean())


TABLES = {
    "models": models,
    "horizons": horizons,
    "origins": origins,
    "categories": categories,
    "divisions": divisions,
    "series": series,
    "unbeaten": unbeaten,
    "picked": picked,
}
