"""What docs/density.md says for QGIS's Python console runs there."""

import re
from pathlib import Path

import pytest

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

PAGE = Path(__file__).resolve().parents[2] / "docs" / "density.md"


def test_the_console_example_runs(provider, in_copy):
    (script,) = re.findall(r"```python\n(import processing\n.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lg.read_lapd("sample_layers/incidents.csv.gz").to_file("incidents.gpkg")
    exec(script, {})
    assert lg.as_surface("density.tif").parameters["bandwidth_rule"] == "likelihood"
    assert {"density.qml", "contours.gpkg"} <= {path.name for path in in_copy.iterdir()}
