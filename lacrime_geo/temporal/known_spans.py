"""From when until when incidents may have happened, by the hour of the week; those whose time is not known are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frames import PLACEHOLDER_COLUMN, UNTIL_COLUMN
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..summaries import share_in_words
from .week_hours import HOUR, WEEK, seconds_of_week

# Minutes of the day that stand for an unknown time in many files: 0:00, 0:01 and 12:00.
SUSPECT = (0, 1, 720)
# One is told of when it holds so many times what the same minute of the hour before and after does, and so many incidents: in
# files of the LAPD 12:00 holds 1.9 to 2.3 times as many, and no other full hour more than 1.5 times.
STANDS_OUT, LEAST_TOLD = 1.6, 30
TRUE_WORDS = {"true", "t", "yes", "y", "1"}


@dataclass(frozen=True)
class Spans:
    """Hold which incidents (n,) have a known time, and of these (k,) the start in seconds of the week and the span in seconds.

    A span of 0 is a moment: the incident is in its start hour. None is longer than a week; `hours` holds how long they are in
    truth. `left_out` says how many incidents have no known time, and why.
    """

    known: np.ndarray
    start: np.ndarray
    seconds: np.ndarray
    hours: np.ndarray
    left_out: dict[str, int]


def spans_of(incidents: Incidents, parameters: Parameters) -> Spans:
    """Return the spans of incidents; note what is left out, and which incidents are taken by their start alone.

    Raises
    ------
    ValueError
        If there are no times, or of none the time of day is known.
    """
    when = _times(incidents)
    flagged = placeholders(incidents)
    dated = ~np.isnat(when)
    unknown = dated & flagged if flagged is not None else np.zeros(dated.size, dtype=bool)
    known = dated & ~unknown
    left_out = {"undated": int((~dated).sum()), PLACEHOLDER_COLUMN: int(unknown.sum())}
    parameters.note("undated", left_out["undated"], _left_out(left_out["undated"], "without a date"))
    timeless = _left_out(left_out[PLACEHOLDER_COLUMN], "whose time of day is not known (placeholders)")
    parameters.note(PLACEHOLDER_COLUMN, left_out[PLACEHOLDER_COLUMN], timeless)
    _require_clock(incidents, when[known])
    if flagged is None:
        _warn_of_suspects(when[known], parameters)
    seconds = _seconds(incidents, known, parameters)
    # One longer than a week has the same share in every hour, as one of just a week has.
    return Spans(known, seconds_of_week(when[known]), np.minimum(seconds, WEEK), seconds / HOUR, left_out)


def _left_out(count: int, why: str) -> str:
    return f"{count:,} {'incident' if count == 1 else 'incidents'} {why} {'is' if count == 1 else 'are'} left out"


def _times(incidents: Incidents) -> np.ndarray:
    if incidents.size == 0:
        raise ValueError(f"The layer {incidents.label!r} is empty: it has 0 rows, so there is nothing to analyse.")
    if incidents.when is None or np.isnat(incidents.when).all():
        raise ValueError(
            f"The incidents of {incidents.label!r} have no times, which hours of the week need; name their time column "
            "(time_column)."
        )
    return incidents.when


def placeholders(incidents: Incidents) -> np.ndarray | None:
    """Return a mask (n,) of the incidents whose time of day only stands for an unknown one, None where nothing tells.

    The readers flag them in the column `time_placeholder`.
    """
    source = incidents.source
    if source is None or PLACEHOLDER_COLUMN not in source:
        return None
    column = np.asarray(source[PLACEHOLDER_COLUMN])
    if column.dtype.kind in "biuf":
        return np.asarray(np.nan_to_num(column.astype(float)) != 0)
    return np.fromiter((str(value).strip().lower() in TRUE_WORDS for value in column.tolist()), bool, column.size)


def without_clock(when: np.ndarray) -> bool:
    """Tell whether moments (n,) know no time of day: there are none, or all stand at midnight, as dates alone do."""
    return when.size == 0 or bool(when.size > 1 and (when == when.astype("M8[D]")).all())


def _require_clock(incidents: Incidents, when: np.ndarray) -> None:
    """Raise where no time of day is known: all left out, or all at midnight, as dates without a clock are."""
    if without_clock(when):
        why = "all of them are placeholders" if when.size == 0 else "all of them stand at midnight, as dates alone do"
        raise ValueError(
            f"No time of day is known of the {incidents.size:,} incidents of {incidents.label!r}: {why}; name a time column "
            "that has a clock."
        )


def _warn_of_suspects(when: np.ndarray, parameters: Parameters) -> None:
    """Say which minutes of the day hold so many incidents that they may stand for an unknown time."""
    minutes = when.astype("M8[m]").astype(np.int64) % 1440
    count = np.bincount(minutes, minlength=1440)
    beside = {minute: max(count[minute - 60], count[minute + 60]) for minute in SUSPECT}
    told = [
        f"{minute // 60}:{minute % 60:02d} ({share_in_words(count[minute] / when.size)})"
        for minute in SUSPECT
        if count[minute] >= max(STANDS_OUT * beside[minute], LEAST_TOLD)
    ]
    if told:
        parameters.warn(
            f"Far more incidents than an hour before or after are at {' and '.join(told)}, which often stands for an unknown "
            f"time, and no column {PLACEHOLDER_COLUMN} tells which are such: a peak there may be none."
        )


def _seconds(incidents: Incidents, known: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Return the span of each incident with a known time (k,), 0 where its end does not tell more than its start."""
    if incidents.until is None:
        parameters["spans"] = 0
        parameters.log.info("No column %s tells when incidents ended: each is in its start hour", UNTIL_COLUMN)
        return np.zeros(int(known.sum()), dtype=np.int64)
    start, end = np.asarray(incidents.when)[known], incidents.until[known]
    ended = ~np.isnat(end)
    span = np.where(ended, (end - start).astype(np.int64), 0)
    for name, rows, one, many in (
        ("without_end", ~ended, "has no end", "have no end"),
        ("end_is_start", ended & (span == 0), "ends when it starts", "end when they start"),
        ("end_before_start", span < 0, "ends before it starts", "end before they start"),
    ):
        count = int(rows.sum())
        parameters.note(name, count, f"{incidents_that(count, one, many)}: taken by the start hour")
    long = int((span > WEEK).sum())
    said = incidents_that(long, "lasts longer than a week", "last longer than a week")
    parameters.note("longer_than_a_week", long, f"{said}: each hour of the week has the same share")
    parameters["spans"] = int((span > 0).sum())
    return np.asarray(np.maximum(span, 0))
