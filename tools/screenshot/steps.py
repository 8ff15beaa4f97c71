"""Run inside the QGIS desktop (qgis --code): go the first steps of docs/start_here_qgis.md, and take a picture of each.

Told by the environment: SHOT (what cities.py wrote), SHOT_PICTURE (PNG, whose name each picture's own is put after). The
working folder has the plugin in dist/ and the sample layers, as it is for those who go these steps.
"""

import json
import os
import time
from pathlib import Path

import processing
from desktop_window import leave_layers_and_toolbox
from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QLineEdit, QListWidget, QTreeView
from qgis.utils import iface

SHOT = json.loads(Path(os.environ["SHOT"]).read_text(encoding="utf-8"))
PICTURE = Path(os.environ["SHOT_PICTURE"])
FILE, DIVISIONS = "sample_layers/incidents.csv.gz", "sample_layers/divisions.geojson"
FROM_ZIP = "Install from ZIP"
OPENED = {"Lacrime: crime hotspots", "Data", "Maps", "Summaries"}


def main():
    """Take the pictures one after the other, and leave."""
    arrange()
    install()
    toolbox()
    load()
    overview()
    os._exit(0)


def save(widget, name):
    """Save a widget's picture under a name of its own."""
    wait(1)
    widget.grab().save(str(PICTURE.with_name(f"{PICTURE.stem}_{name}.png")))


def wait(seconds):
    """Let the desktop go on for some time."""
    until = time.time() + seconds
    while time.time() < until:
        QgsApplication.processEvents()


def arrange():
    """Leave the layers and the toolbox open."""
    leave_layers_and_toolbox(1280, 800)
    iface.messageBar().clearWidgets()


def install():
    """Show the plugin manager with the zip chosen."""
    QTimer.singleShot(4000, lambda: _fill_manager(QApplication.activeModalWidget()))
    iface.actionManagePlugins().trigger()


def _fill_manager(manager):
    for tabs in manager.findChildren(QListWidget):
        found = tabs.findItems(FROM_ZIP, Qt.MatchFlag.MatchExactly)
        if found:
            tabs.setCurrentItem(found[0])
    for file in manager.findChildren(QgsFileWidget):
        file.setFilePath(str(next(Path("dist").glob("*.zip"))))
    manager.resize(900, 340)
    save(manager, "install")
    manager.reject()


def toolbox():
    """Show the groups of the provider, those open that the first steps are in."""
    window = iface.mainWindow()
    dock = window.findChild(QDockWidget, "ProcessingToolbox")
    dock.setFloating(True)
    dock.resize(420, 605)
    dock.findChild(QLineEdit).setText("crime")
    wait(1)
    for tree in dock.findChildren(QTreeView):
        tree.expandAll()
        _close_others(tree, tree.rootIndex())
        tree.clearSelection()
    save(dock, "toolbox")
    dock.setFloating(False)


def _close_others(tree, parent):
    for row in range(tree.model().rowCount(parent)):
        index = tree.model().index(row, 0, parent)
        tree.setExpanded(index, index.data() in OPENED)
        _close_others(tree, index)


def load():
    """Show the dialog that loads a file of the LAPD."""
    dialog("lacrime:load_lapd", "load", 900, 640, FILE=FILE)


def overview():
    """Show the dialog of the overview, filled with what was loaded."""
    incidents = iface.addVectorLayer(SHOT["incidents"], SHOT["title"], "ogr")
    divisions = iface.addVectorLayer(DIVISIONS, "Divisions", "ogr")
    dialog("lacrime:overview", "overview", 900, 500, INCIDENTS=incidents, BOUNDARY=divisions)


def dialog(algorithm, name, width, height, **parameters):
    """Show the dialog of an algorithm with some of its parameters given."""
    shown = processing.createAlgorithmDialog(algorithm, parameters)
    shown.resize(width, height)
    shown.show()
    save(shown, name)
    shown.close()


QTimer.singleShot(3000, main)
