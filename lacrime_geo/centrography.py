"""Centres and spread of groups of incidents: mean and median centre, standard distance, standard-deviation ellipse."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import checks, geometry
from .beginning import begin
from .grouping import Groups, by_column
from .incidents import Incidents
from .places import collapse
from .progress import Progress, advance, within
from .results import Shapes

_CORNERS = 72
MOST_DEVIATIONS = 1_000
_STEPS = 1_000
_STEP = 1e-4  # metres: the median centre is found when it moves no farther
THINNEST = 1.0  # metres: ellipses of places in a line are drawn so wide


def ellipses(
    incidents: Any,
    *,
    by: Any = None,
    deviations: float = 1.0,
    weight: Any = None,
    progress: Progress = None,
) -> Shapes:
    """Summarise where groups of incidents lie and how they spread: centres, standard distance, deviational ellipse.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    by : column name or array (n,) whose values tell the groups apart, such as a category, a district or, of the incidents that
        dbscan has marked, "cluster"; incidents without a value, and the noise of clusters, are left out and counted. Default:
        all are one group.
    deviations : size of the ellipses in standard deviations. Default 1: where places spread normally it holds 39 % of them,
        2 hold 86 %.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Shapes
        One ellipse per group, the largest first: `group`, `count`, `share` (of all with a place), mean and median centre
        (`mean_easting`, …, m), `standard_distance`, `major` and `minor` (the standard deviations along the axes, m), `angle`
        (of the longer axis, degrees clockwise from north, 0 … 180), `area_km2` of the ellipse; `weight_sum` when weighted.

    Raises
    ------
    ValueError
        If no incident has coordinates and a group, there is no such column, or deviations is not above 0.

    Notes
    -----
    Yuill 1971: the axes are the principal axes of the places' covariance, divided by the sum of weights; the standard
    distance is the root of both variances' sum (Bachi 1963). CrimeStat divides by n − 2, and its axes, as those of some others,
    are √(2 n / (n − 2)) as long. The median centre has the smallest sum of distances to all (by the algorithm of Vardi & Zhang
    2000); it is not the median of eastings and of northings, which depends on where north is.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x = np.array([0.0, 100, 200, 100, 100])
    >>> y = np.array([50.0, 50, 50, 0, 100])
    >>> found = ellipses(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"))
    >>> [round(float(found[name][0]), 1) for name in ("major", "minor", "angle", "standard_distance")]
    [63.2, 31.6, 90.0, 70.7]
    """
    size = checks.positive("deviations", deviations, "standard deviations")
    if size > MOST_DEVIATIONS:
        raise ValueError(f"deviations must be at most {MOST_DEVIATIONS:,}, got {deviations!r}.")
    everything, placed, parameters = begin(incidents, weight)
    groups = by_column(everything, by, parameters, within(progress, 0.0, 0.2))
    if placed.weight is not None and not placed.weight[groups.known].any():
        raise ValueError(
            f"The {int(groups.known.sum()):,} incidents that have a group all weigh 0; leave the weights out."
        )
    kept = placed.take(groups.known) if not groups.known.all() else placed
    advance(progress, 0.2)
    spread = spread_of(kept, groups, within(progress, 0.2, 1.0))
    parameters.update(deviations=size, groups=groups.size)
    flat = int((spread.minor * size < THINNEST / 2).sum())
    parameters.note("in_a_line", flat, f"{flat:,} groups stand in a line or on one place: drawn {THINNEST:g} m wide")
    columns = {"group": groups.names, "count": groups.counts, "share": groups.counts / placed.size}
    if kept.weight is not None:
        columns["weight_sum"] = spread.weight
    columns.update(_measures(spread, size))
    order = np.lexsort((np.arange(groups.size), -groups.counts))
    columns = {name: column[order] for name, column in columns.items()}
    shapes = ellipses_wkb(spread.where(order), size)
    label = everything.titled("Ellipses" if by is None else f"Ellipses by {parameters['by']}")
    return Shapes(columns, parameters, shapes, placed.crs, "ellipses", label)


class Spread(NamedTuple):
    """Of each group (m,): its weight, centres (m), standard deviations along the principal axes (m), angle (degrees)."""

    weight: np.ndarray
    mean_easting: np.ndarray
    mean_northing: np.ndarray
    median_easting: np.ndarray
    median_northing: np.ndarray
    major: np.ndarray
    minor: np.ndarray
    angle: np.ndarray

    def where(self, rows: np.ndarray) -> Spread:
        """Return the groups in the rows given."""
        return Spread(*(column[rows] for column in self))


def _measures(spread: Spread, size: float) -> dict[str, np.ndarray]:
    centres = {name: getattr(spread, name) for name in Spread._fields[1:5]}
    area = np.pi * spread.major * spread.minor * size**2 / 1e6
    return {
        **centres,
        "standard_distance": np.hypot(spread.major, spread.minor),
        "major": spread.major,
        "minor": spread.minor,
        "angle": spread.angle,
        "area_km2": area,
    }


class _Grouped(NamedTuple):
    """The distinct places of each group, group by group: offsets from the group's middle (m), weights, and the group."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    size: int

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of values (n,) over each group."""
        return np.bincount(self.group, values, self.size)

    def of_groups(self, kept: np.ndarray) -> _Grouped:
        """Return only the groups that a mask keeps, numbered anew."""
        rows = kept[self.group]
        number = (np.cumsum(kept) - 1)[self.group[rows]]
        return _Grouped(self.x[rows], self.y[rows], self.weight[rows], number, int(kept.sum()))


def spread_of(incidents: Incidents, groups: Groups, progress: Progress = None, *, medians: bool = True) -> Spread:
    """Return the centres and the spread of groups of incidents that all have a place and a group; without `medians`, NaN."""
    group, size = groups.number, groups.size
    _, place = collapse(incidents.easting, incidents.northing)
    advance(progress, 0.0)
    # One row for each place of each group: the median centre is looked for in many rounds.
    _, first, of_row = np.unique(group * (place.max() + 1) + place, return_index=True, return_inverse=True)
    advance(progress, 0.0)
    weight = np.bincount(of_row.ravel(), incidents.total_weight, first.size).astype(float)
    own = group[first]
    # From a place of its own group: one that stands on one place has then no spread at all, and no angle by rounding.
    origin = np.minimum(np.searchsorted(own, np.arange(size)), first.size - 1)
    x0, y0 = incidents.easting[first][origin], incidents.northing[first][origin]
    x, y = incidents.easting[first] - x0[own], incidents.northing[first] - y0[own]
    standing = _Grouped(x, y, weight, own, size)
    total = standing.sums(weight)
    # A group whose weights are all 0 has its plain middle.
    bare = total[standing.group] == 0
    standing = standing._replace(weight=np.where(bare, 1.0, weight))
    mean_x, mean_y = (standing.sums(v * standing.weight) / standing.sums(standing.weight) for v in standing[:2])
    centred = standing._replace(x=standing.x - mean_x[standing.group], y=standing.y - mean_y[standing.group])
    nowhere = np.full(size, np.nan)
    median_x, median_y = _median_centres(centred, progress) if medians else (nowhere, nowhere)
    axes = _axes(centred)
    return Spread(total, mean_x + x0, mean_y + y0, mean_x + median_x + x0, mean_y + median_y + y0, *axes)


def _axes(centred: _Grouped) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the standard deviations along the longer and the shorter axis, and the longer one's angle from north."""
    x, y, weight = centred.x, centred.y, centred.weight
    total = centred.sums(weight)
    xx, yy, xy = (centred.sums(product * weight) / total for product in (x * x, y * y, x * y))
    # Twice the angle from east has the tangent 2 xy / (xx - yy); a circle has no longer axis: 0, north.
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    from_east = np.arctan2(2 * xy, xx - yy) / 2
    angle = np.where(half > 1e-12 * middle, (90.0 - np.degrees(from_east)) % 180.0, 0.0)
    # Along the axes themselves: the determinant of places nearly in a line would be what is left by rounding.
    east, north = np.cos(from_east)[centred.group], np.sin(from_east)[centred.group]
    along, across = x * east + y * north, y * east - x * north
    major, minor = (np.sqrt(centred.sums(offset * offset * weight) / total) for offset in (along, across))
    return major, minor, angle


def _median_centres(centred: _Grouped, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return the point of smallest summed distance to the places of each group, all groups at once.

    Of three next guesses each group takes the best: Vardi & Zhang's, which alone creeps where places stand nearly in a line;
    Newton's; and the nearest place, which the others close in on slowly where it is the answer.
    """
    median = np.zeros((2, centred.size))
    moving = np.arange(centred.size)
    guess = np.zeros((2, centred.size))
    for _ in range(_STEPS):
        guesses = np.array([_pulled(centred, *guess), _newton(centred, *guess), _nearest_place(centred, *guess)])
        sums = np.array([_summed_distance(centred, *one) for one in guesses])
        best = guesses[sums.argmin(axis=0), :, np.arange(moving.size)].T
        median[:, moving] = best
        still = np.hypot(*(best - guess)) > _STEP
        moving, guess = moving[still], best[:, still]
        advance(progress, 1.0 - moving.size / median.shape[1])
        if moving.size == 0:
            break
        centred = centred.of_groups(still)
    return median[0], median[1]


def _summed_distance(centred: _Grouped, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    east, north = centred.x - x[centred.group], centred.y - y[centred.group]
    return centred.sums(centred.weight * np.hypot(east, north))


def _pulled(centred: _Grouped, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean weighted by nearness, held back where the guess stands on a place (Vardi & Zhang 2000)."""
    east, north, distance, here = _from(centred, x, y)
    pull = np.where(here, 0.0, centred.weight / distance)
    total = centred.sums(pull)
    total = np.where(total > 0, total, 1.0)
    towards_x, towards_y = centred.sums(pull * east) / total, centred.sums(pull * north) / total
    strength = np.hypot(towards_x, towards_y) * total
    held = centred.sums(np.where(here, centred.weight, 0.0))
    go = np.where(held < strength, 1.0 - held / np.maximum(strength, np.where(held < strength, strength, 1.0)), 0.0)
    return x + go * towards_x, y + go * towards_y


def _newton(centred: _Grouped, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the quadratic that fits the sum of distances at a guess is least; the guess where none fits."""
    east, north, distance, here = _from(centred, x, y)
    pull = np.where(here, 0.0, centred.weight / distance)
    down_x, down_y = centred.sums(pull * east), centred.sums(pull * north)
    bent = pull / distance**2
    xx, yy, xy = (centred.sums(bent * product) for product in (north**2, east**2, -east * north))
    determinant = xx * yy - xy**2
    fits = determinant > 1e-12 * (xx + yy) ** 2
    determinant = np.where(fits, determinant, 1.0)
    step_x, step_y = (yy * down_x - xy * down_y) / determinant, (xx * down_y - xy * down_x) / determinant
    return np.where(fits, x + step_x, x), np.where(fits, y + step_y, y)


def _nearest_place(centred: _Grouped, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the place nearest to each guess."""
    east, north = centred.x - x[centred.group], centred.y - y[centred.group]
    distance = np.hypot(east, north)
    begins = np.flatnonzero(np.append(True, np.diff(centred.group) != 0))
    least = np.flatnonzero(distance == np.minimum.reduceat(distance, begins)[centred.group])
    nearest = np.zeros(centred.size, dtype=np.int64)
    nearest[centred.group[least]] = least
    return centred.x[nearest], centred.y[nearest]


def _from(centred: _Grouped, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return how far east, north and away each place is from its group's guess, and whether it is the guess itself."""
    east, north = centred.x - x[centred.group], centred.y - y[centred.group]
    distance = np.hypot(east, north)
    here = distance < 1e-9
    return east, north, np.where(here, 1.0, distance), here


def ellipses_wkb(spread: Spread, size: float) -> np.ndarray:
    """Return each ellipse, of so many standard deviations, as a WKB polygon."""
    turn = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    angle = np.radians(spread.angle)[:, None]
    along = np.maximum(spread.major * size, THINNEST / 2)[:, None] * np.cos(turn)
    across = np.maximum(spread.minor * size, THINNEST / 2)[:, None] * np.sin(turn)
    # The angle runs clockwise from north.
    x = spread.mean_easting[:, None] + along * np.sin(angle) - across * np.cos(angle)
    y = spread.mean_northing[:, None] + along * np.cos(angle) + across * np.sin(angle)
    out = np.empty(len(x), dtype=object)
    out[:] = [geometry.polygon_wkb(one_x, one_y) for one_x, one_y in zip(x, y)]
    return out
