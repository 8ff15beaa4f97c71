"""Whether what is drawn keeps a promise about chance."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from ..parameters import in_words
from ..progress import Progress, advance
from .acceptance import Limits, binomial_limits, students_limits
from .declared import Outcome, Simulation, promised


def outcome_of_simulation(simulation: Simulation, thorough: bool, seed: int, progress: Progress) -> Outcome:
    """Return what comes of a simulation with a seed."""
    number = simulation.thorough if thorough else simulation.quick
    # Each draws numbers of its own, which do not change when another simulation is added or left out.
    random = np.random.default_rng([seed, crc32(f"{simulation.analysis}: {simulation.name}".encode())])
    drawn = []
    for draw in range(number):
        advance(progress, draw / number)
        drawn.append(np.asarray(simulation.draw(random), dtype=float).ravel())
    values = np.concatenate(drawn)
    if simulation.mean:
        return _outcome(simulation, values, students_limits(values, simulation.promise))
    return _outcome(simulation, values, binomial_limits(values.size, simulation.promise))


def _outcome(simulation: Simulation, values: np.ndarray, limits: Limits) -> Outcome:
    got = float(values.mean())
    held = bool(limits.low <= got <= limits.high)
    numbers = {"expected": list(simulation.promise), "got": got, "draws": values.size, **limits._asdict()}
    words = f"{'mean ' if simulation.mean else ''}{in_words(got)} of {values.size:,}"
    return Outcome(
        promised(simulation.promise), words, f"{in_words(limits.low)}–{in_words(limits.high)}", held, numbers
    )
