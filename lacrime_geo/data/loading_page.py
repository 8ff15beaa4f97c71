"""The page about a file that was loaded: how many rows, what every rule found, what must be kept in mind."""

from __future__ import annotations

from typing import Any

from .. import html_pages as html
from ..summaries import REPORTED, counted
from .loaded import Loaded
from .rules import Finding


def loading_page(loaded: Loaded) -> str:
    """Return it as HTML; nothing in it is loaded from elsewhere."""
    kept = loaded.parameters
    parts: list[Any] = [html.tag("p", _in_words(loaded)), html.table(("rows", "number"), _rows(loaded))]
    if _choices(loaded):
        parts += [html.tag("h2", "Columns"), html.table(("for", "column", "why"), _choices(loaded))]
    parts += [html.tag("h2", "What the rules found"), *_rules(loaded.audit)]
    caveats = [REPORTED, *kept["caveats"]]
    parts += [html.tag("h2", "To be kept in mind"), *(html.tag("p", said, kind="caveat") for said in caveats)]
    return html.page(loaded.label, *parts)


def _in_words(loaded: Loaded) -> str:
    kept = loaded.parameters
    chosen = [f"{name} {kept[name]}" for name in ("since", "until", "category", "hours") if name in kept]
    asked = f" Chosen: {', '.join(chosen)}." if chosen else ""
    period = f" They run from {kept['period']}." if kept["period"] else " They have no dates."
    return f"{kept['file']}: {counted(len(loaded), 'incident')} of {counted(kept['rows'], 'row')}.{period}{asked}"


def _rows(loaded: Loaded) -> list[tuple[str, int]]:
    """Return what became of the rows; those that are not known are among those that were not asked for."""
    kept = loaded.parameters
    found = [
        ("read", kept["rows"]),
        ("dropped by a rule", kept["rows"] - kept["cleaned"]),
        ("not asked for", kept["cleaned"] - len(loaded)),
    ]
    unknown = (("undated_left_out", "without a date"), ("untimed_left_out", "whose time of day is not known"))
    found += [(f"{words}, when that was asked for", kept[name]) for name, words in unknown if name in kept]
    return [*found, ("kept", len(loaded)), ("of them without a place, which no map shows", kept["without_place"])]


def _choices(loaded: Loaded) -> list[tuple[str, str, str]]:
    kept = loaded.parameters
    return [
        (name.replace("_column", "").replace("_", " "), str(kept[name]), kept[f"{name}_reason"])
        for name in list(kept)
        if f"{name}_reason" in kept
    ]


def _rules(audit: list[Finding]) -> list[html.Markup]:
    """Return a table of the rules that found something, and the names of those that did not."""
    rows = [
        (line["rule"].replace("_", " "), line["rows"], html.as_it_stands(", ".join(line["examples"])), line["action"])
        for line in audit
        if line["rows"]
    ]
    table = [html.table(("rule", "rows", "such as", "what was done"), rows)] if rows else []
    loud = {line["rule"] for line in audit if line["rows"] or line["examples"]}
    quiet = dict.fromkeys(line["rule"].replace("_", " ") for line in audit if line["rule"] not in loud)
    return [*table, html.tag("p", f"Nothing was found by: {', '.join(quiet)}.", kind="small")] if quiet else table
