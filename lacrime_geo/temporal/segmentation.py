"""The best segments of a series of counts, each with a rate of its own: PELT, exact and pruned."""

from __future__ import annotations

import numpy as np


class Segments:
    """Cost of every segment of counts (n,) with exposures (n,): −2 log L at its own rate, less what all segmentations share."""

    def __init__(self, counts: np.ndarray, exposure: np.ndarray) -> None:
        """Add up from the begin, so that each segment is a difference."""
        self.counts, self.exposure = (np.append(0.0, np.cumsum(values)) for values in (counts, exposure))

    @property
    def size(self) -> int:
        """The number of steps."""
        return self.counts.size - 1

    def cost(self, begin: np.ndarray, end: int) -> np.ndarray:
        """Return −2 S log(S / E) of segments from begin until before end, S their sum and E their exposure (Poisson)."""
        from scipy.special import xlogy

        total = self.counts[end] - self.counts[begin]
        return np.asarray(-2 * xlogy(total, total / (self.exposure[end] - self.exposure[begin])))


def pelt(segments: Segments, penalty: float, shortest: int) -> list[int]:
    """Return where new levels begin: the segmentation of the least cost + penalty for each change.

    Killick, Fearnhead & Eckley 2012. A begin whose cost up to now exceeds the best of all without a penalty can never be the last
    one again; with a shortest segment it is given up that many steps later, so that the answer stays exact.
    """
    size = segments.size
    best, last = np.full(size + 1, np.inf), np.zeros(size + 1, dtype=np.int64)
    best[0] = -penalty
    begins, given_up = np.array([0]), np.array([size + 1])
    for end in range(shortest, size + 1):
        if end - shortest >= shortest:
            begins, given_up = np.append(begins, end - shortest), np.append(given_up, size + 1)
        open_still = given_up > end
        begins, given_up = begins[open_still], given_up[open_still]
        found = best[begins] + segments.cost(begins, end)
        choice = int(np.argmin(found))
        best[end], last[end] = found[choice] + penalty, begins[choice]
        given_up = np.where(found > best[end], np.minimum(given_up, end + shortest), given_up)
    changes, end = [], size
    while last[end] > 0:
        end = int(last[end])
        changes.append(end)
    return changes[::-1]


def dispersion(counts: np.ndarray, exposure: np.ndarray, block: int, trimmed: float) -> float:
    """Return how many times Poisson's variance sums over blocks of steps have, measured on neighbouring blocks, at least 1.

    Sums take in what goes on from step to step, differences of neighbours leave out the level, and the largest ones, among
    which are those across a change, are trimmed (their share is allowed for as of a normal distribution).
    """
    from scipy.special import gammainc, gammaincinv

    sums = [np.append(0.0, np.cumsum(values)) for values in (counts, exposure)]
    blocks = [total[block:] - total[:-block] for total in sums]
    early, early_exposure = (part[:-block] for part in blocks)
    late, late_exposure = (part[block:] for part in blocks)
    rate = (early + late) / (early_exposure + late_exposure)
    known = rate > 0
    variance = (rate * (1 / early_exposure + 1 / late_exposure))[known]
    squares = np.sort((early / early_exposure - late / late_exposure)[known] ** 2 / variance)
    kept = squares[: max(1, round((1 - trimmed) * squares.size))]
    if not kept.size:
        return 1.0
    limit = gammaincinv(0.5, 1 - trimmed)
    return max(1.0, float(kept.mean() / (gammainc(1.5, limit) / (1 - trimmed))))
