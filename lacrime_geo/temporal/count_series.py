"""Counts of incidents by days, weeks or months, area by area: every step of the period is there, zeros included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import checks, selection
from ..alike_rows import sums_of
from ..features import Features, as_features
from ..grouping import by_values, values_of
from ..incident_columns import number_of
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..progress import Progress
from .step_rows import NO_AREA, NO_PLACE, StepRows, Steps, areas_of

STEPS = ("day", "week", "month")
DAY, MONTH, WEEK = np.timedelta64(1, "D"), np.timedelta64(1, "M"), 7
# A century of days.
MOST_STEPS = 36_525
NAME_COLUMNS = ("name", "area_name", "aprec", "division", "neighborhood", "district", "area", "prec", "id")


@dataclass(frozen=True, eq=False)
class CountSeries:
    """Hold counts (areas, steps) of steps that follow each other without a gap.

    Parameters
    ----------
    name : of each area (areas,), text.
    begin : first day of each step (steps,), datetime64[D].
    end : first day after the last step.
    count : incidents of each area and step (areas, steps).
    step : "day", "week" or "month".
    areas : the polygons, in the order of the names, where there are any.
    known : where a count is known (areas, steps); None where all are.
    squares : the sum of the squares of the weights of each area (areas,), where `count` is of sums of weights.
    """

    name: np.ndarray
    begin: np.ndarray
    end: np.datetime64
    count: np.ndarray
    step: str
    areas: Features | None = None
    known: np.ndarray | None = None
    squares: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """The days of each step (steps,)."""
        return np.asarray(np.diff(np.append(self.begin, self.end)).astype(np.int64))

    @property
    def total(self) -> np.ndarray:
        """The counts of all areas together (steps,)."""
        return np.asarray(self.count.sum(axis=0))


def count_series(
    incidents: Incidents,
    *,
    step: str = "day",
    by: Any = None,
    areas: Any = None,
    dates: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    rows: StepRows | None = None,
    parameters: Parameters,
    progress: Progress = None,
) -> CountSeries:
    """Count incidents by steps of time, and by area or group; those without a date or an area are noted.

    Parameters
    ----------
    incidents : of the whole period.
    step : "day", "week" (seven days, the last one ending with the period) or "month".
    by : column name or array (n,) that tells groups apart.
    areas : polygon layer; every polygon has a series.
    dates : by which to count (n,). Default: the times of the incidents.
    weight : of each incident (n,), 0 or more, whose sums take the place of counts. Default: 1 each.
    rows : of a scan, of which `incidents` are the days alone, what was gathered of its incidents by these steps, with their
        areas, or the columns that `by` names; an array tells the rows apart. Default: the incidents themselves.
    parameters : the record, in which what is left out is noted.
    progress : function of a fraction, returning False to stop.

    Raises
    ------
    ValueError
        If there are no times, `by` and `areas` are both given, or the period is shorter than one step.
    """
    checks.option("step", step, STEPS)
    if by is not None and areas is not None:
        raise ValueError("by and areas both tell the series apart; give one of them.")
    steps, day = steps_of(incidents, step, dates)
    polygons = None if areas is None else polygons_of(areas, incidents.crs)
    if rows is None:
        number = None if polygons is None else areas_of(polygons, incidents, progress)
        rows = StepRows(day, {}, number, weight=weight, squares=None if weight is None else weight**2)
        values = None if by is None else values_of(incidents, by)
    else:
        values = rows.told[by] if isinstance(by, str) else by
    if polygons is not None:
        number, names = _numbers_of_areas(rows, polygons, parameters), named(polygons, parameters)
    else:
        number, names = _groups(rows, values, by if isinstance(by, str) else "groups", parameters, progress)
    return replace(_summed_up(rows, number, names, steps, step, parameters), areas=polygons)


def _summed_up(
    rows: StepRows, number: np.ndarray, names: np.ndarray, steps: Steps, step: str, parameters: Parameters
) -> CountSeries:
    """Return the sums of rows by the number of their group (k,), −1 for none, and by steps; note what is of none of these."""
    at, inside = steps.within(rows.day)
    _note(rows, steps, inside, parameters)
    counted = inside & (number >= 0)
    number, at = number[counted], at[counted]
    shape = (names.size, steps.begin.size)
    flat, size = number * shape[1] + at, shape[0] * shape[1]
    if rows.weight is None or rows.squares is None:
        times = None if rows.frequency is None else rows.frequency[counted]
        count = np.bincount(flat, times, minlength=size).astype(np.int64)
        return CountSeries(names, steps.begin, steps.end, count.reshape(shape), step)
    total, squares = sums_of(flat, rows.weight[counted], size), sums_of(number, rows.squares[counted], names.size)
    return CountSeries(names, steps.begin, steps.end, total.reshape(shape), step, squares=squares)


def steps_of(incidents: Incidents, step: str, dates: np.ndarray | None = None) -> tuple[Steps, np.ndarray]:
    """Return the whole steps of the period of incidents, and the day of each (n,); raise where none has a date."""
    day = _days(incidents, dates)
    return Steps(*steps_between(*period_of(incidents, day), step)), day


def polygons_of(areas: Any, crs: str) -> Features:
    """Return areas as polygons in a CRS; raise where they are none."""
    polygons = as_features(areas, crs=crs)
    if not polygons.are_polygons:
        raise ValueError(
            f"areas must be a polygon layer, and {polygons.label!r} holds none; give one such as districts."
        )
    return polygons


def _days(incidents: Incidents, dates: np.ndarray | None) -> np.ndarray:
    when = incidents.when if dates is None else dates
    if when is None or np.isnat(when).all():
        raise ValueError(
            f"The incidents of {incidents.label!r} have no times, which a series of counts needs; name their time column "
            "(time_column)."
        )
    return when.astype("M8[D]")


def period_of(incidents: Incidents, day: np.ndarray) -> tuple[np.datetime64, np.datetime64]:
    """Return the first and the last day of a period: as asked for, within those of the whole file.

    A file's last day is that of its last incident of any kind: days after the last one of a rare category count 0.
    """
    whole = incidents.whole.when if incidents.whole.when is not None and incidents.when is not None else day
    known = np.concatenate([times[~np.isnat(times)].astype("M8[D]") for times in (whole, day)])
    first, last = known.min(), known.max()
    begin, end = selection.period_of(incidents.selection.get("since"), incidents.selection.get("until"))
    if begin is not None:
        first = max(first, begin.astype("M8[D]"))
    if end is not None:
        last = min(last, (end - np.timedelta64(1, "s")).astype("M8[D]"))
    return first, last


def steps_between(first: np.datetime64, last: np.datetime64, step: str) -> tuple[np.ndarray, np.datetime64]:
    """Return the first day of each whole step of a period, and the first day after them.

    >>> steps_between(np.datetime64("2023-01-31"), np.datetime64("2023-03-30"), "month")[0].astype(str).tolist()
    ['2023-02-01']
    """
    if step == "month":
        begins = np.arange((first - DAY).astype("M8[M]") + MONTH, (last + DAY).astype("M8[M]") + MONTH).astype("M8[D]")
        begin, end = begins[:-1], begins[-1] if begins.size else last
    else:
        days = WEEK if step == "week" else 1
        number = int((last - first) / DAY + 1) // days
        begin, end = last + DAY - np.arange(number, 0, -1) * days * DAY, last + DAY
    if not 1 <= begin.size <= MOST_STEPS:
        raise ValueError(
            f"The period from {first} to {last} holds {begin.size:,} whole steps of a {step}; there must be 1 to "
            f"{MOST_STEPS:,}: choose another step, or check the dates."
        )
    return begin, end


def _groups(
    rows: StepRows, values: np.ndarray | None, name: str, parameters: Parameters, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each row's group (k,), −1 for none, and the groups' names, as values called by a name tell them."""
    if values is None:
        return np.zeros(rows.day.size, dtype=np.int64), np.array(["all"], dtype=object)
    groups = by_values(values, name, parameters, progress, rows.frequency)
    number = np.full(rows.day.size, -1)
    number[groups.known] = groups.number
    return number, groups.names.astype(str).astype(object)


