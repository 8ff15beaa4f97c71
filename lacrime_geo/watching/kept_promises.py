"""Whether the forecasts have kept what they promised: how many counts lay within their intervals, and the error beside naive."""

from __future__ import annotations

from collections.abc import Sequence

from ..summaries import share_in_words
from .binomial_tails import so_few, so_many
from .forecast_rows import true_forecasts
from .history_tables import Row
from .monitors import DISTRUST, FINE, UNKNOWN, Monitor

COVERAGE, BESIDE_NAIVE = "coverage of the 80 % intervals", "error beside the naive forecast"
# The last ones alone: a year of weeks would hide what is wrong now.
LAST, FEWEST, PROMISED = 20, 8, 0.8
# Eleven of twenty within, where 80 % are promised, is p = 0.01.
UNLIKELY = 0.01
# Up to here it cannot be told whether it is chance: half of twelve within is no promise kept, and may be bad luck.
DOUBTFUL = 0.1


def kept_promises(scores: Sequence[Row], step: str) -> list[Monitor]:
    """Hold the last forecasts against what came, of days that do not overlap, made before these began."""
    last = true_forecasts(scores)[-LAST:]
    return [coverage(last, step), beside_naive(last, step)]


def coverage(last: Sequence[Row], step: str) -> Monitor:
    """Hold how many counts lay within their interval against what is promised, by the exact binomial tail."""
    limit = f"p ≤ {UNLIKELY:g} of so few within, of the last {LAST}"
    if len(last) < FEWEST:
        return Monitor.unknown(COVERAGE, limit, _few(last, step))
    inside = sum(row["inside80"] for row in last)
    p = so_few(inside, len(last), PROMISED)
    sentence = (
        f"{share_in_words(inside / len(last)) if inside else 'None'} of {len(last)} {step}s lay within their interval, where "
        f"{100 * PROMISED:.0f} % is promised"
    )
    said = f"{sentence}; chance alone lets so few in {share_in_words(p)} of all cases" if p <= DOUBTFUL else sentence
    verdict = DISTRUST if p <= UNLIKELY else UNKNOWN if p <= DOUBTFUL else FINE
    return Monitor(COVERAGE, inside / len(last), limit, verdict, f"{said}.")


def beside_naive(last: Sequence[Row], step: str) -> Monitor:
    """Hold in how many steps the forecast was farther off than the naive one against a coin, by the exact binomial tail."""
    limit = f"p ≤ {UNLIKELY:g} of so many steps worse than naive, of the last {LAST}, and a larger error"
    pairs = [(abs(row["error"]), abs(row["naive_error"])) for row in last if row["naive_error"] is not None]
    if len(pairs) < FEWEST:
        return Monitor.unknown(BESIDE_NAIVE, limit, _few(last, step))
    own, naive = (sum(pair[at] for pair in pairs) for at in (0, 1))
    worse, told = sum(mine > other for mine, other in pairs), sum(mine != other for mine, other in pairs)
    ratio = own / naive if naive else (1.0 if own == 0 else float("inf"))
    bad = ratio > 1 and so_many(worse, told, 0.5) <= UNLIKELY
    sentence = (
        f"The error of {len(pairs)} forecasts is {ratio:.2f} times that of the naive one, nearer in {worse:,} of them"
    )
    return Monitor.told(BESIDE_NAIVE, ratio, limit, bad, sentence)


def _few(last: Sequence[Row], step: str) -> str:
    return f"Of the {step}s that were forecast before they began {len(last)} are reported by now, and {FEWEST} are needed to tell"
