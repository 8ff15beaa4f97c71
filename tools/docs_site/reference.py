"""A part of Sphinx: pages of everything public in lacrime_geo and of every command, written before the others are read."""

import contextlib
import io
import os
import re
from pathlib import Path
from unittest import mock

import lacrime_geo as lg
from lacrime_geo.command_options import COMMANDS, commands_parser

# A page each: its file, its title, and the modules and subpackages of lacrime_geo whose public names it has.
PAGES = (
    ("incidents", "Incidents, grids and results", "incidents features grid hexagons results progress"),
    ("data", "Data", "data scale"),
    ("density", "Density and relative risk", "density relative_risk contouring"),
    (
        "hotspots",
        "Hotspots and autocorrelation",
        "grid_hotspots autocorrelation moran autocorrelation_by_distance concentration hotspot_stability sensitivity "
        "map_comparison",
    ),
    ("clusters", "Clusters", "density_clusters spacetime_clusters scikit_clusters clusters centrography"),
    ("times", "Times", "temporal"),
    ("space_and_time", "Space and time", "spacetime change two_counts"),
    ("warnings", "Reports and warnings", "delays alerting"),
    ("forecasts", "Forecasts of counts", "forecasting model_keeping model_card_pages"),
    ("risk", "Risk of places", "risk"),
    ("harm", "Harm and severity", "severity severity_class"),
    ("comparisons", "Places and agencies compared", "comparisons jurisdictions"),
    ("interventions", "Interventions", "interventions"),
    ("correlates", "What goes with what", "correlates"),
    ("privacy", "Privacy", "privacy"),
    ("summaries", "The whole picture", "overview period_comparison reporting claims verification watching"),
)


def setup(app):
    """Write the pages when a build begins, and let the table of names lead to them."""
    app.connect("builder-inited", lambda app: write(Path(app.srcdir) / "reference"))
    app.connect("source-read", _link_names)
    return {"parallel_read_safe": True}


def _link_names(app, page, source):
    if page == "reference":
        source[0] = re.sub(
            r"^\| `lg\.(\w+)` \|", r"| {py:obj}`lg.\1 <lacrime_geo.\1>` |", source[0], flags=re.MULTILINE
        )


def write(folder):
    """Write the pages into a folder, those that are as they were left alone."""
    folder.mkdir(exist_ok=True)
    for name, title, parts in PAGES:
        _put(folder / f"{name}.rst", _of_names(title, names_of(parts)))
    _put(folder / "commands.md", _of_commands())


def _put(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def names_of(parts):
    """Return the public names that come from modules and subpackages, functions first."""
    found = [name for name in lg.__all__ if _part_of(name) in parts.split()]
    return sorted(found, key=lambda name: (isinstance(getattr(lg, name), type), name.lower()))


def _part_of(name):
    return getattr(getattr(lg, name), "__module__", "..").split(".")[1]


def _of_names(title, names):
    lines = [title, "=" * len(title), "", ".. currentmodule:: lacrime_geo", ""]
    for name in names:
        kind = "class" if isinstance(getattr(lg, name), type) else "function"
        lines += [f".. auto{kind}:: {name}", *(["   :members:"] if kind == "class" else []), ""]
    return "\n".join(lines)


def _of_commands():
    lines = ["# Commands", "", "What `lacrime-geo COMMAND --help` prints, command by command.", ""]
    for name, command in COMMANDS.items():
        lines += [f"## `{name}`", "", command.summary, "", "```text", help_of(name), "```", ""]
    return "\n".join(lines)


def help_of(name):
    """Return what a command's --help prints on a terminal of 100 columns."""
    printed = io.StringIO()
    with mock.patch.dict(os.environ, COLUMNS="100", NO_COLOR="1"), contextlib.redirect_stdout(printed):
        with contextlib.suppress(SystemExit):
            commands_parser().parse_args([name, "--help"])
    return printed.getvalue().strip()


def summary_of(name):
    """Return the first line of a public thing's docstring."""
    return (getattr(lg, name).__doc__ or "").strip().splitlines()[0].replace("|", r"\|")
