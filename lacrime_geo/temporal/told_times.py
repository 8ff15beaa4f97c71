"""What is told of the times of incidents: how many are not known, stand for an unknown one, or have an end that tells nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..frames import PLACEHOLDER_COLUMN, UNTIL_COLUMN
from ..parameters import Parameters, incidents_that
from ..summaries import share_in_words

# Minutes of the day that stand for an unknown time in many files: 0:00, 0:01 and 12:00.
SUSPECT = (0, 1, 720)
# One is told of when it holds so many times what the same minute of the hour before and after does, and so many incidents: in
# files of the LAPD 12:00 holds 1.9 to 2.3 times as many, and no other full hour more than 1.5 times.
STANDS_OUT, LEAST_TOLD = 1.6, 30
BY_START = {
    "without_end": ("has no end", "have no end"),
    "end_is_start": ("ends when it starts", "end when they start"),
    "end_before_start": ("ends before it starts", "end before they start"),
}


@dataclass
class ToldTimes:
    """Hold how many of so many rows have a date, a placeholder for a time, stand at midnight, in each minute of the day (1440,).

    `flagged` tells whether a column says which times are placeholders, `ends` whether one has ends; `by_start` are those that
    are taken by their start by why, `long` those that last longer than a week, `spans` those that last at all.
    """

    rows: int = 0
    dated: int = 0
    timeless: int = 0
    midnights: int = 0
    flagged: bool = False
    minutes: np.ndarray = field(default_factory=lambda: np.zeros(1440, dtype=np.int64))
    ends: bool = False
    by_start: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BY_START, 0))
    long: int = 0
    spans: int = 0

    @property
    def known(self) -> int:
        """How many have a time of day."""
        return self.dated - self.timeless

    def merge(self, other: ToldTimes) -> ToldTimes:
        """Add what is to be told of other incidents; return this."""
        if self.ends != other.ends:
            # Those of files without ends have none.
            lacking = other if self.ends else self
            lacking.by_start["without_end"] += lacking.known
        for name in ("rows", "dated", "timeless", "midnights", "minutes", "long", "spans"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.by_start = {name: self.by_start[name] + other.by_start[name] for name in BY_START}
        self.flagged |= other.flagged
        self.ends |= other.ends
        return self

    def keep(self, label: str, parameters: Parameters) -> None:
        """Note what is left out, and which incidents are taken by their start alone; raise where no time of day is known."""
        self._require_times(label)
        undated = self.rows - self.dated
        parameters.note("undated", undated, _left_out(undated, "without a date"))
        said = _left_out(self.timeless, "whose time of day is not known (placeholders)")
        parameters.note(PLACEHOLDER_COLUMN, self.timeless, said)
        self._require_clock(label)
        if not self.flagged:
            self._warn_of_suspects(parameters)
        self._note_spans(parameters)

    def _require_times(self, label: str) -> None:
        if self.dated == 0:
            raise ValueError(
                f"The incidents of {label!r} have no times, which hours of the week need; name their time column (time_column)."
            )

    def _require_clock(self, label: str) -> None:
        """Raise where no time of day is known: all left out, or all at midnight, as dates without a clock are."""
        if self.known == 0 or (self.known > 1 and self.midnights == self.known):
            why = (
                "all of them are placeholders"
                if self.known == 0
                else "all of them stand at midnight, as dates alone do"
            )
            raise ValueError(
                f"No time of day is known of the {self.rows:,} incidents of {label!r}: {why}; name a time column that has a "
                "clock."
            )

    def _warn_of_suspects(self, parameters: Parameters) -> None:
        """Say which minutes of the day hold so many incidents that they may stand for an unknown time."""
        count = self.minutes
        beside = {minute: max(count[minute - 60], count[minute + 60]) for minute in SUSPECT}
        told = [
            f"{minute // 60}:{minute % 60:02d} ({share_in_words(count[minute] / self.known)})"
            for minute in SUSPECT
            if count[minute] >= max(STANDS_OUT * beside[minute], LEAST_TOLD)
        ]
        if told:
            parameters.warn(
                f"Far more incidents than an hour before or after are at {' and '.join(told)}, which often stands for an unknown "
                f"time, and no column {PLACEHOLDER_COLUMN} tells which are such: a peak there may be none."
            )

    def _note_spans(self, parameters: Parameters) -> None:
        if not self.ends:
            parameters["spans"] = 0
            parameters.log.info("No column %s tells when incidents ended: each is in its start hour", UNTIL_COLUMN)
            return
        for name, words in BY_START.items():
            count = self.by_start[name]
            parameters.note(name, count, f"{incidents_that(count, *words)}: taken by the start hour")
        said = incidents_that(self.long, "lasts longer than a week", "last longer than a week")
        parameters.note("longer_than_a_week", self.long, f"{said}: each hour of the week has the same share")
        parameters["spans"] = self.spans


def _left_out(count: int, why: str) -> str:
    return f"{count:,} {'incident' if count == 1 else 'incidents'} {why} {'is' if count == 1 else 'are'} left out"
