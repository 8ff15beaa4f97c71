"""The table of an LAPD incident file (2010–2024 columns) cleaned rule by rule, be it the whole file or a portion of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ..checks import listed
from ..parameters import Parameters
from ..progress import Progress, advance
from . import rules
from .arrow_csv import MANY, NUMBER, PLAIN
from .arrow_texts import ArrowTexts
from .categories import categories_of
from .cleaning import moments, noted, numbers, single_spaced, texts
from .geometry_columns import settled
from .loaded import Loaded
from .portal.portal_columns import LEGACY as PORTAL
from .quality.record_checks import filled as held
from .schemas import LEGACY, refuse_clashes
from .tables import Column, RawTable, Texts, as_array

COLUMNS = {
    "DR_NO": "dr_no",
    "Date Rptd": "reported",
    "DATE OCC": "occurred",
    "TIME OCC": "time",
    "AREA": "area",
    "AREA NAME": "area_name",
    "Rpt Dist No": "district",
    "Part 1-2": "part",
    "Crm Cd": "crime_code",
    "Crm Cd Desc": "crime",
    "Mocodes": "mocodes",
    "Vict Age": "victim_age",
    "Vict Sex": "victim_sex",
    "Vict Descent": "victim_descent",
    "Premis Cd": "premise_code",
    "Premis Desc": "premise",
    "Weapon Used Cd": "weapon_code",
    "Weapon Desc": "weapon",
    "Status": "status",
    "Status Desc": "status_text",
    "LOCATION": "address",
    "Cross Street": "cross_street",
    "LAT": "latitude",
    "LON": "longitude",
}
OTHER_AGENCIES = (
    "Another agency's file is read as it is by all commands (convert makes a folder of it), by “Load incidents from a CSV” in "
    "QGIS, and by lg.read_incidents(…) in a script, of which .to_file('incidents.gpkg') makes a layer."
)
LEFT_OUT = ("Crm Cd 1", "Crm Cd 2", "Crm Cd 3", "Crm Cd 4")
REQUIRED = ("DR_NO", "Date Rptd", "DATE OCC", "TIME OCC", "AREA", "Crm Cd", "LAT", "LON")
WHOLE = ("area", "district", "part", "crime_code", "premise_code", "weapon_code", "victim_age")
TEXT = ("area_name", "crime", "mocodes", "victim_descent", "premise", "weapon", "status", "status_text", "address")
# Few texts in many rows.
REPEATED = frozenset({*TEXT, "category", "victim_sex", "cross_street"} - {"mocodes"})
ORDER: tuple[str, ...] = (
    *("dr_no", "reported", "occurred", "time_placeholder", "area", "area_name", "district", "part", "crime_code"),
    *("crime", "category", "mocodes", "victim_age", "victim_sex", "victim_descent", "premise_code", "premise"),
    *("weapon_code", "weapon", "status", "status_text", "address", "cross_street", "outside_city"),
)
# What follows where the number of a report, or one of these, is blank.
NAMELESS = "kept: it cannot be told whether the report is there twice"
BLANK = {
    "reported": "kept: how long its report took is not known",
    "occurred": "kept without a date: it is in no period and in no count by time",
    "crime_code": "the category is other",
    "area": "kept: it is in no division that is asked for",
}
# Columns that no file has.
MADE = ("time_placeholder", "category", "outside_city")
KINDS = {
    name: kind
    for official, kind in (
        *((official, NUMBER) for official, ours in COLUMNS.items() if ours in WHOLE),
        *((official, NUMBER) for official in ("TIME OCC", "LAT", "LON", *LEFT_OUT)),
        *((official, PLAIN) for official in ("DR_NO", "Mocodes")),
        ("LOCATION", MANY),
    )
    for name in (official, *(api for api, known in PORTAL.items() if known == official))
}


def needed_for(columns: Collection[str]) -> set[str]:
    """Return the names, official and of the portal's interface, of the columns of a file that some of ours are made of."""
    asked = {official for official, ours in COLUMNS.items() if ours in columns}
    others = {name for name in columns if name not in ORDER}
    official = {*REQUIRED, *asked, *others}
    return official | {api for api, known in PORTAL.items() if known in official}


def offered(header: Collection[str], mapping: Mapping[str, str]) -> list[str]:
    """Return what columns may be asked for of a file with these: ours in their order, then those that are not LAPD's."""
    official = {ours: name for name, ours in COLUMNS.items()}
    named = {theirs: official.get(ours, ours) for ours, theirs in mapping.items()}
    there = [COLUMNS.get(name, name) for name in (named.get(name) or PORTAL.get(name, name) for name in header)]
    ours = [name for name in ORDER if name in there or name in MADE]
    return [*ours, *(name for name in there if name not in {*ORDER, *COLUMNS.values(), *LEFT_OUT})]


def clean_part(raw: RawTable, mapping: Mapping[str, str] | None = None, progress: Progress = None) -> Loaded:
    """Clean a table; values that cannot be read are counted, and too many of them not refused yet.

    `mapping` names the file's column for some of ours, as in {"occurred": "Date of offence"}.
    """
    columns, notes = _own_columns(raw, mapping or {})
    return _cleaned(columns, [*raw.notes, *notes], progress)


