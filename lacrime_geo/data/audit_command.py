"""`lacrime-geo audit FILE`: what the rules of a reader found in a file, printed."""

from __future__ import annotations

import argparse

from ..command import Command
from ..progress import Progress
from .audit import audit_table
from .lapd import load_lapd


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("input", metavar="FILE", help="CSV or parquet file of the LAPD")


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    loaded = load_lapd(options.input, progress)
    table = audit_table(loaded.audit, loaded.label)
    columns = (table[name] for name in ("rule", "rows", "examples", "action"))
    return [
        f"{rule}: {rows:,} rows{f' (such as {examples})' if examples else ''}: {action}"
        for rule, rows, examples, action in zip(*columns)
    ]


AUDIT = Command("audit", "Print what the rules found in a file of incidents.", _add_options, _run)
