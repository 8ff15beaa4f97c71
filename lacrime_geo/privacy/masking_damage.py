"""What coarsening and masking do to a map: how far places moved, and how alike densities and hotspots are before and after."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..centrography import Spread, spread_of
from ..density import kde
from ..grid_hotspots import grid_columns, hotspots
from ..grouping import by_labels
from ..incidents import Incidents
from ..inference import PermutationOptions
from ..parameters import Unsaid
from ..progress import Progress, within
from ..sensitivity.jittered_cells import same_density, shared_top
from ..sensitivity.reruns import SURE, unsaid


def damage(before: Incidents, after: Incidents, moved: np.ndarray, progress: Progress = None) -> dict[str, Any]:
    """Return measures of how alike two layers of incidents, all with a place, are: `moved` (n,) is how far (m) each went.

    Densities are on one grid with one bandwidth, hotspots on the same cells with the same band, both as chosen for `before`.
    A measure that cannot be had (too few incidents) is NaN.
    """
    one, two = (_spread(layer, within(progress, 0.0, 0.1)) for layer in (before, after))
    shift = np.hypot(two.mean_easting - one.mean_easting, two.mean_northing - one.mean_northing)
    sizes = [float(np.hypot(spread.major, spread.minor)[0]) for spread in (one, two)]
    return {
        "mean_displacement": float(moved.mean()) if moved.size else 0.0,
        "largest_displacement": float(moved.max(initial=0.0)),
        "mean_centre_moved": float(shift[0]),
        "standard_distance_ratio": sizes[1] / sizes[0] if sizes[0] else np.nan,
        **_measured(
            _densities, before, after, within(progress, 0.1, 0.3), ("density_correlation", "density_top_shared")
        ),
        **_measured(_hot_cells, before, after, within(progress, 0.3, 1.0), ("hot_cells_before", "hot_cells_shared")),
    }


def _spread(incidents: Incidents, progress: Progress) -> Spread:
    return spread_of(incidents, by_labels(np.zeros(incidents.size, dtype=np.int64)), progress, medians=False)


def _measured(
    measure: Any, before: Incidents, after: Incidents, progress: Progress, names: tuple[str, str]
) -> dict[str, float]:
    try:
        with unsaid():
            return dict(zip(names, measure(before, after, progress)))
    except ValueError:  # too few incidents or cells for such a map
        return dict.fromkeys(names, np.nan)


def _densities(before: Incidents, after: Incidents, progress: Progress) -> tuple[float, float]:
    """Return the correlation of both densities over the cells, and what they share of the densest 5 % of them."""
    surface = kde(before, progress=progress)
    one, two = surface.values, same_density(surface)(after)
    some = (one > 0) | (two > 0)
    return float(np.corrcoef(one[some], two[some])[0, 1]), shared_top(one, two)


def _hot_cells(before: Incidents, after: Incidents, progress: Progress) -> tuple[float, float]:
    """Return the number of hot cells before, and of all that are hot on either map the share that are on both."""
    first = hotspots(before, progress=within(progress, 0.0, 0.5))
    asked = PermutationOptions(0, 0, first.parameters["correction"])
    band, cells = first.parameters["distance_band"], first.counted.holding(after)
    second = grid_columns(cells, band, asked, Unsaid(), within(progress, 0.5, 1.0))
    hot = first["bin"] >= SURE, second["bin"] >= SURE
    either = int((hot[0] | hot[1]).sum())
    return float(hot[0].sum()), float((hot[0] & hot[1]).sum() / either) if either else np.nan
