"""Bands of distance and of time: half-open, [a, b), their edges checked, and written on tables and maps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks

METRES, DAYS = "m", "days"
HALF_OPEN, CALCULATOR = "half-open", "near_repeat_calculator"
LABELS = (HALF_OPEN, CALCULATOR)
# What is nearer is on one place.
SAME_PLACE = 1.0


class Bands(NamedTuple):
    """Half-open bands between rising edges (k + 1,), of which the last may be infinite; `unit` is "m" or "days"."""

    edges: np.ndarray
    unit: str

    @property
    def low(self) -> np.ndarray:
        """The lower edge of each band, which belongs to it."""
        return self.edges[:-1]

    @property
    def high(self) -> np.ndarray:
        """The upper edge of each band, which does not belong to it."""
        return self.edges[1:]

    @property
    def closed(self) -> np.ndarray:
        """The edges (0 among them) between which pairs are counted one by one: what lies beyond is left over."""
        return np.unique(np.append(self.edges[np.isfinite(self.edges)], 0.0))

    @property
    def words(self) -> str:
        """The edges as a user gives them: "0, 1, 100, inf"."""
        return ", ".join(f"{edge:.12g}" for edge in self.edges)

    def chosen(self, counts: np.ndarray, axis: int) -> np.ndarray:
        """Return of counts in all bands, from 0 to infinity, those in these bands."""
        first = int(self.edges[0] > 0)
        return np.take(counts, np.arange(first, first + self.low.size), axis=axis)

    def labels(self, kind: str) -> list[str]:
        """Return what each band is called: as the half-open band that it is, or as the Near Repeat Calculator calls it.

        >>> Bands(np.array([0.0, 1, 100, 200, np.inf]), METRES).labels(HALF_OPEN)
        ['[0, 1) m', '[1, 100) m', '[100, 200) m', '[200, inf) m']
        >>> Bands(np.array([0.0, 1, 100, 200, np.inf]), METRES).labels(CALCULATOR)
        ['Same location', '1 to 100 meters', '101 to 200 meters', 'More than 200 meters']
        >>> Bands(np.array([0.0, 7, 14, np.inf]), DAYS).labels(CALCULATOR)
        ['0 to 7 days', '8 to 14 days', 'More than 14 days']
        """
        pairs = zip(self.low.tolist(), self.high.tolist())
        if kind == HALF_OPEN:
            return [f"[{low:.12g}, {high:.12g}) {self.unit}" for low, high in pairs]
        return [self._of_the_calculator(low, high) for low, high in pairs]

    def _of_the_calculator(self, low: float, high: float) -> str:
        unit = "meters" if self.unit == METRES else self.unit
        if np.isinf(high):
            return f"More than {low:.12g} {unit}"
        if self.unit == METRES and high <= SAME_PLACE:
            return "Same location"
        first = low == 0 or (self.unit == METRES and low == SAME_PLACE)
        return f"{low if first else low + 1:.12g} to {high:.12g} {unit}"


def bands_given(name: str, edges: Any, unit: str) -> Bands:
    """Return bands between the edges given (two or more, rising, from 0 on, the last may be infinite); days are whole."""
    word = "metres" if unit == METRES else "days"
    try:
        values = np.asarray(edges, dtype=float)
    except (TypeError, ValueError):
        values = np.empty(0)
    if isinstance(edges, str) or values.ndim != 1 or values.size < 2:
        raise TypeError(f"{name} must be two edges or more in {word}, such as [0, 100, 200], got {edges!r}.")
    if np.isnan(values).any() or values[0] < 0 or not (values[1:] > values[:-1]).all():
        raise ValueError(f"{name} must be edges in {word} that rise, from 0 or more on, got {_listed(values)}.")
    if unit == METRES and values[-2] > checks.LONGEST:
        raise ValueError(f"{name} must be below {checks.LONGEST:g} metres, got {_listed(values)}.")
    finite = values[np.isfinite(values)]
    if unit == DAYS and (finite != np.floor(finite)).any():
        broken = finite[finite != np.floor(finite)][0]
        raise ValueError(
            f"{name} are in whole days, as times are told apart by their dates, got {broken:g}; give whole numbers."
        )
    return Bands(values, unit)


def _listed(values: np.ndarray) -> str:
    return checks.listed([f"{value:g}" for value in values])
