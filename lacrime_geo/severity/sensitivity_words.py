"""What a comparison of harm with counts found, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..parameters import in_words

if TYPE_CHECKING:
    from .harm_sensitivities import HarmSensitivity

# Of the top cells' harm on single incidents, and of these cells themselves: more is told as a caveat.
MUCH = 0.25
# The row of the first scale; the one before is of counts.
FIRST = 1


def tell(result: HarmSensitivity) -> None:
    """Keep what was found of the first scale in words, and warn of each where single incidents make the top cells."""
    kept = result.parameters
    kept.tell(sentence_of(result, FIRST))
    kept["scales"] = ", ".join(result["name"][FIRST:])
    for row in range(FIRST, len(result)):
        if result["on_one_incident"][row] > MUCH or result["leave_top"][row] > MUCH * kept["top_cells"]:
            kept.warn(hanging(result, row))


def sentence_of(result: HarmSensitivity, row: int) -> str:
    """Return how one scale's top cells agree with those by count."""
    shares = {name: percent_of(result, name, row) for name in ("overlap", "held_by_harm", "held_by_count")}
    agreed, low, high = (float(result[f"rank_agreement{end}"][row]) for end in ("", "_low", "_high"))
    said = f"ranks agree by {in_words(agreed)} ({in_words(low)} to {in_words(high)})"
    if np.isnan(agreed):
        said = "ranks cannot agree, as all cells with incidents are alike by one of both"
    return (
        f"of the {top_of(result)} by {result['unit'][row]}, {shares['overlap']} are top by count too, and {said}; "
        f"they hold {shares['held_by_harm']} of the harm, the top "
        f"cells by count {shares['held_by_count']}"
    )


def hanging(result: HarmSensitivity, row: int) -> str:
    """Return how far one scale's top cells hang on single incidents."""
    before, after = (in_words(float(result[name][row])) for name in ("rank_before", "rank_after"))
    return (
        f"By {result['unit'][row]}, {100 * result['on_one_incident'][row]:.0f} % of the top cells' harm is each cell's gravest "
        f"incident; without it {result['leave_top'][row]:,} of {result.parameters['top_cells']:,} would not be top, and one "
        f"falls from rank {before} to {after}."
    )


def top_of(result: HarmSensitivity) -> str:
    """Return which cells are top ones: their share and number."""
    kept = result.parameters
    return f"top {100 * kept['budget']:g} % of cells ({kept['top_cells']:,} of {kept['cells']:,})"


def percent_of(result: HarmSensitivity, name: str, row: int) -> str:
    """Return a share with its interval in per cent."""
    value, low, high = (100 * float(result[f"{name}{end}"][row]) for end in ("", "_low", "_high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f})" if np.isfinite(value) else "–"


def caption(result: HarmSensitivity) -> str:
    """Return what the legend of the cells says of those outlined."""
    low, high = (100 * float(result[f"held_by_harm_{end}"][FIRST]) for end in ("low", "high"))
    budget, value = 100 * result.parameters["budget"], 100 * float(result["held_by_harm"][FIRST])
    return (
        f"Top {budget:g} % of cells by {result['unit'][FIRST]}: hold {value:.0f} % of the harm ({low:.0f}–{high:.0f} %)"
    )
