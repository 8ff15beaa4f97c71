"""`lacrime-geo read_ucr FILE OUTPUT`: agency-years checked, whole or those of one year."""

from __future__ import annotations

import argparse

from ..command import Command, CommandParser
from ..data.own_mapping import OPTION_HELP
from ..files import check_format, write
from ..landing import Landing
from ..progress import Progress
from .panel_reading import KEEP, LEAVE_OUT, read_ucr


def _add_options(command: CommandParser) -> None:
    command.add_argument("input", metavar="FILE", help="CSV or parquet table: a row per agency and year")
    command.add_output("OUTPUT", "table to write, .csv or .parquet")
    command.add_argument("--year", type=int, metavar="YEAR", help="only the usable agencies of a year, as for a funnel")
    command.add_argument("--findings", metavar="FILE", help="what every check found: table to write, .csv or .parquet")
    command.add_argument(
        "--months-unknown", choices=(KEEP, LEAVE_OUT), default=KEEP, help=f"such agency-years; default {KEEP}"
    )
    command.add_argument("--mapping", metavar="TEXT", help=OPTION_HELP)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    wanted = [path for path in (options.output, options.findings) if path]
    for path in wanted:
        check_format("table", path)
    panel = read_ucr(options.input, mapping=options.mapping, months_unknown=options.months_unknown)
    tables = [panel if options.year is None else panel.year(options.year), panel.findings()]
    with Landing([options.input]) as landing:
        staged = [landing.stage(path) for path in wanted]
        for table, path in zip(tables, staged):
            write(table, path)
    return wanted


SUMMARY = (
    "Read a table of yearly crimes by agency, as the Uniform Crime Reports give them, and check every agency-year."
)
READ_UCR = Command("read_ucr", SUMMARY, _add_options, _run)
