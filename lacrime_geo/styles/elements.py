"""The pieces QGIS styles (QML) are made of: elements, renderers, symbols of areas."""

from __future__ import annotations

from typing import Any

NORMAL = 0  # how a layer is blended with those beneath
LOCAL_SCALE = 60_000
HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def element(tag: str, children: Any = (), /, text: Any = None, **attributes: Any) -> str:
    """Return an XML element with its attributes quoted; names that Python keeps to itself end in an underscore."""
    from xml.sax.saxutils import quoteattr  # brings half of urllib along: not when QGIS starts

    opening = tag + "".join(f" {key.rstrip('_')}={quoteattr(str(value))}" for key, value in attributes.items())
    inside = str(text) if text is not None else "".join(children)
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def document(parts: list[str], layer: str = "vector", labels: bool = False) -> str:
    """Return a whole style of a vector or raster layer."""
    categories = "Symbology|Labeling|Rendering" if labels else "Symbology|Rendering"
    flags = dict(labelsEnabled=int(labels)) if layer == "vector" else {}
    return HEAD + element("qgis", parts, version="3.22.0", styleCategories=categories, **flags) + "\n"


def in_time(style: str, temporal: str) -> str:
    """Return a whole style with when its layer holds, if that is anything."""
    if not temporal:
        return style
    named = style.replace('styleCategories="', 'styleCategories="Temporal|', 1)
    return named.replace("</qgis>", f"{temporal}</qgis>")


def categorised(attribute: str, entries: list[tuple[Any, str]], symbols: list[str]) -> str:
    """Return a renderer of (value, sentence) entries and their symbols; the value "" stands for all others."""
    rows = [
        element("category", symbol=number, value=value, label=label, render="true", type=_kind_of(value))
        for number, (value, label) in enumerate(entries)
    ]
    return _renderer("categorizedSymbol", attribute, element("categories", rows), symbols)


def _kind_of(value: Any) -> str:
    if value == "":
        return "NULL"
    return "string" if isinstance(value, str) else "long"


def graduated(attribute: str, entries: list[tuple[float, str]], symbols: list[str]) -> str:
    """Return a renderer of (number, sentence) entries and their symbols, each layer of these drawn for all features at once.

    Categories compare texts, in which 25.0 is not 25; classes that end where they begin compare numbers.
    """
    return _ranges(attribute, [(value, value, label) for value, label in entries], symbols, by_pass=True)


def classified(
    attribute: str, entries: list[tuple[float, float, str]], symbols: list[str], by_pass: bool = False
) -> str:
    """Return a renderer of (lowest, highest, sentence) entries of a number or an expression, and their symbols.

    By pass, each layer of the symbols is drawn for all features at once.
    """
    return _ranges(attribute, entries, symbols, by_pass)


def _ranges(attribute: str, entries: list[tuple[float, float, str]], symbols: list[str], by_pass: bool = False) -> str:
    rows = [
        element("range", symbol=number, lower=low, upper=high, label=label, render="true")
        for number, (low, high, label) in enumerate(entries)
    ]
    return _renderer("graduatedSymbol", attribute, element("ranges", rows), symbols, by_pass)


def single(drawn: str) -> str:
    """Return a renderer that draws every feature by one symbol."""
    return _renderer("singleSymbol", "", "", [drawn])


def _renderer(kind: str, attribute: str, classes: str, symbols: list[str], by_pass: bool = False) -> str:
    named = [symbol.replace('name="?"', f'name="{number}"', 1) for number, symbol in enumerate(symbols)]
    drawing = dict(symbollevels=int(by_pass), enableorderby=0, forceraster=0)
    return element("renderer-v2", [classes, element("symbols", named)], type=kind, attr=attribute, **drawing)


