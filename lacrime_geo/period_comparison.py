"""Two periods side by side: their densities on one grid in the same colours, the change between them, and in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from . import geometry
from .change import change_map
from .claims import call, claims_of, named_if, sentences_of
from .comparison_words import caveats_of, findings_of
from .dates import in_digits
from .delays import period_guards
from .density import kde
from .features import Features, as_boundary
from .parameters import Parameters, in_words
from .periods import Periods, period_in_words, periods_of
from .progress import Progress, within
from .results import Cells, Result, Surface
from .selection import moment
from .styles.palettes import density_limits
from .summaries import Summary

STANDARD_DAYS = 30


class PeriodComparison(Summary):
    """Hold what a comparison of two periods gives."""

    @property
    def density_before(self) -> Surface:
        """The density of the earlier period."""
        return self.results["density_before"]  # type: ignore[return-value]  # each name has its kind

    @property
    def density_after(self) -> Surface:
        """The density of the later period."""
        return self.results["density_after"]  # type: ignore[return-value]

    @property
    def change(self) -> Cells:
        """The change, cell by cell."""
        return self.results["change"]  # type: ignore[return-value]


def compare_periods(
    incidents: Any,
    *,
    after: Any = None,
    after_since: Any = None,
    before_until: Any = None,
    bandwidth: float | None = None,
    cell_size: float | None = None,
    boundary: Any = None,
    progress: Progress = None,
) -> PeriodComparison:
    """Compare two periods: a density of each on the same grid in the same colours, what has changed, and in words.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: of the earlier period, or of both.
    after : The incidents of the later period, where they are a layer of their own, with dates in its column `occurred`; of
        it the same category is taken. Default: those of the one layer from the begin of the later period on.
    after_since : The date (YYYY-MM-DD) at which the later period begins; needed for one layer that holds both.
    before_until : The date before which the earlier period ends. Default: where the later one begins.
    bandwidth : Radius (m) of the kernel of both densities. Default: by the reference rule, from both periods together.
    cell_size : Side (m) of a cell of the change. Default: the shorter side of the data / 150, at least 150 m, to two digits.
    boundary : Polygon layer of the study area. Default: what lies around the incidents, a stand-in; a boundary is better.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    PeriodComparison
        The densities before and after (`density_before`, `density_after`) with one bandwidth, one grid and the same limits of
        classes, in incidents per km² (per km² in 30 days, where the periods are of unequal length), the change from cell to
        cell (`change`), and in sentences what was found and what must be kept in mind.

        In a script the sentences are in `findings` and `caveats`, the numbers told in `claims`; `.html()` is a page of them, and
        `.save(folder)` writes all.

    Raises
    ------
    ValueError
        If the periods overlap, are not told apart or one has no incident in the study area, the incidents have weights, or
        are too few for a grid or a bandwidth.
    """
    periods = periods_of(incidents, after, after_since, before_until)
    area = as_boundary(boundary, periods.before.crs)
    with period_guards.judged_together(periods.before, periods.after):
        change = change_map(
            periods.before, after=periods.after, cell_size=cell_size, boundary=area, progress=within(progress, 0.0, 0.4)
        )
        before, after_it = _densities(periods, area, bandwidth, within(progress, 0.4, 1.0))
    results: dict[str, Result] = {"density_before": before, "density_after": after_it, "change": change}
    told = findings_of(periods, results, _code(results, after, after_since, before_until, area))
    findings, parameters = sentences_of(told), Parameters(change.parameters)
    parameters.tell(" ".join(findings))
    title = change.label.replace("Change", "Comparison", 1)
    return PeriodComparison(title, results, findings, caveats_of(results), {}, parameters, claims_of(told))


def _code(results: dict[str, Result], after: Any, after_since: Any, before_until: Any, boundary: Any) -> str:
    """Return the code that makes the comparison again."""
    asked = {"after_since": after_since, "before_until": before_until}
    return call(
        "compare_periods",
        "incidents",
        after=named_if("after", after),
        **{name: None if day is None else in_digits(moment(name, day)) for name, day in asked.items()},
        bandwidth=results["density_after"].parameters["bandwidth"],
        cell_size=results["change"].parameters["cell_size"],
        boundary=named_if("boundary", boundary),
    )


def _densities(
    periods: Periods, area: Features | None, bandwidth: float | None, progress: Progress
) -> tuple[Surface, Surface]:
    """Return the densities of both periods, alike in all but their incidents."""
    whole = kde(
        periods.together(), bandwidth=bandwidth or "reference", boundary=area, progress=within(progress, 0.0, 0.4)
    )
    alike: dict[str, Any] = dict(
        bandwidth=whole.parameters["bandwidth"],
        cell_size=whole.parameters["cell_size"],
        boundary=_frame(whole) if area is None else area,
        edge_correction=area is not None,
    )
    made = []
    for number, (period, days) in enumerate(zip((periods.before, periods.after), periods.days)):
        part = within(progress, 0.4 + 0.3 * number, 0.7 + 0.3 * number)
        surface = _per_days(kde(period, progress=part, **alike), days, periods.days)
        _keep_reasons(surface, whole)
        made.append(replace(surface, label=_label(surface, periods, number)))
    limits = tuple(density_limits(np.concatenate([surface.values.ravel() for surface in made])))
    before, after = (replace(surface, limits=limits) for surface in made)
    return before, after


def _frame(surface: Surface) -> Features:
    """Return the bounds of a surface as an area, so that others are laid over the same ones."""
    west, south, east, north = surface.grid.bounds
    # A hair short of its cells: else one more row and column would begin.
    width, height = (side - surface.grid.cell_size / 4 for side in (east - west, north - south))
    frame = geometry.rectangles_wkb(np.array([west]), np.array([south]), width, height)
    return Features(list(frame), surface.grid.crs, {}, "the surroundings of both periods' incidents")


def _per_days(surface: Surface, days: float, both: tuple[float, float]) -> Surface:
    """Return a density in incidents of as many days for both periods, where these are not equally long."""
    if both[0] == both[1]:
        return surface
    unit = f"{surface.unit} in {STANDARD_DAYS} days"
    values = surface.values * STANDARD_DAYS / days
    surface.parameters["unit"] = unit
    surface.parameters.tell(f"the highest density is {in_words(np.nanmax(values))} {unit}")
    return replace(surface, values=values, unit=unit)


def _label(surface: Surface, periods: Periods, number: int) -> str:
    """Return a density's title, with its period as the change names it: as chosen, not by the first and the last incident."""
    before_or_after, period = ("Before", "After")[number], (periods.before, periods.after)[number]
    kind, *_, count = surface.label.split(" · ")
    parts = (before_or_after, kind, period.selection.get("category"), period_in_words(period), count)
    return " · ".join(part for part in parts if part)


def _keep_reasons(surface: Surface, whole: Surface) -> None:
    """Keep why bandwidth and cell size were chosen: from both periods together."""
    for name in ("bandwidth_reason", "cell_size_reason"):
        if name in whole.parameters:
            surface.parameters[name] = f"{whole.parameters[name]}; of both periods together"
