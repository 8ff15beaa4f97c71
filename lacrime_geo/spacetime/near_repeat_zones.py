"""Zones around the last incidents in which near repeats are to be expected, fading day by day."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks, selection
from ..geometry import circles_wkb
from ..incidents import Incidents
from ..parameters import Parameters, Unsaid, incidents_that, warned_once
from ..places import collapse
from ..progress import Progress, advance, within
from ..results import Shapes
from .bands import DAYS, METRES, SAME_PLACE, Bands
from .dated_places import DatedPlaces, dated_places
from .knox_counts import Asked, counts_of
from .knox_test import near_repeat
from .knox_words import drift_in_words
from .near_repeat_reach import Reach, both_or_neither

WHAT = "a zone of near repeats"
KNOX, LINEAR = "knox", "linear"
DECAYS = (KNOX, LINEAR)
WEEK = 7
# A place alone has no area; a circle of this radius (m) shows where it is.
OF_A_PLACE = 50.0
DAY = np.timedelta64(1, "D")


class ZoneReach(NamedTuple):
    """How far (m) and how many days a zone reaches, and how far (m) repeats were counted to measure its risk."""

    distance: float
    days: int
    measured: float


def risk_zones(
    incidents: Any,
    *,
    distance: float | None = None,
    days: int | None = None,
    decay: str = "knox",
    as_of: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> Shapes:
    """Draw zones around the last incidents in which more are to be expected in the next days, by the near repeats so far.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with times: the last ones, and enough before them to learn from.
    distance : radius of a zone (m). Default: as far as near repeats are significant in the Knox test of all incidents.
    days : how many days a zone lasts, its incident's own date included. Default: as long as they are.
    decay : risk by the age of a zone: "knox", observed / expected pairs of that age, by weeks, or "linear": from 1
        on the first day to 0 after the last.
    as_of : the zones as they are on this date (YYYY-MM-DD), by what was known then: incidents after it, or reported after it,
        are left out. Default: the date of the last incident.
    seed : of the random numbers of the Knox test.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Shapes
        A circle for each place with incidents in the last `days`: `days_left` (today included), `risk` (observed / expected
        near repeats at its age; of "linear" the share that is left), `age` (days), `count` (incidents on the place within
        these days), `first` and `last` (from when to when it lasts).

    Raises
    ------
    ValueError
        If distance and days are not given and no near repeats are significant, or where crime happens has changed over the
        period, which the Knox test cannot tell from near repeats; if only one of them is given, there is no incident in the
        last days, the incidents have weights or no times, or fewer than two have both a place and a date.

    Notes
    -----
    After Bowers, Johnson & Pease 2004, in plain zones: a place has the risk of its latest incident, zones that overlap do not
    add up. The ratio says how many times as many pairs there are as by chance; how many incidents fall into the zones must be
    measured on later ones.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> when = np.datetime64("2023-01-01") + np.array([0, 3, 40, 44])
    >>> points = Incidents([380000.0, 380050, 382000, 382040], [3768000.0] * 4, when=when, crs="EPSG:32611")
    >>> zones = risk_zones(points, distance=100, days=7)
    >>> zones["days_left"].tolist(), zones["last"].astype("M8[D]").astype(str).tolist()
    ([3, 7], ['2023-02-16', '2023-02-20'])
    """
    checks.option("decay", decay, DECAYS)
    both_or_neither(distance, days)
    seed = checks.whole("seed", seed, 0)
    with warned_once():
        zones = _drawn(incidents, distance, days, decay, as_of, seed, progress)
    advance(progress, 1.0)
    return zones


def _drawn(incidents: Any, distance: Any, days: Any, decay: str, as_of: Any, seed: int, progress: Progress) -> Shapes:
    """Return the zones, once it is clear what is asked for."""
    found, parameters = dated_places(incidents, WHAT)
    today, found = _known_on(found, as_of, parameters)
    reach = _reach(found, distance, days, seed, parameters, within(progress, 0.0, 0.8))
    parameters.update(distance=reach.distance, days=reach.days, decay=decay)
    risk = _risk_by_age(found, reach, decay, parameters, within(progress, 0.8, 0.9))
    advance(progress, 0.9)
    columns, places = _zones(found, today, reach, risk)
    wkb = circles_wkb(*places, reach.distance)
    parameters.tell(
        f"{wkb.size:,} zone{'s' * (wkb.size != 1)} of {reach.distance:g} m around places with incidents in the {reach.days} days "
        f"up to {parameters['as_of']}; the last of them ends on {columns['last'].max().astype('M8[D]')}"
    )
    label = found.everything.titled(f"Near-repeat zones of {parameters['as_of']}")
    return Shapes(columns, parameters, wkb, found.everything.crs, "risk_zones", label)


def _known_on(found: DatedPlaces, as_of: Any, parameters: Parameters) -> tuple[np.int64, DatedPlaces]:
    """Return a date (days since 1970) and the incidents that were known on it: by default the last one's, and all."""
    if as_of is None:
        today = found.day.max()
        parameters.choose("as_of", str(today.astype("M8[D]")), "the date of the last incident")
        return today, found
    date = selection.moment("as_of", as_of).astype("M8[D]")
    parameters["as_of"] = str(date)
    today = date.astype(np.int64)
    known = found.day <= today
    if found.incidents.reported is not None:
        late = found.incidents.reported.astype("M8[D]") > date
        known &= ~late
    left_out = int((~known).sum())
    parameters.note(
        "not_known_yet",
        left_out,
        incidents_that(left_out, "was not known yet, and is left out", "were not known yet, and are left out"),
    )
    if not known.any():
        raise ValueError(f"No incident of {found.everything.label!r} was known on {date}; take a later date (as_of).")
    rows = np.flatnonzero(found.known)[known]
    mask = np.zeros(found.known.size, dtype=bool)
    mask[rows] = True
    return today, DatedPlaces(found.everything, mask, found.incidents.take(known), found.day[known])


