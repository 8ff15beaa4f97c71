"""Agencies' files of any number of rows as a folder of parts: which folders are written to, and by one process at a time."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...progress import Progress
from . import manifest
from .conversions import Conversion
from .manifest import WORKING
from .runs import spilled
from .whole_files import alone_in

log = logging.getLogger("lacrime_geo")


def partition(
    files: Sequence[Path],
    folder: str | os.PathLike[str],
    columns: Sequence[str] | None,
    mapping: Any,
    progress: Progress,
) -> None:
    """Convert files to a folder of parts, or go on with it; see `convert`."""
    folder = Path(folder)
    _refuse_other(folder, files)
    conversion = Conversion(files, folder, columns, mapping)
    if conversion.is_done():
        log.info("%s: converted already, from the same files", folder)
        return
    made = not folder.exists()
    folder.mkdir(exist_ok=True)
    with alone_in(folder):
        try:
            conversion.run(progress)
        finally:
            _remove_empty(folder, made)


def _refuse_other(folder: Path, files: Sequence[Path]) -> None:
    """Raise where a folder cannot be written to, or holds what is none of ours."""
    if not folder.resolve().parent.is_dir():
        raise FileNotFoundError(
            f"Cannot write {str(folder)!r}: there is no folder {str(folder.resolve().parent)!r}; create it first."
        )
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"Cannot write {str(folder)!r}: it is a file; name a folder, or a file ending in .parquet."
        )
    inside = next((file for file in files if folder.resolve() in file.resolve().parents), None)
    if inside is not None:
        raise ValueError(
            f"{str(inside)!r} is read and lies in {str(folder)!r}, which is written to; name another folder."
        )
    if folder.is_dir() and any(folder.iterdir()) and not manifest.is_partitioned(folder):
        first = sorted(path.name for path in folder.iterdir())[0]
        raise ValueError(
            f"The folder {str(folder)!r} holds other files, such as {first!r}; name one that is empty or is not there yet."
        )


def _remove_empty(folder: Path, made: bool) -> None:
    """Remove what was made for a conversion of which nothing was kept, the folder too where it was made for it."""
    working = folder / WORKING
    if working.is_dir() and not spilled(working):
        shutil.rmtree(working, ignore_errors=True)
    if made and not any(folder.iterdir()):
        folder.rmdir()
