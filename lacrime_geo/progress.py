"""Progress and cancelling: a caller's `progress(fraction) -> bool`, False meaning stop."""

from __future__ import annotations

from typing import Callable, Optional

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
