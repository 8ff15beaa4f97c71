"""Harm against counts as a chart and as a page: what was found, the cells, the table of scales, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import html_pages as html
from ..chart_parts import document, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, number, sentence
from .sensitivity_charts import panels
from .sensitivity_words import FIRST, hanging, percent_of, sentence_of, top_of

if TYPE_CHECKING:
    from .harm_sensitivities import HarmSensitivity

CAVEATS = (
    "A weight is a value judgement: it says how much worse one kind of incident is than another, and no data can prove it.",
    "Reported crime is not crime: what is not reported has no harm here.",
    "Cells are chosen by what they are then measured by: of later incidents the top ones will hold less.",
    "Incidents are drawn again as if they came independently; where one leads to others, intervals are wider in truth.",
)
MEANINGS = (
    (
        "ranks agree",
        "Spearman's correlation of the ranks by harm and by count, of cells that hold an incident: 1 is the same.",
    ),
    ("top by count too", "which share of the top cells by harm are top by count; cells tied at the cut count in part."),
    ("held", "the share of the harm in the top cells by harm, and in those by count."),
    (
        "on one incident",
        "the share of the top cells' harm that is the gravest incident of each: all of it in cells of one.",
    ),
    (
        "lines of ranks",
        "95 % of a cell's ranks where incidents are drawn again; a high rank may lie beside its line, where others had luck.",
    ),
    (
        "leave the top",
        "how many top cells would not be top without their gravest incident, and how far one of them falls.",
    ),
)


def drawn(result: HarmSensitivity) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(sentence(str(result.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(result.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * line, "start") for line, row in enumerate(head)]
    bottom = 49 + 17 * len(head) + 14.0
    for row in range(FIRST, len(result)):
        both, bottom = panels(result, row, bottom + 4)
        parts += both
        bottom += 20
    beneath, bottom = frames.written([source_of(result)], bottom + 4)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def source_of(result: HarmSensitivity) -> str:
    """Return which incidents these are."""
    kept = result.parameters
    period = f", {kept['period']}" if kept.get("period") else ""
    cells = f"{kept['cells']:,} cells of {kept['cell_size']:g} m, {kept['occupied_cells']:,} of them with incidents"
    return f"Source: {kept['layer']}{period}; {cells}. Reported crime is not crime."


def page_of(result: HarmSensitivity) -> str:
    """Return the whole page."""
    rows = range(FIRST, len(result))
    return html.page(
        result.label,
        html.items([sentence(sentence_of(result, row)) for row in rows]),
        html.Markup(drawn(result)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*result.parameters.get("warnings", []), *CAVEATS)),
        html.tag("h2", "One incident"),
        html.items([hanging(result, row) for row in rows]),
        html.tag("h2", f"Scales against counts, {top_of(result)}"),
        html.table(
            ["scale", "unit", "on the scale, %", "ranks agree", "top by count too", "held, by harm", "held, by count"],
            (_row(result, row) for row in range(len(result))),
        ),
        html.tag("h2", "What each column means"),
        html.items(html.Markup(f"{html.tag('b', name)}: {html.text(words)}") for name, words in MEANINGS),
        html.tag("h2", "How it was made"),
        html.items(f"{name}: {value}" for name, value in _made(result)),
    )


def _row(result: HarmSensitivity, row: int) -> list[Any]:
    coverage = f"{100 * result['coverage'][row]:.1f}"
    if row < FIRST:  # counts agree with themselves
        return [
            result["scale"][row],
            result["unit"][row],
            coverage,
            "1",
            "100 %",
            *2 * [percent_of(result, "held_by_count", row)],
        ]
    agreed, low, high = (number(float(result[f"rank_agreement{end}"][row])) for end in ("", "_low", "_high"))
    shares = [percent_of(result, name, row) for name in ("overlap", "held_by_harm", "held_by_count")]
    return [result["scale"][row], result["unit"][row], coverage, f"{agreed} ({low} to {high})", *shares]


def _made(result: HarmSensitivity) -> list[tuple[str, Any]]:
    wanted = ("scales", "budget", "cell_size", "shape", "universe", "resamples", "seed")
    return [(name, result.parameters[name]) for name in wanted if name in result.parameters]
