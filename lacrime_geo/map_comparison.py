"""Two maps of hotspots compared: where they agree, how far beyond chance, and how far when a near miss counts in part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import checks
from .features import Features, as_features
from .overlay import polygon_of
from .parameters import Parameters, in_words
from .places import collapse, nearest_distances
from .progress import Progress, advance, within
from .results import Marks, Table
from .valued_features import numbers_of

SIDES = (-1, 0, 1)
# What a place is on either map, in the order of a legend; a hot side goes before a cold one.
CHANGES = (
    "hot on both",
    "hot on the second only",
    "hot on the first only",
    "cold on both",
    "cold on the second only",
    "cold on the first only",
    "neither hot nor cold",
    "not on the second",
)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Marks):
    """Hold what each feature of the first map is on both maps, and how far the maps agree."""

    measures: dict[str, float] = field(default_factory=dict)

    def agreement(self) -> Table:
        """Return the measures of agreement, a row each."""
        columns = {
            "measure": np.array(list(self.measures), dtype=object),
            "value": np.array(list(self.measures.values()), dtype=float),
        }
        return Table(columns, self.parameters, label="Agreement of two maps")


def compare(
    features: Any,
    other: Any,
    *,
    value: Any = "bin",
    other_value: Any = "bin",
    halving_distance: float | None = None,
    progress: Progress = None,
) -> Comparison:
    """Compare two maps of hotspots: what has changed, and how far they agree beyond chance.

    Parameters
    ----------
    features : the first map: Cells or Marks of `hotspots` or `gi_star`, or a layer of such polygons, GeoDataFrame or path.
    other : the second map, of whatever cells or areas: it is looked up at the centres of the first one's.
    value : column of the first map with its confidence bins: above 0 is hot, below 0 cold. Default "bin".
    other_value : column of the second map with its confidence bins. Default "bin".
    halving_distance : for the fuzzy measures: at this distance (m) the same finding counts half, at twice a quarter. Default:
        the median distance from a centre to the nearest other one, one cell of a grid.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Comparison
        `change` ("hot on both", "hot on the second only", …), `other_side` (1 hot, −1 cold, 0 neither) and `similarity`
        (0…1, a near miss counts in part) on every feature of the first map. `.agreement()` gives `cells`, `observed`,
        `expected` and `kappa`, the same with `fuzzy_` before them, `hot_first`, `hot_second`, `hot_both`, and `hot_overlap`,
        the share hot on both of those hot on either.

    Raises
    ------
    ValueError
        If a layer holds no polygons, a column is missing, or no centre of the first map lies on the second.

    Notes
    -----
    Of the three findings hot, cold and neither: κ = (P − E)/(1 − E), with P the share of features with the same finding, E
    what independent maps with these shares would have (Cohen 1960). Fuzzy κ after Hagen-Zanker 2009: a feature's similarity
    is the lesser of how near its finding is on the other map, either way; E is its mean where places are drawn
    independently on both maps, each with its own pattern. NaN where both maps are one finding throughout.

    Examples
    --------
    >>> from lacrime_geo.geometry import rectangles_wkb
    >>> row = Features(list(rectangles_wkb(380000 + 100.0 * np.arange(6), np.full(6, 3768000.0), 100, 100)), "EPSG:32611")
    >>> found = compare(row, row, value=[3, 3, 0, 0, 0, 0], other_value=[0, 3, 3, 0, 0, 0])
    >>> found["change"][:3].tolist()
    ['hot on the first only', 'hot on both', 'hot on the second only']
    >>> [round(found.measures[name], 3) for name in ("kappa", "fuzzy_kappa")]
    [0.25, 0.368]
    """
    first = _polygons(as_features(features), "features")
    second = _polygons(as_features(other, crs=first.crs), "other")
    parameters = Parameters(layer=first.label, other=second.label, features=first.size, crs=first.crs)
    _warn_of_unlike(features, other, parameters)
    here, there = (
        np.sign(numbers_of(*given)) for given in ((first, value, "value"), (second, other_value, "other_value"))
    )
    x, y = (part[first.known] for part in first.centres())
    at = polygon_of(second, x, y, within(progress, 0.0, 0.5))
    if (at < 0).all():
        raise ValueError(
            f"None of the {x.size:,} centres of {first.label!r} lies on {second.label!r}; check that they are of the same area "
            "and that both CRS are right."
        )
    parameters.note(
        "not_on_other", int((at < 0).sum()), f"{int((at < 0).sum()):,} features lie on none of the other map's"
    )
    _note_unseen(first, second, there, parameters, within(progress, 0.5, 0.6))
    bins = np.full(second.size, 0.0)
    bins[second.known] = there
    both = _Findings(x[at >= 0], y[at >= 0], here[at >= 0], bins[at[at >= 0]])
    distance = _halving(halving_distance, both, parameters)
    advance(progress, 0.6)
    similarity, fuzzy = both.fuzzy_agreement(distance)
    measures = {**both.agreement(), **fuzzy}
    advance(progress, 1.0)
    columns = _spread(first, at, both, similarity)
    parameters.tell(_in_words(measures))
    label = f"{first.label} compared with {second.label}"
    return Comparison(columns, parameters, first, style="comparison", label=label, measures=measures)


@dataclass(frozen=True)
class _Findings:
    """The centres (n,) that lie on both maps, and what is found there on either: 1 hot, −1 cold, 0 neither."""

    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    second: np.ndarray

    def agreement(self) -> dict[str, float]:
        """Return Cohen's kappa and what it is made of, and how far the hot parts overlap."""
        observed = float((self.first == self.second).mean())
        expected = float(sum((self.first == side).mean() * (self.second == side).mean() for side in SIDES))
        hot = self.first > 0, self.second > 0
        either = float((hot[0] | hot[1]).sum())
        together = float((hot[0] & hot[1]).sum())
        return dict(
            cells=float(self.x.size),
            observed=observed,
            expected=expected,
            kappa=_beyond_chance(observed, expected),
            hot_first=float(hot[0].sum()),
            hot_second=float(hot[1].sum()),
            hot_both=together,
            hot_overlap=together / either if either else np.nan,
        )

    def fuzzy_agreement(self, distance: float) -> tuple[np.ndarray, dict[str, float]]:
        """Return the lesser of how near each finding of one map is on the other (n,); fuzzy kappa and what it is made of."""
        one, two = self._nearness(self.second, distance), self._nearness(self.first, distance)
        first, second, every = self._number(self.first), self._number(self.second), np.arange(self.x.size)
        similarity = np.minimum(one[first, every], two[second, every])
        expected = 0.0
        for a in range(len(SIDES)):
            for b in range(len(SIDES)):
                share = float((first == a).mean() * (second == b).mean())
                if share:
                    expected += share * _mean_lesser(one[a, second == b], two[b, first == a])
        observed = float(similarity.mean())
        kappa = _beyond_chance(observed, expected)
        return similarity, dict(fuzzy_observed=observed, fuzzy_expected=expected, fuzzy_kappa=kappa)

    @staticmethod
    def _number(findings: np.ndarray) -> np.ndarray:
        return (findings + 1).astype(np.int64)

    def _nearness(self, findings: np.ndarray, distance: float) -> np.ndarray:
        """Return, for each of the three findings, how near it is to each centre (3, n): 1 where it is, 0 where it is nowhere."""
        from scipy.spatial import cKDTree

        points = np.column_stack([self.x, self.y])
        near = np.zeros((len(SIDES), self.x.size))
        for number, side in enumerate(SIDES):
            if (findings == side).any():
                near[number] = 0.5 ** (cKDTree(points[findings == side]).query(points, workers=-1)[0] / distance)
        return near


