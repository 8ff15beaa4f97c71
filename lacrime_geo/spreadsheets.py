"""Text that a spreadsheet would run as a formula: made harmless in CSV files, and read again as it was."""

from __future__ import annotations

import re
from typing import Any

# OWASP, "CSV Injection", and CWE-1236: what formulas begin with, in full width too, and what hides that from a glance.
BEGINS = frozenset("=+-@\t\r\n\0＝＋－＠")
# Blanks of other scripts and of no width hide as well as a space does.
HIDES = " '\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x2010)))
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def harmless(value: Any) -> Any:
    """Return text that would be a formula with an apostrophe before it, by which spreadsheets take it as text.

    Numbers stay numbers, also those written as text; other text stays as it is.

    >>> harmless("=cmd|' /C calc'!A0"), harmless("Main St"), harmless("-118.25"), harmless(-118.25)
    ("'=cmd|' /C calc'!A0", 'Main St', '-118.25', -118.25)
    """
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def as_it_was(value: Any) -> Any:
    """Return the text of which `harmless` has made another: it undoes nothing else.

    >>> as_it_was(harmless("=1+1")), as_it_was("'tis"), as_it_was(harmless("'=1"))
    ('=1+1', "'tis", "'=1")
    """
    return value[1:] if isinstance(value, str) and value[:1] == "'" and _is_formula(value[1:]) else value


def _is_formula(text: str) -> bool:
    # What begins with apostrophes counts as what follows them: so each text comes back as it was.
    text = text.lstrip(HIDES)
    return text[:1] in BEGINS and text != "" and not NUMBER.fullmatch(text)
