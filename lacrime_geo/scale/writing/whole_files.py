"""Files that are there whole or not at all, and what to do where there is no room for them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

# What a system says where a file cannot grow any more.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give the path to write a file to, which takes its name when the block ends without an error."""
    written = path.with_name(f".{path.name}.half")
    try:
        yield written
        handle = os.open(written, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(written, path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes from writing to the same folder; where the system cannot tell, nothing is kept."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(
                errno.EAGAIN,
                f"Another process is converting to {str(folder)!r}; wait until it ends, or name another folder",
            ) from None
        except OSError:  # some file systems know no locks
            pass
        yield
    finally:
        os.close(handle)


@contextmanager
def room_told(folder: Path, lacking: Callable[[], int]) -> Iterator[None]:
    """Say in one sentence that there is no room for what is written to a folder, and how much more (bytes) is needed."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in NO_ROOM:
            raise
        more = in_words(lacking())
        free = in_words(shutil.disk_usage(folder).free)
        reason = "a file may not grow any more there" if problem.errno == errno.EFBIG else "the disk is full"
        raise OSError(
            problem.errno,
            f"Cannot write {str(folder)!r}: {reason} ({free} are free, and about {more} more are needed); free space and run the "
            "same conversion again, which goes on from what is there",
        ) from problem


def in_words(size: float) -> str:
    """Return bytes as people say them.

    >>> in_words(1_234), in_words(5_400_000), in_words(12_300_000_000)
    ('1 kB', '5 MB', '12.3 GB')
    """
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} GB" if unit == "GB" else f"{size / bytes_:.0f} MB"
    return f"{max(size, 0) / 1e3:.0f} kB"
