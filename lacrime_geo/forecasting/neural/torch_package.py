"""PyTorch as it is needed here: named with its remedy where it is missing, and on one thread while a network learns."""

from __future__ import annotations

import threading
from typing import Any

MISSING = (
    "The neural network needs PyTorch, the package torch; install it (pip install torch), or choose another model."
)


def torch_package() -> Any:
    """Return the package torch.

    Raises
    ------
    ImportError
        If it is not installed; nothing else is taken in its place.
    """
    try:
        import torch
    except ImportError as problem:
        raise ImportError(MISSING) from problem
    return torch


class OneThread:
    """Let torch use one thread for each that asks it, by operations that give the same each time, while within.

    Both are settings of the whole process: the first to enter makes them, and the last to leave sets back what was there, so
    that networks may learn side by side.
    """

    _lock = threading.Lock()
    _within = 0
    _before: tuple[int, bool, bool] = (1, False, False)

    def __enter__(self) -> OneThread:
        torch, kind = torch_package(), type(self)
        with kind._lock:
            if kind._within == 0:
                kind._before = (
                    torch.get_num_threads(),
                    torch.are_deterministic_algorithms_enabled(),
                    torch.is_deterministic_algorithms_warn_only_enabled(),
                )
                torch.use_deterministic_algorithms(True)
            # Said by each thread: OpenMP keeps the number by thread.
            torch.set_num_threads(1)
            kind._within += 1
        return self

    def __exit__(self, *problem: object) -> None:
        torch, kind = torch_package(), type(self)
        with kind._lock:
            kind._within -= 1
            if kind._within == 0:
                threads, strict, warns = kind._before
                torch.set_num_threads(threads)
                torch.use_deterministic_algorithms(strict, warn_only=warns)
