"""Outbreaks: where more has happened in the last days than places and days by themselves would make (space-time scan)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks, dates
from ..beginning import begin
from ..delays import period_guards
from ..geometry import circles_wkb
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, within
from ..results import Shapes
from .cylinders import Circles, Cylinders, Found, Spans
from .random_scans import Scans
from .scan_input import cases_of, circles_around, dated_incidents, longest_span, require_few
from .scan_likelihood import P_OF

CELL_SIZE, MAX_RADIUS = 500.0, 3_000.0
# Fewer do not tell how widely maxima vary.
LEAST_FOR_GUMBEL = 19


def space_time_scan(
    incidents: Any,
    *,
    retrospective: bool = False,
    cell_size: float = CELL_SIZE,
    max_radius: float = MAX_RADIUS,
    max_days: int | None = None,
    by_weekday: bool = False,
    permutations: int = 999,
    gumbel: bool = False,
    max_p: float = 0.05,
    seed: int = 0,
    progress: Progress = None,
) -> Shapes:
    """Find outbreaks: circles in which more has happened within some days than place and time alone explain.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with dates.
    retrospective : look for outbreaks at any time of the period, not only for those that last until its last day.
    cell_size : side (m) of the cells in whose middle a circle may stand, those with incidents; its half is the step of the
        radii. Default 500.
    max_radius : largest radius (m). Default 3,000.
    max_days : longest outbreak (days), at most half the period. Default 28, or half the period where that is shorter.
    by_weekday : compare each weekday with itself only: for places that have weekdays of their own, such as nightlife.
    permutations : random scans that p comes from; it is no smaller than 1 / (permutations + 1) without gumbel.
    gumbel : take p from the Gumbel distribution fitted to the random scans, of which it needs 19; it can be smaller.
    max_p : largest p of an outbreak that is returned. Default 0.05.
    seed : of the random scans.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Shapes
        A circle per outbreak, the least likely first: `rank`, `first` and `last` (moment), `days`, `radius` (m), `cases`,
        `expected`, `ratio` (of both), `llr` (log likelihood ratio), `p` (for all cylinders looked at together), `places` (on
        which the cases happened), `easting` and `northing` of the centre (m); unless retrospective also `recurrence_days`:
        so rarely chance makes one as unlikely, in scans made daily. No row where nothing is more than chance.

    Raises
    ------
    ValueError
        If the incidents have weights, no dates, one date or one place only, a limit is not above 0, max_days is longer than
        half the period, or the cylinders are too many.

    Notes
    -----
    The space-time permutation scan of Kulldorff et al. 2005. A cylinder is a circle and a span of days; of its incidents
    μ = Σ n_place n_day / N are expected, so that neither places nor days that always have more weigh, and no population is
    needed. The c incidents of a cylinder have the log likelihood ratio c log(c/μ) + (N − c) log((N − c)/(N − μ)) for c > μ. p
    compares it with the largest of all cylinders when the days are dealt anew among the incidents: (k + 1) / (R + 1), or the
    Gumbel tail (Abrams, Kleinman & Kulldorff 2010). Cylinders hold at most half of all incidents and at least two. Further
    outbreaks overlap no less likely one in both space and time; their p is on the safe side. An outbreak is an excess over the
    place's usual share of the city, not over last year; a fall elsewhere makes one as well.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(1)
    >>> x, y = random.uniform(0, 8000, (2, 500))
    >>> days = random.integers(0, 60, 500)
    >>> x[:20], y[:20], days[:20] = x[:20] / 20, y[:20] / 20, 53 + days[:20] % 7
    >>> when = np.datetime64("2023-09-01") + days
    >>> points = Incidents(x + 380000, y + 3768000, when=when, crs="EPSG:32611")
    >>> found = space_time_scan(points, permutations=99)
    >>> str(found["first"][0]), str(found["last"][0]), int(found["cases"][0])
    ('2023-10-24T00:00:00', '2023-10-30T23:59:59', 21)
    """
    everything, placed, parameters = begin(incidents, None)
    period_guards.warn(parameters, everything)
    dated = dated_incidents(placed, parameters)
    first, cases = cases_of(everything, dated, by_weekday)
    spans = Spans(cases.days, longest_span(max_days, cases.days, parameters), bool(retrospective))
    circles = circles_around(cases, cell_size, max_radius, dated.crs, within(progress, 0.0, 0.02))
    require_few(circles.size * spans.number)
    draws = checks.whole("permutations", permutations, LEAST_FOR_GUMBEL if gumbel else 1)
    seed = checks.whole("seed", seed, minimum=0)
    largest = checks.share("max_p", max_p)
    parameters.update(retrospective=bool(retrospective), by_weekday=bool(by_weekday), permutations=draws, seed=seed)
    parameters.update(inference="gumbel" if gumbel else "rank", max_p=largest)
    parameters.update(cell_size=2 * float(circles.radii[0]), max_radius=float(circles.radii[-1]))
    advance(progress, 0.02)
    scans = Scans(Cylinders(cases, circles, spans))
    parameters["cylinders"] = scans.cylinders.number
    maxima = scans.maxima(draws, seed, within(progress, 0.05, 0.95))
    outbreaks, p = _outbreaks(scans, maxima, parameters)
    advance(progress, 1.0)
    places = _places(outbreaks, scans.cylinders)
    _tell(outbreaks, p, places, first, parameters)
    kept = p <= largest
    _warn_of_one_place(outbreaks.where(kept), places[kept], parameters)
    columns = _columns(outbreaks.where(kept), p[kept], first, scans.cylinders, bool(retrospective))
    shapes = circles_wkb(*circles.of(outbreaks.circle[kept]))
    return Shapes(columns, parameters, shapes, placed.crs, "outbreaks", everything.titled("Outbreaks"))


def _outbreaks(scans: Scans, maxima: np.ndarray, parameters: Parameters) -> tuple[Found, np.ndarray]:
    """Return the cylinders that overlap no less likely one, and their p: at least the first, and those up to `max_p`."""
    p_of, max_p = P_OF[parameters["inference"]], parameters["max_p"]
    parameters["largest_by_chance"] = [float(f"{value:.6g}") for value in np.quantile(maxima, [0.5, 0.95, 1.0])]
    found = scans.found(scans.cylinders.cases.day)
    least = parameters["largest"] = float(found.ratio.max(initial=0.0))
    if not found.ratio.size:
        return found, np.zeros(0)
    while least > 0 and p_of(np.array([least]), maxima)[0] <= max_p:
        least *= 0.9
    found = scans.found(scans.cylinders.cases.day, least)
    p = p_of(found.ratio, maxima)
    rows = np.flatnonzero((p <= max_p) | (found.ratio == found.ratio.max()))
    rows = rows[_apart(found.where(rows), scans.cylinders.circles)]
    return found.where(rows), p[rows]


def _apart(found: Found, circles: Circles) -> np.ndarray:
    """Return the rows of the least likely cylinders of which none overlaps another in space and time."""
    x, y, radius = circles.of(found.circle)
    # Of equally unlikely ones the smaller and shorter.
    left = np.lexsort((found.start, found.circle, found.stop - found.start, radius, -found.ratio))
    kept = []
    while left.size:
        top = left[0]
        kept.append(top)
        near = np.hypot(x[left] - x[top], y[left] - y[top]) < radius[left] + radius[top]
        together = (found.start[left] < found.stop[top]) & (found.start[top] < found.stop[left])
        left = left[~(near & together)]
    return np.array(kept, dtype=np.int64)


def _columns(
    found: Found, p: np.ndarray, first: np.datetime64, cylinders: Cylinders, retrospective: bool
) -> dict[str, np.ndarray]:
    x, y, radius = cylinders.circles.of(found.circle)
    columns = {
        "rank": np.arange(1, p.size + 1),
        "first": (first + found.start).astype("M8[s]"),
        "last": (first + found.stop).astype("M8[s]") - np.timedelta64(1, "s"),
        "days": found.stop - found.start,
        "radius": radius,
        "cases": found.cases,
        "expected": found.expected,
        "ratio": found.cases / found.expected,
        "llr": found.ratio,
        "p": p,
        "places": _places(found, cylinders),
        "easting": x,
        "northing": y,
    }
    if not retrospective:
        columns["recurrence_days"] = 1 / p
    return columns


def _places(found: Found, cylinders: Cylinders) -> np.ndarray:
    """Return on how many places the incidents of each cylinder happened."""
    cases = cylinders.cases
    number = []
    for circle, start, stop in zip(found.circle, found.start, found.stop):
        within_days = cases.place[(cases.day >= start) & (cases.day < stop)]
        number.append(np.intersect1d(within_days, cylinders.circles.places(int(circle))).size)
    return np.array(number, dtype=np.int64)


def _warn_of_one_place(found: Found, places: np.ndarray, parameters: Parameters) -> None:
    """Say which outbreaks have all their incidents on one place, which is often one event reported several times."""
    rows = np.flatnonzero(places == 1)
    if rows.size:
        ranks = checks.listed(f"{row + 1} ({found.cases[row]:,} incidents)" for row in rows)
        parameters.warn(
            f"All incidents of outbreak {ranks} are on one place: often that is one event with many reports or victims, and no "
            "series; look at them, or count events instead of victims."
        )


def _tell(found: Found, p: np.ndarray, places: np.ndarray, first: np.datetime64, parameters: Parameters) -> None:
    """Say how many outbreaks there are and what the least likely one is, also where it is none."""
    number = int((p <= parameters["max_p"]).sum())
    parameters["outbreaks"] = number
    if not p.size:
        parameters.tell("no outbreak: no circle has two incidents or more, and more than expected")
        return
    numbers = f"{found.cases[0]:,} incidents where {in_words(found.expected[0])} are expected"
    span = dates.days_in_words(*((first + day).astype("M8[s]") for day in (found.start[0], found.stop[0] - 1)))
    where = ", all on one place" if places[0] == 1 else ""
    told = f"{numbers}, {span}{where} (p {in_words(p[0])})"
    if number:
        parameters.tell(f"{number:,} outbreak{'s' * (number > 1)} with p ≤ {parameters['max_p']:g}; the first: {told}")
    else:
        parameters.tell(f"no outbreak with p ≤ {parameters['max_p']:g}: the least likely cylinder has {told}")
