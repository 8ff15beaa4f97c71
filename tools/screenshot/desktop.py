"""Run inside the QGIS desktop (qgis --code): map a city by the toolbox's own algorithms, and take a picture of the window.

Told by the environment: SHOT (what cities.py wrote), SHOT_TILES (the tiles' server), SHOT_PICTURE (PNG).
"""

import json
import os
import time
from pathlib import Path

from desktop_window import leave_layers_and_toolbox
from lacrime_qgis import basemaps
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit, QTreeView
from qgis.utils import iface

SHOT = json.loads(Path(os.environ["SHOT"]).read_text(encoding="utf-8"))
OUTPUTS = ("DENSITY", "HOTSPOTS", "CLUSTERS", "CONCENTRATION")


def main():
    """Build the project, arrange the window, and leave when the picture is taken."""
    project = QgsProject.instance()
    put_basemap(project)
    overview(project)
    arrange()
    # The desktop itself zooms to the first layer added; ours comes after.
    QTimer.singleShot(2000, zoom)
    QTimer.singleShot(9000, picture)


def put_basemap(project):
    """Put the city's tiles beneath all layers and their names above, as a basemap whose names come apart is put."""
    base, names = (f"{os.environ['SHOT_TILES']}/{part}/{{z}}/{{x}}/{{y}}.png" for part in ("base", "names"))
    owner = basemaps.Owner(SHOT["attribution"], "", "")
    basemaps.place(project, basemaps.layers_of(basemaps.Basemap("Basemap", owner, base, 16, names)))


def overview(project):
    """Run the overview as the toolbox does; its layers arrive styled and grouped by themselves."""
    import processing

    parameters = {
        "INCIDENTS": QgsVectorLayer(SHOT["incidents"], SHOT["title"], "ogr"),
        "BOUNDARY": QgsVectorLayer(SHOT["boundary"], "Divisions", "ogr"),
        **{output: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for output in OUTPUTS},
    }
    context = QgsProcessingContext()
    context.setProject(project)
    processing.runAndLoadResults("lacrime:overview", parameters, feedback=QgsProcessingFeedback(), context=context)


def arrange():
    """Leave the layers and the toolbox open, with the provider's algorithms listed."""
    window, toolbox = leave_layers_and_toolbox(1600, 1000)
    window.resizeDocks([window.findChild(QDockWidget, "Layers"), toolbox], [465, 330], Qt.Orientation.Horizontal)
    # The provider stands at the end of a long list: a word that only its algorithms answer to brings it into view.
    toolbox.findChild(QLineEdit).setText("crime")
    for tree in toolbox.findChildren(QTreeView):
        tree.expandAll()
    iface.messageBar().clearWidgets()


def zoom():
    """Show the part of the city asked for."""
    project, crs = QgsProject.instance(), QgsCoordinateReferenceSystem(SHOT["crs"])
    shown = QgsCoordinateTransform(crs, project.crs(), project).transformBoundingBox(QgsRectangle(*SHOT["extent"]))
    iface.mapCanvas().setExtent(shown)
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
