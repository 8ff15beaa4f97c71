"""The class of each incident: which weight of a scale of harm it has, or between which cuts its weight lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words, incidents_that
from ..severity.harm_scales import HarmScale

MOST = 5
UNKNOWN = -1
# What readers call the weights of scales that are shipped, from the least grave on.
CALLED = {"part1_2": ("Part 2", "Part 1"), "ucr_part1": ("Part II", "Part I")}


@dataclass(frozen=True, eq=False)
class ClassLabels:
    """Hold the class of each incident (n,), 0 the least grave, `UNKNOWN` where the scale does not have it, and their names."""

    code: np.ndarray
    names: tuple[str, ...]

    @property
    def known(self) -> np.ndarray:
        """A mask (n,) of the incidents whose class is known."""
        return self.code != UNKNOWN

    @property
    def gravest(self) -> str:
        """The name of the gravest class."""
        return self.names[-1]

    @property
    def size(self) -> int:
        """How many classes there are."""
        return len(self.names)


def labels_of(
    harm: HarmScale, weighed: tuple[np.ndarray, np.ndarray], cuts: Any, parameters: Parameters
) -> ClassLabels:
    """Return the classes of incidents by a scale: its weights where they are few, else between cuts.

    Parameters
    ----------
    harm : the scale.
    weighed : what incidents weigh by it (n,), and a mask (n,) of those that it has.
    cuts : rising weights at which a further class begins; None for a class of each weight.
    parameters : the record, in which those without a weight are counted.

    Raises
    ------
    ValueError
        If no incident is of the scale, all weigh the same, or there are more weights than five and no cuts.
    """
    weight, mapped = weighed
    parameters.update(scale=harm.name, scale_title=harm.title, unit=harm.unit)
    if not mapped.any():
        raise ValueError(
            f"None of the {mapped.size:,} incidents has a {harm.key} of {harm.title!r}; take another scale."
        )
    out = int((~mapped).sum())
    parameters.note(
        "unmapped", out, incidents_that(out, "has no weight and is left out", "have no weight and are left out")
    )
    limits, names = _by_cuts(cuts) if cuts is not None else _by_weights(np.unique(weight[mapped]), harm)
    code = np.where(mapped, np.searchsorted(limits, weight, side="right"), UNKNOWN)
    held = np.unique(code[mapped])
    if held.size < len(names):
        missing = next(name for number, name in enumerate(names) if number not in held)
        raise ValueError(
            f"No incident is of the class {missing!r}, so there is nothing to tell it by; take other cuts, a longer period, or "
            "incidents of all categories."
        )
    return ClassLabels(code, names)


def _by_weights(weights: np.ndarray, harm: HarmScale) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the lower limits of all weights but the least, and their names."""
    if weights.size > MOST:
        raise ValueError(
            f"The incidents have {weights.size:,} weights by the scale {harm.title!r}, more than {MOST} classes; give the "
            f"weights where a class begins (cuts), such as cuts=[{in_words(float(np.median(weights)))}]."
        )
    if weights.size < 2:
        raise ValueError(
            f"All incidents weigh {weights[0]:g} by the scale {harm.title!r}, so there are no classes; take incidents of all "
            "categories, or another scale."
        )
    called = CALLED.get(harm.name, ())
    fits = len(called) == weights.size
    return weights[1:], called if fits else tuple(f"weight {weight:g}" for weight in weights)


def _by_cuts(cuts: float | Sequence[float]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the weights at which classes begin, and the names of classes."""
    limits = checks.numbers("cuts", cuts, np.size(cuts))
    if not 1 <= limits.size < MOST or (np.diff(limits) <= 0).any():
        raise ValueError(
            f"cuts must be one to {MOST - 1} rising weights, got {', '.join(f'{cut:g}' for cut in limits) or 'none'}."
        )
    said = [in_words(float(cut)) for cut in limits]
    between = [f"{low} to below {high}" for low, high in zip(said, said[1:])]
    return limits, tuple(f"weight {words}" for words in (f"below {said[0]}", *between, f"{said[-1]} and more"))
