"""Which incidents an analysis is asked for: a period, a category, hours of the day; and what a map of them is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import dates

# Month and day, or day and month, before the year.
EITHER_ORDER = re.compile(r"(0?[1-9]|1[0-2])/(0?[1-9]|1[0-2])/\d")


def refuse(chosen: Mapping[str, Any]) -> None:
    """Raise when a period or a category was chosen of features that have a value and are no incidents."""
    given = [name for name, value in chosen.items() if value is not None]
    if given:
        raise ValueError(
            f"{', '.join(given)}: these select incidents, but a value column was named, or there are areas; leave one or the "
            "other out."
        )


def refuse_unreadable(since: Any, until: Any, hours: str | None) -> None:
    """Raise when a period or hours cannot be read, before a long file is."""
    period_of(since, until)
    if hours is not None:
        hours_of(hours)


def period_of(since: Any, until: Any) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    """Return the begin and the end of a period, None where it is open; raise when it ends before it begins."""
    begin = None if since is None else moment("since", since)
    end = None if until is None else moment("until", until)
    if begin is not None and end is not None and begin >= end:
        raise ValueError(f"since ({since}) must be earlier than until ({until}); until itself is left out.")
    return begin, end


def narrower(before: Mapping[str, Any], since: Any, until: Any) -> dict[str, str]:
    """Return the ends of a period that was asked for, after an earlier one that went before: the later begin, the earlier end.

    >>> narrower({"until": "2023-02-01"}, None, "2023-05-01")
    {'until': '2023-02-01'}
    """
    found = {}
    for name, value, first in (("since", since, max), ("until", until, min)):
        if value is not None:
            ends = [str(value), *([str(before[name])] if name in before else [])]
            found[name] = first(ends, key=lambda end: moment(name, end))
    return found


def in_period(when: np.ndarray | None, since: Any, until: Any) -> np.ndarray:
    """Return a mask of the times from since (inclusive) until (exclusive); raise when there is none."""
    if when is None:
        raise ValueError(
            "A period was asked for, but the incidents have no times; name their time column (time_column)."
        )
    begin, end = period_of(since, until)
    keep = times_between(when, begin, end)
    if not keep.any():
        bounds = [("from {} on", begin), ("before {}", end)]
        asked = " and ".join(words.format(dates.in_digits(bound)) for words, bound in bounds if bound is not None)
        known = when[~np.isnat(when)].astype("M8[D]")
        range_ = f"they run from {known.min()} to {known.max()}" if known.size else "none of them has a date"
        raise ValueError(f"No incident lies in the period {asked}: {range_}.")
    return keep


def times_between(when: np.ndarray, begin: np.datetime64 | None, end: np.datetime64 | None) -> np.ndarray:
    """Return a mask of the times from a begin (inclusive) until an end (exclusive), None where it is open."""
    keep = ~np.isnat(when)
    if begin is not None:
        keep &= when >= begin
    if end is not None:
        keep &= when < end
    return np.asarray(keep)


def asked_in_words(chosen: Mapping[str, Any]) -> str:
    """Return what was asked for as a sentence goes on, "" where nothing was.

    >>> asked_in_words({"category": "burglary", "since": "2023-09-01"})
    'in the category burglary from 2023-09-01 on'
    """
    words = dict(category="in the category {}", area="in the area {}", since="from {} on", until="before {}")
    words["hours"] = "in the hours {}"
    return " ".join(text.format(chosen[name]) for name, text in words.items() if name in chosen)


def unused(names: Sequence[str]) -> str:
    """Say that columns hold dates and none of them was named, and how one is named on each road.

    >>> print(unused(["date"]).partition(":")[0])
    There is no column 'occurred', so no times are used; 'date' holds dates
    """
    hold = f"{' and '.join(map(repr, names))} {'holds' if len(names) == 1 else 'hold'}"
    return (
        f"There is no column 'occurred', so no times are used; {hold} dates: name the one meant as the time column "
        f"(“Time column” in the toolbox, --time-column {names[0]} in a command, as_incidents(…, time_column={names[0]!r}) in a "
        "script)."
    )


def of_category(category: np.ndarray | None, wanted: list[str]) -> np.ndarray:
    """Return a mask of the incidents of any of the categories, in whatever case; raise when one is not among them."""
    if category is None:
        raise ValueError(
            "A category was asked for, but the incidents have none; name their category column (category_column)."
        )
    require_categories({str(value).lower() for value in set(category.tolist())}, wanted)
    return among(category, wanted)


def require_categories(there: set[str], wanted: Iterable[Any]) -> None:
    """Raise when a category is not among those that there are, which are in lower case."""
    lower = [str(name).lower() for name in wanted]
    unknown = [name for name in lower if name not in there]
    if unknown or not lower:
        said = f"No incident has category {', '.join(unknown)}" if lower else "No category was named"
        raise ValueError(f"{said}; there are {', '.join(sorted(there)[:12])}.")


def among(category: np.ndarray, wanted: Iterable[Any]) -> np.ndarray:
    """Return a mask of the incidents of any of the categories, in whatever case.

    >>> among(np.array(["Arson", "robbery"], dtype=object), ["arson", "rape"]).tolist()
    [True, False]
    """
    lower = {str(name).lower() for name in wanted}
    values = category.tolist()
    chosen = {value for value in set(values) if str(value).lower() in lower}
    return np.fromiter(map(chosen.__contains__, values), bool, len(values))


def in_hours(when: np.ndarray | None, unknown: np.ndarray | None, hours: str) -> np.ndarray:
    """Return a mask of the times (n,) in hours of the day such as "22-4"; those whose clock is not known are in none."""
    if when is None or unknown is None or (unknown | np.isnat(when)).all():
        raise ValueError("Hours of the day were asked for, but no incident has a time of day; leave the hours out.")
    known = ~unknown & ~np.isnat(when)
    hour = np.where(known, when, np.datetime64(0, "s")).astype("M8[h]").astype(int) % 24
    keep = known & np.isin(hour, sorted(hours_of(hours)))
    if not keep.any():
        raise ValueError(f"No incident lies in the hours {hours}, of {int(known.sum()):,} whose time of day is known.")
    return keep


def hours_of(text: str) -> set[int]:
    """Return the hours of the day that a text names, from the first until before the last, around midnight too.

    >>> sorted(hours_of("22-2, 12-13"))
    [0, 1, 12, 22, 23]
    """
    found: set[int] = set()
    for part in text.split(","):
        numbers = re.fullmatch(r"\s*(\d{1,2})(?::00)?\s*[-–]\s*(\d{1,2})(?::00)?\s*", part)
        begin, end = (int(number) for number in numbers.groups()) if numbers else (-1, -1)
        if not 0 <= begin <= 23 or not 0 <= end <= 24 or begin == end:
            raise ValueError(f"hours must be such as 22-4, from 22:00 until before 4:00, or 6-9, 16-19, got {text!r}.")
        found |= set(range(begin, end)) if begin < end else {*range(begin, 24), *range(end)}
    return found


def title(kind: str, category: str | None, known: np.ndarray, number: int) -> str:
    """Return a map's title: what, which category, the period of the times known, how many."""
    when = dates.period_words(known.min(), known.max()) if known.size else ""
    return " · ".join(part for part in (kind, category, when, f"n = {number:,}") if part)


def moment(name: str, value: Any) -> np.datetime64:
    """Return a date or a date and time; a year or a month stands for its first day."""
    text = str(value).strip()
    found: Any = np.datetime64(text, "s") if re.fullmatch(r"\d{4}(-\d\d)?", text) else dates.parse([text])[0]
    if EITHER_ORDER.match(text):
        raise ValueError(
            f"{name} {value!r} may begin with the month or with the day; write it as {dates.in_digits(found)}, year first."
        )
    if np.isnat(found):
        raise ValueError(f"{name} must be a date such as 2023-09-01 or 2023-09-01T18:00, got {value!r}.")
    return found


def words(text: str | None) -> list[str] | None:
    """Return the words between the commas of a text; None stays None.

    >>> words("burglary, robbery")
    ['burglary', 'robbery']
    """
    if text is None:
        return None
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise ValueError(f"A category was asked for, but {text!r} names none.")
    return found
