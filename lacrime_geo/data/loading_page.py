"""The page about a file that was loaded: how many rows, what every rule found, what must be kept in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import html_pages as html
from ..summaries import REPORTED, counted
from .loaded import Loaded
from .quality.audit_page import charts, findings_in_words

if TYPE_CHECKING:
    from .quality.audit import Audit


def loading_page(loaded: Loaded, audit: Audit | None = None) -> str:
    """Return it as HTML, with what the detectors found and the charts of an audit; nothing in it is loaded from elsewhere."""
    kept = loaded.parameters
    parts: list[Any] = [html.tag("p", _in_words(loaded)), html.table(("rows", "number"), _rows(loaded))]
    if _choices(loaded):
        parts += [html.tag("h2", "Columns"), html.table(("for", "column", "why"), _choices(loaded))]
    findings = loaded.audit if audit is None else list(audit.findings)
    parts += [html.tag("h2", "What the rules found"), *findings_in_words(findings)]
    if audit is not None and audit.records is not None:
        parts += [html.tag("p", "All of this is of the whole file, whatever was chosen from it.", kind="small")]
        parts += charts(audit.records, findings)
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
