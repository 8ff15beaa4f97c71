"""How much each of several maps is to be believed: the mixture that makes what came later most likely."""

from __future__ import annotations

import numpy as np

STEPS, SETTLED = 500, 1e-10


def mixture_weights(shares: np.ndarray, came: np.ndarray, prior: np.ndarray | None = None) -> np.ndarray:
    """Return the weights of maps (k,), none negative and 1 in sum, by which their mixture makes most likely what came.

    Parameters
    ----------
    shares : what each map gives each place (k, m), none 0 in all maps where anything came.
    came : incidents that came in each place (m,), or any weights of them.
    prior : so many incidents more that each map explained before (k,). Default: none.

    Returns
    -------
    ndarray
        Σ came · log(weights @ shares) + Σ prior · log(weights) has one maximum only, which each step of EM comes nearer
        (Dempster, Laird & Rubin 1977).

    Examples
    --------
    >>> maps = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    >>> mixture_weights(maps, np.array([3.0, 0.0, 1.0])).round(3).tolist()
    [0.75, 0.25]
    """
    known = came > 0
    shares, came = shares[:, known], came[known]
    before = np.zeros(shares.shape[0]) if prior is None else prior
    weights, reached = np.full(shares.shape[0], 1 / shares.shape[0]), -np.inf
    for _ in range(STEPS):
        mixed = weights @ shares
        likelihood = float(came @ np.log(mixed))
        explained = weights * (shares @ (came / mixed)) + before
        weights = explained / explained.sum()
        if abs(likelihood - reached) <= SETTLED * abs(likelihood):
            break
        reached = likelihood
    return np.asarray(weights)