def _numbers_of_areas(rows: StepRows, polygons: Features, parameters: Parameters) -> np.ndarray:
    """Return the number of the area that each row stands in (k,), −1 for none, and note how many are in none."""
    assert rows.area is not None
    parameters["areas"] = polygons.label
    outside = number_of(rows.area == NO_AREA, rows.frequency)
    parameters.note("in_no_area", outside, incidents_that(outside, "stands in no area", "stand in no area"))
    missing = number_of(rows.area == NO_PLACE, rows.frequency)
    parameters.note("without_place", missing, incidents_that(missing, "has no place", "have no place"))
    return np.maximum(rows.area, NO_AREA)


def names_of(areas: Features) -> np.ndarray:
    """Return the names of areas: of their column of names or numbers in which each has its own, else the numbers of the rows."""
    source = {} if areas.source is None else areas.source
    by_lower = {str(key).lower(): key for key in (source.columns if hasattr(source, "columns") else source)}
    for wanted in NAME_COLUMNS:
        values = np.asarray(source[by_lower[wanted]]).tolist() if wanted in by_lower else []
        # Sizes are measured in fractions, and are no names.
        if values and not any(isinstance(value, float) for value in values) and len(set(values)) == areas.size:
            return np.array([str(value) for value in values], dtype=object)
    return np.array([f"area {row}" for row in range(areas.size)], dtype=object)


def named(areas: Features, parameters: Parameters) -> np.ndarray:
    """Return the names of areas, and warn where they have some that cannot be taken, as they repeat or are missing."""
    names = names_of(areas)
    source = {} if areas.source is None else areas.source
    lower = {str(key).lower() for key in (source.columns if hasattr(source, "columns") else source)}
    numbered = names.tolist() == [f"area {row}" for row in range(areas.size)]
    if numbered and {"name", "area_name"} & lower:
        parameters.warn(
            f"The names of the areas of {areas.label!r} repeat or are missing, so they are called by the number of their row: "
            f"area 0 to area {areas.size - 1}."
        )
    return names


def _note(rows: StepRows, steps: Steps, inside: np.ndarray, parameters: Parameters) -> None:
    """Note how many incidents have no date, or one outside the whole steps, of rows some of which (mask) are inside."""
    none = np.isnat(rows.day)
    undated = number_of(none, rows.frequency)
    parameters.note("undated", undated, incidents_that(undated, "has no date", "have no date"))
    outside = number_of(~none & ~inside, rows.frequency)
    parameters.note(
        "outside_the_steps",
        outside,
        incidents_that(outside, "is of no whole step and is left out", "are of no whole step and are left out"),
    )
    first, last = str(steps.begin[0]), str(steps.end - DAY)
    parameters.update(first_day=first, last_day=last, step_incidents=number_of(inside, rows.frequency))
