"""What a contest found, in words: one sentence for each predictor, who is surely better, and what is to be kept in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...parameters import in_plain_words
from ..predicting.predictor_names import BASELINE
from .contest_scores import FEW_BLOCKS, middle

if TYPE_CHECKING:
    from .contest_results import Contest

LEAST, SURELY_MORE = 1e-9, "surely more"


def sentences_of(contest: Contest) -> tuple[str, ...]:
    """Return one sentence for each predictor, those with the most hits first."""
    return tuple(sentence_of(contest, row) for row in rows_at_middle(contest))


def rows_at_middle(contest: Contest) -> list[int]:
    """Return the rows of the middle share of the area."""
    share = middle_share(contest)
    return np.flatnonzero(contest["area"] == share).tolist()


def middle_share(contest: Contest) -> float:
    """Return the share of the area that orders the table."""
    assert contest.played is not None
    return float(contest.played.shares[middle(contest.played.shares)])


def winner_of(contest: Contest) -> str | None:
    """Return the predictor with the most hits of those that are surely better than prior counts; None where none is."""
    rows = rows_at_middle(contest)
    sure = [row for row in rows if sureness_of(contest, row) == SURELY_MORE]
    return str(contest["predictor"][sure[0]]) if sure else None


def verdict_of(contest: Contest) -> str:
    """Return in one sentence who wins."""
    area, rows = f"in {100 * middle_share(contest):g} % of the area", rows_at_middle(contest)
    sure = [str(contest["predictor"][row]) for row in rows if sureness_of(contest, row) == SURELY_MORE]
    first = str(contest["predictor"][rows[0]])
    if not sure:
        most = "" if first == BASELINE else f", though {first} caught the most"
        return f"{area} nothing is surely better than {BASELINE}{most}"
    if first == sure[0]:
        others = f", as did {_joined(sure[1:])}" if len(sure) > 1 else ""
        return f"{area} {first} caught the most, surely more than {BASELINE}{others}"
    return f"{area} {first} caught the most, but only {_joined(sure)} surely more than {BASELINE}"


def told_of(contest: Contest) -> str:
    """Return what is predicted, as the end of "of the".

    >>> told_of(type("Contest", (), {"parameters": {"category": "motor_vehicle_theft"}})())
    'incidents of motor vehicle theft'
    """
    category = contest.parameters.get("category")
    return f"incidents of {in_plain_words(category)}" if category else "incidents"


def tell(contest: Contest) -> None:
    """Keep what was found in the record and announce it."""
    contest.parameters.tell(verdict_of(contest))
    for sentence in contest.sentences:
        contest.parameters.log.info("%s", sentence)
    few = [row for row in rows_at_middle(contest) if contest["predictor"][row] != BASELINE]
    few = [row for row in few if 0 < contest["telling"][row] < FEW_BLOCKS]
    if few:
        names = _joined([str(contest["predictor"][row]) for row in few])
        contest.parameters.warn(
            f"The hits of {names} differ from those of {BASELINE} in fewer than {FEW_BLOCKS} blocks of the city: an interval of "
            "so few says little."
        )


def sentence_of(contest: Contest, row: int) -> str:
    """Return what one predictor caught, beside prior counts."""
    name, rate = str(contest["predictor"][row]), 100 * float(contest["hit_rate"][row])
    caught = f"{name} caught {rate:.1f} % of the {told_of(contest)} in {100 * contest['area'][row]:g} % of the area"
    apart, low, high = (100 * float(contest[key][row]) for key in ("difference", "difference_low", "difference_high"))
    if name == BASELINE:
        return f"{caught}: the baseline."
    if not np.isfinite(apart + low + high):
        return f"{caught}; how far that is from {BASELINE} is not known."
    compared = f"{abs(apart):.1f} points {'more' if apart >= 0 else 'fewer'} than {BASELINE}"
    if abs(apart) < LEAST:
        compared = f"as many as {BASELINE}"
    telling = int(contest["telling"][row])
    few = f" It differs in {telling} block{'s' * (telling != 1)} only." if 0 < telling < FEW_BLOCKS else ""
    return f"{caught}, {compared} ({signed(low)} to {signed(high)}): {sureness_of(contest, row)}.{few}"


def sureness_of(contest: Contest, row: int) -> str:
    """Return what the interval of the difference of a row says, known by so many blocks."""
    low, high, telling = (float(contest[name][row]) for name in ("difference_low", "difference_high", "telling"))
    return sureness(low, high, telling)


def sureness(low: float, high: float, telling: float) -> str:
    """Return what an interval of a difference says that so many blocks tell: of a few of them nothing is sure.

    >>> sureness(-0.3, 3.1, 40), sureness(0.1, 2.0, 40), sureness(-2.0, -0.1, 40), sureness(-2.0, -0.1, 15)
    ('no sure difference', 'surely more', 'surely fewer', 'fewer, as it seems')
    """
    if -LEAST <= high and low <= LEAST:
        return "no sure difference"
    if telling < FEW_BLOCKS:
        return "more, as it seems" if low > LEAST else "fewer, as it seems"
    return SURELY_MORE if low > LEAST else "surely fewer"


def signed(value: float) -> str:
    """Return a number of points with a minus sign that reads as one.

    >>> signed(-0.3), signed(3.14), signed(-0.013)
    ('−0.3', '3.1', '−0.01')
    """
    # What is not 0 is not written so: on which side of it an end lies is what the interval tells.
    digits = 2 if 0.005 <= abs(value) < 0.05 else 1
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _joined(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
