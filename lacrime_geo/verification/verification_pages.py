"""What came of the checks as a page: the counts, what failed first, then all of it group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..parameters import in_words
from .acceptance import CAUGHT, ERROR

if TYPE_CHECKING:
    from .results_of_checks import Verification

# Seven columns need more room than a page of words, and stand under each other from table to table.
SHARES = (13, 26, 10, 13, 11, 7, 20)
WIDE = html.Markup(
    "<style>body{max-width:76em}table{width:100%;table-layout:fixed}td,th{overflow-wrap:break-word}"
    + "".join(f"th:nth-child({at}){{width:{share}%}}" for at, share in enumerate(SHARES, 1))
    + "</style>"
)
NAMES = ("analysis", "case", "expected", "got", "tolerance", "verdict", "source")
ABOUT = (
    "A published case holds when every number is within its tolerance of the one that its source gives; of several numbers the "
    "one farthest off is shown. A simulation draws what a promise about chance is held against; it holds when the value lies "
    f"within the limits in the column of tolerances, which a right program misses at most once in {1 / ERROR:,.0f} on "
    "either side. "
    f"Programs whose true value lies beyond those in the last table are caught {100 * CAUGHT:.0f} times of 100."
)


def page_of(found: Verification) -> str:
    """Return the whole page."""
    verdict = html.tag("p", html.tag("strong", found.summary.partition(" (")[0].capitalize() + "."))
    parts = [WIDE, verdict, html.tag("p", ABOUT, kind="small"), html.tag("h2", "What it ran with"), _versions(found)]
    for title, rows in _sections(found):
        parts += [html.tag("h2", title), html.table(NAMES, [_row(found, row) for row in rows])]
    simulations = np.flatnonzero(np.isfinite(found["draws"]))
    if simulations.size:
        parts += [html.tag("h2", "Which wrong programs the simulations catch"), _caught(found, simulations)]
    return html.page("Lacrime: verification of the software", *parts)


def _sections(found: Verification) -> list[tuple[str, np.ndarray]]:
    """Return what failed, what was not run, and all checks by their group, each with its rows."""
    sections = [("Failed", np.flatnonzero(found["verdict"] == "FAILED"))]
    sections += [(group, np.flatnonzero(found["group"] == group)) for group in dict.fromkeys(found["group"])]
    return [(title, rows) for title, rows in sections if rows.size]


def _versions(found: Verification) -> html.Markup:
    names = ("date", "lacrime_geo", "python", "numpy", "scipy", "blas", "system", "machine", "draws", "seed")
    return html.table(("", ""), [(name, str(found.parameters[name])) for name in names])


def _row(found: Verification, row: int) -> list[Any]:
    texts = [str(found[name][row]) for name in NAMES]
    failed = found["verdict"][row] == "FAILED"
    return [
        html.tag("strong", text) if failed and name in ("got", "verdict") else text for name, text in zip(NAMES, texts)
    ]


def _caught(found: Verification, rows: np.ndarray) -> html.Markup:
    names = ("analysis", "case", "draws", "caught at or below", "caught at or above")
    sides = ("caught_below", "caught_above")
    return html.table(
        names,
        [
            (
                found["analysis"][row],
                found["case"][row],
                int(found["draws"][row]),
                *(_told(found[side][row]) for side in sides),
            )
            for row in rows
        ],
    )


def _told(value: float) -> str:
    return in_words(float(value)) if np.isfinite(value) else "–"