def _own_columns(raw: RawTable, mapping: Mapping[str, str]) -> tuple[dict[str, Column], list[rules.Finding]]:
    """Return the file's columns under our names without those left out, and what was found about them."""
    plain = {name: name.strip().lstrip("\ufeff") for name in raw.columns}
    spaced = np.array([old for old, new in plain.items() if old != new], dtype=object)
    headers = rules.finding(
        "headers", np.ones(spaced.size, dtype=bool), spaced, "column names, not rows: spaces removed"
    )
    columns = {plain[name]: column for name, column in raw.columns.items()}
    official = {ours: name for name, ours in COLUMNS.items()}
    named = {theirs: official.get(ours, ours) for ours, theirs in mapping.items()}
    if {"reported", "occurred", "crime_code", *MADE} <= set(columns) - set(named):
        raise ValueError(
            f"{raw.file} holds incidents that were read and cleaned before: read it by geopandas, which keeps it as it is, or "
            "read the original file (lg.convert makes one of it that is read fast)."
        )
    called = {name: named.get(name) or PORTAL.get(name, name) for name in columns}
    refuse_clashes(raw.file, ((name, COLUMNS.get(ours, ours)) for name, ours in called.items()), MADE)
    columns = {called[name]: column for name, column in columns.items()}
    columns, differing = settled(columns, "LON", "LAT")
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise ValueError(
            f"{raw.file} is no LAPD incident file: it lacks the columns {', '.join(missing)}; it has "
            f"{listed(columns, most=8)}. {OTHER_AGENCIES}"
        )
    left = [name for name in LEFT_OUT if name in columns]
    filled = np.zeros(raw.rows, dtype=bool)
    for name in left:
        filled |= held(columns.pop(name))
    codes = Texts(np.array([None, ", ".join(left)], dtype=object), np.ones(raw.rows, dtype=np.int8))
    found = rules.finding("other_codes", filled, codes, "Crm Cd is used; these are left out")
    return {COLUMNS.get(name, name): column for name, column in columns.items()}, [headers, *differing, found]


def _cleaned(raw: dict[str, Column], audit: list[rules.Finding], progress: Progress) -> Loaded:
    """Apply the rules in their order; the audit grows by what each found."""
    columns: dict[str, Column] = {}
    columns["dr_no"] = noted(audit, _report_numbers(raw["dr_no"]))
    advance(progress, 0.1)
    columns["reported"] = noted(audit, moments(raw["reported"], "reported", None))
    occurred = noted(audit, moments(raw["occurred"], "occurred", None))
    advance(progress, 0.2)
    columns["occurred"], columns["time_placeholder"] = _with_clock(raw, occurred, columns["reported"], audit)
    whole = {name: noted(audit, numbers(raw[name], name, whole=True, source=None)) for name in WHOLE if name in raw}
    advance(progress, 0.4)
    if "victim_age" in whole:
        whole["victim_age"] = noted(audit, rules.ages(whole["victim_age"]))
    if "victim_sex" in raw:
        columns["victim_sex"] = noted(audit, _sexes(texts(raw["victim_sex"])))
    columns.update(whole)
    columns["category"] = categories_of(whole["crime_code"])
    audit += [*_blank(raw, columns["dr_no"]), rules.crime_codes(whole["crime_code"])]
    advance(progress, 0.6)
    columns.update(noted(audit, single_spaced({name: raw[name] for name in (*TEXT, "cross_street") if name in raw})))
    # Columns that are not LAPD's stay as they are, under their own names.
    columns.update({name: as_array(column) for name, column in raw.items() if name not in COLUMNS.values()})
    advance(progress, 0.8)
    return _placed(raw, columns, frozenset(whole), audit)


def _report_numbers(column: Column) -> tuple[Column, rules.Finding]:
    if isinstance(column, ArrowTexts) and column.nine_digits is not None:
        return column, rules.report_numbers(np.empty(0, dtype=object))[1]
    return rules.report_numbers(as_array(column))


def _blank(raw: Mapping[str, Column], number: Column | ArrowTexts) -> list[rules.Finding]:
    """Return in which rows a column that no incident should lack is blank; the reports' numbers tell which they are."""
    rows = {name: ~held(raw[name]) for name in BLANK}
    none = np.zeros(len(number), dtype=bool) if isinstance(number, ArrowTexts) else np.asarray(number) == ""
    nameless = rules.finding("dr_no_blank", none, np.full(none.size, None), NAMELESS)
    return [nameless, *rules.blank_values(rows, number, BLANK)]


def _sexes(column: Texts) -> tuple[Texts, rules.Finding]:
    named, found = rules.sexes(column.distinct)
    unknown = (named == "Unknown")[column.code]
    made = Texts(np.concatenate([[None], named]), column.code + np.int32(1)).unified()
    return made, rules.finding("sex_unknown", unknown, column, found["action"])


def _with_clock(
    raw: dict[str, Column], occurred: np.ndarray, reported: Column, audit: list[rules.Finding]
) -> tuple[np.ndarray, np.ndarray]:
    """Return when it occurred, date and clock together, and where the clock is not known."""
    minutes, placeholder, found = rules.clock_times(noted(audit, numbers(raw["time"], "time", source=None)))
    audit.extend(found)
    occurred = occurred + np.nan_to_num(minutes).astype("timedelta64[m]")
    return noted(audit, rules.occurred_after_reported(occurred, np.asarray(reported))), placeholder


def _placed(
    raw: dict[str, Column], columns: dict[str, Column], whole: frozenset[str], audit: list[rules.Finding]
) -> Loaded:
    """Return the columns in their settled order with their places."""
    longitude = noted(audit, numbers(raw["longitude"], "longitude", source=None))
    latitude = noted(audit, numbers(raw["latitude"], "latitude", source=None))
    x, y, columns["outside_city"], found = rules.coordinates(longitude, latitude)
    audit.extend(found)
    ordered = {name: columns[name] for name in (*ORDER, *columns) if name in columns}
    place = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(place, x, np.nan), np.where(place, y, np.nan)
    return Loaded(ordered, whole, x, y, "EPSG:4326", "LAPD", audit, Parameters(schema=LEGACY), repeated=REPEATED)
