"""The layers of the network, for several members side by side: a convolution of the past, and what it tells of each step ahead.

Weights are kept by name in a dictionary; each begins with an axis of the members, who see the same and begin differently.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .panel_inputs import OWN_LATE, Inputs
from .series_levels import LATE
from .torch_package import torch_package

# Steps that a convolution joins, at distances that double from layer to layer.
JOINED = 3
# What is told of each value of a key, and how wide the layers are.
OF_KEY, WIDE = 3, 16
# Expected counts are at most so many times the level (a logarithm), and dispersions within these (logarithms).
FURTHEST, LEAST_DISPERSION, MOST_DISPERSION = 4.0, -7.0, 5.0

Weights = dict[str, Any]


class Shape(NamedTuple):
    """Hold how the network is made: features of the past and of the calendar, steps ahead, distances, values of each key."""

    past: int
    calendar: int
    horizon: int
    distances: tuple[int, ...]
    keys: tuple[int, ...]


class Batch(NamedTuple):
    """Hold tensors of some series over some steps in a row: `past` from as many steps before as the convolution reaches.

    past (series, reach + steps, features), season (series, steps, ahead), calendar (steps, ahead, features),
    level and dispersion (series, steps), length (steps, ahead), keys (keys, series), and which steps `ahead` these are, from 0.
    """

    past: Any
    season: Any
    calendar: Any
    level: Any
    dispersion: Any
    length: Any
    keys: Any
    ahead: Any


def shape_of(inputs: Inputs, window: int) -> Shape:
    """Return the shape of a network for some inputs, which looks back at a window of steps."""
    return Shape(
        inputs.past.shape[2],
        inputs.calendar.shape[1],
        inputs.season.shape[2],
        distances_of(window),
        tuple(int(numbers.max()) + 1 for numbers in inputs.keys),
    )


def distances_of(window: int) -> tuple[int, ...]:
    """Return the distances between the steps that each layer joins: together they reach back a window or a little more.

    >>> distances_of(30), distances_of(12)
    ((1, 2, 4, 8), (1, 2, 4))
    """
    found = [1]
    while reach_of(found) + 1 < window:
        found.append(2 * found[-1])
    return tuple(found)


def reach_of(distances: Any) -> int:
    """Return how many steps before a step are looked at."""
    return (JOINED - 1) * sum(distances)


def first_weights(shape: Shape, seeds: tuple[int, ...]) -> Weights:
    """Return the weights that members begin with, drawn by a seed each; the output begins at the level of late."""
    torch = torch_package()
    known = OF_KEY * len(shape.keys)
    sizes = {
        "past": (shape.past + known, WIDE),
        **{f"joined {number}": (JOINED * WIDE, WIDE) for number in range(len(shape.distances))},
        "told": (WIDE + known, WIDE),
        "asked": (shape.calendar, WIDE),
        "turned": (known, WIDE),
        "season": (1, WIDE),
    }
    drawn = [_drawn(torch, torch.Generator().manual_seed(seed), sizes, shape) for seed in seeds]
    return {name: torch.stack([one[name] for one in drawn]).requires_grad_() for name in drawn[0]}


def _drawn(torch: Any, source: Any, sizes: dict[str, tuple[int, int]], shape: Shape) -> Weights:
    """Return the weights of one member."""
    found = {name: torch.randn(size, generator=source) / size[0] ** 0.5 for name, size in sizes.items()}
    # Twice as deep the same size: each layer adds to what there is.
    for number in range(len(shape.distances)):
        found[f"joined {number}"] *= 0.5
    for name in sizes:
        found[f"{name} base"] = torch.zeros(1, WIDE)
    for number, values in enumerate(shape.keys):
        found[f"key {number}"] = 0.3 * torch.randn((values, OF_KEY), generator=source)
    found["ahead"] = 0.1 * torch.randn((shape.horizon, WIDE), generator=source)
    found["mean"], found["dispersion"] = torch.zeros(WIDE, 1), torch.zeros(WIDE, 1)
    found["mean base"], found["dispersion base"] = torch.zeros(1, 1), torch.zeros(1, 1)
    found["varied"] = torch.ones(1, 1)
    found["late"] = torch.zeros(shape.past, shape.horizon)
    found["late"][OWN_LATE] = 1 / len(LATE)
    found["late season"] = torch.full((1, shape.horizon), 0.5)
    return found


def told_by(weights: Weights, shape: Shape, batch: Batch) -> tuple[Any, Any]:
    """Return means and dispersions (members, series, steps, ahead) of the counts after each step, in units."""
    torch = torch_package()
    known = torch.cat(
        [weights[f"key {number}"][:, batch.keys[number]] for number in range(len(shape.keys))], dim=2
    )  # (members, series, features)
    steps = batch.season.shape[1]
    state = _convolved(torch, weights, shape, batch, known)[:, :, -steps:]
    around = known[:, :, None].expand(-1, -1, steps, -1)
    told = _layer(weights, "told", torch.cat([state, around], dim=3))
    asked = _layer(weights, "asked", batch.calendar[None]) + weights["ahead"][:, None, batch.ahead]
    turned = _layer(weights, "turned", known)
    # What a weekday does differs from area to area: the product of both.
    joint = told[:, :, :, None] + asked[:, None] * (1 + turned[:, :, None, None])
    joint = joint + batch.season[None, ..., None] * weights["season"][:, None, None, :, :]
    hidden = torch.nn.functional.silu(joint)
    past = batch.past[:, -steps:]
    plain = torch.einsum("rtf,sfh->srth", past, weights["late"][:, :, batch.ahead])
    plain = plain + batch.season[None] * weights["late season"][:, None, :, batch.ahead]
    beyond = (plain + _layer(weights, "mean", hidden)[..., 0]).clamp(-FURTHEST, FURTHEST)
    varied = batch.dispersion[None, :, :, None] * weights["varied"][:, None]
    spread = (varied + _layer(weights, "dispersion", hidden)[..., 0]).clamp(LEAST_DISPERSION, MOST_DISPERSION)
    mean = batch.level[None, :, :, None] * batch.length[None, None] * torch.exp(beyond)
    return mean, torch.exp(spread)


def _convolved(torch: Any, weights: Weights, shape: Shape, batch: Batch, known: Any) -> Any:
    """Return the state (members, series, reach + steps, wide) after each step, of which the first ones look back less far."""
    around = known[:, :, None].expand(-1, -1, batch.past.shape[1], -1)
    seen = batch.past[None].expand(known.shape[0], -1, -1, -1)
    state = _layer(
        {**weights, "past": weights["past"][:, : shape.past + known.shape[2]]}, "past", torch.cat([seen, around], dim=3)
    )
    for number, distance in enumerate(shape.distances):
        before = [_later(torch, state, distance * back) for back in range(JOINED)]
        state = state + torch.nn.functional.silu(_layer(weights, f"joined {number}", torch.cat(before, dim=3)))
    return state


def _later(torch: Any, state: Any, steps: int) -> Any:
    """Return what was there some steps before; nothing before the first one."""
    if steps == 0:
        return state
    return torch.nn.functional.pad(state, (0, 0, steps, 0))[:, :, : state.shape[2]]


def _layer(weights: Weights, name: str, values: Any) -> Any:
    """Return a linear layer of each member (members, ..., wide)."""
    members = values.shape[0] if values.shape[0] > 1 else weights[name].shape[0]
    flat = values.expand(members, *values.shape[1:]).reshape(members, -1, values.shape[-1])
    return (flat @ weights[name] + weights[f"{name} base"]).reshape(members, *values.shape[1:-1], -1)
