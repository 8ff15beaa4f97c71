"""The rates of places drawn, highest first, with their intervals, and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import COUNT, axis_of
from ..chart_parts import GREY, LINE
from ..forecasting.chart_frames import sentence
from ..parameters import in_words
from . import comparison_pages as pages
from .caterpillars import Caterpillar, caterpillar, dot, how_many

if TYPE_CHECKING:
    from .place_rates import Rates

# The axis ends beyond nearly all: the rates of places with hardly any residents would squeeze the others.
REACH = 1.15
MEANINGS = (
    ("rate", "incidents over residents, with the interval that chance alone gives."),
    (
        "drawn towards the mean",
        "the best guess of the underlying rate, where those of all places spread as they do here.",
    ),
    ("expected", "the incidents that the overall rate would give; the ratio is of counted to expected."),
    ("few events", "fewer than 5, or an interval wider than the rate itself: hardly anything can be said."),
    ("few residents", "below a tenth of the median: the rate tells of those who pass through or work there."),
)


def order_of(found: Rates) -> np.ndarray:
    """Return the rows that have a rate, the highest first, those of few residents left out."""
    ranked, _, _ = _shown(found)
    usual = [np.where(found["few_residents"], np.nan, -rate) for rate in (found["rate"], ranked)]
    return np.lexsort(usual)[: _ranked(found)]


def _ranked(found: Rates) -> int:
    return int(np.sum(np.isfinite(found["rate"]) & ~found["few_residents"]))


def _shown(found: Rates) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the values drawn and their intervals: drawn towards the mean where they are."""
    first = "smoothed" if "smoothed" in found.columns else "rate"
    ends = ("smoothed_low", "smoothed_high") if first == "smoothed" else ("low", "high")
    return found[first], found[ends[0]], found[ends[1]]


def drawn(found: Rates) -> str:
    """Return the chart as a whole SVG document."""
    kept, order = found.parameters, order_of(found)
    value, low, high = _shown(found)
    both = "smoothed" in found.columns
    usual = high[order]
    longest = usual.max() if order.size <= 20 else np.sort(usual)[-max(order.size // 100, 2)] * REACH
    small = int(found["few_residents"].sum())
    without = f"{small:,} places of few residents are not drawn; the table flags them." if small else ""
    colour = [GREY if few else LINE for few in found["few_events"].tolist()]
    legend = [(dot(LINE), f"rate, {'drawn towards the mean, ' if both else ''}{kept['level']:g} % interval")]
    legend += [(dot(LINE, hollow=True), "raw rate")] if both else []
    legend += [(dot(GREY), "few events")] if found["few_events"][order].any() else []
    return caterpillar(
        Caterpillar(
            found.label,
            [sentence(str(kept["found"]))],
            [part for part in (how_many(order), without, *kept["caveats"]) if part],
            legend,
            order,
            found["name"],
            value,
            low,
            high,
            colour,
            found["rate"] if both else None,
            pages.with_interval(value, low, high),
            axis_of(np.array([0.0, longest]), COUNT),
            f"Incidents {kept['unit']}",
            (kept["overall_rate"], f"overall {in_words(kept['overall_rate'])}"),
        )
    )


def page_of(found: Rates) -> str:
    """Return the whole page."""
    columns = [
        ("place", found["name"].tolist()),
        ("count", pages.whole_cells(found["count"])),
        (pages.people_of(found), pages.cells(found["population"])),
        (f"rate {found.parameters['unit']}", pages.with_interval(found["rate"], found["low"], found["high"])),
    ]
    if "smoothed" in found.columns:
        drawn_to = (found[name] for name in ("smoothed", "smoothed_low", "smoothed_high"))
        columns.append(("drawn towards the mean", pages.with_interval(*drawn_to)))
    columns += [("count over expected", pages.cells(found["ratio"])), ("", _flags(found))]
    return pages.comparison_page(found, drawn(found), columns, _listed(found), MEANINGS)


def _listed(found: Rates) -> np.ndarray:
    """Return all rows: those ranked, those of few residents, those without a rate."""
    ranked = order_of(found)
    others = np.setdiff1d(np.arange(len(found)), ranked)
    return np.concatenate([ranked, others[np.argsort(np.isnan(found["rate"][others]), kind="stable")]])


def _flags(found: Rates) -> list[str]:
    flags = []
    for few, small, rate in zip(found["few_events"], found["few_residents"], found["rate"]):
        said = [words for given, words in ((few, "few events"), (small, "few residents")) if given]
        flags.append(", ".join(said) if np.isfinite(rate) else "no rate")
    return flags
