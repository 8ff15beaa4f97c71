"""Agencies' files turned once into GeoParquet, which is read again in a fraction of the time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..landing import Landing
from ..progress import Progress, advance, within
from . import rules
from .gathering import added_up
from .lapd import NIBRS_FILES, Schema, Source, called, load_lapd, parts_of, schema_of_files
from .loaded import Loaded, announced
from .repeats import Repeats
from .sources import files_of
from .stored import Writer, kept_of
from .tables import RawTable

READING = 0.9


def convert(
    path: Source | Iterable[Source],
    output: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    progress: Progress = None,
) -> str:
    """Clean LAPD incident files and write them as one GeoParquet file, about a million rows at a time.

    What `read_lapd` then reads of it is the same, audit and caveats included, without any rule applied again; other software
    reads it as a layer of points.

    Parameters
    ----------
    path : file, several, folder, address or open file, as for `read_lapd`.
    output : file to write, ending in .parquet.
    columns : only these columns; default all.
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
    with files_of(path, within(progress, 0.0, 0.5)) as files, Landing([str(file) for file in files]) as landing:
        staged, schema = landing.stage(output), schema_of_files(files)
        reading = within(progress, 0.0, READING)
        if schema is NIBRS_FILES:
            _write_whole(load_lapd(files, reading, columns=columns), staged)
        else:
            _write_portions(files, schema, staged, columns, reading)
        advance(progress, 1.0)
    return os.fspath(output)


def _write_whole(loaded: Loaded, staged: Path) -> None:
    # How many offences an incident has is only known of all rows together.
    writer = Writer(staged)
    writer.add(loaded)
    writer.close(kept_of(loaded))


def _write_portions(
    files: Sequence[Path], schema: Schema, staged: Path, columns: Sequence[str] | None, progress: Progress
) -> None:
    """Write each portion as it is read; where reports are repeated, once more without those that go."""
    writer, repeats, findings = Writer(staged), Repeats(), []
    for part in parts_of(files, schema, columns, {}, progress):
        findings.append((repeats.rows, part.audit))
        repeats.add(part)
        kept = part if columns is None else replace(part, columns={name: part.columns[name] for name in columns})
        writer.add(kept)
    keep, found = repeats.latest()
    audit = [*added_up(findings), *found]
    rules.refuse_unreadable(audit, rules.LAPD)
    empty = replace(kept.take(np.empty(0, dtype=np.int64)), audit=audit)
    told = announced(empty, RawTable({}, keep.size, called(files)), schema.caveats, rows=int(keep.sum()))
    writer.close(kept_of(told), keep)
