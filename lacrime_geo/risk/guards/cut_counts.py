"""How sure it is that counts are cut off, where a feature is, as by a threshold on the counts themselves."""

from __future__ import annotations

import numpy as np

# By so many standard errors what is counted is taken to be off, to the side on which chance explains more.
_ERRORS = 3.0
# Places with more are too few of each count.
_MOST = 60


def log_evidence(counts: np.ndarray, group: np.ndarray) -> float:
    """Return how many places at least should lie beyond the cut of a group: e to minus that is the chance that none does.

    Parameters
    ----------
    counts : whole numbers (n,), none negative.
    group : the number of each one's group (n,), from 0 on, made of features alone.

    Notes
    -----
    Of Poisson counts about any rates, f(j) places have j incidents with E f(j−1) E f(j+1) ≥ E f(j)² j / (j+1), as j! f(j) are
    moments of the rates (Chao 1984, Scandinavian Journal of Statistics 11: 265-270, for j = 1). A group whose lowest or highest
    count has many places, and the next one beyond none, is cut there.
    """
    frequency = _frequencies(counts, group)
    number = np.arange(len(frequency))
    held = frequency > 0
    low, high = held.argmax(axis=1), frequency.shape[1] - 1 - held[:, ::-1].argmax(axis=1)
    below = _missing(frequency[number, low], frequency[number, np.minimum(low + 1, high)], low / (low + 1.0))
    above = _missing(frequency[number, high], frequency[number, np.maximum(high - 1, low)], high / (high + 1.0))
    below[low == 0] = 0.0
    # What has the most that is told apart may have more.
    below[low == _MOST], above[high == _MOST] = 0.0, 0.0
    # Beyond the highest: f(h+1) ≥ f(h)² h / ((h + 1) f(h−1)); of groups of one count the e-values tell.
    return float(np.where(high > low, np.maximum(below, above), 0.0).max(initial=0.0))


def _frequencies(counts: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return how many places of each group have each count (groups, counts), the highest counts together."""
    shape = int(group.max()) + 1, _MOST + 1
    flat = group * shape[1] + np.minimum(counts, _MOST).astype(np.int64)
    return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _missing(at_end: np.ndarray, within: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Return how many places at least are expected beyond an end, by how many are at it and next to it within."""
    least = np.maximum(at_end - _ERRORS * np.sqrt(at_end), 0.0)
    most = within + _ERRORS * np.sqrt(within) + _ERRORS**2
    return least**2 * ratio / most
