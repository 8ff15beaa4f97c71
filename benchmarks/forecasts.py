"""Forecasts of monthly counts, against statsforecast and statsmodels where they are installed, and what each model costs."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from contest import Contestant, Match, versions

from lacrime_geo.forecasting.model_names import MODELS, model_of
from lacrime_geo.forecasting.models import Panel, Prediction
from lacrime_geo.forecasting.seasonal_arima import ORDERS, SEASONAL_ORDERS

TITLE = "Forecasts of monthly counts, 80 and 95 % intervals with them"
FILE = "lapd_monthly_division_category_2020-01_2023-10.parquet"
STEPS, SEASON, HORIZON, ORIGINS, LEVELS = 46, 12, 3, 8, (80, 95)
LEAST_MEAN = 10
SERIES = 222
# Every sixth series, where a peer needs a second or more for each.
FEW = 6
PAIRS = {"ETS": "AutoETS", "Theta": "AutoTheta", "SARIMAX": "AutoARIMA"}
QUICK = ("ETS", "Theta")
SLOW = ("Prophet",)


@dataclass(frozen=True)
class Task:
    """Counts (series, months), and how many are known at each origin."""

    counts: np.ndarray
    known: tuple[int, ...]
    cells: None = None

    @property
    def x(self):
        """One value per series."""
        return self.counts[:, 0]

    @property
    def later(self):
        """The counts that are forecast (origins, series, months)."""
        return np.stack([self.counts[:, at : at + HORIZON] for at in self.known])

    def panel(self, known):
        """Return what is known at an origin."""
        begin = (np.datetime64("2020-01") + np.arange(known)).astype("M8[D]")
        return Panel(self.counts[:, :known], begin, "month")


def prepare(origins, every=1):
    """Return the counts and the last origins."""
    last = STEPS - HORIZON
    return Task(_counts()[::every], tuple(range(last - origins + 1, last + 1)))


def _counts():
    """Return the real counts where LACRIME_DATA names their folder, else ones drawn with a wandering level and a season."""
    path = Path(os.environ.get("LACRIME_DATA", "-")) / FILE
    if path.exists():
        import pandas as pd

        table = pd.read_parquet(path).groupby(["area", "category", "period"]).crimes.sum().unstack(fill_value=0)
        return table[table.mean(axis=1) >= LEAST_MEAN].to_numpy(dtype=float)
    random = np.random.default_rng(20)
    level = np.geomspace(LEAST_MEAN, 300, SERIES)[:, None] * np.exp(random.normal(0, 0.07, (SERIES, STEPS)).cumsum(1))
    return random.poisson(level * (1 + 0.1 * np.sin(np.arange(STEPS) * np.pi / 6))).astype(float)


def ours(name, task):
    """Return the forecasts of a model at each origin."""
    return [model_of(name).fit_many(task.panel(known)).predict(HORIZON, LEVELS) for known in task.known]


def in_statsforecast(name, task):
    """Return those of one of its models, series by series in this process, as ours are."""
    import statsforecast.models

    model = getattr(statsforecast.models, name)(season_length=SEASON)
    return [
        _stacked([model.forecast(y=row[:known], h=HORIZON, level=list(LEVELS)) for row in task.counts])
        for known in task.known
    ]


def in_statsmodels(task):
    """Return those of the order with the least AICc, of the orders that ours tries without a difference of the season.

    With the settings that make it fastest: the likelihood of the differences, the scale left out of it, no covariances, and one
    thread, since several wait for each other over such small matrices.
    """
    # It limits only libraries that are there already.
    import statsmodels.tsa.statespace.sarimax  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return [_stacked([_sarimax(row[:known]) for row in task.counts]) for known in task.known]


def _sarimax(values):
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    fits = []
    for order in ORDERS:
        for seasonal in SEASONAL_ORDERS:
            if not seasonal[1]:
                model = partial(SARIMAX, values, order=order, seasonal_order=(*seasonal, SEASON))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    fit = model(simple_differencing=True, concentrate_scale=True).fit(disp=False, cov_type="none")
                fits.append((fit.aicc, model, np.append(fit.params, fit.scale)))
    _, model, params = min(fits, key=lambda found: found[0])
    told = model().filter(params, cov_type="none").get_forecast(HORIZON)
    ends = {level: told.conf_int(alpha=1 - level / 100) for level in LEVELS}
    sides = {f"{side}-{level}": ends[level][:, at] for level in LEVELS for at, side in enumerate(("lo", "hi"))}
    return {"mean": told.predicted_mean, **sides}


def _stacked(told):
    """Return forecasts of single series as those of many; what lies below 0 is 0, as in ours."""
    mean, *ends = (
        np.maximum([each[name] for each in told], 0)
        for name in ("mean", *(f"{side}-{level}" for side in ("lo", "hi") for level in LEVELS))
    )
    return Prediction(mean, dict(zip(LEVELS, ends)), dict(zip(LEVELS, ends[len(LEVELS) :])))


def errors(task, our_answer, peer_answer):
    """Say what share of seasonal naive's error is left, and how many counts lie within the 95 % intervals."""
    naive = np.stack([task.counts[:, at - SEASON : at - SEASON + HORIZON] for at in task.known])
    scale = np.abs(naive - task.later).sum()
    said = []
    for who, answer in (("ours", our_answer), ("peer", peer_answer)):
        if answer is not None:
            missed = sum(np.abs(told.mean - later).sum() for told, later in zip(answer, task.later))
            within = [(told.low[95] <= later) & (later <= told.high[95]) for told, later in zip(answer, task.later)]
            said.append(f"{who} {missed / scale:.3f}, {np.mean(within):.1%} within")
    return "error to seasonal naive's: " + "; ".join(said)


def _match(name, peers, origins=1, *, every=1, slow=False):
    words = "one origin" if origins == 1 else f"{origins} origins"
    return Match(
        name=f"{name}, {-(-SERIES // every)} series, {words}",
        points=None,
        prepare=partial(prepare, origins, every),
        ours=[Contestant(name, partial(ours, name))],
        peers=peers,
        judge=errors,
        slow=slow,
    )


def _peer(name):
    """Return the model of statsforecast that is of the same kind, where it is installed."""
    if not find_spec("statsforecast"):
        return []
    return [Contestant(f"{versions('statsforecast')} {PAIRS[name]}", partial(in_statsforecast, PAIRS[name]))]


def _statsmodels():
    return [Contestant(f"{versions('statsmodels')} SARIMAX", in_statsmodels)] if find_spec("statsmodels") else []


def _alone():
    """Return the models that have no peer, or not of all series: what each costs."""
    named = [name for name in MODELS if name not in QUICK and (name not in SLOW or find_spec("prophet"))]
    return [_match(name, [], slow=name in SLOW) for name in named]


MATCHES = [
    *(_match(name, _peer(name)) for name in QUICK),
    _match("SARIMAX", [*_peer("SARIMAX"), *_statsmodels()], every=FEW),
    *_alone(),
    _match("SARIMAX", [], ORIGINS),
    *(_match(name, _peer(name), ORIGINS, slow=True) for name in reversed(QUICK)),
]
