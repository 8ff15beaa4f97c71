"""Forecasts by a neural network that learns from all series at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import checks
from ..calibrated_tails import calibrated
from ..count_intervals import predicted
from ..miss_spreads import Forecast
from ..models import LEVELS, FittedMany, Model, Panel, Prediction, checked_levels, require
from .learned_networks import AHEAD, Learned, learned_from
from .torch_package import OneThread, torch_package

NETWORKS, MOST_NETWORKS, SEED = 3, 20, 1
LEAST, MOST = 24, 60


class NeuralNetwork(Model):
    """Forecast by a neural network that learns from all series at once; needs the package torch.

    It reads the last 31 days or weeks (15 months) of a series by convolutions at growing distances (Bai, Kolter & Koltun 2018),
    as counts beside the level of the series, with the levels of late of the series and of all those alike in a key; what it
    learns of each value of a key (an embedding), the weekday, the first of a month, the year (in histories of three) and the
    covariates tell it about the steps ahead, which it forecasts all at once: for each a mean and a dispersion of the negative
    binomial distribution, found by likelihood as in DeepAR (Salinas, Flunkert, Gasthaus & Januschowski 2020). The last eighth of
    the steps is kept back to tell when to end.

    Parameters
    ----------
    networks : how many are learned, from different beginnings; the forecast is the mixture of theirs. Default 3.
    seed : of the first one's beginning. Default 1.

    Notes
    -----
    What was kept back is not learned from afterwards: of a few years of months, networks that did so took the recovery of late
    for a trend. The levels that it starts from know all steps.

    Intervals are negative binomial with the variance that the networks tell, and leave out as much as made them hold what they
    promise in the steps kept back (see `calibrated`). Sums of weights are divided by the weight of a usual incident, as told
    by how often there is none; of them the likelihood is a quasi-likelihood, which finds the same mean.

    Series are told apart by their keys, or by themselves where they have none, and their order is of no account. A forecast
    of a series depends on the others. It is the same each time on one machine; another processor or version of torch may round
    in another way.

    Raises
    ------
    ImportError
        If torch is not installed; nothing else is taken in its place.
    """

    name = "neural network"

    def __init__(self, networks: int = NETWORKS, seed: int = SEED) -> None:
        self.networks = checks.whole("networks", networks)
        self.seed = checks.whole("seed", seed, 0)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return int(np.clip(2 * season, LEAST, MOST))

    def fit_many(self, panel: Panel) -> NetworkFit:
        """Fit many series at once; they are learned from when a forecast is asked for, as only then is known how far ahead."""
        require(self, panel)
        torch_package()
        order = order_of(panel)
        return NetworkFit(panel.among(order), order, tuple(range(self.seed, self.seed + self.networks)))


@dataclass(frozen=True, eq=False)
class NetworkFit(FittedMany):
    """Series in an order of their own, and the networks that have learned from them, by the steps ahead.

    The order is of the keys, so that no sum is made in another one; `order` says which series each one was.
    """

    panel: Panel
    order: np.ndarray
    seeds: tuple[int, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    learned: dict[int, Learned] = field(default_factory=dict)

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        ahead = checks.whole("horizon", horizon)
        with OneThread():
            found = self._learned(ahead)
            mean, variance = (each[:, 0, :ahead] for each in found.now())
            tails = self._tails(found, checked_levels(levels))
        told = predicted(mean, variance, levels, tails)
        back = np.argsort(self.order)
        low, high = ({level: ends[back] for level, ends in side.items()} for side in (told.low, told.high))
        return Prediction(told.mean[back], low, high)

    def _learned(self, horizon: int) -> Learned:
        """Return the networks for as many steps ahead or a few more, so that several horizons have the same."""
        usual = AHEAD[self.panel.step]
        whole = -(-horizon // usual) * usual
        if whole not in self.learned:
            self.learned[whole] = learned_from(self.panel, whole, self.seeds)
            self.parameters.update(self.learned[whole].parameters)
        return self.learned[whole]

    def _tails(self, found: Learned, levels: tuple[float, ...]) -> Mapping[float, float]:
        """Return the probability that intervals leave out on each side, by the steps kept back."""
        first, past = found.kept_back()
        return calibrated(self.panel.values[:, first:], Forecast(*past), 0, levels) if levels else {}


def order_of(panel: Panel) -> np.ndarray:
    """Return the numbers of the series in the order of their keys, and of their counts where these are alike.

    >>> days = np.datetime64("2023-01-01") + np.arange(2)
    >>> order_of(Panel(np.ones((2, 2)), days, "day", keys={"area": np.array(["b", "a"])})).tolist()
    [1, 0]
    """
    names = [np.asarray(key).astype(str).tolist() for key in (panel.keys or {}).values()]
    told = [(*(name[row] for name in names), panel.values[row].tolist()) for row in range(panel.size)]
    return np.array(sorted(range(panel.size), key=told.__getitem__), dtype=np.intp)
