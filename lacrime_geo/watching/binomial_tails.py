"""Exact tails of the binomial distribution."""

from __future__ import annotations


def so_few(successes: int, trials: int, share: float) -> float:
    """Return the probability of so few successes or fewer.

    >>> round(so_few(11, 20, 0.8), 4)
    0.01
    """
    from scipy.special import bdtr

    return float(bdtr(successes, trials, share))


def so_many(successes: int, trials: int, share: float) -> float:
    """Return the probability of so many successes or more.

    >>> round(so_many(2, 2, 0.5), 2)
    0.25
    """
    from scipy.special import bdtrc

    return 1.0 if successes <= 0 else float(bdtrc(successes - 1, trials, share))
