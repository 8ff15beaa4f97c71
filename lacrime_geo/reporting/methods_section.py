"""The section of methods: every analysis that was run, what was chosen for it and why, its sources, and the versions."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence

import numpy as np

from .. import html_pages as html
from ..citations import citations_of
from ..summaries import chosen_value
from .told import Made, Run, under

ENDING = "_reason"


def methods_section(runs: Sequence[Run]) -> Made:
    """Return the analyses with their settings and sources as tables, and the versions they were run with."""
    chosen = html.table(("analysis", "setting", "value", "why"), (row for run in runs for row in _chosen(run)))
    parts = (("Analyses", _sources(runs)), ("Chosen from the data", chosen), ("Versions", _versions()))
    return Made((), tuple(under(title, table) for title, table in parts))


def _sources(runs: Sequence[Run]) -> html.Markup:
    named = {run.function.__name__: run.function for run in runs}
    rows = (
        (
            html.tag("code", f"lg.{name}"),
            _first_line(function),
            "; ".join(citations_of(function)) or "counted: no estimate",
        )
        for name, function in named.items()
    )
    return html.table(("analysis", "what it does", "sources"), rows)


def _first_line(function: object) -> str:
    return (getattr(function, "__doc__", None) or "").strip().splitlines()[0]


def _chosen(run: Run) -> Iterator[tuple[str, str, str, str]]:
    """Yield what was chosen from the data for one run, and why."""
    for name, reason in run.parameters.items():
        if name.endswith(ENDING) and name[: -len(ENDING)] in run.parameters:
            key = name[: -len(ENDING)]
            yield run.function.__name__, key.replace("_", " "), chosen_value(key, run.parameters[key]), str(reason)


def _versions() -> html.Markup:
    import scipy

    from .. import __version__

    versions = (
        ("lacrime_geo", __version__),
        ("numpy", np.__version__),
        ("scipy", scipy.__version__),
        ("Python", platform.python_version()),
    )
    return html.table(("software", "version"), versions)
