"""The features of places as a layer: what learned predictors see, for models of one's own."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ... import checks, selection
from ...features import Features, as_features
from ...incidents import Incidents, as_incidents
from ...parameters import Parameters, incidents_that
from ...polygon_grid import PolygonGrid
from ...progress import Progress, advance, left_alone
from ...refusals import refuse_weights
from ...results import Cells
from ..events import DAY, Events, History, dated_rows, few_dated, known_before
from ..guards.time_guards import refuse_records_change
from ..mapping.usual_days import without_lone_first
from ..units import Units, cells_over, polygons_as_units, tell_overlaps
from .feature_tables import FeatureTable, features_at
from .place_layers import place_layers, refuse_later_places


def risk_features(
    units: Any,
    incidents: Any,
    origin: Any,
    gap: int = 0,
    *,
    category: str | None = None,
    places: Any = None,
    boundary: Any = None,
    progress: Progress = None,
) -> Cells:
    """Tell of each place what was known of it at an origin: counts, what is around, near repeats, distances to places.

    Parameters
    ----------
    units : the side of cells (m), a polygon layer such as reporting districts, or Cells of an earlier result.
    incidents : Incidents, GeoDataFrame of points, or path, with times; those of all categories tell of the one that is predicted.
    origin : the first day that shall be predicted (YYYY-MM-DD). Only what occurred and was reported before it is used.
    gap : days before the origin of which nothing is known. Default 0, which is told where reports have no dates.
    category : the one that shall be predicted. Default: all of them together.
    places : layer of points, lines or polygons, or several by their names, whose distance is told: risk terrain (Caplan, Kennedy
        & Miller 2011).
    boundary : polygon layer of the study area, of cells. Default: cells around what was known at the origin.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Cells
        A polygon for each place, zeros included, in the order of a polygon layer, with a column of numbers for each feature:
        `own_7_days` (incidents in the last 7 days known; 28, 90 and 365 alike), `own_per_day` (of all days known, at most
        365), `own_decayed_7_days` (a mean of a day, which counts half when 7 days older; 28 alike), `own_spread_0_6_cells`
        (a day's incidents, spread by a Gaussian of .6 cells; 1.2, 2.4 and 5 alike), the same of all crime (`all_...`),
        `by_the_mix_...` (all crime by the category's share of it in the region), `neighbours_...` (means of the places that
        touch), `kde`, `near_repeats`, `around_<category>` (of the six most frequent others), `season_sine` and
        `season_cosine` (of a history of a year), `distance_<layer>` (m) and, of points, `<layer>_within_400_m` (how many).
        The record names what a history was too short for (`dropped`), and the kind of each feature (`groups`).

    Raises
    ------
    ValueError
        If incidents have no times or have weights, nothing is known before the origin, those known cross the LAPD's change of
        records, a layer of places is empty, tells by its name of victims or outcomes, or is of incidents that were not known.

    References
    ----------
    Caplan, Kennedy & Miller (2011), Justice Quarterly 28: 360-381. Bowers, Johnson & Pease (2004), British Journal of Criminology
    44: 641-658.

    Examples
    --------
    >>> draw = np.random.default_rng(0)
    >>> x, y = 5000 * draw.beta(1, 3, (2, 600))
    >>> when = np.datetime64("2023-01-01") + np.sort(draw.integers(0, 60, 600))
    >>> found = risk_features(500, Incidents(x, y, when=when, crs="EPSG:32611"), "2023-02-20")
    >>> int(found["own_7_days"].sum()), found["own_per_day"].shape == (len(found),), len(found.parameters["dropped"])
    (81, True, 3)
    """
    day = selection.moment("origin", origin).astype("M8[D]")
    days = checks.whole("gap", gap, minimum=0)
    crs = _crs_of(units)
    everything = as_incidents(incidents, crs=crs)
    refuse_weights(everything, "features are counts")
    parameters = Parameters(layer=everything.label, **{**everything.selection, "category": category})
    parameters.update(origin=str(day), gap=days)
    where = left_alone(lambda: _units(units, everything, boundary, day, days, parameters), progress)
    layers = place_layers(places, where.crs)
    advance(progress, 0.2)
    history = left_alone(lambda: _known(everything, where, category, day, days, parameters), progress)
    refuse_later_places(places, history)
    table = left_alone(lambda: features_at(history, layers), progress, lambda: 0.5)
    advance(progress, 1.0)
    return _as_cells(table, where, history, parameters)


def _crs_of(units: Any) -> str | None:
    """Return the metric CRS that units have themselves; None of a size or of a layer that is not read yet."""
    if isinstance(units, Cells):
        return units.grid.crs
    return units.crs if isinstance(units, (Units, Features)) else None


def _units(
    units: Any, incidents: Incidents, boundary: Any, day: np.datetime64, gap: int, parameters: Parameters
) -> Units:
    """Return places of a size, of polygons, or of an earlier result."""
    if np.isscalar(units) and not isinstance(units, (str, os.PathLike)):
        return cells_over(_known_incidents(incidents, day, gap), boundary, units, parameters)  # type: ignore[arg-type]
    if boundary is not None:
        raise ValueError("units are places already, so boundary would do nothing: leave out one or the other.")
    if isinstance(units, Units):
        return units
    if isinstance(units, Cells) and not isinstance(units.grid, PolygonGrid):
        x, y = units.grid.centres(units.cell)
        area = np.full(units.cell.size, units.grid.cell_size * units.grid.row_height)
        return Units(x, y, area, units.grid.crs, units.grid, units.cell)
    return polygons_as_units(as_features(units, crs=incidents.crs), incidents.crs)


def _known_incidents(incidents: Incidents, day: np.datetime64, gap: int) -> Incidents:
    """Return the incidents known at the origin: where cells stand must not tell of later ones."""
    if incidents.when is None:
        raise ValueError(f"{incidents.label!r} has no times; name their column (time_column).")
    known = incidents.take(incidents.placed & known_before(incidents.when, incidents.reported, day, gap))
    if not known.size:
        raise _nothing_known(incidents, day)
    return known


def _known(
    incidents: Incidents, units: Units, category: str | None, day: np.datetime64, gap: int, parameters: Parameters
) -> History:
    """Return what was known, and say what that is."""
    lacking = incidents.size - dated_rows(incidents).size
    said = incidents_that(lacking, "lacks a place or a date and is left out", "lack a place or a date and are left out")
    parameters.note("without_place_or_date", lacking, said)
    few = few_dated(incidents.reported)
    if few is not None and not gap:
        parameters.warn(f"{few}: incidents reported after the origin are taken as known. Give a gap, such as 7 days.")
    # Mistaken dates are looked for in what was known alone.
    known = without_lone_first(Events.of(incidents, units, category).known(day, gap).events, parameters)
    if not known.size:
        raise _nothing_known(incidents, day)
    _tell_silence(known, day, gap, parameters)
    tell_overlaps(units, known.x, known.y, known.unit, parameters)
    outside = int((known.unit < 0).sum())
    if outside == known.size:
        raise ValueError(
            f"None of the {known.size:,} incidents of {incidents.label!r} known before {day} stands in a unit; are both of "
            "the same town?"
        )
    parameters.note(
        "outside", outside, f"{outside:,} of the incidents known stand in no unit, and are told of near places only"
    )
    history = known.known(day, gap)
    refuse_records_change(history.begin, history.origin + DAY, incidents.agency)
    parameters.update(incidents=known.size, of_category=int(known.target.sum()), days_known=history.days)
    return history


def _nothing_known(incidents: Incidents, day: np.datetime64) -> ValueError:
    return ValueError(
        f"None of the {incidents.size:,} incidents of {incidents.label!r} was known before {day}; take a later origin or a "
        "shorter gap."
    )


def _tell_silence(known: Events, day: np.datetime64, gap: int, parameters: Parameters) -> None:
    """Warn where more days before the origin than ever are without an incident: likely they are not in the file."""
    silent = int((day - gap * DAY - known.day[-1]) / DAY) - 1
    if silent >= max(int(np.diff(known.day).astype(np.int64).max(initial=0)), 2):
        parameters["days_without_incidents"] = silent
        parameters.warn(
            f"No incident is of the last {silent:,} days known, after {known.day[-1]}: they count as days without any. If the "
            f"file ends there, take an earlier origin, or a gap of {gap + silent}."
        )


def _as_cells(table: FeatureTable, units: Units, history: History, parameters: Parameters) -> Cells:
    """Return features as columns on their places."""
    grid, cell = units.on_grid()
    parameters.update(dropped=dict(table.dropped), groups=table.groups, crs=units.crs)
    if table.dropped:
        left_out = "; ".join(f"{name} ({reason})" for name, reason in table.dropped)
        parameters.tell(f"Features that the history cannot tell are left out: {left_out}.")
    columns = {name: table.values[:, number].copy() for number, name in enumerate(table.names)}
    return Cells(columns, parameters, grid, cell, "", f"What was known at {history.origin}")
