"""Score any map against what came later: polygons with a value, cells, or a raster."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ... import checks, selection
from ...features import Features, as_features
from ...grid import Grid
from ...incidents import Incidents, as_incidents
from ...parameters import Parameters, incidents_that
from ...polygon_grid import PolygonGrid
from ...progress import Progress, advance, left_alone, within
from ...refusals import refuse_weights
from ...results import Shapes, Surface, as_surface
from ..events import DAY
from ..scoring.hit_curves import SHARES
from ..units import Units, tell_overlaps
from .contest_scores import Played
from .day_draws import Spans
from .given_maps import RASTERS, USUAL, last_day_of, named_column, numbers_or_nan
from .map_scores import ScoredMap, columns_of, tell

BUDGET = 0.02


def score_map(
    features: Any,
    incidents: Any,
    *,
    value: str | None = USUAL,
    later_since: Any = None,
    later_until: Any = None,
    category: Any = None,
    shares: Sequence[float] = SHARES,
    budget: float = BUDGET,
    per_area: bool = False,
    seed: int = 0,
    progress: Progress = None,
) -> ScoredMap:
    """Score a map against later incidents: which share of them came where it is highest.

    Parameters
    ----------
    features : the map: polygons with a value as Cells, Features, GeoDataFrame or path, or a raster as a Surface or the path
        of a GeoTIFF of one band.
    incidents : those that came later: points or their file, dated in the column `occurred`; in a script also Incidents, or a
        GeoDataFrame of points (`as_incidents` names another column).
    value : column of the polygons that ranks them, the highest first. Default `risk`; a raster has its values.
    later_since : first day of the later incidents. Default: the day after the map's period, where the map tells it; else all.
    later_until : the day after the last one. Default: the end of the file.
    category : only incidents of this category, or of several with commas between. Default: all.
    shares : of the area. Default 0.01, 0.02, 0.05.
    budget : the share of the area that the layer of places outlines. Default 0.02.
    per_area : rank by the value over the area in place of the value itself: for values that are numbers of incidents. Where all
        areas are equal it makes no difference.
    seed : of the draws of weeks or days.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    ScoredMap
        A row for each share of the area: `units` that it holds, `hit_rate` with its 95 % interval (`low`, `high`: the
        weeks, or where these are few the days, of the incidents drawn again) and lower bound (`against_map`, ties broken
        against it), `pai`, `pei`, and of the map `roc_auc`, `pr_auc`, `prevalence`. `.caught()` gives the map again with
        `rank`, `later` (incidents that came), `in_budget` (of places tied at the cut some are drawn), `chosen` (how far it
        is within the budget: those tied share what is left) and `caught`. Saved as .html it is a page with the curve.

    Raises
    ------
    ValueError
        If the map tells that it is made of incidents from `later_since` on, none came in it, or no place has a value.

    Notes
    -----
    Rows without a value or a polygon are no part of the study area, and incidents in them are not counted. A map that does
    not tell of which time it is may know what it is scored by; then its scores are worth nothing. Reported crime is not
    crime.

    References
    ----------
    Chainey, Tompson & Uhlig (2008), Security Journal 21: 4-28.

    Examples
    --------
    >>> from lacrime_geo import Cells
    >>> grid = Grid(380000.0, 3768000.0, 100.0, rows=1, columns=3, crs="EPSG:32611")
    >>> three = Cells({"risk": np.array([3, 2, 1])}, Parameters(), grid, np.arange(3))
    >>> x = np.repeat([380050.0, 380150.0], [6, 3])
    >>> came = Incidents(x, np.full(9, 3768050.0), crs="EPSG:32611")
    >>> score_map(three, came, shares=[1 / 3, 2 / 3])["pai"].tolist()
    [2.0, 1.5]
    """
    chosen = _shares(shares)
    checks.share("budget", budget)
    given = left_alone(lambda: _Given.of(features, value), within(progress, 0.0, 0.2))
    parameters = Parameters(
        layer=given.label, value=given.value, crs=given.units.crs, shares=chosen, budget=float(budget)
    )
    parameters.update(per_area=bool(per_area), seed=checks.whole("seed", seed, minimum=0))
    given.note(per_area, parameters)
    later = _later(
        as_incidents(incidents, crs=given.units.crs), later_since, later_until, category, given.made_of, parameters
    )
    placed = later.located()
    unit = _stand_in(given, placed, parameters, progress)
    counts = given.units.counts(unit).astype(float)
    played = _played(given, counts, chosen, per_area, seed)
    spans = Spans.of(placed.when, placed.size, parameters).take(unit >= 0)
    columns = left_alone(lambda: columns_of(played, spans, unit[unit >= 0]), within(progress, 0.7, 1.0))
    title = selection.title(
        f"Score of {given.label}", parameters.get("category"), later._known_times, int(counts.sum())
    )
    found = ScoredMap(columns, parameters, "", title, played, given.layer, given.known)
    tell(found)
    advance(progress, 1.0)
    return found


def _stand_in(given: _Given, placed: Incidents, parameters: Parameters, progress: Progress) -> np.ndarray:
    """Return in which place of a map each incident stands, −1 in none; raise where none stands in any."""
    x, y = placed.easting, placed.northing
    unit = left_alone(lambda: given.units.locate(x, y), within(progress, 0.2, 0.7))
    left_alone(lambda: tell_overlaps(given.units, x, y, unit, parameters), progress, lambda: 0.7)
    outside = int((unit < 0).sum())
    parameters.note(
        "outside", outside, incidents_that(outside, "stands in no place of the map", "stand in no place of the map")
    )
    if outside == unit.size:
        raise ValueError(
            f"None of the {placed.size:,} incidents of {placed.label!r} stands in {given.label!r}; check that they are of the "
            "same area and that both CRS are right."
        )
    return unit


class _Given(NamedTuple):
    """Hold a map: the layer its places are written into again, which rows have a value, values, places, and its last day."""

    layer: Features | tuple[Grid, np.ndarray]
    known: np.ndarray
    values: np.ndarray
    units: Units
    label: str
    value: str
    made_of: np.datetime64 | None

    @classmethod
    def of(cls, thing: Any, value: str | None) -> _Given:
        """Read a map."""
        if isinstance(thing, (str, os.PathLike)) and Path(thing).suffix.lower() in RASTERS:
            thing = as_surface(thing)
        if isinstance(thing, Surface):
            return cls._of_cells(thing)
        if isinstance(thing, Shapes):
            thing = Features(list(thing.wkb), thing.crs, thing.columns, thing.label, thing.parameters)
        layer = as_features(thing)
        if not layer.are_polygons:
            raise ValueError(
                f"The map {layer.label!r} holds no polygons; give polygons with a value, cells, or a raster."
            )
        column = numbers_or_nan(named_column(layer.source, value, layer.label), layer.size)
        known = layer.known & np.isfinite(column)
        _require_values(known, layer.label)
        some = Features([layer.wkb[row] for row in np.flatnonzero(known).tolist()], layer.crs, label=layer.label)
        units = Units(*some.centres(), PolygonGrid.of(some).areas, layer.crs, polygons=some)
        return cls(layer, known, column[known], units, layer.label, str(value), last_day_of(layer))

    @classmethod
    def _of_cells(cls, surface: Surface) -> _Given:
        values = surface.values.ravel()
        cell = np.flatnonzero(np.isfinite(values))
        _require_values(np.isfinite(values), surface.label)
        grid, each = surface.grid, surface.grid.cell_size**2
        units = Units(*grid.centres(cell), np.full(cell.size, each), grid.crs, grid, cell)
        known = np.ones(cell.size, dtype=bool)
        return cls((grid, cell), known, values[cell], units, surface.label, surface.measure, last_day_of(surface))

    def note(self, per_area: bool, parameters: Parameters) -> None:
        """Keep how many rows are no part of it, and say how places of different area are ranked."""
        missing = int((~self.known).sum())
        parameters["places"] = self.units.size
        parameters.note("without_value", missing, f"{missing:,} rows without a value or a polygon are left out")
        if np.ptp(self.units.area) > 1e-6 * self.units.area.max():
            how = "value over area" if per_area else "value"
            parameters.choose("ranked_by", how, "areas differ; per_area ranks by the value over the area, or not")


def _played(given: _Given, counts: np.ndarray, shares: list[float], per_area: bool, seed: int) -> Played:
    """Return the map as the only one of a contest at one origin."""
    # Places are ranked by what is expected over their area.
    risk = given.values if per_area else given.values * given.units.area
    return Played(
        names=(given.label,),
        units=given.units,
        origins=np.array(["NaT"], dtype="M8[D]"),
        expected=risk[None, None],
        came=counts[None],
        known=np.zeros((1, counts.size)),
        shares=np.array(shares),
        thresholds=np.array([np.nan]),
        fits=1,
        seconds=np.zeros(1),
        megabytes=np.nan,
        together=1,
        seed=seed,
    )


def _later(
    incidents: Incidents, since: Any, until: Any, category: Any, made_of: np.datetime64 | None, parameters: Parameters
) -> Incidents:
    """Return the incidents that score a map, none of the time that it is made of."""
    asked = None if since is None else selection.moment("later_since", since)
    if asked is not None and made_of is not None and asked < made_of + DAY:
        raise ValueError(
            f"The map is made of incidents up to {made_of}, and would be scored by those from {since} on: it knows them. Give "
            f"later_since={made_of + DAY}, or a map that was made before."
        )
    if since is None and made_of is not None:
        since = parameters.choose(
            "later_since", str(made_of + DAY), "the day after the last one that the map is made of"
        )
    if made_of is None:
        parameters.warn(
            "The map does not tell of which time it is: if the incidents that score it went into it, its scores are worth "
            "nothing."
        )
    refuse_weights(incidents, "a map is scored by counts")
    chosen = incidents.select(since=since, until=until, category=_categories(incidents, category))
    parameters.update(chosen.selection)
    parameters.update(incidents=chosen.size, of=chosen.label, period=chosen.period)
    return chosen


def _categories(incidents: Incidents, category: Any) -> Any:
    """Return the categories asked for: a text that is one of the incidents' is one, whatever its commas."""
    if not isinstance(category, str) or (incidents.category is not None and category in incidents.category.tolist()):
        return category
    return selection.words(category)


def _shares(shares: Sequence[float]) -> list[float]:
    """Return shares of the area in rising order."""
    given = checks.numbers("shares", shares, np.size(shares))
    if not given.size or not ((given > 0) & (given <= 1)).all():
        raise ValueError(f"shares must be above 0 and at most 1, such as 0.02, got {shares!r}.")
    return sorted(set(given.tolist()))


def _require_values(known: np.ndarray, label: str) -> None:
    if not known.any():
        raise ValueError(f"None of the {known.size:,} places of {label!r} has a value; name another column.")
