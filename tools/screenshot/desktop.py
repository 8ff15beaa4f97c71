"""Run inside the QGIS desktop (qgis --code): map the sample incidents with the toolbox's algorithms, and take a picture.

Told by the environment: SHOT_INCIDENTS, SHOT_BOUNDARY (layers), SHOT_TILES (URL of the tiles), SHOT_PICTURE (PNG).
"""

import os
import time

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit, QTreeView
from qgis.utils import iface

# The middle of the sample city, where four of the six planted hotspots are (EPSG:32611).
EXTENT = tuple(map(float, os.environ["SHOT_EXTENT"].split(",")))
RUNS = (
    ("kde", {}, ("OUTPUT",)),
    ("hotspots", {}, ("OUTPUT",)),
    ("dbscan", {"EPS": 300.0, "MIN_SAMPLES": 60.0}, ("OUTPUT", "CLUSTERS")),
)


def main():
    """Build the project, arrange the window, and leave when the picture is taken."""
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:32611"))
    basemap = QgsRasterLayer(f"type=xyz&url={os.environ['SHOT_TILES']}&zmin=8&zmax=16", "Basemap", "wms")
    project.addMapLayer(basemap)
    incidents = QgsVectorLayer(os.environ["SHOT_INCIDENTS"], "Santa Alba 2023", "ogr")
    boundary = QgsVectorLayer(os.environ["SHOT_BOUNDARY"], "Divisions", "ogr")
    for name, options, outputs in RUNS:
        analyse(project, name, incidents, boundary, options, outputs)
    arrange(project)
    # The desktop itself zooms to the first layer added; ours comes after.
    QTimer.singleShot(2000, zoom)
    QTimer.singleShot(9000, picture)


def analyse(project, name, incidents, boundary, options, outputs):
    """Run one algorithm as the toolbox does; its layers arrive styled and grouped by themselves."""
    import processing

    parameters = {"INCIDENTS": incidents, **options}
    if name != "dbscan":
        parameters["BOUNDARY"] = boundary
    for output in outputs:
        parameters[output] = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
    context = QgsProcessingContext()
    context.setProject(project)
    processing.runAndLoadResults(f"lacrime:{name}", parameters, feedback=QgsProcessingFeedback(), context=context)


def arrange(project):
    """Leave the layers and the toolbox open, with the provider's algorithms listed."""
    window = iface.mainWindow()
    window.resize(1600, 1000)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in ("Layers", "ProcessingToolbox"))
    toolbox = window.findChild(QDockWidget, "ProcessingToolbox")
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, toolbox)
    window.resizeDocks([window.findChild(QDockWidget, "Layers"), toolbox], [410, 330], Qt.Orientation.Horizontal)
    # The provider stands at the end of a long list: a word that only its algorithms answer to brings it into view.
    toolbox.findChild(QLineEdit).setText("crime")
    for tree in toolbox.findChildren(QTreeView):
        tree.expandAll()
    for node in project.layerTreeRoot().findLayers():
        points = node.name().startswith("Clustered")
        node.setExpanded(not points and node.name() != "Basemap")
        # At the scale of a city the incidents would hide the cells that they make significant.
        node.setItemVisibilityChecked(not points)
    iface.messageBar().clearWidgets()


def zoom():
    """Show the part of the city asked for."""
    iface.mapCanvas().setExtent(QgsRectangle(*EXTENT))
    iface.mapCanvas().refresh()


def picture():
    """Wait for the map, save the window, and end without the desktop's questions."""
    until = time.time() + 30
    while iface.mapCanvas().isDrawing() and time.time() < until:
        QgsApplication.processEvents()
    iface.messageBar().clearWidgets()
    QgsApplication.processEvents()
    iface.mainWindow().grab().save(os.environ["SHOT_PICTURE"])
    os._exit(0)


QTimer.singleShot(3000, main)
