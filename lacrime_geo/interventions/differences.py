"""Difference in differences: many areas, some of them treated from one day on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..beginning import begin
from ..delays import period_guards
from ..incidents import Incidents
from ..overlay import Finder
from ..parameters import Parameters, in_words, p_in_words
from ..periods import extent
from ..progress import Progress, advance, within
from ..results import Drawing, Picture, Table
from ..temporal.count_series import names_of
from ..temporal.given_series import is_table
from . import difference_pages
from .panel_ratios import Effect, effect, groupings, log_ratios, regrouped_p
from .table_counts import refuse_shared, rows_of_names, series_of_counts, steps_of_series, until, whole_step
from .trial_areas import TrialAreas
from .trial_periods import DAY, Window, day_of, end_of, refuse_late

USUAL_STEP = 28
FEW_AREAS = 20


class Panel(NamedTuple):
    """Hold counts (areas, steps), which areas are treated, their names, and the days from the start to each step's begin."""

    counts: np.ndarray
    treated: np.ndarray
    names: np.ndarray
    begins: np.ndarray
    step: int


@dataclass(frozen=True, eq=False, repr=False)
class DifferenceInDifferences(Picture):
    """Hold the change of treated areas beside others, in rows: the effect, and the trend before."""

    drawing = Drawing(difference_pages.drawn, difference_pages.page_of)
    panel: Panel | None = None

    def event_study(self) -> Table:
        """Return the ratio of both groups in each step to that of the last step before the start, with its interval."""
        assert self.panel is not None
        panel, level = self.panel, float(self.parameters["level"])
        base = panel.begins == -panel.step
        rows = []
        for begin_of_step in panel.begins.tolist():
            one = Effect(0.0, 0.0)
            if begin_of_step != -panel.step:
                one = effect(panel.counts, panel.treated, panel.begins == begin_of_step, base)
            rows.append((begin_of_step, *_told(one, panel, level)))
        names = ("days", "estimate", "low", "high")
        columns = {name: np.array(values, dtype=float) for name, values in zip(names, zip(*rows))}
        columns["days"] = columns["days"].astype(np.int64)
        return Table(
            columns, self.parameters, label=self.label.replace("Difference in differences", "Ratios step by step", 1)
        )


