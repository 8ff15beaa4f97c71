"""Register the Processing provider with QGIS, with and without a window."""

from qgis.core import QgsApplication

from .provider import LacrimeProvider


class LacrimePlugin:
    """The plugin: nothing but its Processing provider."""

    def __init__(self):
        self.provider = None

    def initProcessing(self):
        """Add the provider; qgis_process calls this without a window."""
        if self.provider is not None:
            return
        self.provider = LacrimeProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        """Add the provider to the running desktop."""
        self.initProcessing()

    def unload(self):
        """Take the provider away."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
