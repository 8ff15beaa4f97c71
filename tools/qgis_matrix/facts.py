"""Write what the tests run with, as JSON, told by the Python that runs them.

python tools/qgis_matrix/facts.py facts.json
"""

import json
import platform
import subprocess
import sys
from pathlib import Path

import numpy
from osgeo import gdal
from qgis.core import Qgis
from qgis.PyQt.QtCore import qVersion


def numpy_of(python):
    """Return the version of another Python's numpy."""
    code = "import numpy; print(numpy.__version__)"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def facts():
    """Return each version by its name; tests of the plugin as installed use the numpy of the system."""
    return {
        "QGIS": Qgis.QGIS_VERSION.split("-")[0],
        "Debian": Path("/etc/debian_version").read_text(encoding="utf-8").strip(),
        "Python": platform.python_version(),
        "Qt": qVersion(),
        "GDAL": gdal.__version__,
        "numpy": f"{numpy.__version__}, {numpy_of('/usr/bin/python3')}",
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(facts()), encoding="utf-8")
