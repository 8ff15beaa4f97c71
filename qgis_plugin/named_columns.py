"""Which columns of a layer of incidents are read: those named, or those called as usual, by what they hold."""

from typing import NamedTuple, Optional

from .lacrime_geo.agencies import NIBRS_COLUMN, SCHEMA_COLUMN
from .lacrime_geo.frames import CATEGORY_COLUMN, PLACEHOLDER_COLUMN, REPORTED_COLUMN, TIME_COLUMN, UNTIL_COLUMN


class Spans(NamedTuple):
    """That the ends of incidents are read, of a column or the usual one, and which times of day are placeholders."""

    column: Optional[str]


class Named(NamedTuple):
    """The columns of incidents by what they hold, None for those that are not read or not there."""

    when: Optional[str]
    until: Optional[str]
    reported: Optional[str]
    category: Optional[str]
    placeholder: Optional[str]
    schema: Optional[str]


def named(fields, time_column, category_column, reports, spans):
    """Return the columns asked for, or the usual ones."""
    names = fields.names()

    def usual(name):
        return name if name in names else None

    return Named(
        when=time_column or usual(TIME_COLUMN),
        until=(spans.column or column_of_dates(fields, UNTIL_COLUMN)) if spans else None,
        reported=column_of_dates(fields, REPORTED_COLUMN) if reports else None,
        category=category_column or usual(CATEGORY_COLUMN),
        placeholder=usual(PLACEHOLDER_COLUMN) if spans else None,
        schema=usual(SCHEMA_COLUMN) if NIBRS_COLUMN in names else None,
    )


def column_of_dates(fields, name):
    """Return the name of a column if it holds dates, else None."""
    return name if name in columns_of_dates(fields) else None


def columns_of_dates(fields):
    """Return the names of the columns that hold dates: a time of day alone is none."""
    return [field.name() for field in fields if field.isDateOrTime() and field.typeName().lower() != "time"]
