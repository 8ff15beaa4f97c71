"""The chart of a backtest: errors as shares of seasonal naive's, over all, by series and by origin, and what intervals held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..chart_parts import EDGE, GREY, INK, LINE, document, element, line, text
from ..dates import days_in_words
from . import chart_frames as frames
from .chart_frames import MARGIN, WIDTH
from .model_roles import OTHERS, roles_of
from .model_rows import drawn_rows
from .origin_panels import TOLERANCE, drawn_origins, levels_of, too_few

if TYPE_CHECKING:
    from .backtest_results import Backtest

P_WORDS = "p: whether the difference to seasonal naive's errors may be chance (Diebold-Mariano, over origins)."


def drawn(backtest: Backtest) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(scored_in_words(backtest), WIDTH - 2 * MARGIN)
    parts = [text(backtest.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    rows, bottom = drawn_rows(backtest, 49 + 17 * len(head))
    origins, bottom = drawn_origins(backtest, bottom + 12)
    legend, bottom = frames.in_a_row(_legend(backtest), bottom + 8)
    said, bottom = frames.written([frames.sentence(str(backtest.parameters["found"]))], bottom + 14, INK, 12)
    told = [P_WORDS, *filter(None, [too_few(backtest)]), source_of(backtest)]
    beneath, bottom = frames.written(told, bottom + 4)
    return document([*parts, *rows, *origins, *legend, *said, *beneath], WIDTH, int(bottom + 2))


def scored_in_words(backtest: Backtest) -> str:
    """Return what was scored: how many series, origins and steps ahead."""
    assert backtest.made is not None
    made, kept = backtest.made, backtest.parameters
    known = made.origins.known
    first, last = made.panel.begin[known[0]] - 1, made.panel.begin[known[-1]] - 1
    series = f"{made.panel.size:,} series" if made.panel.size != 1 else "1 series"
    gap = f" after {kept['gap']} that were not known yet" if kept["gap"] else ""
    ahead = f"{kept['horizon']} {kept['step']}{'s' * (kept['horizon'] != 1)}"
    return (
        f"{series} of {kept['step']}s, forecast {ahead} ahead{gap} at {len(known)} past origins, {days_in_words(first, last)}: "
        f"each time by what was known then, {made.actual.size:,} counts in all."
    )


def source_of(backtest: Backtest) -> str:
    """Return which counts these are."""
    agency = backtest.parameters.get("agency")
    return f"Source: {backtest.parameters['layer']}{f' ({agency})' if agency else ''}. Reported crime is not crime."


def _legend(backtest: Backtest) -> list[tuple[list[str], str]]:
    """Return signs and their words."""
    standing = roles_of(backtest)
    entries = [
        ([line(0, 0, 26, 0, colour, width=2.4)], f"{name} (least error)" if number == 0 else name)
        for number, (name, colour) in enumerate(standing.items())
    ]
    if len(standing) < len(backtest):
        entries.append(([line(0, 0, 26, 0, GREY, width=2.4), line(0, 6, 26, 6, EDGE, width=1.1)], OTHERS))
    if levels_of(backtest):
        box = element("rect", x=0, y=-8, width=26, height=16, fill=LINE, fill_opacity=0.1)
        sign = [box, line(0, 0, 26, 0, GREY, "4 3", 1.3)]
        entries.append((sign, f"what an interval is to hold, ± {100 * TOLERANCE:g} points"))
    return entries
