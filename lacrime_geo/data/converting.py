"""Agencies' files turned once into GeoParquet, which is read again in a fraction of the time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..landing import Landing
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
from .repeats import Repeats
from .sources import files_of
from .stored import Writer, kept_of
from .tables import RawTable, header, is_json, is_parquet

READING = 0.9


def convert(
    path: Source | Iterable[Source],
    output: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress = None,
) -> str:
    """Clean LAPD incident files and write them as one GeoParquet file, about a million rows at a time.

    What `read_lapd` then reads of it is the same, audit and caveats included, without any rule applied again; other software
    reads it as a layer of points.

    Parameters
    ----------
    path : file, several, folder, address or open file, as for `read_lapd`.
    output : file to write, ending in .parquet.
    columns : only these columns; default all. Without `occurred`, `category` or `area` the file cannot be asked for them.
    mapping : the file's column for some of ours where it has other names, as for `read_lapd`.
    progress : function of a fraction in 0…1 that returns False to stop, or None.

    Returns
    -------
    str
        The path written.

    Raises
    ------
    ValueError
        As `read_lapd`, or if the output does not end in .parquet.

    Examples
    --------
    >>> import lacrime_geo as lg, pathlib, tempfile
    >>> stored = lg.convert("sample_layers/incidents.csv.gz", pathlib.Path(tempfile.mkdtemp()) / "incidents.parquet")
    >>> len(lg.read_lapd(stored)) == len(lg.read_lapd("sample_layers/incidents.csv.gz"))
    True
    """
    if Path(output).suffix.lower() != ".parquet":
        raise ValueError(f"{Path(output).name!r} does not end in .parquet, which is what incidents are converted to.")
    columns, mapping = names_asked(columns), mapping_asked(mapping)
    with files_of(path, within(progress, 0.0, 0.5)) as files, Landing([str(file) for file in files]) as landing:
        staged, schema = landing.stage(output), schema_of_files(files)
        reading = within(progress, 0.0, READING)
        refuse_unknown(columns or (), columns_of(files, mapping))
        _write_portions(files, schema, staged, columns, mapping, reading)
        advance(progress, 1.0)
    return os.fspath(output)


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
