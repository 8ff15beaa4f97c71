"""The style of places by their risk: the higher the rank the darker, those within the budget outlined."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, classified, document, element, outlined_where

OPACITY, OUTLINE = 0.75, 0.35
# What rounding may leave of a whole number of places.
ROUNDING = 1e-12
BUDGET = "The places within the budget"
IN_BUDGET = 'try("in_budget" = true, false)'


def risk(result: Any) -> str:
    """Classes of the rank's share of all places; the first entry tells what the budget catches (`caption` of the record).

    The result has the columns `rank` (1 the highest) and `in_budget`; a map of anything else than `risk` or
    `harm` is ranked by its values.
    """
    places = len(result)
    ranked_by = next((name for name in ("risk", "harm") if name in result.columns), "value")
    # No rank is below 0: the first entry is of none, and stands in the legend only.
    entries, symbols = [(-2.0, -1.0, str(result.parameters.get("caption", BUDGET)))], [_symbol(None, None)]
    lowest, before = 0.0, 0.0
    for share, colour in palettes.RISK:
        # Those tied have the mean of their ranks, a whole number or a half.
        highest = int(share * places * (1 + ROUNDING)) + 0.25
        if highest > 1:
            entries.append((lowest, highest, _words(before, share, ranked_by)))
            symbols.append(_symbol(colour))
            lowest, before = highest, share
    entries.append((lowest, places + 1.0, f"Beyond the top {100 * before:g} %" if before else "All places"))
    symbols.append(_symbol(None))
    renderer = classified("rank", entries, symbols, by_pass=True)
    return document([renderer, element("layerOpacity", text=OPACITY), element("blendMode", text=NORMAL)])


def _symbol(colour: str | None, outlined: str | None = IN_BUDGET) -> str:
    return outlined_where(outlined, colour, palettes.RISK_BUDGET, OUTLINE)


def _words(before: float, share: float, ranked_by: str) -> str:
    span = f"top {100 * share:g} %" if not before else f"top {100 * before:g} to {100 * share:g} %"
    return f"Among the {span} of places by {ranked_by}"
