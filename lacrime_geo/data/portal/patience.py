"""Trying again what may go better at another try: how often, how long between, and what a server asks for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Optional, TypeVar

from ...progress import Progress, advance

log = logging.getLogger("lacrime_geo")
Found = TypeVar("Found")
_ASKED_EVERY = 0.2  # seconds
# A server that asks for a longer wait than this is left for another day.
LONGEST_ASKED = 600.0


class Passing(OSError):
    """Raised for what may have gone by at another try.

    `wait` is how many seconds the server asks for, None where it does not; `hopeless` means that trying at once is in vain.
    """

    def __init__(self, sentence: str, wait: float | None = None, hopeless: bool = False) -> None:
        """Hold the sentence."""
        super().__init__(sentence)
        self.wait, self.hopeless = wait, hopeless


@dataclass(frozen=True)
class Patience:
    """Hold how often to try, and the seconds between: `first`, then twice as many each time, at most `longest`.

    Each wait is changed by chance to 0.5–1.5 of it, so that many who were turned away at once do not come back at once.
    """

    tries: int = 6
    first: float = 1.0
    longest: float = 60.0
    seed: Optional[int] = None
    sleep: Optional[Callable[[float], None]] = None

    def insist(self, work: Callable[[], Found], progress: Progress = None) -> Found:
        """Return what a function returns; where it raises Passing, wait and call it again.

        Raises
        ------
        OSError
            If it raises Passing at the last try too, cannot do better, or the server asks for a very long wait.
        """
        random = Random(self.seed)
        for number in range(1, self.tries + 1):
            try:
                return work()
            except Passing as problem:
                wait = self._wait(number, problem, random)
                if wait is None:
                    tried = f"; tried {number} times" if number > 1 else ""
                    raise OSError(f"{problem}{tried}") from problem
                log.info("%s; trying again in %.1f s (%s of %s)", problem, wait, number + 1, self.tries)
                self._pause(wait, progress)
        raise ValueError(f"tries must be at least 1, got {self.tries}.")

    def _wait(self, number: int, problem: Passing, random: Random) -> float | None:
        """Return the seconds until the next try, None where there is to be none."""
        own = min(self.first * 2.0 ** (number - 1), self.longest) * random.uniform(0.5, 1.5)
        asked = problem.wait or 0.0
        if problem.hopeless or number == self.tries or asked > LONGEST_ASKED:
            return None
        return max(own, asked)

    def _pause(self, seconds: float, progress: Progress) -> None:
        """Wait, hearing meanwhile whether the caller says stop."""
        if self.sleep is not None:
            self.sleep(seconds)
            return
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            advance(progress, 0.0)
            time.sleep(min(left, _ASKED_EVERY))
