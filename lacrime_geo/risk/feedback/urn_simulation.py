"""The simulation of a feedback loop: what becomes of two districts when patrols follow what patrols have found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import checks
from ...parameters import Parameters
from ...progress import Progress, advance, within
from ...results import Drawing, Picture
from .urn_picture import urn_page, urn_svg
from .urns import Urn, shares_of_runs

NAIVE, CORRECTED = "naive", "corrected"
QUANTILES = {"low": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "high": 0.95}
# As many moments as a chart shows.
MOMENTS = 100
# A run that gives one of two districts more than this has run away to it.
RUN_AWAY = 0.9


@dataclass(frozen=True, eq=False, repr=False)
class UrnSimulation(Picture):
    """Hold the first district's share of the records after each day, over many runs; it draws itself (.svg, .png, .html).

    `shares` are those of each run by update (runs, moments), `days` the moments, `urn` the two districts.
    """

    drawing = Drawing(urn_svg, urn_page)

    urn: Urn | None = None
    days: np.ndarray = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    shares: dict[str, np.ndarray] = field(default_factory=dict)


def urn_simulation(
    *,
    rates: Any = (0.5, 0.5),
    reported: Any = (0.0, 0.0),
    start: Any = (1.0, 1.0),
    days: int = 1000,
    runs: int = 1000,
    corrected: bool | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> UrnSimulation:
    """Simulate two districts between which one patrol is sent by what is recorded of each.

    Each day the patrol goes to one of them, with the probability of its share of the records, and may discover an incident
    there. Added to the records as it is (the naive update), it makes the next visit likelier: the share runs away, to the
    one with the higher rate however little it is higher, or by chance to any share where both are alike. Corrected, it counts
    only with the probability that makes up for the visits, and the share stays near the true one.

    Parameters
    ----------
    rates : the probability that a visit discovers an incident in each of the two. Default 0.5 in both.
    reported : the probability that the public reports one on a day in each, visited or not. Default: none is.
    start : what is recorded of each before the first day, above 0. Default 1 each. The more, the slower any change.
    days : how many pass.
    runs : how many times all of it is simulated.
    corrected : False for the naive update alone, True for the corrected one alone. Default: both, side by side.
    seed : of the random draws; the same seed gives the same runs.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    UrnSimulation
        For each update and day: the `mean` and `median` share of the first district over the runs, `q25`, `q75`, and `low` and
        `high`, between which nine of ten runs are; `run_away`, the share of runs in which one of both has more than 0.9; and
        `true_share`. Where the share tends to one is in its parameters (`limit_naive`, `limit_corrected`).

    Raises
    ------
    ValueError
        If a rate is no probability, nothing can be discovered or reported, or a start is not above 0.

    Notes
    -----
    The naive update is Pólya's urn. With equal rates and nothing reported its share tends to a Beta distribution with the
    start as its parameters, which is any share alike for a start of 1 and 1; with other rates to 1 or 0. What is reported
    slows the loop but does not end it. A discovered incident of the corrected update counts with the probability (1 − own
    share of visits) / (larger share of visits), by which both districts' expected counts are as their rates; what is
    reported counts as it is.

    References
    ----------
    Ensign, Friedler, Neville, Scheidegger & Venkatasubramanian (2018), Runaway Feedback Loops in Predictive Policing,
    Proceedings of Machine Learning Research 81: 160-171.

    Examples
    --------
    >>> found = urn_simulation(rates=(0.6, 0.5), days=2000, runs=200)
    >>> found.parameters["limit_naive"], round(found.parameters["limit_corrected"], 3)
    (1.0, 0.545)
    """
    urn = Urn(_rates("rates", rates), _rates("reported", reported), _start(start))
    if not (urn.discovered + urn.reported).all():
        raise ValueError(
            "In one of the two districts nothing can be discovered or reported; give both a rate above 0, or a reported one."
        )
    updates = [update for update, asked in ((NAIVE, False), (CORRECTED, True)) if corrected in (None, asked)]
    if not updates:
        raise ValueError(f"corrected must be True, False or None for both, got {corrected!r}.")
    moments = np.unique(np.linspace(0, checks.whole("days", days), MOMENTS + 1).round().astype(np.int64))
    parameters = Parameters(days=int(moments[-1]), runs=checks.whole("runs", runs), seed=checks.whole("seed", seed, 0))
    return simulated(urn, moments, updates, parameters, progress)


def simulated(
    urn: Urn, days: np.ndarray, updates: list[str], parameters: Parameters, progress: Progress
) -> UrnSimulation:
    """Return runs of an urn until the last of some days, by one or both updates, as many as the record says."""
    parameters.update(rates=urn.discovered.tolist(), reported=urn.reported.tolist(), start=urn.start.tolist())
    shares = {}
    for number, update in enumerate(updates):
        part = within(progress, number / len(updates), (number + 1) / len(updates))
        fixed = update == CORRECTED
        shares[update] = shares_of_runs(urn, days, parameters["runs"], fixed, parameters["seed"], part)
        parameters[f"limit_{update}"] = urn.limit(fixed)
    advance(progress, 1.0)
    parameters["true_share"] = urn.true_share()
    parameters.tell(_in_words(shares, urn.true_share()))
    return UrnSimulation(_table(shares, days, urn), parameters, "", _label(urn), urn, days, shares)


def _table(shares: dict[str, np.ndarray], days: np.ndarray, urn: Urn) -> dict[str, np.ndarray]:
    """Return a row for each update and moment."""
    held = np.hstack(list(shares.values()))
    update = np.repeat(np.array(list(shares), dtype=object), days.size)
    quantiles = np.quantile(held, list(QUANTILES.values()), axis=0)
    away = np.mean((held > RUN_AWAY) | (held < 1 - RUN_AWAY), axis=0)
    return {
        "update": update,
        "day": np.tile(days, len(shares)),
        "mean": held.mean(axis=0),
        **dict(zip(QUANTILES, quantiles)),
        "run_away": away,
        "true_share": np.full(update.size, urn.true_share()),
    }


def _in_words(shares: dict[str, np.ndarray], true_share: float) -> str:
    """Return what became of the runs as one sentence."""
    found = []
    for update, held in shares.items():
        low, high = np.quantile(held[:, -1], (0.05, 0.95))
        found.append(f"from {100 * low:.0f} to {100 * high:.0f} % by the {update} update")
    return (
        f"the first district truly has {100 * true_share:.0f} % of the incidents; in nine of ten runs its share of the records "
        f"comes to lie {' and '.join(found)}"
    )


def _label(urn: Urn) -> str:
    alike = urn.discovered[0] == urn.discovered[1] and urn.reported[0] == urn.reported[1]
    rates = " and ".join(f"{rate:.3g}" for rate in urn.discovered)
    return "Two districts alike, patrolled by their records" if alike else f"Two districts with rates {rates}"


def _rates(name: str, given: Any) -> np.ndarray:
    values = checks.numbers(name, given, 2)
    bad = values[(values < 0) | (values > 1)]
    if bad.size:
        raise ValueError(f"{name} must be two probabilities from 0 to 1, got {bad[0]:g}.")
    return values


def _start(given: Any) -> np.ndarray:
    values = checks.numbers("start", given, 2)
    if (values <= 0).any():
        raise ValueError(
            f"start must be above 0 for both districts, got {values.min():g}: who has none is never visited."
        )
    return values
