"""Several tasks shared out among threads, which tell how far they are and can be stopped."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Callable, TypeVar

from .progress import Progress, advance

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")
_ASKED_EVERY = 0.1  # seconds


def shared_out(
    tasks: Mapping[Key, Callable[[], Result]], progress: Progress = None, threads: int | None = None
) -> dict[Key, Result]:
    """Return what each task gives, by its key; the result does not depend on how they were shared out.

    Parameters
    ----------
    tasks : functions by key, begun in their order: those that take long come first, so that none is left alone at the end.
    progress : function of a fraction, returning False to stop.
    threads : how many at most. Default: one for each processor.

    Examples
    --------
    >>> shared_out({"a": lambda: 1, "b": lambda: 2}) == {"a": 1, "b": 2}
    True
    """
    most = os.cpu_count() or 1
    found: dict[Key, Result] = {}
    pool = ThreadPoolExecutor(max_workers=max(min(threads or most, most, len(tasks)), 1))
    try:
        left: dict[Future[Result], Key] = {pool.submit(task): key for key, task in tasks.items()}
        while left:
            ended, _ = wait(left, timeout=_ASKED_EVERY, return_when=FIRST_COMPLETED)
            for each in ended:
                found[left.pop(each)] = each.result()
            advance(progress, 1 - len(left) / len(tasks))
    finally:
        # Where the caller stops, or one fails, what has not begun is given up, and what has is left to end unheard.
        pool.shutdown(wait=False, cancel_futures=True)
    return found
