"""All detectors on the records of an agency: what each found, in the order in which a reader would ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...progress import Progress, advance, within
from ..rules import Finding
from ..tables import Column, Texts
from .place_checks import missing_places, mixed_systems, shared_places, stray_places, swapped_places, zero_places
from .record_checks import alike_rows, codes, dry_columns, filled, like_an_id, repeated_ids
from .records import Records
from .snapping import rounded_places, snapped_places
from .time_checks import blank_dates, first_days, minutes_of, placeholder_times, round_times, stray_dates
from .week_checks import incomplete_weeks, recording_breaks, records_system_change
from .weeks import Weeks


def detected(records: Records, progress: Progress = None) -> list[Finding]:
    """Return the findings of all detectors that records have columns for: as the audit's lines, with what was `computed`."""
    found: list[Finding] = []
    groups: tuple[Callable[[Records], list[Finding]], ...] = (_of_places, _of_times, _of_weeks, _of_ids)
    for number, look in enumerate(groups):
        found += look(records)
        advance(progress, 0.1 * (number + 1))
    found += _of_rows(records, within(progress, 0.4, 1.0))
    advance(progress, 1.0)
    return found


def plain_lines(findings: list[Finding]) -> list[Finding]:
    """Return findings as lines of an audit, without what was computed."""
    return [{name: line[name] for name in ("rule", "rows", "examples", "action")} for line in findings]


def _of_places(records: Records) -> list[Finding]:
    x, y, scale = records.x, records.y, records.scale
    rounded = rounded_places(x, y, scale)
    return [
        missing_places(x, y),
        zero_places(x, y),
        swapped_places(x, y),
        mixed_systems(x, y),
        stray_places(x, y, scale),
        shared_places(x, y),
        rounded,
        snapped_places(x, y, scale, rounded["computed"]["step_m"]),
    ]


def _of_times(records: Records) -> list[Finding]:
    if records.when is None:
        return []
    minute = minutes_of(records.when, records.clockless)
    usual, stray = stray_dates(records.when)
    return [
        *blank_dates(records.when, records.reported),
        stray,
        placeholder_times(minute),
        round_times(minute),
        first_days(usual),
    ]


def _of_weeks(records: Records) -> list[Finding]:
    if records.when is None:
        return []
    usual, _ = stray_dates(records.when)
    weeks = Weeks.of(usual)
    area, names = _areas(records)
    incomplete = incomplete_weeks(weeks, usual, records.reported, area)
    # Weeks that are not complete are no break of the records.
    begin = [np.datetime64(day) for day in incomplete["computed"]["weeks"]]
    whole = weeks.until(min(begin)) if begin else weeks
    return [
        records_system_change(records.when, records.agency),
        recording_breaks(whole, area, names),
        incomplete,
        dry_columns({name: filled(column) for name, column in records.columns.items()}, weeks),
    ]


def _of_ids(records: Records) -> list[Finding]:
    return [repeated_ids(_values(records.columns[records.id_column]))] if records.id_column else []


def _of_rows(records: Records, progress: Progress) -> list[Finding]:
    if records.when is None or not (minutes_of(records.when, records.clockless) >= 0).any():
        # Of a day and a place alone many are alike.
        return []
    compared = [
        name for name, column in records.columns.items() if name != records.id_column and not like_an_id(column)
    ]
    return [alike_rows(records.columns, compared, [records.when, records.x, records.y], progress)]


def _areas(records: Records) -> tuple[np.ndarray | None, list[str]]:
    """Return the number of each row's area (n,), −1 for none, and the names of the areas."""
    if records.area_column is None:
        return None, []
    column = records.columns[records.area_column]
    if isinstance(column, Texts):
        return column.code.astype(np.int64) - 1, [str(value) for value in column.distinct[1:]]
    code = codes(column)
    names = dict(zip(code.tolist(), column.tolist()))
    return code, [_name(names.get(number)) for number in range(int(code.max(initial=-1)) + 1)]


def _name(value: Any) -> str:
    text = str(value)
    return text[:-2] if text.endswith(".0") else text


def _values(column: Column) -> np.ndarray:
    return column.values if isinstance(column, Texts) else column
