"""Points made safe: each says what at least k say, and is moved into a ring where a mask is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from .. import checks, geometry
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters, incidents_that
from ..places import collapse
from ..progress import Progress, advance, within
from ..sensitivity.reruns import out_of
from .k_anonymity import (
    DAY,
    LEFT_OUT,
    MONTH,
    STEPS,
    UNDATED,
    YEAR,
    Coarsened,
    Step,
    coarsened,
    date_of,
    place_of,
    ranks,
)
from .masking import NONE, SCALED, Candidates, Radii, masked, radii
from .masking_damage import damage
from .safe_areas import Made

OF_VICTIMS = ("victim", "vict ", "vict_")
# How many of the points that leave stand where a point stands, and how its place is told where it was coarsened.
HERE, SQUARE = "incidents_here", "middle of a square of"
DATE, CATEGORY, CASE = "occurred", "category", "case_no"


class PointRules(NamedTuple):
    """What is asked of points."""

    k: int
    columns: list[str] | None
    mask: str
    given: tuple[float | None, float | None]
    population: Any
    population_weight: Any
    seed: int | None


class Told(NamedTuple):
    """The columns that leave: dates (datetime64), which can be coarsened, and others."""

    dates: dict[str, np.ndarray]
    others: dict[str, np.ndarray]

    def take(self, rows: np.ndarray) -> Told:
        """Return some rows."""
        return Told(*({name: column[rows] for name, column in part.items()} for part in self))


class Leaving(NamedTuple):
    """Which points (n,) leave, and of these where they are shown, what they say, and what was counted."""

    shown: np.ndarray
    x: np.ndarray
    y: np.ndarray
    columns: dict[str, np.ndarray]
    measures: dict[str, float]


def safe_points(everything: Incidents, rules: PointRules, progress: Progress = None) -> Made:
    """Return the points that may leave, sorted by what they say, so that their order tells nothing."""
    parameters = Parameters(layer=everything.label, k=rules.k, mask=rules.mask, **everything.selection)
    missing = int((~everything.placed).sum())
    sentence = incidents_that(missing, "has no place, and is left out", "have no place, and are left out")
    parameters.note("without_place", missing, sentence)
    _warn_of_offences(everything, parameters)
    told = _told(everything, rules.columns, parameters).take(everything.placed)
    points = replace(everything.located(), weight=None)
    make = _coarse if rules.mask == NONE else _masked
    made = make(points, told, rules, parameters, within(progress, 0.0, 0.5))
    if not made.shown.any():
        raise ValueError(
            f"No {rules.k} of the {points.size:,} incidents say the same of their place, however coarse, and of "
            f"{', '.join([*told.dates, *told.others]) or 'nothing else'}: name fewer columns, or lower k."
        )
    after = replace(points.take(made.shown), easting=made.x, northing=made.y)
    advance(progress, 0.5)
    moved = np.hypot(made.x - points.easting[made.shown], made.y - points.northing[made.shown])
    advance(progress, 0.5)
    measures = {**_counted(everything, points, made.shown), **made.measures}
    measures.update(damage(points, after, moved, within(progress, 0.5, 0.9)))
    parameters.tell(_in_words(measures, rules, parameters.get("hidden_among", "")))
    parameters["title"] = after.titled(_called(made.columns, rules))
    parameters["protection"] = _protection(rules)
    advance(progress, 0.92)
    order = np.lexsort((*(ranks(column) for column in made.columns.values()), made.y, made.x))
    advance(progress, 0.95)
    wkb = np.empty(after.size, dtype=object)
    wkb[:] = geometry.points_wkb(made.x[order], made.y[order])
    columns = {name: column[order] for name, column in made.columns.items()}
    if HERE in columns:
        return Made(wkb, points.crs, columns, measures, parameters, "incidents")
    _, place = collapse(made.x[order], made.y[order])
    return Made(wkb, points.crs, {**columns, HERE: np.bincount(place)[place]}, measures, parameters, "safe_points")


def _called(columns: dict[str, np.ndarray], rules: PointRules) -> str:
    """Return what a map of the points shows: where they stand is not where it happened."""
    if rules.mask != NONE:
        return "Reported incidents, moved at random to hide their places"
    exactness = list(columns.values())[-1]
    largest = max((step.cell for step in STEPS if f"{SQUARE} {step.cell:,g} m" in exactness), default=0)
    if not largest:
        return f"Reported incidents, at least {rules.k} alike"
    size = f"{largest / 1000:g} km" if largest >= 1000 else f"{largest:g} m"
    return f"Reported incidents, moved to the middle of squares of up to {size}"


def _protection(rules: PointRules) -> str:
    """Return what was done to the points, as what a page says of them goes on."""
    if rules.mask != NONE:
        return (
            f"places moved at random, dates coarsened until at least {rules.k} incidents near each other say the same"
        )
    return f"places and dates coarsened until at least {rules.k} incidents say the same"


def _warn_of_offences(points: Incidents, parameters: Parameters) -> None:
    """Warn where several rows are of one incident, as in NIBRS files: k rows are then fewer people."""
    source = points.source
    names = () if source is None else source.columns if hasattr(source, "columns") else source
    if CASE not in [str(name) for name in names]:
        return
    cases = [case for case in np.asarray(checks.column(source, CASE)).tolist() if case and case == case]
    again = len(cases) - len(set(cases))
    if again:
        parameters.warn(
            f"{again:,} of {points.size:,} rows are further offences of an incident ({CASE}), and "
            f"{parameters['k']} rows may be one person's: take one_per_incident first."
        )


def _told(points: Incidents, columns: list[str] | None, parameters: Parameters) -> Told:
    """Return the columns that leave, all rows; say which do not, and warn of victims' ones."""
    dates: dict[str, np.ndarray] = {}
    others: dict[str, np.ndarray] = {}
    usual = {DATE: points.when, CATEGORY: points.category, points.time_column: points.when}
    for name in columns if columns is not None else [one for one in (DATE, CATEGORY) if usual[one] is not None]:
        values = usual.get(name)
        values = _plain_dates(np.asarray(checks.column(points.source, name) if values is None else values))
        (dates if values.dtype.kind == "M" else others)[name] = values
    victims = [name for name in (*dates, *others) if name.lower().startswith(OF_VICTIMS)]
    if victims:
        leave = (
            "describes victims, and leaves because it was"
            if len(victims) == 1
            else "describe victims, and leave because they were"
        )
        parameters.warn(f"{', '.join(victims)} {leave} named.")
    source = points.source if points.source is not None else ()
    own = [str(name) for name in (source.columns if hasattr(source, "columns") else source)]
    dropped = [name for name in own if name not in (*dates, *others, "geometry", "feature id")]
    parameters["columns"] = [*dates, *others]
    if dropped:
        parameters.log.info("columns that do not leave: %s", ", ".join(dropped))
    return Told(dates, others)


