"""Small HTML pages that runs leave behind: one look, all text escaped, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

STYLE = (
    "body{font:15px/1.5 'Open Sans','Segoe UI',Helvetica,sans-serif;color:#222;background:#fff;max-width:46em;margin:2em auto;"
    "padding:0 1em}h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.6em}table{border-collapse:collapse;margin:.6em 0}"
    "th,td{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid #ddd;vertical-align:top}"
    "td.number,th.number{text-align:right}code,pre{background:#f4f4f2;padding:.1em .3em}pre{padding:.7em;overflow-x:auto;"
    "white-space:pre-wrap}.caveat{border-left:4px solid #b35806;padding-left:.8em}"
    "svg{max-width:100%;height:auto}"
    ".ledger li{margin:.5em 0;break-inside:avoid}.ledger code{font-size:.8em;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".spaced{white-space:pre-wrap}.small{color:#555;font-size:.87em}"
)


class Markup(str):
    """Text that is HTML already."""


def text(value: Any) -> Markup:
    """Return a value as HTML: escaped, unless it is markup."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def tag(name: str, *inside: Any, kind: str = "", **attributes: str) -> Markup:
    """Return an element with what stands in it; names of attributes are written with hyphens, and may end in an underscore.

    >>> print(tag("p", "A & B", kind="small", id="first"))
    <p class="small" id="first">A &amp; B</p>
    """
    named = {**({"class": kind} if kind else {}), **attributes}
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in named.items())
    return Markup(f"<{name}{said}>{''.join(text(part) for part in inside)}</{name}>")


def as_it_stands(value: str) -> Markup:
    """Return a text whose runs of spaces are seen."""
    return tag("span", value, kind="spaced")


def table(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> Markup:
    """Return a table; numbers stand to the right, with thousands set apart."""
    listed = [list(row) for row in rows]
    head = tag("tr", *(tag("th", name, kind=_kind(listed, at)) for at, name in enumerate(names)))
    body = [
        tag("tr", *(tag("td", _words(value), kind=_kind([row], at)) for at, value in enumerate(row))) for row in listed
    ]
    return tag("table", head, *body)


def _kind(rows: list[list[Any]], at: int) -> str:
    return "number" if rows and all(isinstance(row[at], (int, float)) for row in rows) else ""


def _words(value: Any) -> Any:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if isinstance(value, float) else value


def items(sentences: Iterable[Any], kind: str = "") -> Markup:
    """Return a list of sentences."""
    return tag("ul", *(tag("li", sentence, kind=kind) for sentence in sentences))


def page(title: str, *parts: Any) -> str:
    """Return a whole page under a title."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    body = f"{tag('h1', title)}{''.join(text(part) for part in parts)}"
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>{body}</body></html>\n"
