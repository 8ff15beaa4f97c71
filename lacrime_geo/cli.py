"""The command line, built from the catalogue: one command per analysis, options named as the function's."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from . import __version__, checks
from .analysis import EARLIER, Analysis
from .catalog import ANALYSES, BY_NAME, SUMMARIES
from .command import Command
from .commands import COMMANDS as OTHERS
from .data.own_mapping import OPTION_HELP
from .features import hold_areas
from .files import check_format, read_incidents, write
from .incidents import as_incidents
from .landing import Landing
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
from .progress import Cancelled, Progress, within
from .results import Cells, Cube, Curve, Marks, Picture, Shapes, Surface, Table
from .scale import Scan, asked_scans
from .selection import asked_in_words, refuse, words
from .summaries import Summary, make_folder

log = logging.getLogger("lacrime_geo")
KINDS_OF_RESULTS = {
    Surface: "surface",
    Cube: "cube",
    Cells: "cells",
    Marks: "vector",
    Shapes: "vector",
    Curve: "curve",
    Picture: "picture",
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0, or 2 after one sentence on what was wrong with the input."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no ² or √ gets them spelled out instead of an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    with _announcing(options.quiet), _terminable():
        try:
            written = _run(COMMANDS[options.command], options)
        except (ValueError, TypeError, OSError, Cancelled, ImportError, RuntimeError) as problem:
            print(f"lacrime-geo: {_sentence(problem)}", file=sys.stderr)
            return 2
        except KeyboardInterrupt as stop:
            print(f"lacrime-geo: {stop if stop.args else 'stopped; nothing was written'}", file=sys.stderr)
            return 130
    with suppress(BrokenPipeError):
        # Not even an empty line, which cron would mail.
        print("\n".join(written), end="\n" if written else "")
    return 0


def _sentence(problem: BaseException) -> str:
    if isinstance(problem, ImportError) and "pip install" not in str(problem):
        return f"{problem}; install it, e.g. pip install {problem.name or 'lacrime-geo'}."
    text = str(problem)
    if isinstance(problem, OSError) and problem.strerror:
        # An OSError's own text puts "[Errno 28]" in front of the sentence.
        text = problem.strerror if problem.filename is None else f"{problem.strerror}: {str(problem.filename)!r}"
    return " ".join(str(text).split())


def _run(command: Analysis | Command, options: argparse.Namespace) -> list[str]:
    """Run an analysis or another command; return the lines to print."""
    if isinstance(command, Analysis):
        return _analyse(command, options)
    with _progress_bar(command.name, options.quiet) as progress:
        return command.run(options, progress)


def _analyse(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    """Stage the outputs, run the analysis, write all of them or none."""
    if issubclass(analysis.result, Summary):
        return _summarise(analysis, options)
    check_format(_kind(analysis.result), options.output)
    second = getattr(options, analysis.second, None) if analysis.second else None
    if second:
        check_format(_kind(analysis.second_result), second)
    with Landing(_files_read(analysis, options)) as landing:
        output = landing.stage(options.output)
        second_output = landing.stage(second) if second else None
        wanted = _wants_second(analysis, options)
        with _progress_bar(analysis.title, options.quiet) as progress:
            arguments = _given(analysis.params, options)
            arguments.update({EARLIER: options.output} if analysis.resumes else {})
            part = within(progress, 0.0, 0.5) if wanted else progress
            with ExitStack() as stack:
                result = analysis.call(_input(analysis, options, stack), part, **arguments)
                if wanted:
                    arguments = _given(analysis.second_params, options)
                    further = analysis.second_of(result, within(progress, 0.5, 1.0), **arguments)
        if analysis.look:
            result = result.styled(**_given(analysis.look, options))
        # The file's own name serves its first layer, unless the second one needs it.
        write(result, output, analysis.input if output.stem == analysis.second else None)
        if wanted:
            _write_second(further, str(analysis.second), output, second_output)
    return [*(os.fspath(path) for path in (options.output, second) if path), *getattr(result, "lines", ())]


def _summarise(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    """Run several analyses at once and write what they give into a folder."""
    make_folder(options.output)
    with Landing(_files_read(analysis, options)) as landing:
        with _progress_bar(analysis.title, options.quiet) as progress:
            with ExitStack() as stack:
                data = _input(analysis, options, stack)
                result = analysis.run(data, progress=progress, **_given(analysis.params, options))
        written: list[str] = result.write(landing, options.output)
    return written


def _kind(result: type) -> str:
    return next(kind for one, kind in KINDS_OF_RESULTS.items() if issubclass(result, one))


def _within_the_first(analysis: Analysis) -> bool:
    """Tell whether a second layer goes into the first one's file when it is given none of its own."""
    return bool(analysis.second) and not (
        issubclass(analysis.second_result, Table) or issubclass(analysis.result, Table)
    )


