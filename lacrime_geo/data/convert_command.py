"""`lacrime-geo convert FILE ... OUTPUT`: agencies' files turned once into GeoParquet."""

from __future__ import annotations

import argparse

from ..command import Command
from ..progress import Progress
from .converting import convert


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "input", metavar="FILE", nargs="+", help="CSV, GeoJSON or parquet of the LAPD, a folder, or an address"
    )
    command.add_argument("output", metavar="OUTPUT", help="file to write: .parquet")
    command.add_argument("--columns", metavar="NAMES", help="only these columns, commas between; default: all")


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    columns = [name.strip() for name in options.columns.split(",")] if options.columns else None
    return [convert(options.input, options.output, columns=columns, progress=progress)]


CONVERT = Command("convert", "Clean files of the LAPD and write them as one GeoParquet file.", _add_options, _run)
