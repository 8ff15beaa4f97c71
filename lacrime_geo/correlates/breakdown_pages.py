"""A breakdown drawn, and as a page: what was found, the chart, caveats, all shares with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..comparisons.comparison_pages import made
from ..forecasting.chart_frames import sentence, unbroken
from ..parameters import in_plain_words
from .breakdown_chart import drawn

if TYPE_CHECKING:
    from .breakdowns import Breakdown

__all__ = ["drawn", "page_of"]


def page_of(found: Breakdown) -> str:
    """Return the whole page."""
    kept = found.parameters
    two = bool(kept["across"])
    names = ["value", "incidents", "share, %", "all at once, %", "of those recorded, %"]
    names = [str(kept["across"]).replace("_", " "), *names, "residual"] if two else names
    level = f"{kept['level']:g} %"
    return html.page(
        found.label,
        html.items([sentence(str(kept["found"]))]),
        html.Markup(drawn(found)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in kept.get("warnings", [])),
        html.tag("h2", "Shares"),
        html.table(names, (_row(found, at, two) for at in range(len(found)))),
        html.tag(
            "p",
            f"In brackets {level} intervals: of each share by itself (Wilson), and such as hold for all shares of a table at "
            "once (Goodman)."
            + (
                " A residual tells by how many standard deviations a count is above what would be by chance."
                if two
                else ""
            ),
        ),
        html.tag("h2", "How it was made"),
        html.items(made(kept)),
    )


def _row(found: Breakdown, at: int, two: bool) -> list[Any]:
    first = [in_plain_words(found["across"][at])] if two else []
    if found["withheld"][at]:
        return [*first, in_plain_words(found["value"][at]), "withheld", "", "", "", *([""] if two else [])]
    residual = float(found["residual"][at])
    return [
        *first,
        in_plain_words(found["value"][at]),
        int(found["count"][at]),
        _share(found, at, "share", "low", "high"),
        unbroken(f"{100 * found['low_all'][at]:.1f}–{100 * found['high_all'][at]:.1f}"),
        _share(found, at, "share_recorded", "recorded_low", "recorded_high"),
        *([f"{residual:+.1f}" if np.isfinite(residual) else ""] if two else []),
    ]


def _share(found: Breakdown, at: int, share: str, low: str, high: str) -> str:
    values = [100 * float(found[name][at]) for name in (share, low, high)]
    return "" if np.isnan(values[0]) else unbroken(f"{values[0]:.1f} ({values[1]:.1f}–{values[2]:.1f})")
