"""From the score of a model to expected incidents: by odds of any incident, or by the logarithm of their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Newton's steps double the digits each.
_STEPS = 30


@dataclass(frozen=True)
class Link:
    """Turn scores (n,) into expected incidents (n,).

    Parameters
    ----------
    odds : whether scores are log odds of at least one incident, else logarithms of a number.
    kept : which share of the rows without incidents was learned from, over that of the others. Odds are multiplied by it (King
        & Zeng 2001, Political Analysis 9: 137-163, equation 7), numbers corrected as `before_thinning` does. Odds o of any
        incident mean λ = −log(1 − p) = log(1 + o) incidents.
    level : multiplies all, so that as many are expected of the rows that trained as came.

    Examples
    --------
    >>> Link(odds=True, kept=0.1).expected(np.array([0.0])).round(4).tolist()
    [0.0953]
    """

    odds: bool
    kept: float = 1.0
    level: float = 1.0

    def expected(self, score: np.ndarray) -> np.ndarray:
        """Return the expected incidents (n,)."""
        if self.odds:
            return np.asarray(self.level * np.logaddexp(0.0, score + np.log(self.kept)))
        return self.level * before_thinning(np.exp(score), self.kept)


def before_thinning(mean: np.ndarray, kept: float) -> np.ndarray:
    """Return the mean λ (n,) of a Poisson number of which another share of the zeros was kept than of all others.

    Solves mean = λ / (1 − (1 − kept) exp(−λ)) by Newton's method, from a side where it cannot miss. Where fewer zeros are kept,
    those that are have a higher mean.

    Examples
    --------
    >>> before_thinning(np.array([0.5, 3.0]), 1.0).tolist()
    [0.5, 3.0]
    >>> rate = before_thinning(np.array([0.5]), 0.1)
    >>> (rate / (1 - 0.9 * np.exp(-rate))).round(6).tolist()
    [0.5]
    """
    rate = np.array(mean, dtype=float)
    for _ in range(_STEPS):
        hidden = mean * (1 - kept) * np.exp(-rate)
        step = (rate - mean + hidden) / (1 - hidden)
        rate = rate - step
        if np.all(np.abs(step) <= 1e-12 * rate):
            break
    return rate
