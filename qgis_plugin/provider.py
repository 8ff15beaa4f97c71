"""The Processing provider: one algorithm for each analysis of the catalogue."""

import gc
import os
from contextlib import contextmanager

from qgis.core import Qgis, QgsMessageLog, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from . import installation

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
        """Add an algorithm per analysis and the tools; without scipy they are listed and say what to install."""
        with _uncollected():
            self._load()

    def _load(self):
        try:
            from .algorithm import AnalysisAlgorithm
            from .lacrime_geo.catalog import ANALYSES
            from .tools import TOOLS
        except ImportError as problem:
            _say(f"Lacrime needs numpy in QGIS's Python ({problem}): {installation.remedy(['numpy'])}.")
            return
        for analysis in ANALYSES:
            self.addAlgorithm(AnalysisAlgorithm(analysis))
        for tool in TOOLS:
            self.addAlgorithm(tool())
        if not installation.has("scipy"):
            _say(f"Lacrime needs scipy in QGIS's Python for its analyses: {installation.remedy(['scipy'])}.")


@contextmanager
def _uncollected():
    """Let Python look for no garbage meanwhile: what is loaded stays, and to go over all that a desktop holds takes as long."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _say(sentence):
    QgsMessageLog.logMessage(sentence, "Lacrime", Qgis.MessageLevel.Warning)
