"""Which incidents are followed by near repeats, which are near repeats themselves, and which stand alone."""

from __future__ import annotations

import numpy as np

from ..incidents import Incidents
from ..parameters import Parameters
from ..progress import Progress, advance
from ..results import Marks, with_columns
from .near_pairs import near_pairs
from .near_repeat_reach import Reach

ORIGINATOR, REPEAT, BOTH, ISOLATED = "originator", "near repeat", "both", "isolated"
UNKNOWN = "no place or date"


def marked(incidents: Incidents, reach: Reach, metric: str, parameters: Parameters, progress: Progress = None) -> Marks:
    """Return the role of each incident, on all rows."""
    when = np.full(incidents.size, np.datetime64("NaT", "s")) if incidents.when is None else incidents.when
    known = incidents.placed & ~np.isnat(when)
    followed, follows = _numbers(incidents.take(known), reach, metric, progress)
    role = np.full(followed.size, ISOLATED, dtype=object)
    role[followed > 0] = ORIGINATOR
    role[follows > 0] = REPEAT
    role[(followed > 0) & (follows > 0)] = BOTH
    columns = {"role": role, "followed_by": followed, "follows": follows}
    spread = with_columns(incidents.size, columns, known, {"role": UNKNOWN, "followed_by": 0, "follows": 0})
    counts = {name: int((role == name).sum()) for name in (ORIGINATOR, BOTH, REPEAT, ISOLATED)}
    parameters.update({"roles": counts})
    parameters.tell(
        f"of {followed.size:,} incidents {counts[ORIGINATOR]:,} are followed by near repeats, {counts[REPEAT]:,} are near "
        f"repeats, {counts[BOTH]:,} are both and {counts[ISOLATED]:,} neither"
    )
    return Marks(spread, parameters, incidents, style="near_repeat_roles", label=incidents.titled("Who follows whom"))


def _numbers(incidents: Incidents, reach: Reach, metric: str, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return how many later incidents follow each of incidents (n,), and how many earlier ones each follows."""
    order = np.argsort(incidents.easting)
    when = np.asarray(incidents.when)[order]
    moment, day = when.astype(np.int64), when.astype("M8[D]").astype(np.int64)
    followed, follows = np.zeros((2, incidents.size), dtype=np.int64)
    x, y = incidents.easting[order], incidents.northing[order]
    for pairs in near_pairs(x, y, reach.edges, metric, lambda fraction: advance(progress, fraction)):
        most = np.repeat(reach.days, np.diff(pairs.begin))
        near = np.abs(day[pairs.first] - day[pairs.second]) < most
        one, other = pairs.first[near], pairs.second[near]
        earlier, later = moment[one] <= moment[other], moment[other] <= moment[one]
        for first, second in ((one[earlier], other[earlier]), (other[later], one[later])):
            followed += np.bincount(first, minlength=incidents.size)
            follows += np.bincount(second, minlength=incidents.size)
    advance(progress, 1.0)
    place = np.argsort(order)
    return followed[place], follows[place]
