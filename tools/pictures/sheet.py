"""A sheet of maps with their legend, scale bar and source, laid out by QGIS and saved as a small PNG."""

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutItemShape,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsPrintLayout,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsRenderContext,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont

from ..screenshot.tiles import FILLS, SEA
from .basemap import CRS, INK
from .few_colours import in_few_colours

DOTS_PER_INCH = 150


def layer_of(path, style=None):
    """Return a result's file as a layer in the style written beside it, or beside another file of its kind."""
    layer = (
        QgsRasterLayer(str(path), path.stem) if path.suffix == ".tif" else QgsVectorLayer(str(path), path.stem, "ogr")
    )
    said, good = layer.loadNamedStyle(str((style or path).with_suffix(".qml")))
    if not (layer.isValid() and good):
        raise ValueError(f"QGIS cannot draw {path}: {said}")
    return layer


class Sheet:
    """A page of a width and height in millimetres; places on it are (left, top, width, height)."""

    def __init__(self, width, height):
        self.project = QgsProject()
        self.project.setCrs(QgsCoordinateReferenceSystem(CRS))
        self.layout = QgsPrintLayout(self.project)
        self.layout.initializeDefaults()
        self.layout.pageCollection().page(0).setPageSize(QgsLayoutSize(width, height))
        self.layout.renderContext().setDpi(DOTS_PER_INCH)

    def map(self, layers, centre, scale, box):
        """Draw layers, the first on top, around a place (m) at a scale; return the map."""
        width, height = box[2:]
        item = QgsLayoutItemMap(self.layout)
        self._put(item, box)
        for layer in layers:
            if layer.id() not in self.project.mapLayers():
                self.project.addMapLayer(layer)
        item.setLayers(layers)
        item.setKeepLayerSet(True)
        across, down = width * scale / 2000, height * scale / 2000
        item.setExtent(QgsRectangle(centre[0] - across, centre[1] - down, centre[0] + across, centre[1] + down))
        item.setBackgroundColor(QColor(SEA))
        item.setFrameEnabled(True)
        item.setFrameStrokeColor(QColor("#9a9a9a"))
        return item

    def text(self, words, box, points=8.0, bold=False, right=False):
        """Write words."""
        item = QgsLayoutItemLabel(self.layout)
        item.setText(words)
        item.setFont(_font(points, bold))
        item.setFontColor(QColor(INK))
        item.setHAlign(Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
        item.setVAlign(Qt.AlignmentFlag.AlignVCenter)
        self._put(item, box)

    def classes(self, layer, box, columns=4, high=5.0):
        """Explain a raster or areas by the entries of their style, down each column: the colours as they look on land.

        The legend of a QGIS layout leaves out how transparent each class is.
        """
        left, top, width, _ = box
        entries = classes_of(layer)
        rows = -(-len(entries) // columns)
        for number, (colours, words) in enumerate(entries):
            column, row = divmod(number, rows)
            x, y = left + column * width / columns, top + row * high
            self._swatch(colours, (x, y + 0.6, 6.5, high - 1.2))
            self.text(words, (x + 8, y, width / columns - 8, high))

    def lines(self, layer, box, columns=1):
        """Explain a layer of lines by the entries of its style, without its name."""
        item = QgsLayoutItemLegend(self.layout)
        item.setAutoUpdateModel(False)
        root = item.model().rootGroup()
        root.clear()
        QgsLegendRenderer.setNodeLegendStyle(root.addLayer(layer), QgsLegendStyle.Style.Hidden)
        item.setColumnCount(columns)
        item.setSplitLayer(columns > 1)
        item.setEqualColumnWidth(columns > 1)
        item.setSymbolWidth(6.5)
        item.setSymbolHeight(3.8)
        item.setBoxSpace(0)
        item.setBackgroundEnabled(False)
        item.setStyleFont(QgsLegendStyle.Style.SymbolLabel, _font(8.0))
        item.setFontColor(QColor(INK))
        self._put(item, box)

    def _swatch(self, colours, box):
        for fill in (QColor(FILLS["land"]), *colours):
            item = QgsLayoutItemShape(self.layout)
            item.setShapeType(QgsLayoutItemShape.Shape.Rectangle)
            rgba = ",".join(map(str, fill.getRgb()))
            item.setSymbol(
                QgsFillSymbol.createSimple({"color": rgba, "outline_color": "#9a9a9a", "outline_width": "0.1"})
            )
            self._put(item, box)

    def scale_bar(self, map_item, kilometres, right, top):
        """Draw a scale bar of a map that ends at a place on the page."""
        item = QgsLayoutItemScaleBar(self.layout)
        item.setStyle("Line Ticks Up")
        item.setLinkedMap(map_item)
        item.setUnits(QgsUnitTypes.DistanceUnit.DistanceKilometers)
        item.setUnitLabel("km")
        item.setMapUnitsPerScaleBarUnit(1.0)
        item.setNumberOfSegments(1)
        item.setNumberOfSegmentsLeft(0)
        item.setUnitsPerSegment(kilometres)
        item.setHeight(1.6)
        item.setFont(_font(8.0))
        item.setFontColor(QColor(INK))
        self.layout.addLayoutItem(item)
        item.update()
        item.setReferencePoint(QgsLayoutItem.ReferencePoint.UpperRight)
        item.attemptMove(QgsLayoutPoint(right, top))

    def save(self, path):
        """Write the sheet as a PNG of few colours, which makes it a third as large."""
        image = QgsLayoutExporter(self.layout).renderPageToImage(0, QSize(), DOTS_PER_INCH)
        if image.isNull() or not image.save(str(path), "PNG"):
            raise OSError(f"QGIS cannot write {path}.")
        in_few_colours(path)

    def _put(self, item, box):
        self.layout.addLayoutItem(item)
        item.attemptSetSceneRect(QRectF(*box))


def classes_of(layer):
    """Return ([colour], words) of each class of a raster, or of each that any of a layer's areas has."""
    if not isinstance(layer, QgsRasterLayer):
        return _area_classes(layer)
    items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
    return [([item.color], item.label) for item in items]


def _area_classes(layer):
    """Return ([colour], words) of each class that any area has, without a colour where there is no fill."""
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    keys = set().union(*(renderer.legendKeysForFeature(area, context) for area in _with_fields(layer, context)))
    renderer.stopRender(context)
    return [
        (_colours(item.symbol(), layer.opacity()), item.label())
        for item in renderer.legendSymbolItems()
        if item.ruleKey() in keys
    ]


def _with_fields(layer, context):
    """Yield a layer's features, each where an expression finds its values."""
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        yield feature


def _colours(symbol, opacity):
    filling = symbol.symbolLayer(0)
    if filling.brushStyle() == Qt.BrushStyle.NoBrush:
        return []
    colour = QColor(filling.color())
    colour.setAlphaF(opacity * symbol.opacity() * colour.alphaF())
    return [colour]


def _font(points, bold=False):
    font = QFont("Open Sans")
    font.setPointSizeF(points)
    font.setBold(bold)
    return font
