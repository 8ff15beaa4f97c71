"""The bytes of a file, unpacked where it is gzipped or zipped; bombs, locks and archives in archives are refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz")
# Tables shrink to a third or a thirtieth; what shrinks to less than a hundredth is made to fill a disk or the memory.
MOST_TIMES, HARMLESS = 100, 32 << 20


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Any, Callable[[], float]]]:
    """Open the bytes of a file, unpacked from .gz or .zip, and tell how far it is read, from 0 to 1.

    Nothing is written to a disk, so that no path in an archive can lead anywhere.

    Raises
    ------
    ValueError
        If a zip holds not one file, an archive or a locked file, or the file unpacks to more than a hundred times its size.
    """
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        opened: Any = file
        if path.suffix.lower() == ".gz":
            opened = io.BufferedReader(_Watched(gzip.GzipFile(fileobj=file), size))
        elif path.suffix.lower() == ".zip":
            opened = io.BufferedReader(_Watched(_only_member(zipfile.ZipFile(file)), size))
        yield opened, lambda: file.tell() / size


class _Watched(io.RawIOBase):
    """Bytes that are unpacked, counted: far more than were packed are refused before they fill the memory."""

    def __init__(self, unpacking: Any, packed: int) -> None:
        self.unpacking, self.packed, self.given = unpacking, packed, 0

    def readable(self) -> bool:
        """Tell that it may be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with the next bytes."""
        found = self.unpacking.read(len(buffer))
        buffer[: len(found)] = found
        self.given += len(found)
        if self.given > max(HARMLESS, MOST_TIMES * self.packed):
            raise ValueError(
                f"it unpacks to more than {MOST_TIMES} times its {self.packed:,} bytes, as no table does; unpack it yourself "
                "where that is meant"
            )
        return len(found)


def _only_member(archive: zipfile.ZipFile) -> Any:
    """Open the one file of a zip; folders and what macOS adds do not count."""
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if len(names) != 1:
        shown = f" ({', '.join(name[:100] for name in names[:3])})" if names else ""
        raise ValueError(f"the zip holds {len(names)} files{shown}, it should hold one CSV")
    if names[0].lower().endswith(ARCHIVES):
        raise ValueError(f"the zip holds another archive, {names[0][:100]}; unpack that first")
    try:
        return archive.open(names[0])
    except (
        RuntimeError,
        NotImplementedError,
    ) as problem:  # what zipfile says of locks, and of ways to pack it does not know
        raise ValueError(f"the file in the zip cannot be unpacked: {problem}") from None
