"""Files that land whole or not at all: written beside their place, then renamed, several of one run together."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType

# What GDAL and SQLite leave beside a layer, and the style: stale ones must not outlive the layer they belong to.
HIDDEN = ".lacrime_geo-"
# The layers of a GeoPackage that a run writes beside the one named like the file.
OWN_LAYERS = ("incidents", "features", "clusters", "steps", "bins", "layer_styles")
LAYERS = (".gpkg", ".parquet", ".geojson", ".tif", ".tiff")
# A page, a picture or a table has no style; those of a layer of its name are not its own.
PAGES = (".html", ".pdf", ".png", ".svg", ".csv", ".json")
SHAPEFILE = ("{stem}.qix", "{stem}.cpg", "{stem}.sbn", "{stem}.sbx", "{stem}.prj", "{name}.xml")
SIDE_FILES = (
    "{name}.ovr",
    "{name}.msk",
    "{stem}.qml",
    "{name}.aux.xml",
    "{name}-wal",
    "{name}-shm",
    "{name}-journal",
    "{stem}.qmd",
)


class Landing:
    """Stage the outputs of one run; on leaving the block without an error they replace what was there.

    Staging fails at once when a folder is missing or cannot be written, before any long work.
    """

    def __init__(self, reads: Iterable[str | os.PathLike[str]] = ()) -> None:
        """Begin with nothing staged; `reads` are the files of the inputs, which no output may replace."""
        self._staged: dict[Path, Path] = {}
        self._undoing: list[Callable[[], None]] = []
        self._reads = {Path(path).resolve() for path in reads}

    def __enter__(self) -> Landing:
        """Begin with nothing staged."""
        return self

    def stage(self, path: str | os.PathLike[str], *, continued: bool = False) -> Path:
        """Return the path to write to in place of `path`: the same name in a hidden folder beside it.

        What is written is `continued` where it begins as a copy of what is there, so that no layer of it is lost.
        """
        target = Path(path).resolve()
        if target in self._reads:
            raise ValueError(f"{str(path)!r} is read and would be written over; name another output.")
        # Outputs of one name in one folder would share a style file, or be the same file.
        for other in self._staged:
            pages = other.suffix.lower() in PAGES or target.suffix.lower() in PAGES
            if other == target or (other.with_suffix("") == target.with_suffix("") and not pages):
                raise ValueError(f"Cannot write both {str(other)!r} and {str(path)!r}; give them different names.")
        folder = target.parent
        if not folder.is_dir():
            raise FileNotFoundError(f"Cannot write {str(path)!r}: there is no folder {str(folder)!r}; create it first.")
        if target.is_dir():
            raise IsADirectoryError(f"Cannot write {str(path)!r}: this is a folder; name a file in it.")
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, f"Cannot write {str(path)!r}: it is there already, and is no ordinary file.")
        _refuse_shared_style(target)
        if not continued:
            _refuse_losing_layers(target)
        with explained(path):
            _sweep(folder)
            self._staged[target] = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=folder)) / target.name
        return self._staged[target]

    def undo_by(self, undoing: Callable[[], None]) -> None:
        """Call a function when the run fails: it removes what cannot be staged, such as a table of a database."""
        self._undoing.append(undoing)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Move the staged files into place, or remove them when the run failed."""
        try:
            if kind is None:
                for target, staged in self._staged.items():
                    with explained(target):
                        _sync(staged.parent)
                self._land()
            else:
                # What is still writing lets go of its file: it could not be removed, or would be written to once more.
                traceback.clear_frames(trace)
                for undoing in self._undoing:
                    undoing()
        finally:
            for staged in self._staged.values():
                shutil.rmtree(staged.parent, ignore_errors=True)

    def _land(self) -> None:
        """Rename the staged files over the old ones; when one cannot be replaced, put all the old ones back."""
        undo: list[tuple[Path, Path]] = []
        try:
            for target, staged in self._staged.items():
                with explained(target):
                    _replace(target, staged, undo)
        except OSError:
            for place, kept in reversed(undo):
                if kept.exists():
                    os.replace(kept, place)
                else:
                    place.unlink(missing_ok=True)
            raise


@contextmanager
def explained(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what goes wrong while writing into one sentence with the remedy."""
    try:
        yield
    except OSError as problem:
        remedies = {
            errno.ENOSPC: "the disk is full; free space or choose another folder",
            errno.EDQUOT: "the disk quota is used up; free space or choose another folder",
            errno.EROFS: "the folder is read-only; choose another one",
            errno.EACCES: "the folder may not be written to; choose another one",
            errno.EPERM: "the folder may not be written to; choose another one",
        }
        reason = remedies.get(problem.errno or 0, problem.strerror or str(problem))
        raise OSError(problem.errno, f"Cannot write {str(path)!r}: {reason}") from problem


def _refuse_shared_style(target: Path) -> None:
    """Raise when another layer of the same stem stands beside: QGIS would read the one .qml for both."""
    others = [target.with_suffix(suffix) for suffix in LAYERS if suffix != target.suffix.lower()]
    taken = [other.name for other in others if other.exists()]
    if taken and target.suffix.lower() in LAYERS and target.with_suffix(".qml").exists():
        raise ValueError(
            f"Cannot write {target.name!r}: its style {target.stem}.qml belongs to {taken[0]!r} beside it; name another file."
        )


def _refuse_losing_layers(target: Path) -> None:
    """Raise when a GeoPackage to be replaced holds layers that are not from a run with this output."""
    if target.suffix.lower() != ".gpkg" or not target.exists():
        return
    import sqlite3  # not when QGIS starts

    try:
        with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as database:
            names = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    except sqlite3.Error:
        return  # no GeoPackage, whatever its name
    # QGIS names the layer of hot.2023.gpkg by what stands before the first dot.
    others = sorted(names - {target.stem, target.name.split(".")[0], *OWN_LAYERS})
    if others:
        raise ValueError(
            f"Cannot write {target.name!r}: it holds other layers ({', '.join(others[:5])}) that would be lost; "
            "name another file."
        )


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed more than a day ago have left."""
    for left in folder.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):  # of a run that ends just now
            if time.time() - left.stat().st_mtime > 86_400:
                shutil.rmtree(left, ignore_errors=True)


def _side_files(target: Path) -> tuple[str, ...]:
    if target.suffix.lower() in PAGES:
        return ()
    return (*SIDE_FILES, *SHAPEFILE) if target.suffix.lower() == ".shp" else SIDE_FILES


def _sync(folder: Path) -> None:
    for file in folder.iterdir():
        descriptor = os.open(file, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _replace(target: Path, staged: Path, undo: list[tuple[Path, Path]]) -> None:
    new = sorted(staged.parent.iterdir())
    stale = [pattern.format(stem=target.stem, name=target.name) for pattern in _side_files(target)]
    before = staged.parent / "before"
    before.mkdir()
    for name in dict.fromkeys([*stale, *(file.name for file in new)]):
        place, kept = target.with_name(name), before / name
        if place.is_file():
            _keep(place, kept)
        if (staged.parent / name).exists():
            os.replace(staged.parent / name, place)
        else:
            place.unlink(missing_ok=True)
        undo.append((place, kept))


def _keep(file: Path, copy: Path) -> None:
    try:
        os.link(file, copy)
    except OSError:  # no hard links on this file system
        shutil.copy2(file, copy)
