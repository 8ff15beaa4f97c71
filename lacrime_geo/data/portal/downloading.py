"""The way of a download: pages fetched, joined, checked against the portal's count, landed with their record beside."""

from __future__ import annotations

import json
import logging
import os
from datetime import date
from pathlib import Path
from typing import Any

from ...landing import Landing, explained
from ...progress import Progress, within
from .csv_records import names_of
from .page_joining import Joined, join
from .part_folder import PartFolder, now, sum_of
from .patience import Patience
from .portal_columns import IDENTIFIERS
from .portal_pages import UNCOUNTED, Source, fetch_pages, times_at_portal
from .portal_query import first_day_asked
from .socrata import Query
from .web_answers import Limits

log = logging.getLogger("lacrime_geo")
# Bytes of a page, and of a plain file, which comes in one piece.
LARGEST_PAGE, LARGEST_FILE = 1 << 28, 1 << 34
# An answer may take so many times longer than a server may be silent; a plain file as long as it comes.
SLOWEST = 10
# Which part of a run fetching is; the rest is joining the pages.
FETCHING = 0.9
# Days without a row at the begin of the period asked for, before that is said.
LATE = 31


def download(
    url: str, output: str | os.PathLike[str], page_size: int, timeout: float, tries: int, progress: Progress
) -> dict[str, Any]:
    """Get what an address names into a file; see `fetch`."""
    query = Query.of(url)
    paged = Limits(timeout, LARGEST_PAGE, SLOWEST * timeout)
    limits = paged if query.paged else Limits(timeout, LARGEST_FILE, float("inf"))
    return fetched(Source(query, page_size, limits, Patience(tries), progress), output)


def fetched(source: Source, output: str | os.PathLike[str]) -> dict[str, Any]:
    """Get what a source gives into a file."""
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
    from ... import __version__

    return {
        "file": staged.name,
        "url": query.address,
        "retrieved": now(),
        "rows": joined.rows,
        "counted": None if part.counted == UNCOUNTED else part.counted,
        "sha256": sum_of(staged),
        "bytes": staged.stat().st_size,
        "columns": names_of(part.header.encode("latin-1")),
        "identifier": joined.identifier,
        "first_day": joined.first,
        "last_day": joined.last,
        "repeated_rows_removed": joined.removed,
        "repeated_rows_that_differ": joined.differing,
        "repeated": joined.examples,
        "pages": [{name: value for name, value in page._asdict().items() if name != "file"} for page in part.pages],
        "version": __version__,
    }


def _announce(record: dict[str, Any], query: Query) -> None:
    """Say what was odd about the rows that came."""
    for name, what in (
        ("repeated_rows_removed", "rows that came twice, as rows shifted meanwhile, one of each is kept"),
        ("repeated_rows_that_differ", "rows that have the number of another and differ, all are kept"),
    ):
        if record[name]:
            log.warning("%s: %s, such as %s", what, f"{record[name]:,}", ", ".join(record["repeated"]))
    if record["identifier"] is None and len(record["pages"]) > 1:
        log.info("no column tells the rows apart (%s): whether any came twice is not checked", ", ".join(IDENTIFIERS))
    if len({page["updated"] for page in record["pages"]}) > 1:
        log.warning("the portal changed its data while they were fetched; as many rows came as it counts")
    asked, first = first_day_asked(query.options.get("$where", "")), record["first_day"]
    if asked and first and (date.fromisoformat(first) - date.fromisoformat(asked)).days > LATE:
        log.warning("asked for was from %s on, and the first row is of %s: the data set may begin later", asked, first)
