"""QGIS styles (QML) from the palettes: what a script, the command line and the plugin all put beside their layers."""

from __future__ import annotations

import math
from typing import Any, Callable
from xml.sax.saxutils import quoteattr

from . import palettes

HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
NORMAL = 0  # how a layer is blended with those beneath
LOCAL_SCALE = 60_000
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
    return maker(result) if maker else ""


def _density(surface: Any) -> str:
    limits = palettes.quantile_limits(surface.values)
    unit = surface.unit
    rows = []
    for number, (low, high) in enumerate(zip([0.0, *limits], [*limits, math.inf])):
        at = round(number * (len(palettes.DENSITY) - 1) / max(len(limits), 1))
        label = f"Below {high:,.4g} {unit}" if number == 0 else f"{low:,.4g} to {high:,.4g} {unit}"
        label = f"{low:,.4g} {unit} or more" if math.isinf(high) else label
        alpha = round(255 * palettes.DENSITY_OPACITY[at])
        value = "inf" if math.isinf(high) else repr(high)
        rows.append(_element("item", color=palettes.DENSITY[at], alpha=alpha, value=value, label=label))
    shader = _element("colorrampshader", rows, colorRampType="DISCRETE", classificationMode=1, clip=0)
    renderer = _element(
        "rasterrenderer",
        [_element("rastershader", [shader])],
        type="singlebandpseudocolor",
        band=1,
        opacity=1,
        alphaBand=-1,
    )
    # Values, not colours, are smoothed when the map is larger than the cells.
    smooth = _element("resampling", enabled="true", zoomedInResamplingMethod="bilinear", maxOversampling=2)
    stage = _element("resamplingStage", text="provider")
    return _document(
        [_element("pipe", [_element("provider", [smooth]), renderer, stage]), _element("blendMode", text=NORMAL)],
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
            symbols.append(_marker(entry.colour or "#ffffff", 2.2, 0.4 if entry.colour is None else 1.0))
        elif entry.colour is None:
            symbols.append(_fill(None, "#9a9a9a", 0.06, hide_beyond=LOCAL_SCALE))
        else:
            symbols.append(_fill(entry.colour, palettes.THIN_OUTLINE.get(entry.value, entry.colour), 0.2))
    renderer = _categorised("bin", [(entry.value, entry.label) for entry in palettes.BINS], symbols)
    return _document([renderer, _element("layerOpacity", text=opacity), _element("blendMode", text=NORMAL)])


def _clustered(result: Any) -> str:
    """Labelled incidents: six hues by rank, one muted hue for the rest, noise small and grey."""
    entries: list[tuple[Any, str]] = [(entry.value, entry.label) for entry in palettes.cluster_classes()]
    symbols = [_marker(entry.colour or "", 1.5, 0.65) for entry in palettes.cluster_classes()]
    entries += [("", "Smaller clusters"), (-1, "In no cluster")]
    symbols += [_marker(palettes.OTHER_CLUSTERS, 1.3, 0.6), _marker(palettes.NOISE, 0.7, 0.35)]
    return _document([_categorised("cluster", entries, symbols), _element("blendMode", text=NORMAL)])


def _hulls(result: Any) -> str:
    entries: list[tuple[Any, str]] = [(entry.value, entry.label) for entry in palettes.cluster_classes()]
    symbols = [_fill(entry.colour, entry.colour or "", 0.5, fill_opacity=0.1) for entry in palettes.cluster_classes()]
    entries.append(("", "Smaller clusters"))
    symbols.append(_fill(palettes.OTHER_CLUSTERS, palettes.OTHER_CLUSTERS, 0.3, fill_opacity=0.1))
    renderer = _categorised("cluster", entries, symbols)
    return _document([renderer, _labels(HULL_LABEL), _element("blendMode", text=NORMAL)], labels=True)


STYLES: dict[str, Callable[[Any], str]] = {
    "density": _density,
    "hotspots": _cell_bins,
    "gi_star": _feature_bins,
    "clusters": _clustered,
    "cluster_hulls": _hulls,
}


def _element(tag: str, children: Any = (), /, text: Any = None, **attributes: Any) -> str:
    opening = tag + "".join(f" {key.rstrip('_')}={quoteattr(str(value))}" for key, value in attributes.items())
    inside = str(text) if text is not None else "".join(children)
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def _document(parts: list[str], layer: str = "vector", labels: bool = False) -> str:
    categories = "Symbology|Labeling|Rendering" if labels else "Symbology|Rendering"
    flags = dict(labelsEnabled=int(labels)) if layer == "vector" else {}
    return HEAD + _element("qgis", parts, version="3.22.0", styleCategories=categories, **flags) + "\n"


def _categorised(attribute: str, entries: list[tuple[Any, str]], symbols: list[str]) -> str:
    rows = [
        _element(
            "category", symbol=number, value=value, label=label, render="true", type="long" if value != "" else "NULL"
        )
        for number, (value, label) in enumerate(entries)
    ]
    named = [symbol.replace('name="?"', f'name="{number}"', 1) for number, symbol in enumerate(symbols)]
    parts = [_element("categories", rows), _element("symbols", named)]
    return _element(
        "renderer-v2", parts, type="categorizedSymbol", attr=attribute, symbollevels=0, enableorderby=0, forceraster=0
    )


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _options(values: dict[str, Any]) -> str:
    rows = [_element("Option", name=name, type="QString", value=value) for name, value in values.items()]
    return _element("Option", rows, type="Map")


def _symbol(kind: str, layer: str, options: dict[str, Any], opacity: float = 1.0, extra: str = "") -> str:
    inside = _element("layer", [_options(options), extra], class_=layer, enabled=1, locked=0, pass_=0)
    return _element("symbol", [inside], type=kind, name="?", alpha=opacity, clip_to_extent=1, force_rhr=0)


def _fill(
    colour: str | None, outline: str, width: float, fill_opacity: float = 1.0, hide_beyond: int | None = None
) -> str:
    options = {
        "color": _rgba(colour or "#ffffff", fill_opacity),
        "style": "solid" if colour else "no",
        "outline_color": _rgba(outline),
        "outline_style": "solid",
        "outline_width": width,
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }
    by_scale = f"if(@map_scale < {hide_beyond}, 'solid', 'no')"
    extra = _data_defined("data_defined_properties", "outlineStyle", by_scale) if hide_beyond else ""
    return _symbol("fill", "SimpleFill", options, extra=extra)


def _data_defined(tag: str, target: str, expression: str) -> str:
    """Return a property of a symbol or label that QGIS computes by an expression as it draws."""
    active = _element("Option", name="active", type="bool", value="true")
    how = _element("Option", name="expression", type="QString", value=expression)
    kind = _element("Option", name="type", type="int", value=3)
    properties = _element(
        "Option", [_element("Option", [active, how, kind], name=target, type="Map")], name="properties", type="Map"
    )
    name = _element("Option", name="name", type="QString", value="")
    collection = _element("Option", name="type", type="QString", value="collection")
    return _element(tag, [_element("Option", [name, properties, collection], type="Map")])


def _marker(colour: str, size: float, opacity: float) -> str:
    options = {
        "name": "circle",
        "color": _rgba(colour),
        "outline_style": "no" if size < 2 else "solid",
        "outline_color": _rgba("#555555"),
        "outline_width": 0.1,
        "size": size,
        "size_unit": "MM",
    }
    return _symbol("marker", "SimpleMarker", options, opacity)


def _labels(expression: str) -> str:
    """Return labels in dark text with a white halo, the larger clusters' first where room is short."""
    halo = _element(
        "text-buffer",
        bufferDraw=1,
        bufferSize=0.9,
        bufferSizeUnits="MM",
        bufferColor=_rgba("#ffffff"),
        bufferOpacity=0.9,
    )
    text = _element(
        "text-style",
        [halo],
        isExpression=1,
        fieldName=expression,
        fontFamily="Open Sans",
        fontSize=8,
        fontSizeUnit="Point",
        fontWeight=75,
        namedStyle="Bold",
        textColor=_rgba("#222222"),
        textOpacity=1,
    )
    placement = _element("placement", placement=1, priority=8, centroidWhole=0, fitInPolygonOnly=0)
    rendering = _element("rendering", obstacle=0, displayAll=0, drawLabels=1, scaleVisibility=0)
    priority = _data_defined("dd_properties", "Priority", 'max(10 - "rank" / 6, 0)')
    settings = _element("settings", [text, placement, rendering, priority], calloutType="simple")
    return _element("labeling", [settings], type="simple")
