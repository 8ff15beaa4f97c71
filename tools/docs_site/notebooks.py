"""A part of Sphinx: notebooks say so where they were not run, as the real files that they need are not at hand."""

import os
import re

# In a script Markdown is a comment.
IN_SCRIPT, IN_MARKDOWN = (re.compile(rf"^{mark}# \S.*$", re.MULTILINE) for mark in ("# ", ""))
NOTE = (
    "```{note}",
    "Notebooks were not run for this site, so that they show no results: they need real files, whose folder the environment",
    "variable `LACRIME_DATA` names to `make docs`.",
    "```",
)


def setup(app):
    """Add the note to each notebook as it is read."""
    app.connect("source-read", _note)
    return {"parallel_read_safe": True}


def _note(app, name, source):
    if name.startswith("notebooks/") and not os.environ.get("LACRIME_DATA"):
        source[0] = noted(source[0])


def noted(text):
    """Return the text of a notebook, as a script or as Markdown, with the note beneath its title."""
    script = IN_SCRIPT.search(text)
    title, mark = script or IN_MARKDOWN.search(text), "# " if script else ""
    if not title:
        return text
    note = "\n".join(f"{mark}{line}".rstrip() for line in ("", *NOTE, ""))
    return f"{text[: title.end()]}\n{note}{text[title.end() :]}"