def _reach(
    found: DatedPlaces, distance: Any, days: Any, seed: int, parameters: Parameters, progress: Progress
) -> ZoneReach:
    """Return how far zones reach and how long they last: as told, or as near repeats are significant."""
    if distance is not None:
        metres = checks.positive("distance", distance)
        return ZoneReach(metres, checks.whole("days", days), metres)
    table = near_repeat(found.incidents, seed=seed, progress=progress)
    drift = drift_in_words(table)
    if drift:
        raise ValueError(
            f"No zones are drawn from the Knox test of {found.everything.label!r}: {drift}. Give distance and days to draw zones "
            "of your own, or take a shorter period."
        )
    significant = Reach.of(table, None, None, Unsaid())
    if not significant.days.size:
        raise ValueError(
            f"The {found.day.size:,} incidents of {found.everything.label!r} have no significant near repeats, so there is no "
            "reason for zones; give distance and days to draw some all the same."
        )
    radius = max(significant.distance, OF_A_PLACE) if significant.distance <= SAME_PLACE else significant.distance
    parameters.choose("distance", radius, _reason(significant), " m")
    parameters.choose("days", significant.longest, _reason(significant), " days")
    return ZoneReach(radius, significant.longest, significant.distance)


def _reason(reach: Reach) -> str:
    said = f"near repeats are significant at {reach.words}"
    return f"{said}: a circle of {OF_A_PLACE:g} m shows the place" if reach.distance <= SAME_PLACE else said


def _risk_by_age(
    found: DatedPlaces, reach: ZoneReach, decay: str, parameters: Parameters, progress: Progress
) -> np.ndarray:
    """Return the risk of a zone for each age in days (days,), and keep it with its unit."""
    age = np.arange(reach.days)
    if decay == LINEAR:
        parameters["risk_unit"] = "share of a new zone's risk"
        return 1.0 - age / reach.days
    weeks = Bands(np.append(np.arange(0.0, reach.days, WEEK), reach.days), DAYS)
    across = Bands(np.array([0.0, reach.measured]), METRES)
    placed = found.incidents
    asked = Asked((across.closed, weeks.closed), "euclidean", 0, 0)
    counts = counts_of(placed.easting, placed.northing, found.day, asked, progress)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = counts.in_space[0] * (counts.in_time / counts.in_time.sum())
        ratio = (counts.observed[0] / expected)[:-1]
    parameters["risk_unit"] = "observed / expected pairs"
    parameters["risk_by_age"] = {
        label: round(float(value), 3) if np.isfinite(value) else None
        for label, value in zip(weeks.labels("half-open"), ratio)
    }
    low = [label for label, value in zip(weeks.labels("half-open"), ratio) if not value > 1]
    if low:
        parameters.warn(
            f"At ages of {checks.listed(low)} there are no more near repeats than by chance: these zones are no raised risk; "
            "take fewer days or another distance."
        )
    return np.asarray(ratio[age // WEEK])


def _zones(
    found: DatedPlaces, today: np.int64, reach: ZoneReach, risk: np.ndarray
) -> tuple[dict[str, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the columns and the places of the zones, those with most days left last, which are drawn above the others."""
    age = today - found.day
    live = age < reach.days
    if not live.any():
        raise ValueError(
            f"There is no incident in the {reach.days} days up to {today.astype('M8[D]')}; take an earlier date (as_of) or more "
            "days."
        )
    recent, age = _at(found.incidents, live), age[live]
    first, place = collapse(*recent)
    youngest = np.full(first.size, reach.days)
    np.minimum.at(youngest, place, age)
    x, y = recent[0][first], recent[1][first]
    order = np.lexsort((y, x, -youngest))
    youngest = youngest[order]
    begin = (today - youngest).astype("M8[D]").astype("M8[s]")
    columns = {
        "days_left": reach.days - youngest,
        "risk": risk[youngest],
        "age": youngest,
        "count": np.bincount(place, minlength=first.size)[order],
        "first": begin,
        "last": begin + reach.days * DAY - np.timedelta64(1, "s"),
    }
    return columns, (x[order], y[order])


def _at(incidents: Incidents, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return incidents.easting[rows], incidents.northing[rows]
