"""The legend of a page: its layers only, without basemaps, each class by its sentence and as it looks on the map."""

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsLayoutItemLegend,
    QgsLayoutUtils,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapLayer,
    QgsMapLayerLegendUtils,
    QgsRasterLayer,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from . import texts
from .page import HEADING_ABOVE

WIDEST = 82.0  # mm of one column
SYMBOL = (6.5, 3.8)
SPARE = 0.5  # mm
OUTLINE = "#9a9a9a"


def legend_of(layout, headings, columns):
    """Return a legend of layers by their headings, in so many columns, with its width and height (mm)."""
    item = QgsLayoutItemLegend(layout)
    item.setAutoUpdateModel(False)
    item.setResizeToContents(False)
    _dress(item, columns)
    item.setSplitLayer(len(headings) == 1)  # else classes would stand in a column without their heading
    _fill(item, headings)
    context = QgsLayoutUtils.createRenderContextForLayout(layout, None)
    size = QgsLegendRenderer(item.model(), item.legendSettings()).minimumSize(context)
    return item, (size.width() + SPARE, size.height() + SPARE)


def _fill(item, headings):
    model = item.model()
    root = model.rootGroup()
    root.clear()
    for layer, heading in headings:
        node = root.addLayer(layer)
        node.setCustomProperty(
            "legend/title-label", texts.broken(texts.plain(heading), texts.HEADING, WIDEST, bold=True)
        )
        for number, entry in enumerate(model.layerOriginalLegendNodes(node)):
            words = texts.plain(str(entry.data(Qt.ItemDataRole.DisplayRole) or ""))
            fitting = texts.broken(words, texts.BODY, WIDEST - SYMBOL[0] - 2)
            QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, number, fitting)
        model.refreshLayerLegend(node)


def in_order(headings):
    """Return layers as their legend shows them, with their headings: those of one symbol first.

    They have no heading above them, and would seem to be a class of the layer before.
    """
    return sorted(
        ((shown_as(layer), heading) for layer, heading in headings), key=lambda one: not _has_one_symbol(one[0])
    )


def _has_one_symbol(layer):
    renderer = layer.renderer() if isinstance(layer, QgsVectorLayer) else None
    return renderer is not None and len(renderer.legendSymbolItems()) == 1


def shown_as(layer):
    """Return the layer whose legend explains a layer: for a raster in classes one without features.

    The raster's own legend leaves out how translucent each class is.
    """
    classes = _classes(layer) if isinstance(layer, QgsRasterLayer) else []
    if not classes:
        return layer
    made = QgsVectorLayer("Polygon?field=class:integer", layer.name(), "memory")
    made.setFlags(made.flags() | QgsMapLayer.LayerFlag.Private)
    made.setCustomProperty("skipMemoryLayersCheck", 1)  # nothing is lost with it
    opacity = layer.renderer().opacity()
    categories = [
        QgsRendererCategory(number, _swatch(one.color, opacity), one.label) for number, one in enumerate(classes)
    ]
    made.setRenderer(QgsCategorizedSymbolRenderer("class", categories))
    return made


def _classes(raster):
    shader = raster.renderer().shader() if hasattr(raster.renderer(), "shader") else None
    return shader.rasterShaderFunction().colorRampItemList() if shader is not None else []


def _swatch(colour, opacity):
    made = QColor(colour)
    made.setAlphaF(made.alphaF() * opacity)
    rgba = ",".join(map(str, made.getRgb()))
    return QgsFillSymbol.createSimple({"color": rgba, "outline_color": OUTLINE, "outline_width": "0.1"})


def _dress(item, columns):
    styles = QgsLegendStyle.Style
    for style, points, bold in (
        (styles.Title, texts.HEADING, True),
        (styles.Group, texts.HEADING, True),
        (styles.Subgroup, texts.HEADING, True),
        (styles.SymbolLabel, texts.BODY, False),
    ):
        texts.dress(item.rstyle(style), points, bold)
    item.rstyle(styles.Subgroup).setMargin(QgsLegendStyle.Side.Top, HEADING_ABOVE)
    item.rstyle(styles.Symbol).setMargin(QgsLegendStyle.Side.Top, 1.2)
    if not hasattr(QgsLegendStyle, "setTextFormat"):  # before 3.30 the colour is that of the whole legend
        item.setFontColor(QColor(texts.INK))
    item.setWrapString("\n")
    item.setSymbolWidth(SYMBOL[0])
    item.setSymbolHeight(SYMBOL[1])
    item.setBoxSpace(0)
    item.setBackgroundEnabled(False)
    item.setColumnCount(columns)
    item.setColumnSpace(5)