def _files_read(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    inputs = [options.input, *(getattr(options, parameter.name) for parameter in analysis.layers)]
    return [path.partition("|layername=")[0] for path in inputs if path]


def _wants_second(analysis: Analysis, options: argparse.Namespace) -> bool:
    """Tell whether a second output is written; raise when options of it are given and it is not."""
    if analysis.second is None:
        return False
    suffix = Path(options.output).suffix
    if getattr(options, analysis.second) or (_within_the_first(analysis) and suffix.lower() == ".gpkg"):
        return True
    given = [name.replace("_", "-") for name in _given(analysis.second_params, options)]
    if given:
        raise ValueError(
            f"{', '.join(given)}: of the second layer ({analysis.second}), which {suffix} cannot hold; name a file for it with "
            f"--{analysis.second}."
        )
    if _within_the_first(analysis):
        log.info("a second layer is not written, as %s holds one: name a file with --%s", suffix, analysis.second)
    return False


def _write_second(shapes: Any, name: str, output: Path, own: Path | None) -> None:
    if own is not None:
        write(shapes, own)
    else:
        write(shapes, output, name, second=True)


def _input(analysis: Analysis, options: argparse.Namespace, stack: ExitStack) -> Any:
    """Return what is analysed; what must stay open until then is closed with the stack."""
    chosen = [*(parameter.name for parameter in analysis.selection), "mapping"]
    if analysis.selects and asked_scans.asks_for_scan(options.input):
        return _scan(analysis, options, chosen, stack)
    asked_scans.refuse_options(options)
    if analysis.input != "incidents" and not (analysis.counts_incidents and options.value is None):
        if analysis.counts_incidents:
            refuse({name: getattr(options, name) for name in chosen})
        return options.input
    read = read_incidents(options.input, options.mapping)
    if analysis.counts_incidents and hold_areas(read):
        refuse({name: getattr(options, name) for name in chosen})
        return read
    columns = {name: getattr(options, name, None) for name in ("time_column", "category_column", "until_column")}
    incidents = as_incidents(read, **columns)
    period = {name: getattr(options, name) for name in ("since", "until") if name in chosen}
    # Where a category is a parameter of the analysis itself, it needs the others as well.
    category = words(options.category) if "category" in chosen else None
    selected = incidents.select(**period, category=category)
    if asked := asked_in_words(selected.selection):
        log.info("%s of %s incidents %s", f"{selected.size:,}", f"{incidents.size:,}", asked)
    return selected


def _scan(analysis: Analysis, options: argparse.Namespace, chosen: Collection[str], stack: ExitStack) -> Scan:
    if analysis.name not in TAKEN_BY:
        takes = ", ".join(sorted(name for name, one in COMMANDS.items() if _takes_scans(name, one)))
        raise ValueError(
            f"{options.input!r} is read a part at a time, and {analysis.name} needs all incidents in memory, as all but {takes} "
            "do: give a file of fewer incidents."
        )
    if analysis.counts_incidents and options.value is not None:
        raise ValueError(
            f"{options.input!r} is incidents, and --value is a column of areas or points; leave it out, and they are counted "
            "in cells, or give a layer."
        )
    return asked_scans.scan_asked(options, chosen, stack)


def _takes_scans(name: str, command: Analysis | Command) -> bool:
    return name in TAKEN_BY and (isinstance(command, Command) or command.selects)


def _given(parameters: Iterable[Parameter], options: argparse.Namespace) -> dict[str, Any]:
    """Return what was given of some parameters, by name."""
    given = {parameter: getattr(options, parameter.name) for parameter in parameters}
    return {
        parameter.name: checks.several(parameter.name, value) if isinstance(parameter, Numbers) else value
        for parameter, value in given.items()
        if value is not None
    }


class _Parser(argparse.ArgumentParser):
    """A parser that says what was wrong in one sentence, as everything here does."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2 and one sentence instead of the whole usage."""
        self.exit(2, f"lacrime-geo: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="lacrime-geo", description="Spatial statistics for crime mapping.")
    parser.add_argument("--version", action="version", version=f"lacrime-geo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for analysis in (*ANALYSES, *SUMMARIES):
        _add_analysis(_command_of(commands, analysis), analysis)
    for other in OTHERS:
        other.add_options(_command_of(commands, other))
    for command in commands.choices.values():
        command.add_argument("--quiet", action="store_true", help="print only the files written, and errors")
    return parser


def _command_of(commands: Any, one: Analysis | Command) -> Any:
    help_text = one.summary.replace("%", "%%")
    return commands.add_parser(one.name, help=help_text, description=help_text)


def _add_analysis(command: argparse.ArgumentParser, analysis: Analysis) -> None:
    takes = f"{INPUTS[analysis.input]}{RASTERS_TOO if analysis.rasters else ''}{TABLES_TOO if analysis.tables else ''}"
    scans = _takes_scans(analysis.name, analysis)
    takes += asked_scans.HELP if scans else ""
    command.add_argument("input", metavar=analysis.input.upper(), help=takes)
    summary = issubclass(analysis.result, Summary)
    command.add_argument("output", metavar="FOLDER" if summary else "OUTPUT", help=_formats(analysis))
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
    if analysis.second:
        text = f"{analysis.second_title}: file to write"
        if _within_the_first(analysis) and not issubclass(analysis.result, Surface):
            text += "; default a second layer of a GeoPackage output"
        command.add_argument(f"--{analysis.second}", metavar="FILE", help=text)


def _formats(analysis: Analysis) -> str:
    from .files import FORMATS

    if issubclass(analysis.result, Summary):
        return "folder to write the layers and summary.html into; it is made if need be"
    return "file to write: " + ", ".join(FORMATS[_kind(analysis.result)])


def _add_option(
    command: argparse.ArgumentParser, parameter: Parameter, text: str, required: bool, analysis: Analysis | None
) -> None:
    """Add one parameter of the catalogue; a kind that cannot be shown is a TypeError."""
    flag = "--" + parameter.name.replace("_", "-")
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


def _metres_or_rule(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@contextmanager
def _terminable() -> Iterator[None]:
    """Let the signal that ends a job (timeout, cron, docker) clean up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Announcer(logging.Handler):
    """Write to what standard error is at the moment: a progress bar takes its place, and moves down for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        print(self.format(record), file=sys.stderr)


@contextmanager
def _announcing(quiet: bool) -> Iterator[None]:
    """Print what the library announces (chosen defaults, counts, caveats) on standard error."""
    handler = _Announcer()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@contextmanager
def _progress_bar(title: str, quiet: bool) -> Iterator[Progress]:
    """Show a bar on a terminal; nothing in a pipe."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)

        def progress(fraction: float) -> bool:
            bar.update(task, completed=fraction)
            return True

        yield progress
