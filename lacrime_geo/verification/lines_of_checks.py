"""What came of the checks as lines of a terminal: analysis by analysis, in columns, long words wrapped."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .results_of_checks import Verification

# Of a terminal of 120 columns, two between each.
WIDTHS = {"case": 39, "expected": 12, "got": 17, "tolerance": 13, "verdict": 7, "source": 22}
COLOURS = {"held": "32", "FAILED": "1;31", "not run": "33"}


def lines_of(found: Verification, colour: bool) -> list[str]:
    """Return the table as lines, with colours where they are wanted, and the summary last."""
    lines = [_bold("  ".join(name.ljust(width) for name, width in WIDTHS.items()).rstrip(), colour)]
    last = None
    for row in range(len(found)):
        heading = f"{found['group'][row]}: {found['analysis'][row]}"
        if heading != last:
            lines += ["", _bold(heading, colour)]
        last = heading
        lines += _row([str(found[name][row]) for name in WIDTHS], colour)
    return [*lines, "", found.summary]


def _row(texts: list[str], colour: bool) -> list[str]:
    """Return a row as one line, or several where a text is longer than its column."""
    parts = [textwrap.wrap(text, width) or [""] for text, width in zip(texts, WIDTHS.values())]
    lines = []
    for number in range(max(map(len, parts))):
        words = [part[number] if number < len(part) else "" for part in parts]
        cells = [word.ljust(width) for word, width in zip(words, WIDTHS.values())]
        if colour and number == 0:
            verdict = list(WIDTHS).index("verdict")
            cells[verdict] = f"\x1b[{COLOURS[words[verdict]]}m{cells[verdict]}\x1b[0m"
        lines.append("  ".join(cells).rstrip())
    return lines


def _bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text
