"""Peaks: which months, weekdays and hours have more incidents than the mean, and which fewer."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words, warned_once
from ..progress import Progress, advance, within
from ..results import Table
from ..temporal.given_series import ALL, is_table
from ..temporal.season_effects import MONTH, WEEKDAY
from ..temporal.seasonality import season
from ..temporal.week_clock import clock

HOUR = "hour"
SIZES = {MONTH: 12, WEEKDAY: 7, HOUR: 24}
HIGH, LOW, NEITHER = "high", "low", ""


def peaks(incidents: Any, *, level: float = 0.95, progress: Progress = None) -> Table:
    """Tell which months, weekdays and hours have more incidents than the mean, and which fewer, with intervals.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`); or a table of counts of
        days or months with `date` (or `period`) and `count`, which has no hours, and its groups each peaks of their own.
    level : confidence that all intervals of the months, of the weekdays and of the hours hold together. Default 0.95.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Table
        A row for each `group` ("all" of incidents), `effect` ("month", "weekday", "hour") and its `level`: how many times the
        mean (`ratio`) with its interval (`low`, `high`), and in `peak` whether that lies above 1 ("high"), below it ("low") or
        neither (""). What cannot be told is NaN: months of less than a year.

    Raises
    ------
    ValueError
        If there are no times, or fewer than two weeks (of months: two years) or 30 incidents.

    Notes
    -----
    Months and weekdays are those of `season`, compared with the geometric mean of their levels, the rest held alike; hours those
    of `clock`, compared with the mean hour, and their intervals are of Poisson counts. The 12, 7 or 24 intervals of an effect
    are widened together (Bonferroni), so that a peak is not the largest of many chances.

    Examples
    --------
    >>> days = np.datetime64("2023-01-02") + np.arange(140)
    >>> found = peaks(dict(date=days, count=np.tile([8, 12, 9, 11, 20, 22, 10], 20) + np.arange(140) % 3))
    >>> found["level"][found["peak"] == "high"].tolist()
    ['Friday', 'Saturday']
    """
    level = checks.share("level", level)
    each = {effect: 1 - (1 - level) / size for effect, size in SIZES.items()}
    with warned_once():
        seasons = [
            season(incidents, level=each[effect], progress=within(progress, part / 3, (part + 1) / 3))
            for part, effect in enumerate((MONTH, WEEKDAY))
        ]
        parts = [_rows(found, effect) for found, effect in zip(seasons, (MONTH, WEEKDAY))]
        if not is_table(incidents):
            parts.append(_hours(clock(incidents, level=each[HOUR], progress=within(progress, 2 / 3, 1.0)).hours()))
    parameters = Parameters({**seasons[0].parameters, "level": level})
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns["peak"] = np.select([columns["low"] > 1, columns["high"] < 1], [HIGH, LOW], NEITHER).astype(object)
    _tell(columns, parameters)
    advance(progress, 1.0)
    return Table(columns, parameters, label="Peaks by month, weekday and hour")


def _rows(found: Table, effect: str) -> dict[str, np.ndarray]:
    """Return the rows of one effect of a season."""
    rows = found["effect"] == effect
    return {name: found[name][rows] for name in ("group", "effect", "level", "ratio", "low", "high")}


def _hours(found: Table) -> dict[str, np.ndarray]:
    """Return the hours as times the mean hour."""
    total = found.columns.get("weight_sum", found["count"]).sum()
    mean = total / found["hours_observed"].sum()
    return {
        "group": np.full(len(found), ALL, dtype=object),
        "effect": np.full(len(found), HOUR, dtype=object),
        "level": np.array([f"{int(hour)}:00" for hour in found["hour"]], dtype=object),
        "ratio": found["ratio"],
        "low": found["low"] / mean,
        "high": found["high"] / mean,
    }


def _tell(columns: dict[str, np.ndarray], parameters: Parameters) -> None:
    """Say of the first group, the largest one, which levels are high."""
    group, said = columns["group"][0], []
    for effect in SIZES:
        of = (columns["effect"] == effect) & (columns["group"] == group)
        rows = np.flatnonzero(of & (columns["peak"] == HIGH))
        ordered = rows[np.argsort(-columns["ratio"][rows], kind="stable")]
        named = [f"{columns['level'][row]} (× {in_words(columns['ratio'][row])})" for row in ordered]
        if np.isfinite(columns["ratio"][of]).any():
            said.append(f"{effect}s above the mean: {', '.join(named) or 'none'}")
    parameters.tell(f"{'' if group == ALL else f'{group}: '}{'; '.join(said)}")
