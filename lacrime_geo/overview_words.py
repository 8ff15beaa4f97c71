"""What the results of an overview say, in sentences with numbers, and what must be kept in mind beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from . import dates
from .concentration import Concentration
from .grid_hotspots import Hotspots
from .incidents import Incidents
from .parameters import in_plain_words, in_words
from .periods import extent
from .results import Shapes, Surface
from .selection import unused
from .summaries import REPORTED, counted, share_in_words, warnings_of

SURE = 2  # the bin of 95 % confidence
ONE_PLACE = 1e-3  # metres: so little spread is that of numbers
MOST_IN_ONE = 0.5  # of the incidents: a cluster that holds more of them is the city itself
SQUARE_METRES_PER_KM2 = 1e6


def findings_of(incidents: Incidents, results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what was found, a sentence or two for each result that there is."""
    said = incidents_found(incidents)
    for name, words in (
        ("hotspots", _hot_and_cold),
        ("density", _densest),
        ("clusters", _largest_clusters),
        ("concentration", _concentrated),
    ):
        if name in results:
            said += words(results[name])
    return tuple(said)


def incidents_found(incidents: Incidents) -> list[str]:
    """Say how many incidents of which kind and days there are, and how many of them are not on the map or not dated."""
    category = incidents.selection.get("category")
    said = [
        f"{counted(incidents.size, 'incident')}{f' of {in_plain_words(category)}' if category else ''} {days_of(incidents)}."
    ]
    if missing := int((~incidents.placed).sum()):
        said.append(
            f"{counted(missing, 'incident')} of these {_have(missing)} no place, and {_count(missing)} nowhere."
        )
    left_out = int(incidents.selection.get("undated_left_out", 0))
    undated = 0 if incidents.when is None else int(np.isnat(incidents.when).sum())
    if left_out:
        said.append(
            f"{counted(left_out, 'incident')} more {_have(left_out)} no date, so whether they are of the period is unknown."
        )
    elif 0 < undated < incidents.size:
        said.append(
            f"{counted(undated, 'incident')} of these {_have(undated)} no date, and {_count(undated)} all the same."
        )
    return said


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _count(number: int) -> str:
    return "counts" if number == 1 else "count"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def days_of(incidents: Incidents) -> str:
    """Return the period of incidents in words: the one chosen, else the days of the first and the last."""
    if incidents.when is None:
        return "without a time column"
    if np.isnat(incidents.when).all():
        return "without dates"
    begin, end = extent(incidents)
    return dates.days_in_words(begin, end - np.timedelta64(1, "s"))


class HotAreas(NamedTuple):
    """Cells that are hot, or cold, at 95 % confidence: how many areas they make, how large these are, and what they hold."""

    number: int
    cells: int
    share_of_incidents: float
    share_of_area: float
    largest_count: int
    largest_km2: float


def hot_areas(cells: Hotspots, sign: int = 1) -> HotAreas:
    """Return what is hot (sign 1) or cold (−1) at 95 % confidence; cells that touch at a side or a corner are one area."""
    from scipy.ndimage import label

    sure, count = sign * cells["bin"] >= SURE, cells["count"]
    mask = np.zeros(cells.grid.size, dtype=bool)
    mask[cells.cell] = sure
    areas, number = label(mask.reshape(cells.grid.shape), structure=np.ones((3, 3)))
    area = areas.ravel()[cells.cell[sure]]
    held, size = np.bincount(area, count[sure], number + 1)[1:], np.bincount(area, minlength=number + 1)[1:]
    first = int(np.argmax(held)) if number else 0
    return HotAreas(
        number,
        int(sure.sum()),
        float(count[sure].sum() / count.sum()),
        float(sure.mean()),
        int(held[first]) if number else 0,
        float(size[first]) * cells.grid.cell_size**2 / SQUARE_METRES_PER_KM2 if number else 0.0,
    )


def _hot_and_cold(cells: Hotspots) -> list[str]:
    hot, cold = hot_areas(cells), hot_areas(cells, -1)
    size = f"{counted(len(cells), 'cell')} of {in_words(cells.grid.cell_size)} m"
    if hot.number:
        share = f"{share_in_words(hot.share_of_incidents)} of the incidents on {share_in_words(hot.share_of_area)} of the area"
        said = [
            f"{counted(hot.number, 'area')} {_are(hot.number)} hot at 95 % confidence or more, with {share} "
            f"({hot.cells:,} of {size}).",
            f"The fullest one holds {counted(hot.largest_count, 'incident')} on {in_words(hot.largest_km2)} km².",
        ]
    else:
        said = [f"None of {size} is hot at 95 % confidence or more: chance alone could make a map like this one."]
    if cold.number:
        fewer = "with fewer incidents than chance would give"
        said.append(f"{counted(cold.number, 'area')} {_are(cold.number)} cold at 95 % confidence or more, {fewer}.")
    return said


def _densest(surface: Surface) -> list[str]:
    row, column = np.unravel_index(int(np.nanargmax(surface.values)), surface.grid.shape)
    x, y = surface.grid.coordinates(np.array([row]), np.array([column]))
    return [
        f"The densest place, at {x[0]:,.0f} m east and {y[0]:,.0f} m north ({surface.grid.crs}), has "
        f"{in_words(surface.values[row, column])} {surface.unit}, smoothed over {in_words(surface.parameters['bandwidth'])} m."
    ]


def _largest_clusters(hulls: Shapes) -> list[str]:
    eps, least = (in_words(hulls.parameters[name]) for name in ("eps", "min_samples"))
    if not len(hulls):
        return [f"There is no cluster: nowhere are {least} incidents within {eps} m of one another."]
    number, first = len(hulls), int(np.argmin(hulls["rank"]))
    holds = f"{counted(number, 'cluster')} {'hold' if number > 1 else 'holds'}"
    # Of one address or hundred-block there is no area.
    single = hulls["major"][first] < ONE_PLACE
    where = (
        "on one place, as of one address or hundred-block"
        if single
        else f"within {in_words(hulls['area_km2'][first])} km²"
    )
    most = f"{counted(int(hulls['count'][first]), 'incident')} {where}"
    return [
        f"{holds} {share_in_words(float(hulls['share'].sum()))} of the incidents, {least} or more within {eps} m of one another.",
        f"The largest has {most}{_mostly(hulls, first)}.",
    ]


def _mostly(hulls: Shapes, row: int) -> str:
    if "category" not in hulls.columns or hulls["category_share"][row] == 1.0:
        return ""
    share = share_in_words(float(hulls["category_share"][row]))
    return f"; its most frequent category is “{in_plain_words(hulls['category'][row])}”, with {share}"


def _concentrated(table: Concentration) -> list[str]:
    value = dict(zip(table["measure"].tolist(), table["value"].tolist()))
    half, quarter = (share_in_words(value[name]) for name in ("units_for_50", "units_for_25"))
    gini = f"generalised Gini {value['gini_generalised']:.2f}, where 0 is as even as can be and 1 all in one cell"
    return [f"Half of the incidents are in {half} of the cells, a quarter in {quarter} ({gini})."]


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
                f"{counted(outside, 'incident')} {_are(outside)} outside the cells of the study area: hotspots do not count them."
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
