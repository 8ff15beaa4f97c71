"""How the network learns: by the likelihood of the counts that followed, until those kept back for it are told no better."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .layers import Batch, Shape, Weights, first_weights, reach_of, told_by
from .panel_inputs import Inputs
from .torch_package import torch_package

# Series × steps that one pass learns from, steps in a row of a series among them, and how many of the steps ahead.
AT_ONCE, IN_A_ROW, MOST_AHEAD = 2_048, 32, 7
# Passes at most, after how many it is judged, and how often without a gain before it ends.
PASSES, JUDGED_EVERY, PATIENCE = 300, 10, 4
# How far a pass goes at most, and how soon weights that nothing needs are given up.
RATE, DECAY = 0.004, 0.3


class Parts(NamedTuple):
    """Hold the steps after which forecasts are learned from, and those by which is judged when to end: each from, to."""

    learned: tuple[int, int]
    judged: tuple[int, int]


class Best(NamedTuple):
    """Hold the weights of each member, the passes that it took, and its loss over the steps kept back."""

    weights: Weights
    passes: list[int]
    losses: list[float]


def learn(inputs: Inputs, shape: Shape, parts: Parts, seeds: tuple[int, ...]) -> Best:
    """Return the weights of each member at the pass after which the steps kept back were told best."""
    weights = first_weights(shape, seeds)
    best, found, passes = losses_of(weights, shape, inputs, parts.judged), _copied(weights), [0] * len(seeds)
    since = 0
    for number in passes_of(weights, shape, inputs, parts.learned, seeds[0]):
        if number % JUDGED_EVERY == 0:
            losses = losses_of(weights, shape, inputs, parts.judged)
            better = losses < best
            since = 0 if better.any() else since + 1
            _keep(found, weights, better)
            best = np.minimum(losses, best)
            passes = np.where(better, number, passes).tolist()
            if since >= PATIENCE:
                break
    return Best(found, passes, best.tolist())


def passes_of(weights: Weights, shape: Shape, inputs: Inputs, learned: tuple[int, int], seed: int) -> Iterator[int]:
    """Change weights pass by pass, and yield the number of each."""
    torch = torch_package()
    steps = torch.optim.AdamW(list(weights.values()), lr=RATE, weight_decay=DECAY)
    slower = torch.optim.lr_scheduler.OneCycleLR(steps, RATE, total_steps=PASSES + 1, pct_start=0.1)
    source = np.random.default_rng(seed)
    for number in range(1, PASSES + 1):
        rows, first, stop = _drawn(source, inputs, learned)
        ahead = np.sort(source.permutation(shape.horizon)[:MOST_AHEAD])
        batch, later = batch_of(inputs, shape, rows, first, stop, ahead)
        loss = surprise(*told_by(weights, shape, batch), later).mean(dim=(1, 2, 3)).sum()
        steps.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        steps.step()
        slower.step()
        yield number


def _keep(found: Weights, weights: Weights, which: np.ndarray) -> None:
    for member in np.flatnonzero(which):
        for name, each in weights.items():
            found[name][member] = each.detach()[member]


def surprise(mean: Any, dispersion: Any, counts: Any) -> Any:
    """Return minus the log likelihood of counts by the negative binomial distribution, but for what the counts alone tell.

    Of sums of weights, which are no whole numbers, it is a quasi-likelihood: its slope by the mean is the miss over the variance,
    so that the mean is found whatever the distribution.
    """
    torch = torch_package()
    size = 1 / dispersion
    mean = mean.clamp_min(1e-6)
    alike = torch.lgamma(size) - torch.lgamma(size + counts)
    return alike + (size + counts) * torch.log1p(mean * dispersion) - counts * torch.log(mean * dispersion)


def losses_of(weights: Weights, shape: Shape, inputs: Inputs, judged: tuple[int, int]) -> np.ndarray:
    """Return the mean loss of each member over steps."""
    torch = torch_package()
    total, number = 0.0, 0
    ahead = np.unique(np.linspace(0, shape.horizon - 1, MOST_AHEAD).round().astype(np.int64))
    with torch.no_grad():
        for batch, later, _ in pieces(inputs, shape, *judged, ahead):
            loss = surprise(*told_by(weights, shape, batch), later)
            total = total + loss.double().sum(dim=(1, 2, 3)).numpy()
            number += loss[0].numel()
    return np.asarray(total / number)


def foretold(weights: Weights, shape: Shape, inputs: Inputs, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the means and variances (series, steps, horizon), in units, told after some steps by all members together.

    Their distributions are mixed: the variance is the mean of theirs, and that of their means.
    """
    torch = torch_package()
    mean, variance = np.empty((2, inputs.counts.shape[0], stop - first, shape.horizon))
    with torch.no_grad():
        for batch, _, rows in pieces(inputs, shape, first, stop, np.arange(shape.horizon), later=False):
            means, dispersions = (each.double().numpy() for each in told_by(weights, shape, batch))
            mean[rows] = means.mean(axis=0)
            variance[rows] = (means + dispersions * means**2).mean(axis=0) + means.var(axis=0)
    return mean, variance


def pieces(
    inputs: Inputs, shape: Shape, first: int, stop: int, ahead: np.ndarray, later: bool = True
) -> Iterator[tuple[Batch, Any, np.ndarray]]:
    """Yield some series at a time over steps, so that they fit into memory."""
    together = max(4 * AT_ONCE * MOST_AHEAD // ((stop - first) * ahead.size), 1)
    every = np.arange(inputs.counts.shape[0])
    for begin in range(0, every.size, together):
        rows = every[begin : begin + together]
        batch, counts = batch_of(inputs, shape, rows, first, stop, ahead, later)
        yield batch, counts, rows


def batch_of(
    inputs: Inputs, shape: Shape, rows: np.ndarray, first: int, stop: int, ahead: np.ndarray, later: bool = True
) -> tuple[Batch, Any]:
    """Return what is known of some series after steps first … stop - 1, and the counts of some steps ahead of each."""
    torch = torch_package()
    before = max(first - reach_of(shape.distances), 0)
    at = np.arange(first, stop)[:, None] + 1 + ahead
    batch = Batch(
        torch.from_numpy(inputs.past[rows, before:stop]),
        torch.from_numpy(inputs.season[rows, first:stop][:, :, ahead]),
        torch.from_numpy(inputs.calendar[at]),
        torch.from_numpy(inputs.level[rows, first:stop].astype(np.float32)),
        torch.from_numpy(inputs.dispersion[rows, first:stop]),
        torch.from_numpy(inputs.length[at].astype(np.float32)),
        torch.from_numpy(inputs.keys[:, rows]),
        torch.from_numpy(ahead),
    )
    counts = torch.from_numpy(inputs.counts[rows][:, at].astype(np.float32)) if later else None
    return batch, counts


def _drawn(source: np.random.Generator, inputs: Inputs, learned: tuple[int, int]) -> tuple[np.ndarray, int, int]:
    """Return series and steps in a row to learn from, drawn anew each time."""
    first, stop = learned
    number = min(IN_A_ROW, stop - first)
    begin = first + int(source.integers(stop - first - number + 1))
    series = inputs.counts.shape[0]
    rows = source.permutation(series)[: max(AT_ONCE // number, 1)] if series * number > AT_ONCE else np.arange(series)
    return rows, begin, begin + number


def _copied(weights: Weights) -> Weights:
    return {name: each.detach().clone() for name, each in weights.items()}
