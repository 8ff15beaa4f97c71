"""How a finished layer appears: styled, grouped, with the record of how it was made in its metadata."""

import logging
import os
import threading
from contextlib import contextmanager

from qgis.core import (
    QgsMapLayerLegendUtils,
    QgsMapThemeCollection,
    QgsProcessingLayerPostProcessorInterface,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtXml import QDomDocument

from .basemaps import beneath_labels
from .lacrime_geo.incidents import Incidents
from .lacrime_geo.results import Marks, Surface, Table
from .lacrime_geo.styles import qml
from .projects import free_name
from .provenance import as_qmd

log = logging.getLogger("lacrime_geo")
# QGIS keeps no reference to a post-processor: without this one, styles are lost.
_live = set()
_current = threading.local()
# From top to bottom of a group: lines and labels, points, cells and areas, surfaces, tables.
LINES = ("cluster_hulls", "tolerance", "contours", "ellipses")
ORDER = "lacrime/order"


class Run:
    """One run's group in the layer tree, made when its first layer arrives, under a name not yet taken.

    `hidden` are the labels of layers that are not to be seen at first, `themes` the map themes of layers, by label.
    """

    def __init__(self, title):
        self.title, self.name = title, None
        self.hidden, self.themes, self.made = set(), {}, 0
        self._themed = []  # (name of a theme, layer) of those that have arrived

    def place(self, result):
        """Return what the next layer is sorted by in the group: its kind, then the order in which layers are made."""
        self.made += 1
        return f"{order_of(result)} {self.made:03}"

    def group(self, root):
        """Return the group."""
        if self.name is None:
            self.name = free_name(self.title, {group.name() for group in root.findGroups()})
            return root.insertGroup(beneath_labels(root), self.name)
        return root.findGroup(self.name)

    def keep_themes(self, layer, title, project):
        """Make the theme of a layer that has arrived, and those of earlier ones again.

        From QGIS 3.32 on all layers of a run are in the project, and visible, before the first is put into its group.
        """
        if not self.themes:
            return
        themes = project.mapThemeCollection()
        if title:
            self._themed.append((free_name(title, themes.mapThemes()), layer))
        others = [node.layer() for node in project.layerTreeRoot().findLayers() if _is_background(node)]
        for name, one in self._themed:
            record = QgsMapThemeCollection.MapThemeRecord()
            record.setLayerRecords([QgsMapThemeCollection.MapThemeLayerRecord(shown) for shown in (one, *others)])
            themes.insert(name, record)


def _is_background(node):
    """Tell whether a layer is seen with any of the results, as basemaps are: points of incidents would be of both periods."""
    layer = node.layer()
    if layer is None or not node.isVisible() or node.customProperty(ORDER):
        return False
    return not (isinstance(layer, QgsVectorLayer) and layer.geometryType() == QgsWkbTypes.GeometryType.PointGeometry)


@contextmanager
def run_called(title):
    """Give the run that outputs belong to: the one that goes on in this thread, else a new one under a title.

    So a run that runs others, as an overview does, has one group for all their layers.
    """
    outer = getattr(_current, "run", None)
    _current.run = outer or Run(title)
    try:
        yield _current.run
    finally:
        _current.run = outer


class Appearance(QgsProcessingLayerPostProcessorInterface):
    """Style a layer, write its metadata and put it into its run's group.

    `replaces` tells that the run's file takes the place of another one.
    """

    def __init__(self, result, run, metadata, replaces=False):
        super().__init__()
        self.style, self.run, self.metadata, self.replaces = qml(result), run, metadata, replaces
        self.order = run.place(result)
        many = getattr(result, "style", "") == "clusters" and len(result) > 50_000
        self.hidden, self.theme = many or result.label in run.hidden, run.themes.get(result.label)
        _live.add(self)

    def postProcessLayer(self, layer, context, feedback):
        """Do all of it; QGIS calls this in the main thread after the layer is loaded."""
        if self.replaces:
            _read_again(layer, context.project())
        if self.style:
            document = QDomDocument()
            document.setContent(self.style)
            layer.importNamedStyle(document)
        layer.setMetadata(self.metadata)
        layer.triggerRepaint()
        self._move(layer, context.project())
        _live.discard(self)

    def _move(self, layer, project):
        """Put the layer into the group of its run, at the top of the layer tree."""
        node = project.layerTreeRoot().findLayer(layer.id()) if project else None
        if node is None:
            return
        group = self.run.group(project.layerTreeRoot())
        moved = node.clone()
        moved.setCustomProperty(ORDER, self.order)
        if isinstance(layer, QgsRasterLayer):
            _leave_out_band(moved)
        above = sum(child.customProperty(ORDER, "") <= self.order for child in group.children())
        group.insertChildNode(above, moved)
        moved.setItemVisibilityChecked(not self.hidden)
        _take_out(node)
        self.run.keep_themes(layer, self.theme, project)


def _read_again(layer, project):
    """Let a layer, and others of the same file, read it anew: in the project they show what was there before the run."""
    shown = project.mapLayers().values() if project else []
    for one in {layer, *(other for other in shown if _file_of(other) == _file_of(layer))}:
        if not one.isEditable():
            one.setDataSource(one.source(), one.name(), one.providerType(), False)
            one.reload()  # else a vector layer keeps its old extent


def _file_of(layer):
    return layer.source().split("|")[0]


def _take_out(node):
    """Remove a layer from the layer tree, and the group of an earlier run that is left without layers."""
    group, earlier = node.parent(), node.customProperty(ORDER)
    group.removeChildNode(node)
    if earlier and not group.children() and group.parent() is not None:
        group.parent().removeChildNode(group)


def _leave_out_band(node):
    """Begin a raster's legend with its first class: the band's own name tells a reader nothing."""
    layer = node.layer()
    band = layer.dataProvider().displayBandName(1)
    entries = enumerate(layer.legend().createLayerTreeModelLegendNodes(node))
    classes = [number for number, entry in entries if entry.data(Qt.ItemDataRole.DisplayRole) != band]
    QgsMapLayerLegendUtils.setLegendNodeOrder(node, classes)


def order_of(result):
    """Return where a result's layer lies in its group, 0 on top; QGIS loads the layers of a run in any order."""
    if isinstance(result, Table):
        return 4
    if isinstance(result, Surface):
        return 3
    if result.style in LINES:
        return 0
    return 1 if isinstance(result, Marks) and isinstance(result.features, Incidents) else 2


def write_beside(result, path, metadata):
    """Write the style and the metadata beside a file, where QGIS finds them when the layer is opened again."""
    stem = os.path.splitext(path)[0]
    style = qml(result)
    if style:
        with open(stem + ".qml", "w", encoding="utf-8") as file:
            file.write(style)
    with open(stem + ".qmd", "w", encoding="utf-8") as file:
        file.write(as_qmd(metadata))


def write_inside(path, metadata):
    """Write the metadata into a GeoPackage too: it stays with the layer when the file is sent on alone."""
    file = path.split("|")[0]
    if not file.lower().endswith(".gpkg"):
        return
    # The only one yet; of a file such as hot.2023.gpkg QGIS calls it hot, GDAL hot.2023.
    (layer,) = (found.name() for found in QgsProviderRegistry.instance().querySublayers(file))
    done, problem = QgsProviderRegistry.instance().saveLayerMetadata("ogr", f"{file}|layername={layer}", metadata)
    if not done:
        log.warning("the metadata stand only beside %s: %s", os.path.basename(file), problem)
