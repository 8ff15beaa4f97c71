"""Two ways to draw rows: in proportion, and in proportion with an exact total."""

import numpy as np


def pick(rng, shares, size):
    """Draw names in proportion to their shares."""
    shares_of = np.array(list(shares.values()), dtype=float)
    return np.array(list(shares))[rng.choice(len(shares_of), size, p=shares_of / shares_of.sum())]


def choose_exactly(rng, share, readiness):
    """Mask of exactly this share of rows, drawn without replacement in proportion to their readiness."""
    score = np.log(readiness) - np.log(-np.log(rng.random(readiness.size)))
    mask = np.zeros(readiness.size, dtype=bool)
    mask[np.argsort(-score, kind="stable")[: round(share * readiness.size)]] = True
    return mask