def difference_in_differences(
    incidents: Any,
    *,
    treated: Any,
    control: Any,
    start: Any,
    end: Any = None,
    time_step: int | None = None,
    level: float = 95,
    seed: int = 0,
    progress: Progress = None,
) -> DifferenceInDifferences:
    """Tell how several treated areas changed beside several others, each area a witness of its own.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: dated, of the time before and after. In scripts also a table of
        counts by day or week (`period`, `count`, and a column that tells areas apart, as `counts` gives).
    treated, control : polygon layers; each polygon is an area; of a table the names of its areas. At least two of each are
        needed.
    start : first day of the intervention (YYYY-MM-DD), the same for all treated areas.
    end : first day after it. Default: the day after the last one of which 95 % of the incidents are reported, as the file tells;
        else after the last incidents.
    time_step : days of each step before and after. Default: 28, fewer where the time after is shorter.
    level : of the intervals, in per cent.
    seed : of the groupings drawn where there are too many to try all.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    DifferenceInDifferences
        Rows "effect" (the ratio of ratios, after to before) and "trend before" (the later half of the time before to its earlier
        half): `what`, `estimate`, `low`, `high`, `p` (by areas, Student), `p_regrouped`, `sentence`.

    Raises
    ------
    ValueError
        If there are fewer than two areas with incidents in a group, or no whole step before and after.

    Notes
    -----
    Poisson regression with effects of areas and steps, whose estimate holds however the counts vary (Wooldridge 1999), with
    errors clustered by areas (Bertrand, Duflo & Mullainathan 2004) and Student's quantile of areas − 2 degrees of freedom. As
    of few areas these are too sure, `p_regrouped` is the share of all other choices of as many treated areas that give an
    effect as far from none. Steps are whole ones, counted from the start; what is left at either end is left out.

    Examples
    --------
    >>> from lacrime_geo import Features
    >>> from lacrime_geo.geometry import rectangles_wkb
    >>> squares = list(rectangles_wkb(np.arange(8) * 200.0, np.zeros(8), 100, 100))
    >>> cell, day = np.divmod(np.arange(8 * 112), 112)
    >>> kept = (cell >= 4) | (day < 56) | (day % 2 == 0)
    >>> when = np.datetime64("2023-01-01") + day[kept]
    >>> points = Incidents(cell[kept] * 200.0 + 50, np.full(kept.sum(), 50.0), when=when, crs="EPSG:32611")
    >>> here, there = (Features(some, "EPSG:32611") for some in (squares[:4], squares[4:]))
    >>> found = difference_in_differences(points, treated=here, control=there, start="2023-02-26")
    >>> found["estimate"].round(3).tolist(), found["p_regrouped"].round(3).tolist()
    ([0.5, 1.0], [0.029, 1.0])
    """
    level, began, seed = checks.per_cent("level", level), day_of("start", start), checks.whole("seed", seed, 0)
    if is_table(incidents):
        panel, parameters = _of_table(incidents, treated, control, began, end, time_step)
        labels = parameters["treated"], parameters["control"]
    else:
        _, placed, parameters = begin(incidents, None)
        areas = TrialAreas.of(treated, control, None, placed.crs)
        panel = _counted(placed, areas, began, end, time_step, parameters, within(progress, 0.0, 0.8))
        labels = areas.treated.label, areas.control.label
    advance(progress, 0.8)
    rows = _rows(panel, level, seed)
    parameters.update(treated=labels[0], control=labels[1], level=level, seed=seed, time_step=panel.step)
    parameters.update(areas_treated=int(panel.treated.sum()), areas_control=int((~panel.treated).sum()))
    fewest = int(min(panel.treated.sum(), (~panel.treated).sum()))
    if fewest < FEW_AREAS:
        parameters.warn(
            f"One group has {fewest} areas: of so few the errors by areas are too sure; take p_regrouped, the share of other "
            "choices of treated areas that give as much."
        )
    parameters.tell(rows[0]["sentence"])
    columns = {name: np.array([row[name] for row in rows], dtype=object) for name in ("what", "sentence")}
    columns.update(
        {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0] if name not in columns}
    )
    label = " · ".join(
        part for part in ("Difference in differences", parameters.get("category"), f"from {began}") if part
    )
    advance(progress, 1.0)
    return DifferenceInDifferences(columns, parameters, label=label, panel=panel)


def _counted(
    placed: Incidents,
    areas: TrialAreas,
    began: np.datetime64,
    end: Any,
    step: Any,
    parameters: Parameters,
    progress: Progress,
) -> Panel:
    whole = Window(*(moment.astype("M8[D]") for moment in extent(placed)))
    last = end_of(placed, whole, end, parameters)
    refuse_late(began, last)
    period_guards.warn(parameters, placed.select(since=str(whole.begin), until=str(last)))
    days = int((last - began) / DAY)
    step = whole_step(step, days, USUAL_STEP, parameters)
    back, on = int((began - whole.begin) / DAY) // step, days // step
    _refuse_few(back, on, step, began)
    begins = np.arange(-back, on) * step
    counts, names = [], []
    assert placed.when is not None  # extent asked for it
    at = np.floor((placed.when.astype("M8[D]") - began).astype(float) / step) + back
    for layer, half in ((areas.treated, 0.0), (areas.control, 0.5)):
        row = Finder(layer).polygon_of(placed.easting, placed.northing, within(progress, half, half + 0.5))
        inside = (row >= 0) & (at >= 0) & (at < begins.size)
        flat = row[inside] * begins.size + at[inside].astype(np.int64)
        counts.append(np.bincount(flat, minlength=layer.size * begins.size).reshape(layer.size, begins.size))
        names.append(np.asarray(names_of(layer), dtype=object))
    treated = np.repeat([True, False], [len(part) for part in counts])
    return _known(Panel(np.vstack(counts).astype(float), treated, np.concatenate(names), begins, step), parameters)


