"""`lacrime-geo watch FILE HISTORY`: a run for cron or a systemd timer, which prints what a person should look at."""

from __future__ import annotations

import argparse
from typing import Any

from ..command import Command, CommandParser, Told
from ..data.own_mapping import OPTION_HELP
from ..parameter_groups import SELECTION_HELP
from ..progress import Progress
from ..selection import words

INCIDENTS = "the whole file: CSV of the LAPD or of any agency, GeoPackage, GeoJSON or parquet"
HISTORY = "GeoPackage (.gpkg), or PostGIS: postgresql://user@host/name or PG:'host=… dbname=…', and |schema=NAME; made if need be"
GIVEN = ("areas", "boundary", "step", "model", "as_of", "page")


def _add_options(command: CommandParser) -> None:
    command.add_argument("input", metavar="INCIDENTS", help=INCIDENTS)
    command.add_output("HISTORY", HISTORY)
    command.add_argument(
        "--areas", metavar="LAYER", help="polygons, each judged and forecast by itself; default all together"
    )
    command.add_argument("--boundary", metavar="LAYER", help="polygons of the study area, for the overview")
    command.add_argument("--category", metavar="TEXT", help=SELECTION_HELP["category"])
    command.add_argument("--step", choices=("week", "day"), help="of alerts and forecasts; default week")
    command.add_argument("--model", metavar="NAME", help="of the forecast; default auto")
    command.add_argument("--as-of", metavar="DATE", help="take the file back to this date (YYYY-MM-DD)")
    command.add_argument("--page", metavar="FILE", help="page (.html) to write of what is to be known now")
    command.add_argument("--again", action="store_true", help="run even where the data are those of the last run")
    for name in ("time-column", "category-column"):
        command.add_argument(f"--{name}", metavar="COLUMN", help=SELECTION_HELP[name.replace("-", "_")])
    command.add_argument("--mapping", metavar="TEXT", help=OPTION_HELP)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    from . import watch

    asked = {name: getattr(options, name) for name in GIVEN if getattr(options, name) is not None}
    found = watch(
        _incidents(options),
        options.output,
        category=words(options.category),
        again=options.again,
        progress=progress,
        **asked,
    )
    written = [found.parameters["history"], *([options.page] if options.page else [])] if found.new_data else []
    # Cron mails what is printed: a quiet run without anything for a person prints nothing.
    return Told([*([] if options.quiet else written), *found.lines], found.status)


def _incidents(options: argparse.Namespace) -> Any:
    from ..files import read_incidents
    from ..incidents import as_incidents

    columns = {name: getattr(options, name) for name in ("time_column", "category_column")}
    return as_incidents(read_incidents(options.input, options.mapping), **columns)


SUMMARY = (
    "Run overview, alerts and forecast on new data, add what is found to a history (GeoPackage or PostGIS), and say whether the "
    "forecast can be trusted; for cron or a timer. Status 0: nothing for a person; 1: something is; 2: an error."
)
WATCH = Command("watch", SUMMARY, _add_options, _run)
