"""Columns that tell the class of an incident by what they are: the offence, what was found of it, and what came of it."""

from __future__ import annotations

import re
from typing import NamedTuple


class Leak(NamedTuple):
    """Hold the words by which columns of one kind are known, those that make it up together, and why they are refused."""

    begins: str
    alone: frozenset[str]
    reason: str


OFFENCE = "names the offence, of which the class is made"
LEAKS = (
    Leak(
        r"crm|crime|offen[cs]e|ofns|nibr|iucr|ucr|charges?$|statute|felony|misdemeanou?r|violent$|violations?$|penal$|categor",
        frozenset({"description", "desc", "primary type", "fbi code", "ky cd", "pd cd", "pd desc", "law cat cd"}),
        OFFENCE,
    ),
    Leak(r"parts?$", frozenset(), "is a function of the crime code, and the class itself in the usual scale"),
    Leak(r"weapon|guns?$|firearm|knife", frozenset(), "is written down with the offence, and many crime codes name it"),
    Leak(
        r"mocode|modus", frozenset({"mo", "mo codes", "mo code"}), "tells what was done, often in the offence's words"
    ),
    Leak(r"status|arrest|clear(ed|ance)|disposition|outcome|verdict", frozenset(), "tells what came of it later"),
    Leak(
        r"weights?$|harm|severity|gravity|mapped$|predicted$|actual$|probability$",
        frozenset({"class"}),
        "is the weight or the class itself, or was told of it",
    ),
)
# Kinds of places are known when the report is made.
PLACES = re.compile(r"premis|location|place")
# An offence in one word with others, such as totaloffensecount.
GLUED = re.compile(r"offen[cs]e|crimecode|crmcd|nibrs|nibrcode")


def leak_of(name: str) -> str | None:
    """Return why a column is refused by its name, in any spelling; None where it is not.

    >>> leak_of("Crm Cd 1"), leak_of("PartI") is None, leak_of("Premis Desc"), leak_of("park")
    ('names the offence, of which the class is made', False, None, None)
    >>> leak_of("OFNS_DESC") == leak_of("Incident Category"), leak_of("Location Category")
    (True, None)
    """
    words = _words(name)
    if not words:
        return None
    if GLUED.search("".join(words)):
        return OFFENCE
    if any(PLACES.match(word) for word in words):
        words = [word for word in words if not word.startswith("categor")]
    for leak in LEAKS:
        if " ".join(words) in leak.alone or any(re.match(leak.begins, word) for word in words):
            return leak.reason
    return None


def _words(name: str) -> list[str]:
    """Return the words of a name: CrmCd is two, and PartI and Part1 are one beside a number."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word for word in re.findall(r"[^\W\d_]+", apart.casefold()) if not re.fullmatch(r"i+", word)]
