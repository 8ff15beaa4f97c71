"""What a command does at a terminal: it says what it chooses, shows how far it is, and stops cleanly."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .progress import Progress

log = logging.getLogger("lacrime_geo")


@contextmanager
def terminable() -> Iterator[None]:
    """Let the signal that ends a job (timeout, cron, docker) clean up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Announcer(logging.Handler):
    """Write to what standard error is at the moment: a progress bar takes its place, and moves down for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        print(self.format(record), file=sys.stderr)


@contextmanager
def announcing(quiet: bool) -> Iterator[None]:
    """Print what the library announces (chosen defaults, counts, caveats) on standard error."""
    handler = _Announcer()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@contextmanager
def progress_bar(title: str, quiet: bool) -> Iterator[Progress]:
    """Show a bar on a terminal; nothing in a pipe."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)

        def progress(fraction: float) -> bool:
            bar.update(task, completed=fraction)
            return True

        yield progress
