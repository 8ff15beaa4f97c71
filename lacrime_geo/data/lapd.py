"""LAPD incident files of either record system: CSV, its re-saves, parquet, GeoJSON, cleaned with nothing silent."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Union

import numpy as np

from ..parameters import Parameters
from ..progress import Progress, advance, within
from . import nibrs, rules, stored, stored_folders, tables
from .file_ends import ends_together
from .gathering import CHOOSING, Gathering, added_up, joined
from .lapd_cleaning import COLUMNS, KINDS, ORDER, clean_part, needed_for, offered
from .loaded import Loaded, announced
from .schemas import LEGACY, NIBRS, refuse_mixed, schema_of
from .sources import files_of
from .stored import is_stored
from .tables import RawTable, Texts

if TYPE_CHECKING:
    import geopandas

__all__ = ["COLUMNS", "ORDER", "clean_lapd", "load_lapd", "read_lapd"]
Source = Union[str, "os.PathLike[str]", Any]
# The column that tells the two record systems apart in one table of both.
SCHEMA = "schema"

CAVEATS = (
    "The department moves coordinates to the hundred-block: many incidents share a point, and cells finer than about 150 m say "
    "more than the data do.",
    "1200 and 0001 stand for a time that is not known; they are flagged in time_placeholder, and the noon peak is mostly this.",
    "Some crimes are reported weeks later: the last weeks of a file are not complete, which can look like a fall that is none.",
)


class Schema(NamedTuple):
    """How files of one record system are read: what cleans a table, into which columns, and what is to be kept in mind."""

    clean: Callable[..., Loaded]
    needed: Callable[[Collection[str]], set[str]] | None
    offered: Callable[[Collection[str], Mapping[str, str]], list[str]]
    kinds: Mapping[str, str]
    caveats: tuple[str, ...]


LEGACY_FILES = Schema(clean_part, needed_for, offered, KINDS, CAVEATS)
NIBRS_FILES = Schema(nibrs.clean_part, None, nibrs.offered, {}, nibrs.CAVEATS)


def read_lapd(
    path: Source | Iterable[Source],
    *,
    since: Any = None,
    until: Any = None,
    categories: str | Sequence[str] | None = None,
    area: str | int | Sequence[str | int] | None = None,
    columns: Sequence[str] | None = None,
    mapping: Mapping[str, str] | None = None,
    join_schemas: bool = False,
    crs: str | None = None,
    progress: Progress = None,
) -> geopandas.GeoDataFrame:
    """Read LAPD incident files of either record system as points, cleaned and audited.

    Files are read about a million rows at a time: what is kept in memory is what was asked for.

    Parameters
    ----------
    path : file, several, folder of them, address (as `lapd_url` makes it) or open file: CSV (also .gz or .zip) as the city's
        portal exports it or a spreadsheet re-saves it, GeoJSON, or parquet.
    since, until : only incidents from this date on, and before that one; those without a date are left out then, and counted.
    categories : only incidents of these categories, such as "burglary".
    area : only incidents of these divisions, by number or name.
    columns : only these columns beside the geometry; default all.
    mapping : the file's column for some of ours where it has other names, as in ``{"occurred": "Date of offence"}``.
    join_schemas : read files of both record systems into one table all the same, told apart in the column `schema`; their
        rows count different things, so that a change between them is no change in crime.
    crs : the CRS of the points; default EPSG:4326.
    progress : function of a fraction in 0…1 that returns False to stop, or None.

    Returns
    -------
    GeoDataFrame
        One row per report, also without coordinates (null geometry). Columns: `dr_no, reported, occurred` (with its
        time), `time_placeholder, area, area_name, district, part, crime_code, crime, category, …`; repeated texts are
        categoricals. What every rule found and did is a list of dicts in ``.attrs["audit"]`` and in the log;
        ``.attrs["agency"]`` is "LAPD". A NIBRS file (from March 2024) gives one row per offence, and other columns.

    Raises
    ------
    ValueError
        If one is no LAPD file, files are of different record systems, more than max(5, 0.1 %) of the dates or numbers cannot
        be read, or nothing is left of what was asked for.
    OSError
        If a file is missing or damaged.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> burglaries = lg.read_lapd("sample_layers/incidents.csv.gz", since="2023-07-01", categories="burglary")
    >>> print(len(burglaries), burglaries.occurred.min())
    932 2023-07-01 09:00:00
    """
    import geopandas  # noqa: F401 - a long file is not read in vain where this is missing

    asked = dict(since=since, until=until, category=categories, area=area)
    loaded = load_lapd(
        path,
        within(progress, 0.0, 0.95),
        asked=asked,
        columns=columns,
        mapping=mapping,
        join_schemas=join_schemas,
    )
    frame = loaded.to_geodataframe(crs)
    advance(progress, 1.0)
    return frame


def load_lapd(
    path: Source | Iterable[Source],
    progress: Progress = None,
    *,
    asked: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
    mapping: Mapping[str, str] | None = None,
    join_schemas: bool = False,
) -> Loaded:
    """Read and clean LAPD incident files as `read_lapd` does, without pandas."""
    wanted = {"since": None, "until": None, "category": None, "area": None, **(asked or {})}
    columns, mapping = names_asked(columns), mapping_asked(mapping)
    with files_of(path, within(progress, 0.0, 0.5)) as files:
        if all(is_stored(file) for file in files) and (len(files) == 1 or stored_folders.folder_of(files) is not None):
            loaded = _stored(files, columns, mapping)
        else:
            groups = list(_by_schema(files).values()) if join_schemas else [files]
            offered = [columns_of(group, mapping) for group in groups]
            together = [name for theirs in offered for name in theirs] + [SCHEMA] * (len(groups) > 1)
            refuse_unknown(columns or (), list(dict.fromkeys(together)))
            parts = [
                _read(group, wanted, columns and [name for name in columns if name in theirs], mapping, progress)
                for group, theirs in zip(groups, offered)
            ]
            loaded = parts[0] if len(parts) == 1 else _together(parts, called(files))
    if any(value is not None for value in wanted.values()):
        loaded = loaded.select(**wanted)
    return loaded if columns is None else _only(loaded, columns)


def _read(
    files: Sequence[Path],
    wanted: dict[str, Any],
    columns: Sequence[str] | None,
    mapping: Mapping[str, str],
    progress: Progress,
) -> Loaded:
    schema, gathering = schema_of_files(files), Gathering(wanted, columns)
    for part in parts_of(files, schema, columns, mapping, progress):
        gathering.add(part)
    return _finished(gathering, schema, called(files))


def _stored(files: Sequence[Path], columns: Sequence[str] | None, mapping: Mapping[str, str]) -> Loaded:
    """Read a file that was converted, or all parts of a folder, which have our columns already."""
    file, folder = files[0], stored_folders.folder_of(files)
    if mapping:
        raise ValueError(
            f"{file.name} was converted and has its columns by our names; give the mapping when the original file is converted."
        )
    refuse_unknown(columns or (), stored.names(file))
    wanted = None if columns is None else {*columns, *CHOOSING}
    return stored.load(file, wanted) if folder is None else stored_folders.load_parts(folder, wanted)


def columns_of(files: Sequence[Path], mapping: Mapping[str, str]) -> list[str]:
    """Return the columns that may be asked for of files of one record system; raise when one lacks what a mapping names."""
    schema, known = schema_of_files(files), list[str]()
    for file in files:
        theirs = [name.strip() for name in tables.header(file)]
        refuse_unknown(mapping.values(), theirs)
        known += schema.offered(theirs, mapping)
    return list(dict.fromkeys(known))


def names_asked(columns: Any) -> list[str] | None:
    """Return the columns asked for as a list, None where all are.

    >>> names_asked("crime"), names_asked(name for name in ("area", "crime"))
    (['crime'], ['area', 'crime'])
    """
    return None if columns is None else [columns] if isinstance(columns, str) else list(columns)


def mapping_asked(mapping: Any) -> dict[str, str]:
    """Return which column of a file is meant by some of ours; raise when it says something else."""
    if mapping is not None and not isinstance(mapping, Mapping):
        raise TypeError(f"mapping must be such as {{'occurred': 'Date of offence'}}, got {mapping!r}.")
    return dict(mapping or {})


def _by_schema(files: Sequence[Path]) -> dict[str | None, list[Path]]:
    groups: dict[str | None, list[Path]] = {}
    for file in files:
        groups.setdefault(schema_of(tables.header(file)), []).append(file)
    return groups


def _together(parts: Sequence[Loaded], name: str) -> Loaded:
    """Return incidents of both record systems as one table, in which a column says of which each is."""
    rows = [part.parameters["rows"] for part in parts]
    named = []
    for part in parts:
        schema = part.parameters.get("schema", LEGACY)
        of_one = Texts(np.array([None, schema], dtype=object), np.ones(len(part), dtype=np.int32))
        named.append(replace(part, columns={**part.columns, SCHEMA: of_one}, repeated=part.repeated | {SCHEMA}))
    audit = added_up([(before, part.audit) for before, part in zip([0, *rows], parts)])
    caveats = [caveat for part in parts for caveat in part.parameters["caveats"]]
    together = Parameters(schema="both", counted="reports and offences")
    together.update(ends_together([part.parameters for part in parts]))
    whole = replace(joined(named), audit=audit, parameters=together)
    return announced(whole, RawTable({}, sum(rows), name), list(dict.fromkeys(caveats)))


def called(files: Sequence[Path]) -> str:
    """Return what one or several files are called in messages."""
    return files[0].name if len(files) == 1 else f"{len(files)} files, {files[0].name} to {files[-1].name}"


def clean_lapd(raw: RawTable, progress: Progress = None) -> Loaded:
    """Clean the table of an LAPD incident file of either record system, and announce what was found."""
    schema = NIBRS_FILES if schema_of(raw.columns) == NIBRS else LEGACY_FILES
    gathering = Gathering({"since": None, "until": None, "category": None, "area": None}, None)
    gathering.add(schema.clean(raw, progress=within(progress, 0.0, 0.9)))
    loaded = _finished(gathering, schema, raw.file)
    advance(progress, 1.0)
    return loaded


def schema_of_files(files: Sequence[Path]) -> Schema:
    """Return how the files are read; raise when they are of different record systems, or were converted already."""
    converted = next((file.name for file in files if is_stored(file)), None)
    if converted is not None:
        raise ValueError(
            f"{converted} was converted already and is read alone; name the files that it was made from together with others."
        )
    schemas = {file.name: schema_of(tables.header(file)) for file in files}
    refuse_mixed(schemas)
    return NIBRS_FILES if NIBRS in schemas.values() else LEGACY_FILES


def parts_of(
    files: Sequence[Path],
    schema: Schema,
    columns: Sequence[str] | None,
    mapping: Mapping[str, str],
    progress: Progress,
) -> Iterator[Loaded]:
    """Yield the cleaned portions of all files."""
    needed = None if columns is None or schema.needed is None else schema.needed(columns) | {*mapping.values()}
    for number, file in enumerate(files):
        reading = within(progress, number / len(files), (number + 1) / len(files))
        for portion, raw in enumerate(tables.portions(file, schema.kinds, needed, reading)):
            part = schema.clean(raw, mapping=mapping)
            # The header is the file's, not the portion's.
            audit = [one for one in part.audit if portion == 0 or one["rule"] != "headers"]
            yield replace(part, audit=audit)


def _finished(gathering: Gathering, schema: Schema, called: str) -> Loaded:
    """Return what was gathered, announced."""
    loaded = gathering.loaded()
    rules.refuse_unreadable(loaded.audit, rules.LAPD)
    return announced(loaded, RawTable({}, gathering.rows, called), schema.caveats)


def _only(loaded: Loaded, columns: Sequence[str]) -> Loaded:
    """Return the incidents with some of their columns, in the order asked for."""
    refuse_unknown(columns, loaded.columns)
    return replace(loaded, columns={name: loaded.columns[name] for name in columns})


def refuse_unknown(asked: Iterable[str], known: Collection[str]) -> None:
    """Raise when columns are asked for that are not there."""
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise ValueError(f"There is no column {', '.join(map(repr, unknown))}; there are {', '.join(known)}.")
