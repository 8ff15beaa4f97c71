"""Tables of agency-years made panels: columns found, aggregates dropped, every check run and told."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import checks
from ..data.loaded import announce
from ..data.own_mapping import Said, as_mapping
from ..data.rules import Finding, finding
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..rows import NOT_KNOWN, Rows, as_rows
from ..summaries import counted as in_number
from . import panel_checks
from .crime_panels import CrimePanel, numbered
from .panel_checks import Shown
from .panel_columns import COMPONENTS, RATES, counted_as, named

KEEP, LEAVE_OUT = "keep", "leave_out"
EARLIEST, LATEST = 1800, 2200


def read_ucr(path: str | os.PathLike[str], *, mapping: Said = None, months_unknown: str = KEEP) -> CrimePanel:
    """Read a table of yearly crimes by agency, as the Uniform Crime Reports give them, and check every agency-year.

    Parameters
    ----------
    path : CSV or parquet table: a row per agency and year with its population and counts of crimes, such as the Marshall
        Project's collection of 1975 to 2015.
    mapping : which column holds what, such as ``{"agency": "ORI9", "count": "homicides"}`` or ``"agency=ORI9, year=yr"``;
        of "agency", "name", "year", "count", "population", "months", "violent", "homicide", "rape", "robbery",
        "aggravated_assault". Default: those called as usual; the count is of violent crimes.
    months_unknown : "keep" (usable, and flagged) or "leave_out" (not usable) agency-years of which it is not known for how
        many months they reported. Default "keep".

    Returns
    -------
    CrimePanel
        `agency, name, year, population, months_reported, homicide, rape, robbery, aggravated_assault, violent, violent_rate`
        (per 100,000 residents)`, usable, why_not`; `.findings()` is what every check found and did.

    Raises
    ------
    ValueError
        If a column is not there or not of numbers, a year is none, or no row is of an agency.
    OSError
        If the file cannot be read.

    Notes
    -----
    Rows that add up agencies ("National") are dropped. Not usable, but kept: agency-years without count or population, those
    reported for fewer than 12 months, those whose components do not add up, and those that stand twice with different numbers.
    Flagged only: unknown months, jumps by more than three times, rates that do not follow from count and population, names that
    change or that several agencies have.

    Examples
    --------
    >>> import lacrime_geo as lg, pathlib, tempfile
    >>> table = pathlib.Path(tempfile.mkdtemp()) / "ucr.csv"
    >>> _ = table.write_text('''ORI,year,department_name,total_pop,violent_crime,months_reported
    ... NY1,2013,Here,100000,900,12
    ... NY1,2014,Here,100000,400,5
    ... ,2014,National,318000000,1150000,
    ... ''')
    >>> panel = lg.read_ucr(table)
    >>> panel["violent_rate"].tolist(), panel["usable"].tolist(), panel["why_not"].tolist()
    ([900.0, 400.0], [True, False], ['', 'reported for fewer than 12 months'])
    >>> found = panel.findings()
    >>> print(dict(zip(found["rule"], found["rows"]))["aggregate_rows"])
    1
    """
    said = {role: str(column) for role, column in as_mapping(mapping).items()}
    return _panel(as_rows(path), said, months_unknown, None)


def as_panel(
    anything: Any,
    agency: str | None = None,
    year: str | None = None,
    count: str | None = None,
    population: str | None = None,
    months: str | None = None,
    progress: Progress = None,
) -> CrimePanel:
    """Make a panel of any table of agency-years: DataFrame, dict, layer, path or `CrimePanel`; every check is run.

    Parameters
    ----------
    anything : whatever `as_rows` takes; a CrimePanel is kept as it is where no column is named.
    agency, year, count, population, months : names of columns. Default: those called as usual.
    progress : function of a fraction, returning False to stop.

    Raises
    ------
    ValueError
        If a column is not there or not of numbers, a year is none, or no row is of an agency.

    Examples
    --------
    >>> panel = as_panel({"city": ["A", "A"], "year": [2000, 2001], "thefts": [10, 12], "pop": [5000, 6000]}, count="thefts")
    >>> panel["thefts_rate"].tolist()
    [200.0, 200.0]
    """
    asked = {"agency": agency, "year": year, "count": count, "population": population, "months": months}
    if isinstance(anything, CrimePanel) and set(asked.values()) <= {None}:
        return anything
    return _panel(as_rows(anything), {role: name for role, name in asked.items() if name is not None}, KEEP, progress)


def _panel(rows: Rows, asked: Mapping[str, str], months_unknown: str, progress: Progress) -> CrimePanel:
    checks.option("months_unknown", months_unknown, (KEEP, LEAVE_OUT))
    found = named(rows, asked)
    counted = counted_as(found)
    columns, rates = _read(rows, found, counted, progress)
    blank = _blank_months(columns) if "months" in found else []
    advance(progress, 0.5)
    columns, rates, dropped = _of_agencies(rows, columns, rates)
    advance(progress, 0.6)
    parameters = Parameters(
        layer=rows.label, rows=rows.size, counted=counted, columns=found, months_unknown=months_unknown
    )
    findings, why, kept = _checked(
        columns, rates, counted, months_unknown if "months" in found else "", within(progress, 0.6, 0.9)
    )
    findings = [dropped, *blank, *findings]
    announce(findings)
    parameters["findings"] = findings
    with np.errstate(invalid="ignore", divide="ignore"):
        columns[f"{counted}_rate"] = panel_checks.PER * columns[counted] / columns["population"]
    columns.update(usable=why == "", why_not=why)
    advance(progress, 0.95)
    return _told(CrimePanel({name: values[kept] for name, values in columns.items()}, parameters, label=_label(rows)))


def _label(rows: Rows) -> str:
    return rows.label if rows.label != "table" else "agencies by year"


def _read(
    rows: Rows, found: Mapping[str, str], counted: str, progress: Progress
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the columns of a panel as they stand in a table, and the rates that the table itself gives."""
    crimes = {crime: found[crime] for crime in (*COMPONENTS, "violent") if crime in found}
    crimes[counted] = found["count"]
    columns: dict[str, np.ndarray] = {"agency": _texts(rows, found["agency"])}
    advance(progress, 0.1)
    columns["name"] = _texts(rows, found["name"]) if "name" in found else columns["agency"]
    advance(progress, 0.2)
    columns["year"] = _years(rows, found["year"])
    # A column of a million texts takes a while to become numbers.
    numbers = {"population": found["population"], **({"months_reported": found["months"]} if "months" in found else {})}
    told = {f"{crime}_rate": found[f"{crime}_rate"] for crime in RATES if f"{crime}_rate" in found}
    columns["months_reported"] = np.full(rows.size, np.nan)
    rates: dict[str, np.ndarray] = {}
    every = {**numbers, **crimes, **told}
    for number, (name, column) in enumerate(every.items()):
        advance(progress, 0.2 + 0.3 * number / len(every))
        (rates if name in told else columns)[name] = rows.numbers(column)
    rates = {name[: -len("_rate")]: values for name, values in rates.items()}
    return {name: columns[name] for name in _ordered(columns, crimes)}, rates


