"""Up to when a whole file is known, found before fewer of its incidents are chosen, and kept with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..delays.period_guards import measured_safe_end
from ..incident_columns import KNOWN_UNTIL, LAG_SAFE_END, FileDates, latest
from ..parameters import Parameters
from ..selection import among

TIMES = ("occurred", "reported")
MISSING, BITS = np.iinfo(np.int64).min, 32


def file_end(dates: FileDates, known: np.datetime64 | None, category: str | None = None) -> dict[str, str]:
    """Return the last date that a file knows of, and the last day of which enough is reported, as JSON takes them.

    `category` names those, with commas between them, by whose delays it is measured.
    """
    if known is None:
        return {}
    safe = None if dates.when is None else measured_safe_end(dates, known.astype("M8[D]"), category)
    return {name: str(value) for name, value in ((KNOWN_UNTIL, known), (LAG_SAFE_END, safe)) if value is not None}


def ends_together(parts: Sequence[Parameters]) -> dict[str, str]:
    """Return what holds of several files: the last date of all, and the first day up to which each is whole."""
    kept = {name: [part[name] for part in parts if name in part] for name in (KNOWN_UNTIL, LAG_SAFE_END)}
    return {name: (min if name == LAG_SAFE_END else max)(texts) for name, texts in kept.items() if texts}


class DatesOfAll:
    """Gather the dates of all rows of a file of which only some are kept, portion by portion, each pair of days once."""

    def __init__(self, categories: Sequence[str] | None) -> None:
        self._wanted = categories
        self._pairs: list[np.ndarray] = []
        self._counts: list[np.ndarray] = []
        self._latest: dict[str, np.datetime64] = {}

    def add(self, columns: Mapping[str, np.ndarray]) -> None:
        """Take the next portion's columns."""
        for name in TIMES:
            found = latest(columns.get(name), None, None)
            if found is not None:
                self._latest[name] = max(found, self._latest.get(name, found))
        if not set(TIMES) <= set(columns):
            return
        days = [columns[name].astype("M8[D]").view(np.int64) for name in TIMES]
        rows = (days[0] != MISSING) & (days[1] != MISSING) & self._asked_for(columns)
        # Both days in one number, which is sorted in a tenth of the time.
        pairs, counts = np.unique((days[0][rows] << BITS) + days[1][rows], return_counts=True)
        self._pairs.append(pairs)
        self._counts.append(counts)

    def _asked_for(self, columns: Mapping[str, np.ndarray]) -> np.ndarray | bool:
        if self._wanted is None or "category" not in columns:
            return True
        return among(columns["category"], self._wanted)

    def end(self) -> dict[str, str]:
        """Return what `file_end` does of all portions."""
        if not self._pairs:
            known = self._latest.get("reported", self._latest.get("occurred"))
            return {} if known is None else {KNOWN_UNTIL: str(known)}
        pairs = np.repeat(np.concatenate(self._pairs), np.concatenate(self._counts))
        when = (pairs + (1 << BITS - 1)) >> BITS
        reported = pairs - (when << BITS)
        return file_end(FileDates(when.view("M8[D]"), reported.view("M8[D]"), None), self._latest.get("reported"))
