"""The section of the contest: what predictors of places would have caught at past origins, beside prior counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import html_pages as html
from ..claims import Claim, Evidence, Finding, call, finding
from ..parameters import Unsaid, in_words
from ..progress import Progress
from ..risk import Contest, contest
from ..risk.contesting.contest_pages import CAVEATS, caught_at
from ..risk.contesting.contest_places import FileDays
from ..risk.contesting.contest_words import middle_share, rows_at_middle, sentence_of, verdict_of
from ..risk.contesting.contests import HORIZON, ORIGINS
from ..risk.predicting.predictor_names import BASELINE
from .told import Given, Made, Run, warnings_in

# Those that take seconds, and no package more: the others take many times as long, and are for `contest` itself.
QUICK = ("smoothed_counts", "kde", "gi_star", "prospective", "auto")
UNIT = "of the incidents"
# Days known before the first origin, where the file has them: around what is known of fewer, much of what comes has no place.
HISTORY, LEAST_ORIGINS = 28, 2
LEFT_OUT = (
    "Predictors that take long, such as logistic regression, random forests and the self-exciting process, are left out of a "
    "report: contest itself holds them."
)


def contest_section(given: Given, progress: Progress) -> Made:
    """Return what each predictor caught, with the interval of its difference to prior counts."""
    held: dict[str, Any] = dict(predictors=list(QUICK), origins=_origins(given), seed=given.seed)
    found = contest(given.incidents, **held, boundary=given.boundary, progress=progress)
    kept, run = found.parameters, Run(contest, found.parameters)
    code = call("contest", "incidents", **held, **given.named("boundary"), cell_size=kept["cell_size"])
    origins = kept["origins"]
    split = (
        f"rolling origin: {len(origins)} origins, {origins[0]} to {origins[-1]}, {kept['horizon']} days ahead, each predicted "
        "from what was known before it"
    )
    days = np.datetime64(origins[0]), np.datetime64(origins[-1]) + np.timedelta64(kept["horizon"] - 1, "D")
    evidence = given.evidence(run, code, kept["incidents_scored"], days, level=95, split=split)
    rows = rows_at_middle(found)
    told = [_verdict(found, evidence), *(_caught(found, row, evidence) for row in rows)]
    caveats = (*warnings_in(kept), LEFT_OUT, *CAVEATS)
    return Made(tuple(told), (html.Markup(found.svg()), caught_at(found, rows)), caveats, (run,))


def _origins(given: Given) -> int:
    """Return how many origins leave four weeks before the first; the usual number of too short a file, which is refused."""
    begin, end = FileDays.of(given.incidents, Unsaid())
    most = (int((end - begin).astype(int)) - HISTORY) // HORIZON
    return min(most, ORIGINS) if most >= LEAST_ORIGINS else ORIGINS


def _verdict(found: Contest, evidence: Evidence) -> Finding:
    share = middle_share(found)
    first = rows_at_middle(found)[0]
    claims = (
        evidence.claim("share of the area chosen", share, "of the area", f"{{made}}['area'][{first}]"),
        evidence.claim(
            "predictor that caught the most", str(found["predictor"][first]), "", f"{{made}}['predictor'][{first}]"
        ),
        evidence.claim(
            "incidents scored",
            found.parameters["incidents_scored"],
            "incidents",
            "{made}.parameters['incidents_scored']",
        ),
        evidence.claim(
            "past origins", len(found.parameters["origins"]), "origins", "len({made}.parameters['origins'])"
        ),
    )
    verdict = verdict_of(found)
    kept = found.parameters
    scored = f"scored on {kept['incidents_scored']:,} incidents after {len(kept['origins'])} past origins"
    said = f"{verdict[:1].upper()}{verdict[1:]} ({BASELINE}: the places with most incidents before; {scored})."
    return finding(said, *claims)


def _caught(found: Contest, row: int, evidence: Evidence) -> Finding:
    return finding(sentence_of(found, row), *_claims(found, row, evidence))


def _claims(found: Contest, row: int, evidence: Evidence) -> list[Claim]:
    name, area = str(found["predictor"][row]), 100 * float(found["area"][row])
    told = f"share of the incidents that {name} caught in {in_words(area)} % of the area"
    baseline = "" if name == BASELINE else BASELINE
    caught = evidence.claim(told, found["hit_rate"][row], UNIT, f"{{made}}['hit_rate'][{row}]", baseline=baseline)
    if not baseline or not np.isfinite(found["difference"][row]):
        return [caught]
    ends = found["difference_low"][row], found["difference_high"][row]
    code, of = f"{{made}}['difference'][{row}]", f"difference of {name} to {BASELINE}"
    apart = evidence.claim(of, found["difference"][row], UNIT, code, ends, baseline=BASELINE)
    blocks = f"blocks of the city that tell it, {name}"
    return [caught, apart, evidence.claim(blocks, found["telling"][row], "blocks", f"{{made}}['telling'][{row}]")]
