"""Folders of parts that were converted to, read as one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from .gathering import joined
from .loaded import Loaded
from .stored import load


def load_parts(folder: Path, columns: Collection[str] | None = None) -> Loaded:
    """Read the incidents of a folder of parts; only some columns where that is asked."""
    from ..scale.writing import require_finished

    return joined([load(folder / part["name"], columns) for part in require_finished(folder)["parts"]])


def folder_of(files: Sequence[Path]) -> Path | None:
    """Return the folder of parts that files are all of, None where they are others."""
    from ..scale.writing import is_partitioned, require_finished

    folder = files[0].parent
    if not is_partitioned(folder):
        return None
    return folder if [folder / part["name"] for part in require_finished(folder)["parts"]] == [*files] else None
