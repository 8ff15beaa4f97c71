"""The score of a map drawn, and as a page: its curve beside the best possible one and chance, its scores, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import html_pages as html
from ...chart_parts import LINE, document, text
from ...forecasting import chart_frames as frames
from ...forecasting.chart_frames import MARGIN, WIDTH, number, sentence
from .contest_charts import Line, curve_panel

if TYPE_CHECKING:
    from .map_scores import ScoredMap

CAVEATS = (
    "Reported crime is not crime: what is scored is where reports came.",
    "One stretch of time is one trial: a contest holds maps against each other at several, beside counts of what was before.",
    "Whether the map is better than counting is not told here: where crime is dense, any map of it does well.",
)
MEANINGS = (
    (
        "caught",
        "the share of the later incidents that came in the places chosen, with a 95 % interval from their days "
        "or weeks drawn again.",
    ),
    ("at least", "the same if of places with one value at the cut those with the fewest incidents are taken."),
    ("PAI", "how much denser incidents were in the places chosen than in the whole area."),
    ("of the best", "PEI*: the PAI as a share of the best one possible for the same area, known only afterwards."),
)


def drawn(scored: ScoredMap) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(sentence(str(scored.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(scored.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * line, "start") for line, row in enumerate(head)]
    table = scored.curve()
    lines = [Line("the map", table["area"], table["hit_rate"], LINE, 2.4)]
    lines.append(Line("best possible", table["area"], table["best_possible"], None, 1.2))
    title = "Share of the later incidents that a share of the area caught"
    curves, bottom = curve_panel(title, lines, scored["area"], 49 + 17 * len(head) + 12)
    beneath, bottom = frames.written([source_of(scored)], bottom + 22)
    return document([*parts, *curves, *beneath], WIDTH, int(bottom + 2))


def source_of(scored: ScoredMap) -> str:
    """Return which incidents these are."""
    kept = scored.parameters
    period = f", {kept['period']}" if kept.get("period") else ""
    return f"Incidents: {kept['of']}{period}. Reported crime is not crime."


def page_of(scored: ScoredMap) -> str:
    """Return the whole page."""
    kept = scored.parameters
    row = {name: float(scored[name][0]) for name in ("roc_auc", "pr_auc", "prevalence")}
    whole = (
        f"Over the whole area: ROC-AUC {number(row['roc_auc'])} (.5 is chance), PR-AUC {number(row['pr_auc'])} (chance: the "
        f"share of places that had any incident, {number(row['prevalence'])})."
    )
    return html.page(
        scored.label,
        html.items([sentence(str(kept["found"])), source_of(scored)]),
        html.Markup(drawn(scored)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", "Scores"),
        html.table(
            ["share of the area, %", "places", "caught, %", "at least", "PAI", "of the best, %"],
            (_row(scored, at) for at in range(len(scored))),
        ),
        html.tag("p", whole),
        html.tag("h2", "What each score means"),
        html.items(html.Markup(f"{html.tag('b', name)}: {html.text(words)}") for name, words in MEANINGS),
    )


def _row(scored: ScoredMap, at: int) -> list[Any]:
    rate, low, high, least = (100 * float(scored[name][at]) for name in ("hit_rate", "low", "high", "against_map"))
    shown = [number(float(scored["pai"][at])), f"{100 * float(scored['pei'][at]):.1f}"]
    return [
        f"{100 * scored['area'][at]:g}",
        number(float(scored["units"][at])),
        f"{rate:.1f} ({low:.1f} to {high:.1f})",
        f"{least:.1f}",
        *shown,
    ]
