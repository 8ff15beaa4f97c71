"""`lacrime-geo convert FILE ... OUTPUT`: agencies' files turned once into GeoParquet."""

from __future__ import annotations

import argparse

from ..command import Command, CommandParser
from ..progress import Progress
from .converting import convert
from .own_mapping import OPTION_HELP


def _add_options(command: CommandParser) -> None:
    command.add_argument(
        "input", metavar="FILE", nargs="+", help="CSV, GeoJSON or parquet, a folder of them, or an address"
    )
    command.add_output("OUTPUT", "a folder, for any agency and any size, or a file .parquet, for the LAPD")
    command.add_argument("--mapping", metavar="TEXT", help=OPTION_HELP)
    command.add_argument("--columns", metavar="NAMES", help="only these columns, commas between; default: all")


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    columns = [name.strip() for name in options.columns.split(",")] if options.columns else None
    return [convert(options.input, options.output, columns=columns, mapping=options.mapping, progress=progress)]


CONVERT = Command(
    "convert",
    "Clean files and write them as GeoParquet: one file, or a folder of parts sorted by time and place.",
    _add_options,
    _run,
)
