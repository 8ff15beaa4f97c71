"""Whether the data are like those before: weekly counts halved or doubled, and the mix of categories and places."""

from __future__ import annotations

import numpy as np

from ..agencies import LAPD, LAPD_NIBRS
from ..data.quality.week_checks import CHANCE as BREAK_CHANCE
from ..data.quality.week_checks import PAST, largest_break
from ..data.quality.weeks import Weeks
from ..forecasting.break_guards import RAISE, refuse_switch
from ..grouping import distinct
from ..parameters import Unsaid
from .known_data import ALL, Known
from .monitors import CHANCE, Monitor
from .parts_of_runs import DAYS, horizon_of

COUNTS, SYSTEM = "weekly counts", "records system"
# The mix of four weeks against the 52 before; a population stability index below a tenth is no shift worth a word.
RECENT, LEAST_PAST, NO_SHIFT = 4, 12, 0.1
MOST_KINDS, SIDES = 12, 4


def weekly_breaks(known: Known) -> Monitor:
    """Look for weekly counts, of all and of each area, that are halved or doubled within the last year."""
    limit = f"halved or doubled, beyond what chance brings to one of {1 / BREAK_CHANCE:.0f} files"
    weeks, rows = _weeks(known)
    counts = _counts(known.area[rows], weeks, known.names.size)
    every = counts if known.names.size == 1 else np.vstack([weeks.counts(), counts])
    names = [ALL, *known.names.tolist()][-every.shape[0] :]
    every = every[:, -2 * PAST :]
    begin = weeks.begin[-every.shape[1] :] if weeks.size else weeks.begin
    breaks = [(name, found) for name, row in zip(names, every) if (found := largest_break(row, len(names)))]
    late = [(name, found) for name, found in breaks if begin.size - found.week <= PAST]
    if weeks.size < LEAST_PAST:
        return Monitor.unknown(COUNTS, limit, f"{weeks.size:,} whole weeks are too few: {LEAST_PAST} are needed")
    if not late:
        return Monitor.told(
            COUNTS, 1.0, limit, False, f"No weekly counts of {len(names):,} series are halved or doubled"
        )
    # All together before any area, as that says most.
    name, found = max(late, key=lambda one: (one[0] == ALL, abs(np.log((one[1].now + 1) / (one[1].before + 1)))))
    more = f" (and of {len(late) - 1:,} more series)" if len(late) > 1 else ""
    sentence = (
        f"From the week of {begin[found.week]} on there are {found.now:.0f} reports a week of {name} instead of "
        f"{found.before:.0f}{more}"
    )
    return Monitor.told(COUNTS, found.now / max(found.before, 1e-9), limit, True, sentence)


def records_system(known: Known, step: str) -> Monitor:
    """Tell whether the counts and their forecast cross a known change of the agency's records system."""
    limit = "none between the first count and the last forecast"
    end = known.whole_until + DAYS[step] * horizon_of(known, step) + 1
    if known.incidents.agency not in (LAPD, LAPD_NIBRS):
        return Monitor.unknown(SYSTEM, limit, "No change of the records system of this agency is known")
    try:
        refuse_switch(known.first, end, known.incidents.agency, RAISE, Unsaid())
    except ValueError as problem:
        return Monitor.told(SYSTEM, 1.0, limit, True, str(problem).split(": what changes")[0])
    return Monitor.told(SYSTEM, 0.0, limit, False, "No known change of the records system lies within")


def mixes(known: Known) -> list[Monitor]:
    """Hold the mix of categories and of places in the last four weeks against the year before."""
    weeks, rows = _weeks(known)
    category, place = _category(known), _place(known)
    return [
        _mix("mix of categories", None if category is None else category[rows], weeks, "categories"),
        _mix("mix of places", None if place is None else place[rows], weeks, "places"),
    ]


def _weeks(known: Known) -> tuple[Weeks, np.ndarray]:
    """Return the weeks that are compared and the rows (mask) they are of: by report to the end, else while they are whole."""
    end = known.known_until if known.by_report else known.whole_until
    with np.errstate(invalid="ignore"):
        rows = known.day <= end
    return Weeks.of(known.day[rows]), rows


def _counts(number: np.ndarray, weeks: Weeks, kinds: int) -> np.ndarray:
    """Return counts (kinds, weeks) of rows by the number of their kind (n,), −1 for none."""
    inside = (weeks.of_row >= 0) & (number >= 0)
    cell = number[inside] * weeks.size + weeks.of_row[inside]
    return np.bincount(cell, minlength=kinds * weeks.size).reshape(kinds, weeks.size)


