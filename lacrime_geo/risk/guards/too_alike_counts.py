"""How sure it is that counts are too much alike, where a feature is, to be counts of incidents: e-values."""

from __future__ import annotations

import numpy as np

# How large counts may be, above the mean of their group: each is an alternative, the likelier the nearer.
_ROOM = 6
# How much each group stakes; those that differ as incidents do cost little of a small stake.
_STAKES = (0.5, 0.02)


def log_evidence(counts: np.ndarray, group: np.ndarray) -> float:
    """Return the logarithm of an e-value against counts that, in a group, differ as those of incidents do.

    Parameters
    ----------
    counts : whole numbers (n,), none negative.
    group : the number of each one's group (n,), from 0 on, made of features alone.

    Notes
    -----
    Counts of incidents are Poisson about rates that may be any and differ within a group, and chance themselves (a Cox process).
    Given a group's total S over k places, the e-value is the likelihood of S incidents dealt to k·M slots, M in each place, none
    twice (multivariate hypergeometric), over that of S dealt to places at random (multinomial). With equal rates its mean is 1;
    with others it is smaller, as the elementary symmetric function that it is made of is Schur-concave. So are means over M and
    over stakes, and products over groups. By Markov's inequality it exceeds 1/p with a probability of p at most (Vovk & Wang
    2021, Annals of Statistics 49: 1736-1754).
    """
    sizes = np.bincount(group)
    totals = np.bincount(group, counts)
    useful = (sizes > 1) & (totals > 1)
    if not useful.any():
        return 0.0
    number = np.cumsum(useful) - 1
    rows = useful[group]
    evidence = _of_groups(counts[rows], number[group[rows]], sizes[useful], totals[useful])
    staked = [np.logaddexp(np.log1p(-stake), np.log(stake) + evidence).sum() for stake in _STAKES]
    return float(np.logaddexp.reduce(staked) - np.log(len(_STAKES)))


def _of_groups(counts: np.ndarray, group: np.ndarray, sizes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Return the logarithm of each group's e-value."""
    from scipy.special import gammaln

    # Multinomial: S! / (∏ y! kˢ).
    chance = gammaln(totals + 1) - totals * np.log(sizes) - np.bincount(group, gammaln(counts + 1.0))
    mean = np.ceil(totals / sizes)
    found = []
    for room in range(_ROOM):
        slots = mean + room
        of_each = slots[group]
        fits = np.bincount(group, counts > of_each) == 0
        ways = np.bincount(group, _log_choose(of_each, np.minimum(counts, of_each)))
        dealt = ways - _log_choose(slots * sizes, totals)
        found.append(np.where(fits, dealt, -np.inf) - (room + 1) * np.log(2))
    return np.asarray(np.logaddexp.reduce(found, axis=0) - chance)


def _log_choose(of: np.ndarray, many: np.ndarray) -> np.ndarray:
    from scipy.special import gammaln

    return np.asarray(gammaln(of + 1.0) - gammaln(many + 1.0) - gammaln(of - many + 1.0))
