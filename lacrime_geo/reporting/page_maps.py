"""The map of a report as part of its page: what a script draws and tells, the same map for print, and its tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable

from .. import html_pages as html
from ..crs import Projection
from ..features import Features
from ..json_values import json_values
from ..privacy.safe_layers import K
from .cell_layers import CELL_LAYERS
from .map_data import map_data
from .map_layers import CellLayer, MapLayer, ShapeLayer
from .map_legends import legend
from .map_tables import TABLES
from .shape_layers import SHAPE_LAYERS
from .static_maps import static_map

# In the order of the choices; the areas of one are seen at a time, with clusters above them.
ORDER = ("hotspots", "density", "emerging", "alerts", "clusters")
ABOVE = "clusters"
TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TILE_HOST = "https://tile.openstreetmap.org"
TILE_OWNER = "© OpenStreetMap contributors"
TILE_ZOOM = 19
HINT = "Point at the map, tap it, or move it with the arrow keys and press Enter, to read what stands there."
SENDS = (
    "Nothing has been loaded from elsewhere. Loading the basemap asks OpenStreetMap's servers for the streets of the part of "
    "the map that you look at: they learn that part and the address of your computer."
)
FROM_DISK = (
    "This page was opened from a disk, and cannot tell these servers where it comes from; they may answer “access blocked” "
    "instead of streets. From a web server it can."
)
PUBLISHING = (
    f"Places are shown as cells, hulls and areas, and counts of 1 to {K - 1} in a cell as “fewer than {K}”. That hides nothing "
    "from who computes: z and densities are made of these counts, corners of hulls are places of incidents, and a hull can be "
    "one address. Where a number could point at a person, withhold it before publishing: safe_export does so."
)


def map_of(layers: Mapping[str, Any], boundary: Features | None, projection: Projection) -> html.Markup:
    """Return the map of results by name; nothing where there is no layer."""
    made = map_layers(layers)
    if not made:
        return html.Markup("")
    themes = [layer for layer in made if layer.name != ABOVE]
    above = [layer for layer in made if layer.name == ABOVE]
    return html.Markup(
        _interactive(themes, above)
        + html.tag("div", *_printed(themes, above, boundary), kind="static-maps")
        + html.tag("p", PUBLISHING, kind="caveat")
        + embedded("map-data", map_data(made, boundary, projection))
    )


def tables_of(layers: Mapping[str, Any], projection: Projection) -> html.Markup:
    """Return what the map shows as tables."""
    tables = [TABLES[name](layers[name], projection) for name in TABLES if name in layers]
    return html.tag("div", *(html.tag("div", one, kind="wide") for one in tables), kind="map-tables")


def map_layers(layers: Mapping[str, Any]) -> list[MapLayer]:
    """Return what is drawn of results by name, in the order of the choices."""
    makers: dict[str, Callable[[Any], MapLayer]] = {**CELL_LAYERS, **SHAPE_LAYERS}
    unknown = [name for name in layers if name not in makers]
    if unknown:
        raise ValueError(f"The map has no layer {unknown[0]!r}; its layers are {', '.join(makers)}.")
    made = [makers[name](layers[name]) for name in ORDER if name in layers]
    # Where there is no cluster there is nothing to choose.
    return [layer for layer in made if isinstance(layer, CellLayer) or layer.words]


def embedded(name: str, values: Any) -> html.Markup:
    """Return values as JSON in a page, in which no text can end the element that holds it."""
    text = json.dumps(json_values(values), separators=(",", ":"), allow_nan=False)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return html.tag("script", html.Markup(text), type="application/json", id=name)


def _interactive(themes: list[MapLayer], above: list[MapLayer]) -> html.Markup:
    choices = [_choice("radio", layer, number == 0) for number, layer in enumerate(themes)]
    choices += [_choice("radio", None, not themes)] if themes else []
    over = [
        html.tag("fieldset", html.tag("legend", "Above it"), *(_choice("checkbox", layer, True) for layer in above))
    ]
    form = html.tag(
        "form",
        html.tag("fieldset", html.tag("legend", "The map shows"), *choices),
        *(over if above else []),
        id="map-layers",
        aria_label="Layers of the map",
    )
    label = "Map. Arrow keys move it, plus and minus change its scale, Enter reads what stands in its middle, Escape ends that."
    frame = html.tag(
        "div",
        html.tag("div", id="web-map", role="application", aria_label=label, aria_describedby="map-said"),
        html.tag("div", id="map-hover", aria_hidden="true", hidden="hidden"),
        html.tag("div", id="map-middle", aria_hidden="true"),
        id="map-frame",
    )
    legends = (html.tag("div", legend(layer), id=f"legend-{layer.name}") for layer in (*above, *themes))
    said = html.tag("div", html.tag("p", HINT), id="map-said", aria_live="polite", data_hint=HINT)
    return html.tag("div", form, frame, said, html.tag("div", *legends, kind="legends"), _basemap(), kind="live-map")


def _choice(kind: str, layer: MapLayer | None, chosen: bool) -> html.Markup:
    """Return a choice of one layer, or of none."""
    name, value = ("areas" if kind == "radio" else "above"), layer.name if layer else ""
    checked = " checked" if chosen else ""
    box = html.Markup(f'<input type="{kind}" name="{name}" value="{value}" autocomplete="off"{checked}>')
    return html.tag("label", box, f" {layer.title if layer else 'No areas'}")


def _basemap() -> html.Markup:
    told = dict(data_url=TILES, data_attribution=TILE_OWNER, data_zoom=str(TILE_ZOOM))
    button = html.tag(
        "button", "Load basemap", type="button", id="load-basemap", aria_describedby="basemap-sends", **told
    )
    sends = html.tag("span", SENDS, id="basemap-sends")
    return html.tag(
        "p", sends, " ", html.tag("span", FROM_DISK, " ", id="from-disk", hidden="hidden"), button, kind="small"
    )


def _printed(themes: list[MapLayer], above: list[MapLayer], boundary: Features | None) -> list[html.Markup]:
    """Return a figure for each theme; clusters stand on the first, which is what the page shows at first."""
    figures = []
    for number, theme in enumerate(themes or [None]):
        shown = [*([theme] if theme else []), *(above if number == 0 else [])]
        picture = static_map(shown, boundary, " ".join(map(_in_words, shown)))
        caption = html.tag("figcaption", *(legend(layer) for layer in shown[::-1]))
        figures.append(html.tag("figure", html.Markup(picture), caption, kind="static-map"))
    return figures


def _in_words(layer: MapLayer) -> str:
    """Return what a layer shows to those who do not see it."""
    classes = "; ".join(look.sentence for look in layer.looks if look.fill)
    if isinstance(layer, ShapeLayer):
        return (
            f"Map of {layer.title.lower()}: {'; '.join(layer.words[:3])}." if layer.words else f"{layer.title}: none."
        )
    assert isinstance(layer, CellLayer)
    return f"Map of {layer.title.lower()}: {classes}."