def _mix(name: str, number: np.ndarray | None, weeks: Weeks, words: str) -> Monitor:
    limit = f"a stability index of {NO_SHIFT:g}, or of what chance brings in {CHANCE} of all looks, as the weeks before scatter"
    if number is None:
        return Monitor.unknown(name, limit, f"There are no {words} to tell apart")
    if weeks.size < RECENT + LEAST_PAST:
        few = f"{weeks.size:,} whole weeks are too few: {RECENT + LEAST_PAST} are needed"
        return Monitor.unknown(name, limit, few)
    counts = grouped(_counts(number, weeks, int(number.max(initial=0)) + 1)[:, -(RECENT + PAST) :])
    value, most = shift_of(counts), largest_shift(counts)
    if value is None or most is None:
        return Monitor.unknown(name, limit, f"Too few rows tell their {words}")
    recent, past = counts[:, -RECENT:].sum(axis=1), counts[:, :-RECENT].sum(axis=1)
    shares = recent / recent.sum() - past / past.sum()
    said = f"the share of one has moved by {100 * float(np.abs(shares).max()):.0f} points at most"
    sentence = (
        f"The mix of {words} of the last four weeks has a stability index of {value:.2f} (limit {most:.2f}); {said}"
    )
    return Monitor.told(name, value, limit, value > most, sentence)


def grouped(counts: np.ndarray) -> np.ndarray:
    """Return counts (kinds, weeks) of the most frequent kinds, now or before, and of all others together."""
    early, late = counts[:, :-RECENT].sum(axis=1), counts[:, -RECENT:].sum(axis=1)
    size = early / max(early.sum(), 1) + late / max(late.sum(), 1)
    order = np.argsort(-size, kind="stable")
    return np.vstack([counts[order[:MOST_KINDS]], counts[order[MOST_KINDS:]].sum(axis=0)])


def stability_index(recent: np.ndarray, past: np.ndarray) -> float:
    """Return the population stability index of counts by kind: Σ (a − b) ln(a / b) of both shares, half a row added to each.

    >>> round(stability_index(np.array([50.0, 50.0]), np.array([500.0, 500.0])), 3)
    0.0
    """
    a, b = ((counts + 0.5) / (counts + 0.5).sum() for counts in (recent, past))
    return float(((a - b) * np.log(a / b)).sum())


def shift_of(counts: np.ndarray) -> float | None:
    """Return the index of the last four weeks against those before; None where either has none."""
    recent, past = counts[:, -RECENT:].sum(axis=1), counts[:, :-RECENT].sum(axis=1)
    return None if not (recent.sum() and past.sum()) else stability_index(recent, past)


def largest_shift(counts: np.ndarray) -> float | None:
    """Return the index that chance passes in a thousandth of all looks, as four weeks of the past scatter about the others.

    Of equal shares the index times nm / (n + m) is a chi square of one fewer than the kinds; counts of crime scatter more, by a
    factor that is measured on the past: the mean index of four weeks each, over that of chance, and at least 1.
    """
    from scipy.special import chdtri

    past = counts[:, :-RECENT]
    kinds = int((counts.sum(axis=1) > 0).sum()) - 1
    number = past.shape[1] // RECENT
    if kinds < 1 or number < 2:
        return None
    blocks = past[:, past.shape[1] - number * RECENT :].reshape(past.shape[0], number, RECENT).sum(axis=2)
    factors = [
        stability_index(block, past.sum(axis=1) - block) / (kinds * _chance(block, past.sum(axis=1) - block))
        for block in blocks.T
        if block.sum()
    ]
    spread = max(1.0, float(np.mean(factors))) if factors else 1.0
    recent = counts[:, -RECENT:].sum(axis=1)
    chance = float(chdtri(kinds, CHANCE)) * _chance(recent, past.sum(axis=1))
    return max(NO_SHIFT, spread * chance)


def _chance(recent: np.ndarray, past: np.ndarray) -> float:
    return 1 / max(float(recent.sum()), 1.0) + 1 / max(float(past.sum()), 1.0)


def _category(known: Known) -> np.ndarray | None:
    """Return the number of the category of each row (n,)."""
    values = known.incidents.category
    if values is None:
        return None
    code = np.asarray(distinct(values)[1], dtype=np.int64)
    return code if code.max(initial=0) > 0 else None


def _place(known: Known) -> np.ndarray | None:
    """Return the number of the area of each row (n,), else of one of sixteen parts of the map with as many rows each."""
    if known.names.size > 1:
        return known.area
    incidents = known.incidents
    placed = incidents.placed
    if not placed.any():
        return None
    east = _parts(incidents.easting, placed)
    number = np.full(incidents.size, -1)
    for part in range(SIDES):
        here = placed & (east == part)
        number[here] = part * SIDES + _parts(incidents.northing, here)[here]
    return number


def _parts(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    edges = np.quantile(values[rows], np.arange(1, SIDES) / SIDES) if rows.any() else np.zeros(SIDES - 1)
    return np.searchsorted(edges, values, side="right")
