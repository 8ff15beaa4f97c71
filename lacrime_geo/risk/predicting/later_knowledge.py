"""The guard of predictors: whether a map changes with what was not known at its origin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Union

import numpy as np

from ... import checks
from ..events import DAY, Events
from .predictor_names import predictor_of
from .predictors import Predictor

Maker = Callable[[Events], Predictor]
# Rounding, as sums in another order have it.
_SAME = 1e-9


def predictor_knows_nothing_later(
    predictor: Union[str, Predictor, Maker], events: Events, origin: Any, gap: int = 0, horizon: int = 7
) -> None:
    """Raise where a predictor's map changes with what occurred, or came to light, after its origin.

    Parameters
    ----------
    predictor : a name, a predictor, or a function of all events that returns one: whatever it is made with that was taken from
        the events, such as a bandwidth, must be found within that function.
    events : all of them, the later ones too, which are altered: where, when, of which category, and when reported.
    origin : the first day predicted.
    gap : days before it of which nothing is known.
    horizon : days that are predicted.

    Raises
    ------
    ValueError
        If the expected incidents of a place differ once what was not known is otherwise, or if all was known.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> from lacrime_geo.parameters import Unsaid
    >>> from lacrime_geo.risk.units import cells_over
    >>> x, y = np.random.default_rng(0).uniform(0, 3000, (2, 300))
    >>> incidents = Incidents(x, y, when=np.datetime64("2023-01-01") + np.arange(300) // 5, crs="EPSG:32611")
    >>> events = Events.of(incidents, cells_over(incidents, None, 250, Unsaid()))
    >>> predictor_knows_nothing_later("prior_counts", events, "2023-02-15", gap=7)
    """
    day, unknown_days = np.datetime64(origin, "D"), checks.whole("gap", gap, minimum=0)
    days = checks.whole("horizon", horizon)
    both = events, otherwise_later(events, day, unknown_days)
    maps = [_made(predictor, one, days).fit(one.known(day, unknown_days)).predict(days) for one in both]
    changed = np.flatnonzero(~np.isclose(maps[0], maps[1], rtol=_SAME, atol=0.0, equal_nan=True))
    if changed.size:
        first = int(changed[0])
        raise ValueError(
            f"What is expected at {day} in {changed.size:,} of {maps[0].size:,} places changes with what was not known then, "
            f"first in place {first} ({maps[0][first]:g} and {maps[1][first]:g}): the future leaks into {_name(predictor)}."
        )


def otherwise_later(events: Events, origin: np.datetime64, gap: int) -> Events:
    """Return events of which all that was not known at an origin is otherwise; the rest is the same, in the same order.

    Raises
    ------
    ValueError
        If all was known.
    """
    later = ~events.known_rows(origin, gap)
    rows = np.flatnonzero(later)
    if not rows.size:
        raise ValueError(f"All {events.size:,} events were known at {origin}, so there is no future to alter.")
    end = origin - gap * DAY
    happened, hidden = events.day[rows] >= end, events.day[rows] < end
    columns = {name: getattr(events, name).copy() for name in ("unit", "x", "y", "day", "target", "category")}
    # The others in turn: other places, in another order, and of another category.
    for name in ("unit", "x", "y"):
        columns[name][rows] = columns[name][::-1][rows]
    columns["target"][rows] = ~columns["target"][rows]
    # What had occurred before, and came to light after, was as long before the last of them as it was after the first.
    columns["day"][rows[hidden]] = (events.day[0] + (end - DAY - events.day[rows[hidden]])).astype("M8[D]")
    columns["day"][rows[happened]] = end + 3 * (events.day[rows[happened]] - end)
    columns["category"] = columns["category"] + 1
    columns["category"][rows] = 0
    reported = None if events.reported is None else events.reported.copy()
    if reported is not None:
        reported[rows] = np.maximum(columns["day"][rows], origin) + 5 * DAY
    names = np.array(["", *events.names.tolist()], dtype=object)
    order = np.argsort(columns["day"], kind="stable")
    return replace(events, names=names, reported=reported, **columns).take(order)


def _made(predictor: Union[str, Predictor, Maker], events: Events, horizon: int) -> Predictor:
    """Return a predictor by its name, as it is, or as it is made of all events."""
    if isinstance(predictor, (str, Predictor)):
        return predictor_of(predictor, horizon)
    return predictor(events)


def _name(predictor: Any) -> str:
    return repr(predictor) if isinstance(predictor, str) else str(getattr(predictor, "name", "the predictor"))