def _plain_dates(values: np.ndarray) -> np.ndarray:
    """Return a column of dates with a time zone, which comes as objects, as dates: the wall clock is kept, as everywhere."""
    if values.dtype != object:
        return values
    missing = np.array([value is None or value != value for value in values.tolist()], dtype=bool)
    if missing.all() or not all(isinstance(value, datetime) for value in values[~missing].tolist()):
        return values
    dates = np.full(values.size, np.datetime64("NaT"), dtype="M8[s]")
    dates[~missing] = [np.datetime64(value.replace(tzinfo=None), "s") for value in values[~missing].tolist()]
    return dates


def _coarse(points: Incidents, told: Told, rules: PointRules, parameters: Parameters, progress: Progress) -> Leaving:
    """Return the points that leave, coarsened in place and date until k say the same."""
    steps = STEPS if told.dates else tuple(Step(cell, UNDATED) for cell in dict.fromkeys(step.cell for step in STEPS))
    dates, others = list(told.dates.values()), list(told.others.values())
    found = coarsened(points.easting, points.northing, dates, others, rules.k, steps, progress)
    shown = found.step != LEFT_OUT
    x, y, place = points.easting.copy(), points.northing.copy(), np.full(points.size, "as given", dtype=object)
    for number, step in enumerate(steps):
        rows = found.step == number
        x[rows], y[rows] = place_of(x[rows], y[rows], step)
        if step.cell:
            place[rows] = f"{SQUARE} {step.cell:,g} m"
    columns = {**_written(told, found, steps), _exactness(told): place}
    kept = {name: column[shown] for name, column in columns.items()}
    return Leaving(shown, x[shown], y[shown], kept, _steps_told(found, steps))


def _exactness(told: Told) -> str:
    """Return what the column is called that says how exact a place is; one of that name leaves as it is."""
    return "place_told" if "place" in told.others or "place" in told.dates else "place"


