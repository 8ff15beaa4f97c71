"""Model cards to be read: the same values as a page and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import html_pages as html


class ModelCard(dict):
    """Hold a model card as a dict of JSON values, section by section."""

    @property
    def title(self) -> str:
        """What it is the card of."""
        return f"Model card: {self['model_details']['name']}"

    def html(self) -> str:
        """Return it as a whole page, nothing in it loaded from elsewhere."""
        parts = []
        for name, section in self.items():
            parts += [html.tag("h2", in_words(name)), _as_html(section)]
        return html.page(self.title, *parts)

    def markdown(self) -> str:
        """Return it as Markdown."""
        lines = [f"# {_plain(self.title)}", ""]
        for name, section in self.items():
            lines += [f"## {in_words(name)}", "", *_as_lines(section, 0), ""]
        return "\n".join(lines)


def in_words(name: str) -> str:
    """Return the name of a part as a heading.

    >>> in_words("training_data")
    'Training data'
    """
    return name.replace("_", " ").capitalize()


def _as_html(value: Any) -> html.Markup:
    if isinstance(value, dict) and value:
        return html.tag("ul", *(html.tag("li", f"{_name(name)}: ", _as_html(part)) for name, part in value.items()))
    if (
        isinstance(value, list)
        and value
        and all(isinstance(part, dict) and set(part) == set(value[0]) for part in value)
    ):
        return html.table([_name(name) for name in value[0]], ([_cell(part) for part in row.values()] for row in value))
    if isinstance(value, list) and value and all(isinstance(part, str) and " " in part for part in value):
        return html.items(value)
    return html.text(_said(value))


def _as_lines(value: Any, depth: int) -> Iterator[str]:
    """Yield a section as a list, its parts indented."""
    indent = "  " * depth
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, (dict, list)) and _nested(part):
                yield f"{indent}- {_plain(_name(name))}:"
                yield from _as_lines(part, depth + 1)
            else:
                yield f"{indent}- {_plain(_name(name))}: {_plain(_said(part))}"
    elif isinstance(value, list):
        yield from (f"{indent}- {_plain(_said(part))}" for part in value)
    else:
        yield f"{indent}{_plain(_said(value))}"


def _nested(part: Any) -> bool:
    """Whether a part has parts of its own, or sentences, and does not fit a line."""
    return (isinstance(part, dict) and bool(part)) or any(isinstance(each, dict) or " " in str(each) for each in part)


def _name(name: Any) -> str:
    return str(name).replace("_", " ")


def _cell(value: Any) -> Any:
    """Return a value of a table: a number as one."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else _said(value)


def _said(value: Any) -> str:
    """Return a value in words.

    >>> _said({"penalty": 0.1, "scores": {"first": None}}), _said([True, 2.0])
    ('penalty 0.1; scores (first not known)', 'yes, 2')
    """
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_said, value)) if value else "none"
    if isinstance(value, dict):
        parts = [
            f"{_name(name)} {f'({_said(part)})' if isinstance(part, dict) else _said(part)}"
            for name, part in value.items()
        ]
        return "; ".join(parts) if parts else "none"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _plain(words: str) -> str:
    """Return words in which Markdown finds no marks of its own, nor HTML."""
    marked = "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!" else letter for letter in words)
    return " ".join(marked.split())
