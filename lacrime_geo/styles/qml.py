"""QGIS styles (QML) from the palettes: what a script, the command line and the plugin all put beside their layers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from . import palettes
from .alarms import alerts
from .comparisons import funnel, rank_intervals, rates
from .correlates import components, joined_areas, joined_shares
from .elements import (
    LOCAL_SCALE,
    NORMAL,
    categorised,
    document,
    element,
    fill,
    graduated,
    in_time,
    outline,
    single,
    unfilled,
)
from .emerging import cube, emerging_hotspots, played_hotspots
from .feedback import feedback
from .forecasts import forecast
from .harm import harm
from .hours import aoristic
from .interventions import intervention
from .map_labels import labels, text_literal
from .near_repeats import near_repeat_roles, risk_zones
from .outbreak_circles import outbreaks
from .point_symbols import marker
from .risk import risk
from .severity import severity_class
from .shares_of_runs import jittered_cells, jittered_density, jittered_marks, stability
from .temporal import temporal
from .withheld import safe_areas, safe_points

MANY_POINTS = 10_000
TOO_FEW = "too few"
# Where QGIS puts labels: along an area's border, curved with it, on the line itself or above it.
PERIMETER, ON_LINE, ABOVE_LINE = 7, 1, 2
# "1 · 312 incidents · 4 %"; the smaller clusters are named only when the map is large enough.
HULL_LABEL = (
    f'if("rank" <= {len(palettes.CLUSTER_HUES)} or @map_scale < {LOCAL_SCALE}, '
    "\"rank\" || ' · ' || format_number(\"count\", 0) || ' incidents · ' || "
    "if(\"share\" < 0.001, '< 0.1', format_number(100 * \"share\", if(\"share\" < 0.01, 1, 0))) || ' %', '')"
)


def qml(result: Any) -> str:
    """Return the style of a result (its `.style` names it) as QML text, or "" when it has none.

    >>> qml(type("Nothing", (), {"style": ""})())
    ''
    """
    maker = STYLES.get(result.style)
    return in_time(maker(result), temporal(result, hasattr(result, "unit"))) if maker else ""


def _density(surface: Any) -> str:
    limits = palettes.density_limits(surface.values, surface.breaks) if surface.limits is None else surface.limits
    return _classes(palettes.density_steps(limits, surface.unit, surface.dark))


def _risk_ratio(surface: Any) -> str:
    """Classes of the ratio, though the raster holds its logarithm; no difference is transparent."""
    return _classes([(math.log(ratio), *rest) for ratio, *rest in palettes.RATIOS])


def _classes(rows: Sequence[Any]) -> str:
    """Return the style of a raster in classes: (upper limit, label, colour, opacity) each."""
    items = []
    for high, label, colour, opacity in rows:
        value = "inf" if math.isinf(high) else repr(high)
        items.append(element("item", color=colour, alpha=round(255 * opacity), value=value, label=label))
    shader = element("colorrampshader", items, colorRampType="DISCRETE", classificationMode=1, clip=0)
    renderer = element(
        "rasterrenderer",
        [element("rastershader", [shader])],
        type="singlebandpseudocolor",
        band=1,
        opacity=1,
        alphaBand=-1,
    )
    # Values, not colours, are smoothed when the map is larger than the cells.
    smooth = element("resampling", enabled="true", zoomedInResamplingMethod="bilinear", maxOversampling=2)
    stage = element("resamplingStage", text="provider")
    return document(
        [element("pipe", [element("provider", [smooth]), renderer, stage]), element("blendMode", text=NORMAL)],
        layer="raster",
    )


def _cell_bins(result: Any) -> str:
    return _bins(opacity=0.7)


def _feature_bins(result: Any) -> str:
    polygons = result.features.are_polygons
    return _bins(opacity=0.8 if polygons else 1.0, points=not polygons)


def _bins(opacity: float, points: bool = False) -> str:
    """Categories of `bin`; cells of one class run together, the pale 90 % ones keep a thin outline."""
    symbols = []
    for entry in palettes.BINS:
        if points:
            symbols.append(marker(entry.colour or "#ffffff", 2.2, 0.4 if entry.colour is None else 1.0))
        elif entry.colour is None:
            symbols.append(unfilled())
        else:
            pale = palettes.THIN_OUTLINE.get(entry.value)
            symbols.append(fill(entry.colour, pale or entry.colour, 0.1 if pale else 0.2))
    renderer = categorised("bin", [(entry.value, entry.label) for entry in palettes.BINS], symbols)
    return document([renderer, element("layerOpacity", text=opacity), element("blendMode", text=NORMAL)])


def _local_moran(result: Any) -> str:
    """Categories of `cluster_type` in the customary colours; what is not significant has no fill."""
    return _kinds("cluster_type", palettes.LOCAL_MORAN, points=not result.features.are_polygons)


def _comparison(result: Any) -> str:
    """Categories of `change`; what is neither hot nor cold on both maps has no fill."""
    return _kinds("change", palettes.COMPARISON)


def _change(result: Any) -> str:
    """Categories of `bin`, outlined where significant; pale grey where there is no change, nothing where none could be told."""
    entries: list[tuple[Any, str]] = [(entry.value, entry.label) for entry in palettes.CHANGE]
    symbols = []
    for value, _, colour in palettes.CHANGE:
        outlined = palettes.MORE_OUTLINE if value > 0 else palettes.FEWER_OUTLINE
        grey, opacity = palettes.NO_CHANGE
        symbols.append(fill(grey, None, 0.0, opacity) if colour is None else fill(colour, outlined, 0.18))
    entries.append((TOO_FEW, "Too few incidents to tell a change"))
    symbols.append(fill(None, None, 0.0))
    renderer = categorised(f'if("tested", "bin", {text_literal(TOO_FEW)})', entries, symbols)
    return document([renderer, element("layerOpacity", text=0.8), element("blendMode", text=NORMAL)])


def _kinds(attribute: str, kinds: Mapping[str, tuple[str, str | None]], points: bool = False) -> str:
    """Categories by name, each with its words and its colour; those without a colour are not filled."""
    symbols = []
    for _, colour in kinds.values():
        if points:
            symbols.append(marker(colour or "#ffffff", 2.2, 0.4 if colour is None else 1.0))
        elif colour is None:
            symbols.append(unfilled())
        else:
            symbols.append(fill(colour, colour, 0.2))
    entries = [(kind, words) for kind, (words, _) in kinds.items()]
    opacity = element("layerOpacity", text=1.0 if points else 0.8)
    return document([categorised(attribute, entries, symbols), opacity, element("blendMode", text=NORMAL)])


def _incidents(result: Any) -> str:
    """Incidents as small translucent points, fainter where there are very many; the layer's name is the legend."""
    many = len(result) > MANY_POINTS
    drawn = marker(palettes.INCIDENT, 0.9 if many else 1.4, 0.3 if many else 0.45)
    return document([single(drawn), element("blendMode", text=NORMAL)])