def _ordered(columns: Mapping[str, np.ndarray], crimes: Mapping[str, str]) -> list[str]:
    """Return the columns in the order in which a panel has them."""
    first = ("agency", "name", "year", "population", "months_reported")
    return [*first, *(name for name in columns if name in crimes)]


def _texts(rows: Rows, name: str) -> np.ndarray:
    """Return a column as texts (n,), "" where it says that there is none."""
    texts = rows.texts(name)
    known = {text: "" if text.lower() in NOT_KNOWN else text for text in dict.fromkeys(texts.tolist())}
    return np.array([known[text] for text in texts.tolist()], dtype=object)


def _years(rows: Rows, name: str) -> np.ndarray:
    year = rows.numbers(name)
    bad = np.flatnonzero(~((year >= EARLIEST) & (year <= LATEST) & (year % 1 == 0)))
    if bad.size:
        raise ValueError(
            f"{name!r} is no year in {bad.size:,} of {rows.size:,} rows, first in row {bad[0]} ({year[bad[0]]:g}); years are "
            f"whole numbers of {EARLIEST} to {LATEST}: correct them or name another column (year=…)."
        )
    return np.asarray(year, dtype=np.int64)


def _of_agencies(
    rows: Rows, columns: dict[str, np.ndarray], rates: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], Finding]:
    """Return the rows that are of agencies, and what was found of those that are not."""
    aggregate = panel_checks.is_aggregate(columns["agency"], columns["name"])
    shown = _shown(columns)
    dropped = finding("aggregate_rows", aggregate, shown, "dropped: the row adds up agencies, or has no agency")
    if aggregate.all():
        raise ValueError(
            f"None of the {rows.size:,} rows of {rows.label!r} is of an agency (the first is "
            f"{shown.where(np.arange(1)).values[0]!r}); name the column that tells agencies apart (agency=…)."
        )
    keep = ~aggregate
    return (
        {name: values[keep] for name, values in columns.items()},
        {name: values[keep] for name, values in rates.items()},
        dropped,
    )


