"""The page of a report: one file with all that it needs, in which only the page's own scripts can run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import html_pages as html
from ..claim_tables import listed
from ..crs import Projection, projection_of
from ..features import Features
from .page_maps import TILE_HOST, embedded, map_of, tables_of
from .sections import Section
from .web_mercator import past_the_date_line

if TYPE_CHECKING:
    from .incident_reports import Report

HERE = Path(__file__).resolve().parent
MAP = "map"
HOT = " hot "
NOTHING = html.Markup("")
LEDGER = "claims"
MAP_SCRIPTS = ("map_cells.js", "map_shapes.js", "report_map.js")
OPENING = re.compile(r"<svg\b[^>]*>")
# A picture's own title is its first element; those further in are of its parts.
TITLED = re.compile(r"<svg\b[^>]*>\s*<title")


def page_of(report: Report, projection: Projection | None = None) -> str:
    """Return the whole page of a report; `projection` is of the CRS of its layers, by default pyproj's."""
    of_map, of_tables = _map(report, projection)
    body = [
        html.tag("a", "Skip to the report", kind="skip", href="#report"),
        html.tag("header", html.tag("h1", report.title), html.tag("p", report.subtitle, kind="subtitle")),
        html.tag("nav", html.tag("h2", "Contents"), _contents(report), aria_label="Contents"),
        html.tag("main", *_main(report, of_map, of_tables), id="report"),
    ]
    scripts = [_own("report_page.js"), *([_own("leaflet/leaflet.js"), _together(MAP_SCRIPTS)] if of_map else [])]
    styles = [html.STYLE, *([_own("leaflet/leaflet.css")] if of_map else []), _own("report.css")]
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{_head(report.title, scripts)}'
        f"{''.join(f'<style>{style}</style>' for style in styles)}</head>\n<body>{''.join(body)}"
        f"{''.join(f'<script>{script}</script>' for script in scripts)}</body></html>\n"
    )


@cache
def _own(name: str) -> str:
    """Return a file that is part of the page, as it is but for its ends of lines, which a page has of one kind."""
    return (HERE / name).read_bytes().decode("utf-8").replace("\r\n", "\n")


def _together(names: tuple[str, ...]) -> str:
    """Return scripts as one, whose names no other script sees."""
    parts = "\n".join(map(_own, names))
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _head(title: str, scripts: list[str]) -> str:
    """Return what stands before the body; by its policy nothing but these scripts runs, and only tiles come from elsewhere."""
    allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob: {TILE_HOST}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _contents(report: Report) -> html.Markup:
    entries = [(section.name, section.title) for section in report.sections]
    entries += [(LEDGER, "What the numbers rest on")] if report.claims else []
    return html.tag("ol", *(html.tag("li", html.tag("a", title, href=f"#{name}")) for name, title in entries))


def _main(report: Report, of_map: html.Markup, of_tables: html.Markup) -> list[html.Markup]:
    headlines = [
        html.tag("li", _headline(section), " ", html.tag("a", f"More: {section.title}", href=f"#{section.name}"))
        for section in report.sections
        if section.findings
    ]
    above = html.tag("h2", "In short", id="short"), html.tag("ul", *headlines), html.tag("h3", "To be kept in mind")
    caveats = [html.tag("p", said, kind="caveat") for said in report.caveats]
    parts = [html.tag("section", *above, *caveats, aria_labelledby="short")]
    made = [section for section in report.sections if section.name == MAP] or ([Section(MAP, "Map")] if of_map else [])
    others = [section for section in report.sections if section.name != MAP]
    parts += [_section(section, of_map, of_tables) for section in made] + [_section(section) for section in others]
    return [*parts, *([_ledger(report)] if report.claims else [])]


def _headline(section: Section) -> str:
    """Return what a section found first: of the map what is hot, as how many incidents there are stands above all."""
    of_places = (said for said in section.findings if section.name == MAP and HOT in said)
    return next(of_places, section.findings[0])


def _map(report: Report, projection: Projection | None) -> tuple[html.Markup, html.Markup]:
    """Return the map and its tables, nothing where the report has no layers."""
    if not report.layers:
        return NOTHING, NOTHING
    first: Any = next(iter(report.layers.values()))
    place = first.grid if hasattr(first, "grid") else Features(first.wkb, first.crs)  # cells, surfaces or shapes
    known = past_the_date_line(projection or projection_of(place.crs), place.bounds)
    return map_of(report.layers, report.boundary, known), tables_of(report.layers, known)


def _section(section: Section, of_map: html.Markup = NOTHING, of_tables: html.Markup = NOTHING) -> html.Markup:
    """Return a section: the map, what was found, charts and tables, and its caveats beside them."""
    heading = html.tag("h2", section.title, id=f"{section.name}-title")
    missing = [html.tag("p", section.missing, kind="missing")] if section.missing else []
    found = [html.items(section.findings)] if section.findings else []
    parts = [_part(section, part, number) for number, part in enumerate(section.parts, start=1)]
    caveats = [html.tag("p", said, kind="caveat") for said in section.caveats]
    inside = (heading, *missing, of_map, *found, of_tables, *parts, *caveats)
    return html.tag("section", *inside, id=section.name, aria_labelledby=f"{section.name}-title")


def _part(section: Section, part: html.Markup, number: int) -> html.Markup:
    """Return a chart as a figure that is said in words too, or a table that scrolls by itself where the page is narrow."""
    if not part.lstrip().startswith("<svg"):
        return html.tag("div", part, kind="wide")
    opening = OPENING.search(part)
    if opening and "aria-label" not in opening[0] and not TITLED.search(part):
        words = " ".join([f"{section.title}, chart {number}.", *section.findings[:2]])
        named = opening[0].replace("<svg", f'<svg aria-label="{escape(words)}"', 1)
        named = named if "role=" in named else named.replace("<svg", '<svg role="img"', 1)
        part = html.Markup(part.replace(opening[0], named, 1))
    return html.tag("figure", part, kind="chart")


def _ledger(report: Report) -> html.Markup:
    explained = html.tag(
        "p",
        "Every number of this report with its unit, what it rests on, and the code that finds it again from the same data.",
    )
    button = html.tag("button", "Save claims as JSON", type="button", id="save-claims", hidden="hidden")
    inside = (
        html.tag("h2", "What the numbers rest on", id=f"{LEDGER}-title"),
        explained,
        button,
        html.tag(
            "details",
            html.tag("summary", f"{len(report.claims):,} numbers"),
            listed(report.claims),
            open="open",
            id="ledger",
        ),
        embedded("claims-data", json.loads(report.claims_json())),
    )
    return html.tag("section", *inside, id=LEDGER, aria_labelledby=f"{LEDGER}-title")
