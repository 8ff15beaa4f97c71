"""Tasks of a Knox test run by the threads of this process, heard while they run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Callable, TypeVar

from ..progress import Progress, advance

T = TypeVar("T")
_HEARD_EVERY = 0.1  # seconds


class _Progresses:
    """How far each of some tasks is, and whether they are to stop."""

    def __init__(self, number: int) -> None:
        self.fractions, self.stopped = [0.0] * number, False

    def of(self, number: int) -> Progress:
        """Return what a task tells how far it is."""

        def told(fraction: float) -> bool:
            self.fractions[number] = fraction
            return not self.stopped

        return told

    @property
    def fraction(self) -> float:
        return sum(self.fractions) / len(self.fractions)


def in_threads(
    function: Callable[..., T], tasks: Sequence[Any], *, progress: Progress = None
) -> Iterator[tuple[int, T]]:
    """Yield the number of each task and what a function makes of it, told how far it is; one alone runs without a thread."""
    if len(tasks) == 1:
        yield 0, function(tasks[0], progress)
        return
    if not tasks:
        return
    far = _Progresses(len(tasks))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        running = {threads.submit(function, task, far.of(number)): number for number, task in enumerate(tasks)}
        try:
            yield from _ended(running, far, progress)
        except BaseException:
            far.stopped = True
            threads.shutdown(wait=True, cancel_futures=True)
            raise


def _ended(running: dict[Future[T], int], far: _Progresses, progress: Progress) -> Iterator[tuple[int, T]]:
    while running:
        ended, _ = wait(running, timeout=_HEARD_EVERY, return_when=FIRST_COMPLETED)
        for future in ended:
            number = running.pop(future)
            far.fractions[number] = 1.0
            yield number, future.result()
        advance(progress, far.fraction)
