"""Incidents counted in areas: what statistics on areas take in place of a column of numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .beginning import begin, read_first
from .features import Features, as_features
from .incidents import Incidents, as_incidents
from .overlay import polygon_by_place
from .parameters import Parameters, in_plain_words, incidents_that
from .partitioned import Partitioned, recognised
from .progress import Progress


class InAreas(NamedTuple):
    """The areas, the columns of what each holds, that which is analysed last, and the record of how it was counted."""

    areas: Features
    columns: dict[str, np.ndarray]
    parameters: Parameters

    @property
    def values(self) -> np.ndarray:
        """What is analysed of the areas (n,): the sums of weights, or the counts."""
        return list(self.columns.values())[-1]

    @classmethod
    def of(cls, features: Any, incidents: Any, progress: Progress = None) -> InAreas:
        """Count incidents, or sum their weights, in polygons; what is a frame is brought to the CRS of the other."""
        reading, looking = read_first(incidents, progress)
        areas, incidents = _in_one_crs(features, incidents)
        if not areas.are_polygons:
            raise ValueError(
                f"Incidents are counted in polygons, and {areas.label!r} has none; give a polygon layer, or name a column."
            )
        everything, placed, parameters = begin(incidents, None, collapses=True, progress=reading)
        unit = polygon_by_place(areas, placed.easting, placed.northing, looking)
        outside = placed.number_of(unit < 0)
        if outside == placed.number:
            raise ValueError(
                f"None of the {placed.number:,} incidents of {placed.label!r} stands in {areas.label!r}; check that they are of "
                "the same area and that both CRS are right."
            )
        words = incidents_that(outside, "stands in no area and is left out", "stand in no area and are left out")
        parameters.note("outside", outside, words)
        columns = {"count": _sums(unit, placed.frequency, areas.size)}
        if placed.weight is not None:
            columns["weight_sum"] = _sums(unit, placed.total_weight, areas.size)
        what = in_plain_words(everything.selection.get("category", "incidents"))
        parameters["value"] = f"{'' if placed.weight is None else 'weight of '}{what} in {areas.label}"
        return cls(areas, columns, parameters)


def are_incidents(value: Any) -> bool:
    """Tell whether a value is incidents, to be counted in areas, and no column of numbers."""
    holds = isinstance(getattr(value, "features", None), Incidents)
    return (
        isinstance(value, (Incidents, Partitioned)) or holds or (hasattr(value, "geometry") and hasattr(value, "crs"))
    )


def _in_one_crs(features: Any, incidents: Any) -> tuple[Features, Incidents | Partitioned]:
    """Return areas and incidents in one CRS: a frame is brought to that of the other, areas first."""
    incidents = recognised(incidents)
    if hasattr(incidents, "geometry"):
        areas = as_features(features)
        return areas, as_incidents(incidents, crs=areas.crs)
    known = incidents if isinstance(incidents, Partitioned) else as_incidents(incidents)
    return as_features(features, crs=known.crs), known


def _sums(unit: np.ndarray, times: np.ndarray | None, units: int) -> np.ndarray:
    """Return the sums of what rows add, 1 each by default, over those that stand in each unit; whole where these are."""
    inside = unit >= 0
    sums = np.bincount(unit[inside], None if times is None else times[inside], units)
    return sums if times is None else sums.astype(times.dtype)
