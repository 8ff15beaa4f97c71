"""What is wrong with the rows of any agency: the same report twice, rows alike in all but their id, columns that run dry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...progress import Progress, advance
from ..arrow_texts import ArrowTexts
from ..rules import Finding, finding
from ..tables import Column, Texts
from .weeks import Weeks

# A column has run dry when the last weeks hold hardly any of what half the rows before them did.
LAST_WEEKS, LEAST_ROWS, FILLED, DRY = 4, 30, 0.5, 0.05
SAMPLED = 10_000


def repeated_ids(ids: np.ndarray) -> Finding:
    """Find rows whose id (n,; "" or None for none) stands in an earlier row."""
    code = codes(ids)
    later = np.zeros(ids.size, dtype=bool)
    order = np.argsort(code, kind="stable")
    later[order[1:]] = (code[order[1:]] == code[order[:-1]]) & (code[order[1:]] >= 0)
    return finding("ids_repeated", later, ids, "kept: one report counted twice, or several offences of one")


def alike_rows(
    columns: Mapping[str, Column], compared: Sequence[str], keys: Sequence[np.ndarray], progress: Progress = None
) -> Finding:
    """Find rows (n,) that are alike in all columns compared and under another id: suspected, never dropped.

    Parameters
    ----------
    columns : all columns by name.
    compared : names of those compared; leave out ids.
    keys : what must be known, and alike first, such as moment and place, as numbers, NaN or NaT where unknown.
    """
    rows = np.arange(keys[0].size) if keys else np.empty(0, dtype=np.int64)
    for values in keys:
        rows = rows[~_is_missing(values[rows])]
    group = np.zeros(rows.size, dtype=np.int64)
    for values in keys:
        rows, group = _still_alike(rows, group, values[rows])
    for number, name in enumerate(compared):
        advance(progress, number / len(compared))
        column = columns[name]
        rows, group = _still_alike(rows, group, column.code[rows] if isinstance(column, Texts) else column[rows])
    later = np.zeros(keys[0].size if keys else 0, dtype=bool)
    order = np.lexsort((rows, group))
    later[rows[order[1:]]] = group[order[1:]] == group[order[:-1]]
    examples = keys[0] if keys else rows
    action = "kept: suspected to be one report entered twice, alike in all but the id"
    return {**finding("rows_alike", later, examples, action), "computed": {"compared": list(compared)}}


def _still_alike(rows: np.ndarray, group: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that are of one group and one value with others, and their new groups."""
    code = codes(values) + 1
    both = group * (int(code.max(initial=0)) + 1) + code
    _, again, number = np.unique(both, return_inverse=True, return_counts=True)
    kept = number[again.ravel()] > 1
    return rows[kept], again.ravel()[kept]


def codes(values: np.ndarray) -> np.ndarray:
    """Return a number for each distinct value (n,), −1 for missing ones and empty texts."""
    if isinstance(values, ArrowTexts):
        return np.asarray(values.array.dictionary_encode().indices.fill_null(-1)).astype(np.int64)
    if values.dtype != object:
        code = np.unique(values, return_inverse=True)[1].ravel()
        return np.where(_is_missing(values), -1, code)
    seen: dict[object, int] = {}
    return np.array([-1 if _blank(value) else seen.setdefault(value, len(seen)) for value in values], dtype=np.int64)


def _blank(value: object) -> bool:
    return value is None or value == "" or value != value


def _is_missing(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "M":
        return np.isnat(values)
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.size, dtype=bool)


def filled(column: Column) -> np.ndarray:
    """Mark the rows (n,) of a column that hold something."""
    if isinstance(column, Texts):
        held = np.array([bool(text and text.strip()) for text in column.distinct], dtype=bool)
        return held[column.code]
    if isinstance(column, ArrowTexts):
        return np.asarray(column.array.is_valid())
    if column.dtype == object:
        return np.array([not _blank(value) for value in column], dtype=bool)
    return ~_is_missing(column)


def like_an_id(column: Column) -> bool:
    """Tell whether nearly every one of the first rows holds another value, as ids do."""
    values = column.where(slice(SAMPLED)).values if isinstance(column, Texts) else column[:SAMPLED]
    code = codes(values)
    known = code[code >= 0]
    return known.size > 1 and np.unique(known).size >= 0.99 * known.size


def dry_columns(columns: Mapping[str, np.ndarray], weeks: Weeks) -> Finding:
    """Find columns, as masks (n,) of the rows that hold something, that are empty in the last weeks and were not before."""
    found: dict[str, str] = {}
    rows = 0
    for name, held in columns.items():
        begin = _dry_from(weeks.counts(held), weeks.counts())
        if begin is not None:
            found[name] = str(weeks.begin[begin])
            rows = max(rows, int(weeks.counts()[begin:].sum()))
    return {
        "rule": "columns_dry",
        "rows": rows,
        "examples": [f"{name} from {day} on" for name, day in list(found.items())[:3]],
        "action": "no longer filled: leave these weeks out of what is made of these columns" if found else "all go on",
        "computed": {"columns": found},
    }


def _dry_from(held: np.ndarray, counts: np.ndarray) -> int | None:
    """Return the week from which on a column holds hardly anything, None where it does to the end or hardly ever did."""
    with np.errstate(invalid="ignore", divide="ignore"):
        dry = held <= DRY * counts
    run = int(np.argmin(np.r_[dry[::-1], False]))
    begin = counts.size - run
    before = counts[:begin].sum()
    enough = run >= LAST_WEEKS and counts[begin:].sum() >= LEAST_ROWS and before >= LEAST_ROWS
    return begin if enough and held[:begin].sum() >= FILLED * before else None
