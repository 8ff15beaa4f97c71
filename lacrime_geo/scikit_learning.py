"""What every use of scikit-learn's estimators shares: one is found by its name, and fitted and asked on one thread."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

# While scikit-learn fits it sets the filters of warnings aside, which all threads share: two at once would leave them mixed up,
# and warnings of its own on the screen.
FITTING = threading.Lock()


def estimator_named(module: str, kind: str, asked: str, without: str) -> Any:
    """Return a class of scikit-learn's.

    Parameters
    ----------
    module : of sklearn, such as ``"linear_model"``.
    kind : the name of the class.
    asked : what the user asked for, which needs it.
    without : what does without, in words.

    Raises
    ------
    ImportError
        If scikit-learn is missing.
    """
    try:
        return getattr(import_module(f"sklearn.{module}"), kind)
    except ImportError as problem:
        raise ImportError(f"{asked!r} needs scikit-learn: pip install scikit-learn; {without} do without.") from problem


def on_one_thread() -> Any:
    """Return a context in which this thread's OpenMP has no others: tables are small, and threads that wait are costly."""
    from threadpoolctl import threadpool_limits  # scikit-learn brings it

    return threadpool_limits(1, user_api="openmp")
