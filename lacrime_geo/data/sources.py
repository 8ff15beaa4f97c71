"""What a reader is asked to read, as files: a path, several, a folder of them, an address, or an open file."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ..progress import Progress

ENDINGS = (".csv", ".csv.gz", ".csv.zip", ".zip", ".gz", ".parquet", ".geojson", ".json")
ADDRESSES = ("http://", "https://")


@contextmanager
def files_of(asked: Any, progress: Progress = None) -> Iterator[list[Path]]:
    """Return the files that are meant, those of folders in the order of their names; copies are gone after the block.

    Of a folder that was converted to, its parts are meant, and it must be complete. Of another, hidden files (whose names begin
    with a dot) are not meant, nor are the records that `fetch` writes beside its files.

    Parameters
    ----------
    asked : path of a file or folder, address beginning with http, open file of bytes, or several of these.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If there is none, a folder holds none, or the same file is named twice.
    FileNotFoundError
        If one is missing.
    """
    one = isinstance(asked, (str, os.PathLike)) or hasattr(asked, "read")
    # The columns of a table, and the numbers that bytes are, could be taken for names.
    if not one and (not isinstance(asked, Iterable) or hasattr(asked, "columns") or isinstance(asked, bytes)):
        raise TypeError(f"Files are named by paths or addresses, not by a {type(asked).__name__}.")
    with ExitStack() as stack:
        found = [path for each in ([asked] if one else asked) for path in _each(each, stack, progress)]
        if not found:
            raise ValueError("No file was named; name at least one.")
        twice = next((path for number, path in enumerate(found) if path in found[:number]), None)
        if twice is not None:
            raise ValueError(f"{twice.name} is named twice; each file is read once.")
        yield found


def _each(asked: Any, stack: ExitStack, progress: Progress) -> list[Path]:
    if hasattr(asked, "read"):
        return [stack.enter_context(_copied(asked))]
    if not isinstance(asked, (str, os.PathLike)):
        raise TypeError(f"Files are named by paths or addresses, not by a {type(asked).__name__}.")
    if isinstance(asked, str) and asked.lower().startswith(ADDRESSES):
        from .portal.fetching import temporary_copy

        return [stack.enter_context(temporary_copy(asked, progress))]
    path = Path(asked)
    if not path.is_dir():
        return [path]
    from ..scale.writing import is_partitioned, require_finished

    if is_partitioned(path):
        return [path / part["name"] for part in require_finished(path)["parts"]]
    inside = sorted(one for one in path.iterdir() if _is_meant(one))
    if not inside:
        raise ValueError(f"The folder {path.name!r} holds no file that ends in {', '.join(ENDINGS)}.")
    return inside


def _is_meant(file: Path) -> bool:
    """Tell whether a file of a folder is to be read: its ending is known, and it is neither hidden nor the record of another."""
    if file.name.startswith(".") or not file.name.lower().endswith(ENDINGS) or not file.is_file():
        return False
    return not (file.suffix.lower() == ".json" and file.with_suffix("").is_file())


@contextmanager
def _copied(file: Any) -> Iterator[Path]:
    """Copy what an open file still holds, under its own name where it has one."""
    name = Path(str(getattr(file, "name", "") or "")).name
    with tempfile.TemporaryDirectory(prefix="lacrime_geo-") as folder:
        path = Path(folder) / (name if name.lower().endswith(ENDINGS) else "incidents.csv")
        if isinstance(file.read(0), str):
            raise TypeError(f"{name or 'The file'} is open as text; open it as bytes (mode 'rb'), or give its path.")
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        yield path
