"""The tables of a history: their columns and kinds, the same in a GeoPackage and in PostGIS, and never changed but added to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..results import Result

INTEGER, REAL, TEXT, DATE, MOMENT = "integer", "real", "text", "date", "moment"
RUNS, CLAIMS, ALERTS, FORECASTS, SCORES, MONITORS = "runs", "claims", "alerts", "forecasts", "scores", "monitors"
KNOWN_WEEKS = "known_weeks"

TABLES: dict[str, dict[str, str]] = {
    RUNS: {
        "run": INTEGER,
        "run_at": MOMENT,
        "version": TEXT,
        "layer": TEXT,
        "fingerprint": TEXT,
        "incidents": INTEGER,
        "without_place": INTEGER,
        "without_date": INTEGER,
        "without_category": INTEGER,
        "placeholders": INTEGER,
        "first_date": DATE,
        "last_date": DATE,
        "known_until": DATE,
        "whole_until": DATE,
        "alarms": INTEGER,
        "watched": INTEGER,
        "verdict": TEXT,
        "sentence": TEXT,
        "missing": TEXT,
        "parameters": TEXT,
    },
    CLAIMS: {
        "run": INTEGER,
        "number": INTEGER,
        "name": TEXT,
        "value": REAL,
        "value_text": TEXT,
        "unit": TEXT,
        "n": INTEGER,
        "period": TEXT,
        "method": TEXT,
        "lower": REAL,
        "upper": REAL,
        "level": REAL,
        "code": TEXT,
        "sentence": TEXT,
    },
    ALERTS: {
        "run": INTEGER,
        "area": TEXT,
        "step_begin": DATE,
        "observed": INTEGER,
        "first_observed": INTEGER,
        "expected": REAL,
        "beyond_chance": REAL,
        "statistic": REAL,
        "p": REAL,
        "p_adjusted": REAL,
        "state": TEXT,
    },
    FORECASTS: {
        "run": INTEGER,
        "made_on": DATE,
        "area": TEXT,
        "target_begin": DATE,
        "target_end": DATE,
        "mean": REAL,
        "lower80": REAL,
        "upper80": REAL,
        "lower95": REAL,
        "upper95": REAL,
        "naive": REAL,
        "model": TEXT,
    },
    SCORES: {
        "run": INTEGER,
        "forecast_run": INTEGER,
        "made_on": DATE,
        "area": TEXT,
        "target_begin": DATE,
        "target_end": DATE,
        "observed": INTEGER,
        "mean": REAL,
        "error": REAL,
        "inside80": INTEGER,
        "inside95": INTEGER,
        "naive_error": REAL,
    },
    MONITORS: {
        "run": INTEGER,
        "name": TEXT,
        "value": REAL,
        "limit_text": TEXT,
        "verdict": TEXT,
        "sentence": TEXT,
    },
    KNOWN_WEEKS: {"week_begin": DATE, "incidents": INTEGER},
}
# What tells the rows of a table apart: no run can be added twice.
KEYS = {
    RUNS: ("run",),
    CLAIMS: ("run", "number"),
    ALERTS: ("run", "area", "step_begin"),
    FORECASTS: ("run", "area", "target_begin"),
    SCORES: ("forecast_run", "area", "target_begin"),
    MONITORS: ("run", "name"),
    KNOWN_WEEKS: ("week_begin",),
}
# Layers of the last run, by the name of the result they are of.
LAYERS = ("alerts_now", "forecast_now", "hotspots", "clusters")
Row = Mapping[str, Any]


class Entries(NamedTuple):
    """What a run adds to a history: rows by table, tables replaced as a whole, and layers, None for one that goes."""

    added: Mapping[str, list[Row]]
    replaced: Mapping[str, list[Row]]
    layers: Mapping[str, Result | None]


def values_of(table: str, row: Row) -> list[Any]:
    """Return the values of a row in the order of a table's columns, as databases take them: nothing for NaN and NaT."""
    return [_plain(row.get(name), kind) for name, kind in TABLES[table].items()]


def rows_of_columns(columns: Mapping[str, Iterable[Any]]) -> list[Row]:
    """Return columns as rows."""
    names = list(columns)
    return [dict(zip(names, values)) for values in zip(*columns.values())]


def _plain(value: Any, kind: str) -> Any:
    if value is None or (isinstance(value, np.datetime64) and np.isnat(value)):
        return None
    if kind in (INTEGER, REAL):
        number = float(value)
        if not math.isfinite(number):
            return None
        return int(value) if kind == INTEGER else number
    return clean(str(value))


def clean(text: str) -> str:
    """Return a text without what no database holds: characters that are none."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
