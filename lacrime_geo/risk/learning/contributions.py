"""What each group of features adds to the incidents expected in a place, and how much the prediction rests on it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...progress import Progress, advance
from .learners import Model
from .tuning import log_likelihood

_SAME = 1e-6
REPEATS = 3


def columns_of(names: tuple[str, ...], groups: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Return the numbers of the columns of each group, in the order of their first one.

    >>> {group: found.tolist() for group, found in columns_of(("a", "b", "c"), {"a": "x", "b": "y", "c": "x"}).items()}
    {'x': [0, 2], 'y': [1]}
    """
    found: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(groups[name], []).append(number)
    return {group: np.array(numbers) for group, numbers in found.items()}


def of_linear(model: Model, values: np.ndarray, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return how many incidents each group adds (n,), compared with a place of average columns: exact, without a rest.

    The score of a linear model is a sum, so that of each group is known. What a place has more than the average place is
    parted as the scores are: a step of the score is worth the slope of the line between both places' expectations (as the
    logarithmic mean of Ang 2004, Energy Policy 32: 1131-1139, where the expectation is an exponential).
    """
    weights = np.ravel(model.estimator.coef_)
    scaled, level = model.columns(values), np.ravel(model.estimator.intercept_)
    parts = {group: scaled[:, chosen] @ weights[chosen] for group, chosen in columns.items()}
    step = np.sum(list(parts.values()), axis=0)
    above = model.link.expected(level + step) - model.link.expected(level)
    # Where both places score alike, the line is as steep as the curve.
    same = np.abs(step) < _SAME
    curve = (model.link.expected(level + _SAME) - model.link.expected(level)) / _SAME
    slope = np.where(same, curve, above / np.where(same, 1.0, step))
    return {group: part * slope for group, part in parts.items()}


def by_occlusion(model: Model, values: np.ndarray, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return how many incidents each group adds (n,), compared with a place of median columns.

    A group is hidden: its columns take the median of all places (n, k), and what is then expected less it adds. As trees look
    at several columns together, this does not sum to what the place has more than one whose columns are all the median: the
    rest is given to the groups by the size of what each adds, and to all alike where none adds anything.
    """
    usual = np.median(values, axis=0)
    expected = model.expected(values)
    adds = [expected - model.expected(_hidden(values, chosen, usual)) for chosen in columns.values()]
    rest = expected - model.expected(usual[None]) - np.sum(adds, axis=0)
    size = np.abs(adds)
    whole = size.sum(axis=0)
    parts = np.where(whole > 0, size / np.where(whole > 0, whole, 1.0), 1 / len(adds))
    return {group: added + rest * part for group, added, part in zip(columns, adds, parts)}


def fall_without(
    model: Model,
    values: np.ndarray,
    came: np.ndarray,
    columns: Mapping[str, np.ndarray],
    seed: int,
    progress: Progress = None,
) -> dict[str, float]:
    """Return how far the log-likelihood per incident falls where a group of features is shuffled among places.

    Parameters
    ----------
    model : learned of earlier origins.
    values, came : features (n, k) and counts (n,) of a later one.
    columns : of each group; they are shuffled together.
    seed : of the shuffles; the mean of three is returned.
    progress : function of a fraction, returning False to stop.

    References
    ----------
    Breiman (2001), Machine Learning 45: 5-32, section 10, here by groups.
    """
    before = log_likelihood(model.expected(values), came)
    draw, falls = np.random.default_rng(seed), {}
    for number, (group, chosen) in enumerate(columns.items()):
        advance(progress, number / len(columns))
        after = []
        for _ in range(REPEATS):
            shuffled = values.copy()
            shuffled[:, chosen] = values[draw.permutation(len(values))][:, chosen]
            after.append(log_likelihood(model.expected(shuffled), came))
        falls[group] = before - float(np.mean(after))
    return falls


def _hidden(values: np.ndarray, chosen: np.ndarray, usual: np.ndarray) -> np.ndarray:
    hidden = values.copy()
    hidden[:, chosen] = usual[chosen]
    return hidden
