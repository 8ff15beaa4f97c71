"""What is wrong with a table of counts that was handed in: its names, its keys, its steps, series that end early."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from ..parameters import Parameters
from ..summaries import counted
from .models import Panel

# Columns of forecasts and of their scores, which a key of that name would overwrite.
RESERVED = {"mean", "model", "mase", "relative_mae", "to_smoothing", "to_seasonal_naive", "mae", "bias"}
INTERVAL_ENDS = re.compile(r"(lo|hi)\d")
# Steps of which so many lie between two rows are other steps.
TOO_FAR = {"day": 6.0, "week": 2.0, "month": 3.0}
MOST_TOLD = 3
CALENDAR = ("year", "quarter", "month", "week", "weekday", "day", "date")
# Incidents that a series would have had, had it gone on.
EXPECTED = 5.0


def refuse_names(names: Iterable[str]) -> None:
    """Raise where a key has the name of a column that a forecast or its scores have."""
    found = [name for name in names if name in RESERVED or INTERVAL_ENDS.match(name)]
    if found:
        raise ValueError(
            f"The column {found[0]!r} would be a key, and forecasts have a column of that name; rename it or leave it out."
        )


def refuse_calendar(keys: Mapping[str, np.ndarray], period: np.ndarray) -> None:
    """Raise where a key only says again which step a row is of, such as its year or month."""
    distinct = np.unique(period).size
    for name, column in keys.items():
        values = np.unique(column.astype(str), return_inverse=True)[1].ravel()
        pairs = np.unique(np.stack([np.unique(period, return_inverse=True)[1].ravel(), values]), axis=1).shape[1]
        # Where no step has two rows, any key is told by the period: then its name decides.
        known = period.size > distinct or name.lower() in CALENDAR
        if values.max(initial=0) > 0 and pairs == distinct and known:
            raise ValueError(
                f"The column {name!r} is told by the period and tells no series apart; every column but period and count is a "
                "key: leave it out."
            )


def refuse_other_steps(day: np.ndarray, step: str) -> None:
    """Raise where the rows of a table lie several steps apart, as those of month ends, quarters or years do."""
    distinct = np.unique(day)
    at = distinct.astype("M8[M]") if step == "month" else distinct
    apart = np.diff(at.astype(np.int64)) / (7 if step == "week" else 1)
    if distinct.size > 2 and np.median(apart) >= TOO_FAR[step]:
        raise ValueError(
            f"The periods of the table lie {np.median(apart):g} {step}s apart, such as {distinct[0]} and {distinct[1]}: steps "
            "are days, weeks or months; give the first day of each (2018-01-01 for a month), and no longer ones."
        )


def warn_of_ended(panel: Panel, last: np.ndarray, parameters: Parameters) -> None:
    """Warn of series whose rows end long before the table does: what follows counts 0.

    Parameters
    ----------
    panel : the series.
    last : the number of the last step of each series that has a row (series,).
    parameters : the record that keeps the warning.
    """
    steps = panel.begin.size
    lacking = steps - 1 - last
    rate = panel.values.sum(axis=1) / np.maximum(last + 1, 1)
    enough = (rate * lacking >= EXPECTED) & (panel.values.sum(axis=1) >= 2 * EXPECTED)
    ended = np.flatnonzero((lacking >= 2) & enough)
    if ended.size:
        told = ", ".join(f"{_named(panel, row)} after {panel.begin[last[row]]}" for row in ended[:MOST_TOLD].tolist())
        more = f" and {ended.size - MOST_TOLD:,} more" if ended.size > MOST_TOLD else ""
        parameters.warn(
            f"Of {counted(panel.size, 'series', 'series')} {ended.size:,} end before the table does ({told}{more}), and count 0 "
            "from there on: leave them out, or end the table where all are whole."
        )


def warn_of_lone_end(panel: Panel, parameters: Parameters) -> None:
    """Warn where the last incidents stand alone after a long time without any, as one with a wrong date does."""
    filled = np.flatnonzero(panel.values.sum(axis=0) > 0)
    if filled.size < 2 or panel.step == "month":
        return
    empty = np.diff(filled) - 1
    longest = int(np.argmax(empty))
    after = panel.values[:, filled[longest + 1] :].sum()
    if empty[longest] * {"day": 1, "week": 7}[panel.step] > 90 and after < 0.01 * panel.values.sum():
        parameters.warn(
            f"Only {after:,.0f} of {panel.values.sum():,.0f} {parameters.get('unit', 'incidents')} are dated after "
            f"{panel.begin[filled[longest]]}, the first on {panel.begin[filled[longest + 1]]}: check their dates, or end before "
            "them (until)."
        )


def _named(panel: Panel, row: int) -> str:
    return " ".join(str(column[row]) for column in (panel.keys or {}).values()) or "all"
