"""The features of places at an origin, from what was known of it only, as one table with names in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Union

import numpy as np

from ...features import Features, as_features
from ...incidents import Incidents
from ..events import History
from ..guards.feature_guard import refuse_leaky_names
from ..units import Units
from .count_features import Feature, count_features
from .feature_layouts import FeatureLayout
from .place_distances import distances, numbers_within
from .place_layers import refuse_later_places

Places = Mapping[str, Union[Features, Incidents]]
_DAYS_OF_YEAR = 365.25
# So many times as far as the units reach, no place is near any of them.
_ELSEWHERE = 10
# About as far as places are felt to be near (three blocks or so); the reach of near repeats too (Bowers et al. 2004).
NEAR = 400.0


class FeatureTable(NamedTuple):
    """Hold features of places: their names, values (n, k), and the group of each name in plain words.

    `dropped` are features that the history cannot tell, with the reason.
    """

    names: tuple[str, ...]
    values: np.ndarray
    groups: dict[str, str]
    dropped: tuple[tuple[str, str], ...] = ()


def features_at(history: History, places: Places | None = None, layout: FeatureLayout | None = None) -> FeatureTable:
    """Return the features of places at an origin, each from what was known then.

    Parameters
    ----------
    history : what was known.
    places : layers of places, points or polygons in the CRS of the units, by their names.
    layout : which features. Default: all that this history can tell. Tables of several origins have the same columns by
        ``FeatureLayout.of(history, first)``, made of the last history and the first origin.

    Raises
    ------
    ValueError
        If no day is known, or a layer of places is empty, is named as one of victims or outcomes, or holds incidents that were
        not known.
    """
    if history.days < 1:
        raise ValueError(f"No day is known before {history.origin}; take a later origin.")
    chosen = FeatureLayout.of(history) if layout is None else layout
    found = [*count_features(history, chosen), *_season(history, chosen), *_distances(history, places or {})]
    values = np.column_stack([feature.values for feature in found])
    groups = {feature.name: feature.group for feature in found}
    return FeatureTable(tuple(groups), values, groups, chosen.dropped)


def _season(history: History, layout: FeatureLayout) -> list[Feature]:
    """Return the time of year as a place on a circle, alike in all places."""
    if not layout.season:
        return []
    day = (history.origin - history.origin.astype("M8[Y]")) / np.timedelta64(1, "D")
    angle = 2 * np.pi * day / _DAYS_OF_YEAR
    parts = (("season_sine", np.sin(angle)), ("season_cosine", np.cos(angle)))
    return [Feature(name, "time of year", np.full(history.units.size, part)) for name, part in parts]


def _distances(history: History, places: Places) -> Iterator[Feature]:
    """Yield how far the nearest of each layer is, and how many of its points are near: risk terrain (Caplan & Kennedy 2011)."""
    refuse_leaky_names(places)
    refuse_later_places(places, history)
    for name, layer in places.items():
        group, found = f"distance to {name}", _terrain(history.units, layer)
        _refuse_elsewhere(name, history.units, found[0])
        yield Feature(f"distance_{name}", group, found[0])
        if len(found) > 1:
            yield Feature(f"{name}_within_{NEAR:g}_m", group, found[1])


def _refuse_elsewhere(name: str, units: Units, far: np.ndarray) -> None:
    """Raise where a layer is so far (n,) from all units that it is of another region, or its CRS is wrong."""
    across = float(np.hypot(np.ptp(units.x), np.ptp(units.y)) + np.sqrt(units.area.max()))
    if far.min() > _ELSEWHERE * across:
        raise ValueError(
            f"The nearest of the places {name!r} is {far.min() / 1000:,.0f} km from all units, which are {across / 1000:,.0f} km "
            "across; check that they are of the same region and that their CRS is right."
        )


# A learner asks at many origins for what stands still.
@lru_cache(maxsize=16)
def _terrain(units: Units, layer: Features | Incidents) -> tuple[np.ndarray, ...]:
    """Return how far each unit (n,) is from the nearest of a layer, and of points how many are near."""
    far = distances(units.x, units.y, layer)
    return (far,) if as_features(layer).are_polygons else (far, numbers_within(units.x, units.y, layer, NEAR))
