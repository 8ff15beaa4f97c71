"""Which findings stand when incidents may be elsewhere than they are said to be: an analysis run again on moved places."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any, Callable

from .. import checks
from ..autocorrelation import gi_star
from ..density import kde
from ..density_clusters import dbscan
from ..grid_hotspots import hotspots
from ..incidents import as_incidents
from ..moran import local_moran
from ..parameters import Parameters
from ..progress import Progress
from ..results import Cells, Marks
from ..scikit_clusters import hdbscan, optics
from ..spacetime_clusters import st_dbscan
from .displacement import uncertainty
from .jittered_cells import density_cells, hotspot_cells
from .jittered_marks import class_marks, cluster_marks
from .reruns import Reruns

RUNS = 20
AGAIN: dict[Callable[..., Any], Callable[[Reruns], Any]] = {
    hotspots: hotspot_cells,
    kde: density_cells,
    **{one: partial(cluster_marks, one) for one in (dbscan, st_dbscan, hdbscan, optics)},
    **{one: partial(class_marks, one) for one in (gi_star, local_moran)},
}
BY_NAME = {function.__name__: function for function in AGAIN}
# What can be asked for without a script: the others need options of their own.
WITHOUT_SCRIPT = ("hotspots", "kde", "dbscan")


def jitter_sensitivity(
    analysis: Any,
    incidents: Any,
    *,
    radius: float | None = None,
    runs: int = RUNS,
    seed: int = 0,
    progress: Progress = None,
    **options: Any,
) -> Cells | Marks:
    """Tell which findings of an analysis stand when every place is moved within what is not known of where it is.

    Parameters
    ----------
    analysis : name of the analysis, or its function: "hotspots", "kde" or "dbscan"; in scripts also "st_dbscan", "hdbscan",
        "optics", and of points with a value "gi_star" and "local_moran".
    incidents : Incidents, GeoDataFrame of points, or path.
    radius : how far (m) a place may be from where it is said to be; 0 moves nothing. Default, where incidents share places that
        keep a distance, as when they are moved to the hundred-block: half of the finest honest cell, which is √2 distances wide.
    runs : how many times places are moved and the analysis is run again. Default 20.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.
    cell_size : of hotspots and kde, side of a cell (m), for all runs. Default: as they choose it, from the data as given.
    distance_band : of hotspots, cells with their centre within this distance (m) are neighbours. Default: as hotspots does.
    bandwidth : of kde, radius of the kernel (m). Default: as kde chooses it, from the data as given.
    eps : of dbscan, up to this distance (m) two incidents are neighbours. Default: as dbscan chooses it, from the data as given.
    min_samples : of dbscan, how many incidents make a core. Default: as dbscan does.
    boundary : of hotspots and kde, polygon layer of the study area, whose border no place crosses. Default: none.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    **options : any other option of the analysis.

    Returns
    -------
    Cells or Marks
        The map of the data as given with, of `hotspots`, `hot` and `cold` (in how many `runs` a cell is), `stable_hot` (hot on
        the map and in nine of ten runs) and `mean_count`; of `kde`, cells with `density`, `mean`, `cv` (standard deviation over
        mean), `top` (in how many runs a cell is among the densest 5 %) and `stable_top`; of clusters, `stays` (in how many runs
        an incident is in what is likest to its cluster) and `jaccard` (of its cluster); of points with a value, `stays` (in how
        many runs a point keeps its class). Which results stand is in words in ``parameters["found"]``.

    Raises
    ------
    ValueError
        As the analysis does; if it is none of these or takes no such option, or if the data do not tell the radius.

    Notes
    -----
    Incidents of one place move together, evenly by area over a disk: a geocoder's error, and the move to a block's middle, are
    one for each address (Zandbergen 2008, 2009), not one for each crime; to move crimes apart would also blur the map, which
    is another question. Grid, study area, bandwidth, band and eps are chosen once, from the data as given. Clusters are
    found again by the largest Jaccard likeness (Hennig 2007).

    Examples
    --------
    >>> import numpy as np
    >>> from lacrime_geo import Incidents
    >>> x, y = np.random.default_rng(0).uniform(0, 3000, (2, 900))
    >>> x[:300], y[:300] = x[:300] / 10 + 1500, y[:300] / 10 + 1500
    >>> points = Incidents(x + 380000, y + 3768000, crs="EPSG:32611")
    >>> cells = jitter_sensitivity("hotspots", points, radius=50, runs=5, cell_size=200)
    >>> int(cells["hot"].max()), bool(cells["stable_hot"].any())
    (5, True)
    """
    function = _named(analysis)
    _require_options(function, options)
    runs, seed = checks.whole("runs", runs), checks.whole("seed", seed, minimum=0)
    given = as_incidents(incidents, weight=options.pop("weight", None))
    record = Parameters(analysis=function.__name__)
    found = uncertainty(given.located(), radius, record)
    result: Cells | Marks = AGAIN[function](Reruns(given, found, runs, seed, options, record, progress))
    return result


def _named(analysis: Any) -> Callable[..., Any]:
    name = analysis if isinstance(analysis, str) else getattr(analysis, "__name__", repr(analysis))
    if name not in BY_NAME:
        raise ValueError(f"analysis must be one of {', '.join(BY_NAME)}, got {name!r}.")
    return BY_NAME[name]


def _require_options(function: Callable[..., Any], options: dict[str, Any]) -> None:
    known = [name for name in inspect.signature(function).parameters if name not in ("progress", "seed")][1:]
    unknown = [name for name in options if name not in (*known, "weight")]
    if unknown:
        raise ValueError(f"{function.__name__} takes no {', '.join(unknown)}; its options are {', '.join(known)}.")
