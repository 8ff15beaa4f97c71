"""What two periods were exposed to: their days, a number of something, or what stands in each cell times their days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import checks
from .counted_cells import CountedCells
from .incidents import as_incidents
from .parameters import Parameters
from .periods import Periods


@dataclass(frozen=True)
class Exposures:
    """Exposure of every cell (n,) in both periods, in one unit, and what that unit is called after "per"."""

    before: np.ndarray
    after: np.ndarray
    unit: str
    of_cells: bool

    @classmethod
    def of(cls, cells: CountedCells, periods: Periods, before: Any, after: Any, parameters: Parameters) -> Exposures:
        """Return them from what a caller gave: nothing, two numbers, or two layers of points."""
        if (before is None) != (after is None):
            given, lacking = ("before", "after") if after is None else ("after", "before")
            raise ValueError(
                f"exposure_{given} is given and exposure_{lacking} is not; a change of rates needs both, in one unit."
            )
        everywhere = np.ones(cells.count.size)
        if before is None:
            earlier, later = periods.days
            return cls(everywhere * earlier, everywhere * later, "day", False)
        numbers = [isinstance(value, (int, float, np.number)) for value in (before, after)]
        if all(numbers):
            earlier, later = (
                checks.positive(name, value, "units of exposure")
                for name, value in (("exposure_before", before), ("exposure_after", after))
            )
            parameters.update(exposure_before=earlier, exposure_after=later)
            return cls(everywhere * earlier, everywhere * later, "unit of exposure", False)
        if any(numbers):
            raise ValueError("exposure_before and exposure_after are a number and a layer; give two of the same kind.")
        sums = [_in_cells(cells, layer, periods) for layer in (before, after)]
        parameters.update(exposure_before=float(sums[0].sum()), exposure_after=float(sums[1].sum()))
        return cls(sums[0] * periods.days[0], sums[1] * periods.days[1], "day and unit of exposure", True)

    @property
    def known(self) -> np.ndarray:
        """Which cells are exposed in both periods."""
        return np.asarray((self.before > 0) & (self.after > 0))

    @property
    def after_share(self) -> np.ndarray:
        """The later period's share of each cell's exposure, a half where it has none."""
        known = self.known
        share = np.full(self.before.size, 0.5)
        share[known] = self.after[known] / (self.before + self.after)[known]
        return share

    def totals(self) -> tuple[float, float]:
        """Return the exposure of both periods in all, as one would count it: not cell by cell where all are alike."""
        gather = np.sum if self.of_cells else np.max
        return float(gather(self.before)), float(gather(self.after))

    def note_unknown(self, count: np.ndarray, parameters: Parameters) -> None:
        """Say how many incidents are in cells without any exposure in a period."""
        held = ~self.known & (count > 0)
        if held.any():
            parameters.warn(
                f"{int(held.sum()):,} cells with {int(count[held].sum()):,} incidents have no exposure in one period or both: "
                "they have no rate and are not tested. Check that the layers of exposure cover the study area."
            )


def _in_cells(cells: CountedCells, layer: Any, periods: Periods) -> np.ndarray:
    """Return the sum of a layer's points in each cell."""
    points = as_incidents(layer, crs=periods.before.crs).located()
    cell = cells.grid.index_within(cells.universe, points.easting, points.northing)
    sums = np.asarray(cells.grid.total(cell, points.weight)[cells.universe], dtype=float)
    if not sums.any():
        raise ValueError(
            f"None of the {points.size:,} points of {points.label!r} stands in the study area, so nothing is exposed there."
        )
    return sums
