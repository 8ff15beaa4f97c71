"""Columns that are known ahead, handed to models beside the counts: holidays, and what a table brings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import checks
from .leak_guards import refuse_leaks
from .models import Panel
from .step_lengths import end_of, later_begins

PERIOD, HOLIDAY = "period", "holiday"


def with_covariates(panel: Panel, given: Any, holidays: str | None, ahead: int = 0, reach: int = 1) -> Panel:
    """Return the counts with columns known for each step and for some ahead; raise where one knows the counts themselves.

    Parameters
    ----------
    panel : the counts.
    given : columns as a dict of (steps + ahead,), or a table with `period` and a row for each step, or None.
    holidays : a country or a country and a part of it ("US", "US-CA"), or None.
    ahead : steps after the last one for which columns must be known.
    reach : steps from the last known one to the last one that is forecast (gap and horizon): a column must not know the counts
        of steps nearer than that.

    Raises
    ------
    ValueError
        If a column is not known for a step, is missing throughout, is named as an outcome or as that of the holidays, or goes
        with counts that are not known that far ahead.
    ImportError
        If holidays are asked for and the package is missing.
    """
    columns = _columns(panel, given, ahead)
    known = {name: column[: panel.begin.size] for name, column in columns.items()}
    if holidays is not None:
        _refuse_clash(columns, holidays)
        columns[HOLIDAY] = holidays_of(panel, holidays, ahead)
    if not columns:
        return panel
    handed = replace(panel, covariates=columns)
    if known:
        refuse_leaks(panel.values.sum(axis=0), known, ahead=reach)
        refuse_leaks(panel.values, known, ahead=reach)
    return handed


def _refuse_clash(columns: dict[str, np.ndarray], holidays: str) -> None:
    if HOLIDAY in columns:
        raise ValueError(
            f"The covariates have a column {HOLIDAY!r}, which is also that of the holidays of {holidays!r}; give it another "
            "name, or leave either out."
        )


def holidays_of(panel: Panel, where: str, ahead: int) -> np.ndarray:
    """Return how many public holidays there are in each step and in some ahead (steps + ahead,)."""
    end = end_of(panel, ahead)
    try:
        import holidays
    except ImportError as problem:
        raise ImportError(
            "holidays needs the package holidays; install it (pip install holidays), or give a covariate of your own."
        ) from problem
    country, _, part = where.partition("-")
    years = range(panel.begin[0].astype("M8[Y]").astype(int) + 1970, end.astype("M8[Y]").astype(int) + 1971)
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError as problem:
        raise ValueError(
            f"The package holidays knows no {where!r}; give a country and perhaps a part of it, such as 'US' or 'US-CA'."
        ) from problem
    edges = np.append(np.concatenate([panel.begin, later_begins(panel, ahead)]), end).astype("M8[D]")
    return np.diff(np.searchsorted(np.array(sorted(found), dtype="M8[D]"), edges)).astype(float)


def known_column(name: str, column: np.ndarray, first: int, steps: int) -> np.ndarray:
    """Return what is known of a covariate in some steps from the first on; raise where it ends before."""
    values = np.asarray(column, dtype=float)[first : first + steps]
    if values.size < steps:
        raise ValueError(
            f"The covariate {name!r} is known for {values.size:,} of the {steps:,} steps to forecast; give it further ahead, or "
            "leave it out."
        )
    return values


def _columns(panel: Panel, given: Any, ahead: int) -> dict[str, np.ndarray]:
    if given is None:
        return {}
    source = getattr(given, "columns", given)
    source = source if isinstance(source, dict) else given
    names = [str(name) for name in (source.columns if hasattr(source, "columns") else source)]
    if PERIOD in names:
        return _by_period(panel, source, [name for name in names if name != PERIOD], ahead)
    return {name: _long_enough(name, np.asarray(source[name], dtype=float), panel, ahead) for name in names}


def _long_enough(name: str, column: np.ndarray, panel: Panel, ahead: int) -> np.ndarray:
    if column.size < panel.begin.size + ahead:
        raise ValueError(
            f"The covariate {name!r} has {column.size:,} values for {panel.begin.size:,} steps and {ahead:,} ahead; give one for "
            "each."
        )
    return column


def _by_period(panel: Panel, source: Any, names: list[str], ahead: int) -> dict[str, np.ndarray]:
    """Return the columns of a table in the order of the steps."""
    wanted = np.concatenate([panel.begin, later_begins(panel, ahead)]) if ahead else panel.begin
    there = np.asarray(checks.column(source, PERIOD)).astype("M8[D]")
    order = np.argsort(there, kind="stable")
    at = np.minimum(np.searchsorted(there[order], wanted), max(there.size - 1, 0))
    lacking = wanted[there[order][at] != wanted] if there.size else wanted
    if lacking.size:
        raise ValueError(
            f"The covariates have no row for {lacking.size:,} of {wanted.size:,} steps, first that of {lacking[0]}; give one "
            "for each step of the counts and of the horizon."
        )
    return {name: np.asarray(checks.column(source, name), dtype=float)[order][at] for name in names}
