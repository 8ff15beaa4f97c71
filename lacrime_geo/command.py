"""A command that is no analysis: it reads or fetches files, prints, and has options of its own."""

from __future__ import annotations

import argparse
from typing import Callable, NamedTuple

from .progress import Progress


class Command(NamedTuple):
    """Hold what the command line needs of one: its name and summary, and what adds its options and runs it.

    `run` takes the options and a progress, and returns the lines to print.
    """

    name: str
    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Progress], list[str]]
