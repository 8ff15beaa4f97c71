"""Scales of harm as they stand in files: a CSV of keys, weights and citations under a few lines that tell what it is."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import checks
from ..data.csv_files import separator_of
from .incident_keys import written

WEIGHT, CITATION = "weight", "citation"
SAID = ("title", "unit", "source", "version")
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# What rows of a table look like in messages: enough to find them.
MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class ScaleFile:
    """Hold what a file says of itself, its key column, and the keys that have a weight (k,), each with its citation."""

    said: dict[str, str]
    key: str
    keys: tuple[str, ...]
    weight: np.ndarray
    citation: tuple[str, ...]


def read_scale(path: Path) -> ScaleFile:
    """Read a scale; what is wrong with it is said with the rows it is in.

    Raises
    ------
    ValueError
        If it is no such table, a key stands twice, or a weight is missing, negative, no plain number or not cited.
    FileNotFoundError
        If it is missing.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}; check the path of the scale.")
    said, lines = _head(path)
    rows = _rows(path.name, lines)
    names = [name.strip() for name in rows[0]] if rows else []
    lower = [name.lower() for name in names]
    if WEIGHT not in lower or CITATION not in lower or lower.index(WEIGHT) == 0 or lower.index(CITATION) == 0:
        raise ValueError(
            f"{path.name!r} is no scale: it needs a first column named as the column of incidents it weighs, and the columns "
            f"'weight' and 'citation'; its columns are {checks.listed(names) or 'none'}."
        )
    _refuse_bad_cells(path.name, names, rows[1:])
    at_weight, at_citation = lower.index(WEIGHT), lower.index(CITATION)
    filled = [[cell.strip() for cell in row] + [""] * (len(names) - len(row)) for row in rows[1:] if any(row)]
    keys = [written(row[0], of_nibrs=names[0] == "nibrs_code") for row in filled]
    weights, citations = [row[at_weight] for row in filled], [row[at_citation] for row in filled]
    _refuse_bad_keys(path.name, keys)
    kept = [row for row, (weight, citation) in enumerate(zip(weights, citations)) if weight or citation]
    _refuse_bad_weights(path.name, keys, weights, kept)
    _refuse(path.name, [keys[row] for row in kept if not citations[row]], len(kept), "no citation", _TO_CITE)
    if not kept:
        raise ValueError(f"{path.name!r} has no weights: all its {len(filled):,} rows are blank; fill some of them.")
    of_kept = np.array([float(weights[row]) for row in kept])
    return ScaleFile(said, names[0], tuple(keys[row] for row in kept), of_kept, tuple(citations[row] for row in kept))


_TO_CITE = "write in column 'citation' where each weight is from, even where it is your own judgement"


def _head(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return what the lines above the header say, and the lines from the header on."""
    try:
        whole = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        whole = path.read_text(encoding="latin-1")
    if "\0" in whole:
        raise ValueError(f"{path.name!r} is no scale: it is no text in UTF-8; save the table as a CSV in UTF-8.")
    lines = whole.splitlines()
    said: dict[str, str] = {}
    for number, line in enumerate(lines):
        # Spreadsheets put such a line into quotation marks, and separators behind it.
        plain = line.strip().strip('"').rstrip(",;\t ").rstrip('"')
        if plain and not plain.startswith("#"):
            return said, [*lines[number:]]
        name, colon, text = plain.lstrip("# ").partition(":")
        if colon and name.strip().lower() in SAID:
            said[name.strip().lower()] = text.strip().replace('""', '"')
    return said, []


def _rows(file: str, lines: list[str]) -> list[list[str]]:
    """Return the cells of each line; raise where a quotation mark swallows lines."""
    try:
        return list(csv.reader(lines, delimiter=separator_of(lines[0]), strict=True)) if lines else []
    except csv.Error as problem:
        raise ValueError(
            f"{file!r} is no scale: it cannot be read as a CSV ({problem}); look for a quotation mark that is not closed."
        ) from None


def _refuse_bad_cells(file: str, names: list[str], rows: list[list[str]]) -> None:
    """Raise where a column stands twice, or a row has more cells than columns: a weight 5,475 would be read as 5."""
    lower = [name.lower() for name in names]
    for name in (WEIGHT, CITATION):
        if lower.count(name) > 1:
            raise ValueError(f"{file!r} has the column {name!r} {lower.count(name)} times; keep one of them.")
    longer = [row[0] for row in rows if any(cell.strip() for cell in row[len(names) :])]
    remedy = "put texts with separators into quotation marks, and write numbers without separators of thousands"
    _refuse(file, longer, len(rows), "more cells than there are columns", remedy)


def _refuse_bad_keys(file: str, keys: list[str]) -> None:
    blank = keys.count("")
    if blank:
        raise ValueError(
            f"{blank:,} of {len(keys):,} rows of {file!r} have no key, the first is row {keys.index('') + 1} below the header; "
            "fill the first column or leave these rows out."
        )
    seen: set[str] = set()
    twice = [key for key in keys if key in seen or seen.add(key)]  # type: ignore[func-returns-value]  # None is wanted
    _refuse(file, twice, len(keys), "a key that stands there before", "keep one row for each")


def _refuse_bad_weights(file: str, keys: list[str], weights: list[str], kept: list[int]) -> None:
    """Raise where a weight is missing, no plain number, or negative."""
    _refuse(file, [keys[row] for row in kept if not weights[row]], len(kept), "a citation and no weight", "fill them")
    odd = [row for row in kept if not PLAIN_NUMBER.fullmatch(weights[row])]
    if odd:
        raise ValueError(
            f"{len(odd):,} of {len(kept):,} weights of {file!r} are no plain numbers, first {weights[odd[0]]!r} of "
            f"{keys[odd[0]]!r}; write them without currency signs, spaces or separators of thousands, with a point before "
            "decimals, such as 8982907 or 1234.5."
        )
    wrong = [row for row in kept if not 0 <= float(weights[row]) <= checks.LARGEST_WEIGHT]
    named = [f"{keys[row]} ({weights[row]})" for row in wrong]
    _refuse(file, named, len(kept), "a weight below 0 or too large", "a weight is 0 or more")


def _refuse(file: str, named: list[str], rows: int, what: str, remedy: str) -> None:
    if named:
        raise ValueError(
            f"{len(named):,} of {rows:,} rows of {file!r} have {what}: {checks.listed(named, most=MOST_NAMED)}; {remedy}."
        )