def _mean_lesser(one: np.ndarray, two: np.ndarray) -> float:
    """Return the mean of min(a, b) over all pairs of a value of either list, by sorting.

    >>> _mean_lesser(np.array([0.2, 0.8]), np.array([0.5]))
    0.35
    """
    one, two = np.sort(one), np.sort(two)
    # Each value is the lesser of its pairs with the larger ones of the other list; of equal ones the second's.
    lesser_one = one @ (two.size - np.searchsorted(two, one, side="right"))
    lesser_two = two @ (one.size - np.searchsorted(one, two, side="left"))
    return float((lesser_one + lesser_two) / (one.size * two.size))


def _beyond_chance(observed: float, expected: float) -> float:
    return (observed - expected) / (1 - expected) if expected < 1 - 1e-12 else np.nan


def _polygons(features: Features, role: str) -> Features:
    if not features.are_polygons:
        raise ValueError(f"{role} must be a layer of polygons with confidence bins; {features.label!r} holds none.")
    return features


def _warn_of_unlike(features: Any, other: Any, parameters: Parameters) -> None:
    """Warn when two results were made with unlike bands, cells or corrections, which alone make maps differ."""
    one, two = (getattr(result, "parameters", {}) for result in (features, other))
    unlike = [
        f"{name} {one[name]} and {two[name]}"
        for name in ("cell_size", "distance_band", "correction")
        if name in one and name in two and one[name] != two[name]
    ]
    if unlike:
        parameters.warn(
            f"The maps were made with {', '.join(unlike)}, which alone makes them differ: make both with the same."
        )


