"""The section of the map: density, hotspots and clusters as of the overview, emerging hotspots, and alerts by areas."""

from __future__ import annotations

import numpy as np

from ..claims import call, finding
from ..density import kde
from ..density_clusters import dbscan
from ..grid_hotspots import hotspots
from ..overview import overview_told
from ..parameters import in_words
from ..progress import Progress, within
from ..spacetime import emerging_hotspots
from ..summaries import counted
from .area_alerts import area_alerts
from .told import Given, Made, Run, attempted, together, warnings_in

NO_PATTERN = "no pattern"
RUNS = {"density": kde, "hotspots": hotspots, "clusters": dbscan}


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
    evidence = given.evidence(run, code, cells["count"].sum())
    names, numbers = np.unique(cells["pattern"].astype(str), return_counts=True)
    by_number = sorted(zip(numbers.tolist(), names.tolist()), reverse=True)
    patterns = [(number, name) for number, name in by_number if name != NO_PATTERN]
    claims = [
        evidence.claim("cells looked at", len(cells), "cells", "len({made})"),
        evidence.claim("steps of time", kept["steps"], "steps", "{made}.parameters['steps']"),
    ]
    claims += [
        evidence.claim(
            f"cells with the pattern {name}", number, "cells", f"{{made}}['pattern'].tolist().count({name!r})"
        )
        for number, name in patterns
    ]
    listed = ", ".join(f"{number:,} {name}{'s' * (number != 1)}" for number, name in patterns)
    step = kept["time_step"]
    steps = f"{kept['steps']} steps of {f'{step} days' if isinstance(step, int) else f'a {step}'}"
    said = (
        f"Over {steps}, {counted(len(cells), 'cell')} of {in_words(kept['cell_size'])} m show "
        f"{listed or 'no hot or cold spot that is new, lasting or fading'}."
    )
    return Made((finding(said, *claims),), (), warnings_in(kept), (run,), {"emerging": cells})
