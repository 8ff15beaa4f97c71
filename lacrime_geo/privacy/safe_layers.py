"""Layers made safe to leave the house: small counts withheld, points that at least k share, a mask where it is asked for."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import checks
from ..features import Features, as_features, hold_areas, value_unnamed
from ..incidents import Incidents, as_incidents
from ..progress import Progress
from ..results import Shapes, Surface, Table
from ..selection import words
from .masking import MASKS, NONE
from .safe_areas import AreaRules, safe_areas
from .safe_points import PointRules, safe_points
from .safe_reports import report_of

log = logging.getLogger("lacrime_geo")
K = 5
# What the analyses of this library call the number of incidents in an area.
COUNT = "count"
# By these columns hulls of clusters are known, wherever they come from.
OF_HULLS = {"cluster", "rank", "area_km2", "density"}


@dataclass(frozen=True, eq=False, repr=False)
class SafeLayer(Shapes):
    """Hold areas with counts, or points, that may leave, and what was done to them and at what price (`measures`)."""

    measures: dict[str, float] = field(default_factory=dict)

    def report(self) -> Table:
        """Return what was withheld, coarsened, masked and left out, how much privacy that gives, and what it does to the map."""
        return Table(report_of(self.measures), self.parameters, label="Report of the safe export")


def safe_export(
    features: Any,
    *,
    value: Any = None,
    k: int = K,
    columns: Any = None,
    totals_by: Any = None,
    suppress_zeros: bool = False,
    mask: str = NONE,
    min_radius: float | None = None,
    max_radius: float | None = None,
    population: Any = None,
    population_weight: Any = None,
    seed: int | None = None,
    progress: Progress = None,
) -> SafeLayer:
    """Make a layer safe to leave the house: withhold small counts of areas, or coarsen, mask or leave out points few share.

    Parameters
    ----------
    features : areas with counts (Cells, Shapes, Features, GeoDataFrame or path, with `value`), or incidents as points.
    value : column with the count of each area. Default: "count", of areas; points are incidents, and have none.
    k : counts below k (but for 0) are withheld, and each point says what at least k say. Default 5.
    columns : names of the columns that leave, separated by commas, or a list; nothing else does. Of points all of them count as
        what a person could be known by. Default: of points the category and the date of the incident; of areas none.
    totals_by : column of the groups of areas whose totals are published as well. Default: only the total of all is.
    suppress_zeros : withhold a count of 0 as well: that nothing was reported may tell something too.
    mask : of points: "none" (default), "donut" (moved into a ring around their place, evenly by area; Hampton et al. 2010)
        or "scaled_donut" (the ring as much wider as places are sparser there, up to four times either way).
    min_radius : inner radius (m) of the ring of the median place. Default: so far that this place has k others within.
    max_radius : outer radius (m) of the ring of the median place. Default: twice the inner one.
    population : point layer of where people live, or addresses, among which a masked point must hide. Default: the places of the
        incidents, which understates how many others there are.
    population_weight : column of `population`, or array, with the number of people at each point; default the points' own
        weights, else 1.
    seed : of the random numbers of the mask and of the choice among equal counts, for tests: who knows it may undo the mask.
        Default: none, drawn anew and kept nowhere.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    SafeLayer
        Areas with the count (nothing where it is withheld), `suppressed`, and `columns`; or points with `columns`, dates as
        text as coarse as need be, `place` (how exact it is) and `incidents_here` (how many of them stand there), sorted by what
        they say. Its ``.report()`` is a table of what was done, how much privacy it gives and what it does to the map: it is for
        those who hold the data.

    Raises
    ------
    ValueError
        If k is below 2, points come with a `value`, a count is negative, missing or no whole number, there is no such column,
        radii do not fit, or nothing is left.
    TypeError
        If it is a surface, from which a lone incident can be read, or hulls of clusters, whose corners are places.

    Notes
    -----
    Victims' age, sex and descent, report numbers, addresses and free text leave only when `columns` names them, and
    then every point must share them with k − 1 others. Statistics (z, p, weights, densities) do not leave unless named, and never
    beside a withheld count. What this protects against, and what not, is in docs/privacy.md.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> points = Incidents([380000.0] * 6 + [389000.0], [3768000.0] * 7, category=["burglary"] * 7, crs="EPSG:32611")
    >>> safe = safe_export(points, k=5)
    >>> len(safe), safe["place"].tolist()[0], int(safe.measures["left_out"])
    (6, 'as given', 1)
    """
    k = checks.whole("k", k, minimum=2)
    checks.option("mask", mask, MASKS)
    drawn = None if seed is None else checks.whole("seed", seed, minimum=0)
    named = words(columns) if isinstance(columns, str) else columns if columns is None else list(columns)
    data = _read(features, value)
    if isinstance(data, Incidents):
        if value is not None or totals_by is not None or suppress_zeros:
            raise ValueError("value, totals_by and suppress_zeros are for areas with counts, and these are points.")
        rules = PointRules(k, named, mask, (min_radius, max_radius), population, population_weight, drawn)
        made = safe_points(data, rules, progress)
    else:
        if mask != NONE or population is not None or min_radius is not None or max_radius is not None:
            raise ValueError("mask, its radii and population are for points, and these are areas with counts.")
        _refuse_hulls(data)
        if not data.are_polygons:
            raise ValueError(
                f"{data.label!r} holds points with a value, and points would stay where they are; count them in areas, or leave "
                "value out: then they are incidents."
            )
        counts = _usual_counts(data) if value is None else value
        made = safe_areas(data, AreaRules(k, named, counts, totals_by, suppress_zeros, drawn), progress)
    wkb, crs, kept, measures, parameters, style = made
    return SafeLayer(kept, parameters, wkb, crs, style=style, label=parameters["title"], measures=measures)


def _read(anything: Any, value: Any) -> Features | Incidents:
    """Return areas, or incidents where they are points."""
    if isinstance(anything, Surface):
        raise TypeError("A density can give back where single incidents were: count in cells, and export that.")
    if isinstance(anything, Incidents) or isinstance(getattr(anything, "features", None), Incidents):
        return as_incidents(anything)
    if isinstance(anything, Shapes):
        return Features(list(anything.wkb), anything.crs, anything.columns, anything.label)
    if isinstance(anything, (str, os.PathLike)):
        from ..files import read_incidents

        anything = read_incidents(Path(anything) if "|" not in os.fspath(anything) else anything)
    if value is None and hasattr(anything, "geom_type") and not hold_areas(anything):
        return as_incidents(anything)
    return as_features(anything)


def _usual_counts(areas: Features) -> str:
    """Return the column of counts where none was named, announced; raise where there is none of that name."""
    if COUNT not in [str(name) for name in ({} if areas.source is None else areas.source)]:
        raise ValueError(value_unnamed(areas))
    log.info("value = %s: no other column of counts is named", COUNT)
    return COUNT


def _refuse_hulls(areas: Features) -> None:
    """Raise for hulls of clusters, also where they come as a frame, as a layer or from a file."""
    names = areas.source.columns if hasattr(areas.source, "columns") else areas.source or ()
    if {str(name) for name in names} >= OF_HULLS:
        raise TypeError("The corners of hulls are places of incidents: count in cells, and export that.")
