"""The README is always true: its script runs, its tables are the code's, its map and pictures exist."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tables_module():
    spec = importlib.util.spec_from_file_location("readme_tables", ROOT / "tools" / "readme_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_code():
    module = tables_module()
    for page, tables in module.TABLES.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        assert text == module.filled(text, tables), f"run python tools/readme_tables.py: {page} is out of date"


def test_links_and_pictures_exist():
    targets = [*re.findall(r"\]\(([^)#]+)", README), *re.findall(r'<img src="([^"]+)"', README)]
    assert [link for link in targets if not (ROOT / link).exists()] == []
    pictures = {Path(link).name for link in targets if link.endswith(".png")}
    assert pictures == {"desktop.png", "report_page.png", "report_page_phone.png"}
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", README, flags=re.MULTILINE)}
    assert {*re.findall(r"\]\(#([^)]+)\)", README)} <= headings


def test_newcomers_are_shown_what_there_is():
    first = README.split("## In a script")[0]
    pages = (
        "start_here_script",
        "start_here_qgis",
        "analyses/index",
        "report",
        "claims",
        "verify",
        "watch",
        "ethics",
        "index",
    )
    assert [page for page in pages if f"(docs/{page}.md)" not in first] == []
    commands = {words.split()[0] for words in re.findall(r"`lacrime-geo ([^`]+)`", first)}
    assert {"report", "verify", "watch", "audit"} <= commands


def mapped():
    """Return the paths that the map of the code names, a bare name standing beside the one before it."""
    section = README.split("## Map of the code")[1].split("\n\nOne call")[0]
    found, folder = set(), ROOT
    for row in section.splitlines():
        for name in re.findall(r"`([\w./]+(?:/|\.py))`", row):
            path = ROOT / name if (ROOT / name).exists() else folder / name
            found.add(path)
            folder = path if path.is_dir() else path.parent
    return found


def test_the_map_names_what_exists():
    assert sorted(str(path) for path in mapped() if not path.exists()) == []


def test_the_map_names_every_module():
    packages = [ROOT / "lacrime_geo", ROOT / "qgis_plugin"]
    modules = {path for place in packages for path in place.glob("*.py") if not path.name.startswith("__")}
    folders = {path.parent for place in packages for path in place.glob("*/__init__.py")}
    top = {ROOT / name for name in ("qgis_plugin", "sample_layers", "benchmarks", "docs", "tests", "tools")}
    assert sorted(str(path) for path in (modules | folders | top) - mapped()) == []


def test_the_script_runs(in_copy):
    (script,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    hot = int(re.match(r"(\d+) cells are hot", done.stdout)[1])
    assert hot > 50
    assert {"density.tif", "density.qml", "hotspots.gpkg", "clusters.gpkg"} <= {path.name for path in in_copy.iterdir()}


def test_the_commands_run_and_make_the_same_as_the_script(in_copy):
    (script,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    for command in re.findall(r"^    lacrime-geo (.+)$", README, flags=re.MULTILINE):
        words = command.split()
        assert main([*words, "--quiet"]) == 0
        assert (in_copy / words[2]).exists()
    made = ("density.tif", "contours.gpkg", "hotspots.gpkg", "clusters.gpkg")
    (in_copy / "by_command").mkdir()
    for name in made:
        (in_copy / name).rename(in_copy / "by_command" / name)
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    np.testing.assert_array_equal(*(lg.as_surface(path).values for path in ("density.tif", "by_command/density.tif")))
    for name in made[1:]:
        layers = [gpd.read_file(path) for path in (name, f"by_command/{name}")]
        assert len(layers[0]) > 1 and layers[0].equals(layers[1]), name


def test_the_conda_environment_has_the_name_given():
    name = re.search(r"^name: (\S+)", (ROOT / "environment.yml").read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
    assert re.findall(r"conda activate (\S+)", README) == [name]


@pytest.mark.parametrize("target", re.findall(r"(?:^    |`)make ([\w-]+)", README, flags=re.MULTILINE))
def test_the_make_targets_exist(target):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)
