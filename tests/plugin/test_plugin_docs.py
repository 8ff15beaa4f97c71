"""What docs/ say for QGIS's Python console and for qgis_process runs there."""

import re
import shlex
from pathlib import Path

import pytest

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "density.md"
COMMAND = re.compile(r"^    qgis_process run lacrime:(\w+) -- (.+)$", flags=re.MULTILINE)


def test_the_console_example_runs(provider, in_copy):
    (script,) = re.findall(r"```python\n(import processing\n.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lg.read_lapd("sample_layers/incidents.csv.gz").to_file("incidents.gpkg")
    exec(script, {})
    assert lg.as_surface("density.tif").parameters["bandwidth_rule"] == "likelihood"
    assert {"density.qml", "contours.gpkg"} <= {path.name for path in in_copy.iterdir()}


def test_the_commands_of_summaries_run(provider, in_copy):
    import processing

    commands = COMMAND.findall((DOCS / "qgis.md").read_text(encoding="utf-8"))
    assert [name for name, _ in commands] == ["overview", "compare_periods"]
    lg.read_lapd("sample_layers/incidents.csv.gz")[::5].to_file("incidents.gpkg")
    for name, words in commands:
        given = dict(word.split("=", 1) for word in shlex.split(words))
        made = processing.run(f"lacrime:{name}", given)
        asked = {key: path for key, path in given.items() if key not in ("INCIDENTS", "BOUNDARY") and "." in path}
        assert {key: Path(path).name for key, path in made.items()} == asked
        assert all((in_copy / path).stat().st_size > 1000 for path in asked.values())
