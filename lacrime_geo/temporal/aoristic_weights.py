"""Aoristic weights: which share of the time in which each incident may have happened lies in some hours of the week."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..frames import UNTIL_COLUMN
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters
from ..progress import Progress, advance
from ..results import Marks
from .known_spans import spans_of
from .week_hours import asked_hours, share_within


def aoristic(
    incidents: Any,
    *,
    hours: str | None = None,
    weekdays: str | None = None,
    progress: Progress = None,
) -> Marks:
    """Weigh each incident by the share of its time span, from start to end, that lies in some hours and weekdays.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with start (`occurred`) and end (`occurred_until`). Those without a
        place count as well.
    hours : hours of the day such as "18-22", from 18:00 until before 22:00, around midnight too ("22-4"), or several
        ("6-9, 16-19"). Default: all.
    weekdays : days of the week such as "Sat-Sun" or "Mon, Wed-Fri". Each hour is of the day on which it is: of "Fri" with
        "22-4" are Friday's first four hours and its last two. Default: all.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Marks
        The input with `weight`, from 0 to 1, and `span_hours`, the hours from start to end: 0 where the start alone is known,
        NaN where no time is, which weighs 0.

        In a script they are the weights of a further analysis: `kde(incidents, weight=aoristic(incidents, hours="18-22"))`
        is the density of that shift.

    Raises
    ------
    ValueError
        If neither hours nor weekdays are given, or the incidents have no times or no ends.

    Notes
    -----
    Ratcliffe 2000 (doi 10.1080/136588100424963): of an incident that happened at some time between start and end, each hour has
    the share that it holds of the span, as if every moment were as likely. Parts of hours count by their minutes. Spans go on
    over midnight and over the end of the week; in one longer than a week each of the 168 hours has the same share. Where there is
    no end, or it is the start or earlier, the incident is in its start hour. Times are the local wall clock: the hour that is
    skipped or comes twice when clocks are changed is not allowed for. Incidents whose time of day is a placeholder (column
    `time_placeholder`) are taken as not known, and counted. Over all 168 hours the weights of an incident sum to 1.

    Examples
    --------
    >>> start = np.array(["2023-10-02T08:00", "2023-10-02T08:00", "2023-10-02T14:33"], dtype="M8[s]")
    >>> end = np.array(["2023-10-02T16:00", "2023-10-02T13:00", "2023-10-02T14:33"], dtype="M8[s]")
    >>> points = Incidents(np.zeros(3), np.zeros(3), when=start, until=end, crs="EPSG:32611")
    >>> aoristic(points, hours="12-16")["weight"].tolist()
    [0.5, 0.2, 1.0]
    """
    if hours is None and weekdays is None:
        raise ValueError('Which hours are wanted? Give hours, such as "18-22", or weekdays, such as "Sat-Sun".')
    wanted = asked_hours(hours, weekdays)
    everything = as_incidents(incidents)
    _require_ends(everything)
    parameters = Parameters(layer=everything.label, incidents=everything.size, period=everything.period)
    parameters.update(everything.selection)
    parameters.update(asked_hours=hours or "all", asked_weekdays=weekdays or "all")
    advance(progress, 0.1)
    spans = spans_of(everything, parameters)
    advance(progress, 0.5)
    weight, span = np.zeros(everything.size), np.full(everything.size, np.nan)
    weight[spans.known] = share_within(spans.start, spans.seconds, wanted)
    span[spans.known] = spans.hours
    _tell(weight, spans.known, wanted, parameters)
    advance(progress, 1.0)
    asked = " ".join(part for part in (weekdays, f"{hours} h" if hours else None) if part)
    label = everything.titled(f"Incidents by the share of their time in {asked}")
    return Marks({"weight": weight, "span_hours": span}, parameters, everything, "aoristic", label)


def _require_ends(incidents: Incidents) -> None:
    if incidents.size and (incidents.until is None or np.isnat(incidents.until).all()):
        lack = "have no ends" if incidents.until is None else "have ends that are all missing"
        raise ValueError(
            f"The incidents of {incidents.label!r} {lack}: aoristic weights need a column {UNTIL_COLUMN!r} of dates and times "
            "beside the start, or name the one that has them (until_column)."
        )


def _tell(weight: np.ndarray, known: np.ndarray, wanted: np.ndarray, parameters: Parameters) -> None:
    """Say how many incidents may have been in the wanted hours, and what their weights sum to."""
    some, total = int((weight > 0).sum()), float(weight.sum())
    parameters["weight_sum"] = total
    parameters.tell(
        f"{some:,} of {int(known.sum()):,} incidents with a known time may have happened in these {int(wanted.sum())} of the "
        f"week's 168 hours; their weights sum to {total:,.1f}"
    )
    if not some:
        parameters.warn("No incident can have happened in these hours: all weights are 0.")
