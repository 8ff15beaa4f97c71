"""The cleaning rules for police records: pure functions on numpy columns, each telling what it found and did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Callable

import numpy as np

Finding = dict[str, Any]
TRIED = 1_000  # rows are looked at for different examples
LONGEST_EXAMPLE = 200  # characters

LAPD = "the file is in another format than LAPD's exports, or damaged"
# The bounds of Los Angeles with a margin, in degrees (west, east, south, north).
_HHMM = np.arange(2400)
# Minutes since midnight of each hhmm, NaN where there is none such as 0960.
MINUTES = np.where(_HHMM % 100 < 60, _HHMM // 100 * 60 + _HHMM % 100, np.nan)
LOS_ANGELES = (-118.75, -118.1, 33.6, 34.4)


def finding(rule: str, bad: np.ndarray, examples: Any, action: str) -> Finding:
    """Return one line of the audit as JSON types: the rule, how many rows, different examples, what was done."""
    rows = np.flatnonzero(bad)
    tried = rows[:TRIED]
    # A column of texts gives those of a few rows without all others.
    chosen = examples.where(tried).values if hasattr(examples, "where") else np.asarray(examples[tried])
    first = map(_shown, chosen.astype(object))
    return {"rule": rule, "rows": int(rows.size), "examples": list(dict.fromkeys(first))[:3], "action": action}


def _shown(value: Any) -> str:
    if value is None or value != value:
        return "blank"
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[:LONGEST_EXAMPLE]}…"


def report_numbers(values: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Return DR_NO as nine-digit text, "" where blank; spreadsheets lose its leading zeros."""
    # Nearly all are digits and nothing else.
    plain = [value if type(value) is str and value.isdigit() else _digits(value) for value in values]
    text = np.array(plain, dtype=object)
    short = np.array([len(value) < 9 and value.isdigit() for value in plain], dtype=bool)
    padded = text.copy()
    padded[short] = [value.zfill(9) for value in text[short]]
    return padded, finding("dr_no_padded", short, text, "leading zeros restored to nine digits")


def _digits(value: Any) -> str:
    # A number kept as a float has ".0" at its end, which is no part of it.
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else str(int(value)) if value == int(value) else str(value)
    text = "" if value is None else str(value).strip()
    return re.sub(r"\.0+$", "", text) if "." in text else text


