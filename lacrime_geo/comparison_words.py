"""What a comparison of two periods says, in sentences with numbers, and what must be kept in mind beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .change import NO_PERCENT, change_map
from .citations import method_of
from .claims import Claim, Evidence, Finding, finding
from .density import kde
from .overview_words import days_of
from .parameters import in_plain_words, in_words, p_in_words
from .periods import Periods
from .results import Cells, Surface
from .summaries import REPORTED, counted, warnings_of

SURE_P, SURE_BIN = 0.05, 2
DENSITIES = ("density_before", "density_after")
CAVEATS = (
    REPORTED,
    "Some crimes are reported weeks later: the last weeks of a file are not complete, which can look like a fall that is none.",
    "A change does not tell its cause: seasons, weekdays and holidays make periods differ too.",
)


def findings_of(periods: Periods, results: Mapping[str, Any], made: str) -> tuple[Finding, ...]:
    """Return what was found: how many there are of both, how they differ, and where; `made` is the code of the comparison."""
    change = results["change"]
    both = f"{days_of(periods.before)} and {days_of(periods.after)}"
    n = int(periods.before.placed.sum() + periods.after.placed.sum())
    evidence = Evidence(made, n, both, method_of(change_map))
    return (
        *_numbers(periods, change, evidence),
        *_cells(change, evidence),
        *_extremes(change, evidence),
        _densities(results, replace(evidence, method=method_of(kde))),
    )


def _kept(evidence: Evidence, change: Cells, name: str, words: str, unit: str) -> Claim:
    """Return the claim of what stands in the record of a change."""
    return evidence.claim(words, change.parameters[name], unit, f"{{made}}.change.parameters[{name!r}]")


def _densities(results: Mapping[str, Any], evidence: Evidence) -> Finding:
    before, after = (highest(results[name]) for name in DENSITIES)
    unit, bandwidth = results["density_after"].unit, results["density_after"].parameters["bandwidth"]
    claims = [
        evidence.claim(
            f"highest density {words}", value, unit, f"lg.comparison_words.highest({{made}}.density_{words})"
        )
        for words, value in (("before", before), ("after", after))
    ]
    claims.append(
        evidence.claim("bandwidth of both densities", bandwidth, "m", "{made}.density_after.parameters['bandwidth']")
    )
    said = (
        f"The highest density was {in_words(before)} before and is {in_words(after)} after, in {unit}, smoothed over "
        f"{in_words(bandwidth)} m."
    )
    return finding(said, *claims)


def highest(surface: Surface) -> float:
    """Return the highest density of a surface."""
    return float(np.nanmax(surface.values))


def _numbers(periods: Periods, change: Cells, evidence: Evidence) -> list[Finding]:
    kept = change.parameters
    dated = periods.before.when is not None and periods.after.when is not None
    of_what = "change of the number per day" if dated else "change of the number"
    difference = finding(
        _difference(kept["change_percent"], kept["change_p"], " per day" * dated),
        _kept(evidence, change, "change_percent", of_what, "per cent"),
        _kept(evidence, change, "change_p", "p of the change", "of 1"),
    )
    both = _both(periods, change, dated, evidence)
    return [both, *_inside(periods, change, evidence), difference, *_left_out(periods, change, evidence)]


def _both(periods: Periods, change: Cells, dated: bool, evidence: Evidence) -> Finding:
    kept, sides = change.parameters, ("before", "after")
    category = periods.before.selection.get("category")
    of = f" of {in_plain_words(category)}" if category else ""
    before, after = (counted(kept[f"{side}_incidents"], "incident") for side in sides)
    days = [f" ({counted(round(length), 'day')})" if dated else "" for length in periods.days]
    told = [_kept(evidence, change, f"{side}_incidents", f"incidents{of}, {side}", "incidents") for side in sides]
    told += [_kept(evidence, change, f"{side}_days", f"days {side}", "days") for side in sides if dated]
    said = f"{before}{of} {days_of(periods.before)}{days[0]}, and {after} {days_of(periods.after)}{days[1]}."
    return finding(said, *told)


def _left_out(periods: Periods, change: Cells, evidence: Evidence) -> list[Finding]:
    """Say how many incidents are of no place, and how many of neither period."""
    said = []
    if missing := sum(int((~period.placed).sum()) for period in (periods.before, periods.after)):
        code = " + ".join(f"{{made}}.{name}.parameters['without_place']" for name in DENSITIES)
        claim = evidence.claim("incidents without a place", missing, "incidents", code)
        count = "counts" if missing == 1 else "count"
        said.append(finding(f"{counted(missing, 'incident')} without a place {count} nowhere.", claim))
    if left_out := change.parameters["undated_left_out"]:
        are = "is" if left_out == 1 else "are"
        claim = _kept(evidence, change, "undated_left_out", "incidents without a date", "incidents")
        said.append(finding(f"{counted(left_out, 'incident')} without a date {are} of neither period.", claim))
    return said


def _inside(periods: Periods, change: Cells, evidence: Evidence) -> list[Finding]:
    """Say of how many incidents these are, as titles count them, where some lie outside the cells."""
    placed = [int(period.placed.sum()) for period in (periods.before, periods.after)]
    if placed == [change.parameters[name] for name in ("before_incidents", "after_incidents")]:
        return []
    said = f"These stand in the cells of the study area, of {placed[0]:,} and {placed[1]:,} in all; the others lie outside them."
    claims = (
        evidence.claim(
            f"incidents of {name}, outside the cells too",
            number,
            "incidents",
            f"{{made}}.{name}.parameters['incidents']",
        )
        for name, number in zip(DENSITIES, placed)
    )
    return [finding(said, *claims)]


def _difference(percent: float, p: float, per_day: str) -> str:
    told = f"({p_in_words(p)})"
    if abs(percent) < NO_PERCENT:
        return f"That is as many{per_day} {told}."
    more = f"{abs(percent):,.1f} % {'more' if percent > 0 else 'fewer'}"
    chance = (
        "a larger difference than chance alone often makes"
        if p <= SURE_P
        else "a difference that chance alone could make"
    )
    return f"That is {more}{per_day}, {chance} {told}."


def _cells(change: Cells, evidence: Evidence) -> list[Finding]:
    rose, fell = (int((sign * change["bin"] >= SURE_BIN).sum()) for sign in (1, -1))
    of = f"Of {counted(len(change), 'cell')} of {in_words(change.grid.cell_size)} m"
    tested = change.parameters["tested"]
    claims = [
        evidence.claim("cells of the study area", len(change), "cells", "len({made}.change)"),
        _kept(evidence, change, "tested", "cells with enough incidents for a test", "cells"),
        *(
            evidence.claim(
                f"cells that {words} at 95 % confidence", number, "cells", f"int(({{made}}.change['bin'] {at}).sum())"
            )
            for words, number, at in (("rose", rose, f">= {SURE_BIN}"), ("fell", fell, f"<= -{SURE_BIN}"))
        ),
    ]
    told = f"{tested:,} have enough incidents for a change to be told from chance"
    if not rose and not fell:
        return [finding(f"{of}, {told}; in none of these is it more than chance at 95 % confidence.", *claims)]
    per_day = "" if change.parameters["before_days"] == change.parameters["after_days"] else " per day"
    have = "has" if rose == 1 else "have"
    said = f"{of}, {told}; {rose:,} {have} more{per_day} and {fell:,} fewer than before at 95 % confidence."
    return [finding(said, *claims)]


def _extremes(change: Cells, evidence: Evidence) -> list[Finding]:
    """Name the cells that have risen and fallen most among the significant ones."""
    said = []
    for sign, words in ((1, "rise"), (-1, "fall")):
        sure = np.flatnonzero(sign * change["bin"] >= SURE_BIN)
        if sure.size:
            said.append(_extreme(change, int(sure[int(np.argmax(sign * change["difference"][sure]))]), words, evidence))
    return said


def _extreme(change: Cells, row: int, words: str, evidence: Evidence) -> Finding:
    x, y = (float(side[0]) for side in change.grid.centres(change.cell[row : row + 1]))
    place = f"{x:,.0f} m east and {y:,.0f} m north ({change.grid.crs})"
    names = [("count_before", "incidents"), ("count_after", "incidents")]
    per_day = ""
    if change.parameters["before_days"] != change.parameters["after_days"]:
        names += [("rate_before", "incidents a day"), ("rate_after", "incidents a day")]
        rates = [in_words(change[name][row]) for name in ("rate_before", "rate_after")]
        per_day = f", {rates[0]} and {rates[1]} per day,"
    claims = [
        evidence.claim(
            f"largest {words}: {name.replace('_', ' ')}", change[name][row], unit, f"{{made}}.change[{name!r}][{row}]"
        )
        for name, unit in names
    ]
    claims += [
        evidence.claim(
            f"largest {words}: {side}",
            value,
            f"m ({change.grid.crs})",
            f"float({{made}}.change.grid.centres({{made}}.change.cell[[{row}]])[{at}][0])",
        )
        for at, (side, value) in enumerate((("easting", x), ("northing", y)))
    ]
    from_to = f"from {change['count_before'][row]:,} to {change['count_after'][row]:,}"
    return finding(f"The largest {words}: {from_to} incidents{per_day} in the cell at {place}.", *claims)


def caveats_of(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what must be kept in mind: what holds for all comparisons, and what the results warn of."""
    outside = int(results["change"].parameters.get("outside", 0))
    are = "is" if outside == 1 else "are"
    said = f"{counted(outside, 'incident')} {are} outside the cells of the study area: the change does not count them."
    return (*CAVEATS, *([said] if outside else []), *warnings_of(results.values()))
