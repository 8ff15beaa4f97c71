"""QGIS without a window, with Processing and the plugin from its own zip; started when first imported."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import Qgis, QgsApplication

HERE = Path(__file__).resolve().parent
VERSION = f"QGIS {Qgis.QGIS_VERSION.split('-')[0]}"


def _start():
    """Start QGIS; return what must stay alive, and a folder that goes with the process."""
    application = QgsApplication([], False)
    application.initQgis()
    from processing.core.Processing import Processing

    Processing.initialize()
    sys.path.insert(0, str(HERE.parent / "tests" / "plugin"))
    from bundled import import_plugin

    folder = tempfile.mkdtemp(prefix="in_qgis-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    plugin = import_plugin(Path(folder)).classFactory(None)
    plugin.initProcessing()
    return application, plugin, Path(folder)


APPLICATION, PLUGIN, FOLDER = _start()


def run(name, path, **parameters):
    """Run an algorithm of Processing into a file."""
    import processing

    return processing.run(name, {**parameters, "OUTPUT": str(path)})["OUTPUT"]
