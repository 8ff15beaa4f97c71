"""What is said of a map of risk: what its budget caught at past origins, and what must be kept in mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...parameters import Parameters, in_words
from ...progress import Progress, left_alone
from ..events import Events, History, few_dated
from ..predicting.plain_predictors import PriorCounts
from ..predicting.predictor_names import BASELINE
from .budgets import Caught, caption
from .past_predictions import PastPrediction

CAVEATS = (
    "Reported crime is not crime: places where less is reported look safer than they are.",
    "It is a list of places for a time, and says nothing of any person who is there.",
    "Where patrols follow such a map and find more, the next map sends them there again (feedback_audit).",
)

MOST_NAMED, LEAST_NAMED = 3, 0.01


def tell(
    past: Sequence[PastPrediction], events: Events, history: History, parameters: Parameters, progress: Progress
) -> None:
    """Say what the budget caught at past origins, beside the baseline, and what must be kept in mind."""
    budget = parameters["budget"]
    caught = left_alone(lambda: Caught.of(past, history.units.area, budget), progress)
    parameters["past_origins"] = [str(each.origin) for each in past]
    parameters["caption"] = words = caption(budget, caught, len(past))
    if caught is not None:
        parameters["caught"] = {name: round(value, 4) for name, value in caught._asdict().items()}
        if parameters["predictor"] != BASELINE:
            baseline = left_alone(lambda: _caught_by_prior_counts(past, history, parameters), progress, lambda: 0.5)
            parameters["caught_by_prior_counts"] = round(baseline.share, 4)
            words += f", prior counts {baseline.in_words()}"
        words += f", at {caught.origins} past origins"
    expected = f"{in_words(parameters['expected'])} expected, {days_in_words(history, parameters)}"
    parameters.tell(f"{words}; {expected}.{_rests_on(parameters['importance'])}")
    for sentence in (*CAVEATS, _late_reports(events, history)):
        parameters.warn(sentence)


def _rests_on(importance: Mapping[str, float]) -> str:
    """Say what the prediction rests on, the three most of it.

    >>> _rests_on({"all crime here": 0.521, "own counts here": 0.2})
    ' It rests on all crime here (52 %), own counts here (20 %).'
    """
    named = [f"{words} ({100 * share:.0f} %)" for words, share in importance.items() if share >= LEAST_NAMED][
        :MOST_NAMED
    ]
    return f" It rests on {', '.join(named)}." if named else ""


def days_in_words(history: History, parameters: Parameters) -> str:
    """Return the first and last day that are predicted."""
    last = history.origin + np.timedelta64(parameters["horizon"] - 1, "D")
    return f"{history.origin} to {last}"


def _caught_by_prior_counts(past: Sequence[PastPrediction], history: History, parameters: Parameters) -> Caught:
    """Return what the same budget caught at the same origins by the baseline."""
    horizon = parameters["horizon"]
    baseline = [each._replace(risk=PriorCounts().fit(history.until(each.origin)).predict(horizon)) for each in past]
    found = Caught.of(baseline, history.units.area, parameters["budget"])
    assert found is not None  # as of the predictor itself: the same incidents came
    return found


def _late_reports(events: Events, history: History) -> str:
    """Say how far late reports are missing from what is known."""
    few = few_dated(events.reported)
    if few is not None:
        return f"{few}: incidents of the last days that were reported late may be missing now, and were not at past origins."
    before = events.day < history.end
    late = int(before.sum()) - history.events.size
    if not late:
        return f"No incident before {history.end} is known to have been reported later."
    return (
        f"{late:,} of the {int(before.sum()):,} incidents before {history.end} were not yet reported at the origin and are not "
        "used: what is expected is of reports as complete as they are then."
    )
