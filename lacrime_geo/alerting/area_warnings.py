"""Early warnings: which areas have more incidents than chance allows, step by step, with limits found by simulation."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks, selection
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..significance import CORRECTIONS
from ..summaries import counted
from ..temporal.count_series import CountSeries
from . import earlier_runs
from .area_states import alerts_of
from .judging import Asked, judged_rows, weekdays_of
from .limit_words import check_limits
from .methods import FARRINGTON, PER_YEAR
from .warning_states import ALARM, Rows
from .watched_areas import Alerts
from .watched_counts import watched_counts
from .whole_days import REPORTED

METHODS = ("poisson", "cusum", "ears_c1", "ears_c2", "ears_c3", FARRINGTON)
STEPS = ("day", "week")
LAST = "last"
FALSE_ALARMS = 4.0


def alerts(
    incidents: Any,
    *,
    areas: Any = None,
    by: Any = None,
    method: str = "poisson",
    step: str = "day",
    false_alarms_per_year: float = FALSE_ALARMS,
    since: Any = LAST,
    as_of: Any = None,
    dated_by: str = REPORTED,
    correction: str = "fdr",
    seed: int = 0,
    earlier: Any = None,
    progress: Progress = None,
) -> Alerts:
    """Warn of areas with more incidents than chance allows, day by day or week by week, with limits found by simulation.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, scan (`scan_incidents`), or a table of counts (columns `date` and
        `count`, and one of groups). The whole file, of which the earlier steps are the history.
    areas : polygon layer, such as divisions; each polygon is judged by itself. Default: all incidents together.
    by : column name or array (n,) whose values tell areas apart, in place of polygons. Default: none.
    method : "poisson" (square roots against the mean of the 56 days or 26 weeks before), "cusum" (small rises that last add
        up), "ears_c1", "ears_c2", "ears_c3" (against the week before, for short files), or "farrington" (weeks against
        the same season of three to five earlier years).
    step : "day" or "week" (Monday to Sunday).
    false_alarms_per_year : how many false alarms a year may have where nothing changes: of the whole map with a correction,
        of each area without. Default 4.
    since : the first day judged (YYYY-MM-DD), or "last": the steps since the last one that the earlier run judged, without one
        the last step alone. The history before it is used all the same.
    as_of : the date (YYYY-MM-DD), itself included, to which the file is taken back: what was reported or happened later is left
        out. Default: its end.
    dated_by : "reported", as the days of report are whole at once, or "occurred", of which only steps are judged of which 95 %
        are reported, some weeks ago. Where there are no dates of report it is by the time of the incident, and says so.
    correction : for the number of areas judged in a step: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    seed : of the simulated counts.
    earlier : result of an earlier run, or the path of the layer it was saved in, to go on from. The command takes the output
        that is there.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Alerts
        A polygon per area with its state at the last step: `area`, `date`, `count`, `expected`, `limit` (the least count
        beyond chance, by itself), `statistic`, `p`, `p_adjusted`, `state` (alarm; watch: beyond chance by itself, not among so
        many areas; quiet; no data), `reason` in words, `alarms` (steps in alarm) and `last_alarm`. `.judged()` gives every
        judged step, `.watched_counts(area)` a chart.

    Raises
    ------
    ValueError
        If there are no dates, the history is too short for the method (it names EARS), the incidents have weights, an option is
        none of those named, or the earlier run had other settings or areas.

    Notes
    -----
    Statistics: 2(√x₁ − √x₀) / √(1 + 1/m) of a count x₁ and the mean x₀ of m steps (after Wheeler 2016); C⁺ = max(0, x −
    (μ + k) + C⁺) with μ a moving mean and μ + k best for a doubling, or a rise by √μ (Lucas 1985); EARS: (x − mean) / sd of the
    week before (C1), of t−9…t−3 (C2), Σ max(0, C2 − 1) over three steps (C3), sd at least 0.5 (Hutwagner et al. 2003);
    Farrington's by Noufaily et al. (2012). p and limits come from counts drawn with each area's level and
    dispersion of the year before and the week's pattern of all areas, in which nothing happens. An alarm says that counts
    are unusual, not why; reported crime is not crime.

    Examples
    --------
    >>> day = np.repeat(np.datetime64("2023-01-01") + np.arange(120), 5)
    >>> day = np.append(day, np.repeat(day[-1], 20))
    >>> from lacrime_geo import Incidents
    >>> points = Incidents(np.zeros(day.size), np.zeros(day.size), when=day, crs="EPSG:32611")
    >>> found = alerts(points)
    >>> found["state"].tolist(), found["reason"].tolist()
    (['alarm'], ['25 reported, 5.0 expected; 11 or more are beyond chance'])
    """
    asked = _asked(method, step, false_alarms_per_year, correction, seed)
    first = _first_judged(since)
    begun = earlier_runs.earlier_of(earlier) if first is None else None
    series, parameters, category = watched_counts(
        incidents, areas, by, step, dated_by, as_of, within(progress, 0.0, 0.2)
    )
    parameters.update(asked._asdict(), false_alarms_per_year=asked.false_alarms)
    del parameters["false_alarms"]
    if begun is not None:
        earlier_runs.require_alike(begun, parameters, series.name)
    factors = weekdays_of(series, asked, parameters)
    old, first_count = _earlier_rows(begun, series)
    new, parameters["revised"] = _wanted(series, first, old, asked, parameters)
    rows = judged_rows(series, new, factors, asked, within(progress, 0.2, 0.9))
    rows, first_count = _together(old, first_count, rows, parameters)
    check_limits(series, rows, factors[-1], asked, parameters, within(progress, 0.9, 1.0))
    advance(progress, 1.0)
    return alerts_of(series, rows, first_count, new[rows.area, rows.step], category, asked, parameters)


def _asked(method: str, step: str, false_alarms: float, correction: str, seed: int) -> Asked:
    checks.option("method", method, METHODS)
    checks.option("step", step, STEPS)
    checks.option("correction", correction, CORRECTIONS)
    if method == FARRINGTON and step != "week":
        raise ValueError("method 'farrington' is of weeks, got step 'day'; take step='week', or one of EARS for days.")
    number = checks.positive("false_alarms_per_year", false_alarms, "a year")
    if number > PER_YEAR[step] / 4:
        raise ValueError(
            f"false_alarms_per_year must be at most {PER_YEAR[step] / 4:.0f}, a quarter of the {step}s of a year, got {number:g}."
        )
    return Asked(method, step, number, correction, checks.whole("seed", seed, minimum=0))


def _first_judged(since: Any) -> np.datetime64 | None:
    """Return the first day judged, None for those since the last run."""
    if str(since).strip() == LAST:
        return None
    try:
        found: np.datetime64 = selection.moment("since", since).astype("M8[D]")
    except ValueError as problem:
        if any(letter.isdigit() for letter in str(since)):
            raise
        raise ValueError(f"since must be a date such as 2023-09-01, or {LAST!r}, got {since!r}.") from problem
    return found


def _earlier_rows(begun: Parameters | None, series: CountSeries) -> tuple[Rows | None, np.ndarray]:
    if begun is None:
        return None, np.empty(0, dtype=np.int64)
    return earlier_runs.rows_of(begun, series.name, series.begin)


def _wanted(
    series: CountSeries, first: np.datetime64 | None, old: Rows | None, asked: Asked, parameters: Parameters
) -> tuple[np.ndarray, int]:
    """Return which steps to judge of each area (mask), and how many of them again as their counts are others now."""
    wanted = np.zeros(series.count.shape, dtype=bool)
    if old is not None and old.step.size:
        wanted[:, old.step.max() + 1 :] = True
        other = series.count[old.area, old.step] != old.count
        wanted[old.area[other], old.step[other]] = True
        _note_new(series.begin[old.step.max() :], asked.step, parameters)
        return wanted, int(other.sum())
    if first is None:
        wanted[:, -1] = True
        return wanted, 0
    wanted[:, series.begin >= first] = True
    if not wanted.any():
        raise ValueError(
            f"No {asked.step} begins on {first} or later: the last one begins on {series.begin[-1]}; take an earlier since."
        )
    return wanted, 0


def _note_new(begin: np.ndarray, step: str, parameters: Parameters) -> None:
    """Note how many steps were missed since the last run, which judged the first of these; say where none is new."""
    new = begin[1:]
    parameters["new_steps"] = new.size
    if not new.size:
        parameters.log.info("no %s is new since the last run, which judged the one of %s", step, begin[0])
        return
    missed = new.size - 1
    sentence = (
        f"{counted(missed, step)} missed since the last run {'is' if missed == 1 else 'are'} caught up: judged are those from "
        f"{new[0]} to {new[-1]}"
    )
    parameters.note("caught_up", missed, sentence)


def _together(old: Rows | None, first_count: np.ndarray, new: Rows, parameters: Parameters) -> tuple[Rows, np.ndarray]:
    """Return earlier and new rows, the ones judged again in place of what they were, and say which these are."""
    if old is None:
        return earlier_runs.joined(new, Rows(*(column[:0] for column in new))), _by_step(new, new.count)
    key = {(area, step): row for row, (area, step) in enumerate(zip(old.area.tolist(), old.step.tolist()))}
    again = np.array([key.get(pair, -1) for pair in zip(new.area.tolist(), new.step.tolist())], dtype=np.int64)
    stays = ~np.isin(np.arange(old.area.size), again)
    first = np.where(again >= 0, np.append(first_count, 0)[again], new.count)
    kept = Rows(*(column[stays] for column in old))
    revised = parameters["revised"]
    if revised:
        turned = int(((new.state == ALARM) & (again >= 0) & (np.append(old.state, "")[again] != ALARM)).sum())
        parameters.warn(
            f"{counted(revised, 'count')} of steps judged before {'has' if revised == 1 else 'have'} changed, as reports came "
            f"late or were taken back: judged again with what is known now, new alarms among them: {turned:,}."
        )
    rows = earlier_runs.joined(kept, new)
    counts = np.concatenate([first_count[stays], first])
    order = np.lexsort((np.concatenate([kept.area, new.area]), np.concatenate([kept.step, new.step])))
    return rows, counts[order]


def _by_step(rows: Rows, values: np.ndarray) -> np.ndarray:
    return values[np.lexsort((rows.area, rows.step))]
