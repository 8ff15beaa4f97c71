"""Fill what is made from the code in the pages of docs/analyses, one for each analysis, and make their index.

python -m tools.analysis_pages [NAME ...]
"""

import argparse
import inspect
import re
from itertools import groupby

from lacrime_geo.analysis import parameter_help
from lacrime_geo.catalog import ANALYSES, SUMMARIES
from lacrime_geo.command_options import INPUTS, RASTERS_TOO, TABLES_TOO, flag_of, kind_of_result
from lacrime_geo.files import FORMATS
from lacrime_geo.incidents import Incidents
from lacrime_geo.parameter_groups import LOOK_HELP, SELECTION_HELP
from lacrime_geo.parameter_kinds import (
    Amount,
    Choice,
    Column,
    Columns,
    Distance,
    DistanceOrRule,
    Moment,
    Numbers,
    Points,
    Polygons,
    Switch,
    Words,
)
from lacrime_geo.results import Picture
from lacrime_geo.summaries import Summary
from tools.markdown import table
from tools.readme_tables import EITHER, KINDS, ROOT, filled

PAGES = ROOT / "docs" / "analyses"
INDEX = PAGES / "index.md"
BY_NAME = {analysis.name: analysis for analysis in (*ANALYSES, *SUMMARIES)}
TAKES = {
    Distance: "metres",
    DistanceOrRule: "metres, or a rule",
    Amount: "number",
    Numbers: "numbers",
    Choice: "choice",
    Switch: "yes or no",
    Column: "column",
    Columns: "columns",
    Points: "point layer",
    Polygons: "polygon layer",
    Moment: "date",
    Words: "text",
}
# How a docstring tells a default: in a sentence of its own, or behind a semicolon.
DEFAULT = re.compile(r"(?:^|(?<=[.;] ))[Dd]efault[:,]? (.+?)(?:\.(?= |$)|$)")
IN_SCRIPTS = {
    "incidents": "points with dates: a GeoDataFrame, `Incidents`, or a file",
    "features": "polygons or points with a value: a GeoDataFrame, or a file",
    "surface": "a density or another raster: a `Surface`, or a file",
}
HEADER = ["in a script, a command, *QGIS*", "*what is given*, and what it does", "default"]
TOOLBOX = "Lacrime: crime hotspots"
CHOOSING = "[choosing incidents](index.md#choosing-incidents)"


def options(analysis):
    """Return what an analysis is asked, in tables: of itself, of the drawing, of its further layer."""
    shared = [f"Takes **{analysis.input}**: [what that may be](index.md#what-they-take)."]
    if analysis.selection:
        names = ", ".join(f"`{parameter.name}`" for parameter in analysis.selection)
        shared[0] += f" Which of them: {names}, see {CHOOSING}."
    rows = [_row(analysis, parameter, analysis.help(parameter.name)) for parameter in analysis.params]
    parts = [*shared, table(HEADER, [*rows, *_of_scripts(analysis)]) if rows else "It has no options of its own."]
    if analysis.second_params:
        rows = [_row(analysis, parameter, analysis.help(parameter.name)) for parameter in analysis.second_params]
        parts += [f"Of `.{analysis.second}()`, {_in_sentence(analysis.second_title)}:", table(HEADER, rows)]
    if analysis.look:
        rows = [_row(analysis, parameter, LOOK_HELP[parameter.name]) for parameter in analysis.look]
        parts += ["Of `.styled()`, which is how the result is drawn:", table(HEADER, rows)]
    return "\n\n".join(parts)


def _row(analysis, parameter, text):
    text, told = _without_default(text)
    default = "**must be given**" if analysis.required(parameter.name) else told or _shown(analysis, parameter)
    named = f"{_flags(analysis, parameter)}<br>{_italic(parameter.label)}"
    return [cell.replace("|", "\\|") for cell in (named, _with_kind(_takes(parameter), text), default)]


def _italic(words):
    starred = words.replace("*", r"\*")
    return f"*{starred}*"


def _with_kind(kind, text):
    """Return what is to be given, unless the text begins with it, and what it does."""
    return text if text.lower().startswith(kind.split()[0]) else f"{_italic(_sentence(kind) + '.')} {text}"


def _flags(analysis, parameter):
    """Return an option as scripts and commands write it: what is on can be switched off."""
    no = "no-" if isinstance(parameter, Switch) and analysis.default(parameter.name) is True else ""
    return f"`{parameter.name}`<br>`{flag_of(no + parameter.name)}`"


def _takes(parameter):
    if isinstance(parameter, Amount) and parameter.whole:
        return "whole number"
    if isinstance(parameter, Column):
        return {"number": "column of numbers", "time": "column of times", "text": "column"}[parameter.holds]
    return TAKES[type(parameter)]


def _shown(analysis, parameter):
    """Return the default that stands in the signature."""
    value = analysis.default(parameter.name)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value:,}"


def _without_default(text):
    """Return what a docstring says of a parameter without its default, and the default.

    >>> _without_default("side of a cell (m). Default: as for `kde`.")
    ('Side of a cell (m).', 'as for `kde`')
    >>> _without_default("column name; default the incidents' own weight, else 1. z is then of the weights.")
    ('Column name. z is then of the weights.', "the incidents' own weight, else 1")
    """
    told = DEFAULT.search(text)
    if told:
        begin, end = text[: told.start()].rstrip(" ;"), text[told.end() :].strip()
        text = f"{begin}{'' if begin.endswith('.') else '.'} {end}".strip()
    return text[:1].upper() + text[1:], told[1] if told else None


