"""R's package surveillance: its bounds of weekly counts that are written here by a generator of their own."""

from __future__ import annotations

import numpy as np


def written(level: float, season: float, trend: float, spread: float, seed: int, weeks: int = 416) -> np.ndarray:
    """Return counts of weeks (weeks,) by a generator of its own, the same for all time, with two outbreaks."""
    state, found = seed, []
    for week in range(weeks):
        total = 0.0
        for _ in range(12):
            state = (1103515245 * state + 12345) % 2**31
            total += state / 2**31
        mean = level * np.exp(season * np.sin(2 * np.pi * week / 52) + trend * week / 52)
        found.append(max(round(mean + spread * np.sqrt(mean) * (total - 6.0)), 0))
    counts = np.array(found, dtype=float)
    counts[300:303] *= 4
    counts[400:402] *= 3
    return counts


WEEKS = range(380, 416, 6)
# surveillance 1.20.3 on R 4.2.2, farringtonFlexible(b = 5, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26, reweight, 2.58,
# thresholdMethod = "nbPlugin", alpha = 0.01) of sts(frequency = 52): upper bound, expected, phi of weeks 380, 386, … 410.
# Of the series without a trend with trend = FALSE: the package overwrites the weights of its model before it tests the
# trend, so that its p is of another dispersion and nearly every trend is kept.
IN_R = {
    (40, 0.4, 0.12, 1.6, 4): (
        [184, 168, 134, 118, 112, 118],
        [134.17821, 118.85804, 90.81406, 77.99981, 73.2853, 77.78307],
        [2.95258, 3.18017, 3.09282, 3.08904, 3.0294, 3.07786],
    ),
    (150, 0.2, -0.1, 2, 5): (
        [144, 132, 117, 109, 106, 105],
        [94.16874, 83.58793, 71.36732, 65.19054, 62.55178, 61.35845],
        [3.94987, 4.06256, 4.16584, 4.20473, 4.23362, 4.37227],
    ),
    (8, 0.5, 0.15, 1, 6): (
        [53, 45, 36, 30, 30, 33],
        [37.11731, 30.32549, 22.95526, 17.848, 17.96825, 20.06846],
        [1.15501, 1.2061, 1.15193, 1.18751, 1.17796, 1.21433],
    ),
    (12, 0.3, 0.0, 1.2, 3): (
        [28, 25, 21, 18, 18, 22],
        [15.91429, 13.08571, 10.42857, 8.4, 8.66094, 10.45714],
        [1.44844, 1.45605, 1.44082, 1.4294, 1.49637, 1.59926],
    ),
}
