"""How much probability an interval must leave out on each side so that as many past counts lay within as it promises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .count_intervals import cumulative
from .miss_spreads import Forecast

# Steps at which the distribution counts as right, beside those seen.
TAKEN = 10.0
# As large a part of the tail that the level names, at least and at most.
LEAST, MOST = 0.02, 2.0
# Fractions of multiples of it are spread evenly (Weyl 1916); so no number is drawn.
GOLDEN = (np.sqrt(5) - 1) / 2
# Past counts that are looked at: the last ones.
MOST_PAST = 60_000


def calibrated(values: np.ndarray, past: Forecast, first: int, levels: Sequence[float]) -> dict[float, float]:
    """Return by level the probability below the interval, and above it, of the distribution of the count.

    Parameters
    ----------
    values : counts (series, steps).
    past : forecasts made after each step, with their variance as known then.
    first : the step from which on they are honest: made without later counts.
    levels : of the intervals, per cent.

    Notes
    -----
    Conformal prediction (Vovk, Gammerman & Shafer 2005) with the smaller tail probability of each past count as its score,
    pooled over series and horizons, and shrunk towards the negative binomial distribution, as if that had been right for ten
    further steps. A count of which several share a probability has a place within it, so that small counts, whose intervals
    hold more than they promise, do not make those of large ones narrow.
    """
    scores, steps = smaller_tails(values, past, first)
    found = {}
    for level in levels:
        left_out = 1 - level / 100
        share = (np.arange(scores.size) + 0.5) / max(scores.size, 1)
        both = (steps * share + TAKEN * 2 * scores) / (steps + TAKEN)
        tail = np.interp(left_out, both, scores) if scores.size else left_out / 2
        found[level] = float(np.clip(tail, LEAST * left_out / 2, min(MOST * left_out / 2, 0.5)))
    return found


def smaller_tails(values: np.ndarray, past: Forecast, first: int) -> tuple[np.ndarray, int]:
    """Return in order the smaller of the probabilities beyond each past count, and at how many steps forecasts were made."""
    found, steps = [], 0
    size = values.shape[0] * past.mean.shape[2]
    first = max(first, values.shape[1] - 1 - max(MOST_PAST // size, 1))
    for ahead in range(1, min(past.mean.shape[2], values.shape[1] - 1) + 1):
        made = slice(first, values.shape[1] - ahead)
        mean, variance, later = (
            past.mean[:, made, ahead - 1],
            past.variance[:, made, ahead - 1],
            values[:, first + ahead :],
        )
        known = np.isfinite(mean) & np.isfinite(variance)
        steps = max(steps, int(known.any(axis=0).sum()))
        found.append(_places(later[known], mean[known], variance[known]))
    every = np.concatenate(found) if found else np.empty(0)
    return np.sort(np.minimum(every, 1 - every)), steps


def _places(counts: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the place of each count in its distribution: even in 0 to 1 where the distribution is right."""
    below, upto = cumulative(counts - 1, mean, variance), cumulative(counts, mean, variance)
    return np.asarray(below + (upto - below) * (np.arange(1, counts.size + 1) * GOLDEN % 1))
