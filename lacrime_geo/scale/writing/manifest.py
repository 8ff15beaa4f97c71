"""The record of a folder of incidents in parts: from what it was made, how, and whether it is complete."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .whole_files import whole

# In the folder when it is complete; while it is made all stands in a folder within, which no reader looks into.
MANIFEST, WORKING = "_lacrime.json", ".unfinished"
FORMAT = 1
# Bytes at the beginning, in the middle and at the end, by which another file is told from the same one.
LOOKED_AT = 65_536


def is_partitioned(folder: str | os.PathLike[str]) -> bool:
    """Tell whether a folder was written here, be it complete or not."""
    return (Path(folder) / MANIFEST).is_file() or (Path(folder) / WORKING / MANIFEST).is_file()


def require_finished(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the record of a folder of incidents in parts.

    Its "parts" are, in their order, dicts of "name", "rows", "first" and "last" (moments of `occurred` as texts, None without
    dates), "undated" and "without_place" (rows) and "bbox" (west, south, east, north in degrees, None without places); "rows" is
    how many there are in all.

    Raises
    ------
    FileNotFoundError
        If the folder is none that was written here.
    ValueError
        If it is not complete, or its parts are not all there.
    """
    folder = Path(folder)
    again = "run the same conversion again, which goes on from where it ended"
    if not (folder / MANIFEST).is_file():
        if (folder / WORKING / MANIFEST).is_file():
            raise ValueError(f"The conversion to {str(folder)!r} was not finished; {again}.")
        raise FileNotFoundError(f"There is no {MANIFEST} in {str(folder)!r}, so it is no folder that was converted to.")
    record = read(folder / MANIFEST)
    if not record["finished"]:
        raise ValueError(f"The conversion to {str(folder)!r} was not finished; {again}.")
    lacking = [part["name"] for part in record["parts"] if not (folder / part["name"]).is_file()]
    if lacking:
        raise ValueError(
            f"{len(lacking):,} of the {len(record['parts']):,} parts of {str(folder)!r} are not there, first {lacking[0]}; "
            "convert the original files again."
        )
    return record


def read(path: Path) -> dict[str, Any]:
    """Return a record; raise where it is damaged, or of a later version."""
    try:
        record = dict(json.loads(path.read_text(encoding="utf-8")))
        if record["format"] > FORMAT:
            raise ValueError(f"it is of format {record['format']}, which a later version wrote")
        record["finished"], record["parts"]
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError(
            f"{str(path)!r} is damaged ({problem}); remove the folder and convert the original files again."
        ) from problem
    return record


def write(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record, whole or not at all."""
    with whole(path) as half:
        half.write_text(json.dumps(record, default=str), encoding="utf-8")


def described(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Return by what it is told that files are still the same: name, size, and some of their bytes."""
    return [{"name": file.name, "size": file.stat().st_size, "digest": _digest(file)} for file in files]


def _digest(path: Path) -> str:
    size, found = path.stat().st_size, hashlib.sha256()
    with path.open("rb") as file:
        for begin in (0, size // 2, max(size - LOOKED_AT, 0)):
            file.seek(begin)
            found.update(file.read(LOOKED_AT))
    return found.hexdigest()
