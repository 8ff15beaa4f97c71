"""Features with a value and with neighbours: what Gi*, local and global Moran all begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from . import checks
from .features import Features, as_features
from .incidents_in_areas import InAreas, are_incidents
from .neighbours import neighbour_matrix, without_self
from .parameters import Parameters
from .progress import Progress, advance, within
from .rate_smoothing import rates_of
from .results import with_columns

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class ValuedFeatures:
    """All features, which of them have a geometry (`known`), and of these the values and the weights of neighbours.

    Where incidents are counted in them, `counted` are the columns of how many, and which weight, each of these holds.
    """

    everything: Features
    known: np.ndarray
    values: np.ndarray
    weights: csr_matrix
    counted: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        features: Any,
        value: Any,
        neighbours: Any,
        distance_band: float | None,
        k: int | None,
        progress: Progress = None,
        parameters: Parameters | None = None,
    ) -> tuple[ValuedFeatures, Parameters]:
        """Read the features and find their neighbours; return them with the record of how, the one given carried on.

        The value is a column, or incidents that are counted in the features.
        """
        everything, value, counted, told = _given(features, value, within(progress, 0.0, 0.5))
        progress = within(progress, 0.5, 1.0) if counted else progress
        if parameters is None:
            parameters = Parameters(layer=everything.label)
        parameters.update(features=everything.size, crs=everything.crs)
        parameters["neighbours"] = neighbours if isinstance(neighbours, str) else type(neighbours).__name__
        parameters.update(told)
        known, values = _known_values(everything, value, parameters)
        advance(progress, 0.1)
        placed = Features([wkb for wkb in everything.wkb if wkb is not None], everything.crs, label=everything.label)
        finding = within(progress, 0.2, 0.9)
        weights = neighbour_matrix(placed, neighbours, distance_band, k, parameters, finding)
        advance(progress, 0.92)
        found = cls(everything, known, values, weights, {name: column[known] for name, column in counted.items()})
        islands = int((np.diff(found.others.indptr) == 0).sum())
        parameters.note("islands", islands, f"{islands:,} of {placed.size:,} features have no neighbours")
        advance(progress, 1.0)
        return found, parameters

    def per(self, denominator: Any, smoothing: str, parameters: Parameters) -> ValuedFeatures:
        """Return the same features with rates as values: the values over a denominator (a column's name or an array)."""
        parameters["denominator"] = denominator if isinstance(denominator, str) else "array"
        population = numbers_of(self.everything, denominator, "denominator")
        _refuse_negative(self.everything, population)
        return replace(self, values=rates_of(self.values, population, smoothing, parameters))

    @cached_property
    def others(self) -> csr_matrix:
        """The weights without those of features with themselves."""
        matrix = without_self(self.weights)
        matrix.eliminate_zeros()
        matrix.sort_indices()
        return matrix

    def on_all_rows(self, columns: Mapping[str, np.ndarray], missing: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return columns of the known features on every row of the input, the others with the value for missing."""
        return with_columns(self.everything.size, columns, self.known, missing)


def _given(
    features: Any, value: Any, progress: Progress
) -> tuple[Features, Any, Mapping[str, np.ndarray], Mapping[str, Any]]:
    """Return the features, their value, the columns of what was counted in them if it is incidents, and what is kept of it."""
    if not are_incidents(value):
        return as_features(features), value, {}, {"value": value if isinstance(value, str) else "array"}
    held = InAreas.of(features, value, progress)
    told = {name: kept for name, kept in held.parameters.items() if name not in ("layer", "crs")}
    return held.areas, held.values, held.columns, {**told, "incidents_layer": held.parameters["layer"]}


def _known_values(everything: Features, value: Any, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return which features have a geometry, and the values of those; raise when there are too few or one is missing."""
    known = everything.known
    if known.sum() < 3:
        raise ValueError(
            f"This needs at least 3 features with geometry; {everything.label!r} has {everything.size:,} rows, "
            f"{int(known.sum()):,} of them with geometry."
        )
    missing = everything.size - int(known.sum())
    parameters.note("without_geometry", missing, f"{missing:,} features have no geometry; their z is missing")
    return known, numbers_of(everything, value, "value")


def _refuse_negative(everything: Features, population: np.ndarray) -> None:
    """Raise when a population is negative, or all are 0; rows are counted as in the input."""
    bad = np.flatnonzero(everything.known)[population < 0]
    if bad.size:
        raise ValueError(
            f"The denominator is negative in {bad.size:,} of {everything.size:,} rows, first in row {bad[0]}; correct these rows."
        )
    if not population.any():
        raise ValueError(
            f"The denominator is 0 in all {population.size:,} rows, so there are no rates; name another column."
        )


def numbers_of(everything: Features, given: Any, role: str) -> np.ndarray:
    """Return a column (its name, or an array) of the features that have a geometry; raise when a number is missing."""
    column = checks.column(everything.source, given) if isinstance(given, str) else given
    # Rows without geometry may lack a value too; the others are checked under their own row numbers.
    values = np.where(everything.known, checks.column_values(column, everything.size, role).astype(object), 0)
    name = f"{role} {given!r}" if isinstance(given, str) else role
    return checks.numbers(name, values, everything.size)[everything.known]
