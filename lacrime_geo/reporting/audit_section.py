"""The section of the audit: what the cleaning rules and the detectors found in the file, and how many rows it concerns."""

from __future__ import annotations

import re
from typing import Any

from .. import html_pages as html
from ..claims import Evidence, Finding, call, finding, plain
from ..data.quality.audit import Audit, audit
from ..data.quality.audit_page import told, weeks_chart
from ..data.rules import Finding as RuleFinding
from ..progress import Progress
from ..summaries import counted, share_in_words
from .told import Given, Made, Run, under, warnings_in

# What is known of victims has no place in a report.
OF_VICTIMS = re.compile(r"^(age|sex|descent|victim)_")
MOST_RULES = 5
# Repairs of the form, which lose nothing.
OF_FORM = ("headers", "other_codes", "dr_no_padded", "spaces")
# Of these the examples are no records, but tell of all of them together.
IN_WORDS = ("recording_breaks", "weeks_incomplete", "times_too_frequent", "times_round", "dates_first_of_month")
CAVEAT = "Detectors change nothing; what a rule has changed is told beside it. A rule that finds nothing proves no record right."


def audit_section(given: Given, progress: Progress) -> Made:
    """Return the rules that found something, how many rows each concerns, and the incidents by week."""
    found = audit(given.incidents, progress=progress)
    run = Run(audit, found.parameters)
    shown = [line for line in found.findings if not OF_VICTIMS.match(line["rule"])]
    evidence = given.evidence(run, call("audit", "incidents"), given.incidents.size)
    loud = [line for line in shown if told(line)]
    parts = [_table(found, loud), _quiet(shown, loud)]
    chart = [] if found.records is None else weeks_chart(found.records, found.findings)
    parts += [html.tag("h3", "Incidents by week"), *chart] if chart else []
    placed = int(given.incidents.placed.sum())
    return Made(_told(found, loud, evidence, placed), tuple(parts), (*warnings_in(found.parameters), CAVEAT), (run,))


def _table(found: Audit, loud: list[RuleFinding]) -> html.Markup:
    """Return the rules that found something as a table, without records as examples: these would point at single ones."""
    rows = (
        (
            line["rule"].replace("_", " "),
            int(line["rows"]),
            share_in_words(float(measure_of(found, str(line["rule"]), "share"))),
            "; ".join([line["action"], *(line["examples"] if line["rule"] in IN_WORDS else ())]),
        )
        for line in loud
    )
    return under("What was found", html.table(("rule", "rows", "of all rows", "what was done, or to do"), rows))


def _quiet(shown: list[RuleFinding], loud: list[RuleFinding]) -> html.Markup:
    names = {line["rule"] for line in loud}
    quiet = dict.fromkeys(line["rule"].replace("_", " ") for line in shown if line["rule"] not in names)
    return html.tag("p", f"Nothing was found by: {', '.join(quiet)}.", kind="small")


def measure_of(found: Audit, rule: str, name: str) -> Any:
    """Return how many rows a rule concerns ("rows"), or which share of all ("share")."""
    return plain(found[name][found["rule"].tolist().index(rule)])


def _told(found: Audit, loud: list[RuleFinding], evidence: Evidence, placed: int) -> tuple[Finding, ...]:
    """Return how many rules found something, and those that concern the most rows, though not all of them."""
    number = evidence.claim("rules and detectors", len(found), "rules", "len({made})")
    code = "lg.reporting.audit_section.loud_of({made})"
    some = evidence.claim("rules that found something, those on victims left out", len(loud), "rules", code)
    said = f"Of {counted(len(found), 'rule')} and detectors, {len(loud):,} found something in the file."
    # What concerns every place, such as how many digits its coordinates have, tells no records apart.
    telling = [line for line in loud if line["rows"] < placed and line["rule"] not in OF_FORM]
    telling.sort(key=lambda line: -line["rows"])
    return finding(said, number, some), *(_rule(found, str(line["rule"]), evidence) for line in telling[:MOST_RULES])


def _rule(found: Audit, rule: str, evidence: Evidence) -> Finding:
    rows, share = (measure_of(found, rule, name) for name in ("rows", "share"))
    claims = (
        evidence.claim(
            f"{name}: {rule}", value, unit, f"lg.reporting.audit_section.measure_of({{made}}, {rule!r}, {name!r})"
        )
        for name, value, unit in (("rows", rows, "rows"), ("share", share, "of the rows"))
    )
    said = f"{rule.replace('_', ' ').capitalize()}: {counted(int(rows), 'row')}, {share_in_words(float(share))}."
    return finding(said, *claims)


def loud_of(found: Audit) -> int:
    """Return how many rules found something, those on victims left out."""
    return sum(told(line) and not OF_VICTIMS.match(line["rule"]) for line in found.findings)