def latest_of_duplicates(number: np.ndarray, reported: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Mark the rows to keep: of reports with the same number, the one reported last (the later row among equals).

    Reports without a number are all kept.
    """
    seen: dict[str, int] = {}
    code = np.fromiter(map(seen.setdefault, number, count()), np.int64, number.size)
    # Few reports are repeated: only those are sorted.
    rows = np.flatnonzero((np.bincount(code, minlength=number.size)[code] > 1) & (code != seen.get("", -1)))
    when = np.where(np.isnat(reported), np.datetime64(0, "s"), reported.astype("datetime64[s]"))
    order = rows[np.lexsort((rows, when[rows], code[rows]))]
    keep = np.ones(number.size, dtype=bool)
    keep[order[:-1]] = code[order[1:]] != code[order[:-1]]
    return keep, finding("dr_no_duplicate", ~keep, number, "dropped; the report made last is kept")


def blank_values(rows: Mapping[str, np.ndarray], examples: Any, actions: Mapping[str, str]) -> list[Finding]:
    """Return for each column in which rows (n,) it says nothing, and what follows from that.

    Examples are the rows' numbers where there is nothing else that they are known by.
    """
    return [
        finding(f"{name}_blank", blank, _numbered(blank) if examples is None else examples, actions[name])
        for name, blank in rows.items()
    ]


def _numbered(rows: np.ndarray) -> np.ndarray:
    """Return the words for the first marked rows (n,)."""
    words, first = np.empty(rows.size, dtype=object), np.flatnonzero(rows)[:TRIED]
    words[first] = [f"row {row}" for row in first]
    return words


def crime_codes(values: np.ndarray) -> Finding:
    """Return which codes are none of the LAPD's, which have three digits, as 999999 is none."""
    with np.errstate(invalid="ignore"):
        unknown = (values < 100) | (values > 999)
    return finding("crime_code_unknown", unknown, values, "the category is other: no code of three digits")


def clock_times(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[Finding]]:
    """Return minutes since midnight (NaN where invalid) and the placeholder flag of hhmm numbers (1 is 00:01).

    1200 and 0001 are entered when the time is not known; blank and invalid times are flagged with them, since their
    date stands at midnight, where no clock struck.
    """
    number = np.asarray(values, dtype=float)
    with np.errstate(invalid="ignore"):
        possible = (number >= 0) & (number < MINUTES.size) & (np.floor(number) == number)
    minutes = np.where(possible, MINUTES[np.where(possible, number, 0).astype(np.int64)], np.nan)
    valid = ~np.isnan(minutes)
    placeholder = (number == 1) | (number == 1200)
    unknown = "the date is kept at midnight and flagged in time_placeholder"
    found = [
        finding("time_blank", np.isnan(number), values, unknown),
        finding("time_invalid", ~valid & ~np.isnan(number), values, unknown),
        finding(
            "time_placeholder", placeholder, values, "flagged in time_placeholder: 1200 and 0001 stand for unknown"
        ),
    ]
    return minutes, placeholder | ~valid, found


def occurred_after_reported(occurred: np.ndarray, reported: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Return the occurrence with impossible ones (a day after the report or more) set to missing."""
    late = occurred.astype("datetime64[D]") > reported.astype("datetime64[D]")
    found = finding("occurred_after_reported", late, occurred, "date of occurrence set to missing")
    return np.where(late, np.datetime64("NaT", "s"), occurred), found


def coordinates(
    longitude: np.ndarray, latitude: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Finding]]:
    """Return longitude, latitude and whether outside the city: 0 means not known, swapped pairs are turned back."""
    zero = (longitude == 0) | (latitude == 0)
    swapped = _in_city(latitude, longitude)
    x = np.where(swapped, latitude, np.where(zero, np.nan, longitude))
    y = np.where(swapped, longitude, np.where(zero, np.nan, latitude))
    outside = np.isfinite(x) & np.isfinite(y) & ~_in_city(x, y)
    blank = np.isnan(longitude) | np.isnan(latitude)
    found = [
        of_pairs("coordinates_zero", zero, longitude, latitude, "no geometry; the row is kept"),
        of_pairs("coordinates_blank", blank, longitude, latitude, "no geometry; the row is kept"),
        of_pairs("coordinates_swapped", swapped, longitude, latitude, "longitude and latitude exchanged"),
        of_pairs("coordinates_outside", outside, longitude, latitude, "kept and flagged in outside_city"),
    ]
    return x, y, outside, found


def of_pairs(rule: str, bad: np.ndarray, longitude: np.ndarray, latitude: np.ndarray, action: str) -> Finding:
    """Return a finding about coordinates, whose examples are pairs."""
    pairs, first = np.empty(bad.size, dtype=object), np.flatnonzero(bad)[:TRIED]
    pairs[first] = [f"({_shown(float(x))}, {_shown(float(y))})" for x, y in zip(longitude[first], latitude[first])]
    return finding(rule, bad, pairs, action)


def _in_city(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    west, east, south, north = LOS_ANGELES
    with np.errstate(invalid="ignore"):
        return (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)


def ages(values: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Return victim ages with 0, negative ones and those over 100, which mean not known, set to missing."""
    number = np.asarray(values, dtype=float)
    with np.errstate(invalid="ignore"):
        unknown = (number <= 0) | (number > 100)
    return np.where(unknown, np.nan, number), finding(
        "age_unknown", unknown, values, "set to missing: 0, negative or over 100"
    )


def sexes(values: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Return victim sex as M, F or Unknown."""
    text = np.array([str(value).strip().upper() if value is not None else "" for value in values], dtype=object)
    known = np.isin(text.astype(str), ("M", "F"))
    return np.where(known, text, "Unknown"), finding("sex_unknown", ~known, values, "set to Unknown: all but M and F")


def parsed(
    rule: str,
    values: Any,
    converted: np.ndarray,
    blank: np.ndarray,
    is_missing: Callable[..., Any],
    source: str | None = LAPD,
) -> Finding:
    """Return the finding of values that could not be read; too many of them are an error, `source` its remedy.

    Without a source nothing is refused yet: a portion of a file does not tell whether there are too many of the whole.

    Raises
    ------
    ValueError
        If more than five and more than 0.1 % of the values that are not blank fail.
    """
    failed = is_missing(converted) & ~blank
    found = finding(f"{rule}_unreadable", failed, values, "set to missing")
    found["of"] = int((~blank).sum())
    if found["rows"]:
        found["first_row"] = int(failed.argmax())
    if source is not None:
        refuse_unreadable([found], source)
    return found


def refuse_unreadable(audit: Iterable[Finding], source: str) -> None:
    """Raise when more than five and more than 0.1 % of the values that a finding is of could not be read."""
    for found in audit:
        if "first_row" in found and found["rows"] > max(5, 0.001 * found["of"]):
            shown = ", ".join(map(repr, found["examples"]))
            raise ValueError(
                f"{found['rows']:,} of {found['of']:,} values of {found['rule'].removesuffix('_unreadable')} cannot be read, "
                f"first in row {found['first_row']}: {shown}; {source}."
            )
