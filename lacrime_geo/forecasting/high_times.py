"""Peaks: which months, weekdays and hours have more incidents than the mean, and which fewer."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..incidents import as_incidents
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, within
from ..results import Table
from ..temporal.given_series import ALL, given, is_table
from ..temporal.season_effects import FIRST, MONTH, TREND, WEEKDAY
from ..temporal.seasonality import effects_of
from .count_tables import COUNT, PERIOD
from .hour_ratios import hour_ratios
from .tables_as_counts import as_counts

HOUR = "hour"
SIZES = {MONTH: 12, WEEKDAY: 7, HOUR: 24}
HIGH, LOW, NEITHER, UNKNOWN = "high", "low", "", "unknown"
# A widening by less is not worth a line.
TOLD_FROM = 1.1


def peaks(incidents: Any, *, level: float = 95, progress: Progress = None) -> Table:
    """Tell which months, weekdays and hours have more incidents than the mean, and which fewer, with intervals.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`); or counts of days or
        months (Counts, or a table with `date` or `period` and `count`), which have no hours, each series with peaks of its own.
    level : how sure it is that all intervals of the months, of the weekdays and of the hours hold together, in per cent.
        Default 95.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Table
        A row for each `group` ("all" of incidents), `effect` ("month", "weekday", "hour") and its `level`: how many times the
        mean (`ratio`) with its interval (`low`, `high`), and in `peak` whether that lies above 1 ("high"), below it ("low"),
        neither ("") or cannot be told ("unknown", with NaN): months of less than a year, hours where no time of day is known.
        `parameters` tells of how many incidents the time of day is a placeholder, which are in no hour (`time_placeholder`), and
        by how much intervals were widened (`months_widened`, `hours_widened`).

    Raises
    ------
    ValueError
        If there are no times, or fewer than two weeks (of months: two years) or 30 incidents.

    Notes
    -----
    Months and weekdays are those of `season`, compared with the geometric mean of their levels, the rest held alike; hours are
    compared with the mean hour, by exact Poisson intervals. The 12, 7 or 24 intervals of an effect are widened together
    (Bonferroni), so that a peak is not the largest of many chances. Incidents are not independent either: where the residuals
    of neighbouring days (of a table of months, months) go together with a correlation r > 0, the intervals of months are
    √((1 + r) / (1 − r)) times as wide on the scale of logarithms, as of an autoregression of order one; those of an hour √φ times
    as wide, where φ is how much more than Poisson's its counts scatter from day to day about their share of the day's. The hour
    of a placeholder (12:00 in files of the LAPD) lacks what truly happened then: its interval reaches up to all placeholders.

    A peak says when incidents are said to have occurred. Hours are those of the start where no end is known (`occurred_until`).

    Examples
    --------
    >>> days = np.datetime64("2023-01-02") + np.arange(140)
    >>> found = peaks(dict(date=days, count=np.tile([8, 12, 9, 11, 20, 22, 10], 20) + np.arange(140) % 3))
    >>> found["level"][found["peak"] == "high"].tolist()
    ['Friday', 'Saturday']
    """
    level = checks.per_cent("level", level)
    each = {effect: 100 - (100 - level) / SIZES.get(effect, 1) for effect in (*SIZES, FIRST, TREND)}
    counted = _by_group(incidents) if is_table(incidents) else as_incidents(incidents)
    series, parameters, _ = given(counted, None, None, within(progress, 0.0, 0.3))
    parameters["level"] = level
    found = effects_of(series, parameters, {}, each, within(progress, 0.3, 0.8))
    correlation = {name: fitted.correlation for name, fitted in found.fits.items()}
    parts = [_widened(_rows(found.columns, MONTH), correlation, series.step, parameters), _rows(found.columns, WEEKDAY)]
    if not is_table(incidents):
        parts.append(_hours(hour_ratios(counted, each[HOUR], parameters, within(progress, 0.8, 1.0))))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    peak = np.select([columns["low"] > 1, columns["high"] < 1], [HIGH, LOW], NEITHER).astype(object)
    columns["peak"] = np.where(np.isnan(columns["ratio"]), UNKNOWN, peak)
    _tell(columns, parameters)
    advance(progress, 1.0)
    return Table(columns, parameters, label="Peaks by month, weekday and hour")


def _by_group(table: Any) -> Any:
    """Return a table of counts by `period`, whose keys are one column or several, as one with `date` and one `group`."""
    columns = getattr(table, "columns", table)
    if PERIOD not in columns or "date" in columns:
        return table
    found = as_counts(table)
    keys = [found[name].astype(str).tolist() for name in found.keys]
    group = np.array([" ".join(values) for values in zip(*keys)], dtype=object) if keys else None
    return {"date": found[PERIOD], COUNT: found[COUNT], **({} if group is None else {"group": group})}


def _rows(columns: dict[str, np.ndarray], effect: str) -> dict[str, np.ndarray]:
    """Return the rows of one effect of a season."""
    rows = columns["effect"] == effect
    return {name: columns[name][rows] for name in ("group", "effect", "level", "ratio", "low", "high")}


def _widened(
    months: dict[str, np.ndarray], correlation: dict[str, float], step: str, parameters: Parameters
) -> dict[str, np.ndarray]:
    """Return months with intervals as wide as neighbouring residuals that go together make them, group by group."""
    if np.isnan(months["ratio"]).all():
        return months
    wider = {name: float(np.sqrt((1 + max(r, 0.0)) / (1 - max(r, 0.0)))) for name, r in correlation.items()}
    parameters["months_widened"] = {name: round(factor, 2) for name, factor in wider.items()}
    worst = max(wider, key=lambda name: wider[name])
    if wider[worst] >= TOLD_FROM:
        parameters.log.info(
            "Intervals of months are widened up to %s times: the residuals of neighbouring %ss go together (correlation %s)",
            in_words(wider[worst]),
            step,
            in_words(correlation[worst]),
        )
    factor = np.array([wider[str(name)] for name in months["group"]])
    sides = {name: months["ratio"] * (months[name] / months["ratio"]) ** factor for name in ("low", "high")}
    return {**months, **sides}


def _hours(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the rows of the hours."""
    heads = {"group": ALL, "effect": HOUR}
    return {
        **{name: np.full(SIZES[HOUR], value, dtype=object) for name, value in heads.items()},
        "level": np.array([f"{hour}:00" for hour in range(SIZES[HOUR])], dtype=object),
        **found,
    }


def _tell(columns: dict[str, np.ndarray], parameters: Parameters) -> None:
    """Say of the first group, the largest one, which levels are high."""
    group, said = columns["group"][0], []
    for effect in SIZES:
        rows = np.flatnonzero((columns["effect"] == effect) & (columns["group"] == group))
        if rows.size and (columns["peak"][rows] == UNKNOWN).all():
            said.append(f"{effect}s not told")
        elif rows.size:
            high = rows[columns["peak"][rows] == HIGH]
            named = _runs(columns, high) if effect == HOUR else _by_ratio(columns, high)
            said.append(f"{effect}s above the mean: {', '.join(named) or 'none'}")
    parameters.tell(f"{'' if group == ALL else f'{group}: '}{'; '.join(said)}")


def _by_ratio(columns: dict[str, np.ndarray], rows: np.ndarray) -> list[str]:
    ordered = rows[np.argsort(-columns["ratio"][rows], kind="stable")]
    return [f"{columns['level'][row]} (× {in_words(columns['ratio'][row])})" for row in ordered]


def _runs(columns: dict[str, np.ndarray], rows: np.ndarray) -> list[str]:
    """Return hours that follow each other, over midnight too, as from when until when, with the highest of them."""
    first = int(np.flatnonzero(columns["effect"] == HOUR)[0])
    high = np.isin(np.arange(SIZES[HOUR]), rows - first)
    starts = np.flatnonzero(high & ~np.roll(high, 1))
    found = []
    for start in starts.tolist():
        hours = (start + np.arange(SIZES[HOUR])) % SIZES[HOUR]
        run = hours[: int(np.argmin(high[hours]))]
        top = run[np.argmax(columns["ratio"][first + run])]
        most = f", most at {top}:00" if run.size > 1 else ""
        found.append(f"{start}:00 to {(run[-1] + 1) % 24}:00 (× {in_words(columns['ratio'][first + top])}{most})")
    return found
