"""Forecasts of incidents area by area, as polygons that a map can play; and how good they would have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..features import Features, as_features
from ..incidents import Incidents, as_incidents
from ..progress import Progress, within
from ..results import Shapes
from ..weight_units import INCIDENTS
from .automatic import HORIZONS
from .backtesting import FEWEST_ORIGINS, Backtest, backtest
from .break_guards import FREQUENCIES, RAISE
from .coarser_counts import coarser
from .count_tables import Counts, counts
from .forecasts import Forecast, forecast
from .history_lengths import gap_of, steps_lacking
from .model_names import model_of, models_of
from .models import SEASONS, Panel
from .step_lengths import end_of, later_begins

AUTO = "auto"
STEPS = (AUTO, "month", "week", "day")
# Steps to the same time of the year before; of days the same weekday.
YEAR_OF = {"month": 12, "week": 52, "day": 364}
RISE, FALL, WITHIN, UNKNOWN, FEW = "rise", "fall", "within the interval", "not known", "too few"
# Where neither count is as large, an interval is a few whole numbers, and its ends tell nothing of a change.
FEWEST = 5.0
ALL = "all"


@dataclass(frozen=True, eq=False, repr=False)
class AreaForecasts(Shapes):
    """Hold the counts expected in each area and step to come, and the forecast they are of (`forecast`)."""

    forecast: Forecast | None = None


def forecast_areas(
    incidents: Any,
    *,
    areas: Any = None,
    by: Any = None,
    step: str = AUTO,
    horizon: int | None = None,
    model: Any = "auto",
    as_of: Any = None,
    weight: Any = None,
    breaks: str = RAISE,
    progress: Progress = None,
) -> AreaForecasts:
    """Forecast how many incidents each area will have, with intervals, and say whether the model has beaten the naive ones.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`).
    areas : polygon layer, such as divisions; each polygon has a series. Default: all incidents together.
    by : name of a column whose values tell areas apart, in place of polygons; then no map is drawn. Default: none.
    step : "month", "week" or "day". Default: "auto", the longest of these of which the file has enough to score the forecast at
        eight past origins; else days.
    horizon : steps ahead. Default: 3 months, 4 weeks or 7 days.
    model : "auto", "seasonal naive", "seasonal mean", "last count", "drift", "mean of 6", "smoothing", "Theta", "ETS",
        "combination", "harmonic regression", "SARIMAX", "gradient boosting", "neural network" or "Prophet", or a model as of
        `forecast`. Default: "auto", a mean of several, weighed for all areas together by their errors at past origins.
    as_of : the date (YYYY-MM-DD), itself included, to which the file is taken back. Default: its end.
    weight : name of a column of numbers, such as that of a layer of harm, whose sums are forecast in place of numbers of
        incidents; in scripts also what `harm` gives. Default: the incidents' own weight, else 1 each.
    breaks : "raise" refuses incidents and a horizon across the LAPD's change of its records system; "ignore" warns.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    AreaForecasts
        A polygon for each area and step to come, of incidents or of what `weight` is of (`parameters["unit"]`): `area`,
        `period` and `period_end` (its first and last moment), `mean`, the ends of the 80 and 95 % intervals (`lo80`, `hi80`,
        `lo95`, `hi95`), `last_year` (the count of the same time a year before, missing where it is not known), `change`
        (mean / last_year − 1), `change_sure` (rise, fall, within the interval: whether
        last year's count lies below, above or within the 80 % interval; too few: both are below 5; not known), `model`, and of
        the area at past origins `mase` and `relative_mae` (its error as a share of seasonal naive's). `.forecast` is the table
        with its chart; totals of a model that makes them, which have no polygon, stand there alone.

    Raises
    ------
    ValueError
        As `counts` and `forecast`; or if areas and by are both given.

    Notes
    -----
    Counts end where 95 % of the incidents are reported (see `counts`): what is later is forecast, though it may be past. "auto"
    weighs models by their past errors (Bates & Granger 1969); whether one errs less than another beyond chance is tested over
    origins (Diebold & Mariano 1995). Places are forecast as wholes; nothing is said of persons. Reported crime is not crime.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> day = np.repeat(np.datetime64("2022-01-01") + np.arange(120), 2)
    >>> points = Incidents(np.zeros(240), np.zeros(240), when=day, reported=day, crs="EPSG:32611")
    >>> found = forecast_areas(points, model="smoothing", horizon=2)
    >>> found["period"].astype("M8[D]").astype(str).tolist(), found["mean"].round(1).tolist()
    (['2022-05-01', '2022-05-02'], [2.0, 2.0])
    """
    known = as_incidents(incidents)
    polygons = None if areas is None else as_features(areas, crs=known.crs)
    asked = _Asked(step, horizon, [model_of(model)], FEWEST_ORIGINS)
    table = _counted(known, weight, polygons, by, asked, as_of, breaks, within(progress, 0.0, 0.3))
    found = forecast(table, horizon=horizon, model=model, breaks=breaks, progress=within(progress, 0.3, 1.0))
    return _shapes(found, table, polygons)


def backtest_forecasts(
    incidents: Any,
    *,
    areas: Any = None,
    by: Any = None,
    step: str = AUTO,
    horizon: int | None = None,
    models: Any = None,
    origins: int = FEWEST_ORIGINS,
    gap: int | None = None,
    as_of: Any = None,
    weight: Any = None,
    breaks: str = RAISE,
    progress: Progress = None,
) -> Backtest:
    """Score forecasts of incidents at past origins, model by model, beside seasonal naive and smoothing.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`).
    areas : polygon layer, such as divisions; each polygon has a series. Default: all incidents together.
    by : name of a column whose values tell areas apart, in place of polygons. Default: none.
    step : "month", "week" or "day". Default: "auto", the longest of these of which the file has enough for eight origins.
    horizon : steps ahead that are forecast and scored. Default: 3 months, 4 weeks or 7 days.
    models : names of models, as `model` of `forecast_areas` lists them, several with commas between. Default: auto, last count,
        mean of 6, Theta, ETS and combination; seasonal naive and smoothing are always added.
    origins : how many, the last one so that its horizon ends with the counts; 8 or more.
    gap : steps between the last known and the first scored one. Default: the steps within which 95 % are reported, as these
        would not have been known at an origin.
    as_of : the date (YYYY-MM-DD), itself included, to which the file is taken back. Default: its end.
    weight : name of a column of numbers, such as that of a layer of harm, whose sums are forecast in place of numbers of
        incidents; in scripts also what `harm` gives. Default: the incidents' own weight, else 1 each.
    breaks : "raise" refuses incidents across the LAPD's change of its records system; "ignore" warns.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Backtest
        A row for each model, the least error first, with its scores as of `backtest`; saved as a page (.html) with charts.

    Raises
    ------
    ValueError
        As `counts` and `backtest`; or if areas and by are both given.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> day = np.repeat(np.datetime64("2022-01-01") + np.arange(120), 1 + np.arange(120) % 7)
    >>> points = Incidents(np.zeros(day.size), np.zeros(day.size), when=day, reported=day, crs="EPSG:32611")
    >>> backtest_forecasts(points, models="last count", horizon=1)["model"].tolist()[0]
    'seasonal naive'
    """
    known = as_incidents(incidents)
    polygons = None if areas is None else as_features(areas, crs=known.crs)
    every = models_of(models)
    asked = _Asked(step, horizon, every, origins)
    table = _counted(known, weight, polygons, by, asked, as_of, breaks, within(progress, 0.0, 0.3))
    ahead = HORIZONS[table.step] if horizon is None else horizon
    found = backtest(
        table, every, horizon=ahead, origins=origins, gap=gap, breaks=breaks, progress=within(progress, 0.3, 1.0)
    )
    found.parameters.update({name: value for name, value in table.parameters.items() if name not in found.parameters})
    return found


class _Asked(NamedTuple):
    """Hold what the steps of the counts must serve."""

    step: str
    horizon: int | None
    models: Sequence[Any]
    origins: int


def _counted(
    incidents: Incidents, weight: Any, areas: Any, by: Any, asked: _Asked, as_of: Any, breaks: str, progress: Progress
) -> Counts:
    """Return the counts of the incidents by area and step, and in their record why the step is what it is."""
    if areas is not None and by is not None:
        raise ValueError("areas and by both tell the series apart; give one of them.")
    step = checks.option("step", asked.step, STEPS)
    freq = next((freq for freq, name in FREQUENCIES.items() if name == step), "D")
    by = by if areas is None else areas
    table = counts(incidents, by=by, freq=freq, as_of=as_of, weight=weight, breaks=breaks, progress=progress)
    return _of_longest_steps(table, asked) if step == AUTO else table


def _of_longest_steps(table: Counts, asked: _Asked) -> Counts:
    """Return counts of days as those of the longest steps of which there are enough to score a forecast; say which."""
    for step in ("month", "week"):
        longer = coarser(table, step)
        # Seasonal naive, beside which all are scored, needs a season and a step.
        needs = [model.needs(SEASONS[step]) for model in asked.models if hasattr(model, "needs")]
        needed = max([SEASONS[step] + 1, *needs])
        horizon = asked.horizon or HORIZONS[step]
        if longer is None:
            continue
        # With the gap of a backtest, so that forecasts and backtests are of the same steps.
        if not steps_lacking(longer, needed, horizon, asked.origins, gap_of(longer) or 0):
            reason = f"the longest steps of which there are enough to score a forecast: {longer.panel().begin.size:,}"
            longer.parameters.choose("step", step, reason)
            return longer
    reason = f"of weeks and months there are too few to score a forecast at {asked.origins} past origins"
    table.parameters.choose("step", "day", reason)
    return table


def _shapes(found: Forecast, table: Counts, areas: Features | None) -> AreaForecasts:
    """Return a forecast as polygons, a row for each area and step."""
    assert found.made is not None
    panel, horizon = found.made.panel, int(found.parameters["horizon"])
    parameters = found.parameters
    totals = found.made.shown.size - panel.size
    parameters.note(
        "totals_left_out", totals, f"{totals:,} totals have no polygon: they stand in the table (.forecast)"
    )
    wkb = np.empty(panel.size, dtype=object)
    crs = "EPSG:4326"
    if areas is not None:
        wkb[:], crs = list(areas.wkb), areas.crs
    parameters.update({name: value for name, value in table.parameters.items() if name not in parameters})
    title = "Forecast" if table.unit == INCIDENTS else f"Forecast: {table.unit} expected"
    parts = (title, table.parameters.get("category"), _when(later_begins(panel, horizon), table.step))
    label = " · ".join(part for part in parts if part)
    columns = _columns(found, panel, horizon)
    return AreaForecasts(columns, parameters, np.repeat(wkb, horizon), crs, "forecast", label, forecast=found)


def _columns(found: Forecast, panel: Panel, horizon: int) -> dict[str, np.ndarray]:
    """Return the columns of the polygons: the forecast, beside the counts of the year before."""
    begin = later_begins(panel, horizon)
    end = np.append(begin[1:], end_of(panel, horizon)).astype("M8[s]") - np.timedelta64(1, "s")
    names = next(iter(panel.keys.values())) if panel.keys else np.array([ALL], dtype=object)
    before = year_before(panel, horizon).ravel()
    if np.isnan(before).all():
        found.parameters.log.info("no change is told: the counts do not reach back to the same time of last year")
    rows = slice(len(found) - before.size, None)  # totals stand before the series
    told = {name: found[name][rows] for name in found.columns}
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(before > 0, told["mean"] / before - 1, np.nan)
    return {
        "area": np.repeat(names.astype(str).astype(object), horizon),
        "period": told["period"],
        "period_end": np.tile(end, panel.size),
        **{name: told[name] for name in ("mean", "lo80", "hi80", "lo95", "hi95")},
        "last_year": before,
        "change": change,
        "change_sure": _sure(told["lo80"], told["hi80"], before, told["mean"]),
        **{name: told[name] for name in ("model", "mase", "relative_mae")},
    }


def year_before(panel: Panel, horizon: int) -> np.ndarray:
    """Return the counts of the same time a year before each step to come (series, horizon), NaN where they are not known."""
    at = panel.begin.size + np.arange(horizon) - YEAR_OF[panel.step]
    known = (at >= 0) & (at < panel.begin.size)
    return np.where(known, panel.values[:, np.clip(at, 0, panel.begin.size - 1)], np.nan)


def _sure(low: np.ndarray, high: np.ndarray, before: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Say whether last year's counts are beyond what is expected now."""
    cases = [np.isnan(before), np.maximum(mean, before) < FEWEST, before < low, before > high]
    return np.select(cases, [UNKNOWN, FEW, RISE, FALL], default=WITHIN).astype(object)


def _when(begin: np.ndarray, step: str) -> str:
    """Return the first and the last step in words."""
    first, last = (str(day.astype("M8[M]") if step == "month" else day) for day in (begin[0], begin[-1]))
    return first if first == last else f"{first} to {last}"
