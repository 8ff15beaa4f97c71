"""What is looked for in a table of agency-years: pure functions on numpy columns, each telling what it found and did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Callable, NamedTuple

import numpy as np

from ..data.rules import Finding, finding
from .panel_columns import COMPONENTS

MONTHS_OF_A_YEAR = 12
# Rows that add up others are called so.
AGGREGATES = (
    *("national", "nation", "united states", "usa", "us", "u.s.", "total", "totals", "all", "all agencies"),
    *("all cities", "statewide", "state total", "sum"),
)
# A jump is looked for in numbers that chance alone does not treble.
FACTOR, ENOUGH = 3.0, 30
# Five numbers rounded to whole ones are apart by less than this.
ROUNDED, WHOLE = 2.5, 0.5
# Printed rates have one decimal at least, and some digits.
DECIMAL, DIGITS = 0.0501, 1e-4
PER = 100_000
KEPT = "kept; flagged only"
NOT_USED = "kept in the panel; not usable"

Columns = Mapping[str, np.ndarray]


class Shown(NamedTuple):
    """How agency-years are written as examples: name and year (n,), put together only for those that are shown."""

    name: np.ndarray
    year: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """The words (n,)."""
        return np.array([f"{name} {year}" for name, year in zip(self.name.tolist(), self.year.tolist())], dtype=object)

    def where(self, rows: np.ndarray) -> Shown:
        """Return some rows."""
        return Shown(self.name[rows], self.year[rows])


# Which rows (n,), and why they are not usable.
Unusable = tuple[str, np.ndarray]


def is_aggregate(agency: np.ndarray, name: np.ndarray) -> np.ndarray:
    """Return which rows (n,) add up agencies, and are none themselves: by their name, or by having no id.

    >>> is_aggregate(np.array(["NY01", "", "Total"], object), np.array(["New York", "National", "Total"], object)).tolist()
    [False, True, True]
    """
    return _each(agency, lambda text: not text or text.lower() in AGGREGATES) | _each(
        name, lambda text: text.lower() in AGGREGATES
    )


def _each(texts: np.ndarray, tells: Callable[[str], bool]) -> np.ndarray:
    known = {text: tells(text) for text in dict.fromkeys(texts.tolist())}
    return np.fromiter((known[text] for text in texts.tolist()), bool, texts.size)


def repeated(agency: np.ndarray, year: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows (n,) repeat an earlier one in all numbers (n, k), and which share agency and year with another.

    Parameters
    ----------
    agency : number of each row's agency (n,).
    year : of each row (n,).
    others : the numbers of each row (n, k).
    """
    order = np.lexsort((year, agency))
    a, y, rest = agency[order], year[order], others[order]
    same = (a[1:] == a[:-1]) & (y[1:] == y[:-1])
    equal = same & ((rest[1:] == rest[:-1]) | (np.isnan(rest[1:]) & np.isnan(rest[:-1]))).all(axis=1)
    twice, differing = np.zeros(agency.size, bool), np.zeros(agency.size, bool)
    twice[order[1:]] = equal
    at = np.flatnonzero(same & ~equal)
    # All that share agency and year with rows that differ are in doubt.
    doubtful = set(zip(a[at].tolist(), y[at].tolist()))
    if doubtful:
        differing = np.fromiter(((one, two) in doubtful for one, two in zip(agency, year)), bool, agency.size)
    return twice & ~differing, differing


