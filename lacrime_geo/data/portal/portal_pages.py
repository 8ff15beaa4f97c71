"""Asking a portal for the pages of a query, one after another, and how many rows there should be."""

from __future__ import annotations

import logging
from typing import NamedTuple

from ...progress import Progress, within
from .csv_records import Body, fields, names_of, records, whole
from .part_folder import PartFolder
from .patience import Passing, Patience
from .socrata import Query
from .web_answers import Limits, receive

log = logging.getLogger("lacrime_geo")
UNCOUNTED = -1
# In how many numbers of rows the portal is asked for at once.
ASKED_AT_ONCE = 100
# How often rows that turn up behind the last page are fetched too.
TIMES_MORE = 5


class Source(NamedTuple):
    """Hold what is asked, how many rows at once, how patiently, and who is told."""

    query: Query
    page_size: int
    limits: Limits
    patience: Patience
    progress: Progress


def fetch_pages(source: Source, part: PartFolder) -> bool:
    """Fetch the pages that are not there yet, up to as many rows as the portal counts; tell whether rows went meanwhile.

    Raises
    ------
    ValueError
        If no row fits the query, or the columns change between pages.
    OSError
        If the portal cannot be reached, refuses, or does not answer in time.
    """
    part.begin(_counted(source, part))
    if part.counted == 0:
        raise ValueError("No row fits the query; choose a longer period, or fewer conditions.")
    if part.counted == UNCOUNTED:
        _fetch_uncounted(source, part)
        return False
    begun = part.counted
    for _ in range(TIMES_MORE):
        while part.rows < part.counted and _fetch_page(source, part, min(source.page_size, part.counted - part.rows)):
            pass
        before = part.counted
        part.recount(_counted(source, part))
        if part.counted <= before or part.rows < before:
            break
    return part.counted < begun


def times_at_portal(source: Source, column: str, values: list[str]) -> dict[str, int] | None:
    """Return how often the portal has each of some values in a column; None where it does not tell."""
    found: dict[str, int] = {}
    try:
        for begin in range(0, len(values), ASKED_AT_ONCE):
            rows = _table(
                source, source.query.count_each(column, values[begin : begin + ASKED_AT_ONCE]), source.progress
            )
            found.update({row[0]: int(row[1]) for row in rows})
    except (OSError, ValueError, IndexError) as problem:
        log.info("the portal does not tell how often it has the rows that came twice (%s): once is assumed", problem)
        return None
    return found


def _counted(source: Source, part: PartFolder) -> int:
    """Return how many rows the portal counts of those asked for, UNCOUNTED where it does not."""
    if not source.query.countable:
        return UNCOUNTED
    rows = _table(source, source.query.count_all(), _at(source, part))
    try:
        return source.query.asked_of(int(rows[0][0]))
    except (ValueError, IndexError):
        log.warning("the portal does not count its rows: whether all of them came is not checked")
        return UNCOUNTED


def _table(source: Source, url: str, progress: Progress) -> list[list[str]]:
    """Return the rows of a short answer."""

    def asked() -> list[list[str]]:
        parts: list[bytes] = []
        receive(url, parts.append, source.limits, progress)
        body = b"".join(parts)
        if not body.endswith(b"\n"):
            raise Passing("a short answer broke off")
        return [fields(record) for record in records(body.splitlines(keepends=True))]

    return source.patience.insist(asked, progress)[1:]


def _fetch_uncounted(source: Source, part: PartFolder) -> None:
    """Fetch the one page of a plain file, or pages until one is empty."""
    if source.query.paged:
        while _fetch_page(source, part, source.page_size):
            pass
    elif not part.pages:
        _fetch_page(source, part, 0)
    if not part.rows:
        raise ValueError("The answer has a header and no rows; look at the address.")


def _fetch_page(source: Source, part: PartFolder, rows: int) -> int:
    """Fetch a page and keep it; return how many rows it has, 0 where the portal has no more."""
    progress = _at(source, part)

    def asked() -> int:
        with part.new_file() as (path, write):
            updated = receive(source.query.page(part.rows, rows), write, source.limits, progress)
            body = whole(path, source.query.paged)
            _refuse_other_columns(part, body)
            if source.query.paged and body.rows > rows:
                raise OSError(f"{rows:,} rows were asked for and {body.rows:,} came: the server does not give pages.")
            if body.rows == 0:
                _refuse_early_end(source, part)
                return 0
            part.keep(path, body.header, body.rows, updated)
            return body.rows

    found = source.patience.insist(asked, progress)
    if found:
        log.info("%s%s rows", f"{part.rows:,}", f" of {part.counted:,}" if part.counted > 0 else "")
    return found


def _refuse_early_end(source: Source, part: PartFolder) -> None:
    """Raise when an answer without rows came although the portal still counts more."""
    if part.counted > 0 and _counted(source, part) > part.rows:
        raise Passing(f"no row came after {part.rows:,} of {part.counted:,}")


def _refuse_other_columns(part: PartFolder, body: Body) -> None:
    if not part.header or body.header == part.header.encode("latin-1"):
        return
    before = names_of(part.header.encode("latin-1"))
    changes = [f"{name} is gone" for name in before if name not in body.names]
    changes += [f"{name} is new" for name in body.names if name not in before]
    how = ", ".join(changes) or "they stand in another order"
    raise ValueError(
        f"The columns changed while the data were fetched, after row {part.rows:,}: {how}; delete the folder {part.path.name} to "
        "fetch all rows in the new columns."
    )


def _at(source: Source, part: PartFolder) -> Progress:
    """Return a progress that stays where the rows so far have brought it."""
    done = min(part.rows / part.counted, 1.0) if part.counted > 0 else 0.0
    return within(source.progress, done, done)
