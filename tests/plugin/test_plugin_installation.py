"""What an installation has, and the exact command for what it lacks, on every platform."""

import subprocess
from pathlib import Path

import pytest

from tools.headless_qgis import headless, run_headless

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

DEBIAN = {"/usr/bin/apt-get"}
PLATFORMS = {
    "osgeo4w": dict(system="win32", prefix="C:/OSGeo4W/apps/Python312"),
    "macos": dict(system="darwin", prefix="/Applications/QGIS-LTR.app/Contents/MacOS"),
    "conda": dict(system="linux", prefix="/home/a b/envs/gis", there={"/home/a b/envs/gis/conda-meta"}),
    "flatpak": dict(system="linux", prefix="/usr", there={"/.flatpak-info", *DEBIAN}),
    "snap": dict(system="linux", prefix="/usr", environment={"SNAP": "/snap/qgis/1"}, there=DEBIAN),
    "venv": dict(system="linux", prefix="/home/me/.venv", base="/usr", there=DEBIAN),
    "apt": dict(system="linux", prefix="/usr", there=DEBIAN),
    "dnf": dict(system="linux", prefix="/usr", there={"/usr/bin/dnf"}),
    "other": dict(system="linux", prefix="/usr"),
}
COMMANDS = {
    "osgeo4w": "python3 -m pip install scikit-learn",
    "macos": "/Applications/QGIS-LTR.app/Contents/MacOS/bin/python3 -m pip install scikit-learn",
    "conda": "conda install -p '/home/a b/envs/gis' -c conda-forge scikit-learn",
    "flatpak": "flatpak run --command=python3 org.qgis.qgis -m pip install --user scikit-learn",
    "snap": "python3 -m pip install --user scikit-learn",
    "venv": "/home/me/.venv/bin/python3 -m pip install scikit-learn",
    "apt": "sudo apt install python3-sklearn",
    "dnf": "sudo dnf install python3-scikit-learn",
    "other": "/usr/bin/python3 -m pip install --user scikit-learn",
}


@pytest.fixture
def installation(plugin):
    import lacrime_qgis.installation

    return lacrime_qgis.installation


@pytest.mark.parametrize("name", PLATFORMS)
def test_each_platform_is_known_and_has_its_own_command(installation, name):
    facts = dict(PLATFORMS[name])
    there = facts.pop("there", set())
    prefix = facts["prefix"]
    found = installation.platform_of(**{"environment": {}, "base": prefix, **facts}, exists=there.__contains__)
    assert found == name
    assert installation.command("sklearn", found, prefix)[0] == COMMANDS[name]


def test_conda_on_windows_is_conda(installation):
    exists = {"C:/conda/conda-meta", "C:/conda\\conda-meta"}.__contains__
    assert installation.platform_of("win32", {}, "C:/conda", "C:/conda", exists) == "conda"


def test_a_package_that_debian_lacks_is_had_by_pip(installation):
    command, where = installation.command("pyarrow", "apt", "/usr")
    assert command == "/usr/bin/python3 -m pip install --user --break-system-packages pyarrow" and where == "a terminal"


def test_every_algorithm_that_cannot_run_is_grey_and_says_what_to_type(provider, installation, monkeypatch):
    def looks(algorithm):
        return algorithm.icon().pixmap(32, 32).toImage()

    colours = {algorithm.name(): looks(algorithm) for algorithm in provider.algorithms()}
    monkeypatch.setattr(installation, "has", lambda module: module != "sklearn")
    for algorithm in provider.algorithms():
        possible, sentence = algorithm.canExecute()
        assert possible == ("sklearn" not in algorithm.needs)
        assert (looks(algorithm) == colours[algorithm.name()]) == possible
        if not possible:
            assert installation.command("sklearn")[0] in sentence and sentence.endswith("then restart QGIS.")


def test_the_check_writes_what_is_there_and_what_to_type(run, log, tmp_path, installation, monkeypatch):
    import numpy
    from qgis.core import Qgis

    monkeypatch.setattr(installation, "has", lambda module: module != "sklearn")
    page = tmp_path / "report.html"
    assert run("check_installation", SUMMARY=str(page))["SUMMARY"] == str(page)
    said, written = "\n".join(log.lines), page.read_text(encoding="utf-8")
    for text in (f"QGIS: {Qgis.QGIS_VERSION}", f"numpy: {numpy.__version__}", "scikit-learn: missing"):
        assert text in said
    assert Qgis.QGIS_VERSION in written and installation.command("sklearn")[0] in written
    assert "Clusters of incidents by reachability (OPTICS) needs scikit-learn" in written


def test_a_page_into_no_folder_is_refused_in_a_sentence(run, tmp_path):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="there is no folder"):
        run("check_installation", SUMMARY=str(tmp_path / "gone" / "report.html"))


def test_headless_the_check_needs_nothing(plugin, tmp_path):
    plugins = Path(plugin.__file__).parents[1]
    done = run_headless(tmp_path / "settings", plugins, "check_installation", SUMMARY=tmp_path / "report.html")
    assert done.returncode == 0, done.stderr
    assert "scikit-learn: missing" in done.stdout + done.stderr
    assert "python3-sklearn" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_another_python_that_comes_first_on_the_search_path_is_not_named(plugin, tmp_path):
    program, environment = headless(tmp_path / "settings", Path(plugin.__file__).parents[1])
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "python3"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    environment["PATH"] = f"{tmp_path / 'other'}:{environment['PATH']}"
    command = [program, "run", "lacrime:check_installation"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    version = subprocess.run(["/usr/bin/python3", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    assert f"{version.replace(' ', ': ')} (/usr/bin/python3)" in said and str(other) not in said
