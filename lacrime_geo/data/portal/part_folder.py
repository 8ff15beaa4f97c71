"""The pages of a download that is under way, kept in a folder with what proves them whole, so that it can go on later."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from ...landing import explained
from ...progress import Cancelled

log = logging.getLogger("lacrime_geo")
MANIFEST, VERSION = "manifest.json", 1


class Page(NamedTuple):
    """Hold what is known of a page: its file, which rows it holds, its sum, when it came, and of which state of the data."""

    file: str
    offset: int
    rows: int
    bytes: int
    sha256: str
    retrieved: str
    updated: str | None


class PartFolder:
    """The folder `<output>.part`: a manifest and the pages that are whole, in their order, without gaps."""

    def __init__(self, output: Path, url: str) -> None:
        """Open the folder, or begin a new one.

        Raises
        ------
        ValueError
            If it holds pages of another address.
        """
        self.path = output.with_name(f"{output.name}.part")
        self.url, self.counted, self.header, self.stale = url, -1, "", False
        self.pages: list[Page] = []
        with explained(self.path):
            self.path.mkdir(exist_ok=True)
        self._read_manifest()

    @property
    def rows(self) -> int:
        """How many rows the pages hold."""
        return sum(page.rows for page in self.pages)

    def file(self, page: Page) -> Path:
        """Return where a page lies."""
        return self.path / page.file

    def begin(self, counted: int) -> None:
        """Take the number of rows that the portal counts now; pages of when it was another one are of no use.

        Rows are found by where they stand, and after a change they stand elsewhere.
        """
        if self.pages and (self.stale or counted != self.counted):
            log.info(
                "the portal counts %s rows now, %s when the %s pages in %s were fetched: all are fetched anew",
                f"{counted:,}",
                f"{self.counted:,}",
                len(self.pages),
                self.path.name,
            )
            self.empty()
        if self.pages:
            log.info("%s rows are there from an earlier run, whole", f"{self.rows:,}")
        self.counted = counted
        self._write_manifest()

    def recount(self, counted: int) -> None:
        """Take a number of rows that the portal counts after the pages were fetched."""
        self.counted = counted
        self._write_manifest()

    @contextmanager
    def new_file(self) -> Iterator[tuple[Path, Callable[[bytes], None]]]:
        """Begin a file for a page, with what writes to it; it is gone afterwards unless it was kept."""
        with explained(self.path):
            number, name = tempfile.mkstemp(prefix="unfinished-", dir=self.path)
        file = os.fdopen(number, "wb")

        def write(part: bytes) -> None:
            with explained(self.path):
                file.write(part)
                file.flush()  # at once, so that a full disk is noticed here

        try:
            yield Path(name), write
        finally:
            file.close()
            with suppress(FileNotFoundError):
                os.unlink(name)

    def keep(self, path: Path, header: bytes, rows: int, updated: str | None) -> None:
        """Add a page that was found whole; it counts from the moment on that the manifest names it."""
        page = Page(
            f"page-{len(self.pages):06}.csv", self.rows, rows, path.stat().st_size, sum_of(path), now(), updated
        )
        with explained(self.path):
            os.replace(path, self.file(page))
        self.header = self.header or header.decode("latin-1")
        self.pages.append(page)
        self._write_manifest()

    def empty(self) -> None:
        """Forget all pages."""
        for page in self.pages:
            self.file(page).unlink(missing_ok=True)
        self.pages, self.header, self.stale = [], "", False

    def set_aside(self) -> None:
        """Note that the pages do not make a whole: the next run fetches them anew."""
        self.stale = True
        self._write_manifest()

    def remove(self) -> None:
        """Remove the folder, of which nothing is needed any more."""
        shutil.rmtree(self.path, ignore_errors=True)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say after whatever ends a download early how much of it is kept."""
        try:
            yield
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; {self._kept()}{self._going_on()}") from None
        except Cancelled:
            raise Cancelled(f"cancelled; {self._kept()}{self._going_on()}") from None
        except OSError as problem:
            sentence = problem.strerror or str(problem)
            raise OSError(f"{sentence.rstrip('.')}; {self._kept()}{self._going_on()}") from problem
        except ValueError as problem:
            raise ValueError(f"{str(problem).rstrip('.')}; {self._kept()}") from problem
        finally:
            if not self.pages:
                self.remove()

    def _kept(self) -> str:
        if not self.pages:
            return "nothing was written"
        pages = f"{len(self.pages)} page{'' if len(self.pages) == 1 else 's'}"
        return f"{self.rows:,} rows in {pages} are kept in {self.path.name}"

    def _going_on(self) -> str:
        return ", from where the same command goes on" if self.pages else ""

    def _read_manifest(self) -> None:
        try:
            text = (self.path / MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        try:
            kept = json.loads(text)
            pages = [Page(**page) for page in kept["pages"]]
            url, counted, header, stale = kept["url"], int(kept["counted"]), str(kept["header"]), bool(kept["stale"])
            if kept["version"] != VERSION or any(Path(page.file).name != page.file for page in pages):
                raise ValueError("it is of another version")
            if any(page.offset != sum(before.rows for before in pages[:number]) for number, page in enumerate(pages)):
                raise ValueError("its pages do not follow each other")
        except (ValueError, KeyError, TypeError) as problem:
            log.warning("%s cannot be read (%s): all pages are fetched anew", self.path.name, problem)
            return
        if url != self.url:
            raise ValueError(
                f"{str(self.path)!r} holds an unfinished download of another address ({url}); finish that one, name another "
                "output, or delete the folder."
            )
        self.counted, self.header, self.stale = counted, header, stale
        self.pages = self._verified(pages)

    def _verified(self, pages: list[Page]) -> list[Page]:
        """Return the pages up to the first that is not as it was written."""
        for number, page in enumerate(pages):
            path = self.file(page)
            if not path.is_file() or path.stat().st_size != page.bytes or sum_of(path) != page.sha256:
                log.warning("%s in %s is damaged: it is fetched again, with those after it", page.file, self.path.name)
                return pages[:number]
        return pages

    def _write_manifest(self) -> None:
        pages: list[dict[str, Any]] = [page._asdict() for page in self.pages]
        known = {
            "version": VERSION,
            "url": self.url,
            "counted": self.counted,
            "header": self.header,
            "stale": self.stale,
        }
        text = json.dumps({**known, "pages": pages}, indent=1)
        with explained(self.path):
            new = self.path / f"{MANIFEST}.new"
            new.write_text(text, encoding="utf-8")
            os.replace(new, self.path / MANIFEST)


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()
