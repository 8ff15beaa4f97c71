"""Each file of a release, installed as its user would into an environment that has nothing else, and used."""

import json
import shutil
import sqlite3
import tarfile
import zipfile
from contextlib import closing

from tools.headless_qgis import run_headless

from .building import ROOT, make_environment, run

HERE = ROOT / "tools" / "release"
SAMPLE = ROOT / "sample_layers" / "incidents.csv.gz"
# What analyses read beside the modules.
DATA = ("py.typed", "styles/", "severity/scales/", "reporting/")
# Not of the package: tests, tools and data stay in the repository.
OTHERS = ("tests/", "tools/", "benchmarks/", "qgis_plugin/")


def names_agree(release):
    """Say that the three files are of one version, which is the last of the changes."""
    newest = next(line for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("## "))
    for path in (release.source, release.wheel, release.plugin):
        if f"-{release.version}" not in path.name:
            raise SystemExit(f"{path.name} is not of version {release.version}.")
    if newest.split()[1] != release.version:
        raise SystemExit(f"The newest change is of {newest.split()[1]}, and the release of {release.version}.")
    return f"three files of version {release.version}"


def contents(release):
    """Say that wheel and source hold every module and its data, and nothing else."""
    with zipfile.ZipFile(release.wheel) as wheel:
        inside = [name for name in wheel.namelist() if ".dist-info/" not in name]
    with tarfile.open(release.source) as source:
        packed = [name.split("/", 1)[1] for name in source.getnames() if "/" in name]
    committed = run("git", "ls-files", "lacrime_geo", cwd=ROOT).split()
    if lacking := sorted(set(committed) - set(inside)) + sorted(set(committed) - set(packed)):
        raise SystemExit(f"{len(lacking)} files of lacrime_geo are not in the wheel or the source, first {lacking[0]}.")
    if more := [name for name in (*inside, *packed) if name.startswith(OTHERS)]:
        raise SystemExit(f"{len(more)} files are no part of the package, first {more[0]}.")
    return f"{len(inside)} files in the wheel, {len(packed)} in the source"


def descriptions(release, checker):
    """Say that a registry would take their descriptions; `checker` is a Python that has twine."""
    run(checker, "-m", "twine", "check", "--strict", release.source, release.wheel)
    return "descriptions can be shown"


def installed(file, folder):
    """Install a file with all it needs, run it on the sample, and return the numbers found."""
    python = make_environment(folder / "environment", file)
    return json.loads(run(python, HERE / "in_clean.py", SAMPLE, folder, cwd=folder).splitlines()[-1])


def bare(file, folder):
    """Install a file with numpy and scipy alone, and return what it says."""
    python = make_environment(folder / "environment", "numpy", "scipy")
    run(python, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", file)
    return run(python, HERE / "in_bare.py", cwd=folder).strip()


def in_qgis(file, folder):
    """Install the zip into a fresh profile of QGIS with the system's Python, run it, and return the numbers found."""
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "plugins")
    loaded, hot = folder / "incidents.gpkg", folder / "hotspots.gpkg"
    runs = (
        ("load_lapd", dict(FILE=SAMPLE, OUTPUT=loaded)),
        ("hotspots", dict(INCIDENTS=loaded, OUTPUT=hot)),
        ("report", dict(INCIDENTS=loaded, OUTPUT=folder / "report.html")),
        ("verify", dict(SUMMARY=folder / "verified.html")),
    )
    for name, parameters in runs:
        done = run_headless(folder / "profile", folder / "plugins", name, **parameters)
        missing = [path for key, path in parameters.items() if key not in ("FILE", "INCIDENTS") and not path.exists()]
        if done.returncode or missing:
            raise SystemExit(f"{done.stdout}{done.stderr}lacrime:{name} did not run in QGIS.")
    with closing(sqlite3.connect(hot)) as layer:
        (table,) = layer.execute("SELECT table_name FROM gpkg_contents").fetchone()
        quoted = table.replace('"', '""')
        cells, total = layer.execute(f'SELECT SUM(bin = 3), SUM(count) FROM "{quoted}"').fetchone()
    return {"hot": cells, "incidents": total}


def emptied(folder):
    """Return a folder that is there and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