def rgba(colour: str, opacity: float = 1.0) -> str:
    """Return #rrggbb and an opacity in 0…1 as QGIS writes colours."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def symbol(kind: str, layers: list[str], opacity: float = 1.0) -> str:
    """Return a symbol (marker or fill) of layers, bottom to top; its renderer numbers it."""
    return element("symbol", layers, type=kind, name="?", alpha=opacity, clip_to_extent=1, force_rhr=0)


def layer_of(name: str, options: dict[str, Any], extra: str = "", turn: int = 0) -> str:
    """Return a layer of a symbol; where a renderer draws by pass, layers of later turns are drawn later."""
    rows = [element("Option", name=key, type="QString", value=value) for key, value in options.items()]
    inside = [element("Option", rows, type="Map"), extra]
    return element("layer", inside, class_=name, enabled=1, locked=0, pass_=turn)


def fill(
    colour: str | None,
    outline: str | None,
    width: float,
    fill_opacity: float = 1.0,
    hide_beyond: int | None = None,
    centre: bool = False,
) -> str:
    """Return a filled area with an outline (mm), hidden beyond a scale, and a cross at its centre; without colours neither."""
    options = _filled(colour, outline, width, fill_opacity)
    by_scale = f"if(@map_scale < {hide_beyond}, 'solid', 'no')"
    extra = data_defined("data_defined_properties", "outlineStyle", by_scale) if hide_beyond else ""
    layers = [layer_of("SimpleFill", options, extra)]
    if centre and outline:
        # A symbol inside a layer is named by where it stands: that of layer 1.
        layers.append(
            layer_of("CentroidFill", {"point_on_surface": 0}, _cross(outline).replace('name="?"', 'name="@0@1"'))
        )
    return symbol("fill", layers)


def _filled(colour: str | None, outline: str | None, width: float, fill_opacity: float = 1.0) -> dict[str, Any]:
    return {
        "color": rgba(colour or "#ffffff", fill_opacity),
        "style": "solid" if colour else "no",
        "outline_color": rgba(outline or "#ffffff"),
        "outline_style": "solid" if outline else "no",
        "outline_width": width,
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }


def outlined_where(condition: str | None, colour: str | None, line: str, width: float) -> str:
    """Return an area filled with a colour, if any, with an outline (mm) above all fills, where a condition holds if there is one.

    From afar, where areas are hardly larger than their outlines, it is half as wide.
    """
    options = {
        "line_color": rgba(line),
        "line_width": width,
        "line_width_unit": "MM",
        # Legends have no feature to ask, and show what stands here.
        "line_style": "no" if condition else "solid",
        "joinstyle": "miter",
        "capstyle": "square",
    }
    across = f"if(@map_scale > {LOCAL_SCALE}, {width / 2:g}, {width:g})"
    style = dict(outlineStyle=f"if({condition}, 'solid', 'no')") if condition else {}
    shown = data_defined("data_defined_properties", "outlineWidth", across, **style)
    layers = [layer_of("SimpleFill", _filled(colour, colour, 0.2)), layer_of("SimpleLine", options, shown, turn=1)]
    return symbol("fill", layers)


def hatched(colour: str, angles: tuple[int, ...], line: str, beyond: int, border: tuple[str, float, str]) -> str:
    """Return a filled area with hatches at angles (degrees) and a border (colour, mm, style), both only within a scale."""
    ink, width, style = border
    options = {
        "color": rgba(colour),
        "style": "solid",
        "outline_color": rgba(ink),
        "outline_style": style,
        "outline_width": width,
        "outline_width_unit": "MM",
        "joinstyle": "miter",
    }
    # From afar a border in the area's own colour closes the seams between areas.
    near = f"if(@map_scale >= {beyond}, '{rgba(colour)}', '{rgba(ink)}')"
    layers = [layer_of("SimpleFill", options, data_defined("data_defined_properties", "outlineColor", near))]
    shown = data_defined("data_defined_properties", "enabled", f"if(@map_scale >= {beyond}, 0, 1)")
    for number, angle in enumerate(angles, start=1):
        stroke = symbol("line", [layer_of("SimpleLine", {"line_color": rgba(line), "line_width": 0.2})])
        drawn = shown + stroke.replace('name="?"', f'name="@0@{number}"')
        layers.append(layer_of("LinePatternFill", {"angle": angle, "distance": 1.1, "distance_unit": "MM"}, drawn))
    return symbol("fill", layers)


def _cross(colour: str) -> str:
    options = {
        "name": "cross",
        "color": rgba(colour),
        "outline_color": rgba(colour),
        "outline_width": 0.6,
        "size": 3,
        "size_unit": "MM",
    }
    return symbol("marker", [layer_of("SimpleMarker", options)])


def outline(colour: str, width: float, halo: float, fill_opacity: float = 0.0) -> str:
    """Return an area's outline with a white halo on either side (mm), over a tint of the area if wanted."""
    tint = {"color": rgba(colour, fill_opacity), "style": "solid", "outline_style": "no"}
    layers = [layer_of("SimpleFill", tint)] if fill_opacity else []
    lines = [("#ffffff", width + 2 * halo, 0.85), (colour, width, 1.0)]
    for turn, (hue, across, opacity) in enumerate(lines):
        options = {
            "line_color": rgba(hue, opacity),
            "line_width": round(across, 2),
            "line_width_unit": "MM",
            "line_style": "solid",
            "joinstyle": "round",
            "capstyle": "round",
        }
        layers.append(layer_of("SimpleLine", options, turn=turn))
    return symbol("fill", layers)


def data_defined(tag: str, target: str, expression: str, **others: str) -> str:
    """Return a property of a symbol or label that QGIS computes by an expression as it draws, or several, by their names."""
    active = element("Option", name="active", type="bool", value="true")
    kind = element("Option", name="type", type="int", value=3)
    each = [
        element(
            "Option",
            [active, element("Option", name="expression", type="QString", value=how), kind],
            name=name,
            type="Map",
        )
        for name, how in {target: expression, **others}.items()
    ]
    properties = element("Option", each, name="properties", type="Map")
    name = element("Option", name="name", type="QString", value="")
    collection = element("Option", name="type", type="QString", value="collection")
    return element(tag, [element("Option", [name, properties, collection], type="Map")])


def unfilled() -> str:
    """Return an area without fill, with a hairline where the map is large enough."""
    return fill(None, "#9a9a9a", 0.06, hide_beyond=LOCAL_SCALE)
