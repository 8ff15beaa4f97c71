"""Gi* of every cell at every step, with neighbours in space and earlier steps, and what of it is significant."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

import numpy as np

from ..autocorrelation import standardised
from ..inference import Neighbourhoods, PermutationOptions, conditional_inference
from ..parameters import Parameters, Unsaid
from ..progress import Progress, advance, within
from ..significance import LEVELS, adjust, confidence_bins
from .cube import SpaceTimeCube

_AT_LENGTH = 4


@dataclass(frozen=True)
class StepStatistics:
    """Hold Gi* of all cells and steps, and of those that may be significant alone what tells which are.

    `alone` (steps, cells; float32) is z without neighbours in time. `step`, `cell`, `z`, `p`, `p_adjusted` and `bin` (n,) are
    of the cells at steps with p ≤ 0.10, with neighbours in time; `last_z` and `last_p` (cells,) are of the last step.
    """

    alone: np.ndarray
    step: np.ndarray
    cell: np.ndarray
    z: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray
    bin: np.ndarray
    last_z: np.ndarray
    last_p: np.ndarray

    def mask(self, marked: np.ndarray) -> np.ndarray:
        """Return a mask (steps, cells) of those of the significant ones that are marked (n,)."""
        mask = np.zeros(self.alone.shape, dtype=bool)
        mask[self.step[marked], self.cell[marked]] = True
        return mask

    def last_bin(self) -> np.ndarray:
        """Return the bin of each cell in the last step."""
        bins = np.zeros(self.alone.shape[1], dtype=np.int8)
        last = self.step == len(self.alone) - 1
        bins[self.cell[last]] = self.bin[last]
        return bins


def step_statistics(
    cube: SpaceTimeCube,
    band: float,
    time_neighbours: int,
    correction: str,
    parameters: Parameters,
    progress: Progress = None,
) -> StepStatistics:
    """Return Gi* of a cube's steps: each compares cells with all others in the same steps."""
    cells = cube.counted()
    near = cells.sums(np.ones(cells.cell.size, dtype=np.int64), band)
    spread = spread_of(near)
    judge = StepJudge.of(near, len(cube.count))
    alone = np.empty(cube.count.shape, dtype=np.float32)
    recent: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=time_neighbours + 1)
    found, last = [], (np.empty(0), np.empty(0))
    for step, held in enumerate(cube.values):
        values = held.astype(float if held.dtype.kind == "f" else np.int64)
        total = cells.sums(values, band)
        alone[step] = gi_star_of(values, total, near, spread)
        recent.append((values, total))
        if time_neighbours:
            values, total = (np.sum(parts, axis=0) for parts in zip(*recent))
        z = gi_star_of(values, total, near, spread)
        p = judge.p(z, values, total, within(progress, (step + 0.5) / len(alone), (step + 1) / len(alone)))
        few = np.flatnonzero(p <= LEVELS[0])
        found.append((np.full(few.size, step, dtype=np.int32), few.astype(np.int32), z[few], p[few]))
        last = z, p
    at, cell, z, p = (np.concatenate(parts) for parts in zip(*found))
    adjusted = adjust(p, correction, tests=alone.size)
    judge.tell(parameters)
    return StepStatistics(alone, at, cell, z, p, adjusted, confidence_bins(z, adjusted), *last)


@dataclass
class StepJudge:
    """Find the p of step after step as `hotspots` decides it for each by itself, and remember which they were."""

    near: np.ndarray
    share: float
    inferences: Counter[str]
    cautioned: int = 0

    @classmethod
    def of(cls, near: np.ndarray, steps: int) -> StepJudge:
        """Return one for steps of cells with so many in their neighbourhoods."""
        # Exact tails take a few seconds at most: all steps together some times as long.
        return cls(near, min(_AT_LENGTH / steps, 1.0), Counter())

    def p(self, z: np.ndarray, values: np.ndarray, total: np.ndarray, progress: Progress) -> np.ndarray:
        """Return the p of a step's Gi*, of what its cells hold and the sums over their neighbourhoods."""
        advance(progress, 0.0)
        said, others = Unsaid(), Neighbourhoods(values, total - values, self.near - 1)
        asked = PermutationOptions(0, 0, "none")
        p = conditional_inference(z, others, asked, said, progress, share=self.share)
        self.inferences[str(said["inference"])] += 1
        self.cautioned += bool(said.get("warnings"))
        advance(progress, 1.0)
        return p

    def tell(self, parameters: Parameters) -> None:
        """Keep which p the steps have."""
        words = "; ".join(f"{name} in {number:,} steps" for name, number in self.inferences.most_common())
        parameters.choose("inference", words, "decided for each step by how skewed the sums of neighbours are")
        if self.cautioned:
            parameters.warn(
                f"In {self.cautioned:,} steps the values are too few, or crowd too much, for the normal p, and an exact one is "
                "not to be had or takes too long: take what is hot there by a hair with caution, or make the steps longer."
            )


def spread_of(near: np.ndarray) -> np.ndarray:
    """Return by how much sums over neighbourhoods of so many cells vary, in standard deviations of the values."""
    n = near.size
    return np.sqrt((n * near - near.astype(float) ** 2) / (n - 1))


def gi_star_of(values: np.ndarray, total: np.ndarray, near: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return Gi* of cells by their values, the sums over their neighbourhoods, the cells of these and their spread."""
    return standardised(total - values.mean() * near, values.std(), spread, float(np.abs(values).max()))
