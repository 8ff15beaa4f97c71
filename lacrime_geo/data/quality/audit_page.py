"""The page of an audit: what was found, with small charts of weeks, times of day, shared places, gaps and delays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import html_pages as html
from ...summaries import REPORTED, counted
from ..rules import Finding
from . import bar_charts
from .place_checks import PILES
from .record_checks import filled
from .records import Records
from .time_checks import minutes_of, stray_dates
from .week_checks import delays_in
from .weeks import Weeks

if TYPE_CHECKING:
    from .audit import Audit

HALF_HOURS, MINUTES = 48, 30
LONGEST_DELAY = 60
MOST_COLUMNS = 30


def audit_page(audit: Audit) -> str:
    """Return it as HTML; nothing in it is loaded from elsewhere."""
    size = "" if audit.records is None else f"{counted(audit.records.size, 'row')}. "
    parts: list[Any] = [html.tag("p", f"{size}{_advice(audit.findings)}"), html.tag("h2", "What was found")]
    parts += findings_in_words(list(audit.findings))
    if audit.records is not None:
        parts += charts(audit.records, audit.findings)
    parts += [html.tag("h2", "To be kept in mind"), html.tag("p", REPORTED, kind="caveat")]
    return html.page(audit.label, *parts)


def findings_in_words(audit: list[Finding]) -> list[html.Markup]:
    """Return a table of the rules that found something, and the names of those that did not."""
    rows = [
        (line["rule"].replace("_", " "), line["rows"], html.as_it_stands(", ".join(line["examples"])), line["action"])
        for line in audit
        if told(line)
    ]
    table = [html.table(("rule", "rows", "such as", "what was done, or to do"), rows)] if rows else []
    loud = {line["rule"] for line in audit if line["rows"] or line["examples"]}
    quiet = dict.fromkeys(line["rule"].replace("_", " ") for line in audit if line["rule"] not in loud)
    return [*table, html.tag("p", f"Nothing was found by: {', '.join(quiet)}.", kind="small")] if quiet else table


def told(line: Finding) -> bool:
    """Tell whether a finding is one: of rows, or of weeks in which rows are missing."""
    return bool(line["rows"] or (line["examples"] and line.get("computed", {}).get("breaks")))


def charts(records: Records, findings: Any) -> list[html.Markup]:
    """Return the charts that records have columns for, each under its title."""
    computed = _computed(findings)
    drawn: list[html.Markup] = []
    if records.when is not None and not np.isnat(records.when).all():
        drawn += _weeks(records.when, computed)
        drawn += _day(records, computed)
    drawn += _piles(computed.get("places_shared"))
    drawn += _gaps(records)
    if records.when is not None and records.reported is not None:
        drawn += _delays(records.when, records.reported)
    return drawn


def _advice(findings: tuple[Finding, ...]) -> str:
    computed = {line["rule"]: line.get("computed") for line in findings}
    snapped: Mapping[str, Any] = computed.get("places_snapped") or {}
    finest = snapped.get("finest_cell_m", 0.0)
    if not finest:
        return (
            "Places were not moved to blocks or a grid as far as their distances tell, though incidents may share an address: "
            "no finest honest cell follows."
        )
    return f"The finest honest cell is about {finest:,.3g} m: maps with finer ones show where places were moved to."


def weeks_chart(records: Records, findings: Any) -> list[html.Markup]:
    """Return the incidents by week as a chart and what is to be seen in it, nothing where there are no dates or few weeks."""
    if records.when is None or np.isnat(records.when).all():
        return []
    return _weeks(records.when, _computed(findings))[1:]


def _computed(findings: Any) -> dict[str, Any]:
    return {line["rule"]: line["computed"] for line in findings if line.get("computed")}


def _weeks(when: np.ndarray, computed: Mapping[str, Any]) -> list[html.Markup]:
    usual = stray_dates(when)[0]
    weeks = Weeks.of(usual)
    if weeks.size < 2:
        return []
    days = [str(day) for day in weeks.begin]
    open_weeks = set((computed.get("weeks_incomplete") or {}).get("weeks", []))
    broken = {one["week"] for one in (computed.get("recording_breaks") or {}).get("breaks", [])}
    marked = np.array([day in open_weeks or day in broken for day in days], dtype=bool)
    step = max(-(-weeks.size // 8), 1)
    labels = {at: days[at] for at in range(0, weeks.size, step)}
    words = [
        "In orange weeks that are not complete, or from which on counts are halved or doubled." if marked.any() else "",
        _before(weeks, usual),
    ]
    return _under(
        "Incidents per week",
        bar_charts.columns(weeks.counts(), marked, labels, "Incidents per week"),
        " ".join(filter(None, words)),
    )


def _before(weeks: Weeks, when: np.ndarray) -> str:
    """Say what of the data is in no week, as it is before the first whole one."""
    early = weeks.before(when)
    if not early:
        return ""
    return f"Weeks end with the last day; the days before {weeks.begin[0]}, with {counted(early, 'incident')}, make no whole one."


def _day(records: Records, computed: Mapping[str, Any]) -> list[html.Markup]:
    minute = minutes_of(np.asarray(records.when), records.clockless)
    timed = minute[minute >= 0]
    if not timed.size:
        return []
    count = np.bincount(timed // MINUTES, minlength=HALF_HOURS)
    clocks = list((computed.get("times_too_frequent") or {}).get("share", {}))
    marked = np.zeros(HALF_HOURS, dtype=bool)
    marked[[(int(clock[:2]) * 60 + int(clock[3:])) // MINUTES for clock in clocks]] = True
    labels = {2 * hour: f"{hour}:00" for hour in range(0, 24, 3)}
    words = f"In orange the half hours with {', '.join(clocks)}, which stand for times not known." if clocks else ""
    return _under("Times of day", bar_charts.columns(count, marked, labels, "Incidents by half hour"), words)


def _piles(shared: Mapping[str, Any] | None) -> list[html.Markup]:
    if not shared or not shared["places"]:
        return []
    number = np.array(list(shared["piles"].values()))
    last = [str(low) if low + 1 == high else f"{low}–{high - 1}" for low, high in zip(PILES, PILES[1:])]
    labels = dict(enumerate([*last, f"{PILES[-1]} and more"]))
    words = (
        f"{shared['incidents']:,} incidents stand on {shared['places']:,} places, up to {shared['largest']:,} on one; "
        f"{100 * shared['share']:.0f} % are not alone on theirs."
    )
    drawn = bar_charts.columns(number, np.arange(number.size) > 0, labels, "Places by the incidents on each")
    return _under("Places by the number of incidents on each", drawn, words)


def _gaps(records: Records) -> list[html.Markup]:
    if not records.size:
        return []
    missing = {name: 1 - float(filled(column).mean()) for name, column in records.columns.items()}
    missing["place"] = 1 - float((np.isfinite(records.x) & np.isfinite(records.y)).mean())
    some = sorted(((share, name) for name, share in missing.items() if share > 0), reverse=True)[:MOST_COLUMNS]
    if not some:
        return []
    drawn = bar_charts.rows([name for _, name in some], [share for share, _ in some], "Share of rows that are blank")
    return _under("Blank, by column", drawn, "")


def _delays(when: np.ndarray, reported: np.ndarray) -> list[html.Markup]:
    found = delays_in(when, reported)
    if found is None or found[0].longest < 2:
        return []
    share = found[0].share[: LONGEST_DELAY + 1]
    labels = {float(day): f"{day} d" for day in range(0, share.size, 7)}
    week = float(share[min(7, share.size - 1)])
    words = (
        f"Within a day {100 * share[1]:.0f} %, within a week {100 * week:.0f} %; delays not yet over are allowed for."
    )
    drawn = bar_charts.line(np.arange(share.size, dtype=float), share, labels, "Share reported within so many days")
    return _under("Share reported within so many days", drawn, words)


def _under(title: str, drawn: html.Markup, words: str) -> list[html.Markup]:
    said = [html.tag("p", words, kind="small")] if words else []
    return [html.tag("h2", title), drawn, *said]
