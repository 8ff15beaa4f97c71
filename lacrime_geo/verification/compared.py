"""Whether an answer is the published one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

import numpy as np

from .declared import Case, Outcome, told


def outcome_of_case(case: Case, data: Optional[Path]) -> Outcome:
    """Return what comes of a case."""
    got = case.got(case.file(data)) if case.data else case.got()
    if np.asarray(case.expected).dtype.kind in "USO":
        return _of_words(case.expected, got)
    return _of_numbers(case, np.asarray(got, dtype=float))


def _of_words(expected: Any, got: Any) -> Outcome:
    wanted, found = (", ".join([value] if isinstance(value, str) else map(str, value)) for value in (expected, got))
    return Outcome(wanted, found, "", wanted == found)


def _of_numbers(case: Case, got: np.ndarray) -> Outcome:
    expected = np.asarray(case.expected, dtype=float)
    if got.shape != expected.shape:
        return Outcome(told(expected), told(got), told(case.tolerance), False)
    off = np.abs(got - expected)
    # What is no number is farther off than any.
    worst = np.unravel_index(np.argmax(np.where(np.isnan(off), np.inf, off)), off.shape) if off.ndim else ()
    held = bool((off <= case.tolerance).all())
    numbers = {"expected": float(expected[worst]), "got": float(got[worst]), "off": float(off[worst])}
    return Outcome(told(expected[worst]), told(got[worst]), told(case.tolerance), held, numbers)
