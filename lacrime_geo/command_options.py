"""The commands and their options, made from the catalogue: named as the functions and their parameters are."""

from __future__ import annotations

import argparse
from typing import Any

from . import __version__
from .analysis import Analysis
from .catalog import ANALYSES, BY_NAME, SUMMARIES
from .claim_tables import Ledger
from .command import Command, CommandParser
from .commands import COMMANDS as OTHERS
from .data.own_mapping import OPTION_HELP
from .parameter_groups import LOOK_HELP, SELECTION_HELP
from .parameter_kinds import (
    Amount,
    Choice,
    Column,
    Columns,
    Distance,
    DistanceOrRule,
    Moment,
    Numbers,
    Parameter,
    Points,
    Polygons,
    Switch,
    Words,
)
from .partitioned import TAKEN_BY
from .reporting import Report
from .results import Cells, Cube, Curve, Marks, Picture, Shapes, Surface, Table
from .scale import asked_scans
from .summaries import Summary

KINDS_OF_RESULTS = {
    Surface: "surface",
    Cube: "cube",
    Cells: "cells",
    Marks: "vector",
    Shapes: "vector",
    Curve: "curve",
    Picture: "picture",
    Report: "report",
    Ledger: "ledger",
    Table: "table",
}
INPUTS = {
    "incidents": "CSV of the LAPD or of any agency, GeoPackage, GeoJSON or parquet; file.gpkg|layername=x chooses a layer",
    "features": "layer of polygons or points; file.gpkg|layername=x chooses a layer",
    "surface": "GeoTIFF of one band in a metric CRS, such as the output of kde",
}
RASTERS_TOO = "; or a GeoTIFF of one band"
TABLES_TOO = "; or a CSV or parquet table without places"
COMMANDS: dict[str, Analysis | Command] = {
    **BY_NAME,
    **{summary.name: summary for summary in SUMMARIES},
    **{other.name: other for other in OTHERS},
}
PLACEHOLDERS: dict[type, str] = {
    Column: "COLUMN",
    Columns: "COLUMNS",
    Points: "LAYER",
    Polygons: "LAYER",
    Moment: "DATE",
    Numbers: "NUMBERS",
    Words: "TEXT",
}


def commands_parser() -> CommandParser:
    """Return the parser of the whole command line."""
    parser = CommandParser(prog="lacrime-geo", description="Spatial statistics for crime mapping.")
    parser.add_argument("--version", action="version", version=f"lacrime-geo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for analysis in (*ANALYSES, *SUMMARIES):
        _add_analysis(_command_of(commands, analysis), analysis)
    for other in OTHERS:
        other.add_options(_command_of(commands, other))
    quiet = "announce nothing: print only what was written or found, and errors"
    for command in commands.choices.values():
        command.add_argument("--quiet", action="store_true", help=quiet)
    return parser


def _command_of(commands: Any, one: Analysis | Command) -> Any:
    help_text = one.summary.replace("%", "%%")
    return commands.add_parser(one.name, help=help_text, description=help_text)


def _add_analysis(command: CommandParser, analysis: Analysis) -> None:
    takes = f"{INPUTS[analysis.input]}{RASTERS_TOO if analysis.rasters else ''}{TABLES_TOO if analysis.tables else ''}"
    scans = takes_scans(analysis.name, analysis)
    takes += asked_scans.HELP if scans else ""
    command.add_argument("input", metavar=analysis.input.upper(), help=takes)
    summary = issubclass(analysis.result, Summary)
    command.add_output("FOLDER" if summary else "OUTPUT", _formats(analysis))
    for parameter in (*analysis.params, *analysis.second_params):
        _add_option(command, parameter, analysis.help(parameter.name), analysis.required(parameter.name), analysis)
    for parameter in analysis.selection:
        _add_option(command, parameter, SELECTION_HELP[parameter.name], False, None)
    if scans:
        asked_scans.add_options(command)
    if analysis.selects:
        command.add_argument("--mapping", metavar="TEXT", help=OPTION_HELP)
    for parameter in analysis.look:
        _add_option(command, parameter, LOOK_HELP[parameter.name], False, analysis)
    if issubclass(analysis.result, Report):
        command.add_argument("--claims", metavar="FILE", help="file to write the claims into as well: .csv, .json")
    if analysis.second:
        text = f"{analysis.second_title}: file to write"
        if within_the_first(analysis) and not issubclass(analysis.result, Surface):
            text += "; default a second layer of a GeoPackage output"
        command.add_argument(flag_of(analysis.second), metavar="FILE", help=text)


def _formats(analysis: Analysis) -> str:
    from .files import FORMATS

    if issubclass(analysis.result, Summary):
        return "folder to write the layers and summary.html into; it is made if need be"
    return "file to write: " + ", ".join(FORMATS[kind_of_result(analysis.result)])


def _add_option(
    command: CommandParser, parameter: Parameter, text: str, required: bool, analysis: Analysis | None
) -> None:
    """Add one parameter of the catalogue; a kind that cannot be shown is a TypeError."""
    flag = flag_of(parameter.name)
    common: dict[str, Any] = dict(dest=parameter.name, help=text.replace("%", "%%"), required=required)
    if isinstance(parameter, Distance):
        command.add_argument(flag, type=float, metavar="METRES", **common)
    elif isinstance(parameter, DistanceOrRule):
        command.add_argument(flag, type=_metres_or_rule, metavar="METRES|RULE", **common)
    elif isinstance(parameter, Amount):
        command.add_argument(flag, type=int if parameter.whole else float, metavar="NUMBER", **common)
    elif isinstance(parameter, Choice):
        default = analysis.default(parameter.name) if analysis else None
        told = required or default is None or "efault" in text
        common["help"] += "" if told else f" Default: {default}."
        command.add_argument(flag, choices=parameter.options, **common)
    elif isinstance(parameter, Switch):
        command.add_argument(flag, action=argparse.BooleanOptionalAction, **common)
    elif type(parameter) in PLACEHOLDERS:
        command.add_argument(flag, metavar=PLACEHOLDERS[type(parameter)], **common)
    else:
        raise TypeError(f"The command line cannot show {parameter!r}.")


def flag_of(name: str) -> str:
    """Return the option of a parameter or a method.

    >>> flag_of("event_study")
    '--event-study'
    """
    return f"--{name.replace('_', '-')}"


def _metres_or_rule(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def kind_of_result(result: type) -> str:
    """Return the kind of a result, by which the formats of its files are known."""
    return next(kind for one, kind in KINDS_OF_RESULTS.items() if issubclass(result, one))


def within_the_first(analysis: Analysis) -> bool:
    """Tell whether a second layer goes into the first one's file when it is given none of its own."""
    return bool(analysis.second) and not (
        issubclass(analysis.second_result, Table) or issubclass(analysis.result, Table)
    )


def takes_scans(name: str, command: Analysis | Command) -> bool:
    """Tell whether a command takes incidents a part at a time."""
    return name in TAKEN_BY and (isinstance(command, Command) or command.selects)
