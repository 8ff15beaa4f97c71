"""One conversion to a folder of parts, begun or gone on with: spilled in sorted runs, parted by time, sorted part by part."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...data.lapd import called
from ...data.loaded import announced
from ...data.rules import Finding
from ...data.stored import beside, kept_of, of_no_rows
from ...data.stored_points import GEOMETRY
from ...data.tables import RawTable
from ...progress import Progress, advance, within
from . import manifest
from .kinds import Differing, Kinds
from .manifest import MANIFEST, WORKING
from .parts import told_of, write_part
from .repeated_numbers import NONE_DROPPED, judged
from .runs import (
    KEY,
    ROW,
    ROWS_IN_RUN,
    Portion,
    Run,
    audit_of,
    bytes_of,
    give_back,
    kinds_of,
    portion_of,
    remove_read,
    rows_of,
    spill,
    spilled,
)
from .slicing import FIRST, LAST, edges_of, groups_of, kept_rows
from .sources import FilesOfAnyAgency, Sources, sources_of
from .whole_files import room_told, whole

log = logging.getLogger("lacrime_geo")
# Of the whole work, how much is done when all is read.
READ, JUDGED = 0.65, 0.7
# Bytes of parts to those of the runs that they are made of, about.
PARTS_TO_RUNS = 0.4
SCHEMA, DROPPED = "schema.parquet", "dropped.npy"


class Conversion:
    """One conversion of files to a folder, begun or gone on with."""

    def __init__(self, files: Sequence[Path], folder: Path, columns: Sequence[str] | None, mapping: Any) -> None:
        self.files, self.folder, self.columns, self.mapping = files, folder, columns, mapping
        self.working, self._share_read = folder / WORKING, 0.0
        self.record: dict[str, Any] = {
            "format": manifest.FORMAT,
            "finished": False,
            "parts": [],
            "sources": manifest.described(files),
            "options": {"columns": columns and list(columns), "mapping": mapping},
            "texts": [],
        }

    def run(self, progress: Progress) -> None:
        """Do what is not done yet."""
        self._begin()
        progress = self._watched(progress)
        with room_told(self.folder, self._lacking):
            if "judged" not in self.record:
                self._read(within(progress, 0.0, READ))
                self._judge()
            advance(progress, JUDGED)
            self._write_parts(within(progress, JUDGED, 1.0))
            advance(progress, 1.0)
            self._finish()

    def _watched(self, progress: Progress) -> Progress:
        """Return the same progress, remembering how much is read."""

        def advanced(fraction: float) -> bool:
            self._share_read = min(fraction / READ, 1.0)
            return progress is None or progress(fraction) is not False

        return advanced

    def is_done(self) -> bool:
        """Tell whether the folder holds what would be made already, complete."""
        if (self.working / MANIFEST).exists() or not (self.folder / MANIFEST).is_file():
            return False
        there = manifest.read(self.folder / MANIFEST)
        return bool(there["finished"]) and self._is_same(there) and bool(manifest.require_finished(self.folder))

    def _is_same(self, other: Mapping[str, Any]) -> bool:
        return all(other.get(name) == self.record[name] for name in ("sources", "options"))

    def _begin(self) -> None:
        """Go on with what was begun with the same files and options, else begin anew."""
        path = self.working / MANIFEST
        if path.is_file():
            before = manifest.read(path)
            if self._is_same(before):
                self.record = before
                done = rows_of(spilled(self.working))
                log.info(
                    "%s: goes on from a conversion that was not finished, with %s rows read", self.folder, f"{done:,}"
                )
                return
            log.info("%s: begins again, as the unfinished conversion was of other files or options", self.folder)
        shutil.rmtree(self.working, ignore_errors=True)
        self.working.mkdir(parents=True)
        self._keep()

    def _keep(self) -> None:
        manifest.write(self.working / MANIFEST, self.record)

    def _read(self, progress: Progress) -> None:
        """Spill all portions; where a later one shows that a column holds texts, from the beginning with these as texts."""
        while True:
            sources = sources_of(self.files, self.columns, self.mapping, self.record["texts"])
            try:
                self._spill(sources, progress)
                return
            except Differing as differing:
                self._take_as_texts(sources, differing)

    def _spill(self, sources: Sources, progress: Progress) -> None:
        runs, portions = spilled(self.working), list[Portion]()
        if runs and isinstance(sources, FilesOfAnyAgency):
            sources.understand()
        kinds, first_row = kinds_of(runs), rows_of(runs)
        for portion in self._portions(sources, runs, first_row, progress):
            kinds.add(portion.table.schema, portion.record)
            portions.append(portion)
            if sum(each.record["rows"] for each in portions) >= ROWS_IN_RUN:
                runs.append(spill(self.working, len(runs), portions))
                portions.clear()
                give_back()
        if portions:
            runs.append(spill(self.working, len(runs), portions))
        sources.refuse(audit_of(runs))
        self._describe(kinds, sources)

    def _portions(self, sources: Sources, runs: Sequence[Run], first_row: int, progress: Progress) -> Iterator[Portion]:
        """Yield the portions of all files that are not spilled yet."""
        sizes = np.cumsum([0, *(max(source["size"], 1) for source in self.record["sources"])])
        done = {tuple(portion) for run in runs for portion in run.record["portions"]}
        last = max((source for source, _ in done), default=0)
        for source in range(last, len(self.files)):
            reading = within(progress, sizes[source] / sizes[-1], sizes[source + 1] / sizes[-1])
            there = {number for theirs, number in done if theirs == source}
            for number, part in sources.portions(source, there, reading):
                yield portion_of(source, number, part, first_row)
                first_row += len(part)

    def _take_as_texts(self, sources: Sources, differing: Differing) -> None:
        """Begin anew with a column as texts; raise where it was no texts in the files."""
        if not isinstance(sources, FilesOfAnyAgency) or differing.name in self.record["texts"]:
            kinds = " and ".join(map(str, differing.kinds))
            raise ValueError(
                f"The column {differing.name!r} is of type {kinds} in different parts of the files; leave it out (columns), or "
                "convert the files one by one."
            ) from differing
        log.info("%s: %r holds texts after all; it is read again as such", called(self.files), differing.name)
        self.record["texts"].append(differing.name)
        for run in spilled(self.working):
            run.path.unlink(missing_ok=True)
            run.path.with_suffix(".json").unlink()
        self._keep()

    def _describe(self, kinds: Kinds, sources: Sources) -> None:
        """Write down the columns of all runs, and what their sources are, for when the runs are gone."""
        from pyarrow import parquet

        with whole(self.working / SCHEMA) as half:
            parquet.write_table(kinds.schema().empty_table(), half)
        self.record.update(caveats=list(sources.caveats), numbered=sources.numbered)
        self._keep()

    def _judge(self) -> None:
        """Find the reports that are dropped, and where the parts begin."""
        runs, schema = spilled(self.working), self._schema()
        dropped, found = judged(runs, schema.names) if self.record["numbered"] else (NONE_DROPPED, [])
        with whole(self.working / DROPPED) as half, half.open("wb") as file:
            np.save(file, dropped, allow_pickle=False)
        self.record["judged"] = {
            "audit": _audit(runs, found),
            "dropped": int(dropped.size),
            "edges": edges_of(groups_of(runs)),
        }
        self._keep()

    def _schema(self) -> Any:
        from pyarrow import parquet

        return parquet.read_schema(self.working / SCHEMA)

    def _write_parts(self, progress: Progress) -> None:
        if self.record.get("moving"):
            return
        runs, schema = spilled(self.working), self._schema()
        names = self._names(schema)
        metadata = self._metadata(runs, schema, names)
        dropped = np.load(self.working / DROPPED, allow_pickle=False)
        bounds = [FIRST, *self.record["judged"]["edges"], LAST]
        for number, (begin, end) in enumerate(zip(bounds[:-1], bounds[1:])):
            advance(progress, number / (len(bounds) - 1))
            path = self.working / f"part-{number:05d}.parquet"
            there = [run for run in runs if run.path.exists()]
            if not path.exists():
                write_part(path, kept_rows(there, begin, end, schema, dropped), names, metadata)
                give_back()
            remove_read(there, end)

    def _names(self, schema: Any) -> list[str]:
        """Return the columns that the parts have, in their order, beside the points."""
        own = [name for name in schema.names if name not in (KEY, ROW, GEOMETRY)]
        return own if self.columns is None else [name for name in self.columns if name in own]

    def _metadata(self, runs: Sequence[Run], schema: Any, names: Sequence[str]) -> dict[bytes, bytes]:
        """Return what every part keeps beside its rows: what was found in all of them; announce it."""
        import pyarrow as pa

        told = announced(
            of_no_rows(pa.schema([schema.field(name) for name in names]), self._kept(runs, schema)),
            RawTable({}, rows_of(runs), called(self.files)),
            self.record["caveats"],
            rows=rows_of(runs) - self.record["judged"]["dropped"],
        )
        return beside(told, kept_of(told))

    def _kept(self, runs: Sequence[Run], schema: Any) -> dict[str, Any]:
        from pyarrow import types

        first = runs[0].record
        whole_ = {name for run in runs for name in run.record["whole"] if name in schema.names}
        return {
            "agency": first["agency"],
            "audit": self.record["judged"]["audit"],
            "parameters": first["parameters"],
            "whole": sorted(name for name in whole_ if types.is_integer(schema.field(name).type)),
            "repeated": sorted({name for run in runs for name in run.record["repeated"]}),
        }

    def _finish(self) -> None:
        """Move the parts to where readers find them; only then does the record say that they are complete."""
        old = manifest.read(self.folder / MANIFEST) if (self.folder / MANIFEST).is_file() else {"parts": []}
        if not self.record.get("moving"):
            made = sorted(self.working.glob("part-*.parquet"))
            self.record.update(parts=[told_of(path) for path in made], moving=True)
            self.record.update(self._totals())
            self._keep()
        names = [part["name"] for part in self.record["parts"]]
        manifest.write(self.folder / MANIFEST, self._final(finished=False))
        for name in {part["name"] for part in old["parts"]} - {*names}:
            (self.folder / name).unlink(missing_ok=True)
        for name in names:
            if (self.working / name).exists():
                os.replace(self.working / name, self.folder / name)
        manifest.write(self.folder / MANIFEST, self._final(finished=True))
        shutil.rmtree(self.working, ignore_errors=True)

    def _totals(self) -> dict[str, Any]:
        parts, runs = self.record["parts"], spilled(self.working)
        known = [run.record["known_until"] for run in runs if run.record["known_until"]]
        return {
            **{name: sum(part[name] for part in parts) for name in ("rows", "undated", "without_place")},
            "agency": runs[0].record["agency"],
            "known_until": max(known, default=None),
        }

    def _final(self, finished: bool) -> dict[str, Any]:
        left_out = ("judged", "moving", "numbered")
        return {**{name: value for name, value in self.record.items() if name not in left_out}, "finished": finished}

    def _lacking(self) -> int:
        """Return about how many bytes more are needed, by what the rows took so far."""
        spilled_ = bytes_of(spilled(self.working))
        parts = sum(path.stat().st_size for path in self.working.glob("part-*.parquet"))
        if "judged" in self.record:
            return int(max(PARTS_TO_RUNS * spilled_ - parts, 1 << 20))
        # Runs of all that is to be read, and the parts beside them.
        return int(max(spilled_ * ((1 + PARTS_TO_RUNS) / max(self._share_read, 0.02) - 1), 1 << 20))


def _audit(runs: Sequence[Run], found: Sequence[Finding]) -> list[Finding]:
    """Return what was found in all runs; what was found over all of them takes the place of what each knew of itself."""
    audit = audit_of(runs)
    known = {one["rule"]: one for one in found}
    there = {one["rule"] for one in audit}
    return [*(known.get(one["rule"], one) for one in audit), *(one for one in found if one["rule"] not in there)]
