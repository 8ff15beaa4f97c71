"""A contest as a page: what each predictor caught, in words, chart and tables, how its odds fit, what it cost, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import html_pages as html
from ...forecasting.chart_frames import number, sentence, unbroken
from ..predicting.predictor_names import BASELINE
from .calibration_charts import drawn_calibration
from .contest_charts import drawn, scored_in_words, source_of
from .contest_scores import FEW_BLOCKS
from .contest_words import middle_share, rows_at_middle, signed, sureness_of, verdict_of

if TYPE_CHECKING:
    from .contest_results import Contest

# So many origins stand beside each other on a page.
MOST_ORIGINS = 8
LABELS = {
    "predictor": "predictor",
    "ROC-AUC": "roc_auc",
    "PR-AUC": "pr_auc",
    "prevalence": "prevalence",
    "F1": "f1",
    "Brier": "brier",
    "calibration: intercept": "calibration_intercept",
    "slope": "calibration_slope",
    "had incidents though told 0": "told_impossible",
}
MEANINGS = (
    ("caught", "the share of all incidents of all origins that came in the places chosen (hit rate)."),
    ("at least", "the same if of places with one risk at the cut those with the fewest incidents are taken."),
    ("PAI", "how much denser incidents were in the places chosen than in the whole area."),
    ("of the best", "PEI*: the PAI as a share of the best one possible for the same area, known only afterwards."),
    (
        "RRI",
        "how the places chosen held their incidents, later by known before, against all other places: below 1 they fell back.",
    ),
    (
        f"points above {BASELINE}",
        "by how many points of 100 it caught more, and the ends of a 95 % interval from blocks of the city and origins drawn "
        "again, the same for both.",
    ),
    (
        "blocks",
        f"in how many parts of the city its hits differ from those of {BASELINE}. Of fewer than {FEW_BLOCKS} an interval says "
        "little, and nothing is called sure.",
    ),
    ("stays", "how far the places chosen at one origin are those of the one before: 1 the same, 0 others (Jaccard)."),
    (
        "ROC-AUC",
        "how often a place with an incident was ranked above one without; .5 is chance. It is high where most of the area never "
        "has any, and tells little of the few places that are chosen.",
    ),
    ("PR-AUC", "precision over recall; chance has the prevalence, the share of places that had any incident."),
    ("F1", "of telling incidents from a threshold on that was fixed before the first scored origin."),
    ("Brier", "the mean squared error of the probability of any incident: less is better."),
    (
        "intercept, slope",
        "how the odds told must be turned to fit what came: 0 and 1 need no turn; a slope below 1 means risks told too far "
        "apart. Places told 0 are left out of both, and counted where they had an incident.",
    ),
)
CAVEATS = (
    "Reported crime is not crime: what is scored is where reports come, which follows who reports and where police are.",
    "A map that sends patrols changes the records that it is scored by and made of. These scores are of the past, without that.",
    "The first of several is first partly by luck: score it again at later origins before it is relied on.",
    "The interval tells of other weeks like these in this city, not of other cities or years.",
    "Each interval is of one predictor: of forty that are no better than the baseline, one would seem surely so by chance.",
    "A share of the area says nothing of who lives or passes there, nor of what a patrol there would change.",
)


def page_of(contest: Contest) -> str:
    """Return the whole page."""
    kept = contest.parameters
    return html.page(
        contest.label,
        html.items([sentence(verdict_of(contest)), scored_in_words(contest), source_of(contest)]),
        html.Markup(drawn(contest)),
        html.tag("h2", "In words"),
        html.items(contest.sentences),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        *_by_share(contest),
        html.tag("h2", "Whether a place has any incident"),
        _labels(contest),
        html.tag("h2", "Whether incidents come as often as is told"),
        html.Markup(drawn_calibration(contest)),
        html.tag("h2", "What each score means"),
        html.items(html.Markup(f"{html.tag('b', name)}: {html.text(words)}") for name, words in MEANINGS),
        html.tag("h2", f"By origin: caught, %, in {100 * middle_share(contest):g} % of the area"),
        _by_origin(contest),
        html.tag("h2", "What it cost"),
        _costs(contest),
        html.tag("p", _machine(contest), kind="small"),
        html.tag("h2", "How it was made"),
        html.items(_made(contest)),
    )


def _by_share(contest: Contest) -> list[html.Markup]:
    """Return a table for each share of the area, each under its title."""
    assert contest.played is not None
    played, parts = contest.played, []
    for share, taken in zip(played.shares, played.taken):
        rows = np.flatnonzero(contest["area"] == share).tolist()
        places = (
            f": {round(taken * played.units.size):,} of {played.units.size:,} places" if played.best[0].equal else ""
        )
        parts += [html.tag("h2", f"In {100 * share:g} % of the area{places}"), caught_at(contest, rows)]
    return parts


def caught_at(contest: Contest, rows: list[int]) -> html.Markup:
    """Return some rows of a contest, of one share of the area, as a table."""
    names = [
        "predictor",
        "caught, %",
        "at least",
        "PAI",
        "of the best, %",
        "RRI",
        f"points above {BASELINE}",
        "difference",
        "blocks",
        "stays",
    ]
    return html.table(
        names, ([*_first(contest, row), *_compared(contest, row), number(contest["stability"][row])] for row in rows)
    )


def _first(contest: Contest, row: int) -> list[Any]:
    rates = [_tenth(100 * float(contest[name][row])) for name in ("hit_rate", "against_map")]
    return [
        unbroken(str(contest["predictor"][row])),
        *rates,
        number(float(contest["pai"][row])),
        _tenth(100 * float(contest["pei"][row])),
        number(float(contest["rri"][row])),
    ]


def _compared(contest: Contest, row: int) -> list[Any]:
    """Return the difference with its interval, what it says, and how many blocks tell it."""
    value, low, high = (100 * float(contest[key][row]) for key in ("difference", "difference_low", "difference_high"))
    if contest["predictor"][row] == BASELINE:
        return ["the baseline", "", "–"]
    if not np.isfinite(value + low + high):
        return ["–", "not known", int(contest["telling"][row])]
    words = f"{signed(value)} ({signed(low)} to {signed(high)})"
    return [unbroken(words), unbroken(sureness_of(contest, row)), int(contest["telling"][row])]


def _tenth(value: float) -> Any:
    return f"{value:.1f}" if np.isfinite(value) else "–"


def _labels(contest: Contest) -> html.Markup:
    """Return the scores that do not depend on a share of the area."""
    rows = rows_at_middle(contest)
    return html.table(list(LABELS), ([_cell(contest[name][row]) for name in LABELS.values()] for row in rows))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return unbroken(value)
    return int(value) if isinstance(value, (int, np.integer)) else number(float(value))


def _by_origin(contest: Contest) -> html.Markup:
    """Return what each predictor caught at the last origins, in the middle share of the area, with how many came."""
    assert contest.played is not None
    table, played = contest.by_origin(), contest.played
    mine = table["area"] == contest["area"][rows_at_middle(contest)[0]]
    rates = table["hit_rate"][mine].reshape(len(contest.names), -1)[:, -MOST_ORIGINS:]
    came = zip(played.origins[-MOST_ORIGINS:], played.incidents[-MOST_ORIGINS:])
    names = ["first day predicted", *(unbroken(str(origin)) for origin, _ in came)]
    counts = ["incidents", *(f"{number:,.0f}" for number in played.incidents[-MOST_ORIGINS:])]
    rows = [[unbroken(name), *(_tenth(100 * rate) for rate in own)] for name, own in zip(contest.names, rates.tolist())]
    return html.table(names, [counts, *rows])


def _costs(contest: Contest) -> html.Markup:
    assert contest.played is not None
    table = contest.costs()
    rows = zip(*(table[name].tolist() for name in table.columns))
    names = ["predictor", f"seconds for {contest.played.fits} origins", "seconds an origin"]
    return html.table(names, ([unbroken(name), number(whole), number(each)] for name, whole, each in rows))


def _machine(contest: Contest) -> str:
    """Return what the seconds are of, and how much memory the process held."""
    assert contest.played is not None
    held = contest.played.megabytes
    memory = (
        f" The process held {held:,.0f} MB at most, the data and all else in it included." if np.isfinite(held) else ""
    )
    return f"By the clock, on the machine that ran this, with another predictor beside.{memory}"


def _made(contest: Contest) -> list[str]:
    """Return how the contest was held, from its record."""
    kept = contest.parameters
    reasons = {name: kept.get(f"{name}_reason") for name in ("gap", "last_day", "cell_size", "block_side", "universe")}
    told = {"gap": "days", "cell_size": "m", "block_side": "m"}
    lines = []
    for name, reason in reasons.items():
        if name in kept:
            value = f"{kept[name]:,.4g}" if isinstance(kept[name], (int, float)) else str(kept[name])
            unit = f" {told[name]}" if name in told else ""
            lines.append(f"{name.replace('_', ' ')}: {value}{unit}{f' ({reason})' if reason else ''}")
    fixed = ", ".join(kept["threshold_origins"]) or "none"
    return [*lines, f"origins that fix the thresholds of F1: {fixed}", f"seed of the draws of blocks: {kept['seed']}"]
