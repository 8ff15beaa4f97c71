"""`lacrime-geo retrain MODEL.json INPUT`: a saved model trained again, and replaced only by a better one."""

from __future__ import annotations

import argparse

from ..command import Command
from ..landing import Landing
from ..progress import Progress, within
from ..scale.asked_scans import asks_for_scan
from .count_command import INCIDENTS, add_counting_options, counted, counting_options
from .count_files import holds_counts, read_counts
from .count_tables import Counts
from .forecast_command import COUNTS, add_shared_options, shared_options
from .model_names import MODELS
from .origin_numbers import MOST_ORIGINS
from .retraining import CANDIDATES, Wanted, retrain_into

OWN = ("candidates", "window", "apart", "gap")


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "model_file", metavar="MODEL", help="file of the saved model (.json); made where there is none"
    )
    command.add_argument("input", metavar="INPUT", help=f"{COUNTS}; or incidents to count: {INCIDENTS}")
    command.add_argument(
        "--candidates", metavar="NAMES", help=f"of {', '.join(MODELS)}, commas between; default {CANDIDATES}"
    )
    command.add_argument(
        "--window", metavar="NUMBER", type=int, help="steps that candidates are fitted to; default those of five years"
    )
    command.add_argument(
        "--apart",
        metavar="NUMBER",
        type=int,
        help="steps from one origin to the next; default 1 of months, and the horizon of weeks and days",
    )
    command.add_argument(
        "--gap",
        metavar="NUMBER",
        type=int,
        help="steps between the last known and the first scored one; default by how late reports come, where that is told",
    )
    command.add_argument("--scores", metavar="FILE", help="table of all scores to write: .csv or .parquet")
    add_shared_options(command, f"as the history allows, {MOST_ORIGINS} at most")
    add_counting_options(command)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    from ..files import check_format, write

    if options.scores:
        check_format("table", options.scores)
    with Landing([path for path in (_file_of(options.input), options.covariates) if path]) as landing:
        staged = landing.stage(options.scores) if options.scores else None
        table = _counts(options, within(progress, 0.0, 0.3))
        own = {name: getattr(options, name) for name in OWN if getattr(options, name) is not None}
        wanted = Wanted(**own, **shared_options(options))
        found = retrain_into(landing, options.model_file, table, wanted, within(progress, 0.3, 1.0))
        if staged is not None:
            write(found, staged)
    return [path for path in (options.model_file if found.promoted else None, options.scores) if path]


def _file_of(path: str) -> str:
    return path.partition("|layername=")[0]


def _counts(options: argparse.Namespace, progress: Progress) -> Counts:
    """Return the table of counts, or the incidents counted."""
    given = counting_options(options)
    if asks_for_scan(options.input) or not holds_counts(_file_of(options.input)):
        return counted(options, progress)
    if given:
        names = ", ".join(name.replace("_", "-") for name in given)
        raise ValueError(f"{names}: {options.input} is a table of counts already; leave these out, or give incidents.")
    return read_counts(options.input)


SUMMARY = (
    "Train a saved model again on the latest counts; it is replaced only by one that beats both it and seasonal naive, else it "
    "stays, and that is said."
)
RETRAIN = Command("retrain", SUMMARY, _add_options, _run)
