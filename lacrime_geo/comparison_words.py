"""What a comparison of two periods says, in sentences with numbers, and what must be kept in mind beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .change import NO_PERCENT
from .overview_words import days_of
from .parameters import in_plain_words, in_words, p_in_words
from .periods import Periods
from .results import Cells
from .summaries import REPORTED, counted, warnings_of

SURE_P, SURE_BIN = 0.05, 2
CAVEATS = (
    REPORTED,
    "Some crimes are reported weeks later: the last weeks of a file are not complete, which can look like a fall that is none.",
    "A change does not tell its cause: seasons, weekdays and holidays make periods differ too.",
)


def findings_of(periods: Periods, results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what was found: how many there are of both, how they differ, and where."""
    change = results["change"]
    before, after = (np.nanmax(results[name].values) for name in ("density_before", "density_after"))
    unit = results["density_after"].unit
    return (
        *_numbers(periods, change),
        *_cells(change),
        *_extremes(change),
        f"The highest density was {in_words(before)} before and is {in_words(after)} after, in {unit}, smoothed over "
        f"{in_words(results['density_after'].parameters['bandwidth'])} m.",
    )


def _numbers(periods: Periods, change: Cells) -> list[str]:
    kept = change.parameters
    category = periods.before.selection.get("category")
    of = f" of {in_plain_words(category)}" if category else ""
    before, after = (counted(kept[name], "incident") for name in ("before_incidents", "after_incidents"))
    dated = periods.before.when is not None and periods.after.when is not None
    days = [f" ({counted(round(length), 'day')})" if dated else "" for length in periods.days]
    first = f"{before}{of} {days_of(periods.before)}{days[0]}, and {after} {days_of(periods.after)}{days[1]}."
    said = [first, *_inside(periods, change), _difference(kept["change_percent"], kept["change_p"], " per day" * dated)]
    if missing := sum(int((~period.placed).sum()) for period in (periods.before, periods.after)):
        said.append(f"{counted(missing, 'incident')} without a place {'counts' if missing == 1 else 'count'} nowhere.")
    if left_out := kept["undated_left_out"]:
        said.append(
            f"{counted(left_out, 'incident')} without a date {'is' if left_out == 1 else 'are'} of neither period."
        )
    return said


def _inside(periods: Periods, change: Cells) -> list[str]:
    """Say of how many incidents these are, as titles count them, where some lie outside the cells."""
    placed = [int(period.placed.sum()) for period in (periods.before, periods.after)]
    if placed == [change.parameters[name] for name in ("before_incidents", "after_incidents")]:
        return []
    return [
        f"These stand in the cells of the study area, of {placed[0]:,} and {placed[1]:,} in all; the others lie outside them."
    ]


def _difference(percent: float, p: float, per_day: str) -> str:
    told = f"({p_in_words(p)})"
    if abs(percent) < NO_PERCENT:
        return f"That is as many{per_day} {told}."
    more = f"{abs(percent):,.1f} % {'more' if percent > 0 else 'fewer'}"
    chance = (
        "a larger difference than chance would make" if p <= SURE_P else "a difference that chance alone could make"
    )
    return f"That is {more}{per_day}, {chance} {told}."


def _cells(change: Cells) -> list[str]:
    rose, fell = (int((sign * change["bin"] >= SURE_BIN).sum()) for sign in (1, -1))
    of = f"Of {counted(len(change), 'cell')} of {in_words(change.grid.cell_size)} m"
    told = f"{change.parameters['tested']:,} have enough incidents for a change to be told from chance"
    if not rose and not fell:
        return [f"{of}, {told}; in none of these is it more than chance at 95 % confidence."]
    per_day = "" if change.parameters["before_days"] == change.parameters["after_days"] else " per day"
    have = "has" if rose == 1 else "have"
    return [f"{of}, {told}; {rose:,} {have} more{per_day} and {fell:,} fewer than before at 95 % confidence."]


def _extremes(change: Cells) -> list[str]:
    """Name the cells that have risen and fallen most among the significant ones."""
    said = []
    of_equal_length = change.parameters["before_days"] == change.parameters["after_days"]
    for sign, words in ((1, "rise"), (-1, "fall")):
        sure = np.flatnonzero(sign * change["bin"] >= SURE_BIN)
        if not sure.size:
            continue
        row = sure[int(np.argmax(sign * change["difference"][sure]))]
        x, y = change.grid.centres(change.cell[row : row + 1])
        place = f"{x[0]:,.0f} m east and {y[0]:,.0f} m north ({change.grid.crs})"
        from_to = f"from {change['count_before'][row]:,} to {change['count_after'][row]:,}"
        rates = [in_words(change[name][row]) for name in ("rate_before", "rate_after")]
        per_day = "" if of_equal_length else f", {rates[0]} and {rates[1]} per day,"
        said.append(f"The largest {words}: {from_to} incidents{per_day} in the cell at {place}.")
    return said


def caveats_of(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what must be kept in mind: what holds for all comparisons, and what the results warn of."""
    outside = int(results["change"].parameters.get("outside", 0))
    are = "is" if outside == 1 else "are"
    said = f"{counted(outside, 'incident')} {are} outside the cells of the study area: the change does not count them."
    return (*CAVEATS, *([said] if outside else []), *warnings_of(results.values()))
