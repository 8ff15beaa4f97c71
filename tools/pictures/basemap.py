"""The sample city as layers of QGIS: what is drawn beneath a result, and the names above it."""

from pathlib import Path

from qgis.core import (
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsNullSymbolRenderer,
    QgsPalLayerSettings,
    QgsPointXY,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor, QFont

from ..screenshot.tiles import FILLS

SAMPLE = Path(__file__).resolve().parents[2] / "sample_layers"
CRS = "EPSG:32611"
# Colour and width (mm). Darker than on the tiles: the white of streets would be lost beneath the colours of a density.
LINES = {
    ("street", 3): ("#d3cec4", 0.16),
    ("arterial", 2): ("#b9b2a6", 0.28),
    ("arterial", 1): ("#8f7f66", 0.5),
}
LETTERS = {1: 9.5, 2: 7.5, 3: 7.0}
INK, LIMIT = "#222222", "#555555"


def beneath(streets=True):
    """Return the layers of land and streets, in the order in which QGIS lists them: the last is drawn first."""
    lines = [_lines(kind, rank, *look) for (kind, rank), look in LINES.items() if streets or kind != "street"]
    fills = [_part("Polygon", f"\"kind\" = '{kind}'", _fill(colour)) for kind, colour in FILLS.items()]
    return [*lines[::-1], *fills[::-1]]


def city_limit():
    """Return the layer of the line around all divisions: beyond it nothing is counted."""
    import geopandas as gpd
    import shapely

    layer = QgsVectorLayer(f"Polygon?crs={CRS}", "City limit", "memory")
    divisions = gpd.read_file(SAMPLE / "divisions.geojson").to_crs(CRS)
    limit = QgsFeature()
    limit.setGeometry(QgsGeometry.fromWkt(shapely.union_all(divisions.geometry.values).wkt))
    layer.dataProvider().addFeature(limit)
    look = {"style": "no", "outline_color": LIMIT, "outline_width": "0.25", "outline_style": "dash"}
    layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(look)))
    return layer


def planted():
    """Return the layer of the outlines within which incidents were added to the city: what is to be found."""
    layer = QgsVectorLayer(str(SAMPLE / "planted_hotspots.geojson"), "Planted hotspots", "ogr")
    look = {"style": "no", "outline_color": INK, "outline_width": "0.3"}
    root = QgsRuleBasedRenderer.Rule(None)
    root.appendChild(QgsRuleBasedRenderer.Rule(QgsFillSymbol.createSimple(look), label="Planted hot spot"))
    layer.setRenderer(QgsRuleBasedRenderer(root))
    return layer


def dots(x, y):
    """Return the layer of points (m) as small dots."""
    layer = QgsVectorLayer(f"MultiPoint?crs={CRS}", "Points", "memory")
    all_of_them = QgsFeature()
    all_of_them.setGeometry(QgsGeometry.fromMultiPointXY([QgsPointXY(*place) for place in zip(x, y)]))
    layer.dataProvider().addFeature(all_of_them)
    look = {"name": "circle", "color": INK, "outline_style": "no", "size": "0.5"}
    layer.setRenderer(QgsSingleSymbolRenderer(QgsMarkerSymbol.createSimple(look)))
    return layer


def names(least=2):
    """Return the layer of place names, down to a rank."""
    layer = _part("Point", f'"kind" = \'place\' and "rank" <= {least}', None)
    layer.setRenderer(QgsNullSymbolRenderer())
    root = QgsRuleBasedLabeling.Rule(None)
    for rank in range(1, least + 1):
        root.appendChild(QgsRuleBasedLabeling.Rule(_label(rank), 0, 0, f'"rank" = {rank}'))
    layer.setLabeling(QgsRuleBasedLabeling(root))
    layer.setLabelsEnabled(True)
    return layer


def _part(geometry, subset, symbol):
    layer = QgsVectorLayer(f"{SAMPLE / 'basemap.geojson'}|geometrytype={geometry}", subset, "ogr")
    layer.setSubsetString(subset)
    if not layer.isValid() or not layer.featureCount():
        raise ValueError(f"basemap.geojson has no {geometry} where {subset}.")
    if symbol is not None:
        layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    return layer


def _fill(colour):
    return QgsFillSymbol.createSimple({"color": colour, "outline_style": "no"})


def _lines(kind, rank, colour, width):
    symbol = QgsLineSymbol.createSimple({"color": colour, "width": str(width), "capstyle": "round"})
    return _part("LineString", f'"kind" = \'{kind}\' and "rank" = {rank}', symbol)


def _label(rank):
    text = QgsTextFormat()
    text.setFont(QFont("Open Sans"))
    text.setSize(LETTERS[rank])
    text.setColor(QColor(INK))
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.6)
    halo.setSizeUnit(QgsUnitTypes.RenderUnit.RenderMillimeters)
    halo.setColor(QColor(255, 255, 255, 190))
    text.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.fieldName = "name"
    settings.placement = QgsPalLayerSettings.Placement.OverPoint
    settings.priority = 10 - 2 * rank
    settings.setFormat(text)
    return settings