def _note_unseen(
    first: Features, second: Features, there: np.ndarray, parameters: Parameters, progress: Progress
) -> None:
    """Say how many features of the second map lie on none of the first, and warn when any of these is hot or cold."""
    x, y = (part[second.known] for part in second.centres())
    unseen = polygon_of(first, x, y, progress) < 0
    missing, found = int(unseen.sum()), int((there[unseen] != 0).sum())
    parameters.note("not_on_first", missing, f"{missing:,} features of the other map lie on none of this one")
    if found:
        parameters.warn(
            f"{found:,} hot or cold features of {second.label!r} lie where {first.label!r} has none: they are in no measure "
            "and not on this map; compare the other way round too, or make both maps with one boundary."
        )


def _halving(given: float | None, both: _Findings, parameters: Parameters) -> float:
    if given is not None:
        parameters["halving_distance"] = checks.positive("halving_distance", given)
        return float(parameters["halving_distance"])
    first, _ = collapse(both.x, both.y)
    if first.size < 2:
        raise ValueError("All centres that lie on both maps are one place: give halving_distance.")
    usual = float(np.median(nearest_distances(both.x[first], both.y[first])))
    reason = "the median distance from a centre to the nearest other one"
    return float(parameters.choose("halving_distance", float(f"{usual:.4g}"), reason, " m"))


def _spread(first: Features, at: np.ndarray, both: _Findings, similarity: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns on every row of the first map."""
    rows = np.flatnonzero(first.known)[at >= 0]
    change = np.full(first.size, CHANGES[-1], dtype=object)
    change[rows] = np.array(CHANGES, dtype=object)[_changes(both.first, both.second)]
    other, similar = np.full(first.size, np.nan), np.full(first.size, np.nan)
    other[rows], similar[rows] = both.second, similarity
    return {"change": change, "other_side": other, "similarity": similar}


def _changes(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the number in `CHANGES` of each pair of findings."""
    kinds = [(first == side) & (second == side) for side in (1, -1)]
    hot = [kinds[0], second == 1, first == 1]
    cold = [kinds[1], second == -1, first == -1]
    return np.select([*hot, *cold], range(6), 6)


def _in_words(measures: dict[str, float]) -> str:
    same = f"{100 * measures['observed']:.1f} % of {measures['cells']:,.0f} places are the same on both maps"
    kappa = f"kappa {in_words(measures['kappa'])}, fuzzy kappa {in_words(measures['fuzzy_kappa'])}"
    if np.isnan(measures["kappa"]):
        kappa = "there is no kappa, as both maps show one finding throughout"
    overlap = f"of the places hot on either map {100 * measures['hot_overlap']:.0f} % are hot on both"
    if np.isnan(measures["hot_overlap"]):
        overlap = "nothing is hot on either"
    return f"{same}; {kappa}; {overlap}"
