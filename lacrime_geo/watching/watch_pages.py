"""The page of a run: whether to trust the forecast, new alarms, what is forecast, and how former forecasts did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import html_pages as html
from ..alerting.warning_states import ALARM, NO_DATA, WATCH
from ..forecasting.area_forecasts import AreaForecasts
from ..parameters import in_words
from ..summaries import REPORTED
from .coverage_charts import coverage_curve
from .earlier_alerts import lines_of
from .history_tables import RUNS, Row
from .known_data import Known
from .monitors import DISTRUST, UNKNOWN
from .parts_of_runs import ALERTS
from .watch_results import Watch

LAST_RUNS, MOST_CHARTS, MOST_AREAS = 12, 3, 40
# Alarms first, as they are written in the table.
_STATES = {str(html.tag("strong", ALARM)): -2, WATCH: -1, NO_DATA: 1}


def page_of(found: Watch, known: Known, rows: Mapping[str, Sequence[Row]]) -> str:
    """Return the page; everything in it is there, nothing is loaded from elsewhere."""
    run = rows[RUNS][-1]
    kind = "caveat" if found.verdict == DISTRUST else ""
    parts: list[Any] = [
        html.tag("p", html.tag("strong", found.sentence), kind=kind),
        html.tag(
            "p",
            f"Run {found.run} at {run['run_at']} (UTC): {known.incidents.size:,} incidents, known until {known.known_until}; "
            f"at least 95 % of each day are reported up to {known.whole_until}.",
            kind="small",
        ),
        *_alarms(found),
        *_forecast(found.forecast, known),
        *_areas(found, known),
        *_promises(rows),
        html.tag("h2", "What was held against what it should be"),
        html.table(("what", "verdict", "in words", "limit"), [_monitor(row) for row in found.monitor_rows]),
        *_overview(found),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in dict.fromkeys([REPORTED, *found.parameters["warnings"]])),
        *_runs(rows[RUNS]),
    ]
    return html.page(known.incidents.titled("Watch", placed=False), *parts)


def _alarms(found: Watch) -> list[Any]:
    title = html.tag("h2", "Alarms of this run")
    if found.alerts is None:
        return [title, html.tag("p", found.missing[ALERTS])]
    lines = lines_of(found.alerts)
    if not lines:
        return [title, html.tag("p", "None.")]
    states, names = found.alerts["state"], found.alerts["area"]
    charts = [found.alerts.watched_counts(name).svg() for name in names[states == "alarm"][:MOST_CHARTS]]
    return [title, html.items(lines), *(html.Markup(chart) for chart in charts)]


def _forecast(found: AreaForecasts | None, known: Known) -> list[Any]:
    title = html.tag("h2", "Forecast")
    if found is None or found.forecast is None:
        return [title]
    later = found["period"].astype("M8[D]") > known.known_until
    ends = zip(*(found[name][later] for name in ("period", "period_end", "mean", "lo80", "hi80")))
    rows = [
        (str(begin.astype("M8[D]")), str(end.astype("M8[D]")), in_words(mean), f"{low:,.0f} to {high:,.0f}")
        for begin, end, mean, low, high in ends
    ]
    said = "Weeks or days that begin after the last day known; what lies before them is not all reported yet."
    return [
        title,
        html.Markup(found.forecast.svg()),
        html.tag("p", said, kind="small"),
        html.table(("from", "to", "expected", "80 % interval"), rows),
    ]


def _areas(found: Watch, known: Known) -> list[Any]:
    """Return a table of areas: what was reported and expected in the last step, and what is forecast of the next one."""
    if known.polygons is None or (found.alerts is None and found.by_area is None):
        return []
    rows: dict[str, list[Any]] = {name: [name, "", "", "", "", ""] for name in known.names.tolist()}
    if found.alerts is not None:
        for name, state, count, expected in zip(*(found.alerts[of] for of in ("area", "state", "count", "expected"))):
            usual = round(float(expected), 1) if expected == expected else ""
            rows[name][1:4] = [html.tag("strong", state) if state == ALARM else state, int(count), usual]
    if found.by_area is not None:
        of = found.by_area
        begin = of["period"].astype("M8[D]")
        for row in np.flatnonzero(begin == begin[begin > known.known_until].min()):
            rows[of["area"][row]][4:] = [
                round(float(of["mean"][row]), 1),
                f"{of['lo80'][row]:,.0f} to {of['hi80'][row]:,.0f}",
            ]
    order = sorted(rows.values(), key=lambda row: (_STATES.get(str(row[1]), 0), -float(row[2] or 0)))
    names = ("area", "state", "reported", "expected", "forecast of the next step", "80 % interval")
    more = [html.tag("p", f"And {len(order) - MOST_AREAS:,} more areas, in the history.", kind="small")]
    return [html.tag("h2", "Areas"), html.table(names, order[:MOST_AREAS]), *(more if len(order) > MOST_AREAS else [])]


def _promises(rows: Mapping[str, Sequence[Row]]) -> list[Any]:
    curve = coverage_curve(rows)
    return [] if curve is None else [html.tag("h2", "How former forecasts did"), html.Markup(curve.svg())]


def _monitor(row: Row) -> tuple[Any, ...]:
    verdict = row["verdict"]
    marked = html.tag("strong", verdict) if verdict == DISTRUST else verdict
    return row["name"], marked, row["sentence"], row["limit_text"] if verdict != UNKNOWN else ""


def _overview(found: Watch) -> list[Any]:
    parts: list[Any] = [html.tag("h2", "What the incidents show")]
    if found.overview is not None:
        parts.append(html.items(found.overview.findings))
    return [*parts, html.items(found.missing.values())] if found.missing else parts


def _runs(runs: Sequence[Row]) -> list[Any]:
    names = ("run", "known until", "incidents", "alarms", "verdict")
    shown = [
        tuple(row[name] if name != "known_until" else str(row[name]) for name in ("run", "known_until", *names[2:]))
        for row in runs[: -LAST_RUNS - 1 : -1]
    ]
    return [html.tag("h2", "The last runs"), html.table(names, shown)]
