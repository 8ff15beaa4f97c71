"""A part of Sphinx: docstrings as this project writes them, in the form that Sphinx's own reader of numpydoc takes."""

import re

ENTRY = re.compile(r"(?P<names>[\w*, ]+) : (?P<words>.+)")
ENTRIES = ("Parameters", "Other Parameters", "Attributes")
BEFORE_NAPOLEON = 400


def setup(app):
    """Mend each docstring before it is read."""
    app.connect("autodoc-process-docstring", _mend, priority=BEFORE_NAPOLEON)
    return {"parallel_read_safe": True}


def _mend(app, kind, name, thing, options, lines):
    lines[:] = mended(lines)


def mended(lines):
    """Return the lines of a docstring, what is said of a parameter beneath its name, and signs that are no markup as they are."""
    made, section = [], ""
    for line, beneath in zip(lines, [*lines[1:], ""]):
        if beneath and set(beneath) == {"-"}:
            section = line
        entry = ENTRY.fullmatch(line) if section in ENTRIES else None
        # | would begin a substitution.
        made += [entry["names"], f"    {entry['words']}"] if entry else [line]
    return [line.replace("|", r"\|") if not line.lstrip().startswith((">>>", "...")) else line for line in made]
