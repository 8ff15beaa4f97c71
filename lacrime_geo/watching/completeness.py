"""Whether the file is whole: the last weeks against what should be reported by now, and what rows lack against earlier runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data.quality.week_checks import delays_in
from ..summaries import share_in_words
from .binomial_tails import so_many
from .history_tables import Row
from .known_data import Known
from .monitors import CHANCE, Monitor

# Four weeks are held against what the eight whole weeks before let expect; the limits are of the ratio and of its z.
RECENT_DAYS, LEVEL_WEEKS = 28, 8
LEAST, MOST, SURE = 0.75, 4 / 3, 4.0
LATEST = "reports of the last four weeks"
LACKING = {
    "place": ("without_place", "have no place"),
    "date": ("without_date", "have no date"),
    "category": ("without_category", "have no category"),
    "time": ("placeholders", "have a time that only stands for an unknown one"),
}
# So many times the usual share, and so much more of all rows, beyond chance.
TIMES, MORE = 2.0, 0.02
SHARE_LIMIT = f"{TIMES:g} times the usual share, {100 * MORE:.0f} points above it and p ≤ {CHANCE}"


def latest_reports(known: Known) -> Monitor:
    """Hold the incidents of the last four weeks against the level before and the share that is usually reported by now."""
    limit = f"{LEAST:g} to {MOST:.2f} times as many as expected, and {SURE:g} standard errors"
    if not known.measured:
        return Monitor.unknown(LATEST, limit, "Without dates of report it is not known how much should be there")
    found = delays_in(known.occurred, known.day)
    begin = known.known_until - np.timedelta64(RECENT_DAYS - 1, "D")
    weeks = _level(known, min(known.whole_until, begin - np.timedelta64(1, "D")))
    if found is None or weeks.size < LEVEL_WEEKS or not weeks.any():
        return Monitor.unknown(
            LATEST, limit, f"Fewer than {LEVEL_WEEKS} whole weeks are there to expect the last ones from"
        )
    delays, _ = found
    age = np.arange(RECENT_DAYS)
    part = float(delays.share[np.minimum(age, delays.longest)].sum()) / 7
    number = int(((known.occurred >= begin) & (known.occurred <= known.known_until)).sum())
    expected = part * float(weeks.mean())
    spread = max(1.0, float(weeks.var(ddof=1) / weeks.mean()))
    z = 2 * (np.sqrt(number) - np.sqrt(expected)) / np.sqrt(spread * (1 + part / weeks.size))
    ratio = number / expected
    bad = abs(z) > SURE and not LEAST <= ratio <= MOST
    sentence = (
        f"Of the last four weeks {number:,} incidents are reported, where {expected:,.0f} should be there by now, by the "
        f"{LEVEL_WEEKS} whole weeks before and the usual delay of reports"
    )
    return Monitor.told(LATEST, float(ratio), limit, bool(bad), sentence)


def _level(known: Known, last: np.datetime64) -> np.ndarray:
    """Return the counts of the last whole weeks up to a day, the earliest first."""
    back = (last - known.occurred).astype(np.int64)
    inside = ~np.isnat(known.occurred) & (back >= 0) & (back < 7 * LEVEL_WEEKS)
    if known.first > last - np.timedelta64(7 * LEVEL_WEEKS - 1, "D"):
        return np.empty(0)
    return np.bincount(back[inside] // 7, minlength=LEVEL_WEEKS)[::-1].astype(float)


def lacking(known: Known, runs: Sequence[Row]) -> list[Monitor]:
    """Hold the shares of the last four weeks' rows that lack something against those of earlier runs, else of the file before."""
    return [_lacking(known, runs, name) for name in LACKING]


def _lacking(known: Known, runs: Sequence[Row], name: str) -> Monitor:
    column, words = LACKING[name]
    title = f"rows without a {name}" if name != "time" else "times that stand for unknown ones"
    rows = known.without[name]
    before = [row[column] / row["incidents"] for row in runs if row[column] is not None and row["incidents"]]
    recent = recent_rows(known)
    if rows is None and not before:
        return Monitor.unknown(title, SHARE_LIMIT, f"The file tells no {name}")
    lacks = np.ones(known.day.size, dtype=bool) if rows is None else rows
    usual = float(np.median(before)) if before else _share(lacks[_earlier_rows(known)])
    number, total = int(lacks[recent].sum()), int(recent.sum())
    if not total or np.isnan(usual):
        return Monitor.unknown(title, SHARE_LIMIT, "There are no rows to tell it by")
    share = number / total
    # What has never been seen may be there once all the same.
    p = so_many(number, total, max(usual, 0.5 / max(int((~recent).sum()), 1)))
    bad = share >= TIMES * usual and share - usual >= MORE and p <= CHANCE
    sentence = f"{share_in_words(share)} of the {total:,} latest rows {words}, where {share_in_words(usual)} are usual"
    return Monitor.told(title, share, SHARE_LIMIT, bool(bad), sentence)


def recent_rows(known: Known) -> np.ndarray:
    """Return a mask (n,) of the rows of the last four weeks."""
    with np.errstate(invalid="ignore"):
        return np.asarray(known.day > known.known_until - np.timedelta64(RECENT_DAYS, "D"))


def _earlier_rows(known: Known) -> np.ndarray:
    return np.asarray(~recent_rows(known) & ~np.isnat(known.day))


def _share(rows: np.ndarray) -> float:
    return float(rows.mean()) if rows.size else float("nan")


def numbers_lacking(known: Known) -> dict[str, int | None]:
    """Return how many rows lack a place, a date, a category or a time, by the columns of the history."""
    found: dict[str, int | None] = {}
    for name, (column, _) in LACKING.items():
        rows = known.without[name]
        found[column] = None if rows is None else int(rows.sum())
    return found
