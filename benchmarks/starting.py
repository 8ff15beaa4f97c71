"""What the plugin adds to QGIS's start: in fresh processes, with what QGIS itself has loaded already."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TITLE = "Start of QGIS: what the plugin adds"
NOTE = (
    "Fresh processes with QGIS, Processing and its providers loaded, and numpy, which the desktop's own plugins load; the plugin "
    "from its zip, compiled by a first start that does not count."
)
STARTS = 11
PLUGIN = Path(__file__).resolve().parent.parent / "qgis_plugin" / "bundle.py"
CHILD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
from processing.core.Processing import Processing
Processing.initialize()
import numpy.ma, numpy.random
sys.stderr.write("-- here the plugin begins\\n")
began = time.perf_counter()
import lacrime_qgis
plugin = lacrime_qgis.classFactory(None)
plugin.initProcessing()
print(1000 * (time.perf_counter() - began), flush=True)
import os
os._exit(0)
"""


def report():
    """Print the milliseconds, and the modules that take most of the importing."""
    with tempfile.TemporaryDirectory() as folder:
        built = subprocess.run(
            [sys.executable, PLUGIN, folder], capture_output=True, text=True, check=True
        ).stdout.strip()
        subprocess.run([sys.executable, "-m", "zipfile", "-e", built, folder], check=True)
        _start(folder)
        taken = [float(_start(folder).stdout) for _ in range(STARTS)]
        imports = _imports(_start(folder, "-X", "importtime").stderr)
    print(
        f"{statistics.median(taken):.0f} ms (median of {STARTS}; {min(taken):.0f} to {max(taken):.0f}); by `-X importtime` "
        f"{sum(imports.values()) / 1000:.0f} ms in {len(imports)} modules, most of it in "
        + ", ".join(f"{name} ({imports[name] / 1000:.0f})" for name in sorted(imports, key=imports.get)[:-4:-1])
        + "."
    )


def _start(folder, *options):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, *options, "-c", CHILD, folder],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "QT_QPA_PLATFORM": "offscreen"},
    )


def _imports(said):
    """Return the microseconds that each module itself took, of those imported after the plugin began."""
    lines = [
        line.split("|") for line in said.split("-- here the plugin begins")[1].splitlines() if line.count("|") == 2
    ]
    return {name.strip(): int(own.split(":")[1]) for own, _, name in lines if own.split(":")[1].strip().isdigit()}
