"""What became of a saved model when it was trained again, in a sentence."""

from __future__ import annotations

import numpy as np

from ..parameters import in_words, p_in_words
from .baselines import NAIVE
from .contenders import BASELINE, INCUMBENT, SIGNIFICANT, Beside, Verdict
from .past_origins import Origins

# A lead that a better model may well have at most origins: one standard deviation of the differences.
USUAL_LEAD = 1.0


def sentence_of(verdict: Verdict, file: str, origins: int, candidates: int) -> str:
    """Say whether a candidate was promoted, and how it did against whom."""
    name = verdict.shown.model.name
    names = {INCUMBENT: "the saved model", BASELINE: NAIVE}
    told = " and ".join(_against(found, names[part]) for part, found in verdict.beside.items())
    errors = f"mean absolute error at the last {origins} origins {told}; {rule_of(verdict.most_p, candidates)}"
    if verdict.best is not None:
        before = f" in place of {verdict.incumbent}" if verdict.incumbent else ""
        return f"promoted: {name} stands in {file} now{before} ({errors})"
    if verdict.incumbent is None:
        return (
            f"not promoted: {file} was not written, as no candidate was better than {NAIVE} beyond chance (best {name}: "
            f"{errors})"
        )
    return (
        f"not promoted: {file} stays as it is, with {verdict.incumbent}, as no candidate was better than both the saved model "
        f"and {NAIVE} beyond chance (best {name}: {errors})"
    )


def rule_of(most_p: float, candidates: int) -> str:
    """Say which p is small enough.

    >>> rule_of(0.05, 1), rule_of(0.025, 2)
    ('one-sided p may be 0.05 at most', 'one-sided p may be 0.025 at most, 0.05 shared by 2 candidates')
    """
    shared = "" if candidates == 1 else f", {in_words(SIGNIFICANT)} shared by {candidates} candidates"
    return f"one-sided p may be {in_words(most_p)} at most{shared}"


def caveat_of(verdict: Verdict, origins: Origins) -> str | None:
    """Say that nothing is promoted as the origins are too few for it, and what to do; None where they are not."""
    if verdict.best is not None or verdict.least_lead <= USUAL_LEAD:
        return None
    number = len(origins.known)
    rows = f", of which {origins.overlap} in a row overlap," if origins.overlap > 1 else ""
    needed = (
        f"one that is promoted must be better by {in_words(verdict.least_lead)} standard deviations of its differences at the "
        "origins or more"
        if np.isfinite(verdict.least_lead)
        else "none can be promoted"
    )
    return (
        f"{number} origins{rows} are too few to tell a better model from chance: {needed}. Take more origins, set them further "
        "apart, or name fewer candidates."
    )


def _against(found: Beside, name: str) -> str:
    if not np.isfinite(found.share):
        return f"beside none of {name}"
    if found.share == 1:
        return f"equal to {name}'s"
    way = "below" if found.share < 1 else "above"
    return f"{in_words(100 * abs(1 - found.share))} % {way} {name}'s ({p_in_words(found.p)})"
