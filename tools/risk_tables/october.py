"""One map of September for the whole of October 2023, by every predictor and category: what 2 % of Los Angeles caught."""

from __future__ import annotations

import numpy as np

from lacrime_geo.parameters import Unsaid
from lacrime_geo.risk.events import Events
from lacrime_geo.risk.predicting.predictor_names import PREDICTORS, predictor_of
from lacrime_geo.risk.scoring.block_bootstrap import Blocks, mean_ratio, resample
from lacrime_geo.risk.scoring.hit_curves import Ranking
from lacrime_geo.risk.scoring.scores import hit_rate
from lacrime_geo.risk.units import cells_over
from tools import markdown

from . import places

ORIGIN, DAYS, HORIZON, AREA = np.datetime64("2023-10-01"), 31, 7, 0.02
# The best of these, by the month itself, is what borrowing strength is held against.
SIMPLE = ("prior_counts", "smoothed_counts", "all_crime_counts")
ALIASES = ("borrowed_strength",)


class October:
    """Hold what each predictor of a category made of September (n,), and what came in October (n,)."""

    def __init__(self, folder, category):
        incidents, boundary = places.city(folder)
        self.units = cells_over(incidents, boundary, None, Unsaid())
        events = Events.of(incidents, self.units, category)
        self.known, self.came = events.known(ORIGIN), events.later(ORIGIN, DAYS)

    def risk(self, name):
        """Return what a predictor expects in each cell in the first week of October."""
        return predictor_of(name, HORIZON).fit(self.known).predict(HORIZON)

    def caught(self, risk):
        """Return the share of October's incidents that 2 % of the area caught."""
        return float(hit_rate(risk, self.came, AREA))


def names():
    """Return the predictors, auto last."""
    return [name for name in PREDICTORS if name not in (*ALIASES, "auto")] + ["auto"]


def caught(folder):
    """Return the table of shares caught, a row for each predictor, a column for each category."""
    every = {category: October(folder, category) for category in (None, *places.TYPES)}
    rows = [[f"`{name}`", *(markdown.share(one.caught(one.risk(name))) for one in every.values())] for name in names()]
    rows.sort(key=lambda row: -np.mean([float(cell) for cell in row[2:]]))
    rows.append(["*the best map there could be*", *(markdown.share(one.caught(one.came)) for one in every.values())])
    return markdown.table(["predictor", "all", *(in_words(category) for category in places.TYPES)], rows)


def against_simple(folder):
    """Return by how much auto is above the best of the three simple maps, category by category and on the mean."""
    rows, results = [], []
    for category in places.TYPES:
        one = October(folder, category)
        risks = [one.risk(name) for name in (*SIMPLE, "auto")]
        shares = [one.caught(risk) for risk in risks]
        best = int(np.argmax(shares[:-1]))
        result = _resampled(one, [risks[best], risks[-1]])
        results.append(result)
        rows.append(
            [
                in_words(category),
                f"`{SIMPLE[best]}`",
                *map(markdown.share, (shares[best], shares[-1])),
                _ratio(result.ratio(1)),
            ]
        )
    rows.append(["mean of the four", "", "", "", _ratio(mean_ratio(results, 1))])
    return markdown.table(
        ["category", "best simple map", "caught by it", "by auto", "auto as a multiple (95 % interval)"], rows
    )


def _resampled(one, risks):
    """Return hit rates of several maps, drawn again by blocks of the city."""
    blocks = Blocks.over(one.units.x, one.units.y, one.units.area)
    sums = [blocks.sums(Ranking.of(risk).chosen(AREA) * one.came) for risk in risks]
    return resample(np.array(sums)[:, None], blocks.sums(one.came)[None])


def _ratio(interval):
    return f"{interval.value:.3f} ({interval.low:.3f}–{interval.high:.3f})"


def in_words(category):
    """Return a category without underscores."""
    return category.replace("_", " ")


TABLES = {"october": caught, "october ratio": against_simple}
