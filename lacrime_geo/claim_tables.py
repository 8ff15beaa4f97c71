"""The ledger of claims: as a table, as JSON and as a list on a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from . import html_pages as html
from . import selection
from .claims import Claim, call
from .json_values import json_values
from .parameters import Parameters
from .results import Table

SCHEMA = "lacrime_geo claims 1"
# What a claim's code may name, and how a reader comes by it.
NAMES = {
    "lg": "import lacrime_geo as lg",
    "incidents": "the incidents that were given, as chosen: the code under incidents, where it is not null, or their path",
    "boundary": "the polygons of the study area that were given",
    "areas": "the polygons of areas that were given",
    "scale": "the scale of harm that was given",
    "after": "the incidents of the later period, where they were given apart",
}
# What is told of the incidents, and of how they were chosen from more.
OF_INCIDENTS = ("layer", "period", "crs")
ASKED = ("since", "until", "category")
CHOSEN = (*ASKED, "undated_left_out")
WHOLE = 1e5  # from here on numbers are shown without decimals


@dataclass(frozen=True, eq=False, repr=False)
class Ledger(Table):
    """Hold claims as a table, a row for each; saved as .csv or .json."""

    document: Mapping[str, Any] | None = None

    def json(self) -> str:
        """Return the claims as JSON, with what their code names."""
        return json.dumps(json_values(self.document or {}), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def ledger(title: str, claims: Sequence[Claim], parameters: Mapping[str, Any]) -> Ledger:
    """Return the ledger of some claims; `parameters` tell of which incidents they are."""
    names = [field.name for field in fields(Claim) if field.name != "interval"]
    columns: dict[str, np.ndarray] = {name: _column([getattr(claim, name) for claim in claims]) for name in names}
    for at, end in enumerate(("low", "high")):
        columns[end] = np.array([np.nan if claim.interval is None else claim.interval[at] for claim in claims], float)
    told = document(title, claims, parameters)
    return Ledger(columns, Parameters(parameters), label=f"Claims: {title}", document=told)


def document(title: str, claims: Sequence[Claim], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return claims as what JSON holds: numbers that are none are null."""
    from . import __version__

    of: dict[str, Any] = {name: parameters.get(name) for name in OF_INCIDENTS}
    of["selection"] = {name: parameters[name] for name in CHOSEN if name in parameters}
    of["code"] = code_of_incidents(parameters)
    found = {"schema": SCHEMA, "title": title, "version": __version__, "incidents": of, "names": NAMES}
    return dict(json_values({**found, "claims": [asdict(claim) for claim in claims]}))


def code_of_incidents(parameters: Mapping[str, Any]) -> str | None:
    """Return the code that reads the incidents of a report and chooses them; None where it is not known from which file they are.

    >>> code_of_incidents({"read_by": "lg.as_incidents('crimes.csv')", "since": "2023-05-01", "category": "arson, theft"})
    "lg.as_incidents('crimes.csv').select(since='2023-05-01', category=['arson', 'theft'])"
    """
    read = parameters.get("read_by")
    chosen = {name: parameters[name] for name in ASKED if name in parameters}
    if "category" in chosen:
        chosen["category"] = selection.words(chosen["category"])
    select = call("select", **chosen)[len("lg") :] if chosen else ""
    return f"{read}{select}" if read else None


def listed(claims: Sequence[Claim]) -> html.Markup:
    """Return the ledger as a list for a page: each number with what it rests on and the code that finds it again."""
    items = (
        html.tag(
            "li", html.tag("strong", claim.name), f": {told(claim)}", html.tag("div", basis(claim), kind="small"), code
        )
        for claim, code in ((claim, html.tag("code", claim.code)) for claim in claims)
    )
    return html.tag("ol", *items, kind="ledger")


def told(claim: Claim) -> str:
    """Return the value with its unit and interval in words."""
    value = f"{value_in_words(claim.value)} {claim.unit}".strip()
    if claim.interval is None:
        return value
    low, high = map(value_in_words, claim.interval)
    return f"{value} ({'' if claim.level is None else f'{claim.level:g} %: '}{low} to {high})"


def basis(claim: Claim) -> str:
    """Return what a claim rests on in words: incidents, days, method, split and baseline."""
    rests = f"of {claim.n:,} incident{'s' * (claim.n != 1)} {claim.period}".strip()
    against = f"against {claim.baseline}" if claim.baseline else ""
    return "; ".join(part for part in (rests, claim.method, claim.split, against) if part)


def value_in_words(value: Any) -> str:
    """Return a claim's value with six digits; the whole of it is in the JSON.

    >>> value_in_words(19955), value_in_words(0.18992733650714107), value_in_words(3766261.4), value_in_words("smoothing")
    ('19,955', '0.189927', '3,766,261', 'smoothing')
    """
    if value is None or isinstance(value, (str, bool)):
        return "not known" if value is None else str(value)
    if not np.isfinite(value):
        return "not known"
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= WHOLE else f"{float(f'{value:.6g}'):,.12g}"


def _column(values: list[Any]) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
