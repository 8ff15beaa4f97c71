"""The zip passes the rules of QGIS's official plugin repository (plugins.qgis.org, "Publish a plugin"), and stricter ones."""

import configparser
import io
import re
import zipfile
from pathlib import PurePosixPath
from xml.etree import ElementTree

import pytest
from bundled import ROOT, build_zip

import lacrime_geo as lg
from lacrime_geo.catalog import ANALYSES

pytestmark = pytest.mark.plugin

FOLDER = "lacrime_qgis"
REQUIRED = (
    "name description about version author email repository tracker homepage tags category icon license changelog "
    "qgisMinimumVersion qgisMaximumVersion hasProcessingProvider supportsQt6 experimental deprecated"
)
COMPILED = (".pyc", ".pyo", ".so", ".dll", ".pyd", ".exe", ".dylib", ".o", ".a", ".bin", ".msi", ".sh", ".bat", ".whl")
SHIPPED = {".py", ".txt", ".svg", ".qml", ".csv", ".css", ".js", ".typed", ".html", ".png", ""}


@pytest.fixture(scope="module")
def zipped(tmp_path_factory):
    """Return the zip's path, its entries and its files' bytes by name."""
    path = build_zip(tmp_path_factory.mktemp("dist"))
    with zipfile.ZipFile(path) as archive:
        return path, archive.infolist(), {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def general(zipped):
    """Return metadata.txt as the repository and QGIS read it: names as they are spelled, % as a reference."""
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read_file(io.StringIO(zipped[2][f"{FOLDER}/metadata.txt"].decode()))
    assert parser.sections() == ["general"]
    return dict(parser["general"])


def test_metadata_is_complete(general):
    assert [name for name in REQUIRED.split() if not general.get(name, "").strip()] == []


def test_versions_agree(general):
    assert general["version"] == lg.__version__
    assert (general["qgisMinimumVersion"], general["qgisMaximumVersion"]) == ("3.22", "4.99")
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
    assert general["changelog"].startswith(f"{newest}: ") and newest.split()[0] == lg.__version__
    assert len(general["changelog"].splitlines()) == (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").count("\n## ")


def test_switches(general):
    expected = dict(hasProcessingProvider="yes", supportsQt6="True", experimental="False", deprecated="False")
    assert {name: general[name] for name in expected} == expected
    assert general["category"] == "Analysis"


def test_the_text_says_what_it_does_with_what_and_needs_what(general):
    about = general["about"]
    assert 500 < len(about) < 3000 and 50 < len(general["description"]) < 200
    assert not re.search(r"<\w+", about + general["description"])
    for word in ("density", "Gi*", "DBSCAN", "Data:", "Dependencies:", "numpy", "scipy", "scikit-learn", "pyarrow"):
        assert word in about
    needed = {analysis.needs[1] for analysis in ANALYSES if analysis.needs}
    assert [package for package in needed if package not in about] == []


def test_addresses_and_tags(general):
    assert re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", general["email"])
    for name in ("homepage", "repository", "tracker"):
        assert re.fullmatch(r"https://[\w.-]+\.[a-z]+/\S+", general[name])
    tags = general["tags"].split(",")
    assert {"crime", "hotspot", "heat map"} <= set(tags) and len(tags) == len(set(tags))
    assert [tag for tag in tags if tag != tag.strip() or not tag] == []
    assert not re.search("plugin", general["name"], flags=re.IGNORECASE)


def test_icon_and_licence_are_there(zipped, general):
    files = zipped[2]
    assert ElementTree.fromstring(files[f"{FOLDER}/{general['icon']}"]).tag.endswith("svg")
    licence = files[f"{FOLDER}/LICENSE"].decode()
    assert "GNU GENERAL PUBLIC LICENSE" in licence and "Version 2, June 1991" in licence
    assert general["license"] == "GPL-2.0-or-later"


def test_one_folder_that_python_can_import_with_the_plugin_in_it(zipped):
    names = list(zipped[2])
    (folder,) = {name.split("/")[0] for name in names}
    assert folder == FOLDER and folder.isidentifier() and re.fullmatch(r"[A-Za-z][\w-]*", folder)
    assert {f"{folder}/__init__.py", f"{folder}/metadata.txt", f"{folder}/LICENSE"} <= set(names)
    assert b"def classFactory(" in zipped[2][f"{folder}/__init__.py"]
    assert len(names) == len({name.lower() for name in names})  # Windows and macOS tell no capitals apart


def test_names_are_plain(zipped):
    names = list(zipped[2])
    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_/.-]+", name) or ".." in name] == []
    parts = {part for name in names for part in PurePosixPath(name).parts}
    assert sorted(part for part in parts if part.startswith((".", "__MACOSX")) or part == "__pycache__") == []
    assert max(map(len, names)) < 100  # Windows allows 260 with the profile's folder before it


def test_nothing_compiled_and_nothing_strange(zipped):
    names = list(zipped[2])
    assert [name for name in names if name.endswith(COMPILED)] == []
    assert {PurePosixPath(name).suffix for name in names} <= SHIPPED
    magic = (b"\x7fELF", b"MZ", b"PK\x03\x04", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
    assert [name for name, data in zipped[2].items() if data.startswith(magic)] == []


def test_texts_are_utf_8_and_python_compiles_in_3_9(zipped):
    import ast

    for name, data in zipped[2].items():
        if not name.endswith(".png"):
            data.decode("utf-8")
        if name.endswith(".py"):
            ast.parse(data, feature_version=(3, 9))


def test_entries_are_plain_files(zipped):
    path, entries, _ = zipped
    assert path.stat().st_size < 7_000_000  # most of it the pictures of the help
    assert [
        entry.filename for entry in entries if entry.is_dir() or entry.external_attr >> 16 & 0o170000 == 0o120000
    ] == []
    assert len(entries) == len({entry.filename for entry in entries})


def test_what_makes_the_zip_is_not_in_it(zipped):
    from qgis_plugin.bundle import BUILDS_THE_ZIP

    made = {PurePosixPath(name).name for name in zipped[2] if "/lacrime_geo/" not in name}
    assert made & BUILDS_THE_ZIP == set()
    assert [name for name in BUILDS_THE_ZIP if not (ROOT / "qgis_plugin" / name).exists()] == []


def test_every_module_of_the_plugin_is_in_it(zipped):
    from qgis_plugin.bundle import BUILDS_THE_ZIP

    for folder, prefix in (("qgis_plugin", FOLDER), ("lacrime_geo", f"{FOLDER}/lacrime_geo")):
        paths = [path for path in (ROOT / folder).rglob("*.py") if path.name not in BUILDS_THE_ZIP]
        inside = {f"{prefix}/{path.relative_to(ROOT / folder).as_posix()}" for path in paths}
        assert sorted(inside - set(zipped[2])) == []
