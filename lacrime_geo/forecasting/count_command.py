"""`lacrime-geo counts INCIDENTS OUTPUT`: incidents counted by days, weeks or months and by area, as a table."""

from __future__ import annotations

import argparse
import logging
from typing import Any

from ..command import Command
from ..data.own_mapping import OPTION_HELP
from ..landing import Landing
from ..parameter_groups import SELECTION_HELP
from ..progress import Progress, within
from ..selection import words
from .break_guards import FREQUENCIES, IGNORE, RAISE
from .count_ends import NOWCAST
from .count_tables import Counts, counts
from .series_keys import LAYERS

log = logging.getLogger("lacrime_geo")
LAG_SAFE: dict[str, bool | str] = {"yes": True, "no": False, NOWCAST: NOWCAST}
INCIDENTS = "CSV of the LAPD or of any agency, GeoPackage, GeoJSON or parquet; file.gpkg|layername=x chooses a layer"
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
        "mapping",
    )
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def counted(path: str, given: dict[str, Any], breaks: str | None, progress: Progress) -> Counts:
    """Return the counts of a file of incidents, as asked for by its options."""
    from ..files import read_incidents
    from ..incidents import as_incidents

    asked = dict(given)
    columns = {name: asked.pop(name, None) for name in ("time_column", "category_column")}
    incidents = as_incidents(read_incidents(path, asked.pop("mapping", None)), **columns)
    if "by" in asked and not asked["by"].lower().endswith(LAYERS):
        asked["by"] = [name.strip() for name in asked["by"].split(",")]
    if "lag_safe" in asked:
        asked["lag_safe"] = LAG_SAFE[asked["lag_safe"]]
    asked["category"] = words(asked.get("category"))
    return counts(incidents, breaks=breaks or RAISE, progress=progress, **asked)


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("input", metavar="INCIDENTS", help=INCIDENTS)
    command.add_argument("output", metavar="OUTPUT", help=TABLES)
    add_counting_options(command)
    command.add_argument("--breaks", choices=(RAISE, IGNORE), help=BREAKS_HELP)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    from ..files import check_format, write

    check_format("table", options.output)
    with Landing([options.input.partition("|layername=")[0]]) as landing:
        staged = landing.stage(options.output)
        table = counted(options.input, counting_options(options), options.breaks, within(progress, 0.0, 0.9))
        write(table, staged)
    table.say_what_is_lost(options.output)
    return [options.output]


COUNT = Command("counts", "Count incidents by days, weeks or months, and by area, as a table.", _add_options, _run)
