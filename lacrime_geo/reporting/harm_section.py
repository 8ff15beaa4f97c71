"""The section of harm: what incidents weigh on a scale, what the scale does not know, and how far a map changes by it."""

from __future__ import annotations

import numpy as np

from .. import html_pages as html
from ..claims import Evidence, Finding, Name, call, finding
from ..parameters import in_plain_words
from ..progress import Progress, within
from ..severity import Harm, HarmSensitivity, harm, harm_sensitivity
from ..severity.harm_scales import SHIPPED, fitting
from ..severity.sensitivity_pages import CAVEATS
from ..severity.sensitivity_words import FIRST, percent_of, top_of
from ..summaries import share_in_words
from .told import Given, Made, Run, attempted, together, under, warnings_in

MOST_CATEGORIES, NOT_KNOWN = 12, "not known"
SHARES = (
    ("overlap", "share of the top cells by harm that are top by count too", "of the cells"),
    ("held_by_harm", "share of the harm in the top cells by harm", "of the harm"),
    ("held_by_count", "share of the harm in the top cells by count", "of the harm"),
)

TOP = (
    ("budget", "share of the cells that are top", "of the cells"),
    ("top_cells", "top cells", "cells"),
    ("cells", "cells in which harm is ranked", "cells"),
)


def harm_section(given: Given, progress: Progress) -> Made:
    """Return the harm of the incidents by category, and how far the top cells are others by it."""
    scale = given.scale if given.scale is not None else _usual_scale(given)
    # What was shipped is named; what was given is a variable.
    named = scale if isinstance(scale, str) and scale in SHIPPED else Name("scale")
    return together(
        _harm(given, scale, named, within(progress, 0.0, 0.1)),
        attempted(
            "Harm against counts", lambda part: _sensitivity(given, scale, named, part), within(progress, 0.1, 1.0)
        ),
    )


def _usual_scale(given: Given) -> str:
    names = fitting(given.incidents)
    if not names:
        raise ValueError(
            f"none of the shipped scales ({', '.join(SHIPPED)}) has keys of these incidents, looked up in 'crime_code' and "
            "'category'; give scale: the path of a CSV of your own."
        )
    return names[0]


def _harm(given: Given, scale: object, named: str, progress: Progress) -> Made:
    found = harm(given.incidents, scale=scale, progress=progress)  # type: ignore[arg-type]  # checked there
    kept, run = found.parameters, Run(harm, found.parameters)
    evidence = given.evidence(run, call("harm", "incidents", scale=named), given.incidents.size)
    table = _by_category(given, found)
    return Made((_total(found, evidence),), () if table is None else (table,), warnings_in(kept), (run,))


def _total(found: Harm, evidence: Evidence) -> Finding:
    kept = found.parameters
    unmapped = 1 - float(kept["coverage"])
    claims = (
        evidence.claim(
            "harm of all incidents", kept["total_harm"], str(kept["unit"]), "{made}.parameters['total_harm']"
        ),
        evidence.claim(
            "share of the incidents that the scale does not know",
            unmapped,
            "of the incidents",
            "1 - {made}.parameters['coverage']",
        ),
    )
    known = f"{share_in_words(unmapped)} of them are not" if unmapped else "all of them are"
    total = f"{kept['total_harm']:,.0f} {kept['unit']}"
    return finding(f"The incidents add up to {total}; {known} on the scale ({kept['scale_title']}).", *claims)


def _by_category(given: Given, found: Harm) -> html.Markup | None:
    """Return incidents and harm by category as a table, those with the most harm first."""
    if given.incidents.category is None:
        return None
    # What is missing is unlike itself, or None.
    told = [NOT_KNOWN if one is None or one != one else str(one) for one in given.incidents.category.tolist()]
    names, of = np.unique(told, return_inverse=True)
    weights, total = np.bincount(of, found["weight"]), float(found["weight"].sum())
    counts = np.bincount(of)
    order = np.lexsort((-counts, -weights))[:MOST_CATEGORIES].tolist()
    rows = (
        (
            in_plain_words(str(names[row])),
            int(counts[row]),
            _whole(weights[row]),
            share_in_words(weights[row] / total),
        )
        for row in order
    )
    head = ("category", "incidents", str(found.parameters["unit"]), "share of the harm")
    return under("Harm by category, the most first", html.table(head, rows))


def _whole(weight: float) -> float:
    """Return a sum of weights that are whole numbers as one."""
    return int(weight) if weight == int(weight) else float(weight)


def _sensitivity(given: Given, scale: object, named: str, progress: Progress) -> Made:
    found = harm_sensitivity(
        given.incidents, scales=[scale], boundary=given.boundary, seed=given.seed, progress=progress
    )
    kept, run = found.parameters, Run(harm_sensitivity, found.parameters)
    scales = [named] if not isinstance(named, Name) else Name(f"[{named}]")
    code = call(
        "harm_sensitivity",
        "incidents",
        scales=scales,
        **given.named("boundary"),
        cell_size=kept["cell_size"],
        seed=given.seed,
    )
    evidence = given.evidence(run, code, kept["incidents"], level=95)
    return Made((_agreement(found, evidence),), (html.Markup(found.svg()),), (*warnings_in(kept), *CAVEATS), (run,))


def _agreement(found: HarmSensitivity, evidence: Evidence) -> Finding:
    kept = found.parameters
    claims = [
        evidence.claim(words, found[name][FIRST], unit, f"{{made}}[{name!r}][{FIRST}]", _ends(found, name))
        for name, words, unit in SHARES
    ]
    claims += [evidence.claim(words, kept[name], unit, f"{{made}}.parameters[{name!r}]") for name, words, unit in TOP]
    overlap, by_harm, by_count = (percent_of(found, name, FIRST) for name, *_ in SHARES)
    said = (
        f"Of the {top_of(found)} by {found['unit'][FIRST]}, {overlap} are top by count too; they hold {by_harm} of the harm, the "
        f"top cells by count {by_count} ({evidence.level:g} % intervals)."
    )
    return finding(said, *claims)


def _ends(found: HarmSensitivity, name: str) -> tuple[float, float]:
    return found[f"{name}_low"][FIRST], found[f"{name}_high"][FIRST]
