"""The Processing provider: one algorithm for each analysis of the catalogue."""

import os
import sys

from qgis.core import Qgis, QgsMessageLog, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

FOLDER = os.path.dirname(__file__)


class LacrimeProvider(QgsProcessingProvider):
    """Offer lacrime:kde, lacrime:hotspots and the rest of the catalogue."""

    def id(self):
        """Return the prefix of the algorithms' names."""
        return "lacrime"

    def name(self):
        """Return the name in the toolbox."""
        return "Lacrime: crime hotspots"

    def icon(self):
        """Return the plugin's icon."""
        return QIcon(os.path.join(FOLDER, "icon.svg"))

    def supportedOutputRasterLayerExtensions(self):
        """Return the endings of the rasters that are written: GeoTIFF only."""
        return ["tif", "tiff"]

    def loadAlgorithms(self):
        """Add an algorithm per analysis; without scipy, say what to install, and stay."""
        try:
            import scipy  # noqa: F401

            from .algorithm import AnalysisAlgorithm
            from .lacrime_geo.catalog import ANALYSES
        except ImportError as problem:
            QgsMessageLog.logMessage(missing_sentence(problem), "Lacrime", Qgis.MessageLevel.Warning)
            return
        for analysis in ANALYSES:
            self.addAlgorithm(AnalysisAlgorithm(analysis))


def missing_sentence(problem):
    """Say which Python module QGIS lacks and how to install it on this platform."""
    remedies = {
        "win32": "run the OSGeo4W setup and add python3-scipy",
        "darwin": "run /Applications/QGIS.app/Contents/MacOS/bin/pip3 install scipy",
    }
    remedy = remedies.get(
        sys.platform, "install python3-scipy with your package manager (Debian: apt install python3-scipy)"
    )
    return f"Lacrime needs numpy and scipy in QGIS's Python ({problem}): {remedy}, then restart QGIS."
