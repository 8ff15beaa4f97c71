"""What a command is given on its line: the incidents that it chooses, the layers, and the values of its options."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from . import checks
from .analysis import Analysis
from .command_options import COMMANDS, takes_scans
from .features import hold_areas
from .files import read_incidents
from .incidents import as_incidents, code_that_reads
from .parameter_kinds import Numbers, Parameter
from .partitioned import TAKEN_BY
from .scale import Scan, asked_scans
from .selection import asked_in_words, refuse, words

log = logging.getLogger("lacrime_geo")


def files_read(analysis: Analysis, options: argparse.Namespace) -> list[str]:
    """Return the paths of all files that an analysis reads, without the names of their layers."""
    inputs = [options.input, *(getattr(options, parameter.name) for parameter in analysis.layers)]
    return [path.partition("|layername=")[0] for path in inputs if path]


def read_input(analysis: Analysis, options: argparse.Namespace, stack: ExitStack) -> Any:
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
    read_by = code_that_reads(options.input, mapping=options.mapping, **columns)
    incidents = replace(as_incidents(read, **columns), read_by=read_by)
    period = {name: getattr(options, name) for name in ("since", "until") if name in chosen}
    # Where a category is a parameter of the analysis itself, it needs the others as well.
    category = words(options.category) if "category" in chosen else None
    selected = incidents.select(**period, category=category)
    if asked := asked_in_words(selected.selection):
        log.info("%s of %s incidents %s", f"{selected.size:,}", f"{incidents.size:,}", asked)
    return selected


def _scan(analysis: Analysis, options: argparse.Namespace, chosen: Collection[str], stack: ExitStack) -> Scan:
    if analysis.name not in TAKEN_BY:
        takes = ", ".join(sorted(name for name, one in COMMANDS.items() if takes_scans(name, one)))
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


def given(parameters: Iterable[Parameter], options: argparse.Namespace) -> dict[str, Any]:
    """Return what was given of some parameters, by name."""
    values = {parameter: getattr(options, parameter.name) for parameter in parameters}
    return {
        parameter.name: checks.several(parameter.name, value) if isinstance(parameter, Numbers) else value
        for parameter, value in values.items()
        if value is not None
    }
