"""What docs/ say for QGIS's Python console and for qgis_process runs there; what is said of the toolbox is true."""

import re
import shlex
from pathlib import Path

import pytest

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGE = DOCS / "density.md"
COMMAND = re.compile(r"^    qgis_process run lacrime:(\w+) -- (.+)$", flags=re.MULTILINE)


def test_the_console_example_runs(provider, in_copy):
    (script,) = re.findall(r"```python\n(import processing\n.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lg.read_lapd("sample_layers/incidents.csv.gz").to_file("incidents.gpkg")
    exec(script, {})
    assert lg.as_surface("density.tif").parameters["bandwidth_rule"] == "likelihood"
    assert {"density.qml", "contours.gpkg"} <= {path.name for path in in_copy.iterdir()}


def test_the_commands_run(provider, in_copy):
    import processing

    commands = COMMAND.findall((DOCS / "qgis.md").read_text(encoding="utf-8"))
    commands = [one for one in commands if one[0] != "report_map"] + [one for one in commands if one[0] == "report_map"]
    assert [name for name, _ in commands] == ["load_lapd", "overview", "report", "compare_periods", "report_map"]
    for name, words in commands:
        given = dict(word.split("=", 1) for word in shlex.split(words))
        made = processing.run(f"lacrime:{name}", given)
        asked = {
            key: path
            for key, path in given.items()
            if key not in ("FILE", "INCIDENTS", "BOUNDARY", "LAYERS") and "." in path
        }
        assert {key: Path(path).name for key, path in made.items()} == asked
        assert all((in_copy / path).stat().st_size > 1000 for path in asked.values())


def named_in(text, groups):
    """Return the (group, name) of algorithms that a text names by their place in the toolbox: *Group → Name*."""
    places = [place.replace("\n", " ").split(" → ") for place in re.findall(r"\*([^*]+ → [^*]+)\*", text)]
    return {(one[-2], one[-1]) for one in places if one[-2] in groups and one[0] in {*groups, "Processing Toolbox"}}


@pytest.mark.parametrize(("page", "least"), [("README.md", 5), ("docs/qgis.md", 4)])
def test_algorithms_stand_where_they_are_said_to(provider, page, least):
    there = {(algorithm.group(), algorithm.displayName()) for algorithm in provider.algorithms()}
    named = named_in((ROOT / page).read_text(encoding="utf-8"), {group for group, _ in there})
    assert len(named) >= least and named - there == set()
