"""The help pages of the plugin, made when the zip is bundled: one for each algorithm, and one that lists them."""

import inspect
import re
import shlex
import sys
from html import escape
from itertools import groupby
from pathlib import Path

from lacrime_geo import __version__, html_pages
from lacrime_geo.html_pages import Markup, tag
from lacrime_geo.summaries import REPORTED

from . import declarations
from .help_docs import Docs

HERE = Path(__file__).resolve().parent
LIBRARY, DOCS = HERE.parent / "lacrime_geo", HERE.parent / "docs"
LIST = "index.html"
DOCSTRING = (
    ("Returns", "What it gives"),
    ("Raises", "When it refuses"),
    ("Notes", "Notes"),
    ("References", "References"),
)
# A value to show in an example, by what a parameter takes; of files the name says what they hold.
EXAMPLES = {
    "datetime": "2023-07-01",
    "field": "count",
    "string": "text",
    "number": 10,
    "distance": 300,
    "boolean": True,
}
BY_NAME = {"PDF": "report.pdf", "PNG": "report.png"}
# Of two parameters one must be given, so that neither is needed; and a choice that is the whole point has a default.
SHOWN = ("AFTER_SINCE", "BASEMAP")
COMES = {"scipy": "which nearly every QGIS brings along"}
OF_PROJECT = ("basemap", "report_map")  # without a project their examples would do nothing
ENDINGS = {
    "rasterDestination": "tif",
    "raster": "tif",
    "fileDestination": "html",
    "folderDestination": "",
    "file": "csv",
}


def files():
    """Yield (name in the folder of help, bytes) of all pages and of the pictures that they show."""
    algorithms, docs = declarations.algorithms(HERE, LIBRARY), Docs(DOCS)
    for algorithm in algorithms:
        yield f"{algorithm.name()}.html", _page(algorithm, docs).encode()
    yield LIST, _list(algorithms).encode()
    yield from sorted(docs.pictures.items())


def _list(algorithms):
    """Return the page of all algorithms by their groups."""
    parts = []
    by_group = sorted(algorithms, key=lambda algorithm: (algorithm.group(), algorithm.displayName()))
    for group, members in groupby(by_group, key=lambda algorithm: algorithm.group()):
        rows = [
            Markup(f"{_link(f'{one.name()}.html', one.displayName())}: {escape(one.shortDescription())}")
            for one in members
        ]
        parts += [tag("h2", group), html_pages.items(rows)]
    return html_pages.page("Lacrime: crime hotspots", *parts, tag("p", f"Version {__version__}.", kind="small"))


def _page(algorithm, docs):
    """Return the page of one algorithm."""
    analysis = vars(algorithm).get("analysis")
    where = f"Processing Toolbox → Lacrime: crime hotspots → {algorithm.group()} → {algorithm.displayName()}"
    parts = [
        tag("p", _link(LIST, "All algorithms"), f" · lacrime:{algorithm.name()} · version {__version__}", kind="small"),
        *(tag("p", Markup(text)) for text in algorithm.introduction()),
        *_needs(algorithm),
        tag("h2", "Parameters"),
        _parameters(algorithm, outputs=False),
        tag("h2", "Outputs"),
        _parameters(algorithm, outputs=True),
        *(_docstring(analysis.run) if analysis else []),
        tag("h2", "How to run it"),
        tag("p", f"In the desktop: {where}. It works in models, batches and qgis_process as well."),
        *_roads(algorithm, analysis),
        Markup(docs.of(algorithm.name())),
        tag("h2", "What to keep in mind"),
        tag("p", REPORTED, kind="caveat"),
    ]
    return html_pages.page(algorithm.displayName(), *parts)


def _link(target, text):
    return Markup(f'<a href="{escape(target)}">{escape(text)}</a>')


def _needs(algorithm):
    package = sys.modules["lacrime_help.installation"].package
    needs = [f"{package(module)}, {COMES.get(module, 'beyond what QGIS has')}" for module in algorithm.needs]
    return [tag("p", f"Needs {', and '.join(needs)}.", kind="small")] if needs else []


