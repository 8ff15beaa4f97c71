"""Any file of incidents opened for an audit: LAPD's of either record system, another agency's table, or a layer of points."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Union

from ..progress import Progress
from . import tables
from .generic import load_incidents
from .lapd import load_lapd
from .loaded import Loaded
from .parquet import holds_geometry
from .schemas import schema_of

if TYPE_CHECKING:
    import geopandas

Opened = Union[Loaded, "geopandas.GeoDataFrame"]
TABLES = (".csv", ".gz", ".zip", ".txt", ".tsv", ".json")


def opened(path: str | os.PathLike[str], progress: Progress = None) -> Opened:
    """Return what a file holds: cleaned by the reader that its columns ask for; layers of points as they are.

    A folder is one of LAPD files.

    Raises
    ------
    ValueError
        If its columns are of no reader, as where none look like coordinates.
    OSError
        If the file is missing or damaged.
    """
    from ..files import read_layer

    name, _, layer = os.fspath(path).partition("|layername=")
    file = Path(name)
    if file.is_dir():
        return load_lapd(file, progress)
    if not _is_table(file):
        return read_layer(file, layer or None)
    return load_lapd(file, progress) if schema_of(tables.header(file)) else load_incidents(file, progress=progress)


def _is_table(file: Path) -> bool:
    return file.suffix.lower() in TABLES or (tables.is_parquet(file) and file.exists() and not holds_geometry(file))
