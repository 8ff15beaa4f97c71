"""Whether one forecast is better than another beyond chance: Diebold and Mariano's test over origins."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks


class DieboldMariano(NamedTuple):
    """Hold the mean difference of losses (below 0: the first is better), the statistic, its two-sided p, and the origins."""

    difference: float
    statistic: float
    p: float
    origins: int


def diebold_mariano(losses: Any, others: Any, *, overlap: int = 1, cautious: bool = False) -> DieboldMariano:
    """Test whether two forecasts have the same loss, pooled over all series and clustered by origin.

    Parameters
    ----------
    losses, others : of two forecasts (origins, ...), such as absolute errors (origins, series, horizon).
    overlap : how many origins in a row share steps that are forecast: the horizon, where origins are one step apart.
    cautious : whether p is to be no smaller than chance makes it, of few origins that overlap as well; for decisions.

    Returns
    -------
    DieboldMariano
        NaN where there are fewer than three origins, half of them or more overlap in a row, or the difference is the same at
        all.

    Notes
    -----
    Series of one origin share their surprises, so an origin is one observation: the mean d of its differences. The variance
    of their mean is (γ₀ + 2 Σ γₖ) / n over lags below the overlap (Diebold & Mariano 1995), γ₀ / n where that is not above
    0; the statistic times √((n + 1 − 2h + h(h − 1)/n) / n) is held against Student's t of n − 1 degrees of freedom (Harvey,
    Leybourne & Newbold 1997, equation 9). Of few origins that overlap p is still too small: of 8 with an overlap of 3 it falls
    below .05 in some 16 of 100 comparisons of equals, of 24 in some 8. Where half of the origins overlap nothing is left to
    tell chance from skill. `cautious` takes γ₀ for the least variance and
    (n - 1) / h degrees of freedom, as n origins of which h overlap are hardly more than n / h that do not; p is then below .05 in
    5 to 7 of 100 where the losses of h steps are sums of independent ones, and in fewer of models that are fitted at each origin.

    References
    ----------
    Diebold & Mariano (1995), Journal of Business & Economic Statistics 13: 253-263. Harvey, Leybourne & Newbold (1997),
    International Journal of Forecasting 13: 281-291.

    Examples
    --------
    >>> found = diebold_mariano([1.0, 2.0, 3.0, 2.0], [2.0, 4.0, 4.0, 4.0])
    >>> round(found.difference, 2), round(found.statistic, 3)
    (-1.5, -5.196)
    """
    from scipy.special import stdtr

    checks.whole("overlap", overlap)
    first, second = np.asarray(losses, dtype=float), np.asarray(others, dtype=float)
    if first.shape != second.shape or not first.size:
        raise ValueError(
            f"The losses have the shapes {first.shape} and {second.shape}; give those of the same forecasts."
        )
    by_origin = (first - second).reshape(first.shape[0], -1).mean(axis=1)
    size, mean = by_origin.size, float(by_origin.mean())
    variance = _variance(by_origin - mean, min(overlap, size - 1), cautious)
    if size < 3 or 2 * overlap >= size or not variance > 0:
        return DieboldMariano(mean, np.nan, np.nan, size)
    lags = min(overlap, size - 1)
    small = max((size + 1 - 2 * lags + lags * (lags - 1) / size) / size, 0.0)
    statistic = mean / np.sqrt(variance / size) * np.sqrt(small)
    freedom = (size - 1) / max(lags, 1) if cautious else size - 1
    return DieboldMariano(mean, float(statistic), float(2 * stdtr(freedom, -abs(statistic))), size)


def _variance(centred: np.ndarray, lags: int, cautious: bool) -> float:
    """Return the long-run variance by autocovariances of fewer than some lags; without them where it is 0 or less.

    The cautious one goes without them where they make it less.
    """
    size = centred.size
    covariances = [float(centred[lag:] @ centred[: size - lag]) / size for lag in range(max(lags, 1))]
    # What rounding leaves of equal differences is no variance.
    if covariances[0] <= 1e-24 * max(1.0, float(np.abs(centred).max()) ** 2):
        return 0.0
    whole = covariances[0] + 2 * sum(covariances[1:])
    return whole if whole > (covariances[0] if cautious else 0) else covariances[0]
