"""What the results of an overview say: sentences with numbers, each number a claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from . import dates
from .citations import method_of
from .claims import Evidence, Finding, Name, call, finding
from .concentration import Concentration, concentration
from .density import kde
from .density_clusters import dbscan
from .grid_hotspots import Hotspots, hotspots
from .hot_areas import hot_areas
from .incidents import Incidents
from .parameters import in_plain_words, in_words
from .periods import extent
from .results import Shapes, Surface
from .summaries import counted, share_in_words

ONE_PLACE = 1e-3  # metres: so little spread is that of numbers
HOT = "lg.hot_areas.hot_areas({made})."
SURELY = "at 95 % confidence or more"
HOT_CLAIMS = (
    ("number", f"hot areas, {SURELY}", "areas"),
    ("share_of_incidents", "share of the incidents in hot areas", "of the incidents in cells"),
    ("share_of_area", "share of the area that is hot", "of the area"),
    ("cells", "hot cells", "cells"),
    ("largest_count", "incidents in the fullest hot area", "incidents"),
    ("largest_km2", "size of the fullest hot area", "km²"),
)
MEASURES = (
    ("units_for_50", "share of the cells that hold half of the incidents", "of the cells"),
    ("units_for_25", "share of the cells that hold a quarter of the incidents", "of the cells"),
    ("gini_generalised", "generalised Gini", "where 0 is as even as can be and 1 all in one cell"),
)


def findings_of(incidents: Incidents, results: Mapping[str, Any], bounded: bool) -> tuple[Finding, ...]:
    """Return what was found, a sentence or two for each result that there is."""
    said = incidents_found(incidents)
    for name, words in (
        ("hotspots", _hot_and_cold),
        ("density", _densest),
        ("clusters", _largest_clusters),
    ):
        if name in results:
            said += words(results[name], incidents, bounded)
    if "concentration" in results:
        said += _concentrated(results["concentration"], results["hotspots"], incidents, bounded)
    return tuple(said)


def incidents_found(incidents: Incidents) -> list[Finding]:
    """Say how many incidents of which kind and days there are, and how many of them are not on the map or not dated."""
    category = incidents.selection.get("category")
    evidence = Evidence("lg.as_incidents(incidents)", incidents.size, days_of(incidents))
    of = f" of {in_plain_words(category)}" if category else ""
    all_of_them = evidence.claim(f"incidents{of}", incidents.size, "incidents", "{made}.size")
    said = [finding(f"{counted(incidents.size, 'incident')}{of} {days_of(incidents)}.", all_of_them)]
    if missing := int((~incidents.placed).sum()):
        told = evidence.claim("incidents without a place", missing, "incidents", "int((~{made}.placed).sum())")
        words = (
            f"{counted(missing, 'incident')} of these {_have(missing)} no place, and no map counts {_them(missing)}."
        )
        said.append(finding(words, told))
    return [*said, *_undated(incidents, evidence)]


def _undated(incidents: Incidents, evidence: Evidence) -> list[Finding]:
    left_out = int(incidents.selection.get("undated_left_out", 0))
    undated = 0 if incidents.when is None else int(np.isnat(incidents.when).sum())
    if left_out:
        code = "{made}.selection['undated_left_out']"
        told = evidence.claim("incidents without a date, left out", left_out, "incidents", code)
        unknown = "so whether they are of the period is unknown"
        return [finding(f"{counted(left_out, 'incident')} more {_have(left_out)} no date, {unknown}.", told)]
    if 0 < undated < incidents.size:
        # A date that is not known is unlike itself.
        code = "int(({made}.when != {made}.when).sum())"
        told = evidence.claim("incidents without a date", undated, "incidents", code)
        words = f"{counted(undated, 'incident')} of these {_have(undated)} no date, and maps count {_them(undated)} all the same."
        return [finding(words, told)]
    return []


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


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


def _hot_and_cold(cells: Hotspots, incidents: Incidents, bounded: bool) -> list[Finding]:
    evidence = _of_hotspots(cells, incidents, bounded)
    said, cold = _hot(cells, evidence), hot_areas(cells, -1)
    if cold.number:
        fewer = "with fewer incidents than chance would give"
        code = "lg.hot_areas.hot_areas({made}, -1).number"
        told = evidence.claim(f"cold areas, {SURELY}", cold.number, "areas", code)
        sentence = f"{counted(cold.number, 'area')} {_are(cold.number)} cold {SURELY}, {fewer}."
        said.append(finding(sentence, told))
    return said


def _hot(cells: Hotspots, evidence: Evidence) -> list[Finding]:
    hot = hot_areas(cells)
    of = evidence.claim("cells of the study area", len(cells), "cells", "len({made})")
    told = [evidence.claim(words, getattr(hot, name), unit, HOT + name) for name, words, unit in HOT_CLAIMS]
    size = f"{counted(len(cells), 'cell')} of {in_words(cells.grid.cell_size)} m"
    if not hot.number:
        return [finding(f"None of {size} is hot {SURELY}: chance alone could make a map like this one.", told[0], of)]
    share = (
        f"{share_in_words(hot.share_of_incidents)} of the incidents on {share_in_words(hot.share_of_area)} of the area"
    )
    many = f"{counted(hot.number, 'area')} {_are(hot.number)} hot {SURELY}, with {share} ({hot.cells:,} of {size})."
    fullest = f"The fullest one holds {counted(hot.largest_count, 'incident')} on {in_words(hot.largest_km2)} km²."
    return [finding(many, *told[:4], of), finding(fullest, *told[4:])]


def hotspots_code(cells: Hotspots, bounded: bool) -> str:
    """Return the code that makes the hotspots of an overview."""
    chosen = {name: cells.parameters[name] for name in ("cell_size", "distance_band")}
    return call("hotspots", "incidents", boundary=Name("boundary") if bounded else None, **chosen)


def _of_hotspots(cells: Hotspots, incidents: Incidents, bounded: bool) -> Evidence:
    return Evidence(hotspots_code(cells, bounded), int(cells["count"].sum()), days_of(incidents), method_of(hotspots))


def densest(surface: Surface) -> tuple[float, float, float]:
    """Return the easting and the northing (m) of the densest cell of a surface, and its density."""
    row, column = np.unravel_index(int(np.nanargmax(surface.values)), surface.grid.shape)
    x, y = surface.grid.coordinates(np.array([row]), np.array([column]))
    return float(x[0]), float(y[0]), float(surface.values[row, column])


def _densest(surface: Surface, incidents: Incidents, bounded: bool) -> list[Finding]:
    kept = surface.parameters
    chosen = {name: kept[name] for name in ("bandwidth", "cell_size")}
    made = call("kde", "incidents", boundary=Name("boundary") if bounded else None, **chosen)
    evidence = Evidence(made, kept["incidents"], days_of(incidents), method_of(kde))
    x, y, value = found = densest(surface)
    units = (f"m east ({surface.grid.crs})", f"m north ({surface.grid.crs})", surface.unit)
    names = ("easting of the densest place", "northing of the densest place", "highest density")
    claims = [
        evidence.claim(name, number, unit, f"lg.overview_words.densest({{made}})[{at}]")
        for at, (name, number, unit) in enumerate(zip(names, found, units))
    ]
    said = (
        f"The densest place, at {x:,.0f} m east and {y:,.0f} m north ({surface.grid.crs}), has {in_words(value)} "
        f"{surface.unit}, smoothed over {in_words(kept['bandwidth'])} m."
    )
    return [finding(said, *claims)]


def _largest_clusters(hulls: Shapes, incidents: Incidents, bounded: bool) -> list[Finding]:
    kept = hulls.parameters
    eps, least = (in_words(kept[name]) for name in ("eps", "min_samples"))
    made = call("dbscan", "incidents", eps=kept["eps"], min_samples=kept["min_samples"])
    evidence = Evidence(f"{made}.clusters()", kept["incidents"], days_of(incidents), method_of(dbscan))
    number = evidence.claim("clusters", len(hulls), "clusters", "len({made})")
    # Where incidents have weights it is these that are added up around a place.
    enough = f"{least} incidents" if incidents.weight is None else f"a weight of {least}"
    if not len(hulls):
        verb = "are" if incidents.weight is None else "is"
        return [finding(f"There is no cluster: nowhere {verb} {enough} within {eps} m of one of them.", number)]
    share = float(hulls["share"].sum())
    together = evidence.claim(
        "share of the incidents in clusters", share, "of the incidents", "float({made}['share'].sum())"
    )
    holds = f"{counted(len(hulls), 'cluster')} {'hold' if len(hulls) > 1 else 'holds'}"
    return [
        finding(
            f"{holds} {share_in_words(share)} of the incidents, around places with {enough} or more within {eps} m.",
            number,
            together,
        ),
        _largest(hulls, evidence),
    ]


def _largest(hulls: Shapes, evidence: Evidence) -> Finding:
    first = int(np.argmin(hulls["rank"]))
    # Of one address or hundred-block there is no area.
    single = hulls["major"][first] < ONE_PLACE
    where = (
        "on one place, as of one address or hundred-block"
        if single
        else f"within {in_words(hulls['area_km2'][first])} km²"
    )
    of = [("count", "incidents in the largest cluster", "incidents")]
    of += [] if single else [("area_km2", "size of the largest cluster", "km²")]
    most = _mostly(hulls, first)
    of += (
        [("category_share", "share of the largest cluster's most frequent category", "of its incidents")]
        if most
        else []
    )
    within = replace(evidence, n=int(hulls["count"][first]))
    claims = [within.claim(name, hulls[key][first], unit, f"{{made}}[{key!r}][{first}]") for key, name, unit in of]
    return finding(f"The largest has {counted(int(hulls['count'][first]), 'incident')} {where}{most}.", *claims)


def _mostly(hulls: Shapes, row: int) -> str:
    if "category" not in hulls.columns or hulls["category_share"][row] == 1.0:
        return ""
    share = share_in_words(float(hulls["category_share"][row]))
    return f"; its most frequent category is “{in_plain_words(hulls['category'][row])}”, with {share}"


def measure_of(table: Concentration, name: str) -> float:
    """Return one measure of a concentration."""
    return float(table["value"][table["measure"].tolist().index(name)])


def _concentrated(table: Concentration, cells: Hotspots, incidents: Incidents, bounded: bool) -> list[Finding]:
    made = f"lg.concentration(incidents, units={hotspots_code(cells, bounded)}.to_features())"
    evidence = Evidence(made, int(cells["count"].sum()), days_of(incidents), method_of(concentration))
    claims = [
        evidence.claim(words, measure_of(table, name), unit, f"lg.overview_words.measure_of({{made}}, {name!r})")
        for name, words, unit in MEASURES
    ]
    half, quarter, gini = (measure_of(table, name) for name, *_ in MEASURES)
    said = (
        f"Half of the incidents are in {share_in_words(half)} of the cells, a quarter in {share_in_words(quarter)} "
        f"(generalised Gini {gini:.2f}, where 0 is as even as can be and 1 all in one cell)."
    )
    return [finding(said, *claims)]
