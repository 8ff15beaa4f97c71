"""`lacrime-geo verify`: the checks at a terminal; the exit status is 1 where one has failed, or none could be run."""

from __future__ import annotations

import argparse
import sys

from ..command import Command, CommandParser, Told
from ..files import check_format, write
from ..landing import Landing
from ..progress import Progress
from .verifying import verify

SUMMARY = "Run published numeric cases and calibration simulations here; exit status 1 where one fails."


def _add_options(command: CommandParser) -> None:
    command.add_argument("--only", metavar="NAMES", help="of analyses or groups of them, with commas; default all")
    draws = command.add_mutually_exclusive_group()
    draws.add_argument(
        "--quick", action="store_true", help="few draws of each simulation, about half a minute; the default"
    )
    draws.add_argument(
        "--thorough", action="store_true", help="ten to twenty times as many draws, about a quarter of an hour"
    )
    command.add_argument(
        "--data", metavar="FOLDER", help="with the files that some published cases read; default that of LACRIME_DATA"
    )
    command.add_argument("--seed", metavar="NUMBER", type=int, default=0, help="of the simulations; default 0")
    command.add_output("OUTPUT", "page (.html), .json, or table (.csv or .parquet)", required=False)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    if options.output:
        check_format("verification", options.output)
    with Landing() as landing:
        staged = landing.stage(options.output) if options.output else None
        found = verify(
            only=options.only, thorough=options.thorough, data=options.data, seed=options.seed, progress=progress
        )
        if staged:
            write(found, staged)
    lines = [found.summary] if options.quiet else found.text(colour=sys.stdout.isatty())
    return Told([*lines, *([options.output] if options.output else [])], 0 if found.held else 1)


VERIFY = Command("verify", SUMMARY, _add_options, _run)
