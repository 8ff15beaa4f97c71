"""The section of the clock: incidents by weekday and hour, those whose time is a placeholder left out."""

from __future__ import annotations

import numpy as np

from .. import html_pages as html
from ..claims import Evidence, Finding, call, finding
from ..frames import PLACEHOLDER_COLUMN
from ..parameters import in_words
from ..progress import Progress
from ..summaries import counted
from ..temporal import Clock, clock
from ..temporal.clock_pages import CAVEAT, PLACEHOLDERS
from .told import Given, Made, Run, warnings_in

PICKED = (
    "The interval of the busiest hour is of that hour by itself. As it was picked for being the highest of the week, its rate "
    "leans high: in other weeks the same hour tends to have less."
)


def clock_section(given: Given, progress: Progress) -> Made:
    """Return the clock, its busiest hour, and how many times were left out."""
    found = clock(given.incidents, progress=progress)
    kept, run = found.parameters, Run(clock, found.parameters)
    evidence = given.evidence(run, call("clock", "incidents"), kept["counted"], level=kept["level"])
    left_out = kept.get(PLACEHOLDER_COLUMN, 0)
    told = (_busiest(found, evidence), *([_left_out(left_out, evidence)] if left_out else []))
    caveats = (*warnings_in(kept), *([PLACEHOLDERS] if left_out else []), PICKED, CAVEAT)
    return Made(told, (html.Markup(found.svg()),), caveats, (run,))


def _busiest(found: Clock, evidence: Evidence) -> Finding:
    top = int(np.nanargmax(found["rate"]))
    rate, low, high, ratio = (float(found[name][top]) for name in ("rate", "low", "high", "ratio"))
    day, hour = found["weekday"][top], int(found["hour"][top])
    when = f"{day} from {hour}:00 to {hour + 1}:00"
    claims = (
        evidence.claim(
            f"incidents an hour on {when}", rate, "incidents an hour", f"{{made}}['rate'][{top}]", (low, high)
        ),
        evidence.claim(
            f"incidents on {when} as a multiple of the mean hour", ratio, "times the mean", f"{{made}}['ratio'][{top}]"
        ),
        evidence.claim(
            "mean of all hours of the week",
            found.parameters["mean_rate"],
            "incidents an hour",
            "{made}.parameters['mean_rate']",
        ),
    )
    said = (
        f"Most incidents are on {when}: {in_words(rate)} per such hour ({evidence.level:g} %: {in_words(low)} to "
        f"{in_words(high)}), {in_words(ratio)} times the mean of {in_words(found.parameters['mean_rate'])}."
    )
    return finding(said, *claims)


def _left_out(number: int, evidence: Evidence) -> Finding:
    name = PLACEHOLDER_COLUMN
    claim = evidence.claim("times that are placeholders", number, "incidents", f"{{made}}.parameters[{name!r}]")
    have = "has a placeholder for its time and is" if number == 1 else "have a placeholder for their time and are"
    return finding(f"{counted(number, 'incident')} {have} left out.", claim)
