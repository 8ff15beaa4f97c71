"""Clusters of incidents: the marks that a search for clusters leaves, and what is known of each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Optional

import numpy as np

from . import checks
from .cluster_members import LabelledPlaces, Members, members_in_parts
from .cluster_significance import PERMUTATIONS, Null, Search
from .cluster_summaries import columns_of, hulls_of
from .core_points import NOISE
from .grouping import Groups, by_labels
from .incidents import Incidents, as_incidents
from .parameters import Parameters, two_digits
from .partitioned import Partitioned
from .places import collapse
from .progress import Progress, within
from .results import Marks, Shapes, with_columns

USUAL = "a thousandth of the incidents, at least 10"


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(Marks):
    """The marks of a search for clusters: `cluster` (0, 1, … by falling weight; −1 noise) and others, on every input row.

    Of a scan the rows are not the incidents but their places. `search` labels other incidents by the same rules; `reach` is how
    far (m) neighbours may be apart; `scanned` is the scan that they come from.
    """

    search: Optional[Search] = None
    reach: float = np.nan
    scanned: Optional[Partitioned] = None

    def clusters(
        self,
        *,
        hull: str = "convex",
        boundary: Any = None,
        population: Any = None,
        population_weight: Any = None,
        permutations: int = PERMUTATIONS,
        seed: int = 0,
        progress: Progress = None,
    ) -> Shapes:
        """Describe each cluster: hull, size, dates, dominant category, spread, and p against chance where a null is stated.

        Parameters
        ----------
        hull : "convex" (default), or "concave": drawn in wherever its edges are longer than eps (for hdbscan and optics, than
            the median distance to min_samples incidents within clusters, ``parameters["reach"]``).
        boundary : polygon layer of the study area. When given, `p` tells how often chance makes so large a cluster: of as many
            incidents put down evenly over it. Default: no p, unless there is a population.
        population : point layer of where incidents could happen, such as residents, addresses or other crime. When given, `p`
            is held against incidents drawn from its points (inside the boundary). Default: none.
        population_weight : column of `population`, or array, with the number of people at each point; default the points' own
            weights, else 1.
        permutations : number of random maps for p. Default 199.
        seed : of the random numbers.
        progress : function of a fraction, returning False to stop.

        Returns
        -------
        Shapes
            `cluster`, `rank`, `count`, `share` (of all incidents with a place), `weight_sum` when weighted, `area_km2` and
            `density` (incidents per km² of the hull), `first` and `last` where there are dates, `category` (the most frequent
            one) and `category_share` where there are categories, mean centre (m), `major`, `minor` (m) and `angle` (degrees
            clockwise from north) of the ellipse of one standard deviation, and `p` where there is a null.

        Raises
        ------
        ValueError
            If hull is another, the boundary has no area or no incidents inside, the population no points or no weight there,
            or permutations is no whole number above 0.

        Notes
        -----
        The p of a cluster is the rank of its weight among the largest cluster of each random map, found with the same options,
        (k + 1) / (R + 1): under the null the smallest p is at most α on no more than a share α of maps (as in the scan
        statistic of Kulldorff 1997), where eps and min_samples were fixed before the data were seen. Incidents keep their
        times and weights. Those outside the boundary are left out: a cluster then weighs what the heaviest one that shares a
        member with it weighs when those inside are searched alone; p is NaN where it has no member inside. A cluster on one
        place, or as good as in one line, has the hull of circles of a quarter of eps, at most 50 m, around its places.

        Examples
        --------
        >>> from lacrime_geo import Incidents, dbscan
        >>> x = np.r_[np.arange(10) * 10.0, 5000.0]
        >>> marks = dbscan(Incidents(x + 380000, x % 20 + 3768000, crs="EPSG:32611"), eps=25, min_samples=3)
        >>> found = marks.clusters()
        >>> found["count"].tolist(), round(float(found["area_km2"][0]), 4)
        ([10], 0.0008)
        """
        incidents = self.features
        if not isinstance(incidents, Incidents):
            raise TypeError("Clusters are made of incidents.")
        labels = self["cluster"]
        groups = by_labels(labels)
        members = incidents.take(groups.known)
        null = Null(boundary, population, population_weight, permutations, seed)
        if null.stated:
            self._require_search(incidents)
        parameters = Parameters({**self.parameters, "hull": hull})
        rest = within(progress, 0.1, 1.0)
        drawn = within(progress, 0.0, 0.1) if null.stated or self.scanned is not None else progress
        hulls = hulls_of(members, groups, hull, self.reach, drawn)
        known = self._members(members, groups, rest)
        columns = columns_of(members, groups, hulls, incidents.number_of(incidents.placed), known)
        if null.stated and self.search is not None:
            placed = incidents.placed
            columns["p"] = null.p(incidents.located(), labels[placed], self.search, parameters, rest)
        return Shapes(columns, parameters, hulls, incidents.crs, "cluster_hulls", incidents.titled("Clusters"))

    def on(self, incidents: Any) -> Marks:
        """Mark incidents by the places they stand on, such as those of a month of the scan that was searched.

        So every incident of a scan gets its cluster, in no more memory than some of them need at a time.

        Parameters
        ----------
        incidents : Incidents, GeoDataFrame of points, or path: some of those that were searched.

        Returns
        -------
        Marks
            `cluster` and `core` of each incident's place, on every row; −1 and False without a place.

        Raises
        ------
        ValueError
            If they are in another CRS, some stand where none of those that were searched does, or clusters are in time too.

        Examples
        --------
        >>> import lacrime_geo as lg
        >>> scan = lg.scan_incidents("sample_layers/incidents.csv.gz")
        >>> marks = lg.dbscan(scan, eps=250, min_samples=100)
        >>> january = marks.on(scan.select(since="2023-01-01", until="2023-02-01").read())
        >>> bool((january["cluster"] >= 0).any())
        True
        """
        rows = self._row_by_place
        given = as_incidents(incidents, crs=self.features.crs)
        row = rows.label_of(given)
        elsewhere = np.flatnonzero((row < 0) & given.placed)
        if elsewhere.size:
            first = elsewhere[0]
            raise ValueError(
                f"{elsewhere.size:,} of the {given.size:,} incidents stand where none of those that were searched does, first "
                f"row {first} ({given.easting[first]:.2f}, {given.northing[first]:.2f}); mark only incidents that were searched."
            )
        missing = {"cluster": NOISE, "core": False}
        known = {name: self[name][row[row >= 0]] for name in missing if name in self.columns}
        columns = with_columns(given.size, known, row >= 0, missing)
        return Marks(columns, self.parameters, given, style="clusters", label=given.titled("Clustered incidents"))

    @cached_property
    def _row_by_place(self) -> LabelledPlaces:
        """Which row tells the cluster of each place; raise where clusters are not of places alone."""
        places = self.features
        if not isinstance(places, Incidents):
            raise TypeError("Clusters are made of incidents.")
        rows = LabelledPlaces.of(places, np.arange(places.size))
        row = rows.label_of(places)
        if (self["cluster"][row] != self["cluster"])[row >= 0].any():
            raise ValueError(
                "Incidents on one place are in different clusters, as clusters in time have them, so their place does not tell "
                "theirs; search all of them at once."
            )
        return rows

    def _require_search(self, incidents: Incidents) -> None:
        """Raise where no p can be found: random maps need the search, and each incident."""
        if self.search is None:
            raise TypeError("These clusters do not know how they were found, so they have no p; search for them again.")
        if incidents.frequency is not None:
            raise ValueError(
                f"p needs each of the {incidents.number:,} incidents of {incidents.label!r} in memory, as every random map moves "
                "them all, and of a scan only places are: leave boundary and population out, or choose fewer incidents (select) "
                "and read them (scan.read()) before they are searched."
            )

    def _members(self, members: Incidents, groups: Groups, progress: Progress) -> Members:
        """Return what is known of the incidents in clusters, those of a scan being read once more."""
        if self.scanned is None:
            return Members.of(members.when, members.category, groups.number, groups.size)
        return members_in_parts(self.scanned, LabelledPlaces.of(members, groups.number), groups.size, progress)


def usual_number(placed: Incidents) -> int:
    """Return how many incidents make a core or a cluster, by their number."""
    return max(10, round(placed.number / 1000))


def usual_min_samples(placed: Incidents, given: float | None, parameters: Parameters) -> float:
    """Return how many incidents make a core, or the weight they must add up to: as given, or by their number."""
    if given is None:
        least, reason = float(usual_number(placed)), USUAL
        if placed.weight is not None:
            least, reason = (
                two_digits(least * _mean(placed.weight, placed.frequency)),
                f"{reason}, times the mean weight",
            )
        given = parameters.choose("min_samples", least, reason)
    parameters["min_samples"] = least = checks.positive("min_samples", given, "incidents")
    return least


def _mean(weight: np.ndarray, frequency: np.ndarray | None) -> float:
    """Return the mean weight of the incidents; without the last digits, which depend on the order of the sum."""
    return float(f"{np.average(weight, weights=frequency):.12g}")


def _on_one_place(everything: Incidents, known: np.ndarray, label: np.ndarray, clusters: int) -> int:
    """Return how many clusters stand on one place, such as an address or the middle of a hundred-block."""
    inside = label != NOISE
    if not inside.any():
        return 0
    first, place = collapse(everything.easting[known][inside], everything.northing[known][inside])
    pairs = np.unique(label[inside] * first.size + place)
    return int((np.bincount(pairs // first.size, minlength=clusters) == 1).sum())


def clusters_found(
    everything: Incidents,
    columns: dict[str, np.ndarray],
    known: np.ndarray,
    parameters: Parameters,
    search: Search,
    reach: float,
) -> Clusters:
    """Return the marks of a search on all rows; what was not searched is noise. Says how many incidents clusters hold."""
    label = columns["cluster"]
    found, of_all = int(label.max(initial=NOISE)) + 1, everything.number_of(known)
    missing = {"cluster": NOISE, "core": False, "probability": 0.0, "reachability": np.inf}
    spread = with_columns(everything.size, columns, known, missing)
    inside = everything.number_of(spread["cluster"] != NOISE)
    parameters["clusters"] = found
    hold = "cluster holds" if found == 1 else "clusters hold"
    told = f"{found:,} {hold} {inside:,} of {of_all:,} incidents ({inside / of_all:.0%})"
    parameters["clusters_on_one_place"] = single = _on_one_place(everything, known, label, found)
    parameters.tell(f"{told}; {single:,} of them on one place alone" if single else told)
    label_of_layer = everything.titled("Clustered incidents")
    return Clusters(
        {**spread, **_stood_for(everything)},
        parameters,
        everything,
        style="clusters",
        label=label_of_layer,
        search=search,
        reach=reach,
    )


def _stood_for(everything: Incidents) -> dict[str, np.ndarray]:
    """Return how many incidents each row stands for, and the weight of each of them; nothing where a row is an incident."""
    if everything.frequency is None:
        return {}
    weight = {} if everything.weight is None else {"weight": everything.weight}
    return {"count": everything.frequency, **weight}
