"""Two periods of incidents to be compared: of two layers, or of one by the date that parts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import dates, selection
from .incidents import Incidents, as_incidents
from .refusals import refuse_weights

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Periods:
    """The incidents of an earlier and a later period, and how many days each has."""

    before: Incidents
    after: Incidents
    days: tuple[float, float]

    def together(self) -> Incidents:
        """Return the incidents of both, the earlier first, without their other columns."""
        pairs = [(getattr(self.before, name), getattr(self.after, name)) for name in ("easting", "northing")]
        x, y = (np.concatenate(pair) for pair in pairs)
        times = None
        if self.before.when is not None and self.after.when is not None:
            times = np.concatenate([self.before.when, self.after.when])
        label, chosen = self.before.label, {}
        if self.after.label != label:
            label = f"{label} and {self.after.label}"
        if "category" in self.before.selection:
            chosen["category"] = self.before.selection["category"]
        return Incidents(x, y, when=times, crs=self.before.crs, label=label, selection=chosen)

    @property
    def words(self) -> tuple[str, str]:
        """Both periods in words."""
        return period_in_words(self.before) or "before", period_in_words(self.after) or "after"

    @property
    def undated(self) -> int:
        """How many incidents without a date are of neither period."""
        return max(int(period.selection.get("undated_left_out", 0)) for period in (self.before, self.after))


def periods_of(incidents: Any, after: Any = None, after_since: Any = None, before_until: Any = None) -> Periods:
    """Return both periods: of two layers, or of one by the date that parts them; they may not overlap."""
    everything = as_incidents(incidents)
    if after is not None:
        if before_until is not None or after_since is not None:
            raise ValueError(
                "after_since and before_until part one layer into two periods, and the later incidents are given as "
                "well (after); leave one or the other out."
            )
        earlier, later = everything, _of_same_category(as_incidents(after, crs=everything.crs), everything)
    elif after_since is None:
        raise ValueError(
            "Where does the later period begin? Give the date (after_since), or its incidents as a layer of their own (after)."
        )
    else:
        earlier = everything.select(until=after_since if before_until is None else before_until)
        later = everything.select(since=after_since)
    for period in (earlier, later):
        refuse_weights(period, "a change is tested on counts")
    return Periods(earlier, later, _lengths(earlier, later))


def _of_same_category(later: Incidents, earlier: Incidents) -> Incidents:
    """Choose from the later incidents the category of the earlier ones; raise where another has been chosen."""
    wanted, there = (period.selection.get("category") for period in (earlier, later))
    if wanted == there:
        return later
    if there is not None:
        raise ValueError(
            f"The earlier incidents are of category {wanted!r} and the later ones of {there!r}; choose the same of both."
        )
    return later.select(category=selection.words(wanted))


def _lengths(earlier: Incidents, later: Incidents) -> tuple[float, float]:
    """Return the days of both periods; raise where they overlap. Without times both count as equally long."""
    if earlier.when is None or later.when is None:
        return 1.0, 1.0
    begin, end = extent(earlier)
    start, stop = extent(later)
    if end > start:
        raise ValueError(
            f"The earlier period ends {dates.in_digits(end)} and the later one begins {dates.in_digits(start)}: they overlap, or "
            "are the wrong way round; give the earlier one first."
        )
    return float((end - begin) / DAY), float((stop - start) / DAY)


def extent(incidents: Incidents) -> tuple[np.datetime64, np.datetime64]:
    """Return where the period of dated incidents begins and ends (exclusive): as chosen, else by whole days of their dates."""
    if incidents.when is None or np.isnat(incidents.when).all():
        raise ValueError(f"None of the {incidents.size:,} incidents of {incidents.label!r} has a date.")
    known = incidents.when[~np.isnat(incidents.when)]
    since, until = (incidents.selection.get(name) for name in ("since", "until"))
    begin = known.min().astype("M8[D]") if since is None else selection.moment("since", since)
    end = known.max().astype("M8[D]") + DAY if until is None else selection.moment("until", until)
    return begin.astype("M8[s]"), end.astype("M8[s]")


def period_in_words(incidents: Incidents) -> str:
    """Return a period as titles name it, "" where there are no times."""
    if incidents.when is None or np.isnat(incidents.when).all():
        return ""
    begin, end = extent(incidents)
    return dates.period_words(begin, end - np.timedelta64(1, "s"))
