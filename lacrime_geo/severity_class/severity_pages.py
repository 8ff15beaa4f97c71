"""What telling the severity class came to, drawn, and as a page: charts, scores, what tells, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import html_pages as html
from ..chart_parts import document, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, number, sentence
from . import severity_charts as charts
from .severity_words import found_in_words, sentence_of, with_interval

if TYPE_CHECKING:
    from .severity_scores import SeverityScores

CAVEATS = (
    "The class is a function of the crime code: what is told here is what time, place and premise say before the code is known.",
    "Reported crime is not crime, and of single incidents hardly any class is sure.",
)
MEANINGS = (
    (
        "PR-AUC",
        "the mean precision when those with the highest probability are taken first; of no knowledge it is the share of all.",
    ),
    ("macro-F1", "the mean over classes of F1 by a rule that was fixed in the validation part."),
    ("log loss, Brier", "how far probabilities are off; the less the better."),
    ("slope", "1 of a calibrated probability; below 1 probabilities lie too far apart."),
    ("error of calibration", "the mean distance of what was told and what came in ten bins; above 0 by chance too."),
)


def drawn(scores: SeverityScores) -> str:
    """Return the charts as a whole SVG document."""
    head = frames.lines_of(sentence(str(scores.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(scores.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * line, "start") for line, row in enumerate(head)]
    areas, bottom = charts.pr_areas(scores, 49 + 17 * len(head) + 16)
    squares, bottom = charts.told_and_came(scores, bottom + 26)
    beneath, bottom = frames.written([source_of(scores)], bottom + 14)
    return document([*parts, *areas, *squares, *beneath], WIDTH, int(bottom + 2))


def source_of(scores: SeverityScores) -> str:
    """Return which incidents these are, and what was learned from."""
    kept = scores.parameters
    return (
        f"Incidents: {kept['layer']}, {kept['period']}; {kept['n_train']:,} learned from, {kept['n_validation']:,} for "
        f"calibration and rule, {kept['n_test']:,} scored. Reported crime is not crime."
    )


def sentences_of(scores: SeverityScores) -> list[str]:
    """Return what was found, a sentence for each predictor."""
    return [sentence_of(scores, name) for name in charts.predictors_of(scores)]


def page_of(scores: SeverityScores) -> str:
    """Return the whole page."""
    kept = scores.parameters
    return html.page(
        scores.label,
        html.items([sentence(found_in_words(scores)), source_of(scores)]),
        html.Markup(drawn(scores)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", "Scores"),
        html.items(sentences_of(scores)),
        _scores(scores, *_TELLING),
        html.tag("p", "How far probabilities can be believed:"),
        _scores(scores, *_TOLD_RIGHT),
        html.tag("h2", "What tells"),
        html.tag(
            "p",
            f"By how much the PR-AUC of {kept['best']} falls once this is that of other incidents:",
        ),
        html.table(
            ["what is known", "PR-AUC lost"], ([part, number(value)] for part, value in kept["importance"].items())
        ),
        html.tag("h2", "What each score means"),
        html.items(html.Markup(f"{html.tag('b', name)}: {html.text(words)}") for name, words in MEANINGS),
        html.tag("h2", "How it was made"),
        html.table(["parameter", "value"], ([name, str(value)] for name, value in kept.items() if name not in _TOLD)),
    )


_NAMED = ["predictor", "class"]
# Columns of each table: those with an interval, and those without.
_TELLING = (("PR-AUC", "pr_auc"), ("macro-F1", "macro_f1")), (("its share", "prevalence"), ("ROC-AUC", "roc_auc"))
_TOLD_RIGHT = (
    (("slope", "calibration_slope"),),
    (("log loss", "log_loss"), ("Brier", "brier"), ("error of calibration", "calibration_error")),
)
_TOLD = ("warnings", "found", "importance")


def _scores(
    scores: SeverityScores, sure: tuple[tuple[str, str], ...], bare: tuple[tuple[str, str], ...]
) -> html.Markup:
    """Return a table of some figures, with their intervals or without."""
    rows = []
    for row in range(len(scores)):
        cells: list[Any] = [scores["predictor"][row], frames.unbroken(scores["class"][row])]
        cells += [frames.unbroken(with_interval(scores, figure, row)) for _, figure in sure]
        rows.append([*cells, *(number(float(scores[figure][row])) for _, figure in bare)])
    return html.table([*_NAMED, *(words for words, _ in (*sure, *bare))], rows)
