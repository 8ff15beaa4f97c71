"""What is wrong with times of any agency: clock times written where none is known, round ones, heaped first days."""

from __future__ import annotations

import numpy as np

from ..rules import Finding, finding

MINUTES, HOUR = 1440, 60
# A placeholder holds at least so much of all times, so many times the fullest of the same minute one and two hours before
# and after, beyond so many standard errors.
LEAST_SHARE, TIMES, SURE = 0.005, 1.5, 4.0
AROUND = (-2, -1, 1, 2)
# Dates farther from the middle 98 % than these are long, or than a year, are stray.
MIDDLE, YEAR = (0.01, 0.99), np.timedelta64(365, "D")
# Fewer months or times tell nothing.
MONTHS, TIMED = 2, 100


def minutes_of(when: np.ndarray, clockless: np.ndarray | None = None) -> np.ndarray:
    """Return the minute of the day of moments (n,), −1 where there is none or the time of day is not known."""
    known = ~np.isnat(when)
    seconds = (when - when.astype("M8[D]")).astype("m8[s]").astype(np.int64)
    minute = np.where(known, seconds // 60, -1)
    if clockless is not None:
        # Readers put a date without a time at midnight, and flag it.
        minute[clockless & (minute == 0)] = -1
    # Where all are at midnight there are no times at all.
    return minute if (minute > 0).any() else np.full(when.size, -1)


def blank_dates(when: np.ndarray, reported: np.ndarray | None) -> list[Finding]:
    """Find rows (n,) without a date, and without a date of report where there are such dates."""
    found = [finding("occurred_blank", np.isnat(when), when, "without a date: in no period and in no count by time")]
    if reported is not None:
        action = "without a date of report: how long it took is not known"
        found.append(finding("reported_blank", np.isnat(reported), reported, action))
    return found


def stray_dates(when: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Return moments (n,) without those far from nearly all others, such as 1900-01-01, and how many these are."""
    known = when[~np.isnat(when)].astype("M8[D]").astype(np.int64)
    if not known.size:
        return when, finding("dates_stray", np.zeros(when.size, dtype=bool), when, "no dates")
    low = int(np.quantile(known, MIDDLE[0], method="lower"))
    high = int(np.quantile(known, MIDDLE[1], method="higher"))
    room = max(high - low, int(YEAR.astype(int)))
    day = when.astype("M8[D]").astype(np.int64)
    bad = ~np.isnat(when) & ((day < low - room) | (day > high + room))
    first, last = (np.datetime64(bound, "D") for bound in (low, high))
    action = f"kept; left out of weekly counts: far from nearly all others, {first} to {last}"
    return np.where(bad, np.datetime64("NaT", "s"), when), finding("dates_stray", bad, when, action)


def placeholder_times(minute: np.ndarray) -> Finding:
    """Find minutes of the day (n,; −1 for none) with far more than their share: times written where none is known."""
    timed = minute[minute >= 0]
    count = np.bincount(timed, minlength=MINUTES)
    largest = np.max([np.roll(count, -hours * HOUR) for hours in AROUND], axis=0)
    sure = (count - largest) / np.sqrt(np.maximum(count + largest, 1))
    flagged = (count >= LEAST_SHARE * timed.size) & (count > TIMES * largest) & (sure > SURE)
    clocks = np.flatnonzero(flagged)
    clocks = clocks[np.argsort(-count[clocks], kind="stable")]
    share = {clock_words(int(at)): float(count[at] / timed.size) for at in clocks}
    return {
        "rule": "times_too_frequent",
        "rows": int(count[clocks].sum()),
        "examples": [f"{words} ({100 * part:.1f} %)" for words, part in list(share.items())[:3]],
        "action": "too many for the hours around: leave them out of profiles of the day",
        "computed": {"share": share, "timed": int(timed.size)},
    }


def round_times(minute: np.ndarray) -> Finding:
    """Find the times (n,; −1 for none) on the full or half hour, of which one in thirty would be there by chance."""
    timed = minute[minute >= 0]
    full, half = int((timed % 60 == 0).sum()), int((timed % 60 == 30).sum())
    share = (full + half) / timed.size if timed.size else 0.0
    heaped = timed.size >= TIMED and share > 2 * (2 / 60)
    return {
        "rule": "times_round",
        "rows": full + half if heaped else 0,
        "examples": [f"{full:,} on :00", f"{half:,} on :30"] if heaped else [],
        "action": f"{100 * share:.0f} % of {timed.size:,} times as written are on the full or half hour: times are estimates",
        "computed": {"share": share, "timed": int(timed.size)},
    }


def first_days(when: np.ndarray) -> Finding:
    """Find how many incidents (n,) are dated the first of a month, against the share of such days in their period."""
    day = when[~np.isnat(when)].astype("M8[D]")
    firsts = int((day == _month_begin(day)).sum())
    covered, months = _days_and_months(day) if day.size else (1, 0)
    expected = day.size * months / covered
    ratio = firsts / expected if expected else 0.0
    error = np.sqrt(expected + expected**2 / max(day.size - expected, 1))
    heaped = months >= MONTHS and ratio > 1.1 and firsts - expected > SURE * error
    action = f"{firsts:,} where {expected:,.0f} are expected ({ratio:.2f} times): dates are estimates"
    return {
        "rule": "dates_first_of_month",
        "rows": firsts if heaped else 0,
        "examples": [f"{ratio:.2f} times as many as on other days"] if heaped else [],
        "action": action if heaped else "no more than on other days",
        "computed": {"ratio": float(ratio), "months": months},
    }


def clock_words(minute: int) -> str:
    """Write a minute of the day as a clock does.

    >>> clock_words(1), clock_words(720)
    ('00:01', '12:00')
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _days_and_months(day: np.ndarray) -> tuple[int, int]:
    """Return how many days there are from the first to the last, and how many of them begin a month."""
    first, last = day.min(), day.max()
    begun = int((last.astype("M8[M]") - first.astype("M8[M]")).astype(int)) + int(first == _month_begin(first))
    return int((last - first).astype(int)) + 1, begun


def _month_begin(day: np.ndarray) -> np.ndarray:
    return day.astype("M8[M]").astype("M8[D]")
