"""What incidents are broken down by: a column of texts, an age in bands, a clock; what is not known has a name of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..data import rules
from ..grouping import by_column
from ..incidents import Incidents
from ..parameters import Unsaid
from ..progress import Progress
from ..refusals import dated
from ..risk.guards.refused_names import is_of_persons
from ..rows import NOT_KNOWN as BLANK

CATEGORY, HOUR, WEEKDAY = "category", "hour", "weekday"
NOT_RECORDED, NOT_KNOWN = "not recorded", "not known or not recorded"
AGES = (18, 25, 35, 45, 55, 65)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACEHOLDER = "time_placeholder"
# What files write where they do not know a trait of a person, or that it is none.
UNKNOWN = (*BLANK, "(null)", "unknown", "unk", "not known", "u", "x", "-", "not recorded", NOT_KNOWN)
_NO = (*BLANK, "false", "f", "no", "n", "0", "0.0")
# The letters of the LAPD's own list; X is unknown.
DESCENTS = {
    **{"A": "other Asian", "B": "Black", "C": "Chinese", "D": "Cambodian", "F": "Filipino", "G": "Guamanian"},
    **{"H": "Hispanic, Latin, Mexican", "I": "American Indian, Alaskan Native", "J": "Japanese", "K": "Korean"},
    **{"L": "Laotian", "O": "other", "P": "Pacific Islander", "S": "Samoan", "U": "Hawaiian", "V": "Vietnamese"},
    **{"W": "White", "Z": "Asian Indian"},
}


class Attribute(NamedTuple):
    """Hold what an attribute of incidents (n,) is: the number of each one's value, −1 where it is not known, and the values.

    `ordered` tells that the values have an order of their own; `of_persons` that it is one of victims or other persons, whose
    small counts are withheld; `unknown` is what the row of those without a value is called.
    """

    name: str
    code: np.ndarray
    values: tuple[str, ...]
    unknown: str
    ordered: bool
    of_persons: bool

    def pooled(self, most: int, k: int) -> Attribute:
        """Return it with its most frequent values, by falling count, and the others as one; ordered values are kept.

        Of persons, counts below k stand by name: of two that are withheld, and whose sum is known, the order could tell both.
        """
        if self.ordered:
            return self
        count = np.bincount(self.code[self.code >= 0], minlength=len(self.values))
        shown = np.maximum(count, k - 1) if self.of_persons else count
        order = np.lexsort((np.arange(count.size), -shown))
        # One value by itself needs no other name.
        kept = order if order.size <= most + 1 else order[:most]
        place = np.full(count.size + 1, kept.size)
        place[kept], place[-1] = np.arange(kept.size), -1
        values = [self.values[number] for number in kept]
        values += [f"all others ({order.size - kept.size:,} kinds)"] if kept.size < order.size else []
        return self._replace(code=place[self.code], values=tuple(values))


def attribute_of(incidents: Incidents, by: str, progress: Progress = None) -> Attribute:
    """Return an attribute of incidents: a column, or "category", "hour" or "weekday".

    Raises
    ------
    ValueError
        If there is no such column, or no times or categories where these are asked for, or no value is known.
    """
    names = {str(name) for name in (incidents.source if incidents.source is not None else ())}
    if by in (HOUR, WEEKDAY) and by not in names:
        return _of_clock(incidents, by)
    if by == incidents.time_column:
        return _of_clock(incidents, HOUR)._replace(name=by)
    if by == CATEGORY and incidents.category is not None:
        return _of_values(incidents, by, incidents.category, progress)
    checks.column(incidents.source, by)
    return _of_values(incidents, by, by, progress)


def _of_values(incidents: Incidents, name: str, by: Any, progress: Progress) -> Attribute:
    every = np.ones(incidents.size, dtype=bool)
    groups = by_column(incidents, by, Unsaid(), progress, every)
    of_persons = is_of_persons(name)
    labels = _meaning(name)(groups.names.tolist()) if of_persons else _recorded(groups.names.tolist())
    ordered = of_persons and _is_age(name) and set(labels) <= {"", *_bands()}
    values = _bands() if ordered else sorted({label for label in labels if label})
    number_of = {value: number for number, value in enumerate(values)}
    code = np.full(incidents.size, -1)
    code[groups.known] = np.array([number_of.get(label, -1) for label in labels])[groups.number]
    if (code < 0).all():
        raise ValueError(f"{name!r} is known of none of the {incidents.size:,} incidents; name another column.")
    return Attribute(name, code, tuple(values), NOT_KNOWN if of_persons else NOT_RECORDED, ordered, of_persons)


def _of_clock(incidents: Incidents, by: str) -> Attribute:
    known = dated(incidents, f"and {by} is told by them")
    when = np.asarray(incidents.when)
    day = when.astype("M8[D]")
    if by == WEEKDAY:
        number = (day.astype(np.int64) + 3) % 7  # 1970 began on a Thursday
        return Attribute(by, np.where(known, number, -1), WEEKDAYS, NOT_RECORDED, True, False)
    source = incidents.source
    if source is not None and PLACEHOLDER in {str(name) for name in source}:
        known = known & ~_flagged(checks.column(source, PLACEHOLDER))
    if not known.any():
        raise ValueError(
            f"The hour is known of none of the {incidents.size:,} incidents: all clocks are placeholders ({PLACEHOLDER}); break "
            "down by another attribute."
        )
    hour = ((when - day).astype("m8[s]").astype(np.int64) // 3600) // 3
    values = tuple(f"{3 * band:02d}:00 to {3 * band + 2:02d}:59" for band in range(8))
    return Attribute(by, np.where(known, hour, -1), values, "not known, or a placeholder such as 12:00", True, False)


def _flagged(values: Any) -> np.ndarray:
    """Return which flags (n,) are set; files write them as texts, too."""
    texts = [str(value).strip().casefold() for value in np.asarray(values, dtype=object)]
    said = {text: text not in _NO for text in dict.fromkeys(texts)}
    return np.array([said[text] for text in texts], dtype=bool)


def _recorded(values: Sequence[Any]) -> list[str]:
    """Return values as texts; what says of itself that it is not recorded is none."""
    return ["" if text.casefold() == NOT_RECORDED else text for text in map(_plain, values)]


def _meaning(name: str) -> Callable[[Sequence[Any]], list[str]]:
    """Return what makes words of the values of a person's attribute, "" of those that mean it is not known."""
    if _is_age(name):
        return _ages
    words = _words(name)
    if any(word in ("sex", "gender") or word.endswith(("sex", "gender")) for word in words):
        return _sexes
    # Letters of a race in other files are not the LAPD's: there U is unknown.
    return _descents if any("desc" in word for word in words) else _as_written


