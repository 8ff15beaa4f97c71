"""Columns of other polygons, such as the people of census tracts, joined to polygons by the ground that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..features import Features, as_features
from ..parameters import Parameters, in_words
from ..polygon_grid import PolygonGrid
from ..progress import Progress, advance, within
from ..results import Marks, Shapes
from ..risk.guards.refused_names import refuse_victims
from ..rows import as_rows
from ..temporal.count_series import NAME_COLUMNS
from .joined_values import MISSING, Joining
from .shared_areas import shared_areas

KINDS = ("sum", "mean")
# By which areas are known, beside what is joined of them.
NAMES = (*NAME_COLUMNS, "geoid", "geoid10", "geoid20", "tractce")
# Columns that the result has itself.
OWN = ("covered", "inside", "outside")
STYLE, SHARES_STYLE = "joined_areas", "joined_shares"
# What lies in no area up to this share of a feature is the drawing of its border.
WHOLE = 0.99
# More than this of the ground twice in the areas, and numbers of people are counted twice.
_TWICE = 1e-3
_SELF = 1e-6
EVEN = (
    "Joining by area takes what is counted as spread evenly within each area; where people live on one side of it, the "
    "split is wrong. The smaller the areas are against the features, the less that matters."
)
FALLACY = (
    "What holds of areas need not hold of the persons in them (ecological fallacy): a column joined here describes places, "
    "and says nothing of who offends or who is a victim."
)


@dataclass(frozen=True, eq=False, repr=False)
class JoinedAreas(Marks):
    """Hold joined columns on features, and how much of each area lay within them."""

    areas: Features | None = None
    inside: np.ndarray | None = None

    def shares(self) -> Shapes:
        """Return the areas with the share of each that lies `inside` the features and the share that lies `outside`.

        They keep their names and the columns joined; areas without a polygon are left out.
        """
        assert self.areas is not None and self.inside is not None
        some, rows = np.isfinite(self.inside), as_rows(self.areas)
        named = [name for name in rows.names if name.lower() in NAMES]
        kept = {
            **{name: rows.texts(name) for name in named},
            **{n: rows.numbers(n) for n in self.parameters["columns"]},
        }
        columns = {**kept, "inside": self.inside, "outside": np.maximum(1.0 - self.inside, 0.0)}
        wkb = [one for one, there in zip(self.areas.wkb, some) if there]
        shapes = PolygonGrid.of(Features(wkb, self.areas.crs)).polygons(np.arange(len(wkb)))
        label = f"{self.areas.label}: share within {self.parameters['layer']}"
        told = {name: values[some] for name, values in columns.items()}
        return Shapes(told, self.parameters, shapes, self.areas.crs, SHARES_STYLE, label)


def join_by_area(
    features: Any,
    *,
    areas: Any,
    columns: str | Sequence[str],
    kind: str = "sum",
    weigh_by: str | None = None,
    progress: Progress = None,
) -> JoinedAreas:
    """Join columns of other polygons, such as the people of census tracts, by the ground that they share.

    Parameters
    ----------
    features : Features, GeoDataFrame of polygons or path: what is to have the columns, such as police divisions.
    areas : Features, GeoDataFrame of polygons or path: what has them, such as census tracts. They should not lie upon each other.
    columns : names of columns of numbers of the areas, separated by commas, or a list. A missing value, and the codes by which
        the census says that one is missing (such as −666666666), are not known and are counted.
    kind : "sum" of numbers of people or things, each split by the share of its area that lies in a feature; or "mean" of
        rates, medians and the like, each weighted by the ground that its area shares with the feature.
    weigh_by : of a "mean": a column of the areas, such as its households, whose number on the shared ground is the weight in
        place of that ground. Default: none.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    JoinedAreas
        Marks on the features with a column for each name, missing where no area with a known value is; beside each
        `<name>_known`, the share of the feature's ground that lies in areas whose value is known; and `covered`, the share that
        lies in areas at all. A column of the features of the same name is replaced. Of a sum, ground that is not known adds
        nothing: below a `_known` of 1 the number is too small. Its method `shares` gives the areas with how much of each lies
        inside the features.

    Raises
    ------
    ValueError
        If a layer has no polygons, a column is missing or holds text, no area shares ground with a feature, or the layers are
        in different CRS and cannot be projected here.

    Notes
    -----
    Areal weighting (Goodchild & Lam 1980, Areal interpolation, Geo-Processing 1, 297–312; Markoff & Shapiro 1973): a sum is
    Σⱼ vⱼ |Fᵢ ∩ Aⱼ| / |Aⱼ|, a mean Σⱼ wᵢⱼ vⱼ / Σⱼ wᵢⱼ with wᵢⱼ = |Fᵢ ∩ Aⱼ|, or uⱼ |Fᵢ ∩ Aⱼ| / |Aⱼ| with weights u. Areas are
    exact but for rounding. A mean of medians is not the median of all. What is joined describes places: on persons it says
    nothing (Robinson 1950).

    Examples
    --------
    >>> from lacrime_geo import Features
    >>> from lacrime_geo.geometry import rectangles_wkb
    >>> tracts = Features(rectangles_wkb(np.array([0.0, 100.0]), np.zeros(2), 100, 100), "EPSG:32611", {"people": [40, 60]})
    >>> district = Features(rectangles_wkb(np.array([50.0]), np.zeros(1), 100, 100), "EPSG:32611")
    >>> join_by_area(district, areas=tracts, columns="people")["people"].tolist()
    [50.0]
    """
    checks.option("kind", kind, KINDS)
    own = as_features(features)
    other = as_features(areas, crs=own.crs)
    names = _named(columns)
    _refuse(own, other, names, kind, weigh_by)
    parameters = Parameters(layer=own.label, areas=other.label, features=own.size, crs=own.crs)
    parameters.update(columns=names, kind=kind, weigh_by=weigh_by, method="areal weighting, exact shared areas")
    joining = Joining.of(shared_areas(own, other, within(progress, 0.0, 0.6)), own, other)
    _refuse_apart(joining, own, other)
    _tell_of_overlaps("areas", other, joining.areas_size, parameters, within(progress, 0.6, 0.85))
    _tell_of_overlaps("features", own, joining.features_size, parameters, within(progress, 0.85, 0.95))
    found = {"covered": joining.covered()}
    _tell_of_covered(found["covered"], own, parameters)
    weights = None if weigh_by is None else _values(other, weigh_by, parameters, least=0.0)
    for name in names:
        found.update(_joined(joining, (name, _values(other, name, parameters)), weights, parameters))
    inside = joining.inside()
    _tell_of_inside(joining, inside, other, parameters)
    parameters.warn(EVEN)
    parameters.warn(FALLACY)
    advance(progress, 1.0)
    label = f"{', '.join(names)} of {other.label} by shared area"
    return JoinedAreas(found, parameters, own, STYLE, label, other, inside)


def _named(columns: Any) -> list[str]:
    """Return the names of columns, each once; raise where one is of victims, or of a column that the result has itself."""
    named = [name.strip() for name in columns.split(",")] if isinstance(columns, str) else columns
    if not isinstance(named, Sequence) or not all(isinstance(name, str) for name in named):
        raise TypeError(f"columns must be names of columns, as a list or separated by commas, got {columns!r}.")
    names = list(dict.fromkeys(name for name in named if name))
    refuse_victims(names)
    taken = [name for name in names if name in OWN or name in [f"{other}_known" for other in names]]
    if taken:
        raise ValueError(f"The column {taken[0]!r} would be overwritten by one of that name in the result; rename it.")
    return names


def _refuse(own: Features, other: Features, names: Sequence[str], kind: str, weigh_by: str | None) -> None:
    """Raise where a layer has no polygons, no column is named, or a sum is to be weighted."""
    for role, layer in (("features", own), ("areas", other)):
        if not layer.size:
            raise ValueError(f"{role} has no rows; give a layer of polygons.")
        if not layer.are_polygons:
            raise ValueError(f"{role} must be polygons; {layer.label!r} has {layer.size:,} rows without polygons.")
    if not names:
        raise ValueError("columns names no column; name at least one of the areas, such as columns='population'.")
    if weigh_by is not None and kind != "mean":
        raise ValueError(
            f"weigh_by={weigh_by!r} weights a mean, and kind is {kind!r}; leave it out, or take kind='mean'."
        )


def _refuse_apart(joining: Joining, own: Features, other: Features) -> None:
    if not joining.shared.size.size:
        raise ValueError(
            f"No polygon of {other.label!r} shares ground with one of {own.label!r}; give layers of the same region."
        )


def _values(areas: Features, name: str, parameters: Parameters, least: float = -np.inf) -> np.ndarray:
    """Return a column of the areas (m,), NaN where it is missing, said to be missing by a code, or infinite."""
    values = as_rows(areas).numbers(name)
    coded = np.isin(values, MISSING)
    parameters.note(
        f"{name}_missing_by_code", coded.sum(), f"{coded.sum():,} areas have a code for a missing {name!r}: not known"
    )
    known = np.isfinite(values) & ~coded
    below = np.flatnonzero(known & (values < least))
    if below.size:
        raise ValueError(
            f"{name!r} is negative in {below.size:,} of {values.size:,} areas, first in row {below[0]} "
            f"({values[below[0]]:g}); weights must be 0 or more."
        )
    if not known.any():
        raise ValueError(f"{name!r} is known in none of the {values.size:,} areas; name another column.")
    unknown = int((areas.known & ~known).sum())
    parameters.note(f"{name}_unknown", unknown, f"{name!r} is not known in {unknown:,} of {areas.size:,} areas")
    return np.where(known, values, np.nan)


def _joined(
    joining: Joining,
    column: tuple[str, np.ndarray],
    weights: np.ndarray | None,
    parameters: Parameters,
) -> dict[str, np.ndarray]:
    """Return one column on the features, and which share of each it is known of."""
    name, values = column
    known = np.isfinite(values) if weights is None else np.isfinite(values) & np.isfinite(weights)
    mean = parameters["kind"] == "mean"
    joined = joining.means(values, weights) if mean else joining.sums(values)
    if not mean:
        whole, within_features = float(np.nansum(values)), float(np.nansum(joined))
        parameters[f"{name}_of_areas"], parameters[f"{name}_of_features"] = whole, within_features
    return {name: joined, f"{name}_known": joining.covered(known)}


def _tell_of_covered(covered: np.ndarray, own: Features, parameters: Parameters) -> None:
    """Say how many features lie in the areas wholly, in part and not at all."""
    some = covered[own.known]
    none, part = int((some == 0).sum()), int(((some > 0) & (some < WHOLE)).sum())
    parameters["features_covered"], parameters["features_covered_in_part"] = some.size - none - part, part
    parameters["features_not_covered"] = none
    if none or part:
        parameters.warn(
            f"Of {some.size:,} features {none:,} lie in no area and {part:,} in part only (less than {100 * WHOLE:.0f} % of "
            f"their ground): what stands outside the areas is not known. See the columns covered and …_known."
        )
    if some.max(initial=0.0) > 1 + _TWICE:
        parameters.warn(
            f"A feature is covered {some.max():.2f} times over: areas lie upon each other, or its own parts do, and what is "
            "counted there is counted twice."
        )


def _tell_of_overlaps(role: str, layer: Features, size: np.ndarray, parameters: Parameters, progress: Progress) -> None:
    """Say how much of a layer lies upon others of it, and how many of its polygons cross themselves."""
    one, other, shared = shared_areas(layer, layer, progress)
    own = one == other
    with_itself = np.zeros(layer.size)
    with_itself[one[own]] = shared[own]
    # Of one that crosses itself in its middle nothing is left.
    crossed = layer.known & ((np.abs(with_itself - size) > _SELF * size) | (size <= 0))
    upon_itself, twice = int(crossed.sum()), float(shared[~own].sum() / 2 / max(size[layer.known].sum(), 1e-300))
    parameters[f"{role}_upon_each_other"] = twice
    if twice > _TWICE:
        parameters.warn(
            f"{100 * twice:.1f} % of the ground of the {role} lies in two of them: what is counted there is counted twice. Give "
            f"{role} that do not lie upon each other."
        )
    if upon_itself:
        parameters.warn(
            f"{upon_itself:,} of {layer.size:,} {role} have borders that cross themselves; what they share is not exact. Mend "
            "their geometry."
        )


def _tell_of_inside(joining: Joining, inside: np.ndarray, areas: Features, parameters: Parameters) -> None:
    """Say how many areas lie in the features, and which share of each sum fell outside."""
    some = inside[areas.known]
    touched = int((some > 0).sum())
    parameters["areas_touched"], parameters["areas_cut"] = touched, int(((some > 0) & (some < WHOLE)).sum())
    sentence = (
        f"{touched:,} of {areas.size:,} areas share ground with the {joining.features_size.size:,} features, "
        f"{parameters['areas_cut']:,} of them in part"
    )
    for name in parameters["columns"]:
        if parameters["kind"] == "sum":
            whole, part = parameters[f"{name}_of_areas"], parameters[f"{name}_of_features"]
            share = f" ({100 * part / whole:.1f} %)" if whole else ""
            sentence += f"; of {in_words(whole)} {name} {in_words(part)}{share} came into the features"
    parameters.tell(f"{sentence}.")
