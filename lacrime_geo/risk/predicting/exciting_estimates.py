"""How much incidents bring others, for how long and how far: estimated by EM, each step of which makes the known likelier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..unit_distances import NearUnits
from .exciting_pairs import LONGEST, Days, Pairs

STEPS, SETTLED = 300, 1e-9
# An incident that brings one more or above would never end.
MOST_BROUGHT = 0.95
KEPT_A_DAY = np.exp(-1 / np.geomspace(0.3, 40.0, 200))
_LAGS = np.arange(1, LONGEST + 1)


@dataclass(frozen=True, eq=False)
class Excitation:
    """Hold a self-exciting process: `background` a day (n,), how many more each incident brings, how they fade and spread.

    `kept` is what remains from one day to the next, `width` the number of the Gaussian's width.
    """

    background: np.ndarray
    brought: float
    kept: float
    width: int


class Excited:
    """What is known, ready for EM.

    Parameters
    ----------
    known : the counts by unit and day.
    near, area : the units near each other, and the area of each.
    widths : of the Gaussian, those that are tried (m).
    likely : where the background is likely (n,), all above 0 and 1 in sum.
    strength : how many incidents this is worth.
    """

    def __init__(
        self, known: Days, near: NearUnits, area: np.ndarray, widths: np.ndarray, likely: np.ndarray, strength: float
    ) -> None:
        self.known, self.pairs, self.near, self.area = known, Pairs.of(known, near), near, area
        self.widths, self.likely, self.strength = widths, likely, strength
        # The share of what a unit's incidents bring that comes to another one, all of it inside the study area.
        self.log_whole = np.log([np.bincount(near.other, self._bell(width), likely.size) for width in widths])
        self.distance2 = near.distance[self.pairs.near] ** 2
        self.source = known.unit[self.pairs.earlier]
        self.log_area = np.log(area[known.unit[self.pairs.later]])

    def _bell(self, width: float) -> np.ndarray:
        return np.asarray(np.exp(-((self.near.distance / width) ** 2) / 2) * self.area[self.near.source])

    def spread(self, width: int) -> np.ndarray:
        """Return which share comes to `near.source` of what those of `near.other` bring, in the order of `near`."""
        return np.asarray(self._bell(self.widths[width]) / np.exp(self.log_whole[width])[self.near.other])

    def start(self) -> Excitation:
        """Return where EM starts: a third brought, for a week, about as far as the narrowest widths."""
        known, brought = self.known, 1 / 3
        own = np.bincount(known.unit, known.count, self.likely.size)
        return Excitation(self._background((1 - brought) * own), brought, float(KEPT_A_DAY[130]), len(self.widths) // 3)

    def step(self, at: Excitation) -> tuple[Excitation, float]:
        """Return a likelier process, and the logarithm of how likely the given one is."""
        known, pairs = self.known, self.pairs
        by_pair = self._brought_by(at)
        background = at.background[known.unit]
        rate = background + np.bincount(pairs.later, by_pair, known.count.size)
        share = known.count / rate
        own = np.bincount(known.unit, background * share, self.likely.size)
        by_pair *= share[pairs.later]
        brought, kept = self._timing(np.bincount(pairs.lag, by_pair, LONGEST + 1)[1:], at.kept)
        better = Excitation(self._background(own), brought, kept, self._width(by_pair))
        return better, self._likelihood(at, rate)

    def _brought_by(self, at: Excitation) -> np.ndarray:
        """Return what the earlier count of each pair adds to the rate of the later (p,)."""
        pairs, width = self.pairs, self.widths[at.width]
        spread = np.exp(self.log_area - self.distance2 / (2 * width**2) - self.log_whole[at.width][self.source])
        fading = (1 - at.kept) * at.kept ** (pairs.lag - 1.0)
        return np.asarray(at.brought * self.known.count[pairs.earlier] * fading * spread)

    def _background(self, own: np.ndarray) -> np.ndarray:
        """Return the background a day, drawn to where it is likely; its sum is that of the incidents it explains."""
        whole = own.sum()
        return np.asarray(whole / self.known.days * (own + self.strength * self.likely) / (whole + self.strength))

    def _timing(self, by_lag: np.ndarray, kept_now: float) -> tuple[float, float]:
        """Return how many an incident brings, and what is kept a day, that explain best the pairs of each lag."""
        kept = np.append(KEPT_A_DAY, kept_now)[:, None]
        whole = by_lag.sum()
        ahead = np.bincount(self.known.ahead, self.known.count, LONGEST + 1)
        seen = (1 - kept ** np.arange(LONGEST + 1)) @ ahead
        brought = np.minimum(whole / np.maximum(seen, 1e-300), MOST_BROUGHT)
        gain = (np.log(1 - kept) + (_LAGS - 1) * np.log(kept)) @ by_lag
        best = int(np.argmax(gain + whole * np.log(np.maximum(brought, 1e-300)) - brought * seen))
        return float(brought[best]), float(kept[best, 0])

    def _width(self, by_pair: np.ndarray) -> int:
        """Return the number of the width that explains best the pairs."""
        by_source = np.bincount(self.source, by_pair, self.likely.size)
        squares = float(by_pair @ self.distance2)
        return int(np.argmax(-squares / (2 * self.widths**2) - self.log_whole @ by_source))

    def _likelihood(self, at: Excitation, rate: np.ndarray) -> float:
        """Return the logarithm of the likelihood, and of what is held of the background before anything is known."""
        known, whole = self.known, at.background.sum()
        expected = whole * known.days + at.brought * float(known.count @ (1 - at.kept ** known.ahead.astype(float)))
        held = self.strength * float(self.likely @ np.log(at.background / whole)) if whole > 0 else 0.0
        return float(known.count @ np.log(rate)) - expected + held


def estimate(excited: Excited) -> tuple[Excitation, np.ndarray]:
    """Return the likeliest process, and the logarithms of how likely that of each step was: they rise."""
    at, reached = excited.start(), []
    for _ in range(STEPS):
        better, likelihood = excited.step(at)
        reached.append(likelihood)
        if len(reached) > 1 and likelihood - reached[-2] <= SETTLED * abs(likelihood):
            break
        at = better
    return at, np.array(reached)
