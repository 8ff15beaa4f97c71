"""What the limits hold, kept with the result and said: false alarms and the delay of a doubling, at the middle area's level."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters, in_words
from ..progress import Progress
from ..temporal.count_series import CountSeries
from .judging import Asked
from .limit_checks import WATCHED, check_of
from .limits_by_simulation import with_weekdays
from .usual_counts import usual_before
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
    steps = WATCHED[asked.step]
    delay = f"{found.delay:.0f} {asked.step}s" if np.isfinite(found.delay) else f"more than {steps} {asked.step}s"
    sentence = (
        f"simulated where nothing happens, at the level of the middle area ({in_words(level)} a {asked.step}, variance "
        f"{in_words(dispersion)} times the mean): {found.false_alarms:.1f} steps a year of one area pass its own limit "
        f"({asked.false_alarms:g} allowed); a doubling there is an alarm after {delay} in half of the cases, within {steps} "
        f"{asked.step}s in {100 * found.found:.0f} %"
    )
    parameters["check"] = {
        "level": level,
        "dispersion": dispersion,
        "false_alarms_per_year": found.false_alarms,
        "delay_of_a_doubling": found.delay if np.isfinite(found.delay) else None,
        "doublings_found": found.found,
        "in_words": sentence,
    }
    parameters.log.info("%s", sentence)