def _clustered(result: Any) -> str:
    """Labelled incidents: six hues by rank, one muted hue for the rest, noise small and grey."""
    entries: list[tuple[Any, str]] = [(entry.value, entry.label) for entry in palettes.cluster_classes()]
    symbols = [marker(entry.colour or "", 1.5, 0.65) for entry in palettes.cluster_classes()]
    entries += [("", "Smaller clusters"), (-1, "In no cluster")]
    symbols += [marker(palettes.OTHER_CLUSTERS, 1.3, 0.6), marker(palettes.NOISE, 0.7, 0.35)]
    return document([categorised("cluster", entries, symbols), element("blendMode", text=NORMAL)])


def _hulls(result: Any) -> str:
    entries: list[tuple[Any, str]] = [(entry.value, entry.label) for entry in palettes.cluster_classes()]
    # On hot cells a hue alone would be lost.
    symbols = [outline(entry.colour or "", 0.6, 0.3, fill_opacity=0.1) for entry in palettes.cluster_classes()]
    entries.append(("", "Smaller clusters"))
    # Without a casing: there are many, and from afar nothing else would be seen of them.
    symbols.append(fill(palettes.OTHER_CLUSTERS, palettes.OTHER_CLUSTERS, 0.3, fill_opacity=0.1))
    renderer = categorised("cluster", entries, symbols)
    # Over the hull's middle, the larger clusters' first.
    named = labels(
        HULL_LABEL,
        placement=dict(placement=1, centroidWhole=0, fitInPolygonOnly=0),
        rendering={},
        priority='max(10 - "rank" / 6, 0)',
    )
    return document([renderer, named, element("blendMode", text=NORMAL)], labels=True)


