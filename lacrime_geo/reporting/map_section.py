"""The section of the map: density, hotspots and clusters as of the overview, emerging hotspots, and alerts by areas."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from ..claims import Claim, Evidence, Finding, call, finding
from ..density import kde
from ..density_clusters import dbscan
from ..grid_hotspots import hotspots
from ..overview import overview_told
from ..parameters import in_words
from ..progress import Progress, within
from ..spacetime import EmergingHotspots, emerging_hotspots
from ..summaries import counted
from .area_alerts import area_alerts
from .told import Given, Made, Run, attempted, together, warnings_in

OWN_CELLS = (
    "Without a boundary hot cells, emerging patterns, harm and the contest each have cells of their own around the incidents, so "
    "that their numbers of cells, and their shares of the area, are not of one study area."
)
RUNS: dict[str, Callable[..., Any]] = {"density": kde, "hotspots": hotspots, "clusters": dbscan}


def map_section(given: Given, progress: Progress) -> Made:
    """Return the map's layers and what they show."""
    return together(
        _overview(given, within(progress, 0.0, 0.5)),
        attempted("Emerging hotspots", lambda part: _emerging(given, part), within(progress, 0.5, 0.9)),
        attempted("Alerts", lambda part: area_alerts(given, part), within(progress, 0.9, 1.0)),
    )


def _overview(given: Given, progress: Progress) -> Made:
    found, told = overview_told(given.incidents, given.boundary, progress)
    layers = {name: found.results[name] for name in RUNS if name in found.results}
    runs = tuple(Run(RUNS[name], layer.parameters) for name, layer in layers.items())
    return Made(told, (), found.caveats, runs, layers, tuple(found.missing.values()))


def _emerging(given: Given, progress: Progress) -> Made:
    cells = emerging_hotspots(given.incidents, boundary=given.boundary, progress=progress)
    kept, run = cells.parameters, Run(emerging_hotspots, cells.parameters)
    chosen = {name: kept[name] for name in ("cell_size", "time_step", "distance_band")}
    code = call("emerging_hotspots", "incidents", **given.named("boundary"), **chosen)
    first, last = (np.datetime64(kept[name]) for name in ("first_day", "last_day"))
    evidence = given.evidence(run, code, cells["count"].sum(), (first, last))
    told = _patterns(cells, evidence)
    own = (OWN_CELLS,) if given.boundary is None else ()
    return Made(told, (), (*warnings_in(kept), *own), (run,), {"emerging": cells})


def _patterns(cells: EmergingHotspots, evidence: Evidence) -> tuple[Finding, ...]:
    """Return how many cells have each of the patterns, hot ones and cold ones in a sentence each."""
    kept = cells.parameters
    step = kept["time_step"]
    steps = f"{kept['steps']} steps of {f'{step} days' if isinstance(step, int) else f'a {step}'}"
    claims = [
        evidence.claim("cells looked at", len(cells), "cells", "len({made})"),
        evidence.claim("steps of time", kept["steps"], "steps", "{made}.parameters['steps']"),
    ]
    words, of_hot = _counted(cells, "hot", evidence)
    hot = f"Over {steps}, of {counted(len(cells), 'cell')} of {in_words(kept['cell_size'])} m {words}."
    colder, of_cold = _counted(cells, "cold", evidence)
    return finding(hot, *claims, *of_hot), *([finding(f"Of the same cells {colder}.", *of_cold)] if of_cold else [])


def _counted(cells: EmergingHotspots, side: str, evidence: Evidence) -> tuple[str, list[Claim]]:
    """Return the patterns of one side with the number of cells of each, the most frequent first, in words and as claims."""
    names, numbers = np.unique(cells["pattern"].astype(str), return_counts=True)
    by_number = sorted(zip((-numbers).tolist(), names.tolist()))
    of = [(-number, name) for number, name in by_number if name.endswith(f"{side} spot")]
    claims = [
        evidence.claim(
            f"cells with the pattern {name}", number, "cells", f"{{made}}['pattern'].tolist().count({name!r})"
        )
        for number, name in of
    ]
    kinds = ", ".join(f"{number:,} {name.replace(f' {side} spot', '')}" for number, name in of)
    return f"these are {side} spots: {kinds}" if of else f"none is a {side} spot that is new, lasting or fading", claims