def _steps_told(found: Coarsened, steps: tuple[Step, ...]) -> dict[str, float]:
    """Return how many rows leave at each step, and the size of the smallest group."""
    number = np.bincount(found.step[found.step != LEFT_OUT], minlength=len(steps))
    told = {f"told: {step.said}": float(rows) for step, rows in zip(steps, number) if rows}
    return {**told, "smallest_group": float(found.size[found.step != LEFT_OUT].min(initial=found.size.size))}


def _written(told: Told, found: Coarsened, steps: tuple[Step, ...]) -> dict[str, np.ndarray]:
    """Return the columns as they leave: dates as text, as coarse as each row's step."""
    columns = {}
    for name, dates in told.dates.items():
        columns[name] = np.full(dates.size, "", dtype=object)
        for number, step in enumerate(steps):
            rows = found.step == number
            columns[name][rows] = date_of(dates[rows], step)
    return {**columns, **told.others}


def _masked(points: Incidents, told: Told, rules: PointRules, parameters: Parameters, progress: Progress) -> Leaving:
    """Return the points that leave, moved into rings: those that say what k in their neighbourhood say."""
    first, place = collapse(points.easting, points.northing)
    x, y = points.easting[first], points.northing[first]
    people = rules.population
    people = None if people is None else as_incidents(people, weight=rules.population_weight, crs=points.crs)
    candidates = Candidates.of(x, y, people)
    rings = radii(x, y, candidates, rules.k, rules.given, rules.mask == SCALED, parameters)
    random = np.random.default_rng(rules.seed)
    new_x, new_y, anonymity = masked(x, y, rings, candidates, rules.k, random, within(progress, 0.0, 0.4))
    hidden = (anonymity >= rules.k)[place]
    # Who knows what a point says and about where it was must find k of them as far as points are moved; what is not
    # hidden is no part of them.
    reach = 2 * float(rings.most.max())
    steps = tuple(Step(reach, unit) for unit in (DAY, MONTH, YEAR, UNDATED)) if told.dates else (Step(reach, UNDATED),)
    candid = told.take(hidden)
    dates, others = list(candid.dates.values()), list(candid.others.values())
    x, y = points.easting[hidden], points.northing[hidden]
    found = coarsened(x, y, dates, others, rules.k, steps, within(progress, 0.4, 1.0))
    alike = found.step != LEFT_OUT
    shown = np.zeros(points.size, dtype=bool)
    shown[np.flatnonzero(hidden)[alike]] = True
    columns = {name: column[alike] for name, column in _written(candid, found, steps).items()}
    columns[_exactness(told)] = np.full(int(alike.sum()), "moved", dtype=object)
    parameters["hidden_among"] = candidates.name
    measures = {
        "left_out_unhidden": float((~hidden).sum()),
        "left_out_unlike": float((~alike).sum()),
        **_steps_told(found, steps),
        **_hiding(anonymity[place][shown], rings),
    }
    return Leaving(shown, new_x[place][shown], new_y[place][shown], columns, measures)


def _hiding(anonymity: np.ndarray, rings: Radii) -> dict[str, float]:
    """Return the radii, and how many candidates the points that leave could be."""
    least, few, half = np.quantile(anonymity, [0.0, 0.05, 0.5]) if anonymity.size else [np.nan] * 3
    return {
        "smallest_radius": float(rings.least.min()),
        "largest_radius": float(rings.most.max()),
        "k_smallest": float(least),
        "k_5_percent": float(few),
        "k_median": float(half),
    }


def _counted(everything: Incidents, points: Incidents, shown: np.ndarray) -> dict[str, float]:
    return {
        "rows": float(everything.size),
        "without_place": float(everything.size - points.size),
        "left_out": float((~shown).sum()),
        "shown": float(shown.sum()),
    }


def _in_words(measures: dict[str, float], rules: PointRules, among: str) -> str:
    rows = int(measures["rows"])
    text = f"{out_of(int(measures['shown']), rows)} of the rows leave, each says what at least {rules.k} say; "
    if rules.mask != NONE:
        text += (
            f"places are moved by {measures['mean_displacement']:,.0f} m in the mean, and half of the points could be of "
            f"{measures['k_median']:,.0f} {among} or more; "
        )
    if np.isnan(measures["density_correlation"]):
        return f"{text}places are too few, or too much on one spot, to compare densities before and after"
    return (
        f"{text}densities before and after correlate by {measures['density_correlation']:.3f} and share "
        f"{100 * measures['density_top_shared']:.0f} % of the densest 5 % of the cells"
    )
