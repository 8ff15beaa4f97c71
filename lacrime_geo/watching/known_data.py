"""The data as they are known on a day: which incidents, how far they are whole, and what tells them from those of another run."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..alerting.whole_days import FRESH
from ..delays.period_guards import USUAL_LAG, measured_safe_end
from ..features import Features
from ..fingerprints import digest_of, fingerprint
from ..forecasting.count_ends import known_on
from ..frames import PLACEHOLDER_COLUMN
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters
from ..refusals import refuse_weights
from ..temporal.count_series import DAY, named, polygons_of
from ..temporal.step_rows import areas_of

# The name of the series of all areas together.
ALL = "all"
# Times that stand for unknown ones where no column tells: 00:00, 00:01 and 12:00.
STAND_INS = (0, 1, 720)


class Known(NamedTuple):
    """Hold incidents as known on a day, and what is told of them.

    `day` (n,) is that of the report, or of the incident where none is told (`by_report`); `area` (n,) the number of the polygon,
    −1 for none; `without` says of each row (n,) whether it lacks a place, a date, a category or a time of day, None where the
    file has no such column.
    """

    incidents: Incidents
    fingerprint: str
    known_until: np.datetime64
    whole_until: np.datetime64
    measured: bool
    by_report: bool
    day: np.ndarray
    occurred: np.ndarray
    names: np.ndarray
    polygons: Features | None
    area: np.ndarray
    without: dict[str, np.ndarray | None]

    @property
    def first(self) -> np.datetime64:
        """The day of the first incident."""
        found: np.datetime64 = self.occurred[~np.isnat(self.occurred)].min()
        return found

    @property
    def last(self) -> np.datetime64:
        """The day of the last incident."""
        found: np.datetime64 = self.occurred[~np.isnat(self.occurred)].max()
        return found


def known_data(incidents: Any, areas: Any, category: Any, as_of: Any, parameters: Parameters) -> Known:
    """Return the data of a run.

    Raises
    ------
    ValueError
        If there are no dates, the incidents weigh differently, or nothing was known on the day.
    """
    chosen = _chosen(incidents, category, as_of, parameters)
    occurred = np.asarray(chosen.when).astype("M8[D]")
    known_until = _known_until(chosen, occurred, as_of, parameters)
    safe = measured_safe_end(chosen.whole, known_until, chosen.selection.get("category"))
    whole_until = known_until - USUAL_LAG * DAY if safe is None else safe
    polygons = None if areas is None else polygons_of(areas, chosen.crs)
    told = chosen.reported is not None and not np.isnat(chosen.reported).all()
    return Known(
        incidents=chosen,
        fingerprint=_fingerprint(chosen, polygons, category),
        known_until=known_until,
        whole_until=min(whole_until, occurred[~np.isnat(occurred)].max()),
        measured=safe is not None,
        by_report=told,
        day=np.asarray(chosen.reported).astype("M8[D]") if told else occurred,
        occurred=occurred,
        names=np.array([ALL], dtype=object) if polygons is None else _names(polygons, parameters),
        polygons=polygons,
        area=np.zeros(chosen.size, dtype=np.int64) if polygons is None else areas_of(polygons, chosen),
        without=_without(chosen),
    )


def _chosen(incidents: Any, category: Any, as_of: Any, parameters: Parameters) -> Incidents:
    """Return the incidents of the categories asked for that were known on the day."""
    everything = as_incidents(incidents)
    refuse_weights(everything, "alarms and forecasts are of counts")
    if everything.when is None or np.isnat(everything.when).all():
        raise ValueError(
            f"The incidents of {everything.label!r} have no dates, without which nothing can be watched; name their column."
        )
    known = known_on(everything, as_of, parameters)
    return known if category is None else known.select(category=category)


def _known_until(incidents: Incidents, occurred: np.ndarray, as_of: Any, parameters: Parameters) -> np.datetime64:
    """Return the day of the latest report; of a file that was chosen by the time of the incident, that of the last incident."""
    assert incidents.known_until is not None
    day: np.datetime64 = incidents.known_until.astype("M8[D]")
    last = occurred[~np.isnat(occurred)].max()
    if as_of is not None or day - last <= FRESH:
        return day
    reason = f"the file ends with incidents of that day; what was reported up to {day} is of earlier ones alone"
    return np.datetime64(parameters.choose("known_until", str(last), reason))


def _names(polygons: Features, parameters: Parameters) -> np.ndarray:
    names = named(polygons, parameters).astype(str).astype(object)
    if ALL in names:
        raise ValueError(
            f"An area of {polygons.label!r} is named {ALL!r}, as the series of all areas is; give it another name."
        )
    return names


def _fingerprint(incidents: Incidents, polygons: Features | None, category: Any) -> str:
    """Return what tells data of two runs apart; the dates of report are of it, by which rows are known."""
    parts = [fingerprint(incidents), "-" if polygons is None else fingerprint(polygons), str(category)]
    reported = b"-" if incidents.reported is None else incidents.reported.astype("M8[s]").astype(np.int64).tobytes()
    return digest_of([*(part.encode() for part in parts), reported])


def _without(incidents: Incidents) -> dict[str, np.ndarray | None]:
    when, category = incidents.when, incidents.category
    return {
        "place": ~incidents.placed,
        "date": None if when is None else np.isnat(when),
        "category": None if category is None else np.array([not _told(value) for value in category], dtype=bool),
        "time": _placeholders(incidents),
    }


def _told(value: Any) -> bool:
    return value is not None and value == value and str(value).strip() != ""


def _placeholders(incidents: Incidents) -> np.ndarray | None:
    """Return which times (n,) only stand for an unknown one; None where the file has no times of day."""
    source, when = incidents.source, incidents.when
    if source is not None and PLACEHOLDER_COLUMN in source:
        return np.asarray(source[PLACEHOLDER_COLUMN]).astype(bool)
    if when is None:
        return None
    minute = (when - when.astype("M8[D]")).astype("m8[m]").astype(np.int64)
    return np.isin(minute, STAND_INS) & ~np.isnat(when) if (minute[~np.isnat(when)] > 0).any() else None
