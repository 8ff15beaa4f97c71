"""Tables and numbers as the pages of docs print them."""

from __future__ import annotations

import numpy as np


def table(header, rows):
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def share(value):
    """Return a share of an error, with two digits that count."""
    return "–" if not np.isfinite(value) else f"{value:.3f}"


def percent(value):
    """Return a share of 1 in per cent."""
    return f"{100 * value:.1f} %"


def chance(p):
    """Return a p."""
    return "–" if not np.isfinite(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def number(value, digits=1):
    """Return a number with commas."""
    return f"{value:,.{digits}f}"


def seconds(value):
    """Return a duration."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"
