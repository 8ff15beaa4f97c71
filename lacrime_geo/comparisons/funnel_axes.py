"""The axes of a funnel: residents, from 0 on or by powers of ten, and rates, cut where single places would squeeze all others."""

from __future__ import annotations

import numpy as np

from ..chart_axes import COUNT, NUMBER, Axis, axis_of
from ..parameters import in_words

# A largest population beyond so many medians needs powers of ten.
FAR = 8.0
# A largest rate beyond so many times that below which nearly all lie is drawn at the edge.
CUT, NEARLY_ALL = 1.5, 0.98


class PowersOfTen(Axis):
    """An axis of logarithms to the base of ten, whose ticks are told as numbers."""

    def along(self, values: np.ndarray) -> np.ndarray:
        """Return how far along the axis values are, from 0 to 1."""
        return (np.log10(np.asarray(values)) - self.first) / (self.last - self.first)

    def words(self, tick: float) -> str:
        """Write a tick's value."""
        return in_words(tick)


def population_axis(population: np.ndarray) -> Axis:
    """Return an axis of populations above 0.

    >>> population_axis(np.array([2e4, 3e4, 4e6])).ticks.tolist()
    [20000.0, 50000.0, 100000.0, 200000.0, 500000.0, 1000000.0, 2000000.0]
    """
    if population.max() <= FAR * np.median(population):
        return axis_of(population, COUNT)
    low, high = np.log10(population.min()) - 0.05, np.log10(population.max()) + 0.05
    steps = np.array([10.0**power * step for power in range(int(np.floor(low)), int(high) + 2) for step in (1, 2, 5)])
    ticks = steps[(np.log10(steps) >= low - 0.12) & (np.log10(steps) <= high + 0.02)]
    ticks = ticks if ticks.size <= 10 else ticks[np.isclose(np.log10(ticks) % 1, 0)]
    first, last = min(low, float(np.log10(ticks[0]))), max(high, float(np.log10(ticks[-1])))
    return PowersOfTen(first, last, ticks, NUMBER)


def populations_along(axis: Axis, steps: int) -> np.ndarray:
    """Return populations (steps,) from one end of such an axis to the other, without 0."""
    places = axis.first + np.linspace(0.0, 1.0, steps + 1)[1:] * (axis.last - axis.first)
    return 10.0**places if isinstance(axis, PowersOfTen) else places


def rate_axis(rate: np.ndarray, limits: np.ndarray) -> Axis:
    """Return an axis of rates from 0 on, cut above nearly all of them where a few are far beyond; limits (m,) are on it."""
    most = max(float(np.quantile(rate, NEARLY_ALL)) * CUT, float(limits.max()) * 1.05)
    return axis_of(np.array([0.0, min(float(rate.max()) * 1.05, most)]), COUNT)
