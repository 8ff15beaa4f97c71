"""One layer of incidents at a glance: density, hotspots, clusters and concentration, and in words what they show."""

from __future__ import annotations

from typing import Any, Callable

from .beginning import begin
from .claims import Finding, claims_of, sentences_of
from .clusters import Clusters
from .concentration import Concentration, concentration
from .delays import period_guards
from .density import kde
from .density_clusters import dbscan
from .features import as_boundary
from .grid_hotspots import Hotspots, hotspots
from .overview_caveats import caveats_of
from .overview_words import findings_of
from .parameters import warned_once
from .progress import Progress, within
from .results import Shapes, Surface
from .summaries import Summary

# What each part is called where it cannot be computed, and its share of the work.
PARTS = {
    "density": ("The density", 0.2),
    "hotspots": ("Hotspots", 0.4),
    "clustered": ("Clusters", 0.3),
    "concentration": ("The concentration", 0.1),
}


class Overview(Summary):
    """Hold the results of an overview, each None where it could not be computed."""

    @property
    def density(self) -> Surface | None:
        """Incidents per km²."""
        return self.results.get("density")  # type: ignore[return-value]  # each name has its kind

    @property
    def hotspots(self) -> Hotspots | None:
        """Hot and cold cells."""
        return self.results.get("hotspots")  # type: ignore[return-value]

    @property
    def clusters(self) -> Shapes | None:
        """The hulls of clusters."""
        return self.results.get("clusters")  # type: ignore[return-value]

    @property
    def clustered(self) -> Clusters | None:
        """The incidents, each with its cluster."""
        return self.results.get("clustered")  # type: ignore[return-value]

    @property
    def concentration(self) -> Concentration | None:
        """How far the incidents concentrate in few of the cells."""
        return self.results.get("concentration")  # type: ignore[return-value]


def overview(incidents: Any, *, boundary: Any = None, progress: Progress = None) -> Overview:
    """Give an overview of incidents: density, hotspots, clusters and concentration, and in words what they show.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    boundary : Polygon layer of the study area, for density and hotspots. Default: what lies around the incidents, a
        stand-in; a boundary is better.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Overview
        The density, the hotspots, the incidents with their cluster (`clustered`, as of DBSCAN), the hulls of these clusters
        (`clusters`) and the concentration (in the cells of the hotspots), all with their defaults, and in sentences what was
        found, what must be kept in mind, and what could not be computed and why.

        In a script the sentences are in `findings`, `caveats` and `missing`, and each number that `findings` tell in `claims`
        (`Claim`); `.html()` is a page of them, and `.save(folder)` writes all, the claims as claims.json.

    Raises
    ------
    ValueError
        If no incident has coordinates, or the boundary no polygons. Where the incidents do not suffice for one of the
        analyses, the others are made all the same.

    Examples
    --------
    >>> import numpy as np
    >>> from lacrime_geo import Incidents
    >>> x, y = np.random.default_rng(0).uniform(0, 3000, (2, 900))
    >>> found = overview(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"))
    >>> found.findings[0]
    '900 incidents without a time column.'
    """
    with warned_once():
        return overview_told(incidents, boundary, progress)[0]


def overview_told(incidents: Any, boundary: Any, progress: Progress) -> tuple[Overview, tuple[Finding, ...]]:
    """Return an overview, and its sentences with the claims told in each."""
    everything, placed, parameters = begin(incidents, None)
    parameters["read_by"] = everything.read_by
    period_guards.warn(parameters, everything)
    area = as_boundary(boundary, placed.crs)
    parts = _Parts(progress)
    parts.make("density", lambda part: kde(everything, boundary=area, progress=part))
    hot = parts.make("hotspots", lambda part: hotspots(everything, boundary=area, progress=part))
    clustered = parts.make("clustered", lambda part: dbscan(everything, progress=part))
    if clustered is not None:
        parts.results["clusters"] = clustered.clusters()
    if hot is not None:
        units = hot.to_features()
        parts.make("concentration", lambda part: concentration(everything, units=units, progress=part))
    else:
        parts.missing["concentration"] = (
            "The concentration could not be computed: it is measured in the cells of the hotspots."
        )
    told = findings_of(everything, parts.results, bounded=area is not None)
    findings, claims = sentences_of(told), claims_of(told)
    caveats = caveats_of(everything, parts.results, bounded=area is not None)
    # What holds of the period first, and once: its parts may have said it too.
    caveats = tuple(dict.fromkeys((*caveats[:1], *parameters.get("warnings", []), *caveats[1:])))
    parameters.tell(" ".join([*findings, *parts.missing.values()]))
    title = everything.titled("Overview")
    return Overview(title, parts.results, findings, caveats, parts.missing, parameters, claims), told


class _Parts:
    """The parts of an overview as they are made: the results, and a sentence on each that the data do not suffice for."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.done = progress, 0.0
        self.results: dict[str, Any] = {}
        self.missing: dict[str, str] = {}

    def make(self, name: str, run: Callable[[Progress], Any]) -> Any:
        """Make a part and return it; None where the library refuses to, with the reason kept."""
        words, share = PARTS[name]
        start, self.done = self.done, self.done + share
        try:
            self.results[name] = run(within(self.progress, start, self.done))
        except ValueError as problem:
            self.missing[name] = f"{words} could not be computed: {problem}"
        return self.results.get(name)