def _refuse_few(back: int, on: int, step: int, began: np.datetime64) -> None:
    if back < 1 or on < 1:
        raise ValueError(
            f"There are {max(back, 0)} whole steps of {step} days before {began} and {max(on, 0)} after it; at least one of each "
            "is needed."
        )


def _of_table(
    table: Any, treated: Any, control: Any, began: np.datetime64, end: Any, step: Any
) -> tuple[Panel, Parameters]:
    """Return the panel of a table of counts, and the record."""
    series, parameters = series_of_counts(table)
    groups = [rows_of_names(series, name, given) for name, given in (("treated", treated), ("control", control))]
    refuse_shared(series, *groups)
    parameters.update({name: f"{rows.size:,} of the table" for name, rows in zip(("treated", "control"), groups)})
    if end is not None:
        series = until(series, day_of("end", end))
    refuse_late(began, series.end)
    step = whole_step(step, int((series.end - began) / DAY), USUAL_STEP, parameters)
    counts, back, on = steps_of_series(series, began, step)
    _refuse_few(back, on, step, began)
    rows = np.concatenate(groups)
    own = np.repeat([True, False], [len(group) for group in groups])
    panel = Panel(counts[rows], own, series.name[rows], np.arange(-back, on) * step, step)
    return _known(panel, parameters), parameters


def _known(panel: Panel, parameters: Parameters) -> Panel:
    """Leave out areas without an incident, of which there is nothing to tell; raise where too few are left."""
    some = panel.counts.any(axis=1)
    none = int((~some).sum())
    parameters.note("areas_without_incidents", none, f"{none:,} areas have no incident and are left out")
    for name, group in (("treated", panel.treated), ("control", ~panel.treated)):
        if (group & some).sum() < 2:
            raise ValueError(
                f"{int((group & some).sum())} {name} areas have incidents, and at least two are needed; for one area see "
                "intervention."
            )
    return panel._replace(counts=panel.counts[some], treated=panel.treated[some], names=panel.names[some])


def _rows(panel: Panel, level: float, seed: int) -> list[dict[str, Any]]:
    after = panel.begins >= 0
    others = groupings(panel.treated.size, int(panel.treated.sum()), seed)
    asked = [
        ("effect", after, ~after, "The treated areas' incidents became {} times what the others' change made of theirs")
    ]
    before = int((~after).sum())
    if before > 1:
        earlier = np.arange(panel.begins.size) < before // 2
        words = "Before the start, from its earlier to its later half, their ratio became {} times as high"
        asked.append(("trend before", ~after & ~earlier, earlier, words))
    rows = []
    for what, later, earlier, words in asked:
        found = effect(panel.counts, panel.treated, later, earlier)
        ratio, low, high = _told(found, panel, level)
        regrouped = regrouped_p(_others(panel, others, later, earlier), found.log_ratio)
        span = f"{level:g} %: {in_words(low)} to {in_words(high)}"
        if np.isnan(low):
            span = "a group had no incident in one of the two times, so that no interval can be told"
        told = f"{words.format(in_words(ratio))} ({span}; of other choices of areas {p_in_words(regrouped)})"
        p = _p(found, panel)
        rows.append(dict(what=what, estimate=ratio, low=low, high=high, p=p, p_regrouped=regrouped, sentence=told))
    return rows


def _others(panel: Panel, others: np.ndarray, later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Return the effects of all groupings but the one there was."""
    own = (others == panel.treated).all(axis=1)
    return log_ratios(panel.counts, others[~own], later, earlier)


def _told(found: Effect, panel: Panel, level: float) -> tuple[float, float, float]:
    from scipy.special import stdtrit

    reach = float(stdtrit(panel.treated.size - 2, 0.5 + level / 200)) * found.error
    return tuple(float(np.exp(found.log_ratio + shift)) for shift in (0.0, -reach, reach))  # type: ignore[return-value]


def _p(found: Effect, panel: Panel) -> float:
    from scipy.special import stdtr

    if not np.isfinite(found.error):
        return 1.0
    if found.error == 0:
        return 0.0 if found.log_ratio else 1.0
    return float(2 * stdtr(panel.treated.size - 2, -abs(found.log_ratio) / found.error))
