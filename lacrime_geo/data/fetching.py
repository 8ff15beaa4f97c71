"""Getting incidents from a portal: page by page, checked, resumable, landed as one file with its record beside."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from ..landing import Landing, explained
from ..progress import Progress, within
from .csv_records import names_of
from .page_joining import Joined, join
from .part_folder import PartFolder, sum_of
from .patience import Patience
from .portal_pages import UNCOUNTED, Source, fetch_pages, times_at_portal
from .portal_query import first_day_asked
from .socrata import Query
from .web_answers import Limits

log = logging.getLogger("lacrime_geo")
PAGE_SIZE, TIMEOUT, TRIES = 20_000, 120.0, 6
# Bytes of a page, and of a plain file, which comes in one piece.
LARGEST_PAGE, LARGEST_FILE = 1 << 28, 1 << 34
# Which part of a run fetching is; the rest is joining the pages.
FETCHING = 0.9
# Days without a row at the begin of the period asked for, before that is said.
LATE = 31


def fetch(
    url: str,
    output: str | os.PathLike[str],
    *,
    page_size: int = PAGE_SIZE,
    timeout: float = TIMEOUT,
    tries: int = TRIES,
    progress: Progress = None,
) -> dict[str, Any]:
    """Get what an address names as one CSV file, page by page, and write beside it where it is from.

    A run that ends early, for whatever reason, leaves its pages in the folder ``<output>.part``; the same call goes on from
    there and does not fetch again what was found whole. The file itself appears only when all is there: as many rows as the
    portal counts, in the same columns.

    Parameters
    ----------
    url : address of a query to a Socrata portal, as `lapd_url` makes it, or of a CSV file.
    output : file to write, ending in .csv; its record is ``<output>.json``.
    page_size : rows asked for at once.
    timeout : seconds that the server may be silent.
    tries : how often a page is asked for, with growing waits between, or those that the server asks for.
    progress : function of a fraction in 0…1 that returns False to stop, or None.

    Returns
    -------
    dict
        What the record holds: `file, url, retrieved` (UTC)`, rows, counted` (by the portal)`, sha256, columns, first_day,
        last_day` (of occurrence)`, repeated_rows_removed, repeated_rows_that_differ` (kept)`, repeated` (examples)`, pages`.

    Raises
    ------
    ValueError
        If the address is none of the web, no row fits, the columns change between pages, or rows are missing even after
        all of them were fetched twice.
    OSError
        If the server cannot be reached, refuses, or does not answer in time; or the file cannot be written.

    Notes
    -----
    No key is needed; an application token in the environment variable LACRIME_APP_TOKEN is sent along, by https only. The
    dates a portal keeps are of no time zone, and stay as they are.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> url = lg.lapd_url(since="2023-09-01", until="2023-11-01", category="burglary")
    >>> record = lg.fetch(url, "burglaries.csv")  # doctest: +SKIP
    """
    if page_size < 1 or tries < 1 or timeout <= 0:
        raise ValueError(f"page_size ({page_size}), timeout ({timeout}) and tries ({tries}) must be positive.")
    query = Query.of(url)
    limits = Limits(timeout, LARGEST_PAGE if query.paged else LARGEST_FILE)
    return fetched(Source(query, page_size, limits, Patience(tries), progress), output)


@contextmanager
def temporary_copy(url: str, progress: Progress = None) -> Iterator[Path]:
    """Get what an address names into a file that is there for the length of the block."""
    name = Path(Query.of(url).base.partition("?")[0]).name.partition(".")[0]
    with tempfile.TemporaryDirectory(prefix="lacrime_geo-") as folder:
        path = Path(folder) / f"{name or 'fetched'}.csv"
        fetch(url, path, progress=progress)
        yield path


def fetched(source: Source, output: str | os.PathLike[str]) -> dict[str, Any]:
    """Get what a source gives into a file; see `fetch`."""
    target = Path(output)
    if target.suffix.lower() != ".csv":
        raise ValueError(f"What is fetched is CSV: name an output that ends in .csv, got {str(output)!r}.")
    with Landing() as landing:
        staged, beside = landing.stage(target), landing.stage(target.with_name(f"{target.name}.json"))
        part = PartFolder(target.resolve(), source.query.address)
        with part.told():
            joined = _complete(source, part, staged)
            record = _record(source.query, part, joined, staged)
            with explained(target):
                beside.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.remove()
    _announce(record, source.query)
    return record


def _complete(source: Source, part: PartFolder, staged: Path) -> Joined:
    """Fetch the pages and join them; all of them once more when the data changed meanwhile."""
    fetching, joining = (within(source.progress, *part_of) for part_of in ((0.0, FETCHING), (FETCHING, 1.0)))
    source = source._replace(progress=fetching)
    for last in (False, True):
        rows_went = fetch_pages(source, part)
        files = [part.file(page) for page in part.pages]
        with explained(staged), staged.open("wb") as output:
            joined = join(files, output, lambda column, values: times_at_portal(source, column, values), joining)
        amiss = _amiss(part, joined, rows_went)
        # Pages of two states are not taken at once, but where their number is right in the end.
        if not amiss and (last or len({page.updated for page in part.pages}) == 1):
            return joined
        if not last:
            log.warning("%s; all rows are fetched once more", amiss or "The portal changed its data meanwhile")
            part.empty()
    part.set_aside()
    raise ValueError(f"{amiss}, and so again when all were fetched once more; fetch later, or shorter periods.")


def _amiss(part: PartFolder, joined: Joined, rows_went: bool) -> str:
    """Return what is wrong with the number of rows, "" where it is right."""
    missing = 0 if part.counted == UNCOUNTED else part.counted - (joined.rows - joined.differing)
    if missing > 0:
        return (
            f"{missing:,} of the {part.counted:,} rows that the portal counts did not come, as rows shifted meanwhile"
        )
    if missing < 0:
        return f"{joined.rows:,} rows came, and the portal counts {part.counted:,} now"
    # Their places were taken by others, of which as many may have been passed over.
    return "Rows went from the portal while they were fetched" if rows_went else ""


def _record(query: Query, part: PartFolder, joined: Joined, staged: Path) -> dict[str, Any]:
    """Return where a file is from and what became of the rows that came."""
    from .. import __version__

    return {
        "file": staged.name,
        "url": query.address,
        "retrieved": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rows": joined.rows,
        "counted": None if part.counted == UNCOUNTED else part.counted,
        "sha256": sum_of(staged),
        "bytes": staged.stat().st_size,
        "columns": names_of(part.header.encode("latin-1")),
        "first_day": joined.first,
        "last_day": joined.last,
        "repeated_rows_removed": joined.removed,
        "repeated_rows_that_differ": joined.differing,
        "repeated": joined.examples,
        "pages": [
            {"offset": page.offset, "rows": page.rows, "sha256": page.sha256, "updated": page.updated}
            for page in part.pages
        ],
        "version": __version__,
    }


def _announce(record: dict[str, Any], query: Query) -> None:
    """Say what was odd about the rows that came."""
    removed, differing, examples = (
        record[name] for name in ("repeated_rows_removed", "repeated_rows_that_differ", "repeated")
    )
    shown = f"such as {', '.join(examples)}"
    if removed:
        log.warning("%s rows came twice, %s, as rows shifted meanwhile: one of each is kept", f"{removed:,}", shown)
    if differing:
        log.warning(
            "%s rows came with a number that others have, %s, and differ: all are kept", f"{differing:,}", shown
        )
    if len({page["updated"] for page in record["pages"]}) > 1:
        log.warning("the portal changed its data while they were fetched; as many rows came as it counts")
    asked, first = first_day_asked(query.options.get("$where", "")), record["first_day"]
    if asked and first and (date.fromisoformat(first) - date.fromisoformat(asked)).days > LATE:
        log.warning("asked for was from %s on, and the first row is of %s: the data set may begin later", asked, first)