def _parameters(algorithm, outputs):
    """Return the table of the parameters, or that of the outputs."""
    takes = sys.modules["lacrime_help.explaining"].takes
    rows = []
    for one in algorithm.parameterDefinitions():
        if one.isDestination() == outputs:
            named = Markup(f"<b>{escape(one.description())}</b><br>{tag('code', one.name())}")
            rows.append(
                (named, _sentence(takes(one), _choices(one), _default(one)), Markup(algorithm.as_html(one.help())))
            )
    return html_pages.table(("name", "takes", "what it is"), rows) if rows else tag("p", "None.")


def _sentence(*parts):
    return "; ".join(part for part in parts if part)


def _choices(definition):
    return ", ".join(definition.options()) if definition.type() == "enum" else ""


def _default(definition):
    """Return what is taken where nothing is given."""
    if definition.isDestination():
        return "" if definition.made_by_default() else "made only when asked for"
    value = definition.defaultValue()
    if isinstance(value, bool):
        return f"default {'yes' if value else 'no'}"
    if value is not None:
        return f"default {value}"
    return "may be left empty" if definition.optional() else "must be given"


def _docstring(function):
    """Yield the parts of a function's docstring, but for what the table of parameters has."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(function.__doc__), flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2]))
    for name, title in DOCSTRING:
        if name in found:
            yield tag("h2", title)
            for paragraph in found[name].strip().split("\n\n"):
                # A line that is not indented is a type in the first two: "Surface", "ValueError".
                typed = name in ("Returns", "Raises")
                lines = [line for line in paragraph.splitlines() if line.startswith(" ") or not typed]
                yield tag("p", _code(" ".join(line.strip() for line in lines)))


def _code(text):
    """Return a docstring's text as HTML, what is in backticks as code."""
    return Markup(re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text)))


def _roads(algorithm, analysis):
    """Yield how it is run from Python, from a script and from the command line."""
    needed = [one for one in algorithm.parameterDefinitions() if _is_shown(one)]
    given = {one.name(): _example(one) for one in needed}
    yield tag("p", "From QGIS's Python console:")
    yield tag(
        "pre", f"import processing\n\nprocessing.run({f'lacrime:{algorithm.name()}'!r}, {given})".replace("'", '"')
    )
    words = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in given.items())
    yield tag("p", "From a terminal, with QGIS:")
    project = " --project_path=city.qgz" if algorithm.name() in OF_PROJECT else ""
    yield tag("pre", f"qgis_process run lacrime:{algorithm.name()}{project} -- {words}")
    if analysis:
        yield from _without_qgis(analysis, {name.lower(): value for name, value in given.items()})


def _is_shown(definition):
    """Tell whether an example names a parameter: what must be given, and the outputs that are made by default."""
    if definition.isDestination():
        return definition.made_by_default()
    return definition.name() in SHOWN or (not definition.optional() and definition.defaultValue() is None)


def _example(definition):
    """Return a value to show."""
    if definition.type() == "enum":
        return definition.options()[0]
    if definition.name() in BY_NAME:
        return BY_NAME[definition.name()]
    kind = definition.type()
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    ending = ENDINGS.get(kind, "gpkg")
    return f"{definition.name().lower()}{'.' if ending else ''}{ending}"


def _without_qgis(analysis, given):
    """Yield the script and the command that do the same."""
    needed = {one.name: given[one.name] for one in analysis.params if one.name in given}
    output = given.get("output")
    options = "".join(f", {name}={value!r}" for name, value in needed.items())
    call = f'found = lg.{analysis.name}("{given[analysis.input]}"{options})'.replace("'", '"')
    saved = f'found.save("{output or analysis.name}")'
    yield tag("p", "From a Python script, without QGIS:")
    yield tag("pre", f"import lacrime_geo as lg\n\n{call}\n{saved}")
    words = "".join(f" --{name.replace('_', '-')} {value}" for name, value in needed.items())
    yield tag("p", "From a terminal, without QGIS:")
    yield tag("pre", f"lacrime-geo {analysis.name} {given[analysis.input]} {output or analysis.name}{words}")
