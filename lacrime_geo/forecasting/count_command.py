"""`lacrime-geo counts INCIDENTS OUTPUT`: incidents counted by days, weeks or months and by area, as a table."""

from __future__ import annotations

import argparse
import logging
from contextlib import ExitStack
from typing import Any

from ..command import Command, CommandParser
from ..data.own_mapping import OPTION_HELP
from ..landing import Landing
from ..parameter_groups import SELECTION_HELP
from ..progress import Progress, within
from ..scale import asked_scans
from ..selection import words
from .break_guards import FREQUENCIES, IGNORE, RAISE
from .count_ends import NOWCAST
from .count_tables import Counts, counts
from .series_keys import LAYERS

log = logging.getLogger("lacrime_geo")
LAG_SAFE: dict[str, bool | str] = {"yes": True, "no": False, NOWCAST: NOWCAST}
LAYERS_TOO = "GeoPackage, GeoJSON or parquet; file.gpkg|layername=x chooses a layer"
INCIDENTS = f"CSV of the LAPD or of any agency, {LAYERS_TOO}{asked_scans.HELP}"
COLUMNS, HOW_READ = ("time_column", "category_column"), ("mapping", "bbox", "scheduler")
TABLES = "file to write: .csv, or .parquet, which keeps the agency and how late reports come as well"
WEIGHT_HELP = "column of numbers, such as that of a layer of harm, whose sums take the place of numbers of incidents"
BREAKS_HELP = "raise refuses a period across the LAPD's change of its records system, ignore warns; default raise"


def add_counting_options(command: argparse.ArgumentParser) -> None:
    """Add what incidents are asked to be counted."""
    command.add_argument(
        "--by",
        metavar="COLUMNS|LAYER",
        help="area, the name of another column, several with commas between, or a layer of polygons; default all together",
    )
    command.add_argument("--freq", choices=tuple(FREQUENCIES), help="days, weeks or months (MS); default D")
    for name in ("since", "until"):
        command.add_argument(f"--{name}", metavar="DATE", help=SELECTION_HELP[name])
    command.add_argument("--category", metavar="TEXT", help=SELECTION_HELP["category"])
    for name in ("time-column", "category-column"):
        command.add_argument(f"--{name}", metavar="COLUMN", help=SELECTION_HELP[name.replace("-", "_")])
    command.add_argument(
        "--lag-safe",
        choices=tuple(LAG_SAFE),
        help="end with the last day of which 95 %% are reported (yes), with the file (no), or with what is expected in the end "
        "(nowcast); default yes",
    )
    command.add_argument("--as-of", metavar="DATE", help="take the file back to this date (YYYY-MM-DD)")
    command.add_argument("--weight", metavar="COLUMN", help=WEIGHT_HELP)
    asked_scans.add_options(command)
    command.add_argument("--mapping", metavar="TEXT", help=OPTION_HELP)


def counting_options(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was given of these options, by name."""
    names = (
        "by",
        "freq",
        "since",
        "until",
        "category",
        "time_column",
        "category_column",
        "lag_safe",
        "as_of",
        "weight",
        *HOW_READ,
    )
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def counted(options: argparse.Namespace, progress: Progress) -> Counts:
    """Return the counts of incidents, as asked for by the options."""
    with ExitStack() as stack:
        return counts(
            _incidents(options, stack), breaks=options.breaks or RAISE, progress=progress, **_asked_counts(options)
        )


def _incidents(options: argparse.Namespace, stack: ExitStack) -> Any:
    """Return incidents in memory, or their scan; what must stay open is closed with the stack."""
    from ..files import read_incidents
    from ..incidents import as_incidents

    if asked_scans.asks_for_scan(options.input):
        return asked_scans.scan_asked(options, (), stack)
    asked_scans.refuse_options(options)
    columns = {name: getattr(options, name) for name in COLUMNS}
    return as_incidents(read_incidents(options.input, options.mapping), **columns)


def _asked_counts(options: argparse.Namespace) -> dict[str, Any]:
    """Return what is asked of the counts."""
    asked = {name: value for name, value in counting_options(options).items() if name not in (*COLUMNS, *HOW_READ)}
    if "by" in asked and not asked["by"].lower().endswith(LAYERS):
        asked["by"] = [name.strip() for name in asked["by"].split(",")]
    if "lag_safe" in asked:
        asked["lag_safe"] = LAG_SAFE[asked["lag_safe"]]
    return {**asked, "category": words(options.category)}


def _add_options(command: CommandParser) -> None:
    command.add_argument("input", metavar="INCIDENTS", help=INCIDENTS)
    command.add_output("OUTPUT", TABLES)
    add_counting_options(command)
    command.add_argument("--breaks", choices=(RAISE, IGNORE), help=BREAKS_HELP)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    from ..files import check_format, write

    check_format("table", options.output)
    with Landing([options.input.partition("|layername=")[0]]) as landing:
        staged = landing.stage(options.output)
        table = counted(options, within(progress, 0.0, 0.9))
        write(table, staged)
    table.say_what_is_lost(options.output)
    return [options.output]


COUNT = Command("counts", "Count incidents by days, weeks or months, and by area, as a table.", _add_options, _run)
