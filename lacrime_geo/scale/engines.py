"""Where tasks are run: by threads of this process, or by the workers of a Dask cluster."""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Callable, TypeVar

from ..progress import Progress, advance

T = TypeVar("T")
log = logging.getLogger("lacrime_geo")
_WORTH_SHARING = 1_000_000  # bytes
_ASKED_EVERY, _LOOKED_EVERY, _WATCHED_EVERY = 0.1, 0.02, 1.0  # seconds
# So long (s) a cluster may be without workers: a new node of a cloud takes minutes.
LONGEST_WITHOUT = 300.0
_RUNS = "running"  # what a client's status is while it has a scheduler
REMEDY = "give workers more memory, or less to do at once"


def active_client(given: Any = None) -> Any:
    """Return the Dask client given, else the one that is active in this program, None where there is none.

    Raises
    ------
    TypeError
        If what is given is no client.
    RuntimeError
        If it is closed.
    """
    if given is not None:
        if not (hasattr(given, "submit") and hasattr(given, "scheduler")):
            raise TypeError(f"client must be a dask.distributed Client, got {type(given).__name__}.")
        refuse_closed(given)
        return given
    # Who has a client has imported it.
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        return distributed.default_client()
    except ValueError:
        return None


def run(
    function: Callable[[Any], T], tasks: Iterable[Any], client: Any = None, progress: Progress = None
) -> Iterator[tuple[int, T]]:
    """Yield the number of each task and what a function makes of it, as they end.

    Raises
    ------
    RuntimeError
        If workers die while they work on one of them, again and again, or the cluster is lost.
    """
    tasks = list(tasks)
    if client is None:
        yield from _in_threads(function, tasks, progress)
    else:
        yield from _on_cluster(function, tasks, client, progress)


def _in_threads(function: Callable[[Any], T], tasks: list[Any], progress: Progress) -> Iterator[tuple[int, T]]:
    """Run as many at once as there are processors; no more wait than that, as each holds what it has read."""
    if len(tasks) == 1 and progress is None:
        yield 0, function(tasks[0])
        return
    threads = ThreadPoolExecutor(min(os.cpu_count() or 1, max(len(tasks), 1)))
    following = iter(enumerate(tasks))
    running: dict[Future[T], int] = {}
    done = 0
    try:
        while True:
            for number, task in following:
                running[threads.submit(function, task)] = number
                if len(running) >= threads._max_workers:
                    break
            if not running:
                return
            ended, _ = wait(running, timeout=_ASKED_EVERY, return_when=FIRST_COMPLETED)
            for future in ended:
                done += 1
                yield running.pop(future), future.result()
            advance(progress, done / len(tasks))
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _on_cluster(
    function: Callable[[Any], T], tasks: list[Any], client: Any, progress: Progress
) -> Iterator[tuple[int, T]]:
    """Give all tasks to the scheduler, which runs again what dies with a worker."""
    from distributed import as_completed

    refuse_closed(client)
    shared = _shared(function, client)
    running = {client.submit(_called, shared, task, pure=False): number for number, task in enumerate(tasks)}
    watch, done = _Watch(client), 0
    try:
        ended = as_completed(list(running), loop=client.loop)
        while running:
            advance(progress, done / len(tasks))
            batch = ended.next_batch(block=False)
            if not batch:
                watch.refuse_lost()
                time.sleep(_LOOKED_EVERY)
            for future in batch:
                number = running.pop(future)
                found = _result(future, number, len(tasks))
                done += 1
                yield number, found
        advance(progress, 1.0)
    finally:
        if client.status == _RUNS:
            client.cancel([*running, *([shared] if shared is not function else [])])


def _shared(function: Callable[[Any], T], client: Any) -> Any:
    """Return a function as it is sent with each task; what holds much is sent to each worker once, as a future.

    Tasks that wait for a future are first given to the worker that has it, so that others stand idle: not worth it for little.
    """
    import cloudpickle

    if len(cloudpickle.dumps(function)) < _WORTH_SHARING:
        return function
    with warnings.catch_warnings():
        # Dask advises against sending much with every task: this is what is not.
        warnings.filterwarnings("ignore", "Sending large graph")
        return client.submit(_itself, function, pure=False)


def _itself(function: Callable[[Any], T]) -> Callable[[Any], T]:
    return function


def _called(function: Callable[[Any], T], task: Any) -> T:
    return function(task)


def refuse_closed(client: Any) -> None:
    """Raise where a client has no scheduler, or none any more."""
    if client.status != _RUNS:
        raise RuntimeError(
            f"The Dask client is not connected to a scheduler (it is {client.status}); connect a new one, or give none for "
            "threads of this process."
        )


def _result(future: Any, number: int, tasks: int) -> Any:
    """Return what a task made; raise in one sentence where its workers died or it was cancelled elsewhere."""
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker as problem:
        raise RuntimeError(
            f"Task {number + 1} of {tasks:,} was given up, as {problem.last_worker.address} and other workers died while they "
            f"worked on it, as they do without memory; {REMEDY}."
        ) from problem
    except CancelledError as problem:
        raise RuntimeError(
            f"The cluster was lost, or its tasks were cancelled, before task {number + 1} of {tasks:,} ended; run it again."
        ) from problem


class _Watch:
    """What looks from time to time whether a cluster can still answer."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.workers: Mapping[str, Any] = {}
        self.looked, self.without, self.told = time.monotonic(), 0.0, False

    def refuse_lost(self) -> None:
        """Raise where the scheduler is gone, or there has been no worker for long."""
        now = time.monotonic()
        since = now - self.looked
        if since < _WATCHED_EVERY:
            return
        self.looked = now
        if self.client.status != _RUNS or not self._answers():
            raise RuntimeError(
                "The scheduler of the Dask cluster does not answer any more; start it, then run it again."
            )
        if self.workers:
            self.without, self.told = 0.0, False
            return
        self.without += since
        if self.without >= LONGEST_WITHOUT:
            raise RuntimeError(
                f"The Dask cluster has had no worker for {LONGEST_WITHOUT:g} seconds; start workers "
                "(client.wait_for_workers), then run it again."
            )
        if not self.told:
            log.warning("the Dask cluster has no worker; one is waited for up to %g seconds", LONGEST_WITHOUT)
            self.told = True

    def _answers(self) -> bool:
        try:
            self.workers = self.client.scheduler_info()["workers"]
        except (OSError, KeyError, RuntimeError):  # what a client raises while its scheduler goes
            return False
        return True
