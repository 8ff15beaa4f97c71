"""Agencies' files turned once into GeoParquet, which is read again in a fraction of the time: one file, or a folder of parts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..landing import LAYERS, PAGES, Landing
from ..progress import Progress, advance, within
from . import rules
from .gathering import added_up, joined, with_columns
from .lapd import (
    Schema,
    Source,
    called,
    columns_of,
    mapping_asked,
    names_asked,
    parts_of,
    refuse_unknown,
    schema_of_files,
)
from .loaded import Loaded, announced
from .own_mapping import Said, as_mapping
from .repeats import Repeats
from .sources import ENDINGS, files_of
from .stored import Writer, kept_of
from .tables import RawTable, header, is_json, is_parquet

READING = 0.9
# Endings of files of other kinds, which no folder has by intention.
OTHERS = {*LAYERS, *PAGES, *ENDINGS}


def convert(
    path: Source | Iterable[Source],
    output: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    mapping: Said = None,
    progress: Progress = None,
) -> str:
    """Clean incident files and write them as GeoParquet, about a million rows at a time: one file, or a folder of sorted parts.

    What `read_lapd` or `read_incidents` then reads of it is the same, audit and caveats included, without any rule applied again;
    other software reads it as a layer of points.

    Parameters
    ----------
    path : file, several, folder, address or open file, as for `read_lapd`; for a folder of parts also those of any other agency,
        as for `read_incidents`, several where they have the same columns.
    output : file to write, ending in .parquet, of LAPD files; or a folder, empty or not there yet, for any number of rows.
    columns : only these columns; default all. Without `occurred`, `category` or `area` the file cannot be asked for them.
    mapping : what columns hold, as for `read_lapd` (the file's column for some of ours) and `read_incidents`.
    progress : function of a fraction in 0…1 that returns False to stop, or None.

    Returns
    -------
    str
        The path written.

    Raises
    ------
    ValueError
        As the readers, or if the output ends as another kind of file does, or is a folder that holds other files.
    OSError
        If a file is missing or damaged, or there is no room.

    Notes
    -----
    A folder is made in memory that does not grow with the files, by an external sort (Knuth 1998, section 5.4). Each portion
    is written to a hidden folder within it, sorted by day and place; then parts of about a million rows are merged of these,
    each a slice of time; in it rows are sorted along a Hilbert curve over the map, and those of one place by time, so that a
    reader passes over other times and other places by the statistics of the file. Undated incidents come last, of a part
    those without a place. While it is made, the runs take about three times the room of the folder that is left in the end
    (LAPD: 50 and 16 bytes a row, of 240 in the CSV), and it is complete only when `_lacrime.json` in it says so. What is done
    is kept when the run ends early: the same call goes on from there, and begins anew where files or options are others. Of
    LAPD reports with the same number the one made last is kept, as `read_lapd` does, over all files; they are compared a few
    million numbers at a time. What columns of another agency hold is guessed from the first portion, and all others are read
    so; a column that holds numbers there and texts later is read again as texts.

    Examples
    --------
    >>> import lacrime_geo as lg, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> stored = lg.convert("sample_layers/incidents.csv.gz", folder / "incidents.parquet")
    >>> len(lg.read_lapd(stored)) == len(lg.read_lapd("sample_layers/incidents.csv.gz"))
    True
    >>> parts = lg.convert("sample_layers/incidents.csv.gz", folder / "parts")
    >>> len(lg.read_lapd(parts)), sorted(path.name for path in pathlib.Path(parts).iterdir())
    (20000, ['_lacrime.json', 'part-00000.parquet'])
    """
    columns = names_asked(columns)
    if _is_folder(Path(output)):
        from ..scale.writing.partitioning import partition

        with files_of(path, within(progress, 0.0, 0.3)) as files:
            partition(files, output, columns, as_mapping(mapping), progress)
        return os.fspath(output)
    mapping = mapping_asked(as_mapping(mapping) if isinstance(mapping, str) else mapping)
    with files_of(path, within(progress, 0.0, 0.5)) as files, Landing([str(file) for file in files]) as landing:
        staged, schema = landing.stage(output), schema_of_files(files)
        reading = within(progress, 0.0, READING)
        refuse_unknown(columns or (), columns_of(files, mapping))
        _write_portions(files, schema, staged, columns, mapping, reading)
        advance(progress, 1.0)
    return os.fspath(output)


def _is_folder(output: Path) -> bool:
    """Tell whether an output is a folder, and no file; raise where it is a file of another kind."""
    if output.suffix.lower() == ".parquet" and not output.is_dir():
        return False
    if output.suffix.lower() in OTHERS and not output.is_dir():
        raise ValueError(
            f"{output.name!r} does not end in .parquet, which is what incidents are converted to; name such a file, or a folder."
        )
    return True


def _write_portions(
    files: Sequence[Path],
    schema: Schema,
    staged: Path,
    columns: Sequence[str] | None,
    mapping: Mapping[str, str],
    progress: Progress,
) -> None:
    """Write each portion as it is read; where reports are repeated, once more without those that go."""
    writer, repeats, findings = Writer(staged), Repeats(), []
    like = None if _are_alike(files) else _of_no_rows(files, schema, columns, mapping)
    if like is not None:
        writer.add(with_columns(like, columns, like))
    for part in parts_of(files, schema, columns, mapping, progress):
        findings.append((repeats.rows, part.audit))
        repeats.add(part)
        kept = with_columns(part, columns, part if like is None else like)
        writer.add(kept)
    keep, found = repeats.latest()
    audit = [*added_up(findings), *found]
    rules.refuse_unreadable(audit, rules.LAPD)
    empty = replace(kept.take(np.empty(0, dtype=np.int64)), audit=audit)
    told = announced(empty, RawTable({}, keep.size, called(files)), schema.caveats, rows=int(keep.sum()))
    writer.close(kept_of(told), keep)


def _are_alike(files: Sequence[Path]) -> bool:
    """Tell whether all files have the same columns, of the same types because all are texts."""
    if len(files) == 1:
        return True
    texts = not any(is_parquet(file) or is_json(file) for file in files)
    return texts and len({frozenset(name.strip() for name in header(file)) for file in files}) == 1


def _of_no_rows(
    files: Sequence[Path], schema: Schema, columns: Sequence[str] | None, mapping: Mapping[str, str]
) -> Loaded:
    """Return what the files have together, none of their rows: each column that any of them has, of its type."""
    firsts = (next(parts_of([file], schema, columns, mapping, None)) for file in files)
    return joined([first.take(slice(0, 0)) for first in firsts])
