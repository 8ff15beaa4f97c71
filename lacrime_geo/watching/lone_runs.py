"""One run at a time: a lock that the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..landing import explained

BUSY = "Another run is writing to this history ({}); wait until it ends. Nothing was done."


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock beside a file (`history.gpkg.lock`), or raise at once where another process holds it.

    The empty file stays: to remove it would let two runs hold a lock of one name.

    Raises
    ------
    OSError
        If another run holds it, or the folder is missing or may not be written to.
    """
    lock = path.with_name(f"{path.name}.lock")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"Cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; create it first."
        )
    with explained(lock):
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _locked(handle):
            raise OSError(errno.EAGAIN, BUSY.format(path.name))
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    """Take the lock of a file that is open; tell whether it was free."""
    try:
        import fcntl
    except ImportError:  # on Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
