"""What the limits hold, kept with the result and said: false alarms and the delay of a doubling, at the middle area's level."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters, in_words
from ..progress import Progress
from ..summaries import counted
from ..temporal.count_series import CountSeries
from .judging import Asked
from .limit_checks import WATCHED, Check, check_of
from .limits_by_simulation import with_weekdays
from .usual_counts import HISTORY, lag_of, usual_before
from .warning_states import Rows
from .watched_areas import last_of


def check_limits(
    series: CountSeries, rows: Rows, factors: np.ndarray, asked: Asked, parameters: Parameters, progress: Progress
) -> None:
    """Keep and tell what the limits hold at the level of the middle one of the areas, with the weekdays' factors (7,) of now."""
    last = last_of(rows)
    known = last[np.isfinite(rows.p[last])]
    parameters["check"] = None
    if not known.size:
        return
    usual = usual_before(series.count[rows.area[known]].astype(float), asked.step, 1)
    middle = int(np.argsort(usual.level[:, -1])[known.size // 2])
    level, dispersion = float(usual.level[middle, -1]), float(usual.dispersion[middle, -1])
    alone = asked.share / (1 if asked.correction == "none" else known.size)
    found = check_of(level, dispersion, with_weekdays(asked.chance, factors), alone, progress)
    measured = min(series.begin.size - 1, HISTORY[asked.step])
    error = dispersion_error(measured, asked.step)
    sentence = _sentence(found, level, dispersion, error, measured, asked)
    parameters["check"] = {
        "level": level,
        "dispersion": dispersion,
        "dispersion_error": error,
        "measured_steps": measured,
        "false_alarms_per_year": found.false_alarms,
        "delay_of_a_doubling": found.delay if np.isfinite(found.delay) else None,
        "doublings_found": found.found,
        "in_words": sentence,
    }
    parameters.log.info("%s", sentence)


def dispersion_error(steps: int, step: str) -> float:
    """Return the relative standard error of a dispersion measured of so many steps.

    Of n differences to the week before, each count in two of them, the squares have a mean with the variance 3/n.

    >>> round(dispersion_error(61, "day"), 2)
    0.24
    """
    return float(np.sqrt(3.0 / max(steps - lag_of(step), 1)))


def _sentence(found: Check, level: float, dispersion: float, error: float, measured: int, asked: Asked) -> str:
    """Say what the limits hold, and how well the variance is known that this rests on."""
    most = counted(WATCHED[asked.step], asked.step)
    delay = (
        f"after {counted(int(np.ceil(found.delay)), asked.step)}"
        if np.isfinite(found.delay)
        else f"after more than {most}"
    )
    return (
        f"simulated where nothing happens, at the level of the middle area ({in_words(level)} a {asked.step}, variance "
        f"{in_words(dispersion)} times the mean, give or take {100 * error:.0f} %, measured of "
        f"{counted(measured, asked.step)}): {found.false_alarms:.1f} steps a year of one area pass its own limit "
        f"({asked.false_alarms:g} allowed); a doubling there is an alarm {delay} in half of the cases, within {most} in "
        f"{_share(found.found)}"
    )


def _share(share: float) -> str:
    """Say a share of simulated series, of which all are not all there could be.

    >>> _share(1.0), _share(0.06), _share(0.0)
    ('more than 99 %', '6 %', 'less than 1 %')
    """
    if share > 0.99:
        return "more than 99 %"
    return "less than 1 %" if share < 0.01 else f"{100 * share:.0f} %"
