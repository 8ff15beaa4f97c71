"""Scans as the command line asks for them: by a pattern, the address of a store, or a folder that was converted to."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

from .. import checks
from ..selection import words
from .found_files import is_address
from .scanning import scan_incidents
from .scans import Scan
from .writing import is_partitioned

HELP = (
    "; or, read a part at a time, a folder that convert wrote, a pattern such as 'folder/*.parquet', or the address of a store "
    "(s3://bucket/folder)"
)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that scans have beside those of incidents."""
    command.add_argument(
        "--bbox",
        metavar="W,S,E,N",
        help="of a scan: only incidents within these bounds, in the CRS of the files (degrees, of a folder that "
        "convert wrote), such as --bbox=-118.4,33.9,-118.2,34.1",
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a scan: the Dask cluster that reads and counts, such as tcp://10.0.0.1:8786",
    )


def asks_for_scan(path: str) -> bool:
    """Tell whether a path names more than one file that is read at once: a pattern, an address of a store, a converted folder.

    >>> asks_for_scan("folder/*.parquet"), asks_for_scan("s3://bucket/folder"), asks_for_scan("incidents.csv")
    (True, True, False)
    """
    if is_address(path):
        return not re.match(r"https?://", path, re.IGNORECASE)
    return "*" in path or is_partitioned(path)


def scan_asked(options: argparse.Namespace, chosen: Collection[str], stack: ExitStack) -> Scan:
    """Return the scan that options of the command line ask for; a client of a cluster is closed with the stack.

    `chosen` names the options by which incidents are chosen before the analysis begins: it may have a `since` of its own.
    """
    names = ("mapping", "time_column", "category_column", "until_column")
    given = {name: getattr(options, name, None) for name in names}
    client = stack.enter_context(_client(options.scheduler)) if options.scheduler else None
    scan = scan_incidents(options.input, **given, client=client)
    box = checks.several("bbox", options.bbox) if options.bbox else None
    period = {name: getattr(options, name) for name in ("since", "until") if name in chosen}
    category = words(options.category) if "category" in chosen else None
    return scan.select(**period, category=category, bbox=box)


def refuse_options(options: argparse.Namespace) -> None:
    """Raise where options of a scan are given of what is none."""
    given = [f"--{name}" for name in ("bbox", "scheduler") if getattr(options, name, None)]
    if given:
        raise ValueError(
            f"{' and '.join(given)} {'is' if len(given) == 1 else 'are'} for scans, and {options.input} is read at once; leave "
            "that out, or convert the file to a folder and give this."
        )


def _client(address: str) -> Any:
    """Return a client of the cluster at an address."""
    if not re.search(r":\d+$", address):
        raise ValueError(f"--scheduler must be an address with its port, such as tcp://10.0.0.1:8786, got {address!r}.")
    try:
        from distributed import Client
    except ImportError:
        raise ImportError("--scheduler needs Dask: pip install 'dask[distributed]'.") from None
    try:
        return Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as problem:
        raise OSError(
            f"No Dask scheduler answers at {address} ({str(problem).splitlines()[0][:120]}); check the address."
        ) from problem
