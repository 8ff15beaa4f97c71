"""Points made safe: each says what at least k say, and is moved into a ring where a mask is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from . import checks, geometry
from .incidents import Incidents, as_incidents
from .k_anonymity import DAY, LEFT_OUT, MONTH, STEPS, YEAR, Coarsened, Step, coarsened, date_of, place_of
from .masking import NONE, SCALED, Candidates, Radii, masked, radii
from .masking_damage import damage
from .parameters import Parameters
from .places import collapse
from .progress import Progress, advance, within
from .reruns import out_of
from .safe_areas import Made

OF_VICTIMS = ("victim", "vict ", "vict_")
DATE, CATEGORY = "occurred", "category"


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


def safe_points(everything: Incidents, rules: PointRules, progress: Progress = None) -> Made:
    """Return the points that may leave, sorted by what they say, so that their order tells nothing."""
    parameters = Parameters(layer=everything.label, k=rules.k, mask=rules.mask)
    missing = int((~everything.placed).sum())
    parameters.note("without_place", missing, f"{missing:,} incidents have no place, and are left out")
    told = _told(everything, rules.columns, parameters).take(everything.placed)
    points = replace(everything.located(), weight=None)
    shown, made, measures = (_coarse if rules.mask == NONE else _masked)(points, told, rules, parameters, progress)
    if not shown.any():
        raise ValueError(
            f"No {rules.k} of the {points.size:,} incidents say the same of their place, however coarse, and of "
            f"{', '.join([*told.dates, *told.others]) or 'nothing else'}: name fewer columns, or lower k."
        )
    advance(progress, 0.4)
    x, y, columns = made
    after = replace(points.take(shown), easting=x, northing=y)
    moved = np.hypot(x - points.easting[shown], y - points.northing[shown])
    measures = {**_counted(everything, points, shown), **measures}
    measures.update(damage(points, after, moved, within(progress, 0.4, 1.0)))
    parameters.tell(_in_words(measures, rules))
    parameters["title"] = f"{everything.label} · at least {rules.k} alike · n = {int(shown.sum()):,}"
    order = np.lexsort((*[np.array([str(v) for v in column]) for column in columns.values()], y, x))
    wkb = np.empty(x.size, dtype=object)
    wkb[:] = geometry.points_wkb(x[order], y[order])
    return Made(wkb, points.crs, {n: c[order] for n, c in columns.items()}, measures, parameters, "incidents")


def _told(points: Incidents, columns: list[str] | None, parameters: Parameters) -> Told:
    """Return the columns that leave, all rows; say which do not, and warn of victims' ones."""
    dates: dict[str, np.ndarray] = {}
    others: dict[str, np.ndarray] = {}
    usual = {DATE: points.when, CATEGORY: points.category, points.time_column: points.when}
    for name in columns if columns is not None else [one for one in (DATE, CATEGORY) if usual[one] is not None]:
        values = usual.get(name)
        values = np.asarray(checks.column(points.source, name) if values is None else values)
        (dates if values.dtype.kind == "M" else others)[name] = values
    victims = [name for name in (*dates, *others) if name.lower().startswith(OF_VICTIMS)]
    if victims:
        parameters.warn(f"{', '.join(victims)} describe victims, and leave because they were named.")
    source = points.source if points.source is not None else ()
    own = [str(name) for name in (source.columns if hasattr(source, "columns") else source)]
    dropped = [name for name in own if name not in (*dates, *others, "geometry", "feature id")]
    parameters["columns"] = [*dates, *others]
    if dropped:
        parameters.log.info("columns that do not leave: %s", ", ".join(dropped))
    return Told(dates, others)


def _coarse(
    points: Incidents, told: Told, rules: PointRules, parameters: Parameters, progress: Progress
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]], dict[str, float]]:
    """Return which points leave, and these: coarsened in place and date until k say the same."""
    steps = STEPS if told.dates else tuple(Step(cell, DAY) for cell in dict.fromkeys(step.cell for step in STEPS))
    found = coarsened(
        points.easting, points.northing, list(told.dates.values()), list(told.others.values()), rules.k, steps
    )
    shown = found.step != LEFT_OUT
    measures = {f"at_{number}": float((found.step == number).sum()) for number in range(len(steps))}
    measures = {f"told: {steps[int(name[3:])].said}": number for name, number in measures.items() if number}
    measures["smallest_group"] = float(found.size[shown].min(initial=shown.size))
    x, y, place = points.easting.copy(), points.northing.copy(), np.full(points.size, "as given", dtype=object)
    for number, step in enumerate(steps):
        rows = found.step == number
        x[rows], y[rows] = place_of(x[rows], y[rows], step)
        place[rows & (step.cell > 0)] = f"middle of a square of {step.cell:,g} m"
    columns = {**_written(told, found, steps), "place": place}
    return shown, (x[shown], y[shown], {name: column[shown] for name, column in columns.items()}), measures


