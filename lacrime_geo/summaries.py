"""Several results of one question, with what they say in words: saved together as layers and a page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import html_pages as html
from .claim_tables import ledger, listed
from .claims import Claim
from .landing import Landing, explained
from .parameters import Parameters, in_words
from .results import Result, Surface, Table

PAGE, CLAIMS = "summary.html", "claims.json"
METRES = ("bandwidth", "cell_size", "distance_band", "eps", "finest_honest_cell", "place_distance")
REPORTED = (
    "Reported crime is not all crime: these are reports, which also depend on who reports and where police look. Do not judge "
    "people by them."
)


@dataclass(frozen=True, eq=False, repr=False)
class Summary:
    """Hold results by name, and in sentences what they say, what must be kept in mind, and what could not be done."""

    title: str
    results: Mapping[str, Result]
    findings: tuple[str, ...]
    caveats: tuple[str, ...]
    missing: Mapping[str, str]
    parameters: Parameters
    claims: tuple[Claim, ...] = ()

    def __repr__(self) -> str:
        """Return its kind, its title and its results."""
        return f"<{type(self).__name__} {self.title!r}: {', '.join(self.results)}>"

    def html(self) -> str:
        """Return one page with all of it; nothing in it is loaded from elsewhere."""
        parts: list[Any] = [html.items(self.findings)]
        if self.missing:
            parts += [html.tag("h2", "What could not be computed"), html.items(self.missing.values())]
        parts += [html.tag("h2", "To be kept in mind"), *(html.tag("p", said, kind="caveat") for said in self.caveats)]
        return html.page(self.title, *parts, *_choices(self.results), *_ledger(self.claims))

    def claims_json(self) -> str:
        """Return the claims as JSON."""
        return ledger(self.title, self.claims, self.parameters).json()

    def save(self, folder: str | os.PathLike[str]) -> str:
        """Write every result, the page and the claims into a folder, made if need be; all land or none. Returns the folder.

        Raises
        ------
        OSError
            If the folder cannot be made, or is read-only or full.
        """
        make_folder(folder)
        with Landing() as landing:
            self.write(landing, folder)
        return os.fspath(folder)

    def write(self, landing: Landing, folder: str | os.PathLike[str]) -> list[str]:
        """Stage and write every result, the page and the claims; return where they will stand."""
        from .files import write

        paths = [Path(folder) / f"{name}{_ending(result)}" for name, result in self.results.items()]
        for path, result in zip(paths, self.results.values()):
            write(result, landing.stage(path))
        pages = {Path(folder) / PAGE: self.html(), Path(folder) / CLAIMS: self.claims_json()}
        for page, text in pages.items():
            landing.stage(page).write_text(text, encoding="utf-8")
        return [os.fspath(path) for path in (*paths, *pages)]


def make_folder(folder: str | os.PathLike[str]) -> None:
    """Make a folder where there is none; raise where it cannot be."""
    with explained(folder):
        Path(folder).mkdir(parents=True, exist_ok=True)


def _ending(result: Result) -> str:
    if isinstance(result, Surface):
        return ".tif"
    return ".csv" if isinstance(result, Table) else ".gpkg"


def _choices(results: Mapping[str, Result]) -> list[html.Markup]:
    """Return a table of what was chosen from the data, and why; maps with the same choice have one row."""
    maps: dict[tuple[str, str, str], list[str]] = {}
    for result in results.values():
        kept = result.parameters
        for name in (name for name in kept if f"{name}_reason" in kept):
            choice = name.replace("_", " "), chosen_value(name, kept[name]), kept[f"{name}_reason"]
            maps.setdefault(choice, []).append(result.label.split(" · ")[0])
    if not maps:
        return []
    rows = [(", ".join(titles), *choice) for choice, titles in maps.items()]
    return [html.tag("h2", "What was chosen from the data"), html.table(("map", "choice", "value", "why"), rows)]


def _ledger(claims: tuple[Claim, ...]) -> list[html.Markup]:
    """Return each number of the findings with what it rests on, under a title."""
    return [html.tag("h2", "What the numbers rest on"), listed(claims)] if claims else []


def chosen_value(name: str, value: Any) -> str:
    """Return a value that was chosen from the data in words, with its unit where it is a length."""
    words = in_words(value) if isinstance(value, (int, float)) else "none" if value is None else str(value)
    return f"{words}\N{NO-BREAK SPACE}m" if name in METRES else words


def warnings_of(results: Iterable[Result]) -> list[str]:
    """Return the caveats that results carry, each once."""
    said = [sentence for result in results for sentence in result.parameters.get("warnings", [])]
    return list(dict.fromkeys(said))


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "incident"), counted(1234, "incident"), counted(0, "density", "densities")
    ('1 incident', '1,234 incidents', '0 densities')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def share_in_words(share: float) -> str:
    """Return a share as per cent, to two digits below 10.

    >>> share_in_words(0.342), share_in_words(0.0452), share_in_words(0.00041), share_in_words(1.0)
    ('34 %', '4.5 %', '0.041 %', '100 %')
    """
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"
