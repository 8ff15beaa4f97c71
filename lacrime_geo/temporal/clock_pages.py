"""The clock as a page: the picture, what it shows, what was left out, and both profiles as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import html_pages as html
from ..frames import PLACEHOLDER_COLUMN
from ..results import Table
from .clock_pictures import unit

if TYPE_CHECKING:
    from .week_clock import Clock

PLACEHOLDERS = (
    "Incidents whose time of day is only a placeholder are left out, and with them those that truly happened at that minute: "
    "the hours from 0:00 and from 12:00 may stand too low. In the files as they are they stand far too high."
)
CAVEAT = (
    "Reported crime is not crime: a clock shows when incidents are said to have happened, as far as they are reported. Times are "
    "rounded, many to the full hour and the half, and of what nobody saw they are often those at which it was discovered."
)


def page_of(clock: Clock) -> str:
    """Return the whole page."""
    kept = clock.parameters
    period = f"Period: {kept['begin']} to {kept['end']}, the end left out."
    found = f"{kept['found'][:1].upper()}{kept['found'][1:]}."
    parts: list[Any] = [html.Markup(clock.svg()), html.items([found, period])]
    told = [PLACEHOLDERS] if kept.get(PLACEHOLDER_COLUMN) else []
    caveats = [*kept.get("warnings", []), *told, CAVEAT]
    parts += [html.tag("h2", "To be kept in mind"), *(html.tag("p", said, kind="caveat") for said in caveats)]
    for name, table in (("Hours of the day", clock.hours()), ("Weekdays", clock.weekdays())):
        parts += [html.tag("h2", name), _table(table, f"{unit(clock)} per hour", kept["level"])]
    return html.page(clock.label, *parts)


def _table(table: Table, rate: str, level: float) -> html.Markup:
    """Return a profile as a table of its first column, rate, interval and ratio."""
    first = next(iter(table.columns))
    shown = {first: first, rate: "rate", "from": "low", f"to ({level:g} %)": "high", "times the mean": "ratio"}
    rows = zip(*(table[name].tolist() for name in shown.values()))
    return html.table(list(shown), ((_named(row[0]), *(float(f"{value:.3g}") for value in row[1:])) for row in rows))


def _named(part: Any) -> str:
    return f"{part}:00 to {part + 1}:00" if isinstance(part, int) else str(part)
