"""Whether an intervention worked: treated and control areas before and after, from incidents and polygons."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..beginning import begin
from ..delays import period_guards
from ..incidents import Incidents
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, within
from ..weight_units import unit_of
from .detectable_change import Design, smallest_fall
from .trial_areas import CONTROL, KINDS, NEAR_TREATED, TREATED, TrialAreas, areas_of
from .trial_counts import WITHOUT, TrialCounts, dispersion_of, unlike, unlike_in_words
from .trial_periods import DAY, TrialPeriods, trial_periods
from .trial_results import Intervention, Trial, intervention_of
from .trial_rows import ENOUGH_PLACEBOS, RATIO, Asked, Row, rows_of

POWER = 80.0


def intervention(
    incidents: Any,
    *,
    treated: Any,
    control: Any,
    start: Any,
    end: Any = None,
    before: int | None = None,
    displacement: float | None = None,
    washout: int = 0,
    per_area: bool = False,
    weight: Any = None,
    level: float = 95,
    seed: int = 0,
    progress: Progress = None,
) -> Intervention:
    """Tell whether an intervention worked: its area against a control, before and after it began.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: dated, of the time before and after.
    treated : polygon layer of where the intervention was; all its polygons together are one area.
    control : polygon layer of where it was not, as alike as can be in what matters: trend, kind of place, number of incidents.
    start : first day of the intervention (YYYY-MM-DD).
    end : first day after it. Default: the day after the last one of which 95 % of the incidents are reported, as the file tells;
        else after the last incidents.
    before : days before the start that are compared. Default: as many as after it, or as there are.
    displacement : distance (m) around both areas in which crime that has moved is looked for. Default: none is looked for.
    washout : days from the start on that are left out, while the intervention is being set up. Default: none.
    per_area : divide each area's incidents by its size, and tell the difference for an area of the size of the treated one.
    weight : column or array (n,) of weights, such as harm, whose differences stand beside those of counts. Default: none.
    level : of the intervals, in per cent.
    seed : of counts drawn again where they are few.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Intervention
        A row for each statistic: `statistic` and `of` (what it is of), `estimate`, `low`, `high`, `p` (two-sided), `dispersion`
        (by what the variance was multiplied), `low_poisson`, `high_poisson`, `p_poisson` (the same without that: the published
        method), `sentence`. Differences are in incidents of the period after, below 0 for a fall.

    Raises
    ------
    ValueError
        If a layer holds no polygons, treated and control overlap, nothing stands in one of them, or the data do not reach.

    Notes
    -----
    The rows are `wdd` (Wheeler & Ratcliffe 2018) with and without the rings, `irr`, and `e_test` of the treated area alone; the
    difference against the same season a year earlier where the data reach. The same difference is taken of earlier pairs of
    periods, in which nothing began (placebos). The mean of their z² is 1 if counts vary as Poisson counts do and both areas
    went the same way; where it is higher, of at least five placebos, it multiplies the variance, and the interval is Student's;
    it is never made narrower.
    An incident in the reach of both areas belongs to the ring of the nearer one.

    Examples
    --------
    >>> from lacrime_geo import Features
    >>> from lacrime_geo.geometry import rectangles_wkb
    >>> first, later = np.datetime64("2023-01-01"), np.datetime64("2023-03-02")
    >>> when = np.r_[first + np.arange(60), later + np.arange(0, 60, 2), first + np.arange(120)]
    >>> x = np.repeat([100.0, 900.0], [90, 120])
    >>> points = Incidents(x, np.full(210, 100.0), when=when, crs="EPSG:32611")
    >>> squares = rectangles_wkb(np.array([0.0, 800.0]), np.zeros(2), 200, 200)
    >>> here, there = (Features([square], "EPSG:32611") for square in squares)
    >>> print(intervention(points, treated=here, control=there, start="2023-03-02")["sentence"][0])
    Incidents fell by 30 (95 %: 1.6 to 58.4) more than in the control (p = 0.0384)
    """
    everything, placed, parameters = begin(incidents, weight)
    level, washout, seed = (
        checks.per_cent("level", level),
        checks.whole("washout", washout, 0),
        checks.whole("seed", seed, 0),
    )
    before = None if before is None else checks.whole("before", before)
    areas = TrialAreas.of(treated, control, displacement, placed.crs)
    advance(progress, 0.05)
    periods = trial_periods(placed, start, end, before, washout, parameters)
    counts = _counted(placed, areas, periods, within(progress, 0.05, 0.5))
    shapes = areas.shapes(within(progress, 0.5, 0.9))
    sizes = areas_of(shapes)
    _record(everything, areas, periods, counts, sizes, parameters)
    scale = sizes / sizes[TREATED] if per_area else np.ones(counts.kinds)
    unit = None if placed.weight is None else unit_of(weight, everything)
    rows = rows_of(counts, periods, Asked(scale, level, seed, unit))
    _judge(counts, periods, scale, level, parameters)
    parameters.update(level=level, per_area=bool(per_area), seed=seed)
    parameters.tell(_answer(rows, *counts.sums((periods.before, periods.after), 0)[:WITHOUT, 0]))
    advance(progress, 1.0)
    return intervention_of(rows, Trial(areas, shapes, periods, counts), parameters, _title(placed, periods))


def _answer(rows: list[Row], treated: float, control: float) -> str:
    """Return the first row in words; the rate ratio before it where areas had too unlike counts for a difference."""
    if not unlike(float(treated), float(control)):
        return rows[0].sentence
    ratio = next(row.sentence for row in rows if row.statistic == RATIO)
    return f"{ratio}. As a difference, which such unequal areas make doubtful: {rows[0].sentence}"


def _counted(placed: Incidents, areas: TrialAreas, periods: TrialPeriods, progress: Progress) -> TrialCounts:
    """Return the incidents in the areas; raise where there are none before and after in the treated area or the control."""
    assert placed.when is not None  # of which the periods were chosen
    kind = areas.kind_of(placed.easting, placed.northing, progress)
    weight = np.ones(placed.size) if placed.weight is None else placed.weight
    inside = kind >= 0
    counts = TrialCounts(placed.when[inside].astype("M8[D]"), kind[inside], weight[inside], len(areas.kinds))
    sums = counts.sums((periods.before, periods.after), 0)
    for number, layer in ((TREATED, areas.treated), (CONTROL, areas.control)):
        if not sums[number].any():
            raise ValueError(
                f"No incident stands in the {KINDS[number]} area ({layer.label!r}) before or after the trial began; check its "
                "polygons and the periods."
            )
    return counts


def _record(
    everything: Incidents,
    areas: TrialAreas,
    periods: TrialPeriods,
    counts: TrialCounts,
    sizes: np.ndarray,
    parameters: Parameters,
) -> None:
    """Keep areas, periods and counts, and warn of what is wrong with them."""
    pair = periods.before, periods.after
    sums = counts.sums(pair, 0)
    for name, period in zip(("before_period", "after_period"), pair):
        parameters[name] = period.words()
    parameters.update(treated=areas.treated.label, control=areas.control.label, displacement=areas.displacement)
    parameters["counts"] = {kind: [int(count) for count in row] for kind, row in zip(areas.kinds, sums)}
    parameters["area_km2"] = {kind: float(size / 1e6) for kind, size in zip(areas.kinds, sizes)}
    undated = int(np.isnat(counts.day).sum())
    parameters.note("undated_in_areas", undated, f"{undated:,} incidents in these areas have no date and are left out")
    whole = everything.select(since=str(periods.before.begin), until=str(periods.after.end))
    period_guards.warn(parameters, whole)
    if areas.displacement and (sizes[NEAR_TREATED:] == 0).any():
        parameters.warn("A ring has no area of its own: the displacement is shorter than what the tool can draw.")
    for label in areas.overlaid():
        parameters.warn(
            f"Polygons of {label!r} stand on each other: each incident is counted once, but their size (area_km2) says too much; "
            "unite them first."
        )
    if areas.coarse:
        parameters.warn(
            f"The rings are drawn on points {areas.coarse:,.0f} m apart, too far for a width of {areas.displacement:g} m: their "
            "sizes (area_km2) are rough. Incidents are counted by exact distances; take areas nearer to each other, one by one."
        )
    was = sums[:WITHOUT, 0]
    if unlike(*map(float, was)):
        parameters.warn(unlike_in_words(*map(float, was)))


def _judge(counts: TrialCounts, periods: TrialPeriods, scale: np.ndarray, level: float, parameters: Parameters) -> None:
    """Keep what the placebos say of the spread, and what the trial could have told."""
    z, spread = dispersion_of(counts, periods.placebos, scale, counts.kinds, False)
    parameters["placebo_z"] = [round(float(one), 3) for one in z]
    parameters["dispersion"] = spread if np.isfinite(spread) else None
    if z.size >= ENOUGH_PLACEBOS:
        if spread > 1:
            parameters.warn(
                f"In {z.size} earlier pairs of periods, in which nothing began, the same difference spread {in_words(spread)} "
                "times as widely (in variance) as chance alone makes it: the intervals of differences are widened by it; those "
                "without widening (low_poisson, high_poisson, p_poisson) stand beside."
            )
    else:
        parameters.warn(
            f"{f'Only {z.size}' if z.size else 'No'} earlier {'pair' if z.size == 1 else 'pairs'} of periods of this length can "
            "be held against this one: whether both areas went the same way before is hardly known."
        )
    lengths = periods.before.days, periods.after.days
    rates = counts.sums((periods.before, periods.after), 0)[:, 0] / lengths[0]
    beside = float((rates[CONTROL:] / scale[CONTROL:] ** 2).sum())
    widened = max(spread, 1.0) if z.size >= ENOUGH_PLACEBOS else 1.0
    two = [float(rates[kind]) for kind in (TREATED, CONTROL)]
    design = Design(two[0], two[1], float(lengths[0]), float(lengths[1]), level, widened, beside)
    least = {test: smallest_fall(design, test, POWER) for test in ("wdd", "irr")}
    parameters["detectable"] = {test: None if np.isnan(fall) else round(fall, 3) for test, fall in least.items()}
    parameters["told"] = detectable_in_words(least, counts.kinds > WITHOUT)


def detectable_in_words(least: dict[str, float], displaced: bool = False) -> str:
    """Say which fall a trial could have told, by the difference and by the ratio.

    >>> print(detectable_in_words({"wdd": float("nan"), "irr": 0.42}))
    With as many incidents as before, 80 of 100 trials would tell no fall by the difference, a fall of 42 % by the ratio
    """
    falls = [f"a fall of {100 * fall:.0f} %" if np.isfinite(fall) else "no fall" for fall in least.values()]
    rings = " (displacement counted in)" if displaced else ""
    return (
        f"With as many incidents as before, {POWER:g} of 100 trials would tell {falls[0]} by the difference{rings}, {falls[1]} "
        "by the ratio"
    )


def _title(placed: Incidents, periods: TrialPeriods) -> str:
    parts = [
        "Intervention",
        placed.selection.get("category"),
        f"from {periods.before.end}",
        f"until {periods.after.end - DAY}",
    ]
    return " · ".join(part for part in parts if part)
