"""Let a plain virtual environment import the QGIS of the Python that runs this file.

    /usr/bin/python3 tools/link_qgis.py .venv

PyQGIS belongs to one Python, usually the system's. An environment with --system-site-packages would see it, and every
other old package of the system in front of its own. So the environment gets a folder of links to just the packages of
QGIS, and a .pth file that puts this folder and QGIS's own plugins (Processing) at the end of its path.
"""

import importlib.util
import os
import sys
from pathlib import Path

NEEDED = ("qgis", "osgeo")
QT = ("PyQt5", "PyQt6")
WANTED = ("psycopg2",)  # Processing's GDAL provider imports it; no part of lacrime_geo does


def package_folder(name):
    """Return the folder of an importable package, None where there is none."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).resolve().parent if spec and spec.origin else None


def plugins_folder(qgis):
    """Return the folder of Processing: share/qgis/python/plugins under some parent of the qgis package."""
    for prefix in qgis.parents:
        folder = prefix / "share" / "qgis" / "python" / "plugins"
        if (folder / "processing").is_dir():
            return folder
    sys.exit(f"link_qgis.py: {qgis} is there, but no share/qgis/python/plugins/processing in any folder above it.")


def site_packages(environment):
    """Return the environment's site-packages, refusing an environment made from another Python version."""
    folder = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    if not folder.is_dir():
        sys.exit(f"link_qgis.py: {folder} is missing: PyQGIS loads only in an environment made by {sys.executable}.")
    return folder


def link(target, place):
    """Make place a link to target, replacing a link to elsewhere."""
    if place.is_symlink() and os.readlink(place) == str(target):
        return
    if place.is_symlink():
        place.unlink()
    place.symlink_to(target, target_is_directory=True)


def main(environment):
    """Write the links and the .pth file."""
    site = site_packages(environment)
    found = {name: package_folder(name) for name in NEEDED + QT + WANTED}
    missing = [name for name in NEEDED if not found[name]]
    if missing or not any(found[name] for name in QT):
        sys.exit(f"link_qgis.py: {sys.executable} cannot import {' and '.join(missing or QT)}.")

    links = environment / "qgis-links"
    links.mkdir(exist_ok=True)
    for name, folder in found.items():
        if folder:
            link(folder, links / name)
    (site / "qgis-links.pth").write_text(f"{links}\n{plugins_folder(found['qgis'])}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
