"""`lacrime-geo audit FILE`: what the rules of a reader and the detectors found in a file, printed, or written."""

from __future__ import annotations

import argparse
import logging
import textwrap
from pathlib import Path

from ...command import Command, CommandParser
from ...landing import Landing
from ...progress import Progress
from ...summaries import counted, share_in_words
from ..loaded import FINDINGS
from ..own_mapping import OPTION_HELP
from .audit import Audit, audit
from .audit_page import told

WIDE, INDENT = 96, "    "
PAGES = (".html", ".htm")


def _add_options(command: CommandParser) -> None:
    command.add_argument(
        "input",
        metavar="FILE",
        help="CSV or parquet file of the LAPD or of any agency, or a layer of points; file.gpkg|layername=x chooses a layer",
    )
    command.add_argument(
        "--boundaries", metavar="LAYER", help="polygons of the areas that the records name, such as divisions"
    )
    for name in ("boundary-column", "area-column", "time-column", "id-column"):
        command.add_argument(
            f"--{name}", metavar="COLUMN", help="default: found by its name or its values, and announced"
        )
    command.add_argument("--mapping", metavar="TEXT", help=OPTION_HELP)
    command.add_output("OUTPUT", "page (.html) with charts, or table (.csv or .parquet)", required=False)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    # Findings are printed: in the log they would stand a second time.
    before = FINDINGS.level
    FINDINGS.setLevel(logging.WARNING)
    try:
        table = _audited(options, progress)
    finally:
        FINDINGS.setLevel(before)
    if options.output:
        _write(table, options.output, options.input)
    return [*lines_of(table), *([options.output] if options.output else [])]


def _audited(options: argparse.Namespace, progress: Progress) -> Audit:
    return audit(
        options.input,
        boundaries=options.boundaries,
        boundary_column=options.boundary_column,
        area_column=options.area_column,
        time_column=options.time_column,
        id_column=options.id_column,
        mapping=options.mapping,
        progress=progress,
    )


def _write(table: Audit, path: str, source: str) -> None:
    from ...files import check_format, write

    page = Path(path).suffix.lower() in PAGES
    if not page:
        check_format("table", path)
    with Landing([source.partition("|layername=")[0]]) as landing:
        staged = landing.stage(path)
        if page:
            staged.write_text(table.html(), encoding="utf-8")
        else:
            write(table, staged)


def lines_of(table: Audit) -> list[str]:
    """Return an audit as lines to read: a block for each rule that found something, then the names of all others."""
    found = [line for line in table.findings if told(line)]
    rows = 0 if table.records is None else table.records.size
    printed = [
        f"{table.label}: {counted(rows, 'row')}, {len(found)} of {len(table.findings)} rules found something",
        "",
    ]
    for line in found:
        share = f", {share_in_words(line['rows'] / rows)}" if rows else ""
        printed.append(f"{line['rule']}  {line['rows']:,}{share}")
        printed += _indented(line["action"])
        printed += _indented(f"such as {', '.join(line['examples'])}") if line["examples"] else []
    quiet = [line["rule"] for line in table.findings if not told(line) and not line["rule"].startswith("column_")]
    return [*printed, "", *textwrap.wrap(f"Nothing was found by: {', '.join(dict.fromkeys(quiet))}.", WIDE)]


def _indented(words: str) -> list[str]:
    return textwrap.wrap(words, WIDE, initial_indent=INDENT, subsequent_indent=INDENT)


SUMMARY = "Print what is wrong with a file of incidents: what its reader's rules and the detectors find."
AUDIT = Command("audit", SUMMARY, _add_options, _run)
