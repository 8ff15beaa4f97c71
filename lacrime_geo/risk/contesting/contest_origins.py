"""When a contest is held: the days from which on is predicted and scored, and earlier ones at which thresholds are fixed."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np

from ... import checks, selection
from ...incidents import Incidents
from ...parameters import Parameters
from ..events import DAY, few_dated

# Where reports have no dates: after a week most have come in.
GAP = 7
# Origins before the scored ones, at which the thresholds of F1 are fixed.
VALIDATION = 2


class Schedule(NamedTuple):
    """Hold the origins that are scored and those before them that fix thresholds, each the first day predicted."""

    scored: tuple[np.datetime64, ...]
    validation: tuple[np.datetime64, ...]
    horizon: int
    gap: int

    @property
    def apart(self) -> int:
        """The least number of days from one scored origin to the next; the horizon where there is but one."""
        steps = np.diff(np.array(self.scored, dtype="M8[D]")).astype(int)
        return int(steps.min()) if steps.size else self.horizon

    @property
    def together(self) -> int:
        """How many scored origins in a row share a day."""
        return -(-self.horizon // self.apart)


def gap_of(incidents: Incidents, gap: int | None, parameters: Parameters) -> int:
    """Return how many days before an origin nothing is known of: given, or by how many reports have dates."""
    if gap is not None:
        parameters["gap"] = given = checks.whole("gap", gap, minimum=0)
        return given
    few = few_dated(incidents.reported)
    if few is None:
        return int(parameters.choose("gap", 0, "reports have dates: what was reported by then is known", " days"))
    reason = f"{few.lower()}, and the last days would not have been known"
    return int(parameters.choose("gap", GAP, reason, " days"))


def schedule_of(begin: np.datetime64, origins: Any, horizon: int, gap: int, end: np.datetime64) -> Schedule:
    """Return when a contest is held.

    Parameters
    ----------
    begin : the first day of the file.
    origins : how many, the last ones, a horizon apart; or dates, a text with commas between them too.
    horizon : days that are predicted.
    gap : days before an origin of which nothing is known.
    end : the day after the last whole one.

    Raises
    ------
    ValueError
        If an origin has no day known before it, or its horizon goes beyond the end.
    """
    asked = _asked(origins)
    days = _dates(asked, horizon, end) if isinstance(asked, list) else _last_ones(asked, horizon, gap, begin, end)
    _require_history(days[0], gap, begin)
    before = [days[0] - (gap + horizon * number) * DAY for number in range(VALIDATION, 0, -1)]
    return Schedule(tuple(days), tuple(day for day in before if day - gap * DAY > begin), horizon, gap)


def _asked(origins: Any) -> int | list[Any]:
    """Return how many origins are asked for, or which."""
    if isinstance(origins, str):
        words = [word.strip() for word in origins.split(",") if word.strip()]
        if len(words) != 1 or not words[0].isdigit() or len(words[0]) == 4:
            return list(words)
        origins = int(words[0])
    if np.ndim(origins) == 0 and not isinstance(origins, (date, np.datetime64)):
        return checks.whole("origins", origins)
    return list(np.atleast_1d(np.asarray(origins, dtype=object)))


def _dates(asked: list[Any], horizon: int, end: np.datetime64) -> list[np.datetime64]:
    days = sorted({selection.moment("origins", one).astype("M8[D]") for one in asked})
    if not days:
        raise ValueError("origins names no date; give dates such as 2023-10-04, or how many.")
    late = [day for day in days if day + horizon * DAY > end]
    if late:
        raise ValueError(
            f"The {horizon} days from {len(late)} of {len(days)} origins go beyond {end - DAY}, the last whole day of the file, "
            f"first of {late[0]}; take origins up to {end - horizon * DAY}."
        )
    return days


def _last_ones(number: int, horizon: int, gap: int, begin: np.datetime64, end: np.datetime64) -> list[np.datetime64]:
    known = int((end - begin) / DAY)
    most = (known - gap - 1) // horizon
    if number > most:
        raise ValueError(
            f"{known:,} days in all, {begin} to {end - DAY}, are too few for {number:,} origins of {horizon} days each after a "
            f"gap of {gap}: they allow {max(most, 0):,}; take fewer origins, a shorter horizon or a longer file."
        )
    return [end - horizon * back * DAY for back in range(number, 0, -1)]


def _require_history(first: np.datetime64, gap: int, begin: np.datetime64) -> None:
    if first - gap * DAY <= begin:
        raise ValueError(
            f"Nothing is known before the origin {first} with a gap of {gap} days, as the file begins on {begin}; take later "
            "origins."
        )
