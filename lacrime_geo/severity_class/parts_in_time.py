"""Which incidents are learned from, which fix thresholds and calibration, and which are scored: by time only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..risk.guards import refuse_late_threshold, refuse_random_split, refuse_records_change
from ..selection import moment

# The last fifth of all is scored, and of those before the last fifth fixes thresholds and calibration.
SHARE = 0.2
TRAIN, VALIDATION, TEST, LEFT_OUT = "train", "validation", "test", "left out"
# Fewer of a class tell nothing of it.
FEWEST = 10


@dataclass(frozen=True, eq=False)
class Parts:
    """Hold masks (n,) of the incidents that are learned from, that fix what comes after, and that are scored."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def named(self) -> np.ndarray:
        """Which part each incident is of (n,), in words."""
        found = np.full(self.train.size, LEFT_OUT, dtype=object)
        for name, mask in ((TRAIN, self.train), (VALIDATION, self.validation), (TEST, self.test)):
            found[mask] = name
        return found


def parts_of(incidents: Incidents, labelled: np.ndarray, test_since: Any, parameters: Parameters) -> Parts:
    """Return the parts of the incidents whose class is known (a mask), split by days.

    Scored are those that occurred from `test_since` on; learned from those that had occurred and been reported before. Of these
    the ones known last are for validation.

    Raises
    ------
    ValueError
        If the incidents have no times, or nothing is before or after the day.
    """
    when, known = _known(incidents, parameters)
    dated = labelled & ~np.isnat(when)
    out = int((labelled & ~dated).sum())
    parameters.note("undated", out, incidents_that(out, "has no date and is left out", "have no date and are left out"))
    if not dated.any():
        raise ValueError(
            f"None of the {incidents.size:,} incidents of {incidents.label!r} has a date and a class; look at their time column "
            "(time_column) and at the keys of the scale."
        )
    day = when.astype("M8[D]")
    refuse_records_change(day[dated].min(), day[dated].max() + np.timedelta64(1, "D"), incidents.agency)
    begin = _test_begin(day[dated], test_since, parameters)
    test = dated & (day >= begin)
    before = dated & (day < begin) & (known < begin)
    late = int((dated & (day < begin) & ~(known < begin)).sum())
    said = incidents_that(late, "was reported later and is", "were reported later and are")
    parameters.note("known_too_late", late, f"of those before {begin}, {said} left out")
    _refuse_none(before, test, begin, day[dated])
    middle = _quantile(known[before], parameters)
    train, validation = before & (known < middle), before & (known >= middle)
    refuse_random_split(known[before], when[test])
    refuse_late_threshold(known[validation], when[test])
    return Parts(train, validation, test)


def _known(incidents: Incidents, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return when incidents occurred, and from when on each was known."""
    when = incidents.when
    if when is None:
        raise ValueError(
            f"The incidents of {incidents.label!r} have no times, by which they are split; name their time column (time_column)."
        )
    if incidents.reported is None:
        parameters.warn(
            "The incidents have no dates of report: each is taken as known when it occurred, so that late reports are learned "
            "from too early."
        )
        return when, when
    reported = np.where(np.isnat(incidents.reported), when, incidents.reported)
    return when, np.maximum(when, reported)


def _test_begin(days: np.ndarray, asked: Any, parameters: Parameters) -> np.datetime64:
    """Return the first day that is scored."""
    if asked is not None:
        begin = moment("test_since", asked).astype("M8[D]")
        parameters["test_since"] = str(begin)
        return np.datetime64(begin)
    begin = np.sort(days)[min(int((1 - SHARE) * days.size), days.size - 1)]
    parameters.choose("test_since", str(begin), "the last fifth of the incidents by date is scored")
    return np.datetime64(begin)


def _quantile(known: np.ndarray, parameters: Parameters) -> np.datetime64:
    """Return the day from which on incidents to learn from are for validation."""
    middle = np.sort(known)[int((1 - SHARE) * known.size)].astype("M8[D]")
    reason = "the last fifth of those before, by when they were known, fixes calibration and thresholds"
    parameters.choose("validation_since", str(middle), reason)
    return np.datetime64(middle)


def _refuse_none(before: np.ndarray, test: np.ndarray, begin: np.datetime64, days: np.ndarray) -> None:
    if before.any() and test.any():
        return
    what = "to learn from, known before it" if test.any() else "to be scored, from it on"
    raise ValueError(
        f"With test_since {begin} there is no incident {what}; they run from {days.min()} to {days.max()}."
    )


def refuse_few(code: np.ndarray, names: tuple[str, ...], parts: Parts) -> None:
    """Raise where a part has too few incidents of a class.

    Parameters
    ----------
    code : the class of each incident (n,).
    names : of the classes.
    parts : of the incidents.

    Raises
    ------
    ValueError
        If there are fewer than ten.
    """
    for part, mask in ((TRAIN, parts.train), (VALIDATION, parts.validation), (TEST, parts.test)):
        many = np.bincount(code[mask], minlength=len(names))
        few = np.flatnonzero(many < FEWEST)
        if few.size:
            raise ValueError(
                f"The {part} part has {many[few[0]]:,} of {mask.sum():,} incidents of the class {names[few[0]]!r}, fewer than "
                f"{FEWEST}; take a longer period, another test_since, or fewer classes (cuts)."
            )
