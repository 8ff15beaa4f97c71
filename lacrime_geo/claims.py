"""Claims: numbers told to readers, each with what is needed to judge it, and the code that finds it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Claim:
    """Hold one number that is told to readers, what it rests on, and how to find it again.

    Parameters
    ----------
    name : what is told, such as "share of the incidents in hot areas".
    value : the number itself, not rounded; or a text, such as the name of a model.
    unit : what it is counted in, such as "incidents" or "of the incidents"; shares are of 1.
    n : how many incidents it rests on.
    period : of which days, in words.
    method : the analysis, with its source (author, year).
    code : a Python expression that gives the value again, of `lg`, `incidents` and `boundary`.
    sentence : the sentence in which it is told.
    interval : the lower and the upper limit; None where it is counted and not estimated.
    level : of the interval, in per cent.
    split : which incidents were learned from and which it was scored on, where it is a score.
    baseline : what it is compared with, where it is.
    """

    name: str
    value: Union[float, int, str, None]
    unit: str
    n: int
    period: str
    method: str
    code: str
    sentence: str = ""
    interval: Union[tuple[float, float], None] = None
    level: Union[float, None] = None
    split: str = ""
    baseline: str = ""