def _blank_months(columns: Mapping[str, np.ndarray]) -> list[Finding]:
    """Return how many rows of the table, those that add up agencies among them, do not say their months."""
    blank = ~np.isfinite(columns["months_reported"])
    return [finding("months_blank", blank, _shown(columns), "counted, of all rows; what follows: months_unknown")]


def _shown(columns: Mapping[str, np.ndarray]) -> Shown:
    """Return how the rows are written as examples."""
    return Shown(columns["name"], columns["year"])


def _checked(
    columns: dict[str, np.ndarray], rates: dict[str, np.ndarray], counted: str, months_unknown: str, progress: Progress
) -> tuple[list[Finding], np.ndarray, np.ndarray]:
    """Return what the checks found, why each row is not usable ("" where it is), and which rows are kept."""
    names, agency = numbered(columns["agency"])
    advance(progress, 0.1)
    year, shown, findings = columns["year"], _shown(columns), []
    crimes = {crime: columns[crime] for crime in (*COMPONENTS, "violent", counted) if crime in columns}
    numbers = np.stack([columns["population"], columns["months_reported"], *crimes.values()], axis=1)
    twice, differing = panel_checks.repeated(agency, year, numbers)
    findings.append(finding("agency_year_twice", twice, shown, "dropped: all numbers are those of an earlier row"))
    findings.append(
        finding("agency_year_differs", differing, shown, f"{panel_checks.NOT_USED}: which row is right is not known")
    )
    reasons: list[tuple[str, np.ndarray]] = [("stands twice with different numbers", differing)]
    for one in panel_checks.row_findings(columns, counted, shown, rates):
        advance(progress, 0.4)
        if isinstance(one, tuple):
            reasons.append(one)
        else:
            findings.append(one)
    unknown = ~np.isfinite(columns["months_reported"]) & bool(months_unknown)
    kept = months_unknown != LEAVE_OUT
    action = "kept, flagged: for how many months they reported is not known" if kept else panel_checks.NOT_USED
    findings.append(finding("months_unknown", unknown, shown, action))
    reasons += [] if kept else [("months reported are not known", unknown)]
    single = ~twice & ~differing
    watched = {name: columns[name][single] for name in ("population", counted)}
    for line in panel_checks.jump_findings(agency[single], year[single], watched, shown.where(single)):
        findings.append(line)
        advance(progress, 0.7)
    findings.append(panel_checks.missing_years(agency, year, names))
    advance(progress, 0.8)
    findings += _of_names(columns["name"], agency, names)
    return findings, _joined(reasons), ~twice


def _of_names(called: np.ndarray, agency: np.ndarray, ids: np.ndarray) -> list[Finding]:
    """Return what was found of the names of rows (n,): agencies with several, and names of several agencies."""
    vary = panel_checks.varying_names(agency, called)
    _, number = numbered(called)
    shared = panel_checks.varying_names(number, ids[agency])
    return [
        finding("names_vary", vary, called, "kept; the agency is told by its id"),
        finding("names_shared", shared, called, "kept; each id of a name is an agency by itself"),
    ]


def _joined(reasons: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Return all reasons that hold of each row (n,) in words, "" where none does."""
    why = np.full(reasons[0][1].size, "", dtype=object)
    for reason, bad in reasons:
        why[bad & (why != "")] += "; "
        why[bad] += reason
    return why


def _told(panel: CrimePanel) -> CrimePanel:
    usable, years = panel["usable"], panel["year"]
    agencies = numbered(panel["agency"])[0].size
    panel.parameters.update(agencies=agencies, agency_years=len(panel), usable=int(usable.sum()))
    panel.parameters.tell(
        f"{in_number(agencies, 'agency', 'agencies')} over {years.min()} to {years.max()}: {int(usable.sum()):,} of "
        f"{in_number(len(panel), 'agency-year')} are usable"
    )
    unknown = {line["rule"]: line["rows"] for line in panel.parameters["findings"]}["months_unknown"]
    if unknown and panel.parameters["months_unknown"] == KEEP:
        panel.parameters.warn(
            f"Of {in_number(unknown, 'agency-year')} it is not known for how many months they reported: they are taken as whole, "
            'unless they lack a count or population; months_unknown="leave_out" of read_ucr leaves them out.'
        )
    return panel
