"""What a backtest found: scores of models, by origin and by series, which model wins where; drawn as charts and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..results import Drawing, Picture, Table
from . import backtest_charts, backtest_pages, scores
from .baselines import NAIVE, SMOOTHING
from .model_scores import scaled
from .models import Panel
from .past_origins import Forecasts, Origins, forecast_at
from .series_winners import winners_by_key, winners_of
from .simple_models import SeasonalNaive
from .smoothing import Smoothing


class Made(NamedTuple):
    """Hold the forecasts by model and the counts (origins, series, horizon), all counts, and the origins."""

    forecasts: dict[str, Forecasts]
    actual: np.ndarray
    panel: Panel
    origins: Origins


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Picture):
    """Hold the scores of models, a row each, and what they come from (`made`).

    Saved as .svg, .png or .html it is drawn: errors beside the baselines', by series and by origin, and what intervals held.
    """

    drawing = Drawing(backtest_charts.drawn, backtest_pages.page_of)
    made: Made | None = None

    def with_totals(self, sums: np.ndarray, keys: Mapping[str, np.ndarray]) -> Backtest:
        """Return the scores of totals and series (nodes, told apart by keys), each the sum of some series (nodes, series).

        The forecasts of models are sums of those of the series. Both baselines forecast the counts of each node by themselves,
        at the same origins: a sum of small smoothings is a worse baseline than smoothing of the total.
        """
        assert self.made is not None
        made = self.made
        actual = np.einsum("ns,osh->onh", sums, made.actual)
        panel = replace(made.panel, values=sums @ made.panel.values, keys=dict(keys), weight=None)
        forecasts = {name: _summed(found, sums) for name, found in made.forecasts.items()}
        own = forecast_at([SeasonalNaive(), Smoothing()], panel, made.origins, ())
        forecasts.update(zip((NAIVE, SMOOTHING), own))
        return replace(self, made=Made(forecasts, actual, panel, made.origins))

    def by_origin(self) -> Table:
        """Return of each model and origin (`origin`: the last day known) the mean absolute error, bias and coverage."""
        assert self.made is not None
        parts = [_of_origins(name, self.made) for name in self.made.forecasts]
        return Table(joined(parts), self.parameters, label="Backtest by origin")

    def by_series(self) -> Table:
        """Return of each model and series its scores over all origins, with the ratios to both baselines."""
        assert self.made is not None
        parts = [_of_series(name, self.made) for name in self.made.forecasts]
        return Table(joined(parts), self.parameters, label="Backtest by series")

    def winners(self) -> Table:
        """Return of each series the model of least error, its shares of both baselines' errors, and whether any beats naive.

        Of models alike the plainer one is named: seasonal naive, then smoothing. `models_better` is how many err less than
        seasonal naive, `beats_naive` whether any does. Of one series there are few forecasts: who wins it is partly chance.
        """
        assert self.made is not None
        return Table(winners_of(self.made), self.parameters, label="Models of least error by series")

    def winners_by(self, key: str) -> Table:
        """Return of each value of a key, such as "area", the model of least error over its series, least share first.

        `to_seasonal_naive` is its pooled error as a share of seasonal naive's, `series_better` in how many of the series it
        beats that, `series_unbeaten` in how many no model does.

        Raises
        ------
        ValueError
            If the series are not told apart by the key.
        """
        assert self.made is not None
        return Table(winners_by_key(self.made, key), self.parameters, label=f"Models of least error by {key}")


def _summed(found: Forecasts, sums: np.ndarray) -> Forecasts:
    """Return forecasts of totals as sums of those of series, without intervals, which do not add up."""
    return replace(found, mean=np.einsum("ns,osh->onh", sums, found.mean), low={}, high={})


def _of_origins(name: str, made: Made) -> dict[str, np.ndarray]:
    size, found = len(made.origins.known), made.forecasts[name]
    actual, mean = made.actual.reshape(size, -1), found.mean.reshape(size, -1)
    columns = {
        "model": np.full(size, name, dtype=object),
        "origin": np.array([made.panel.begin[known] - 1 for known in made.origins.known], dtype="M8[s]"),
        "mae": scores.mae(actual, mean),
        "bias": scores.bias(actual, mean),
    }
    for level, low in found.low.items():
        columns[f"coverage{level:g}"] = scores.coverage(
            actual, low.reshape(size, -1), found.high[level].reshape(size, -1)
        )
    return columns


def _of_series(name: str, made: Made) -> dict[str, np.ndarray]:
    found, panel = made.forecasts[name], made.panel
    beside = found, made.forecasts[NAIVE], made.forecasts[SMOOTHING]
    error, naive, smooth = (np.abs(one.mean - made.actual).mean(axis=(0, 2)) for one in beside)
    keys = {key: np.asarray(column) for key, column in (panel.keys or {}).items()}
    return {
        "model": np.full(panel.size, name, dtype=object),
        **keys,
        "mae": error,
        "bias": (found.mean - made.actual).mean(axis=(0, 2)),
        "mase": scaled(scores.mase, made.actual, found.mean, panel, made.origins).mean(axis=0),
        "to_seasonal_naive": error / np.where(naive > 0, naive, np.nan),
        "to_smoothing": error / np.where(smooth > 0, smooth, np.nan),
    }


def joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return columns with the rows of several parts, one part beneath the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
