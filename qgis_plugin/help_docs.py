"""Sections of docs/ as HTML for the plugin's help pages: each is marked with the names of what it treats.

Beneath a heading stands <!-- help: kde contours -->: the section belongs on the pages of these algorithms.
"""

import re
from typing import NamedTuple

from markdown_it import MarkdownIt

HEADING = re.compile(r"^(#+) (.+)$")
MARK = re.compile(r"^<!-- help: ([\w ]+) -->$")


class Section(NamedTuple):
    """A part of a page of docs/: which page, its text, the algorithms whose help it is part of, and its lines."""

    page: str
    text: str
    names: tuple
    lines: range

    def holds(self, other):
        """Tell whether another section stands inside this one."""
        return self.page == other.page and other is not self and other.lines.start in self.lines

    def anchors(self):
        """Return the names by which its headings are linked to."""
        return [anchor(line) for line in headings(self.text)]


def anchor(heading):
    """Return the name by which a heading is linked to, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def headings(text):
    """Return the headings of a text, code left aside."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [found[2] for found in map(HEADING.match, outside.splitlines()) if found]


def sections(folder):
    """Return the marked sections of all pages of a folder, in order."""
    return [section for path in sorted(folder.glob("*.md")) for section in _sections_of(path)]


def _sections_of(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        mark, heading = MARK.match(line), HEADING.match(lines[number - 1]) if number else None
        if mark and heading:
            level = len(heading[1])
            end = _end(lines, number + 1, level)
            text = "\n".join(["#" * max(2 - level, 0) + lines[number - 1], *lines[number + 1 : end]])
            yield Section(path.name, text, tuple(mark[1].split()), range(number, end))


def _end(lines, begin, level):
    """Return where the section ends: at the next heading that is no lower."""
    fenced = False
    for number in range(begin, len(lines)):
        fenced ^= lines[number].startswith("```")
        heading = HEADING.match(lines[number])
        if heading and not fenced and len(heading[1]) <= level:
            return number
    return len(lines)


class Docs:
    """The sections of docs/ with their pictures; `pictures` are those that the pages made so far show."""

    def __init__(self, folder):
        self.folder, self.sections, self.pictures = folder, sections(folder), {}
        self.markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

    def of(self, name):
        """Return the HTML of the sections that treat an algorithm."""
        marked = [section for section in self.sections if name in section.names]
        whole = [section for section in marked if not any(other.holds(section) for other in marked)]
        return "\n".join(self._html(section, name) for section in whole)

    def _html(self, section, name):
        text = re.sub(r"^<!--.*?-->\n", "", section.text, flags=re.MULTILINE)
        tokens = self.markdown.parse(text)
        for token, following in zip(tokens, [*tokens[1:], None]):
            if token.type == "heading_open":
                token.attrSet("id", anchor(following.content))
            if token.type == "inline":
                token.children = list(self._inline(token.children, section.page, name))
        return self.markdown.renderer.render(tokens, self.markdown.options, {})

    def _inline(self, tokens, page, name):
        """Yield the pieces of a line: links lead to shipped pages or are text, pictures are taken along."""
        followed = []
        for token in tokens:
            if token.type == "image":
                token.attrSet("src", self._picture(token.attrGet("src")))
            if token.type == "link_open":
                target = self._target(token.attrGet("href"), page, name)
                followed.append(target)
                if target:
                    token.attrSet("href", target)
            if token.type not in ("link_open", "link_close") or followed[-1]:
                yield token
            if token.type == "link_close":
                followed.pop()

    def _target(self, link, page, name):
        """Return where a link leads from an algorithm's page; None where what it leads to is not shipped."""
        if link.startswith(("https://", "http://")):
            return link
        path, _, place = link.partition("#")
        found = [one for one in self.sections if one.page == (path or page) and (not place or place in one.anchors())]
        if not found:
            return None
        there = name if any(name in one.names for one in found) else found[0].names[0]
        return ("" if there == name else f"{there}.html") + (f"#{place}" if place else "") or f"{there}.html"

    def _picture(self, link):
        # As they are: those of docs/ have few colours already, and scaled down would take more room.
        self.pictures[link] = (self.folder / link).read_bytes()
        return link
