"""Near repeats: whether incidents follow each other nearby and soon more often than by chance (the Knox test)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from .. import checks
from ..incidents import Incidents
from ..parameters import Parameters, in_words
from ..partitioned import Partitioned, recognised
from ..progress import Progress, advance, within
from ..results import Drawing, Marks, Picture
from .bands import LABELS, Bands
from .dated_places import DatedPlaces, dated_places
from .default_bands import distance_bands as bands_of_distance
from .default_bands import time_bands as bands_of_time
from .knox_counts import Asked, Counts, counts_in_order, counts_of
from .knox_picture import knox_page, knox_svg
from .knox_words import tell
from .near_pairs import METRICS
from .near_repeat_reach import Reach
from .near_repeat_roles import marked
from .scanned_places import ScannedPlaces, scanned_places

WHAT = "the Knox test"
# So many hours are long.
LONG = 0.25


@dataclass(frozen=True, eq=False, repr=False)
class NearRepeats(Picture):
    """The table of a Knox test, a row for each pair of bands; it draws itself (.svg, .png, .html) and marks who repeats whom."""

    drawing = Drawing(knox_svg, knox_page)

    incidents: Union[Incidents, Partitioned, None] = None

    def originators(
        self, *, distance: float | None = None, days: int | None = None, progress: Progress = None
    ) -> Marks:
        """Mark each incident: it is followed by others nearby and soon (originator), follows one (near repeat), both, or neither.

        Parameters
        ----------
        distance : others count that are nearer than this (m). Default: within the bands of the table that hold significantly
            (p ≤ 0.05) more pairs than expected, from the nearest and first on without a gap.
        days : and fewer than so many days later or earlier, whole. Default: the same.
        progress : function of a fraction, returning False to stop.

        Returns
        -------
        Marks
            `role` ("originator", "near repeat", "both", "isolated"; "no place or date") and how many later incidents each is
            `followed_by` and how many earlier ones it `follows`, on every input row.

        Raises
        ------
        ValueError
            If only one of distance and days is given, or one is not above 0.
        TypeError
            If the incidents are a scan.

        Notes
        -----
        After Ratcliffe & Rengert 2008. Of two incidents on one date the one with the earlier time of day comes first; at one
        moment each counts as following the other.

        Examples
        --------
        >>> days = np.datetime64("2023-01-01") + np.array([0, 3, 90])
        >>> points = Incidents([380000.0, 380050, 380020], [3768000.0] * 3, when=days, crs="EPSG:32611")
        >>> found = near_repeat(points, distance_bands=[0, 100, 200], time_bands=[0, 7, 14], permutations=19)
        >>> found.originators(distance=100, days=7)["role"].tolist()
        ['originator', 'near repeat', 'isolated']
        """
        if isinstance(self.incidents, Partitioned):
            raise TypeError(
                f"{self.incidents.label!r} is a scan, whose incidents are not marked one by one; read those to mark, with some "
                "days and metres around them (select, read), count near repeats of them, and give distance and days here."
            )
        if self.incidents is None:
            raise TypeError("This table does not know its incidents, so none can be marked; count near repeats again.")
        parameters = Parameters(self.parameters)
        reach = Reach.of(self, distance, days, parameters)
        return marked(self.incidents, reach, self.parameters["metric"], parameters, progress)


def near_repeat(
    incidents: Any,
    *,
    distance_bands: Any = None,
    time_bands: Any = None,
    permutations: int = 999,
    metric: str = "euclidean",
    labels: str = "half-open",
    seed: int = 0,
    progress: Progress = None,
) -> NearRepeats:
    """Test whether incidents are followed by others nearby and soon more often than by chance (near repeats, Knox test).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan (`scan_incidents`); with times.
    distance_bands : edges of the bands of distance (m), such as 0, 1, 100, 200, inf: a distance of 100 m belongs to the band
        that begins with it. Default: one place (less than 1 m), then four bands of 100 m, wider where places are farther
        apart, then all others.
    time_bands : edges of the bands of time (whole days), such as 0, 7, 14, inf: incidents exactly 7 days apart belong to the
        band that begins with 7. Default: four weeks, fewer in short periods, then all others.
    permutations : how often the dates are shuffled. Default 999.
    metric : "euclidean" distances, or "manhattan" ones along a grid of streets that run north and east.
    labels : of the bands: "half-open", from the first number to below the second, or "near_repeat_calculator", as that program
        names the same bands: it counts pairs as far apart as the end of a name in the next band.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    NearRepeats
        A row for each pair of bands: `distance` and `time` (its name), `distance_from`, `distance_to` (m), `time_from`,
        `time_to` (days), `observed` pairs, `expected` (the mean of the shufflings), `expected_analytic` (pairs in the band of
        distance times pairs in the band of time / all pairs), `ratio` (observed / expected), `p` (that chance makes as many
        or more, uncorrected).

    Raises
    ------
    ValueError
        If the incidents have weights or no times, fewer than two have both a place and a date, or edges do not rise; if more
        than a hundred million of a scan have both.

    Notes
    -----
    Knox 1964; Johnson et al. 2007; p = (shufflings with as many or more + 1) / (permutations + 1). Times are told apart by
    their dates, in whole days. Open bands are what is left of all pairs. Shuffling takes it that where crime happens does not
    change over the period: where it does, in a season or a new hot spot, that alone makes near pairs (Kulldorff & Hjalmars
    1999).

    Near pairs grow with the square of the number of incidents of an area. They are listed by tiles, and looked at one by one
    for each shuffling, or, where many incidents share places, counted by the days of each place, which takes as long as places
    are many; the numbers are the same. What will take more than a quarter of an hour is announced. Of a scan each incident with
    a place and a date is 20 bytes in this process (50 while they are sorted; at most a hundred million), and 2 bytes on each
    worker, besides 160 MB or four shufflings, whichever is more, and the tile that it works on.

    Examples
    --------
    >>> day = np.r_[0, 2, 30, 32, 60, 62, 90, 92]
    >>> points = Incidents(380000 + 1000.0 * (np.arange(8) // 2), np.full(8, 3768000.0), crs="EPSG:32611",
    ...                    when=np.datetime64("2023-01-01") + day)
    >>> found = near_repeat(points, distance_bands=[0, 1, np.inf], time_bands=[0, 7, np.inf])
    >>> found["observed"].tolist(), found["expected_analytic"].round(2).tolist()
    ([4, 0, 0, 24], [0.57, 3.43, 3.43, 20.57])
    >>> bool(found["p"][0] < 0.02)
    True
    """
    checks.option("metric", metric, METRICS)
    checks.option("labels", labels, LABELS)
    options = dict(metric=metric, labels=labels, permutations=checks.whole("permutations", permutations))
    options["seed"] = checks.whole("seed", seed, 0)
    found, parameters = _found(incidents, within(progress, 0.0, 0.05))
    parameters.update(options)
    advance(progress, 0.0)
    bands = bands_between(found, distance_bands, time_bands, parameters)
    counts = counted(found, bands, parameters, within(progress, 0.05, 1.0))
    columns = _columns(counts, bands, labels)
    tell(columns, counts, labels, parameters)
    return NearRepeats(columns, parameters, label=found.titled("Near repeats"), incidents=found.everything)


def _found(incidents: Any, progress: Progress) -> tuple[DatedPlaces | ScannedPlaces, Parameters]:
    """Return the incidents that pairs are made of, in memory or of a scan, and the record."""
    incidents = recognised(incidents)
    if isinstance(incidents, Partitioned):
        return scanned_places(incidents, WHAT, progress)
    advance(progress, 0.0)
    return dated_places(incidents, WHAT)


def bands_between(
    found: DatedPlaces | ScannedPlaces, distance: Any, time: Any, parameters: Parameters
) -> tuple[Bands, Bands]:
    """Return the bands of distance and of time between edges, given or by default, and say how times are told apart."""
    bands = (
        bands_of_distance(distance, found.looked_at, parameters),
        bands_of_time(time, found.day, parameters),
    )
    parameters.choose("time_differences", "whole days", "times are told apart by their dates, not by the hour")
    return bands


def counted(
    found: DatedPlaces | ScannedPlaces,
    bands: tuple[Bands, Bands],
    parameters: Parameters,
    progress: Progress = None,
) -> Counts:
    """Return the pairs in bands of distance and of time, observed and shuffled."""
    edges = bands[0].closed, bands[1].closed
    asked = Asked(edges, parameters["metric"], parameters["permutations"], parameters["seed"])

    def expecting(pairs: float, seconds: float) -> None:
        _caution_many(pairs, seconds / 3600, float(edges[0][-1]), parameters)

    if isinstance(found, ScannedPlaces):
        run = found.everything.run
        return counts_in_order(found.x, found.y, found.day, asked, run, progress, expecting)
    placed = found.incidents
    return counts_of(placed.easting, placed.northing, found.day, asked, progress, expecting)


def _caution_many(pairs: float, hours: float, reach: float, parameters: Parameters) -> None:
    """Say, before it is done, that very many pairs take long."""
    if hours > LONG:
        parameters.warn(
            f"About {in_words(pairs)} pairs of incidents are nearer than {reach:g} m, which take, with "
            f"{parameters['permutations']:,} shufflings, some {in_words(hours)} hours of one processor. Half as many incidents "
            "of the same area make a quarter of the pairs: take a shorter period or one category, a nearer last band, or fewer "
            "permutations."
        )


def _columns(counts: Counts, bands: tuple[Bands, Bands], labels: str) -> dict[str, np.ndarray]:
    """Return a row for each pair of bands, times within distances."""
    shape = tuple(band.low.size for band in bands)
    expected = counts.shuffled.mean(axis=0)
    analytic = np.outer(counts.in_space, counts.in_time / counts.in_time.sum())
    as_many = (counts.shuffled >= counts.observed).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = counts.observed / expected
    tables = {
        "observed": counts.observed,
        "expected": expected,
        "expected_analytic": analytic,
        "ratio": ratio,
        "p": (as_many + 1) / (len(counts.shuffled) + 1),
    }
    names: dict[str, np.ndarray] = {}
    edges: dict[str, np.ndarray] = {}
    for axis, name, band in ((0, "distance", bands[0]), (1, "time", bands[1])):
        along = np.indices(shape)[axis].ravel()
        names[name] = np.array(band.labels(labels), dtype=object)[along]
        edges.update({f"{name}_from": band.low[along], f"{name}_to": band.high[along]})
    inside = {name: bands[1].chosen(bands[0].chosen(values, 0), 1).ravel() for name, values in tables.items()}
    return {**names, **edges, **inside}
