"""Whether the forecast may be trusted, and why, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .kept_promises import COVERAGE
from .monitors import DISTRUST, FINE, UNKNOWN, Monitor
from .parts_of_runs import FORECAST

TRUST = "trust"
MOST_TOLD = 3


def verdict_of(monitors: Sequence[Monitor], missing: Mapping[str, str]) -> tuple[str, str]:
    """Return "distrust", "trust" or "not known", and the sentence that says so and why."""
    bad = [monitor for monitor in monitors if monitor.verdict == DISTRUST]
    if bad:
        said = "; ".join(_begun_small(monitor.sentence) for monitor in bad[:MOST_TOLD])
        more = f"; and {len(bad) - MOST_TOLD} more" if len(bad) > MOST_TOLD else ""
        return DISTRUST, f"Do not trust the forecast: {said}{more}."
    if FORECAST in missing:
        return UNKNOWN, f"There is no forecast to trust. {missing[FORECAST]}"
    fine = sum(monitor.verdict == FINE for monitor in monitors)
    kept = next(monitor for monitor in monitors if monitor.name == COVERAGE)
    if kept.verdict == UNKNOWN:
        return (
            UNKNOWN,
            f"Nothing speaks against the data ({fine} monitors are fine), but: {_begun_small(kept.sentence)}.",
        )
    return TRUST, f"Nothing speaks against the forecast ({fine} monitors are fine): {_begun_small(kept.sentence)}."


def _begun_small(sentence: str) -> str:
    return (sentence[0].lower() + sentence[1:]).rstrip(".")