def _is_age(name: str) -> bool:
    return any(word in ("age", "ages") or re.fullmatch(r"vict?(?:im)?s?ages?", word) for word in _words(name))


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W\d_]+", apart.casefold())


def _ages(values: Sequence[Any]) -> list[str]:
    """Return the bands of ages in years; ages that are groups already, such as 25-44, as they are written."""
    written = [text for text in _as_written(values) if text]
    if sum(np.isnan(_number(text)) for text in written) > len(written) / 2:
        return _as_written(values)
    numbers = np.array([_number(value) for value in values], dtype=float)
    years, _ = rules.ages(numbers)
    bands = _bands()
    return ["" if np.isnan(year) else bands[int(np.searchsorted(AGES, year, side="right"))] for year in years]


def _bands() -> list[str]:
    inner = [f"{low} to {high - 1}" for low, high in zip(AGES, AGES[1:])]
    return [f"under {AGES[0]}", *inner, f"{AGES[-1]} and over"]


def _number(value: Any) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _sexes(values: Sequence[Any]) -> list[str]:
    """Return male and female by letter or word, other words as they are; other letters are not known."""
    meant = {"m": "male", "male": "male", "f": "female", "female": "female"}
    return [meant.get(text.casefold(), text if len(text) > 1 else "") for text in _as_written(values)]


def _descents(values: Sequence[Any]) -> list[str]:
    """Return the words for the LAPD's letters; texts of other agencies as they are."""
    plain = [_plain(value) for value in values]
    if all(len(value) <= 1 for value in plain):
        return [DESCENTS.get(value.upper(), "") for value in plain]
    return _as_written(values)


def _as_written(values: Sequence[Any]) -> list[str]:
    """Return values as texts, "" of those that say that nothing is known."""
    return ["" if text.casefold() in UNKNOWN else text for text in map(_plain, values)]


def _plain(value: Any) -> str:
    return " ".join(str(value).split())
