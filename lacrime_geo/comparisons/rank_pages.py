"""Ranks with their intervals drawn, the highest rates first, and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import NUMBER, Axis, number_ticks
from ..chart_parts import GREY
from ..forecasting.chart_frames import sentence, unbroken
from ..parameters import in_words
from ..styles.palettes import FUNNEL
from . import comparison_pages as pages
from .caterpillars import Caterpillar, caterpillar, dot, how_many

if TYPE_CHECKING:
    from .place_ranks import RankIntervals

COLOURS = {"above": FUNNEL["far above"][1], "below": FUNNEL["far below"][1]}
MEANINGS = (
    ("rank", "of the raw rate, 1 the highest; by totals, of the raw count."),
    ("rank with its interval", "the median of the ranks drawn, and where the level's share of them lies."),
    ("among the first", "the probability that the place is among so many with the highest rates."),
    ("told apart", "whether the whole interval lies above or below the median place's rank."),
)


def order_of(found: RankIntervals) -> np.ndarray:
    """Return the rows that have a rank, the first first."""
    order = np.argsort(found["expected_rank"], kind="stable")
    return order[: int(np.isfinite(found["expected_rank"]).sum())]


def drawn(found: RankIntervals) -> str:
    """Return the chart as a whole SVG document."""
    kept, order = found.parameters, order_of(found)
    value, low, high = (found[name] for name in ("median_rank", "rank_low", "rank_high"))
    colour = [COLOURS.get(told) or GREY for told in found["told_apart"].tolist()]
    legend = [
        (dot(COLOURS["above"] or GREY), f"above the median place ({kept['told_above']:,})"),
        (dot(GREY), f"not told apart ({kept['compared'] - kept['told_apart']:,})"),
        (dot(COLOURS["below"] or GREY), f"below ({kept['told_below']:,})"),
    ]
    middle = (kept["compared"] + 1) / 2
    return caterpillar(
        Caterpillar(
            found.label,
            [sentence(str(kept["found"])), sentence(kept["further"][0])],
            [part for part in (how_many(order), *map(sentence, kept["further"][1:]), *kept["caveats"]) if part],
            legend,
            order,
            found["name"],
            value,
            low,
            high,
            colour,
            None,
            _words(found),
            _axis(kept["compared"]),
            f"Rank by rate, with its {kept['level']:g} % interval",
            (middle, "median place"),
        )
    )


class Ranks(Axis):
    """An axis of ranks, whose numbers are not rounded."""

    def words(self, tick: float) -> str:
        """Write a rank."""
        return f"{tick:,.0f}"


def _axis(places: int) -> Axis:
    """Return an axis of ranks, from 1 to the last."""
    ticks = number_ticks(np.array([1.0, float(places)]))
    inside = ticks[(ticks > 1) & (ticks < places) & (ticks % 1 == 0)]
    far = inside[(inside - 1 > 0.04 * places) & (places - inside > 0.06 * places)]
    return Ranks(1.0, max(float(places), 2.0), np.concatenate([[1.0], far, [max(float(places), 2.0)]]), NUMBER)


def _words(found: RankIntervals) -> list[str]:
    return [
        f"{rate} · {low:,.0f} to {high:,.0f}" if np.isfinite(low) else "–"
        for rate, low, high in zip(map(_rate, found["rate"]), found["rank_low"], found["rank_high"])
    ]


def _rate(rate: float) -> str:
    return in_words(rate) if np.isfinite(rate) else "–"


def page_of(found: RankIntervals) -> str:
    """Return the whole page."""
    kept = found.parameters
    spans = [
        unbroken(f"{middle:,.0f} ({low:,.0f}–{high:,.0f})") if np.isfinite(middle) else "–"
        for middle, low, high in zip(found["median_rank"], found["rank_low"], found["rank_high"])
    ]
    columns = [
        ("place", found["name"].tolist()),
        ("count", pages.whole_cells(found["count"])),
        (pages.people_of(found), pages.cells(found["population"])),
        (f"rate {kept['unit']}", pages.cells(found["rate"])),
        ("rank", pages.cells(found["rank"])),
        ("by totals", pages.cells(found["rank_by_count"])),
        ("rank with its interval", spans),
        (
            f"among the {kept['top']:,} first",
            [f"{share:.2f}" if share == share else "–" for share in found["probability_top"]],
        ),
        ("told apart", [unbroken(told) for told in found["told_apart"].tolist()]),
    ]
    ranked = order_of(found)
    listed = np.concatenate([ranked, np.setdiff1d(np.arange(len(found)), ranked)])
    return pages.comparison_page(found, drawn(found), columns, listed, MEANINGS)
