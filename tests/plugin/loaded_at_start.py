"""Load the plugin in a fresh QGIS and print the modules that it brings along; run by a test in its own process."""

import os
import sys


def main(plugins):
    """Start QGIS with what it loads itself, add the provider, print the names of the modules that are new."""
    sys.path.insert(0, plugins)
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    import numpy.ma
    import numpy.random  # noqa: F401
    from processing.core.Processing import Processing

    Processing.initialize()
    before = set(sys.modules)
    import lacrime_qgis

    lacrime_qgis.classFactory(None).initProcessing()
    print(*sorted(set(sys.modules) - before), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
