"""One section of a report: what it found in words, its charts and tables, its caveats and its claims."""

from __future__ import annotations

from typing import NamedTuple

from ..claims import Claim
from ..html_pages import Markup


class Section(NamedTuple):
    """Hold a section by its name and title; `missing` says why it could not be computed, where it could not.

    `findings` are sentences, `parts` charts (whole SVG documents) and tables as markup, in the order of reading.
    """

    name: str
    title: str
    findings: tuple[str, ...] = ()
    parts: tuple[Markup, ...] = ()
    caveats: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    missing: str = ""
