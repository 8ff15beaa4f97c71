"""Any file of incidents opened: LAPD's of either record system, another agency's table, or a layer of points."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from ...progress import Progress
from .. import tables
from ..generic import load_incidents
from ..lapd import load_lapd
from ..loaded import Loaded
from ..own_mapping import OTHERS, ROLES, SYNONYMS, Said, as_mapping, asked
from ..parquet import holds_geometry
from ..schemas import schema_of
from ..stored import is_stored

if TYPE_CHECKING:
    import geopandas

log = logging.getLogger("lacrime_geo")
Opened = Union[Loaded, "geopandas.GeoDataFrame"]
TABLES = (".csv", ".gz", ".zip", ".txt", ".tsv", ".json")
# Layers that the reader of any agency's tables reads as well, where a mapping says what their columns hold.
LAYERS_OR_TABLES = (".geojson", ".parquet")
# What a mapping says of files that are not the LAPD's, whose reader has columns of these two names.
OF_OTHERS = {*ROLES, *SYNONYMS, *OTHERS} - {"reported", "category"}


def opened(path: str | os.PathLike[str], progress: Progress = None, mapping: Said = None) -> Opened:
    """Return what a file holds: cleaned by the reader that its columns ask for; layers of points as they are.

    A folder is one of LAPD files. A mapping, or its text, is what the reader of the file takes as such: `read_lapd` for the
    LAPD's, else `read_incidents`.

    Raises
    ------
    ValueError
        If its columns are of no reader, as where none look like coordinates, or a mapping is given of what is a layer.
    OSError
        If the file is missing or damaged.
    """
    from ...files import read_layer, split

    file, layer = split(path)
    said = as_mapping(mapping)
    if said:
        log.info("as named: %s", ", ".join(f"{name} = {value}" for name, value in said.items()))
    if file.is_dir() or is_stored(file):
        return load_lapd(file, progress, mapping=said)
    if not _is_table(file) and not (said and file.suffix.lower() in LAYERS_OR_TABLES):
        _refuse_mapping(said, file)
        return read_layer(file, layer)
    if schema_of(tables.header(file)):
        _refuse_others(said, file)
        return load_lapd(file, progress, mapping=said)
    return load_incidents(file, asked(said), progress)


def _refuse_others(said: Mapping[str, Any], file: Path) -> None:
    """Raise where it is said of an LAPD file what is said of others: its mapping names columns of ours."""
    others = [name for name in said if name in OF_OTHERS]
    if others:
        raise ValueError(
            f"{file.name} is an LAPD file, and {', '.join(others)} is said of other agencies' files: leave it out, or name "
            "columns of ours, such as occurred=Date of offence."
        )


def _refuse_mapping(said: Mapping[str, Any], file: Path) -> None:
    if said:
        raise ValueError(
            f"{file.name} is a layer of points, of which a mapping says nothing: leave it out, and name its columns of dates and "
            "categories (--time-column and --category-column in a command, time_column and category_column in a script)."
        )


def _is_table(file: Path) -> bool:
    return file.suffix.lower() in TABLES or (tables.is_parquet(file) and file.exists() and not holds_geometry(file))
