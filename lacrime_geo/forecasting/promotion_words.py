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
    names = {INCUMBENT: f"the saved {verdict.incumbent}", BASELINE: NAIVE}
    told = " and ".join(f"{_share(share)} that of {names[part]}" for part, share in verdict.shares.items())
    errors = f"mean absolute error at the last {origins} origins {told}"
    if verdict.best is not None:
        before = f" in place of {verdict.incumbent}" if verdict.incumbent else ""
        return f"promoted: {name} stands in {file} now{before} ({errors})"
    if verdict.incumbent is None:
        return f"not promoted: {file} was not written, as no candidate was {RULE} than {NAIVE} (best {name}: {errors})"
    return (
        f"not promoted: {file} stays as it is, with {verdict.incumbent}, as no candidate was {RULE} than both it and {NAIVE} "
        f"(best {name}: {errors})"
    )


def _share(share: float) -> str:
    return f"{in_words(share)} times" if np.isfinite(share) else "no share of"
