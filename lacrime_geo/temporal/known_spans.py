"""From when until when incidents may have happened, by the hour of the week; those whose time is not known are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frames import PLACEHOLDER_COLUMN
from ..incidents import Incidents
from ..parameters import Parameters
from .told_times import ToldTimes
from .week_hours import HOUR, WEEK, seconds_of_week

TRUE_WORDS = {"true", "t", "yes", "y", "1"}


@dataclass(frozen=True)
class Spans:
    """Hold which incidents (n,) have a known time, and of these (k,) the start in seconds of the week and the span in seconds.

    A span of 0 is a moment: the incident is in its start hour. None is longer than a week; `hours` holds how long they are in
    truth.
    """

    known: np.ndarray
    start: np.ndarray
    seconds: np.ndarray
    hours: np.ndarray


def spans_of(incidents: Incidents, parameters: Parameters) -> Spans:
    """Return the spans of incidents; note what is left out, and which incidents are taken by their start alone.

    Raises
    ------
    ValueError
        If there are no times, or of none the time of day is known.
    """
    if not incidents.size:
        incidents.refuse_empty()
    spans, told = told_spans(incidents)
    told.keep(incidents.label, parameters)
    return spans


def told_spans(incidents: Incidents) -> tuple[Spans, ToldTimes]:
    """Return the spans of incidents, of which there may be none, and what is to be told of their times."""
    when = np.full(incidents.size, np.datetime64("NaT", "s")) if incidents.when is None else incidents.when
    flagged = placeholders(incidents)
    dated = ~np.isnat(when)
    unknown = dated & flagged if flagged is not None else np.zeros(dated.size, dtype=bool)
    known = dated & ~unknown
    told = ToldTimes(
        rows=incidents.size, dated=int(dated.sum()), timeless=int(unknown.sum()), flagged=flagged is not None
    )
    clocks = when[known]
    told.midnights = int((clocks == clocks.astype("M8[D]")).sum())
    if flagged is None:
        told.minutes = np.bincount(clocks.astype("M8[m]").astype(np.int64) % 1440, minlength=1440)
    seconds = _seconds(clocks, None if incidents.until is None else incidents.until[known], told)
    # One longer than a week has the same share in every hour, as one of just a week has.
    return Spans(known, seconds_of_week(clocks), np.minimum(seconds, WEEK), seconds / HOUR), told


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


def _seconds(start: np.ndarray, end: np.ndarray | None, told: ToldTimes) -> np.ndarray:
    """Return the span of each incident with a known time (k,), 0 where its end does not tell more than its start."""
    if end is None:
        return np.zeros(start.size, dtype=np.int64)
    ended = ~np.isnat(end)
    span = np.where(ended, (end - start).astype(np.int64), 0)
    told.ends = True
    told.by_start = {
        "without_end": int((~ended).sum()),
        "end_is_start": int((ended & (span == 0)).sum()),
        "end_before_start": int((span < 0).sum()),
    }
    told.long, told.spans = int((span > WEEK).sum()), int((span > 0).sum())
    return np.asarray(np.maximum(span, 0))
