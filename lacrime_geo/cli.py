"""The command line, built from the catalogue: one command per analysis, options named as the function's."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from .analysis import EARLIER, Analysis
from .command import Command, Told
from .command_inputs import files_read, given, read_input
from .command_options import COMMANDS, commands_parser, flag_of, kind_of_result, within_the_first
from .files import check_format, write
from .landing import Landing
from .progress import Cancelled, within
from .reporting import Report
from .summaries import Summary, make_folder
from .terminal import announcing, progress_bar, terminable

log = logging.getLogger("lacrime_geo")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 or what the command says, or 2 after one sentence on what was wrong with the input."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no ² or √ gets them spelled out instead of an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = commands_parser().parse_args(arguments)
    with announcing(options.quiet), terminable():
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
    return written.status if isinstance(written, Told) else 0


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
    with progress_bar(command.name, options.quiet) as progress:
        return command.run(options, progress)


def _analyse(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    """Stage the outputs, run the analysis, write all of them or none."""
    if issubclass(analysis.result, Summary):
        return _summarise(analysis, options)
    if issubclass(analysis.result, Report):
        return _report(analysis, options)
    check_format(kind_of_result(analysis.result), options.output)
    second = getattr(options, analysis.second, None) if analysis.second else None
    if second:
        check_format(kind_of_result(analysis.second_result), second)
    with Landing(files_read(analysis, options)) as landing:
        output = landing.stage(options.output)
        second_output = landing.stage(second) if second else None
        wanted = _wants_second(analysis, options)
        with progress_bar(analysis.title, options.quiet) as progress:
            arguments = given(analysis.params, options)
            arguments.update({EARLIER: options.output} if analysis.resumes else {})
            part = within(progress, 0.0, 0.5) if wanted else progress
            with ExitStack() as stack:
                result = analysis.call(read_input(analysis, options, stack), part, **arguments)
                if wanted:
                    arguments = given(analysis.second_params, options)
                    further = analysis.second_of(result, within(progress, 0.5, 1.0), **arguments)
        if analysis.look:
            result = result.styled(**given(analysis.look, options))
        # The file's own name serves its first layer, unless the second one needs it.
        write(result, output, analysis.input if output.stem == analysis.second else None)
        if wanted:
            _write_second(further, str(analysis.second), output, second_output)
    return [*(os.fspath(path) for path in (options.output, second) if path), *getattr(result, "lines", ())]


def _summarise(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    """Run several analyses at once and write what they give into a folder."""
    make_folder(options.output)
    with Landing(files_read(analysis, options)) as landing:
        with progress_bar(analysis.title, options.quiet) as progress:
            with ExitStack() as stack:
                data = read_input(analysis, options, stack)
                result = analysis.run(data, progress=progress, **given(analysis.params, options))
        written: list[str] = result.write(landing, options.output)
    return written


def _report(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    """Make a report and write its page, and its claims where a file is named for them."""
    files = {"report": options.output, **({"ledger": options.claims} if options.claims else {})}
    for kind, path in files.items():
        check_format(kind, path)
    with Landing(files_read(analysis, options)) as landing:
        staged = {kind: landing.stage(path) for kind, path in files.items()}
        with progress_bar(analysis.title, options.quiet) as progress:
            with ExitStack() as stack:
                made = analysis.call(read_input(analysis, options, stack), progress, **given(analysis.params, options))
        made.write(staged["report"])
        if "ledger" in staged:
            write(made.ledger(), staged["ledger"])
    return [os.fspath(path) for path in files.values()]


def _wants_second(analysis: Analysis, options: argparse.Namespace) -> bool:
    """Tell whether a second output is written; raise when options of it are given and it is not."""
    if analysis.second is None:
        return False
    suffix = Path(options.output).suffix
    if getattr(options, analysis.second) or (within_the_first(analysis) and suffix.lower() == ".gpkg"):
        return True
    unfit = [name.replace("_", "-") for name in given(analysis.second_params, options)]
    if unfit:
        raise ValueError(
            f"{', '.join(unfit)}: of the second layer ({analysis.second}), which {suffix} cannot hold; name a file for it with "
            f"{flag_of(analysis.second)}."
        )
    if within_the_first(analysis):
        log.info(
            "a second layer is not written, as %s holds one: name a file with %s", suffix, flag_of(analysis.second)
        )
    return False


def _write_second(shapes: Any, name: str, output: Path, own: Path | None) -> None:
    if own is not None:
        write(shapes, own)
    else:
        write(shapes, output, name, second=True)
