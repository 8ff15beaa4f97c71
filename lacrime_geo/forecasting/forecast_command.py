"""`lacrime-geo forecast COUNTS OUTPUT`: a table of counts forecast by any model, or by one that was saved."""

from __future__ import annotations

import argparse
from typing import Any

from .. import checks
from ..command import Command, CommandParser
from ..landing import Landing
from ..model_files import refuse_ending
from ..progress import Progress
from .backtesting import FEWEST_ORIGINS
from .break_guards import IGNORE, RAISE
from .count_command import BREAKS_HELP
from .count_files import read_counts, read_covariates
from .forecasts import NO_TOTALS, forecast
from .model_names import MODELS
from .reconciled_models import METHODS
from .saved_models import load_model, write_model

COUNTS = "table of counts, CSV or parquet, with period, count and columns of keys, such as the output of counts"
COVARIATES = "table of what is known ahead, CSV or parquet, with period and columns of numbers"
HOLIDAYS = "a country or a part of one (US, US-CA), whose public holidays are used; needs the package holidays"
HORIZON = "steps ahead; default 3 months, 4 weeks or 7 days"
NAMES = ", ".join(MODELS)
PLAIN = ("horizon", "origins", "holidays", "breaks")


def add_shared_options(command: argparse.ArgumentParser, usual_origins: str = str(FEWEST_ORIGINS)) -> None:
    """Add what forecasts and their retraining are asked alike; `usual_origins` says how many are taken by default."""
    command.add_argument("--horizon", metavar="NUMBER", type=int, help=HORIZON)
    command.add_argument(
        "--origins",
        metavar="NUMBER",
        type=int,
        help=f"past origins by which models are scored, {FEWEST_ORIGINS} or more; default {usual_origins}",
    )
    command.add_argument("--covariates", metavar="FILE", help=COVARIATES)
    command.add_argument("--holidays", metavar="PLACE", help=HOLIDAYS)
    command.add_argument("--breaks", choices=(RAISE, IGNORE), help=BREAKS_HELP)


def shared_options(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was given of these options, by name."""
    given = {name: getattr(options, name) for name in PLAIN if getattr(options, name) is not None}
    return {**given, "covariates": read_covariates(options.covariates)} if options.covariates else given


def _add_options(command: CommandParser) -> None:
    command.add_argument("input", metavar="COUNTS", help=COUNTS)
    command.add_output("OUTPUT", f"file to write: {', '.join(_formats())}")
    command.add_argument(
        "--model", metavar="NAME", help=f"{NAMES}; default auto, several weighed by errors at past origins"
    )
    command.add_argument("--model-file", metavar="FILE", help="a saved model (.json) in place of a name: its settings")
    command.add_argument("--levels", metavar="NUMBERS", help="of the intervals, in per cent; default 80, 95")
    command.add_argument(
        "--totals",
        choices=(NO_TOTALS, *METHODS),
        help="add rows of totals of each key and of all: sums (bottom-up), or forecast and made to add up (mint); default none",
    )
    command.add_argument("--save-model", metavar="FILE", help="file (.json) to write the model and its card into")
    add_shared_options(command)


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    from ..files import check_format, write

    if options.model and options.model_file:
        raise ValueError("--model and --model-file both name a model; give one of them.")
    check_format("picture", options.output)
    with Landing([path for path in (options.input, options.model_file, options.covariates) if path]) as landing:
        staged = landing.stage(options.output)
        model_staged = _staged_model(landing, options.save_model)
        table = read_counts(options.input)
        found = forecast(table, progress=progress, **_asked(options))
        write(found, staged)
        if model_staged is not None:
            write_model(found, model_staged)
    return [path for path in (options.output, options.save_model) if path]


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    asked = shared_options(options)
    if options.model_file:
        asked["model"] = load_model(options.model_file)
    elif options.model:
        asked["model"] = options.model
    if options.totals:
        asked["totals"] = options.totals
    if options.levels:
        asked["levels"] = checks.several("levels", options.levels)
    return asked


def _staged_model(landing: Landing, path: str | None) -> Any:
    if path is None:
        return None
    refuse_ending(path)
    return landing.stage(path)


def _formats() -> tuple[str, ...]:
    from ..files import FORMATS

    return FORMATS["picture"]


SUMMARY = "Forecast a table of counts with intervals, and say whether the model has been better than the naive ones."
FORECAST = Command("forecast", SUMMARY, _add_options, _run)
