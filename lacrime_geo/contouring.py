"""Contours of a surface: the smallest areas that hold given shares of it, and the areas at or above given values."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from . import checks, geometry
from .dates import period_words
from .marching_squares import outline
from .parameters import Parameters
from .progress import Progress, advance
from .results import Shapes, Surface, as_surface
from .styles.palettes import quantile_limits

KINDS = ("volume", "value")
VOLUME_LEVELS = (25.0, 50.0, 75.0)
SQUARE_METRES_PER_KM2 = 1e6


def contours(surface: Any, *, levels: Any = None, kind: str = "volume", progress: Progress = None) -> Shapes:
    """Draw the smallest areas that hold given shares of incidents, or the areas at or above given values.

    Parameters
    ----------
    surface : Surface such as a density, or path of a GeoTIFF of one band in a metric CRS with square cells.
    levels : per cent of the volume for "volume" (50: the smallest area that holds half of it), in the surface's unit for
        "value". Default: 25, 50 and 75 % for "volume", the class limits of a density's legend for "value".
    kind : "volume" for the smallest areas with given shares, "value" for the areas at or above given values.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Shapes
        One multipolygon per level, in rising order, with `level`, `value` (the smallest value of a cell inside), `share`
        (of the volume, in the cells inside; NaN when there are negative values) and `area_km2` (of the polygons).

    Raises
    ------
    TypeError
        If the surface is neither a Surface nor a path, or levels are no numbers.
    ValueError
        If all values are missing, no cell reaches any of the levels, levels repeat or are no per cent above 0 and up to
        100, a surface for "volume" has negative values or only zeros, or a raster cannot be used.

    Notes
    -----
    The densest cells are taken until they hold the share asked for; cells as dense as the last one come in together, so
    that `share` may be more. Their line is drawn half-way between the last one's density and the next lower one, so that
    each cell counts with its whole area. Lines are drawn by marching squares on the cells' centres, with linear
    interpolation; the border of the study area closes them at the cells' edges. Levels above all values are left out with
    a warning. Level sets of a density are its highest density regions (Hyndman 1996).

    Examples
    --------
    >>> from lacrime_geo import Grid
    >>> grid = Grid(0.0, 0.0, 1000.0, rows=3, columns=3, crs="EPSG:32611")
    >>> ninths = Surface(grid, np.array([[0, 0, 0], [0, 8, 1], [0, 0, 0]]), "incidents per km²", Parameters())
    >>> half = contours(ninths, levels=[50])
    >>> float(half["value"][0]), float(half["share"][0].round(2)), float(half["area_km2"][0].round(2))
    (8.0, 0.89, 0.41)
    """
    kind = checks.option("kind", kind, KINDS)
    surface = as_surface(surface)
    # As fine as a file keeps them: sums of kernels that are equal but for their last digits are ties.
    surface = replace(surface, values=np.asarray(surface.values, dtype=np.float32).astype(float))
    parameters = deepcopy(surface.parameters)
    parameters.update(kind=kind, unit=surface.unit, measured=measured(surface.unit))
    known = _known_values(surface, kind)
    asked = _levels(levels, kind, known, parameters)
    if kind == "value":
        asked = _reached(asked, known, surface.unit, parameters)
    parameters["levels"] = asked.tolist()
    values = volume_thresholds(known, asked) if kind == "volume" else asked
    drawn = [_between(known, value) for value in values] if kind == "volume" else values
    columns = {"level": asked, "value": values, "share": _shares(known, values), "area_km2": np.empty(asked.size)}
    shapes = np.empty(asked.size, dtype=object)
    for number, level in enumerate(drawn):
        advance(progress, number / asked.size)
        rings = outline(surface.values, float(level), surface.grid)
        columns["area_km2"][number] = geometry.ring_areas(rings).sum() / SQUARE_METRES_PER_KM2
        shapes[number] = geometry.multipolygon_wkb(rings)
    advance(progress, 1.0)
    _tell(columns, kind, surface.unit, parameters)
    return Shapes(columns, parameters, shapes, surface.grid.crs, "contours", _title(kind, parameters))


def volume_thresholds(known: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the smallest of the largest values that together hold each share (%) of the sum of all.

    >>> volume_thresholds(np.array([5.0, 1.0, 3.0, 1.0]), np.array([50.0, 60.0, 100.0])).tolist()
    [5.0, 3.0, 1.0]
    """
    descending = np.sort(known[known > 0])[::-1]
    held = np.cumsum(descending)
    # Rounding in the sum must not call for one cell more.
    wanted = held[-1] * shares / 100 * (1 - 1e-12)
    return descending[np.searchsorted(held, wanted)]


