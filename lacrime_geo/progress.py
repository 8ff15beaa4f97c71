"""Progress and cancelling: a caller's `progress(fraction) -> bool`, False meaning stop."""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional

_ASKED_EVERY = 0.1  # seconds

Progress = Optional[Callable[[float], bool]]


class Cancelled(RuntimeError):
    """Raised when the caller's progress function asked to stop."""


def advance(progress: Progress, fraction: float) -> None:
    """Report a fraction in 0…1; raise Cancelled when the caller says stop."""
    # Only an explicit False stops: a callback that returns nothing is a plain progress display.
    if progress is not None and progress(min(max(fraction, 0.0), 1.0)) is False:
        raise Cancelled("cancelled: nothing was written")


def within(progress: Progress, start: float, stop: float) -> Progress:
    """Return a progress function whose 0…1 is mapped to the part start…stop of the whole."""
    if progress is None:
        return None
    whole = progress
    return lambda fraction: whole(start + (stop - start) * fraction)


def left_alone(work: Callable[[], Any], progress: Progress, reached: Callable[[], float] = lambda: 0.0) -> Any:
    """Return what a function returns that knows no progress; the caller may stop meanwhile.

    Then it is left to end in its thread, unheard: what it computes is thrown away. `reached` tells how far it is.
    """
    if progress is None:
        return work()
    ended: list[tuple[bool, Any]] = []

    def working() -> None:
        try:
            ended.append((True, work()))
        except BaseException as problem:
            ended.append((False, problem))

    thread = threading.Thread(target=working, daemon=True)
    thread.start()
    while thread.is_alive():
        advance(progress, reached())
        thread.join(_ASKED_EVERY)
    fine, found = ended[0]
    if not fine:
        raise found
    return found
