"""What every section is made from, and what it gives: findings with claims, charts, caveats, layers, and the runs behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple

import numpy as np

from .. import html_pages as html
from ..citations import method_of
from ..claims import Evidence, Finding, Name, claims_of, sentences_of
from ..dates import days_in_words
from ..features import Features
from ..html_pages import Markup
from ..incidents import Incidents
from ..overview_words import days_of
from ..parameters import p_in_words
from ..progress import Progress
from ..results import Result
from .sections import Section

Days = tuple[np.datetime64, np.datetime64]
SURE_P = 0.05
PREAMBLE = "Reported crime is not crime: "


@dataclass(frozen=True)
class Given:
    """Hold what a report was given, understood once."""

    incidents: Incidents
    boundary: Features | None = None
    areas: Features | None = None
    by: str | None = None
    scale: Any = None
    horizon: int | None = None
    seed: int = 0

    def named(self, *names: str) -> dict[str, Name]:
        """Return the variables by which code names what was given of these."""
        known = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        # The polygons of a boundary that has several are watched as areas.
        return {name: Name("boundary" if given is self.boundary else name) for name, given in known.items()}

    def evidence(self, run: Run, code: str, n: int, days: Days | None = None, **other: Any) -> Evidence:
        """Return what the claims of a run's result have in common; `days` are the first and the last, unless those of all."""
        period = days_of(self.incidents) if days is None else days_in_words(*days)
        return Evidence(code, int(n), period, method_of(run.function), **other)


class Run(NamedTuple):
    """Hold an analysis that was run, and the record of its result."""

    function: Callable[..., Any]
    parameters: Mapping[str, Any]


class Made(NamedTuple):
    """Hold what a section, or a part of one, has come to."""

    findings: tuple[Finding, ...] = ()
    parts: tuple[Markup, ...] = ()
    caveats: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    layers: Mapping[str, Result] = {}
    missing: tuple[str, ...] = ()

    def section(self, name: str, title: str, said: tuple[str, ...] = ()) -> Section:
        """Return it as a section of the report, without the caveats that are `said` above all of them."""
        caveats = tuple(
            _of_its_own(one) for one in dict.fromkeys(self.caveats) if not _repeats(one, said, self.caveats)
        )
        claims = claims_of(self.findings)
        return Section(name, title, sentences_of(self.findings), self.parts, caveats, claims, " ".join(self.missing))


def said_by_several(parts: Iterable[Made]) -> tuple[str, ...]:
    """Return the caveats that several parts have, each once."""
    said = [caveat for part in parts for caveat in dict.fromkeys(part.caveats)]
    return tuple(caveat for caveat in dict.fromkeys(said) if said.count(caveat) > 1)


def _repeats(caveat: str, said: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Tell whether a caveat says what was said above, or ends with another one whole, before which it names its scale."""
    return caveat in said or any(caveat != other and caveat.endswith(f": {other}") for other in others)


def _of_its_own(caveat: str) -> str:
    """Return a caveat without what the page says above all sections."""
    own = caveat[len(PREAMBLE) :] if caveat.startswith(PREAMBLE) else caveat
    return own[:1].upper() + own[1:]


def together(*parts: Made) -> Made:
    """Return several parts as one."""
    layers = {name: layer for part in parts for name, layer in part.layers.items()}
    joined = {
        name: tuple(one for part in parts for one in getattr(part, name)) for name in Made._fields if name != "layers"
    }
    return Made(**joined, layers=layers)


def attempted(words: str, make: Callable[[Progress], Made], progress: Progress) -> Made:
    """Return a part; where the library refuses to make it, or lacks a package, the reason in its place."""
    try:
        return make(progress)
    except (ValueError, ImportError) as problem:
        return Made(missing=(f"{words} could not be made: {problem}",))


def under(title: str, *inside: Markup) -> Markup:
    """Return a table or a chart under a title of its own."""
    return Markup("".join([html.tag("h3", title), *inside]))


def warnings_in(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the caveats that a result carries."""
    return tuple(parameters.get("warnings", ()))


def against_chance(p: float) -> str:
    """Return what p says of a difference, in words and as a number."""
    words = (
        "a larger difference than chance alone often makes"
        if p <= SURE_P
        else "a difference that chance alone could make"
    )
    return f"{words} ({p_in_words(p)})"
