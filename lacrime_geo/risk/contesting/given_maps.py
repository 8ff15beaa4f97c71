"""Maps of the user's own as predictors: a surface, cells, polygons with a value, or a function of what was known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import numpy as np

from ... import checks
from ...features import Features, as_features
from ...overlay import polygon_of
from ...results import Cells, Shapes, Surface, as_surface
from ..events import History
from ..predicting.plain_predictors import days_used, scaled_to
from ..predicting.predictors import Predictor, Rates
from ..units import Units

RASTERS = (".tif", ".tiff")
USUAL = "risk"
# A map that says nothing of most places is of another region.
_LEAST_COVERED = 0.5


class GivenMap(Predictor):
    """Rank places by a map that is the same at all origins.

    It is read at the centre of each unit. Its values tell no number of incidents: they are scaled to sum to what was
    known, raised to 0 where some are below. A unit that it does not cover is ranked with its lowest.

    Parameters
    ----------
    values : of each unit (n,), NaN where the map does not cover it.
    units : the places.
    label : what the map is called.
    made_of : the last day of which it knows, None where it does not tell.
    """

    def __init__(self, values: np.ndarray, units: Units, label: str, made_of: np.datetime64 | None) -> None:
        self.name, self.made_of = label, made_of
        self.uncovered = int(np.isnan(values).sum())
        if self.uncovered > (1 - _LEAST_COVERED) * values.size:
            raise ValueError(
                f"The map {label!r} says nothing of {self.uncovered:,} of {values.size:,} units; give one of the whole study "
                "area, or a boundary that fits it."
            )
        self.weight = above_zero(values) * units.area

    def fit(self, history: History) -> Rates:
        """Scale the map to what is known."""
        return _scaled(self.weight, history)


class GivenFunction(Predictor):
    """Rank places by what a function makes of what was known.

    Parameters
    ----------
    function : of a History, returning a number for each unit (n,): incidents expected, or any score that rises with them.
    label : what it is called.
    """

    def __init__(self, function: Callable[[History], Any], label: str) -> None:
        self.name, self.function = label, function

    def fit(self, history: History) -> Rates:
        """Ask the function, and scale what it says to what is known.

        Raises
        ------
        ValueError
            If it does not return a number for each unit.
        """
        values = checks.numbers(f"what {self.name!r} returns", self.function(history), history.units.size)
        return _scaled(above_zero(values), history)


def above_zero(values: np.ndarray) -> np.ndarray:
    """Return values in their order with none below 0; those that are NaN stand with the lowest.

    >>> above_zero(np.array([-1.0, 2.0, np.nan])).tolist()
    [0.0, 3.0, 0.0]
    """
    lowest = float(np.nanmin(values)) if values.size else 0.0
    raised = np.asarray(values, dtype=float) - min(lowest, 0.0)
    return np.where(np.isnan(raised), lowest - min(lowest, 0.0), raised)


def given_map(thing: Any, units: Units, label: str | None = None, column: str | None = None) -> GivenMap:
    """Return a map as a predictor.

    Parameters
    ----------
    thing : Surface or path of a GeoTIFF; Cells, Marks, Shapes, Features, GeoDataFrame or path of polygons with a column.
    units : the places.
    label : what it is called. Default: its own name.
    column : of polygons, which one ranks them. Default: `risk`, or the only one of numbers.

    Raises
    ------
    ValueError
        If it is in another CRS, its column is not named, or it covers less than half of the units.
    """
    if isinstance(thing, (str, os.PathLike)) and Path(thing).suffix.lower() in RASTERS:
        thing = as_surface(thing)
    if isinstance(thing, Surface):
        values = _on_grid(thing.grid, thing.values.ravel(), units, thing.label)
        return GivenMap(values, units, label or kind_of(thing.label), last_day_of(thing))
    if isinstance(thing, Cells):
        held = np.full(thing.grid.size, np.nan)
        held[thing.cell] = numbers_or_nan(named_column(thing.columns, column, thing.label), thing.cell.size)
        return GivenMap(
            _on_grid(thing.grid, held, units, thing.label), units, label or kind_of(thing.label), last_day_of(thing)
        )
    features = _polygons(thing, units)
    known = numbers_or_nan(named_column(features.source, column, features.label), features.size)
    at = polygon_of(features, units.x, units.y)
    values = np.where(at >= 0, known[at], np.nan)
    return GivenMap(values, units, label or kind_of(features.label), last_day_of(features))


def kind_of(label: str) -> str:
    """Return what a map's title says of its kind, without its period and numbers.

    >>> kind_of("Density (480 m) · burglary · Sep 2023 · n = 1,287")
    'Density (480 m)'
    """
    return label.partition(" · ")[0]


def last_day_of(thing: Any) -> np.datetime64 | None:
    """Return the last day of which a result knows, as its parameters tell; None where they do not.

    >>> str(last_day_of(type("Map", (), {"parameters": {"period": "2023-09-01 to 2023-09-30"}})()))
    '2023-09-30'
    """
    kept = getattr(thing, "parameters", None) or {}
    if kept.get("origin"):
        # Made of what was known before its origin, whatever the file held.
        return _day(kept["origin"], before=1)
    period = str(kept.get("period") or "")
    return _day(period.rpartition(" to ")[2]) if " to " in period else None


def _day(text: Any, before: int = 0) -> np.datetime64 | None:
    try:
        day: np.datetime64 = np.datetime64(str(text)[:10], "D") - np.timedelta64(before, "D")
    except ValueError:
        return None
    return None if np.isnat(day) else day


def numbers_or_nan(values: Any, rows: int) -> np.ndarray:
    """Return a column as floats (rows,), NaN where a number is missing or infinite."""
    found = np.asarray(checks.column_values(values, rows), dtype=object)
    try:
        column = np.array([np.nan if value is None else value for value in found], dtype=float)
    except (TypeError, ValueError):
        other = next((value for value in found if isinstance(value, str)), found[0])
        raise TypeError(
            f"A map is ranked by a column of numbers, and this one holds {other!r}; name another."
        ) from None
    return np.where(np.isfinite(column), column, np.nan)


def _scaled(values: np.ndarray, history: History) -> Rates:
    days = days_used(history)
    return Rates(scaled_to(values, history.counts(days).sum() / days), {"scaled to": "what was known"})


def _on_grid(grid: Any, values: np.ndarray, units: Units, label: str) -> np.ndarray:
    if grid.crs != units.crs:
        raise ValueError(
            f"The map {label!r} is in {grid.crs} and the incidents in {units.crs}; project one to the other."
        )
    cell = grid.index(units.x.copy(), units.y.copy())
    return np.where(cell >= 0, values[cell], np.nan)


def _polygons(thing: Any, units: Units) -> Features:
    if isinstance(thing, Shapes):
        thing = Features(list(thing.wkb), thing.crs, thing.columns, thing.label, thing.parameters)
    features = as_features(thing, crs=units.crs)
    if not features.are_polygons:
        raise ValueError(
            f"The map {features.label!r} holds no polygons; give a surface, cells, or polygons with a value."
        )
    return features


def named_column(source: Any, name: str | None, label: str) -> Any:
    """Return the column that ranks places: named, or the only one that can be meant."""
    if name is not None:
        return checks.column(source, name)
    names = [str(key) for key in (() if source is None else source)]
    numeric = [key for key in names if getattr(getattr(source[key], "dtype", None), "kind", "O") in "iufb"]
    if USUAL in names or len(numeric) == 1:
        return source[USUAL if USUAL in names else numeric[0]]
    raise ValueError(
        f"Which column of the map {label!r} ranks its places? Give (map, 'column'); the columns of numbers are "
        f"{checks.listed(numeric)}."
    )