def _between(known: np.ndarray, value: float) -> float:
    """Return the middle of a value and the next lower one there is."""
    lower = known[known < value]
    middle = (value + lower.max()) / 2 if lower.size else value
    # Two neighbours among floating-point numbers have no middle.
    return float(middle if lower.size and middle > lower.max() else value)


def _shares(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    if (known < 0).any() or not known.any():
        return np.full(values.size, np.nan)
    return np.array([known[known >= value].sum() for value in values]) / known.sum()


def _known_values(surface: Surface, kind: str) -> np.ndarray:
    """Return the values that are not missing; raise when contours of this kind cannot be made of them."""
    known = np.asarray(surface.values, dtype=float)
    known = known[~np.isnan(known)]
    if known.size == 0:
        raise ValueError(f"All {surface.values.size:,} values of the surface are missing; there is nothing to contour.")
    if np.isinf(known).any():
        raise ValueError(f"{int(np.isinf(known).sum()):,} values of the surface are infinite; make them missing first.")
    if kind == "volume" and known.min() < 0:
        raise ValueError(
            f"{int((known < 0).sum()):,} values of the surface are negative, the lowest is {known.min():g}, so it has no "
            "volume to share out; use kind='value'."
        )
    if kind == "volume" and known.max() == 0:
        raise ValueError(f"All {known.size:,} values of the surface are 0, so it has no volume to share out.")
    return known


def _levels(levels: Any, kind: str, known: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Return the levels in rising order, those chosen here announced."""
    if levels is None:
        limits = list(VOLUME_LEVELS) if kind == "volume" else quantile_limits(known)
        if not limits:
            raise ValueError("The surface has no value above 0 to choose levels from; give levels=.")
        reason = (
            "customary"
            if kind == "volume"
            else "the class limits of the density's legend, quantiles of the values above 0"
        )
        return np.array(parameters.choose("levels", limits, reason))
    given = np.sort(checks.numbers("levels", levels, np.size(levels)))
    if given.size == 0 or (np.diff(given) == 0).any():
        raise ValueError(f"levels must be one number or more, each given once, got {np.ravel(levels).tolist()}.")
    if kind == "volume":
        _require_per_cent(given, parameters)
    return given


def _require_per_cent(levels: np.ndarray, parameters: Parameters) -> None:
    bad = levels[(levels <= 0) | (levels > 100)]
    if bad.size:
        raise ValueError(f"levels must be per cent above 0 and at most 100, got {bad[0]:g}.")
    if levels[-1] <= 1:
        parameters.warn(
            f"levels are per cent: {levels[-1]:g} means {levels[-1]:g} %; write 50 for half of the incidents."
        )


def _reached(levels: np.ndarray, known: np.ndarray, unit: str, parameters: Parameters) -> np.ndarray:
    """Return the levels that any cell reaches; say which ones are left out."""
    highest = known.max()
    left_out = levels[levels > highest]
    words = f"{', '.join(f'{level:,g}' for level in left_out)}: the highest value is {highest:,.6g} {unit}".rstrip()
    if left_out.size == levels.size:
        raise ValueError(f"No cell reaches the levels {words}; lower them.")
    if left_out.size:
        parameters["levels_left_out"] = left_out.tolist()
        parameters.warn(f"no cell reaches the levels {words}; they are left out")
    return levels[levels <= highest]


def _tell(columns: dict[str, np.ndarray], kind: str, unit: str, parameters: Parameters) -> None:
    """Keep in words how small the areas are."""
    areas = [f"{area:,.3g} km²" for area in columns["area_km2"]]
    if kind == "volume":
        said = [f"{level:g} % of {measured(unit)} within {area}" for level, area in zip(columns["level"], areas)]
    else:
        said = [f"{level:,g} {unit} or more on {area}" for level, area in zip(columns["level"], areas)]
    parameters.tell("; ".join(said))


def measured(unit: str) -> str:
    """Name what a density's unit counts, as sentences go on.

    >>> measured("incidents per km²"), measured("weight per km²"), measured("")
    ('incidents', 'the weight', 'the volume')
    """
    thing, per, _ = unit.partition(" per ")
    return "incidents" if thing == "incidents" else f"the {thing if per else 'volume'}"


def _title(kind: str, parameters: Parameters) -> str:
    """Return a title for the map: what, which category and period, how many incidents."""
    what = "Volume contours" if kind == "volume" else "Contours"
    days = [np.datetime64(day) for day in parameters["period"].split(" to ")] if parameters.get("period") else []
    number = f"n = {parameters['incidents']:,}" if "incidents" in parameters else ""
    parts = [what, parameters.get("category"), period_words(days[0], days[-1]) if days else "", number]
    return " · ".join(part for part in parts if part)
