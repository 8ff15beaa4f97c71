"""The desktop's window as pictures of it show it; run inside QGIS."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface


def leave_layers_and_toolbox(width, height):
    """Close all docks but these, put the toolbox to the right, and return the window and it."""
    window = iface.mainWindow()
    window.resize(width, height)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in ("Layers", "ProcessingToolbox"))
    toolbox = window.findChild(QDockWidget, "ProcessingToolbox")
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, toolbox)
    return window, toolbox
