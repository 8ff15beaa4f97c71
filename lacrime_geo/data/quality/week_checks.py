"""What weekly counts tell of the records: breaks in how they are kept, and last weeks that are not complete."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...agencies import LAPD, LAPD_NIBRS, NIBRS_SWITCH
from ...delays.truncated_delays import LEAST_AT_RISK, Delays, delays_of
from ...summaries import counted
from ..rules import Finding
from .weeks import DAYS, Weeks, departures, running_departures

# Four weeks are held against the 52 before them, at least eight; rarer ones than five a week do not tell.
COMPARED, PAST, LEAST_PAST, LEAST_MEAN = 4, 52, 8, 5.0
# Records break where counts are halved or doubled, and chance would do that in one of a hundred files.
HALVED, DOUBLED, CHANCE = 0.5, 2.0, 0.01
# A week is complete when so much of it is reported.
COMPLETE = 0.95
# Without dates of report: the last weeks that are looked at, and how many standard errors, and to what part of the earlier
# ones they fall; seasons change less.
LAST, BELOW, PART = 8, 4.5, 0.75


def records_system_change(when: np.ndarray, agency: str | None) -> Finding:
    """Find incidents (n,) beyond the day of the LAPD's new records system: later in older files, earlier in NIBRS files."""
    day = NIBRS_SWITCH.astype("M8[D]")
    later, earlier = when >= NIBRS_SWITCH, when < NIBRS_SWITCH
    wrong = later if agency == LAPD else earlier if agency == LAPD_NIBRS else np.zeros(when.size, dtype=bool)
    rows, side = int(wrong.sum()), "from" if agency == LAPD else "before"
    return {
        "rule": "records_system_change",
        "rows": rows,
        "examples": [f"{rows:,} {side} {day}"] if rows else [],
        "action": f"from {day} on the LAPD moved, bureau by bureau, to another records system: do not compare across it",
        "computed": {"day": str(day)},
    }


def recording_breaks(weeks: Weeks, area: np.ndarray | None, names: list[str]) -> Finding:
    """Find areas whose weekly counts are halved or doubled against their past, and from which week on.

    Parameters
    ----------
    weeks : the weeks of the rows (n,).
    area : number of the area of each row (n,), −1 for none, or None: all rows are one area.
    names : of the areas.
    """
    kinds = len(names) if area is not None else 1
    code = np.zeros(weeks.of_row.size, dtype=np.int64) if area is None else area
    counts = _by_area(weeks, code, kinds)
    found = [(number, brk) for number in range(kinds) if (brk := largest_break(counts[number], kinds)) is not None]
    found.sort(key=lambda one: -abs(np.log((one[1].now + 1) / (one[1].before + 1))))
    told = [
        {
            "area": names[number] if names else "",
            "week": str(weeks.begin[brk.week]),
            "now": brk.now,
            "before": brk.before,
        }
        for number, brk in found
    ]
    return {
        "rule": "recording_breaks",
        "rows": sum(int(counts[number][brk.week :].sum()) for number, brk in found),
        "examples": [_break_words(one) for one in told[:3]],
        "action": _break_action(weeks.size, len(told), kinds),
        "computed": {"breaks": told, "weeks": weeks.size},
    }


def _by_area(weeks: Weeks, area: np.ndarray, areas: int) -> np.ndarray:
    """Return counts (areas, weeks) of rows by the number of their area (n,), −1 for none."""
    known = (weeks.of_row >= 0) & (area >= 0)
    cell = area[known] * weeks.size + weeks.of_row[known]
    return np.bincount(cell, minlength=areas * weeks.size).reshape(areas, weeks.size)


class Break(NamedTuple):
    """The week (or other step) of a break, and the mean counts of some from it on and of those before."""

    week: int
    now: float
    before: float


def largest_break(
    counts: np.ndarray, areas: int, compared: int = COMPARED, past: int = PAST, least_past: int = LEAST_PAST
) -> Break | None:
    """Return where counts (m,) depart most from their past, None where no more than chance would have it.

    Parameters
    ----------
    counts : of each week, or of other steps.
    areas : how many are looked at, each of which chance may depart.
    compared, past, least_past : steps that are held against those before them, how many of these, and how many at least.
    """
    from scipy.special import ndtri

    steps = counts.size - compared + 1 - least_past
    if steps < 1:
        return None
    z, now, before = running_departures(counts, least_past, past, compared)
    # Whole ratios, so that a past without any incident is no division by zero.
    changed = (now <= HALVED * before) | (now >= DOUBLED * before)
    sure = np.where(changed & (before >= LEAST_MEAN), np.abs(z), 0.0)
    step = int(np.argmax(sure))
    if sure[step] <= float(-ndtri(CHANCE / (areas * steps) / 2)):
        return None
    return Break(least_past + step, float(now[step]), float(before[step]))


