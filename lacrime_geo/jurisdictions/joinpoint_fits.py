"""Series of counts as pieces of exponential growth: quasi-Poisson fits with joinpoints, and how many there are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .joinpoint_search import Weighted, hinges, placements, without_line

# Placements that are best by least squares and are fitted by likelihood; least squares are asked so often.
FITTED, ROUNDS = 60, 2
STEPS, CLOSE = 40, 1e-10
# Means below that, of series that begin or end with zeros, would leave float64.
LEAST_MEAN = 1e-8


class Fit(NamedTuple):
    """Hold a fit with k joinpoints.

    Parameters
    ----------
    joinpoint : the years at which the slope changes (k,).
    beta : log rate in the first year, first slope, changes of slope (k + 2,).
    covariance : of these (k + 2, k + 2), by the dispersion; the joinpoints are taken as known.
    mean : expected counts (n,).
    deviance : of the counts.
    dispersion : variance of counts over their mean, 1 at least.
    freedom : observations less parameters, joinpoints among them.
    """

    joinpoint: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray
    mean: np.ndarray
    deviance: float
    dispersion: float
    freedom: int

    @property
    def joinpoints(self) -> int:
        """How many there are."""
        return self.joinpoint.size

    def slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the slopes of the log rate in each segment (k + 1,) and their covariance."""
        turn = np.tril(np.ones((self.joinpoints + 1, self.joinpoints + 1)))
        return turn @ self.beta[1:], turn @ self.covariance[1:, 1:] @ turn.T


class Observed(NamedTuple):
    """Hold what is known of an agency: years (n,), crimes (n,) and populations (n,)."""

    year: np.ndarray
    crimes: np.ndarray
    population: np.ndarray


def best_fits(series: Observed, most: int) -> list[Fit]:
    """Return for 0, 1, … joinpoints the fit of the least deviance over all placements."""
    fits: list[Fit] = []
    mean = series.crimes + 0.5
    for joinpoints in range(most + 1):
        if not len(placements(series.year.size, joinpoints)):
            break
        found = None
        for _ in range(ROUNDS if joinpoints else 1):
            fit = _fitted(series, _promising(series, joinpoints, mean))
            found = fit if found is None or fit.deviance < found.deviance else found
            mean = np.maximum(found.mean, LEAST_MEAN)
        assert found is not None
        fits.append(found)
    return fits


def _promising(series: Observed, joinpoints: int, mean: np.ndarray) -> np.ndarray:
    """Return the years (m, k) of the placements that are best by least squares around some means."""
    every = placements(series.year.size, joinpoints)
    if len(every) > FITTED:
        # One of Fisher's steps from these means: least squares of the working values.
        working = np.log(mean / series.population) + (series.crimes - mean) / mean
        left = without_line(series.year, mean, working[:, None])
        gained = Weighted.of(series.year, mean).explained(left, joinpoints)[:, 0]
        every = every[np.argpartition(-gained, FITTED)[:FITTED]]
    return np.asarray(series.year[every])


def _fitted(series: Observed, joinpoint: np.ndarray) -> Fit:
    """Return the Poisson fit of the least deviance among placements (m, k) of joinpoints."""
    fits, k = len(joinpoint), joinpoint.shape[1]
    first = series.year[0]
    line = np.column_stack([np.ones(series.year.size), series.year - first])
    design = np.concatenate([np.broadcast_to(line, (fits, *line.shape)), hinges(series.year, joinpoint)], axis=2)
    beta, mean, deviance = poisson_fits(series.crimes, np.log(series.population), design)
    best = int(np.argmin(deviance))
    freedom = series.year.size - 2 * (k + 1)
    pearson = float(((series.crimes - mean[best]) ** 2 / mean[best]).sum())
    dispersion = max(pearson / freedom, 1.0) if freedom > 0 else np.nan
    information = (design[best] * mean[best][:, None]).T @ design[best]
    covariance = dispersion * np.linalg.pinv(information, hermitian=True)
    return Fit(joinpoint[best], beta[best], covariance, mean[best], float(deviance[best]), dispersion, freedom)


def poisson_fits(
    count: np.ndarray, offset: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficients (m, p), means (m, n) and deviances (m,) of Poisson regressions on designs (m, n, p), by scoring."""
    from scipy.special import xlogy

    scale = np.abs(design).max(axis=(0, 1))
    scaled = design / scale
    mean = np.broadcast_to(count + 0.5, design.shape[:2])
    beta = np.zeros((len(design), design.shape[2]))
    for _ in range(STEPS):
        working = np.log(mean) - offset + (count - mean) / mean
        weighted = scaled * mean[..., None]
        information = np.swapaxes(weighted, 1, 2) @ scaled
        information += 1e-12 * np.trace(information, axis1=1, axis2=2)[:, None, None] * np.eye(beta.shape[1])
        after = np.linalg.solve(information, np.swapaxes(weighted, 1, 2) @ working[..., None])[..., 0]
        moved = np.abs(after - beta).max()
        beta = after
        mean = np.maximum(np.exp(np.minimum((scaled @ beta[..., None])[..., 0] + offset, 50.0)), LEAST_MEAN)
        if moved <= CLOSE:
            break
    deviance = 2 * (xlogy(count, count / mean) - (count - mean)).sum(axis=1)
    return beta / scale, mean, deviance


def criterion(fit: Fit) -> float:
    """Return BIC: twice the negative quasi-likelihood at its dispersion, of 1 at least, and log n for each parameter.

    A fit with k joinpoints has 2 (k + 1) parameters: joinpoints, slopes and a level.
    """
    years = fit.mean.size
    dispersion = max(fit.deviance / years, 1.0)
    return (
        years * float(np.log(dispersion)) + fit.deviance / dispersion + 2 * (fit.joinpoints + 1) * float(np.log(years))
    )


def permutation_p(series: Observed, fewer: Fit, seed: np.random.SeedSequence, runs: int) -> float:
    """Return p that one more joinpoint than in a fit explains only chance: residuals of that fit are put in other orders.

    Kim, Fay, Feuer & Midthune 2000: log rates by least squares, weighted by the means of the fit; both the fit with fewer and
    that with one more search all placements again in each order.
    """
    weight = np.maximum(fewer.mean, LEAST_MEAN)
    # Residuals of the counts over their standard deviations, which are alike in all years.
    residual = (series.crimes - fewer.mean) / np.sqrt(weight)
    random = np.random.default_rng(seed)
    orders = np.column_stack([residual, *(random.permutation(residual) for _ in range(runs))])
    values = np.log(weight / series.population)[:, None] + orders / np.sqrt(weight)[:, None]
    searched = Weighted.of(series.year, weight)
    left = without_line(series.year, weight, values)
    squares = (weight[:, None] * left**2).sum(axis=0)
    of_fewer = squares - searched.most_explained(left, fewer.joinpoints)
    of_more = squares - searched.most_explained(left, fewer.joinpoints + 1)
    gain = of_fewer / np.maximum(of_more, 1e-12 * squares)
    return float((1 + (gain[1:] >= gain[0] * (1 - 1e-12)).sum()) / (runs + 1))