def _written(told: Told, found: Coarsened, steps: tuple[Step, ...]) -> dict[str, np.ndarray]:
    """Return the columns as they leave: dates as text, as coarse as each row's step."""
    columns = {}
    for name, dates in told.dates.items():
        columns[name] = np.full(dates.size, "", dtype=object)
        for number, step in enumerate(steps):
            rows = found.step == number
            columns[name][rows] = date_of(dates[rows], step)
    return {**columns, **told.others}


def _masked(
    points: Incidents, told: Told, rules: PointRules, parameters: Parameters, progress: Progress
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]], dict[str, float]]:
    """Return which points leave, and these: those that say what k in their neighbourhood say, moved into rings."""
    first, place = collapse(points.easting, points.northing)
    x, y = points.easting[first], points.northing[first]
    people = rules.population
    people = None if people is None else as_incidents(people, weight=rules.population_weight, crs=points.crs)
    candidates = Candidates.of(x, y, people)
    rings = radii(x, y, candidates, rules.k, rules.given, rules.mask == SCALED, parameters)
    # Who knows what a point says and about where it was must find k of them as far as points are moved.
    reach = 2 * float(rings.most.max())
    steps = tuple(Step(reach, unit) for unit in (DAY, MONTH, YEAR)) if told.dates else (Step(reach, DAY),)
    found = coarsened(
        points.easting, points.northing, list(told.dates.values()), list(told.others.values()), rules.k, steps
    )
    random = np.random.default_rng(rules.seed)
    new_x, new_y, anonymity = masked(x, y, rings, candidates, rules.k, random, within(progress, 0.0, 0.4))
    hidden = anonymity >= rules.k
    shown = (found.step != LEFT_OUT) & hidden[place]
    columns = {**_written(told, found, steps), "place": np.full(points.size, "moved", dtype=object)}
    measures = _privacy(anonymity[place], hidden[place], found, shown, rings, place, candidates, parameters)
    return (
        shown,
        (new_x[place][shown], new_y[place][shown], {name: column[shown] for name, column in columns.items()}),
        measures,
    )


def _privacy(
    anonymity: np.ndarray,
    hidden: np.ndarray,
    found: Coarsened,
    shown: np.ndarray,
    rings: Radii,
    place: np.ndarray,
    candidates: Candidates,
    parameters: Parameters,
) -> dict[str, float]:
    """Return how many candidates each point that leaves could be, and why others do not."""
    parameters["hidden_among"] = candidates.name
    quantiles = np.quantile(anonymity[shown], [0.0, 0.05, 0.5]) if shown.any() else [np.nan] * 3
    return {
        "left_out_unlike": float((found.step == LEFT_OUT).sum()),
        "left_out_unhidden": float(((found.step != LEFT_OUT) & ~hidden).sum()),
        "smallest_radius": float(rings.least.min()),
        "largest_radius": float(rings.most.max()),
        "k_smallest": float(quantiles[0]),
        "k_5_percent": float(quantiles[1]),
        "k_median": float(quantiles[2]),
        "smallest_group": float(found.size[shown].min(initial=shown.size)),
    }


def _counted(everything: Incidents, points: Incidents, shown: np.ndarray) -> dict[str, float]:
    return {
        "rows": float(everything.size),
        "without_place": float(everything.size - points.size),
        "left_out": float((~shown).sum()),
        "shown": float(shown.sum()),
    }


def _in_words(measures: dict[str, float], rules: PointRules) -> str:
    rows = int(measures["rows"])
    text = f"{out_of(int(measures['shown']), rows)} of the rows leave, each says what at least {rules.k} say; "
    if rules.mask != NONE:
        text += (
            f"places are moved by {measures['mean_displacement']:,.0f} m in the mean, and half of the points could be "
            f"{measures['k_median']:,.0f} others or more; "
        )
    return (
        f"{text}densities before and after correlate by {measures['density_correlation']:.3f} and share "
        f"{100 * measures['density_top_shared']:.0f} % of the densest 5 % of the cells"
    )
