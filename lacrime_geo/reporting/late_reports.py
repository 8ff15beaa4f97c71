"""How late incidents are reported: what the last weeks of a file still lack, as an estimate with its interval."""

from __future__ import annotations

import numpy as np

from .. import html_pages as html
from ..claims import call, finding
from ..delays import nowcast
from ..forecasting.chart_frames import step_words
from ..parameters import in_words
from ..progress import Progress
from .told import Given, Made, Run, warnings_in

DAY, WEEK = np.timedelta64(1, "D"), np.timedelta64(7, "D")
CAVEAT = "The last weeks of a file are not whole: what looks like a fall at its end may be reports still to come."


def late_reports(given: Given, progress: Progress) -> Made:
    """Return how many incidents the last week will have when all are reported."""
    found = nowcast(given.incidents, seed=given.seed, progress=progress)
    kept, run, last = found.parameters, Run(nowcast, found.parameters), len(found) - 1
    code = call("nowcast", "incidents", seed=given.seed)
    days = found["date"][0], found["date"][last] + (WEEK - DAY)
    evidence = given.evidence(run, code, found["reported"].sum(), days, level=kept["level"])
    when = step_words(found["date"][last], "week").replace("week from", "week that began on")
    reported, expected, share = (float(found[name][last]) for name in ("reported", "nowcast", "share"))
    ends = found["low"][last], found["high"][last]
    claims = (
        evidence.claim(
            f"reported so far, {when}", found["reported"][last], "incidents", f"{{made}}['reported'][{last}]"
        ),
        evidence.claim(f"expected in the end, {when}", expected, "incidents", f"{{made}}['nowcast'][{last}]", ends),
        evidence.claim("share expected to be reported", share, "of the incidents", f"{{made}}['share'][{last}]"),
    )
    said = (
        f"Of the last {when}, {reported:,.0f} incidents are reported so far, {100 * share:.0f} % of those to be expected: "
        f"{in_words(expected)} in the end ({evidence.level:g} %: {in_words(ends[0])} to {in_words(ends[1])})."
    )
    return Made((finding(said, *claims),), (html.Markup(found.svg()),), (*warnings_in(kept), CAVEAT), (run,))