def _ellipses(result: Any) -> str:
    """Outlines in six hues by size, the others muted, each around a cross at its mean centre, with its group's name."""
    hues = palettes.CLUSTER_HUES[: len(result)]
    entries: list[tuple[Any, str]] = [(str(group), str(group)) for group in result["group"][: len(hues)]]
    # Ellipses overlap: filled, many would hide the map.
    symbols = [fill(None, hue, 0.6, centre=True) for hue in hues]
    if len(result) > len(hues):
        entries.append(("", "Smaller groups"))
        symbols.append(fill(None, palettes.OTHER_CLUSTERS, 0.3, centre=True))
    named = labels(
        '"group" || \' · \' || format_number("count", 0)',
        placement=dict(placement=PERIMETER, placementFlags=ABOVE_LINE, repeatDistance=0),
        rendering={},
        priority="8",
    )
    renderer = categorised('to_string("group")', entries, symbols)
    return document([renderer, named, element("blendMode", text=NORMAL)], labels=True)


def _contours(result: Any) -> str:
    """Lines from thick, around the densest areas, to thin, each with its level written on it."""
    volume, unit = result.parameters["kind"] == "volume", result.parameters["unit"]
    levels = result["level"].tolist()
    widths = palettes.contour_widths(len(levels))
    symbols = [outline(palettes.CONTOUR, width, 0.5) for width in (widths if volume else widths[::-1])]
    if volume:
        measured = result.parameters["measured"]
        entries = [(level, f"Smallest area with {level:g} % of {measured}") for level in levels]
    else:
        entries = [(level, f"{level:,.6g} {unit} or more".replace("  ", " ")) for level in levels]
    written = text_literal(" %" if volume else f" {unit}".rstrip())
    on_line = labels(
        f'"level" || {written}',
        placement=dict(placement=PERIMETER, placementFlags=ON_LINE, repeatDistance=0),
        rendering=dict(labelPerPart=1, minFeatureSize=14),
        priority="8",
        halo=1.3,  # closes over the line between the letters
    )
    renderer = graduated("level", entries, symbols)
    return document([renderer, on_line, element("blendMode", text=NORMAL)], labels=True)


def _tolerance(result: Any) -> str:
    """Lines around the areas that differ, solid for p ≤ 0.05 and thicker for 0.01, a hue for either side."""
    entries: list[tuple[Any, str]] = []
    symbols = []
    for side, colour in palettes.TOLERANCE.items():
        for p, width in ((0.01, 0.9), (0.05, 0.45)):
            entries.append((f"{side} {p:g}", f"Risk {side}, p ≤ {p:g}"))
            symbols.append(outline(colour, width, 0.5))
    renderer = categorised('"side" || \' \' || "p"', entries, symbols)
    return document([renderer, element("blendMode", text=NORMAL)])


STYLES: dict[str, Callable[[Any], str]] = {
    "alerts": alerts,
    "density": _density,
    "forecast": forecast,
    "hotspots": _cell_bins,
    "gi_star": _feature_bins,
    "local_moran": _local_moran,
    "stability": stability,
    "jitter": jittered_cells,
    "jitter_density": jittered_density,
    "jitter_marks": jittered_marks,
    "comparison": _comparison,
    "change": _change,
    "incidents": _incidents,
    "aoristic": aoristic,
    "harm": harm,
    "safe_areas": safe_areas,
    "safe_points": safe_points,
    "clusters": _clustered,
    "cluster_hulls": _hulls,
    "ellipses": _ellipses,
    "contours": _contours,
    "risk_ratio": _risk_ratio,
    "tolerance": _tolerance,
    "near_repeat_roles": near_repeat_roles,
    "risk_zones": risk_zones,
    "outbreaks": outbreaks,
    "emerging_hotspots": emerging_hotspots,
    "played_hotspots": played_hotspots,
    "cube": cube,
    "risk": risk,
    "feedback": feedback,
    "severity_class": severity_class,
    "components": components,
    "joined_areas": joined_areas,
    "joined_shares": joined_shares,
    "rates": rates,
    "funnel": funnel,
    "rank_intervals": rank_intervals,
    "intervention": intervention,
}
