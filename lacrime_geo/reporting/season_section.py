"""The section of the season: weekdays, months and the years as rate ratios with intervals."""

from __future__ import annotations

import numpy as np

from .. import html_pages as html
from ..claims import Claim, Evidence, Finding, call, finding
from ..parameters import in_words
from ..progress import Progress
from ..temporal.season_effects import MONTH, TREND, WEEKDAY
from ..temporal.seasonality import Season, season
from .told import Given, Made, Run, against_chance, warnings_in

OF_THE_MEAN, OF_THE_YEAR_BEFORE = "times the mean", "times the year before"
CAVEAT = (
    "Ratios compare what is reported: of a weekday or a month with the mean of all. They say nothing of why, and hold for the "
    "years of the file."
)


def season_section(given: Given, progress: Progress) -> Made:
    """Return which weekdays and months have most and fewest incidents, and how the years go."""
    found = season(given.incidents, progress=progress)
    kept, run = found.parameters, Run(season, found.parameters)
    evidence = given.evidence(run, call("season", "incidents"), kept["step_incidents"], level=kept["level"])
    told = [_extremes(found, effect, evidence) for effect in (WEEKDAY, MONTH) if _rows(found, effect).size]
    told += [_trend(found, int(row), evidence) for row in _rows(found, TREND)]
    return Made(tuple(told), (html.Markup(found.svg()),), (*warnings_in(kept), CAVEAT), (run,))


def _rows(found: Season, effect: str) -> np.ndarray:
    return np.flatnonzero((found["effect"] == effect) & ~np.isnan(found["ratio"]))


def _extremes(found: Season, effect: str, evidence: Evidence) -> Finding:
    rows = _rows(found, effect)
    top, low = (int(rows[choose(found["ratio"][rows])]) for choose in (np.argmax, np.argmin))
    p = float(found["p_effect"][top])
    test = evidence.claim(f"p of the test that all {effect}s are alike", p, "of 1", f"{{made}}['p_effect'][{top}]")
    when = "in" if effect == MONTH else "on"
    said = (
        f"By {effect}, most incidents are {when} {_words(found, top)}, fewest {when} {_words(found, low)} ({evidence.level:g} % "
        f"intervals): {against_chance(p)}."
    )
    return finding(said, *(_ratio(found, row, evidence, OF_THE_MEAN) for row in (top, low)), test)


def _trend(found: Season, row: int, evidence: Evidence) -> Finding:
    said = f"From year to year there are {_ends(found, row, 'times as many')} ({evidence.level:g} % interval)."
    return finding(said, _ratio(found, row, evidence, OF_THE_YEAR_BEFORE))


def _ratio(found: Season, row: int, evidence: Evidence, unit: str) -> Claim:
    ends = found["low"][row], found["high"][row]
    name = f"incidents, {found['effect'][row]}: {found['level'][row]}"
    return evidence.claim(name, found["ratio"][row], unit, f"{{made}}['ratio'][{row}]", ends)


def _words(found: Season, row: int) -> str:
    return f"{found['level'][row]}, {_ends(found, row, OF_THE_MEAN)}"


def _ends(found: Season, row: int, unit: str) -> str:
    ratio, low, high = (in_words(found[key][row]) for key in ("ratio", "low", "high"))
    return f"{ratio} {unit} ({low} to {high})"