def row_findings(columns: Columns, counted: str, shown: Shown, rates: Columns) -> Iterator[Finding | Unusable]:
    """Give what is found row by row: lines of the findings, and rows that are not usable with the reason.

    Parameters
    ----------
    columns : numbers of each agency-year: population, months_reported (NaN where unknown) and crimes.
    counted : which crimes are counted.
    shown : how each row is written as an example (n,).
    rates : rates that the table itself gives, by crime.
    """
    population, count, months = columns["population"], columns[counted], columns["months_reported"]
    with np.errstate(invalid="ignore"):
        unusable = {
            "population_missing": (~np.isfinite(population), "no population"),
            "population_not_positive": (population <= 0, "population is not above 0"),
            "count_missing": (~np.isfinite(count), "no count"),
            "count_negative": (count < 0, "count below 0"),
            "months_too_few": (months < MONTHS_OF_A_YEAR, "reported for fewer than 12 months"),
            "months_too_many": (months > MONTHS_OF_A_YEAR, "reported for more than 12 months"),
        }
        counts_without_months = (months == 0) & (count > 0)
    for rule, (bad, why) in unusable.items():
        yield finding(rule, bad, shown, NOT_USED)
        yield why, bad
    # Months of 0 say that nothing was reported, which counts contradict.
    yield finding(
        "months_zero_with_counts", counts_without_months, shown, f"{NOT_USED}, as the months contradict the count"
    )
    yield from _sums(columns, shown)
    yield from _rates(columns, shown, rates)


def _sums(columns: Columns, shown: Shown) -> Iterator[Finding | Unusable]:
    if not {"violent", *COMPONENTS} <= {*columns}:
        return
    parts = np.stack([columns[crime] for crime in COMPONENTS])
    total = columns["violent"]
    every = np.concatenate([parts[np.isfinite(parts)], total[np.isfinite(total)]])
    apart = np.abs(parts.sum(axis=0) - total)
    with np.errstate(invalid="ignore"):
        bad = apart > (ROUNDED if (every % 1).any() else WHOLE)
    yield finding("components_do_not_add_up", bad, shown, f"{NOT_USED}: the sum or a component is wrong")
    yield "components do not add up", bad


def _rates(columns: Columns, shown: Shown, rates: Columns) -> Iterator[Finding]:
    for crime, told in rates.items():
        if crime in columns:
            with np.errstate(invalid="ignore", divide="ignore"):
                ours = PER * columns[crime] / columns["population"]
                bad = np.abs(ours - told) > DECIMAL + DIGITS * np.abs(ours)
            yield finding(
                f"{crime}_rate_differs",
                bad,
                shown,
                "the table's rate is not used: it is computed of count and population",
            )


def jump_findings(agency: np.ndarray, year: np.ndarray, columns: Columns, shown: Shown) -> Iterator[Finding]:
    """Give for each column which agency-years are more than three times, or less than a third of, the year known before."""
    order = np.lexsort((year, agency))
    for name, values in columns.items():
        known = order[np.isfinite(values[order]) & (values[order] >= 0)]
        before, after = values[known[:-1]], values[known[1:]]
        same = agency[known[:-1]] == agency[known[1:]]
        low, high = np.minimum(before, after), np.maximum(before, after)
        jump = np.zeros(values.size, bool)
        jump[known[1:]] = same & (high > FACTOR * low) & (high >= ENOUGH)
        yield finding(f"{name}_jumps", jump, shown, KEPT)


def missing_years(agency: np.ndarray, year: np.ndarray, names: np.ndarray) -> Finding:
    """Tell of the years without a row between the first and the last one of an agency; names are of the agencies (m,)."""
    order = np.lexsort((year, agency))
    a, y = agency[order], year[order]
    at = np.flatnonzero((a[1:] == a[:-1]) & (y[1:] - y[:-1] > 1))
    gaps = [f"{names[a[i]]} {one}" for i in at for one in range(int(y[i]) + 1, int(y[i + 1]))]
    return finding(
        "years_missing", np.ones(len(gaps), bool), np.array(gaps, object), "there is no row; nothing is filled in"
    )


def varying_names(agency: np.ndarray, name: np.ndarray) -> np.ndarray:
    """Return which rows (n,) are of agencies that have several names."""
    number = {text: at for at, text in enumerate(dict.fromkeys(name.tolist()))}
    code = np.fromiter((number[text] for text in name.tolist()), np.int64, name.size)
    size = int(agency.max(initial=-1)) + 1
    low, high = np.full(size, name.size), np.full(size, -1)
    np.minimum.at(low, agency, code)
    np.maximum.at(high, agency, code)
    return np.asarray((low != high)[agency])
