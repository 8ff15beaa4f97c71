"""Getting incidents from a portal, or a CSV from anywhere, into a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ... import checks
from ...progress import Progress

PAGE_SIZE, TIMEOUT, TRIES = 20_000, 120.0, 6


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
        What the record holds: `url`, `retrieved` (UTC), `rows`, `counted` (by the portal), `sha256`, `bytes`, `columns`, the
        `first_day` and `last_day` of occurrence, `repeated_rows_removed` and `repeated_rows_that_differ` (all kept) with
        examples in `repeated`, and the `pages` with their rows, sums and times.

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
    page_size, tries = checks.whole("page_size", page_size), checks.whole("tries", tries)
    timeout = checks.positive("timeout", timeout, "seconds")
    from .downloading import download  # not when the package is imported

    return download(url, output, page_size, timeout, tries, progress)


@contextmanager
def temporary_copy(url: str, progress: Progress = None) -> Iterator[Path]:
    """Get what an address names into a file that is there for the length of the block."""
    import tempfile

    from .socrata import Query

    name = Path(Query.of(url).base.partition("?")[0]).name.partition(".")[0]
    with tempfile.TemporaryDirectory(prefix="lacrime_geo-") as folder:
        path = Path(folder) / f"{name or 'fetched'}.csv"
        fetch(url, path, progress=progress)
        yield path
