"""Values of areas on the polygons that share ground with them: sums that are split, and weighted means."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..features import Features
from ..polygon_grid import polygon_areas
from .shared_areas import Shared

# By which the census says that an estimate is missing.
MISSING = (-999999999.0, -888888888.0, -666666666.0, -555555555.0, -333333333.0, -222222222.0)


class Joining(NamedTuple):
    """The ground that features and areas share, and how large each of them is (m²)."""

    shared: Shared
    features_size: np.ndarray
    areas_size: np.ndarray

    @classmethod
    def of(cls, shared: Shared, features: Features, areas: Features) -> Joining:
        """Return it with the sizes of the polygons."""
        return cls(shared, polygon_areas(features), polygon_areas(areas))

    def covered(self, known: np.ndarray | None = None) -> np.ndarray:
        """Return the share (n,) of each feature's ground that lies in areas, or in those known (m,); NaN without a polygon."""
        shared = self.shared
        size = shared.size if known is None else shared.size * known[shared.area]
        return _over(np.bincount(shared.feature, size, self.features_size.size), self.features_size)

    def inside(self) -> np.ndarray:
        """Return the share (m,) of each area's ground that lies in features; NaN without a polygon."""
        total = np.bincount(self.shared.area, self.shared.size, self.areas_size.size)
        return _over(total, self.areas_size)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sums (n,) of values (m,) of the areas, each split by its ground; NaN where no known value is."""
        known = np.isfinite(values)
        part = self._parts() * np.where(known, values, 0.0)[self.shared.area]
        total = np.bincount(self.shared.feature, part, self.features_size.size)
        return np.where(self._any(known), total, np.nan)

    def means(self, values: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
        """Return the means (n,) of values (m,), weighted by the ground or by weights (m,) split by it; NaN where none is."""
        known = np.isfinite(values)
        weight = self.shared.size if weights is None else self._parts() * np.nan_to_num(weights)[self.shared.area]
        weight = weight * known[self.shared.area]
        total = np.bincount(self.shared.feature, weight, self.features_size.size)
        summed = weight * np.where(known, values, 0.0)[self.shared.area]
        return _over(np.bincount(self.shared.feature, summed, self.features_size.size), total)

    def _parts(self) -> np.ndarray:
        """Return which part of its area each pair shares."""
        return np.asarray(self.shared.size / self.areas_size[self.shared.area])

    def _any(self, known: np.ndarray) -> np.ndarray:
        return np.bincount(self.shared.feature, known[self.shared.area], self.features_size.size) > 0


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return a part of a whole, NaN of nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)
