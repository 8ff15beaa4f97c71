"""Numbers of reports that stand in several rows, looked for over all runs, some of the numbers at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...data.arrow_texts import ArrowTexts
from ...data.gathering import SHOWN, added_up
from ...data.loaded import Loaded
from ...data.repeats import IDENTIFIERS, INCIDENT, KEPT_TWICE, Repeats, further_offences
from ...data.rules import Finding, finding
from ...data.tables import Texts
from ...parameters import Parameters
from .runs import ROW, Run, give_back, opened, rows_of

# About so many rows are looked at together.
ROWS_AT_ONCE = 2_000_000
SAMPLED = 1_000
NONE_DROPPED = np.empty(0, dtype=np.int64)


class Numbered(NamedTuple):
    """The rows of some numbers, in the order of the sources: their number in all sources, the texts, and when reported."""

    row: np.ndarray
    number: Any
    reported: np.ndarray


def judged(runs: Sequence[Run], names: Sequence[str]) -> tuple[np.ndarray, list[Finding]]:
    """Return the rows (numbers in all sources, sorted) that are dropped, and what was found of numbers that are repeated.

    Of the LAPD's reports with the same number the one made last is kept, as `read_lapd` does; other agencies' rows are all kept,
    as a row may be an offence or a victim.
    """
    identifier = next((name for name in IDENTIFIERS if name in names), None)
    if identifier is None:
        return NONE_DROPPED, [_again(runs)] if "id" in names else []
    dropped, found = [NONE_DROPPED], []
    time = "reported" if "reported" in names else "occurred"
    for rows in _together(runs, identifier, time):
        repeats = Repeats()
        columns = {identifier: rows.number, "occurred": rows.reported, "reported": rows.reported}
        nowhere = np.full(rows.row.size, np.nan)
        repeats.add(Loaded(columns, frozenset(), nowhere, nowhere, "", "", [], Parameters()))
        keep, told = repeats.latest()
        dropped.append(rows.row[~keep])
        found += [(0, told)]
    gone = np.sort(np.concatenate(dropped))
    return gone, [*added_up(found), *(_offences(runs, gone) if INCIDENT in names else [])]


def _offences(runs: Sequence[Run], gone: np.ndarray) -> list[Finding]:
    """Return how many of the rows kept are further offences of one incident."""
    found = []
    for rows in _together(runs, INCIDENT, "occurred"):
        kept = ~np.isin(rows.row, gone)
        found.append((0, [further_offences(Texts.of(rows.number.values[kept]))]))
    return added_up(found)


def _again(runs: Sequence[Run]) -> Finding:
    """Return which rows have an id that a row before them has."""
    total, shown = 0, list[str]()
    for rows in _together(runs, "id", "occurred"):
        # Numbers are given to texts as they come: one that is none of the greatest so far came before.
        code = np.asarray(rows.number.array.dictionary_encode().indices)
        again = np.zeros(code.size, dtype=bool)
        again[1:] = code[1:] <= np.maximum.accumulate(code)[:-1]
        told = finding("id_duplicate", again, rows.number, KEPT_TWICE)
        total, shown = total + told["rows"], [*shown, *told["examples"]]
    return {"rule": "id_duplicate", "rows": total, "examples": shown[:SHOWN], "action": KEPT_TWICE}


def _together(runs: Sequence[Run], name: str, time: str) -> Iterator[Numbered]:
    """Yield the rows whose number is known, those of the same number together, about so many at once."""
    bounds = _bounds(runs, name)
    for begin, end in zip(bounds[:-1], bounds[1:]):
        yield _of_numbers(runs, name, time, begin, end)
        give_back()


def _bounds(runs: Sequence[Run], name: str) -> list[str | None]:
    """Return the numbers that part all of them into about equal shares, None at either end."""
    shares = -(-rows_of(runs) // ROWS_AT_ONCE)
    if shares <= 1:
        return [None, None]
    sample = sorted(text for run in runs for text in _sampled(run, name))
    return [None, *sorted({sample[len(sample) * share // shares] for share in range(1, shares)}), None]


def _sampled(run: Run, name: str) -> list[str]:
    for file in opened([run]):
        if name in file.schema_arrow.names:
            texts = _texts(file.read([name])[name])
            step = max(len(texts) // SAMPLED, 1)
            return [text for text in texts[::step].to_pylist() if text is not None]
    return []


def _of_numbers(runs: Sequence[Run], name: str, time: str, begin: str | None, end: str | None) -> Numbered:
    import pyarrow as pa

    parts = [_of_run(file, name, time, begin, end) for file in opened(runs) if name in file.schema_arrow.names]
    rows = np.concatenate([part.row for part in parts])
    order = np.argsort(rows, kind="stable")
    numbers = pa.concat_arrays([part.number for part in parts]).take(pa.array(order))
    reported = np.concatenate([part.reported for part in parts])[order]
    return Numbered(rows[order], ArrowTexts(numbers), reported)


def _of_run(file: Any, name: str, time: str, begin: str | None, end: str | None) -> Numbered:
    from pyarrow import compute

    there = [one for one in (name, time, ROW) if one in file.schema_arrow.names]
    table = file.read(there)
    texts = _texts(table[name])
    wanted = compute.and_(compute.is_valid(texts), compute.not_equal(texts, ""))
    if begin is not None:
        wanted = compute.and_(wanted, compute.greater_equal(texts, begin))
    if end is not None:
        wanted = compute.and_(wanted, compute.less(texts, end))
    mask = np.asarray(wanted.fill_null(False))
    rows = table[ROW].to_numpy()[mask]
    when = table[time].to_numpy()[mask] if time in there else np.full(rows.size, "NaT", "M8[s]")
    return Numbered(rows, texts.filter(wanted), when)


def _texts(column: Any) -> Any:
    """Return a column of a run as plain texts."""
    import pyarrow as pa

    plain = column.cast(pa.string()).combine_chunks()
    return plain.chunk(0) if isinstance(plain, pa.ChunkedArray) else plain
