"""Whether a run goes on from the ones before: the same settings, data that are new and not older, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from ..summaries import counted
from .history_tables import Row
from .known_data import Known
from .parts_of_runs import COULD_NOT

# Nothing new for so many times the usual time between runs, and so many days at least, is something for a person.
LONG, FEWEST_DAYS, FEWEST_RUNS = 3, 3, 3


def require_alike(last: Row | None, settings: Mapping[str, Any]) -> None:
    """Raise where the last run was asked for something else: a history is of one question.

    Raises
    ------
    ValueError
        If step, category or areas are others.
    """
    before = {} if last is None else json.loads(last["parameters"]).get("settings", {})
    for name, value in settings.items():
        if name in before and before[name] != value:
            raise ValueError(
                f"The runs of this history have {name} {before[name]!r} and this one {value!r}; go on as it was, or name another "
                "history."
            )


def require_later(last: Row | None, known: Known) -> None:
    """Raise where the data end before those of the last run.

    Raises
    ------
    ValueError
        If they do.
    """
    if last is not None and str(known.known_until) < last["known_until"]:
        raise ValueError(
            f"The data end on {known.known_until}, and those of the last run on {last['known_until']}: they are older, or their "
            "last days are missing; give the newer file. The history is as it was."
        )


def lost_parts(runs: Sequence[Row], missing: Mapping[str, str]) -> list[str]:
    """Return a sentence for each part that this run could not compute and an earlier one could: warnings that have stopped."""
    return [
        f"{sentence} An earlier run could."
        for part, sentence in missing.items()
        if any(COULD_NOT.format(part) not in (run["missing"] or "") for run in runs)
    ]


def nothing_new(runs: Sequence[Row], now: datetime) -> tuple[str, bool]:
    """Return the sentence of a run without new data, and whether they should have come long ago."""
    last = runs[-1]
    said = f"nothing new: the data are those of run {last['run']}, which are known until {last['known_until']}"
    times = np.array([_moment(row) for row in runs], dtype="M8[s]")
    since = np.datetime64(now.replace(tzinfo=None), "s") - times[-1]
    if times.size < FEWEST_RUNS:
        return f"{said}.", False
    usual = np.median(np.diff(times))
    days = int(since / np.timedelta64(1, "D"))
    if days < FEWEST_DAYS or since <= LONG * usual:
        return f"{said}.", False
    each = max(round(float(usual / np.timedelta64(1, "D"))), 1)
    return f"{said}. None have come for {counted(days, 'day')}, where they came every {counted(each, 'day')}.", True


def _moment(run: Row) -> str:
    return str(run["run_at"])[:19].rstrip("Z")