def _break_words(found: dict[str, Any]) -> str:
    return f"{found['area'] or 'all'} from {found['week']}: {found['now']:.0f} a week instead of {found['before']:.0f}"


def _break_action(weeks: int, breaks: int, areas: int) -> str:
    if weeks < LEAST_PAST + COMPARED:
        return f"{weeks} whole weeks are too few to tell: {LEAST_PAST + COMPARED} are needed"
    if not breaks:
        return f"no weekly counts of {counted(areas, 'area')} are halved or doubled against the 52 weeks before"
    return f"weekly counts of {breaks:,} of {counted(areas, 'area')} are halved or doubled: find out why before you compare"


def incomplete_weeks(
    weeks: Weeks, when: np.ndarray, reported: np.ndarray | None, area: np.ndarray | None = None
) -> Finding:
    """Find the last weeks of which not all is reported: by the delays of reports where these are known, else by counts.

    With dates of report (n,), the share of each week that was reported by the last report of the file follows from the
    delays of all (the product limit in reverse time, as a file does not show delays that are not over); a week with less than
    95 % is not complete. Without them the last eight weeks are held against those before; where the rows' areas are given as
    numbers (n,; −1 for none), most areas must have fallen, as else it is a break in the records of some.
    """
    shares = None if reported is None else _shares_reported(weeks, when, reported)
    by = "count" if shares is None else "delay of reports"
    counts = weeks.counts()
    open_weeks = _low_at_the_end(weeks, area) if shares is None else np.flatnonzero(shares < COMPLETE)
    told = {str(weeks.begin[at]): 1.0 if shares is None else float(shares[at]) for at in open_weeks}
    said = [
        f"week of {day}: {counts[at]:,}{'' if shares is None else f', about {100 * told[day]:.0f} % reported'}"
        for day, at in zip(told, open_weeks)
    ]
    action = f"not all reported yet (by {by}): end before them, or estimate what is to come"
    return {
        "rule": "weeks_incomplete",
        "rows": int(counts[open_weeks].sum()),
        "examples": said[-3:],
        "action": action if told else f"the last weeks are as full as others (by {by})",
        "computed": {"weeks": list(told), "by": by},
    }


def _shares_reported(weeks: Weeks, when: np.ndarray, reported: np.ndarray) -> np.ndarray | None:
    """Return the share (m,) of each week that the file's last report leaves known; None where delays are too few."""
    found = delays_in(when, reported)
    if found is None:
        return None
    delays, last = found
    since = (last - weeks.begin).astype(np.int64)[:, None] - np.arange(DAYS)
    return np.asarray(delays.share[np.clip(since, 0, delays.longest)].mean(axis=1))


def delays_in(when: np.ndarray, reported: np.ndarray) -> tuple[Delays, np.datetime64] | None:
    """Return the delays of reports (n,) and the day of the last one; None where they are too few."""
    day, told = when.astype("M8[D]"), reported.astype("M8[D]")
    known = ~np.isnat(day) & ~np.isnat(told)
    if known.sum() < LEAST_AT_RISK:
        return None
    first, last = told[known].min(), told[known].max()
    # Of what happened before the first report a file may hold only what was reported late.
    known &= (day >= first) & (told >= day)
    if known.sum() < LEAST_AT_RISK:
        return None
    return delays_of((told - day)[known].astype(np.int64), (last - day)[known].astype(np.int64)), last


def _low_at_the_end(weeks: Weeks, area: np.ndarray | None) -> np.ndarray:
    """Return the weeks at the end whose counts are all far below those before the last eight, in most areas."""
    counts = weeks.counts()
    past = counts[max(counts.size - LAST - PAST, 0) : max(counts.size - LAST, 0)]
    if past.size < LEAST_PAST or past.mean() < LEAST_MEAN:
        return np.empty(0, dtype=np.int64)
    last = range(counts.size - LAST, counts.size)
    low = [counts[at] < PART * past.mean() and departures(counts[at : at + 1], past) < -BELOW for at in last]
    found = np.arange(counts.size - int(np.argmin(np.r_[low[::-1], False])), counts.size)
    by_area = None if area is None or not found.size else _by_area(weeks, area, int(area.max()) + 1)
    return found if by_area is None or _most_fell(by_area, found) else found[:0]


def _most_fell(counts: np.ndarray, last: np.ndarray) -> bool:
    """Tell whether more than half of the areas' counts (areas, weeks) fell in the last weeks."""
    before = counts[:, : last[0]].mean(axis=1)
    fell = counts[:, last].mean(axis=1) < PART * before
    return bool(fell[before > 0].mean() > 0.5)
