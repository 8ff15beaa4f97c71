"""What QGIS loads when it starts: the plugin's own modules, and nothing slow that no run has asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

# Each of these takes as long as all modules of the plugin together, or brings something that does.
SLOW = {"scipy", "pandas", "geopandas", "shapely", "pyproj", "sklearn", "pyarrow", "matplotlib", "numba", "rasterio"}
SLOW |= {"urllib.request", "http.client", "email", "xml.sax", "importlib.metadata", "ssl", "sqlite3", "unittest"}


def test_nothing_slow_is_imported_when_qgis_starts(plugin):
    script = Path(__file__).with_name("loaded_at_start.py")
    command = [sys.executable, script, Path(plugin.__file__).parents[1]]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert "lacrime_qgis.lacrime_geo.catalog" in loaded and "lacrime_qgis.algorithm" in loaded
    assert sorted(loaded & SLOW) == []
