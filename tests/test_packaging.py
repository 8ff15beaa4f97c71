"""What is written down more than once about the package agrees: dependencies, bounds, versions, licences."""

import base64
import configparser
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import lacrime_geo

tomllib = pytest.importorskip("tomllib", reason="tomllib is in the standard library from Python 3.11 on")

ROOT = Path(__file__).parents[1]
REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?P<bound>[<>=!~]\S*)?$")
VERSION_LITERAL = re.compile(r"""^\s*(__version__|version)\s*[:=]\s*["']?\d+\.\d+""", re.MULTILINE)


def named(requirements):
    """Return {normalised name: bound or None}; the spelling of names differs between registries, bounds must not."""
    matches = [REQUIREMENT.match(requirement) for requirement in requirements]
    assert all(matches), f"not a plain name and bound: {requirements}"
    return {re.sub(r"[-_.]+", "-", match["name"]).lower(): match["bound"] for match in matches}


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def environment():
    """Return what environment.yml asks conda and pip for, the package itself left out."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = [entry for entry in listed if isinstance(entry, str)]
    pip = [entry for section in listed if isinstance(section, dict) for entry in section["pip"]]
    return named(conda + [entry for entry in pip if not entry.startswith("-e ")])


def disagreements(required, offered):
    """Return a sentence for each requirement that the environment lacks or bounds otherwise."""
    for name, bound in required.items():
        if name not in offered:
            yield f"{name} is not in environment.yml"
        elif offered[name] != bound:
            yield f"{name}: {bound} in pyproject.toml, {offered[name]} in environment.yml"


@pytest.mark.parametrize("group", ["dependencies", "test", "docs", "benchmarks"])
def test_environment_has_every_requirement_with_the_same_bound(group):
    project = pyproject()
    required = named(project["dependencies"] if group == "dependencies" else project["optional-dependencies"][group])
    assert list(disagreements(required, environment())) == []
    assert all(bound and re.fullmatch(r">=[\d.]+(,<[\d.]+)?", bound) for bound in required.values()), required


def test_disagreements_are_found():
    required = named(["numpy>=1.22", "KDEpy>=1.1", "rich>=12"])
    offered = named(["numpy>=1.21", "kdepy>=1.1"])
    assert list(disagreements(required, offered)) == [
        "numpy: >=1.22 in pyproject.toml, >=1.21 in environment.yml",
        "rich is not in environment.yml",
    ]


def test_extras_agree_on_what_they_share():
    extras = pyproject()["optional-dependencies"]
    test, benchmarks = named(extras["test"]), named(extras["benchmarks"])
    assert {name: test[name] for name in test.keys() & benchmarks} == {
        name: benchmarks[name] for name in test.keys() & benchmarks
    }


def test_environment_offers_the_python_and_the_qgis_that_are_promised():
    assert environment()["python"] == pyproject()["requires-python"]
    assert environment()["qgis"] == f">={plugin_metadata()['qgisMinimumVersion']}"
    assert f"qgis_minimum={plugin_metadata()['qgisMinimumVersion']}\n" in read("tools/find_qgis.sh")


def test_environment_installs_the_package_itself():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert "-e ." in [entry for section in listed if isinstance(section, dict) for entry in section["pip"]]


def test_version_is_stated_in_one_place():
    assert "version" not in pyproject()
    assert pyproject()["dynamic"] == ["version"]
    configured = [ROOT / "pyproject.toml", ROOT / "environment.yml", ROOT / "Makefile"]
    packages = [path for folder in ("lacrime_geo", "qgis_plugin") for path in (ROOT / folder).rglob("*.py")]
    stating = [path for path in configured + packages if VERSION_LITERAL.search(path.read_text(encoding="utf-8"))]
    assert stating == [ROOT / "lacrime_geo" / "__init__.py"]


def test_installed_version_is_that_of_the_source():
    code = "import importlib.metadata as m; print(m.version('lacrime-geo'))"
    installed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert installed.stdout.strip() == lacrime_geo.__version__


def test_newest_change_is_of_this_version():
    newest = re.search(r"^## (\d+\.\d+\.\d+\S*)", read("CHANGELOG.md"), re.MULTILINE)
    assert newest and newest[1] == lacrime_geo.__version__


def test_plugin_metadata_does_not_contradict_the_version():
    stated = plugin_metadata().get("version", lacrime_geo.__version__)
    assert stated == lacrime_geo.__version__


def test_command_is_declared():
    assert pyproject()["scripts"] == {"lacrime-geo": "lacrime_geo.cli:main"}
    assert (ROOT / "lacrime_geo" / "cli.py").is_file()


def test_licences():
    assert pyproject()["license"] == "BSD-3-Clause"
    assert "BSD 3-Clause License" in read("LICENSE")
    assert "GNU GENERAL PUBLIC LICENSE\n                       Version 2, June 1991" in read("qgis_plugin/LICENSE")


PLUGIN_RAN = '<testcase classname="tests.test_plugin" name="test_a" />'
IN_FOLDER_SKIPPED = (
    '<testcase classname="tests.plugin.test_zip.TestZip" name="test_a"><skipped message="no" /></testcase>'
)
PLUGIN_SKIPPED = '<testcase classname="tests.test_plugin_layers" name="test_b"><skipped message="no" /></testcase>'
MODULE_SKIPPED = '<testcase classname="" name="tests.test_plugin"><skipped message="no" /></testcase>'
QGIS_MISSING = '<testcase classname="tests.test_files" name="test_c"><skipped message="no QGIS" /></testcase>'
CHROMIUM_MISSING = (
    '<testcase classname="tests.test_report_page" name="test_c"><skipped message="no Chromium" /></testcase>'
)
OTHER_SKIPPED = '<testcase classname="tests.test_data" name="test_d"><skipped message="no data" /></testcase>'
EXPECTED_FAILURE = '<testcase classname="tests.test_plugin" name="test_e"><skipped type="pytest.xfail" /></testcase>'


@pytest.mark.parametrize(
    ("cases", "code"),
    [
        ([PLUGIN_RAN], 0),
        ([PLUGIN_RAN, OTHER_SKIPPED, EXPECTED_FAILURE], 0),
        ([PLUGIN_RAN, PLUGIN_SKIPPED], 1),
        ([PLUGIN_RAN, IN_FOLDER_SKIPPED], 1),
        ([PLUGIN_RAN, MODULE_SKIPPED], 1),
        ([PLUGIN_RAN, QGIS_MISSING], 1),
        ([PLUGIN_RAN, CHROMIUM_MISSING], 1),
        ([OTHER_SKIPPED], 1),
        ([], 1),
    ],
)
def test_a_skipped_or_absent_plugin_test_fails_the_run(tmp_path, cases, code):
    report = tmp_path / "junit.xml"
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    assert subprocess.run([sys.executable, ROOT / "tools" / "no_plugin_skips.py", report]).returncode == code


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def plugin_metadata():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # qgisMinimumVersion as QGIS spells it
    parser.read(ROOT / "qgis_plugin" / "metadata.txt", encoding="utf-8")
    return parser["general"]


@pytest.mark.parametrize(
    ("name", "published"),
    [  # the integrity values that Leaflet's own page of downloads gives for 1.9.4
        ("leaflet.js", "20nQCchB9co0qIjJZRGuk2/Z9VM+kNiyxNV1lvTlZBo="),
        ("leaflet.css", "p4NxAoJBhIIN+hmNHrzRCf9tD/miZyoHS5obTRR9BMY="),
    ],
)
def test_leaflet_is_as_it_was_published(name, published):
    folder = ROOT / "lacrime_geo" / "reporting" / "leaflet"
    assert base64.b64encode(hashlib.sha256((folder / name).read_bytes()).digest()).decode() == published
    assert "BSD 2-Clause License" in (folder / "LICENSE").read_text(encoding="utf-8")
