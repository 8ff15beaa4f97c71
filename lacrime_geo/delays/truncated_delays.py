"""The distribution of a delay of which a file shows only what was over by its end: the product limit in reverse time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np

# Beyond the longest delay that as many incidents could have shown, an estimate would hang on a few of them.
LEAST_AT_RISK = 30


@dataclass(frozen=True, eq=False)
class Delays:
    """Hold delays in whole days, from none to the longest that the file can show, as counts.

    `ended` (m,) are the incidents whose delay is so many days; `at_risk` (m,) those whose delay is so long or shorter, and
    that are old enough to have shown one so long; `incidents` is the number of all, with longer delays too.
    """

    ended: np.ndarray
    at_risk: np.ndarray
    incidents: int

    @property
    def longest(self) -> int:
        """The longest delay (days) that the file can show; all shares are of delays no longer."""
        return int(self.ended.size) - 1

    @cached_property
    def hazard(self) -> np.ndarray:
        """Each delay's probability among those no longer (m,): the hazard in reverse time."""
        return self.ended / np.maximum(self.at_risk, 1)

    @cached_property
    def share(self) -> np.ndarray:
        """The share of delays no longer than so many days (m,), those too long to be seen left out."""
        return shares_of(self.hazard)

    @property
    def naive(self) -> np.ndarray:
        """The share (m,) of the incidents in the file, as if those not yet reported were none."""
        return np.asarray(np.cumsum(self.ended) / self.incidents)

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the limits (m,) of the share at a level (per cent): Wilson's, of the number with as great a variance."""
        z, share = NormalDist().inv_cdf(0.5 + level / 200), self.share
        number = self._effective_number()
        middle = (share + z**2 / (2 * number)) / (1 + z**2 / number)
        half = z / (1 + z**2 / number) * np.sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
        low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
        # Of delays no longer than the longest all are.
        low[-1] = high[-1] = 1.0
        return np.minimum(low, share), np.maximum(high, share)

    def _effective_number(self) -> np.ndarray:
        """Return how many incidents (m,), all of them old enough, would give shares as sure as these."""
        left = np.maximum(self.at_risk - self.ended, 1e-300)
        terms = np.where(self.ended > 0, self.ended / (np.maximum(self.at_risk, 1) * left), 0.0)
        # Of the logarithm: Greenwood's sum, in reverse time.
        variance = np.append(np.cumsum(terms[::-1])[::-1][1:], 0.0)
        inside = (self.share > 0) & (self.share < 1) & (variance > 0)
        number = np.minimum.accumulate(self.at_risk[::-1])[::-1].astype(float)
        number[inside] = (1 - self.share[inside]) / (self.share[inside] * variance[inside])
        first = int(np.argmax(self.share > 0))
        number[:first] = number[first]
        return np.maximum(number, 1.0)

    def days_until(self, share: float) -> int:
        """Return within how many days a share of the delays is over."""
        return int(np.argmax(self.share >= share - 1e-12))

    def drawn(self, random: np.random.Generator, times: int) -> np.ndarray:
        """Return shares (times, m) as uncertain as the counts leave them: each hazard drawn from its beta distribution."""
        few = 1e-9
        rows = np.flatnonzero(self.ended)
        hazard = np.zeros((times, self.ended.size))
        others = np.maximum(self.at_risk[rows] - self.ended[rows], few)
        hazard[:, rows] = random.beta(self.ended[rows], others, (times, rows.size))
        return shares_of(hazard)


def shares_of(hazard: np.ndarray) -> np.ndarray:
    """Return the shares (…, m) that hazards in reverse time give: the product of 1 − hazard over all longer delays.

    >>> shares_of(np.array([1.0, 0.5, 0.25])).tolist()
    [0.375, 0.75, 1.0]
    """
    survived = np.cumprod((1 - hazard)[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([survived[..., 1:], np.ones((*hazard.shape[:-1], 1))], axis=-1)


def delays_of(days: np.ndarray, possible: np.ndarray, frequency: np.ndarray | None = None) -> Delays:
    """Return the delays (n,) of incidents, of which each could have shown one as long as is possible (n,); all whole days.

    `frequency` (n,) says how many incidents have each of these delays; default 1.

    >>> found = delays_of(np.array([0, 1, 0]), np.array([5, 4, 0]))
    >>> found.share[:2].tolist(), found.naive[:2].round(2).tolist()
    ([0.5, 1.0], [0.67, 1.0])
    """
    number = days.size if frequency is None else int(frequency.sum())
    ended = np.bincount(days, frequency).astype(np.int64)
    ended = np.append(ended, np.zeros(int(possible.max()) + 1 - ended.size, dtype=ended.dtype))
    # Those too young for a delay are among those with a shorter one.
    too_young = np.concatenate([[0], np.cumsum(np.bincount(possible, frequency).astype(np.int64))[:-1]])
    at_risk = np.cumsum(ended) - too_young
    enough = np.flatnonzero(at_risk >= least_at_risk(at_risk, number))
    return Delays(ended[: enough[-1] + 1], at_risk[: enough[-1] + 1], number)


def least_at_risk(at_risk: np.ndarray, incidents: int) -> float:
    """Return how many must be at risk of a delay for it to be estimated: fewer where there are few incidents."""
    return min(LEAST_AT_RISK, incidents / 2, int(at_risk.max()))
