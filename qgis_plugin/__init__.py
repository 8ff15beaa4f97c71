"""QGIS plugin: the analyses of lacrime_geo as Processing algorithms."""


def classFactory(iface):
    """Return the plugin; QGIS calls this by its fixed name."""
    from .plugin import LacrimePlugin

    return LacrimePlugin()
