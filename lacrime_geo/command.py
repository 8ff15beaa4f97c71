"""A command that is no analysis: it reads or fetches files, prints, and has options of its own; and how any command is parsed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Callable, NamedTuple, NoReturn

from .progress import Progress

OUTPUT = "--output"


class CommandParser(argparse.ArgumentParser):
    """A parser whose output stands last on the line or is named by -o, and that says in one sentence what was wrong."""

    _last: dict[str, Any] | None = None

    def add_output(self, metavar: str, help: str, *, required: bool = True) -> None:
        """Add the output."""
        self.add_argument("-o", OUTPUT, dest="output", metavar=metavar, help="the same, in place of the last word")
        self._last = dict(metavar=metavar, help=help, nargs=None if required else "?")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; the output is looked for last on the line where it is not named."""
        given = sys.argv[1:] if args is None else list(args)
        if self._last and not _names_output(given):
            self.add_argument("output", **self._last)
        self._last = None
        return super().parse_known_args(given, namespace)

    def error(self, message: str) -> NoReturn:
        """Leave with status 2 and one sentence instead of the whole usage."""
        self.exit(2, f"lacrime-geo: {message}; see {self.prog} --help\n")


def _names_output(given: Sequence[str]) -> bool:
    flags = (word.partition("=")[0] for word in given)
    # Long options may be shortened.
    return any(flag.startswith("-o") or (len(flag) > len("--o") and OUTPUT.startswith(flag)) for flag in flags)


class Told(list[str]):
    """Hold the lines that a command prints, and its exit status, where that tells more than that all went well."""

    def __init__(self, lines: Iterable[str], status: int = 0) -> None:
        """Take the lines."""
        super().__init__(lines)
        self.status = status


class Command(NamedTuple):
    """Hold what the command line needs of one: its name and summary, and what adds its options and runs it.

    `run` takes the options and a progress, and returns the lines to print; `Told`, where the exit status is not always 0.
    """

    name: str
    summary: str
    add_options: Callable[[CommandParser], None]
    run: Callable[[argparse.Namespace, Progress], list[str]]
