"""Make the zip that QGIS installs: the plugin and its own copy of lacrime_geo."""

import re
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent / "lacrime_geo"
CHANGES = HERE.parent / "CHANGELOG.md"
# The folder in the zip must not be called lacrime_geo: it would shadow an installed library.
NAME = "lacrime_qgis"
# These run before there is a plugin, and are no part of it.
BUILDS_THE_ZIP = {"bundle.py", "declarations.py", "help_docs.py", "help_pages.py"}
ENDINGS = {".py", ".txt", ".svg", ".qml", ".csv", ".css", ".js", ".typed", ""}
# Zips carry dates; a fixed one makes the same source give the same bytes.
WRITTEN = (2020, 1, 1, 0, 0, 0)


def version():
    """Return the library's version, the one place where it stands."""
    for line in (LIBRARY / "__init__.py").read_text(encoding="utf-8").splitlines():
        if line.startswith("__version__"):
            return line.split('"')[1]
    raise ValueError(f"{LIBRARY / '__init__.py'} states no __version__.")


def changes():
    """Return the changes, newest version first, as metadata.txt holds them: a line for each version."""
    versions = re.split(r"^## ", CHANGES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    entries = [version.split("\n", 1) for version in versions]
    return "\n    ".join(f"{name}: {' '.join(text.split())}" for name, text in entries)


def metadata():
    """Return metadata.txt with what stands elsewhere: the version and the changes."""
    # A % begins a reference where QGIS reads the file, unless it stands twice.
    told = f"version={version()}\nchangelog={changes()}\n".replace("%", "%%")
    return f"{(HERE / 'metadata.txt').read_text(encoding='utf-8').rstrip()}\n{told}".encode()


def help_files():
    """Yield (name in the folder of help, bytes) of the help pages; refuse in one sentence where what makes them is missing."""
    sys.path.insert(0, str(HERE.parent))  # run as a file, Python looks in this folder alone
    try:
        from qgis_plugin import help_pages
    except ImportError as problem:
        sys.exit(f"The help pages cannot be made ({problem}): run make plugin, or pip install markdown-it-py numpy.")
    yield from help_pages.files()


def contents():
    """Yield (name in the zip, bytes) of every file of the plugin."""
    for folder, prefix in ((HERE, NAME), (LIBRARY, f"{NAME}/lacrime_geo")):
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_dir() or "__pycache__" in inside.parts or path.suffix not in ENDINGS:
                continue
            if path.name not in BUILDS_THE_ZIP:
                yield f"{prefix}/{inside.as_posix()}", metadata() if path.name == "metadata.txt" else path.read_bytes()
    yield from ((f"{NAME}/help/{name}", data) for name, data in help_files())
    yield f"{NAME}/lacrime_geo/LICENSE", (HERE.parent / "LICENSE").read_bytes()


def build(folder):
    """Write lacrime_qgis-<version>.zip into a folder, the only zip left there, and return its path."""
    folder, files = Path(folder), list(contents())  # the old zip stays where this fails
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{NAME}-*.zip"):
        old.unlink()
    target = folder / f"{NAME}-{version()}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, WRITTEN), data, zipfile.ZIP_DEFLATED)
    return target


if __name__ == "__main__":
    print(build(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "dist"))
