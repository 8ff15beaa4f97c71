"""The periods of a trial: after it began, before, the same season a year earlier, and earlier pairs as placebos."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import dates, selection
from ..delays.period_guards import SHARE, measured_safe_end
from ..incidents import Incidents
from ..parameters import Parameters
from ..periods import extent

DAY = np.timedelta64(1, "D")
# Of as many days a year later or earlier is the same day of the week.
YEAR = 364
MOST_PLACEBOS = 20


class Window(NamedTuple):
    """Hold the first day of a period and the first day after it."""

    begin: np.datetime64
    end: np.datetime64

    @property
    def days(self) -> int:
        """How long it is."""
        return int((self.end - self.begin) / DAY)

    def moved(self, days: int) -> Window:
        """Return as long a period some days later."""
        return Window(self.begin + days * DAY, self.end + days * DAY)

    def holds(self, day: np.ndarray) -> np.ndarray:
        """Tell which days (n,) lie in it; days not known do not."""
        return np.asarray((day >= self.begin) & (day < self.end))

    def words(self) -> str:
        """Return it in words."""
        return dates.days_in_words(self.begin, self.end - DAY)


class TrialPeriods(NamedTuple):
    """Hold the periods before and after, the same season a year earlier if the data reach, and placebo pairs, latest first."""

    before: Window
    after: Window
    season: Window | None
    placebos: tuple[tuple[Window, Window], ...]


def trial_periods(
    incidents: Incidents, start: Any, end: Any, before: Any, washout: int, parameters: Parameters
) -> TrialPeriods:
    """Choose the periods of a trial within those of the incidents; raise where there is nothing before or after."""
    whole = Window(*(moment.astype("M8[D]") for moment in extent(incidents)))
    began = day_of("start", start)
    after = Window(began + washout * DAY, end_of(incidents, whole, end, parameters))
    if after.days < 1:
        said = "the incidents end" if end is None else "it is to end"
        raise ValueError(
            f"The trial begins on {began}{f' and {washout} days are left out' if washout else ''}, but {said} with "
            f"{after.end - DAY}; give an earlier start{', or more incidents' if end is None else ' or a later end'}."
        )
    earlier = Window(began - _length(before, after, began, whole, parameters) * DAY, began)
    if earlier.begin < whole.begin:
        raise ValueError(
            f"The period before the trial begins on {earlier.begin}, and the incidents only on {whole.begin}; give a later "
            f"start, or fewer days before (before, at most {int((began - whole.begin) / DAY)})."
        )
    season = after.moved(-YEAR)
    reaches = season.begin >= whole.begin and season.end <= began
    return TrialPeriods(earlier, after, season if reaches else None, placebo_pairs(earlier, after, whole))


def day_of(name: str, value: Any) -> np.datetime64:
    """Return a date; raise where a time of day is given, as whole days are compared.

    >>> print(day_of("start", "2023-09"))
    2023-09-01
    """
    moment = selection.moment(name, value)
    day = moment.astype("M8[D]")
    if moment != day:
        raise ValueError(f"{name} must be a day, as whole days are compared, got {value!r}; give {day} or {day + DAY}.")
    return day


def refuse_late(began: np.datetime64, end: np.datetime64) -> None:
    """Raise where nothing lies after a start."""
    if began >= end:
        raise ValueError(f"start is {began}, and what is counted ends with {end - DAY}; give an earlier start.")


def end_of(incidents: Incidents, whole: Window, end: Any, parameters: Parameters) -> np.datetime64:
    """Return the first day after a trial: as asked for, else after the last day of which enough is reported."""
    if end is not None:
        asked = day_of("end", end)
        if asked > whole.end:
            raise ValueError(
                f"end is {asked}, and the incidents end with {whole.end - DAY}; give {whole.end} or earlier."
            )
        return asked
    safe = None
    if incidents.known_until is not None:
        category = incidents.selection.get("category")
        safe = measured_safe_end(incidents.whole, incidents.known_until.astype("M8[D]"), category)
    if safe is not None and safe + DAY < whole.end:
        why = f"the last day of which {100 * SHARE:.0f} % or more of the incidents are reported is the one before"
        parameters.choose("end", str(safe + DAY), why)
        return safe + DAY
    parameters.choose("end", str(whole.end), "the day after the last incidents")
    return whole.end


def _length(before: Any, after: Window, began: np.datetime64, whole: Window, parameters: Parameters) -> int:
    """Return how many days before the trial are taken."""
    if before is not None:
        return int(before)
    there = int((began - whole.begin) / DAY)
    if there < 1:
        raise ValueError(
            f"The trial begins on {began}, and there are no incidents before ({whole.begin} is the first day)."
        )
    long = min(after.days, there)
    why = "as long as the period after" if long == after.days else "all there are, fewer than in the period after"
    return int(parameters.choose("before", long, why, " days"))


def placebo_pairs(before: Window, after: Window, whole: Window) -> tuple[tuple[Window, Window], ...]:
    """Return earlier pairs of the same lengths, each ending where the one after it began to be a trial."""
    found = []
    for number in range(1, MOST_PLACEBOS + 1):
        # The first is over when the trial begins: nothing of it is in any.
        moved = -int((after.end - before.end) / DAY) - (number - 1) * after.days
        pair = before.moved(moved), after.moved(moved)
        if pair[0].begin < whole.begin:
            break
        found.append(pair)
    return tuple(found)
