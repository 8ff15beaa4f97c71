"""The basemaps that lacrime:basemap offers, what their owners ask, and where they lie in the layer tree."""

from typing import NamedTuple

from qgis.core import (
    QgsBilinearRasterResampler,
    QgsLayerMetadata,
    QgsLayerTreeLayer,
    QgsProviderRegistry,
    QgsRasterLayer,
)

# Of a layer: that it is a basemap's base or its labels, in projects that are opened again too.
ROLE, BASE, LABELS = "lacrime/basemap", "base", "labels"
CARTO_TILES = "https://basemaps.cartocdn.com/{variant}/{{z}}/{{x}}/{{y}}@2x.png?key={{key}}"
ESRI_TILES = "https://server.arcgisonline.com/ArcGIS/rest/services/{variant}/MapServer/tile/{{z}}/{{y}}/{{x}}"


class Owner(NamedTuple):
    """Who serves tiles: what must be printed beside the map, where the terms stand, and what they come to."""

    attribution: str
    terms: str
    asks: str


class Basemap(NamedTuple):
    """Tiles by URL; `labels` is the URL of place names alone, where the base comes without any.

    `density` is how many pixels of a tile stand for one of a screen of 96 dots per inch: so QGIS prints names as large as there.
    """

    name: str
    owner: Owner
    url: str
    zoom_max: int
    labels: str = ""
    density: int = 1
    pale: bool = False


OPENSTREETMAP = Owner(
    "© OpenStreetMap contributors",
    "https://operations.osmfoundation.org/policies/tiles/",
    "free for viewing and for maps printed now and then; not for downloading areas in bulk",
)
CARTO = Owner(
    "© OpenStreetMap contributors © CARTO",
    "https://carto.com/legal/basemap-terms/",
    "a key of your own, free up to a number of tiles a month",
)
CANVAS = Owner(
    "Tiles © Esri — Esri, DeLorme, NAVTEQ",
    "https://www.esri.com/en-us/legal/terms/full-master-agreement",
    "an ArcGIS account, which the server does not ask for",
)
STREETS = CANVAS._replace(
    attribution="Tiles © Esri — Source: Esri, DeLorme, NAVTEQ, USGS, Intermap, iPC, NRCAN, Esri Japan, METI, "
    "Esri China (Hong Kong), Esri (Thailand), TomTom, 2012"
)
IMAGERY = CANVAS._replace(
    attribution="Tiles © Esri — Source: Esri, i-cubed, USDA, USGS, AEX, GeoEye, Getmapping, Aerogrid, IGN, IGP, UPR-EGP, "
    "and the GIS User Community"
)


def _openstreetmap(name, pale):
    return Basemap(name, OPENSTREETMAP, "https://tile.openstreetmap.org/{z}/{x}/{y}.png", 19, pale=pale)


def _carto(name, base, labels=""):
    urls = [CARTO_TILES.format(variant=variant) if variant else "" for variant in (base, labels)]
    return Basemap(name, CARTO, urls[0], 20, urls[1], density=2)


def _esri(name, owner, base, zoom_max, labels=""):
    urls = [ESRI_TILES.format(variant=variant) if variant else "" for variant in (base, labels)]
    return Basemap(name, owner, urls[0], zoom_max, urls[1])


BASEMAPS = (
    _openstreetmap("OpenStreetMap pale", pale=True),
    _openstreetmap("OpenStreetMap", pale=False),
    _carto("CARTO light", "light_nolabels", "light_only_labels"),
    _carto("CARTO light without names", "light_nolabels"),
    _carto("CARTO dark", "dark_nolabels", "dark_only_labels"),
    _carto("CARTO dark without names", "dark_nolabels"),
    _esri("Esri light grey", CANVAS, "Canvas/World_Light_Gray_Base", 16, "Canvas/World_Light_Gray_Reference"),
    _esri("Esri dark grey", CANVAS, "Canvas/World_Dark_Gray_Base", 16, "Canvas/World_Dark_Gray_Reference"),
    _esri("Esri streets", STREETS, "World_Street_Map", 19),
    _esri("Esri imagery", IMAGERY, "World_Imagery", 19),
)
BY_NAME = {basemap.name: basemap for basemap in BASEMAPS}


def layers_of(basemap, key=""):
    """Return a basemap as layers by their role, the labels only where they come apart."""
    urls = {BASE: basemap.url, LABELS: basemap.labels}
    return {role: _layer(basemap, role, url.replace("{key}", key)) for role, url in urls.items() if url}


def _layer(basemap, role, url):
    parts = {"type": "xyz", "url": url, "zmin": "0", "zmax": str(basemap.zoom_max)}
    parts["tilePixelRatio"] = str(basemap.density)
    name = basemap.name if role == BASE else f"{basemap.name}: names"
    layer = QgsRasterLayer(QgsProviderRegistry.instance().encodeUri("wms", parts), name, "wms")
    layer.setCustomProperty(ROLE, role)
    _attribute(layer, basemap.owner)
    _smooth(layer)
    if basemap.pale:
        _make_pale(layer)
    return layer


def _smooth(layer):
    """Draw tiles smoothly at scales between theirs, as on paper: else letters fray."""
    filtered = layer.resampleFilter()
    filtered.setZoomedInResampler(QgsBilinearRasterResampler())
    filtered.setZoomedOutResampler(QgsBilinearRasterResampler())
    filtered.setMaxOversampling(1.0)  # finer tiles would have names half as large


def _attribute(layer, owner):
    """Say whose the tiles are, where QGIS's copyright decoration and its layouts look for it."""
    metadata = QgsLayerMetadata()
    metadata.setTitle(layer.name())
    metadata.setRights([owner.attribution])
    if owner.terms:
        metadata.setLicenses([owner.terms])
    layer.setMetadata(metadata)


def _make_pale(layer):
    """Draw in pale grey: the colours of an analysis are then the only ones."""
    layer.hueSaturationFilter().setSaturation(-100)
    tint = layer.brightnessFilter()
    tint.setContrast(-20)
    tint.setBrightness(42)


def role_of(layer):
    """Return what part of a basemap a layer is, "" for none."""
    return layer.customProperty(ROLE, "") if layer is not None else ""


def url_of(layer):
    """Return the URL of a layer's tiles."""
    return QgsProviderRegistry.instance().decodeUri("wms", layer.source()).get("url")


def place(project, layers):
    """Put the layers of a basemap into a project: the base beneath all others, the labels above."""
    root = project.layerTreeRoot()
    for role, layer in layers.items():
        project.addMapLayer(layer, False)
        node = root.insertLayer(0 if role == LABELS else len(root.children()), layer)
        node.setExpanded(False)


def standing(project):
    """Return the layers of the basemap that a project has, by their role."""
    return {role_of(layer): layer for layer in project.mapLayers().values() if role_of(layer)}


def beneath_labels(root):
    """Return the place in a layer tree right beneath a basemap's labels; the top where there are none."""
    nodes = enumerate(root.children())
    return max(
        (number + 1 for number, node in nodes if isinstance(node, QgsLayerTreeLayer) and _is_labels(node)), default=0
    )


def _is_labels(node):
    return role_of(node.layer()) == LABELS
