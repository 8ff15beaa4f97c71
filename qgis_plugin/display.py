"""How a finished layer appears: styled, grouped, with the record of how it was made in its metadata."""

import logging
import os
import threading
from contextlib import contextmanager

from qgis.core import QgsProcessingLayerPostProcessorInterface, QgsProviderRegistry
from qgis.PyQt.QtXml import QDomDocument

from .basemaps import beneath_labels
from .lacrime_geo.styles import qml
from .provenance import as_qmd

log = logging.getLogger("lacrime_geo")
# QGIS keeps no reference to a post-processor: without this one, styles are lost.
_live = set()
_current = threading.local()


class Run:
    """One run's group in the layer tree, made when its first layer arrives, under a name not yet taken."""

    def __init__(self, title):
        self.title, self.name = title, None

    def group(self, root):
        """Return the group."""
        if self.name is None:
            taken = {group.name() for group in root.findGroups()}
            numbered = (f"{self.title} ({number})" for number in range(2, len(taken) + 3))
            self.name = next(name for name in (self.title, *numbered) if name not in taken)
            return root.insertGroup(beneath_labels(root), self.name)
        return root.findGroup(self.name)


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
    """Style a layer, write its metadata and put it into its run's group."""

    def __init__(self, result, run, on_top, metadata):
        super().__init__()
        self.style, self.run, self.on_top, self.metadata = qml(result), run, on_top, metadata
        self.hidden = getattr(result, "style", "") == "clusters" and len(result) > 50_000
        _live.add(self)

    def postProcessLayer(self, layer, context, feedback):
        """Do all of it; QGIS calls this in the main thread after the layer is loaded."""
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
        group.insertChildNode(0 if self.on_top else len(group.children()), moved)
        moved.setItemVisibilityChecked(not self.hidden)
        node.parent().removeChildNode(node)


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
    layer = os.path.splitext(os.path.basename(file))[0]
    done, problem = QgsProviderRegistry.instance().saveLayerMetadata("ogr", f"{file}|layername={layer}", metadata)
    if not done:
        log.warning("the metadata stand only beside %s: %s", os.path.basename(file), problem)
