"""What became of a saved model when it was trained again, in a sentence."""

from __future__ import annotations

import numpy as np

from ..parameters import in_words
from .baselines import NAIVE
from .contenders import BASELINE, INCUMBENT, Verdict

RULE = "better by more than one standard error of the difference between origins"


def sentence_of(verdict: Verdict, file: str, origins: int) -> str:
    """Say whether a candidate was promoted, and how it did against whom."""
    name = verdict.shown.model.name
    names = {INCUMBENT: "the saved model", BASELINE: NAIVE}
    told = " and ".join(_beside(share, names[part]) for part, share in verdict.shares.items())
    errors = f"mean absolute error at the last {origins} origins {told}"
    if verdict.best is not None:
        before = f" in place of {verdict.incumbent}" if verdict.incumbent else ""
        return f"promoted: {name} stands in {file} now{before} ({errors})"
    if verdict.incumbent is None:
        return f"not promoted: {file} was not written, as no candidate was {RULE} than {NAIVE} (best {name}: {errors})"
    return (
        f"not promoted: {file} stays as it is, with {verdict.incumbent}, as no candidate was {RULE} than both the saved model "
        f"and {NAIVE} (best {name}: {errors})"
    )


def _beside(share: float, name: str) -> str:
    if not np.isfinite(share):
        return f"beside none of {name}"
    if share == 1:
        return f"equal to {name}'s"
    return f"{in_words(100 * abs(1 - share))} % {'below' if share < 1 else 'above'} {name}'s"
