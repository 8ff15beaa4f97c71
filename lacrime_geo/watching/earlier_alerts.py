"""Alerts kept in a history: the rows that a run has judged, and the run that goes on from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..alerting import Alerts
from ..alerting.earlier_runs import KEPT_ROWS, KEPT_STEPS
from ..parameters import Parameters
from .history_tables import Row, rows_of_columns

# Columns of the table, by those of `alerts`.
COLUMNS = {
    "area": "area",
    "date": "step_begin",
    "count": "observed",
    "first_count": "first_observed",
    "expected": "expected",
    "limit": "beyond_chance",
    "statistic": "statistic",
    "p": "p",
    "p_adjusted": "p_adjusted",
    "state": "state",
}


class Earlier(NamedTuple):
    """What `alerts` is given to go on from: the record of the runs before."""

    parameters: Parameters


def rows_of_alerts(found: Alerts) -> list[Row]:
    """Return the steps that this run has judged, those judged again among them."""
    judged = found.judged()
    columns = {COLUMNS[name]: judged[name][found.new] for name in COLUMNS}
    columns["step_begin"] = columns["step_begin"].astype("M8[D]")
    return rows_of_columns(columns)


def earlier_of(rows: Sequence[Row], settings: Mapping[str, Any] | None) -> Earlier | None:
    """Return the record of earlier runs as `alerts` keeps it, made of a history's rows; None where there is none.

    Parameters
    ----------
    rows : of the table of alerts, in the order in which they were added: of a step judged again the last one counts.
    settings : with which they were judged.
    """
    if not rows or not settings:
        return None
    latest = {(row["step_begin"], row["area"]): row for row in rows}
    names = sorted({row["area"] for row in rows})
    steps = sorted({step for step, _ in latest})[-max(KEPT_ROWS // max(len(names), 1), KEPT_STEPS) :]
    kept = [latest[key] for key in sorted(latest) if key[0] >= steps[0]]
    number = {name: at for at, name in enumerate(names)}
    judged: dict[str, Any] = {own: [row[column] for row in kept] for own, column in COLUMNS.items()}
    judged.update(names=names, area=[number[row["area"]] for row in kept])
    return Earlier(Parameters({**settings, "judged": judged}))


def lines_of(found: Alerts) -> list[str]:
    """Return a line for each alarm of the steps that this run has judged."""
    return [line for line in found.lines if line.startswith("alarm")]


def numbers_of(found: Alerts | None) -> dict[str, int]:
    """Return how many areas are in alarm and watched now."""
    names = ("alarm", "watch")
    states = np.array([], dtype=object) if found is None else found["state"]
    return {name: int((states == name).sum()) for name in names}
