"""The page of a comparison: what was found, the chart, the places as a table, caveats, and how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..forecasting.chart_frames import number, sentence, unbroken
from ..parameters import in_words

if TYPE_CHECKING:
    from ..results import Table

# So many places are listed on a page; a .csv holds all.
MOST = 120
UNTOLD = ("warnings", "caveats", "found", "further")


def comparison_page(
    found: Table,
    picture: str,
    columns: Sequence[tuple[str, Sequence[Any]]],
    order: np.ndarray,
    meanings: Sequence[tuple[str, str]],
    of: str = "places",
) -> str:
    """Return the whole page.

    Parameters
    ----------
    found : the comparison.
    picture : its chart, as SVG.
    columns : title and cells (n) of each column of the table.
    order : the rows listed, first to last.
    meanings : what words of the table mean.
    of : what the rows are of, such as "agencies".
    """
    kept = found.parameters
    return html.page(
        found.label,
        html.items([sentence(str(kept["found"])), *map(sentence, kept.get("further", []))]),
        html.Markup(picture),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *kept["caveats"])),
        html.tag("h2", _title(order, of)),
        html.table(
            [title for title, _ in columns], ([cells[row] for _, cells in columns] for row in order[:MOST].tolist())
        ),
        html.tag("h2", "What the columns mean"),
        html.items(html.Markup(f"{html.tag('b', name)}: {html.text(words)}") for name, words in meanings),
        html.tag("h2", "How it was made"),
        html.items(made(kept)),
    )


def _title(order: np.ndarray, of: str) -> str:
    return f"The {of}" if order.size <= MOST else f"The first {MOST} of {order.size:,} {of} (a .csv holds all)"


def made(kept: Any) -> list[str]:
    """Return the values used, each with its reason, as lines."""
    lines = []
    for name, value in kept.items():
        if name in UNTOLD or name.endswith("_reason") or value is None:
            continue
        reason = kept.get(f"{name}_reason")
        words = in_words(value) if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)
        lines.append(f"{name.replace('_', ' ')}: {words}{f' ({reason})' if reason else ''}")
    return lines


def people_of(found: Table) -> str:
    """Return what the population is called: by its column."""
    return str(found.parameters["population"]).replace("_", " ").lower()


def cells(values: np.ndarray) -> list[Any]:
    """Return a column of numbers as a page prints them."""
    return [number(float(value)) for value in values]


def whole_cells(values: np.ndarray) -> list[Any]:
    """Return a column of whole numbers, a dash where one is missing."""
    return [int(value) if np.isfinite(value) else "–" for value in values]


def with_interval(value: np.ndarray, low: np.ndarray, high: np.ndarray) -> list[str]:
    r"""Return values with their intervals in words, each on one line.

    >>> with_interval(np.array([10.0, np.nan]), np.array([4.8, np.nan]), np.array([18.39, np.nan]))
    ['10\xa0(4.8–18.4)', '–']
    """
    return [
        unbroken(f"{in_words(one)} ({in_words(below)}–{in_words(above)})") if np.isfinite(one) else "–"
        for one, below, above in zip(value, low, high)
    ]
