"""Write the parts of docs/ that are made from the code: the tables of reference.md, and gallery.md.

python -m tools.docs_site.tables
"""

from lacrime_geo.analysis import Analysis
from lacrime_geo.command_options import COMMANDS

from ..markdown import table
from ..readme_tables import filled
from . import gallery, reference
from .examples import ROOT


def toctree():
    """Return the table of contents of the pages of reference."""
    lines = [f"{title} <reference/{name}>" for name, title, _ in reference.PAGES]
    return "\n".join(["```{toctree}", ":maxdepth: 1", "", *lines, "Commands <reference/commands>", "```"])


def names():
    """Return a table of public names for each page of reference."""
    parts = []
    for _, title, modules in reference.PAGES:
        rows = [(f"`lg.{name}`", reference.summary_of(name)) for name in reference.names_of(modules)]
        parts.append(f"### {title}\n\n{table(['name', 'what it is or does'], rows)}\n")
    return "\n".join(parts)


def commands():
    """Return the table of commands."""
    return table(
        ["command", "what it does"], [(f"`lacrime-geo {name}`", one.summary) for name, one in COMMANDS.items()]
    )


def algorithms():
    """Return the table of the toolbox, as far as it is made from the catalogue."""
    analyses = [one for one in COMMANDS.values() if isinstance(one, Analysis)]
    rows = [(one.group, one.title, f"`lacrime:{one.name}`") for one in analyses]
    return table(["group", "algorithm", "name"], rows)


TABLES = {"pages": toctree, "names": names, "commands": commands, "algorithms": algorithms}


def written():
    """Return what the pages have to be, by their paths."""
    page = ROOT / "docs" / "reference.md"
    return {
        page: filled(page.read_text(encoding="utf-8"), TABLES),
        ROOT / "docs" / "gallery.md": gallery.page(),
    }


def write():
    """Write the pages."""
    for path, text in written().items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
