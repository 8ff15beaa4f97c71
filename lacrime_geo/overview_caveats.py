"""What must be kept in mind beside an overview: what its results warn of, and what holds for all such maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .incidents import Incidents
from .parameters import in_words
from .results import Shapes
from .selection import unused
from .summaries import REPORTED, counted, share_in_words, warnings_of

MOST_IN_ONE = 0.5  # of the incidents: a cluster that holds more of them is the city itself


def caveats_of(incidents: Incidents, results: Mapping[str, Any], bounded: bool) -> tuple[str, ...]:
    """Return what must be kept in mind: what the results warn of, and what holds for all of these maps."""
    said = [REPORTED]
    if incidents.dates_unused:
        said.append(unused(incidents.dates_unused))
    if "hotspots" in results:
        said.append(
            "Hot means more incidents than if the counts were shuffled over the cells, corrected for the number of cells tested. "
            "How many people or targets are there is not taken into account."
        )
        if outside := int(results["hotspots"].parameters.get("outside", 0)):
            said.append(
                f"{counted(outside, 'incident')} {'is' if outside == 1 else 'are'} outside the cells of the study area: "
                "hotspots do not count them."
            )
    if not bounded and results:
        said.append(
            "No boundary was given: the cells with incidents and the gaps between them stand in for the study area, and shares "
            "of the area are of these. Give a boundary where there is one."
        )
    said += _on_clusters(results["clusters"]) if len(results.get("clusters", ())) else []
    return (*said, *warnings_of(results.values()))


def _on_clusters(hulls: Shapes) -> list[str]:
    said = ["In clusters incidents stand close together; whether chance alone would make them was not tested."]
    largest = float(np.max(hulls["share"]))
    if largest > MOST_IN_ONE:
        said.append(
            f"One cluster holds {share_in_words(largest)} of the incidents: so wide a cluster says little; give DBSCAN a "
            f"smaller eps than {in_words(hulls.parameters['eps'])} m."
        )
    return said
