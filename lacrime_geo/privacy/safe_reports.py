"""The report of a safe export: each measure with its number and what it says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

SAID = {
    "areas": "areas with a count",
    "withheld_small": "counts withheld as they are small",
    "withheld_others": "counts withheld so that no total gives the small ones back",
    "incidents": "incidents counted in all areas",
    "incidents_withheld": "incidents in areas whose count is withheld",
    "zeros_shown": "areas shown with a count of 0",
    "open_groups": "groups whose total must not be published, as it gives a withheld count back",
    "rows": "rows of the input",
    "without_place": "rows without a place, left out",
    "left_out": "rows with a place, left out as fewer than k say the same or hide them",
    "shown": "rows that leave",
    "smallest_group": "rows that say the same, in the smallest group",
    "left_out_unlike": "rows left out as fewer than k in the neighbourhood say the same",
    "left_out_unhidden": "rows left out as no move hid them among k",
    "smallest_radius": "smallest inner radius of a ring (m)",
    "largest_radius": "largest outer radius of a ring (m)",
    "k_smallest": "places or people a point could be of, its own among them: the fewest",
    "k_5_percent": "places or people a point could be of: at least, for 95 % of the points",
    "k_median": "places or people a point could be of: at least, for half of the points",
    "mean_displacement": "mean distance points were moved (m)",
    "largest_displacement": "largest distance a point was moved (m)",
    "mean_centre_moved": "distance the mean centre moved (m)",
    "standard_distance_ratio": "standard distance after over before",
    "density_correlation": "correlation of the densities before and after, over cells",
    "density_top_shared": "share of the densest 5 % of the cells that are so after",
    "hot_cells_before": "cells that are hot at 95 % confidence before",
    "hot_cells_shared": "of the cells that are hot before or after, the share that are both",
}


def report_of(measures: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Return the columns of the report."""
    names = list(measures)
    told = "rows at this step: "
    said = [SAID.get(name) or told + name.partition(": ")[2] for name in names]
    return {
        "measure": np.array([name.partition(": ")[2] or name for name in names], dtype=object),
        "value": np.array([measures[name] for name in names], dtype=float),
        "said": np.array(said, dtype=object),
    }
