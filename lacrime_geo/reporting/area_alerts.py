"""Alerts by areas in a report: which have more incidents than chance allows at the end of the file."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import html_pages as html
from ..alerting import Alerts, alerts
from ..alerting.warning_states import ALARM, WATCH
from ..claims import Evidence, Finding, call, finding
from ..data.quality.records import area_columns
from ..features import Features
from ..forecasting.chart_frames import step_words
from ..incidents import Incidents
from ..overlay import polygon_by_place
from ..parameters import in_words, incidents_that
from ..progress import Progress
from ..summaries import counted
from .told import Given, Made, Run, under, warnings_in

# Columns of names are taken before those of codes.
NAMES_FIRST = "name"
NO_AREAS = (
    "no polygons (areas) were given, and no column names them (by): give one of them, such as a layer of divisions."
)
MOST_ALARMS, MOST_ROWS = 5, 50


def area_alerts(given: Given, progress: Progress) -> Made:
    """Return the state of each area at the end of the file."""
    by = None if given.areas is not None else given.by or column_of_areas(given.incidents)
    if given.areas is None and by is None:
        raise ValueError(NO_AREAS)
    found = alerts(given.incidents, areas=given.areas, by=by, seed=given.seed, progress=progress)
    run = Run(alerts, found.parameters)
    code = call("alerts", "incidents", **given.named("areas"), by=by, seed=given.seed)
    of = found.parameters["step_incidents"]
    layers = {"alerts": found} if given.areas is not None else {}
    told = told_of(found, given.evidence(run, code, of))
    caveats = (*warnings_in(found.parameters), *_shared(given))
    return Made(told, (_table(found),), caveats, (run,), layers)


def in_several(incidents: Incidents, areas: Features) -> int:
    """Return how many incidents with a place stand in more than one of the areas."""
    placed, turned = incidents.located(), Features(list(areas.wkb)[::-1], areas.crs)
    first, last = (polygon_by_place(each, placed.easting, placed.northing) for each in (areas, turned))
    # Each is found in the first of several, which of the areas turned round is the last.
    return int(((first >= 0) & (first != areas.size - 1 - last)).sum())


def _shared(given: Given) -> list[str]:
    """Say how many incidents stand in several areas, which overlap."""
    number = 0 if given.areas is None else in_several(given.incidents, given.areas)
    words = incidents_that(
        number,
        "stands in more than one of the areas, which overlap, and is counted in the first of them.",
        "stand in more than one of the areas, which overlap, and are counted in the first of them.",
    )
    return [words] if number else []


def column_of_areas(incidents: Incidents) -> str | None:
    """Return the column whose values name areas, names before codes; None where there is none."""
    source = incidents.source
    names = [] if source is None else list(area_columns({str(name): source[name] for name in source}))
    return next((name for name in names if NAMES_FIRST in name), next(iter(names), None))


def told_of(found: Alerts, evidence: Evidence) -> tuple[Finding, ...]:
    """Return how many areas are in alarm and watched, and of those in alarm what was counted and expected."""
    kept, state = found.parameters, found["state"]
    alarms, watched = (int((state == name).sum()) for name in (ALARM, WATCH))
    day = found["date"][0].astype("M8[D]")
    judged = step_words(day, "day")
    claims = [
        evidence.claim(f"areas judged on {judged}", len(found), "areas", "len({made})"),
        *(
            evidence.claim(f"areas {words}", number, "areas", f"{{made}}['state'].tolist().count({name!r})")
            for words, number, name in (("in alarm", alarms, ALARM), ("watched", watched, WATCH))
        ),
        evidence.claim(
            "false alarms allowed a year where nothing changes",
            kept["false_alarms_per_year"],
            "alarms a year",
            "{made}.parameters['false_alarms_per_year']",
        ),
    ]
    said = (
        f"On {judged}, in alarm: {alarms:,} of {counted(len(found), 'area')}; watched: {watched:,}. Where nothing changes, "
        f"{in_words(kept['false_alarms_per_year'])} false alarms a year are allowed."
    )
    rows = np.flatnonzero(state == ALARM)[:MOST_ALARMS].tolist()
    return finding(said, *claims), *(_alarm(found, row, evidence) for row in rows)


def _alarm(found: Alerts, row: int, evidence: Evidence) -> Finding:
    name = str(found["area"][row])
    units: dict[str, Any] = {
        "count": "incidents",
        "expected": "incidents",
        "limit": "incidents or more are beyond chance",
    }
    claims = [
        evidence.claim(f"{key} of {name}", found[key][row], unit, f"{{made}}[{key!r}][{row}]")
        for key, unit in units.items()
    ]
    expected, limit = in_words(found["expected"][row]), in_words(found["limit"][row])
    said = f"{name}: {counted(int(found['count'][row]), 'incident')}, {expected} expected; {limit} or more are beyond chance."
    return finding(said, *claims)


def _table(found: Alerts) -> html.Markup:
    """Return the areas as a table, those least likely by chance first; of many areas the first, and all in alarm or watched."""
    order = np.argsort(found["p"], kind="stable").tolist()
    loud = int(np.isin(found["state"], (ALARM, WATCH)).sum())
    shown = order[: max(MOST_ROWS, loud)]
    rows = (
        (
            str(found["area"][row]),
            str(found["state"][row]),
            int(found["count"][row]),
            *(float(f"{found[name][row]:.3g}") for name in ("expected", "limit")),
        )
        for row in shown
    )
    head = ("area", "state", "count", "expected", "beyond chance from")
    which = "Areas" if len(shown) == len(order) else f"The first {len(shown)} of {len(order):,} areas"
    return under(f"{which}, those least likely by chance first", html.table(head, rows))
