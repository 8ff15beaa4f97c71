"""The three files of a release, built from what is committed: source, wheel and the plugin's zip."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Release(NamedTuple):
    """Hold where the three files are, and their version."""

    version: str
    source: Path
    wheel: Path
    plugin: Path


def run(*words, **options):
    """Run a program and return what it prints; leave with the end of its output where it fails."""
    # What is on the path of this Python would be found in place of what is installed.
    options["env"] = {name: value for name, value in options.get("env", os.environ).items() if name != "PYTHONPATH"}
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        told = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        sys.exit(f"{told}\nThe release was not made: {' '.join(map(str, words))} failed.")
    return done.stdout


def export(folder):
    """Write what is committed into a folder; return how many files of the working folder differ from it."""
    archive = folder / "committed.tar"
    run("git", "archive", "--output", archive, "HEAD", cwd=ROOT)
    shutil.unpack_archive(archive, folder / "source")
    archive.unlink()
    return len(run("git", "status", "--porcelain", cwd=ROOT).splitlines())


def make_environment(folder, *requirements):
    """Make an environment that sees nothing of this one or the system's, and return its Python."""
    run(sys.executable, "-m", "venv", "--clear", folder)
    python = folder / "bin" / "python"
    if requirements:
        run(python, "-m", "pip", "--disable-pip-version-check", "install", *requirements)
    return python


def build(source, folder, builder):
    """Build the three files from exported source into a folder; `builder` is a Python that has build."""
    # Dates inside are those of the commit: the same commit gives the same wheel.
    date = run("git", "log", "-1", "--format=%ct", cwd=ROOT).strip()
    run(builder, "-m", "build", "--outdir", folder, source, env={**os.environ, "SOURCE_DATE_EPOCH": date})
    plugin = run(sys.executable, "-m", "qgis_plugin.bundle", folder, cwd=source).strip()
    (archive,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Release(wheel.name.split("-")[1], archive, wheel, Path(plugin))