def _of_scripts(analysis):
    """Return the row of the seed, which scripts alone give."""
    if "seed" not in inspect.signature(analysis.run).parameters:
        return []
    text, told = _without_default("Seed " + parameter_help(analysis.run).get("seed", "of the random numbers."))
    default = inspect.signature(analysis.run).parameters["seed"].default
    return [["`seed`", _with_kind("whole number, in scripts", text), told or f"{default}"]]


def gives(analysis):
    """Return what comes out, and as which files it is written."""
    kind = EITHER.get(analysis.name) or next(words for one, words in KINDS.items() if issubclass(analysis.result, one))
    told = analysis.returns.lower().startswith(kind.lower()[:9])
    parts = [analysis.returns if told else f"**{_sentence(kind)}.** {analysis.returns}"]
    if issubclass(analysis.result, Summary):
        parts.append("`.save(folder)`, and the command, write all of it into a folder, with the page `summary.html`.")
    else:
        parts.append(f"`.save()`, and the command, write it as {_formats(analysis.result)}.")
    if analysis.second:
        told = analysis.second_summary.removeprefix("Return ")
        told = _sentence(re.sub(rf"^(the )?{re.escape(analysis.second_title)}: ", "", told))
        roads = f"`.{analysis.second}()` in a script, `{flag_of(analysis.second)} FILE` on the command line"
        parts.append(f"**{analysis.second_title}.** {told} {roads}; written as {_formats(analysis.second_result)}.")
    return "\n\n".join(parts)


def _formats(result):
    return ", ".join(f"`{ending}`" for ending in FORMATS[kind_of_result(result)])


def _sentence(words):
    return words[:1].upper() + words[1:]


def _in_sentence(words):
    """Return words as they stand within a sentence: names, such as Moran's, keep their capital."""
    return words if words[:1] + words[1:2].upper() == words[:2] or "'s " in words[:9] else words[:1].lower() + words[1:]


def qgis(analysis):
    """Return where the toolbox has it."""
    where = _italic(" → ".join(("Processing Toolbox", TOOLBOX, analysis.group, analysis.title)))
    drawn = (
        " Beside the table it makes the page with the picture (`PAGE`)." if issubclass(analysis.result, Picture) else ""
    )
    return f"{where}; in its scripts and in `qgis_process`: `lacrime:{analysis.name}`.{drawn}"


def question(name):
    """Return the question that a page answers: the first sentence below its heading."""
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    asked = re.search(r"^## Question\n\n(.+?\?)", text, flags=re.MULTILINE | re.DOTALL)
    return " ".join(asked[1].split())


def written():
    """Return the analyses that have a page."""
    return [analysis for analysis in BY_NAME.values() if (PAGES / f"{analysis.name}.md").exists()]


def groups():
    """Return the list of all pages by their groups, each with its question."""
    parts = []
    for group, members in groupby(written(), key=lambda analysis: analysis.group):
        rows = [[f"[`{one.name}`]({one.name}.md)", question(one.name)] for one in members]
        parts += [f"### {group}", table(["analysis", "question"], rows)]
    return "\n\n".join(parts)


def contents():
    """Return the table of contents of the site: all pages in the order of the catalogue."""
    return "\n".join(["```{toctree}", ":hidden:", "", *(analysis.name for analysis in written()), "```"])


def takes():
    """Return the table of what analyses take, and on the command line of which files."""
    rows = [[f"**{name}**", IN_SCRIPTS[name], files.replace("|", "\\|")] for name, files in INPUTS.items()]
    rasters, tables = (
        _named(one.name for one in BY_NAME.values() if getattr(one, what)) for what in ("rasters", "tables")
    )
    also = f"{rasters} also {_takes_too(RASTERS_TOO)}; {tables} also {_takes_too(TABLES_TOO)}."
    return f"{table(['', 'in a script', 'on the command line'], rows)}\n\n{also}"


def _named(names):
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} and {last} take" if others else f"{last} takes"


def _takes_too(words):
    return words.removeprefix("; or ")


def choosing():
    """Return the table of the options by which incidents are chosen."""
    rows, selecting = [], inspect.signature(Incidents.select).parameters
    for name, text in SELECTION_HELP.items():
        text, told = _without_default(text)
        script = f"`.select({name}=…)`" if name in selecting else f"`as_incidents(…, {name}=…)`"
        rows.append([f"`{flag_of(name)}`", script, told or "all", text])
    return table(["option", "in a script", "default", "what it does"], rows)


def page(analysis):
    """Return what is filled into the page of an analysis."""
    return {part.__name__: lambda part=part: part(analysis) for part in (options, gives, qgis)}


INDEX_PARTS = {"analyses": groups, "takes": takes, "choosing": choosing, "contents": contents}


def fill(path, parts):
    """Write the parts made from the code into a page."""
    path.write_text(filled(path.read_text(encoding="utf-8"), parts), encoding="utf-8")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fill the pages of docs/analyses.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of an analysis; all that are written unless named")
    names = parser.parse_args().names
    for one in written():
        if one.name in names or not names:
            fill(PAGES / f"{one.name}.md", page(one))
    fill(INDEX, INDEX_PARTS)
