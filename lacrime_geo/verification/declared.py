"""How a check is declared: a published number and what we get, or a promise about chance and how to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional, Union

import numpy as np

from ..parameters import in_words


class NotRun(Exception):
    """Raised by a check that cannot run here; its text says what it needs."""


@dataclass(frozen=True)
class Case:
    """Hold one published or hand-reckoned answer: a number, several, or a word.

    Parameters
    ----------
    name : what is asked, in words.
    analysis : the function that it checks, by its public name.
    expected : the answer; a number, a sequence of numbers, a text, or texts.
    tolerance : the largest difference allowed of any number; of printed numbers half of their last digit.
    source : author, year, table or equation.
    got : what gives our answer; it takes nothing, or the folder of data where `data` is told.
    needs : packages beyond numpy and scipy.
    data : the file it reads, within the folder of data.
    """

    name: str
    analysis: str
    expected: Any
    tolerance: float
    source: str
    got: Callable[..., Any]
    needs: tuple[str, ...] = ()
    data: Optional[str] = None

    def file(self, folder: Optional[Path]) -> Path:
        """Return the file it reads; raise NotRun where it is not there."""
        path = Path(folder or "", str(self.data))
        if folder is None or not path.exists():
            raise NotRun(f"{self.data} in the folder of data")
        return path


@dataclass(frozen=True)
class Simulation:
    """Hold one promise about chance, and how to draw what it is held against.

    Parameters
    ----------
    name : what is promised, in words.
    analysis : the function that it checks, by its public name.
    promise : between which two numbers the true value of a right program lies.
    source : where it is promised, or who has shown it.
    draw : given a generator, returns what one draw gives: yes or no, or many of these that do not depend on each other
        (a share is estimated, with exact binomial limits); or with `mean` one number (a mean, with Student's limits).
    quick, thorough : how many draws.
    mean : whether a draw gives a number whose mean over all draws is held against the promise.
    """

    name: str
    analysis: str
    promise: tuple[float, float]
    source: str
    draw: Callable[[np.random.Generator], Any]
    quick: int
    thorough: int
    mean: bool = False
    needs: tuple[str, ...] = ()


Declared = Union[Case, Simulation]


@dataclass(frozen=True)
class Outcome:
    """Hold what came of a check: texts as they are shown, the numbers behind them, and whether it held.

    `held` is None where it was not run, and `got` then says what it needs.
    """

    expected: str
    got: str
    tolerance: str
    held: Optional[bool]
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Return "held", "FAILED" or "not run"."""
        return "not run" if self.held is None else "held" if self.held else "FAILED"


def told(number: Any) -> str:
    """Return a number as it is shown, with eight digits at most; of several how many they are.

    >>> told(-1.0136729123), told(1.0), told(8.3e-05), told(182194), told([1, 2])
    ('-1.0136729', '1', '8.3e-05', '182194', '2 numbers')
    """
    return f"{np.size(number)} numbers" if np.ndim(number) else f"{number:.8g}"


def promised(promise: tuple[float, float]) -> str:
    """Return a promise in signs.

    >>> promised((0.0, 0.05)), promised((0.95, 1.0)), promised((0.04, 0.06)), promised((0.95, 0.95))
    ('≤ 0.05', '≥ 0.95', '0.04–0.06', '0.95')
    """
    low, high = map(in_words, promise)
    if low == high:
        return low
    return f"≤ {high}" if promise[0] <= 0 else f"≥ {low}" if promise[1] == 1 else f"{low}–{high}"
