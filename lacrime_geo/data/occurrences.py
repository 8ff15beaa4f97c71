"""When the incidents of any agency's table happened: from when, until when, when reported, and whether the clock is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Optional

import numpy as np

from ..dates import OFFSET
from ..parameters import Parameters
from . import date_orders, rules
from .cleaning import blank, moments, noted, stripped, texts
from .clocks import seconds_of
from .column_guesses import called_date, is_date_column
from .column_words import REPORTED, is_of_something_else, plain_name
from .own_mapping import how
from .tables import Column, Texts

REMEDY = "choose another column, or mend the file"
DATES = ("date", "end", "reported")
Orders = Mapping[str, Optional[str]]
# In how many rows a guess may be contradicted before it is taken for wrong.
SHARE_WRONG = 0.01
WORDS = {"end": "end", "reported": "date of the report"}
LAST_SECOND = np.timedelta64(86_399, "s")


def orders_of_dates(
    columns: Mapping[str, Column], roles: Mapping[str, str], named: str | None, parameters: Parameters
) -> dict[str, str | None]:
    """Return for each column of dates in digits alone whether the month or the day comes first, None where nothing tells.

    The numbers above 12 tell it, in the column itself or else in the others of the file.

    Raises
    ------
    ValueError
        If a column that was chosen has such dates and nothing tells, or columns tell different orders and it none.
    """
    own = {name: _order(column) for name, column in columns.items() if _in_digits(column)}
    if named is not None:
        parameters["date_order"] = named
        return dict.fromkeys(own, named)
    told = {order: name for name, order in own.items() if order is not None}
    order = next(iter(told)) if len(told) == 1 else None
    found = {name: mine or order for name, mine in own.items()}
    chosen = [roles[role] for role in DATES if role in roles and roles[role] in found]
    for name in chosen:
        if found[name] is None:
            raise ValueError(_unsure(name, columns[name]))
    for name in chosen[:1]:
        parameters.choose("date_order", str(found[name]), _why(own[name], told.get(str(found[name]), name)))
    return found


def _unsure(name: str, column: Column) -> str:
    first = next(text for text in texts(column).distinct if text and date_orders.is_told_by([text]))
    return (
        f"The dates in {name!r} can be month/day or day/month, as no number tells (such as {first!r}); say "
        f"date_order='month/day' or date_order='day/month' {how('date_order')}, or write them as 2024-05-31."
    )


def _why(own: str | None, told_by: str) -> str:
    return "by its numbers above 12, or its dots" if own else f"by the numbers above 12 in {told_by!r}"


def _in_digits(column: Column) -> bool:
    """Tell whether any text is a date whose order must be known, though the first ones may be of another form."""
    if not isinstance(column, Texts):
        return False
    # Most columns hold no dates, and the first few texts show it.
    first = column.distinct[1:21]
    if date_orders.is_told_by(first):
        return True
    return not np.isnat(date_orders.parse(first)).all() and date_orders.is_told_by(column.distinct[21:])


def _order(column: Column) -> str | None:
    """Return the order that a column of dates tells; None where it tells none or holds no dates."""
    tried = texts(column).distinct[1:]
    order = date_orders.order_of(tried)
    return None if np.isnat(date_orders.parse(tried[:20], order)).all() else order


def occurrence(
    columns: Mapping[str, Column],
    roles: Mapping[str, str],
    orders: Orders,
    guessed: Collection[str],
    audit: list[rules.Finding],
) -> dict[str, Column]:
    """Return when incidents occurred, until when, when reported, as far as there are columns of these; NaT where unknown.

    A date without its time of day stands at midnight and is flagged in time_placeholder; as an end it is the end of that day.

    Raises
    ------
    ValueError
        If an end or a report that was guessed lies before the date in many rows: then it holds something else.
    """
    if "date" not in roles:
        return {}
    start, unknown = _moment(columns, roles, "date", "time", orders, audit)
    action = "the date is kept at midnight and flagged in time_placeholder"
    audit.append(rules.finding("time_unknown", unknown & ~np.isnat(start), start, action))
    audit += _with_offsets(columns[roles["date"]], start)
    made: dict[str, Column] = {"occurred": start, "time_placeholder": unknown | np.isnat(start)}
    if "end" in roles:
        made["occurred_until"] = _until(columns, roles, start, orders, audit)
        _require_right_guess(audit[-1], roles, "end", guessed, start)
    if "reported" in roles:
        made["reported"] = noted(audit, _read(columns, roles["reported"], "reported", orders))
        made["occurred"] = noted(audit, rules.occurred_after_reported(start, np.asarray(made["reported"])))
        _require_right_guess(audit[-1], roles, "reported", guessed, start)
    elif any(plain_name(roles["date"]).endswith(word) for word in REPORTED):
        known = ~np.isnat(start)
        action = "taken as when it occurred: no column says that, so what happened earlier stands too late"
        audit.append(rules.finding("occurred_is_reported", known, np.full(known.size, roles["date"]), action))
    return made


def _with_offsets(date: Column, start: np.ndarray) -> list[rules.Finding]:
    """Return which rows say how far their clock is from UTC, if any: it is not applied, and Z is no local time."""
    if not isinstance(date, Texts):
        return []
    told = date.each(lambda distinct: [bool(text and ":" in text and OFFSET.search(text.strip())) for text in distinct])
    rows = np.asarray(told, dtype=bool) & ~np.isnat(start)
    action = "the clock is kept as it is written, and its offset is not applied: with Z it is the clock of Greenwich"
    return [rules.finding("occurred_with_offset", rows, date.values, action)] if rows.any() else []


def _require_right_guess(
    found: rules.Finding, roles: Mapping[str, str], role: str, guessed: Collection[str], start: np.ndarray
) -> None:
    """Raise where a column that was guessed contradicts the date too often."""
    if role in guessed and found["rows"] > max(5, SHARE_WRONG * int((~np.isnat(start)).sum())):
        raise ValueError(
            f"The column {roles[role]!r} was taken for the {WORDS[role]}, but lies before {roles['date']!r} in {found['rows']:,} "
            f"of {start.size:,} rows, so one of the two holds something else; name what holds date and {role} "
            f"{how('date', role)}."
        )


def _until(
    columns: Mapping[str, Column],
    roles: Mapping[str, str],
    start: np.ndarray,
    orders: Orders,
    audit: list[rules.Finding],
) -> np.ndarray:
    """Return when incidents had occurred at the latest; an end before its start is none."""
    end, unknown = _moment(columns, roles, "end", "end_time", orders, audit)
    action = "taken as the end of that day"
    audit.append(rules.finding("until_time_unknown", unknown & ~np.isnat(end), end, action))
    end = np.where(unknown, end + LAST_SECOND, end)
    before = end < start
    audit.append(rules.finding("until_before_occurred", before, end, "occurred_until set to missing"))
    return np.where(before, np.datetime64("NaT", "s"), end)


def _moment(
    columns: Mapping[str, Column],
    roles: Mapping[str, str],
    date: str,
    time: str,
    orders: Orders,
    audit: list[rules.Finding],
) -> tuple[np.ndarray, np.ndarray]:
    """Return dates with their times of day, and where the time is not known: the date stands at midnight."""
    column = columns[roles[date]]
    moment = noted(audit, _read(columns, roles[date], date, orders))
    if time not in roles:
        return moment, _without_clock(column, moment)
    seconds = _seconds(columns[roles[time]])
    return moment.astype("M8[D]").astype("M8[s]") + np.nan_to_num(seconds).astype("m8[s]"), np.isnan(seconds)


def _read(
    columns: Mapping[str, Column], name: str, role: str, orders: Orders
) -> tuple[np.ndarray, list[rules.Finding]]:
    """Return dates, those of digits alone in the order that is known for the column."""
    column = columns[name]
    if is_date_column(column):
        return moments(column, role, REMEDY)
    bare = stripped(texts(column))
    found = bare.each(lambda distinct: date_orders.parse(distinct, orders.get(name)))
    return found, [rules.parsed(role, bare, found, blank(bare), np.isnat, REMEDY)]


def needs_no_time(columns: Mapping[str, Column], roles: Mapping[str, str], date: str) -> bool:
    """Tell whether there is no such date, or the dates have their times with them."""
    if date not in roles:
        return True
    column = columns[roles[date]]
    if isinstance(column, Texts):
        moment = date_orders.parse(column.distinct[1:], date_orders.order_of(column.distinct[1:]))
    else:
        moment = column.astype("M8[s]")
    return bool((_since_midnight(moment) > 0).any())


def _since_midnight(moment: np.ndarray) -> np.ndarray:
    known = np.where(np.isnat(moment), np.datetime64(0, "s"), moment)
    return np.asarray((known - known.astype("M8[D]")).astype(int))


def _seconds(column: Column) -> np.ndarray:
    if is_date_column(column):
        return _since_midnight(np.asarray(column).astype("M8[s]")).astype(float)
    return texts(column).each(seconds_of)


def _without_clock(date: Column, moment: np.ndarray) -> np.ndarray:
    """Return which rows of a date column have no time of day: all where every one is midnight, else those that give none."""
    if not (_since_midnight(moment) > 0).any():
        return np.ones(moment.size, dtype=bool)
    if isinstance(date, Texts):
        return date.each(lambda distinct: [text is None or ":" not in text for text in distinct])
    return np.isnat(moment)


def unread_dates(columns: dict[str, Column], taken: str | None) -> list[rules.Finding]:
    """Tell of a column that is called like a date and was not taken, as most of its dates cannot be read."""
    name = called_date(columns)
    column = None if name is None else columns[name]
    if name == taken or not isinstance(column, Texts):
        return []
    if is_of_something_else(str(name)):
        return [] if taken is not None else [_passed_over(str(name), column)]
    instead = "there are no times" if taken is None else f"{taken!r} is"
    action = f"the column {name!r} is not taken as the date, {instead}: dates are read as 2023-05-31, 05/31/2023 or 31.05.2023"
    order = date_orders.order_of(column.distinct)
    unread = ~blank(column) & np.isnat(column.each(lambda distinct: date_orders.parse(distinct, order)))
    return [rules.finding("date_unread", unread, column.values, action)] if unread.any() else []


def _passed_over(name: str, column: Texts) -> rules.Finding:
    action = (
        f"the column {name!r} is not taken as the date, there are no times: name it as date if it says when it happened"
    )
    return rules.finding("date_of_something_else", ~blank(column), column.values, action)
