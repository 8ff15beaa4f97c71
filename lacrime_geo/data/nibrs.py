"""The LAPD's NIBRS files (from March 2024), one row for each offence: cleaned with nothing silent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from ..checks import listed
from ..parameters import Parameters
from ..progress import Progress, advance
from . import rules
from .categories import bare_number, nibrs_category_of, nibrs_code
from .cleaning import blank, each_text, moments, noted, numbers, numbers_of, single_spaced, stripped, texts
from .clocks import seconds_of
from .column_words import plain_name
from .geometry_columns import settled
from .loaded import Loaded
from .quality.record_checks import filled
from .schemas import NIBRS, refuse_clashes
from .tables import LATITUDE, LONGITUDE, Column, RawTable, Texts

# What columns are called here, and in the file by the portal's interface, the first that is there of several; spelling does
# not matter.
COLUMNS = {
    "offence_no": ("uniquenibrno",),
    "case_no": ("caseno",),
    "reported": ("date_rptd",),
    "occurred": ("date_occ",),
    "time": ("time_occ",),
    "area": ("area",),
    "area_name": ("area_name",),
    "district": ("rpt_dist_no",),
    "group": ("group",),
    "nibrs_code": ("nibr_code",),
    "crime": ("nibr_description",),
    "crime_against": ("crime_against",),
    "offences": ("totaloffensecount",),
    "victims": ("totalvictimcount",),
    "premise_code": ("premis_cd",),
    "premise": ("premis_desc", "premis"),
    "weapon_code": ("weapon_used_cd",),
    "weapon": ("weapon_desc", "weapon"),
    "status": ("status",),
    "status_text": ("status_desc",),
    "victim_shot": ("victim_shot",),
    "victim_homeless": ("homeless_victim_crime",),
    "domestic_violence": ("domestic_violence_crime",),
    "hate_crime": ("hate_crime",),
    "gang_related": ("gang_related_crime",),
    "transit_related": ("transit_related_crime",),
    "suspect_homeless": ("homeless_suspect_crime",),
    "arrestee_homeless": ("homeless_arrestee_crime",),
    "address": ("location", "hndrdth_loc_chk", "hndrdth_loc"),
}
# The files of 2026 on name the hundred-block's own coordinates.
PLACES = (("lon", "lat"), ("hndrdth_lon", "hndrdth_lat"))
GEOMETRY = (LONGITUDE, LATITUDE)
REQUIRED = ("offence_no", "case_no", "occurred", "nibrs_code")
WHOLE = ("area", "district", "offences", "victims")
CODES = ("premise_code", "weapon_code")
TEXT = ("area_name", "group", "crime", "crime_against", "premise", "weapon", "status", "status_text", "address")
FLAGS = (
    *("victim_shot", "victim_homeless", "domestic_violence", "hate_crime", "gang_related", "transit_related"),
    *("suspect_homeless", "arrestee_homeless"),
)
ORDER = (
    *("offence_no", "case_no", "reported", "occurred", "time_placeholder", "area", "area_name", "district", "group"),
    *("nibrs_code", "crime", "category", "crime_against", "offences", "victims", "premise_code", "premise"),
    *("weapon_code", "weapon", "status", "status_text", *FLAGS, "address", "outside_city"),
)
REPEATED = frozenset({*TEXT, *FLAGS, "category", "nibrs_code"})
# What follows where one of these is blank.
BLANK = {
    "offence_no": "kept: it cannot be told whether the offence is there twice",
    "case_no": "kept: it cannot be told of which incident the offence is",
    "reported": "kept: how long its report took is not known",
    "occurred": "kept without a date: it is in no period and in no count by time",
    "area": "kept: it is in no division that is asked for",
}
YES, NO = ("y", "yes", "true", "t", "1"), ("n", "no", "false", "f", "0")
# Record systems write their earliest date where there is none.
EARLIEST = np.datetime64("1900-01-02", "s")
CAVEATS = (
    "One row is one offence, and one incident may have up to ten: rows count offences, not incidents; one_per_incident keeps the "
    "gravest of each.",
    "NIBRS files and those of the years before 2024 count different things under different codes: a change between them is no "
    "change in crime.",
    "The department moves coordinates to the hundred-block: many offences share a point, and cells finer than about 150 m say "
    "more than the data do.",
    "Some crimes are reported weeks later: the last weeks of a file are not complete, which can look like a fall that is none.",
)


def offered(header: Collection[str], mapping: Mapping[str, str]) -> list[str]:
    """Return what columns may be asked for of a file with these: ours in their order, then those that are not LAPD's."""
    names = {theirs: COLUMNS.get(ours, (ours,))[0] for ours, theirs in mapping.items()}
    there = [names.get(name, name) for name in header]
    ours = {plain_name(word): name for name, words in COLUMNS.items() for word in words}
    known = {ours[plain_name(name)] for name in there if plain_name(name) in ours}
    made = ("time_placeholder", "category", "outside_city")
    others = [name for name in there if plain_name(name) not in ours and not _is_place(name)]
    return [*(name for name in ORDER if name in known or name in made), *others]


def clean_part(raw: RawTable, mapping: Mapping[str, str] | None = None, progress: Progress = None) -> Loaded:
    """Clean a table of a NIBRS file of the LAPD, one row for each offence; offences that are repeated are still there.

    `mapping` names the file's column for some of ours.

    Raises
    ------
    ValueError
        If it lacks columns of such files.
    """
    raw = replace(raw, columns=_named_so(raw.file, raw.columns, mapping or {}))
    named, others = _own_columns(raw)
    audit, columns = [*raw.notes], _numbered(named)
    _add_times(columns, named, audit)
    advance(progress, 0.4)
    _add_codes(columns, named, audit)
    _add_numbers(columns, named, audit)
    advance(progress, 0.6)
    columns.update(noted(audit, single_spaced({name: named[name] for name in TEXT if name in named})))
    blanks = {name: ~filled(named[name]) for name in BLANK if name in named}
    audit += rules.blank_values(blanks, columns["case_no"], BLANK)
    columns.update({name: noted(audit, _flags(texts(named[name]), name)) for name in FLAGS if name in named})
    advance(progress, 0.8)
    x, y, columns["outside_city"] = _places(others, raw.rows, audit)
    columns.update({name: column for name, column in others.items() if not _is_place(name)})
    advance(progress, 1.0)
    ordered = {name: columns[name] for name in (*ORDER, *columns) if name in columns}
    whole = frozenset(name for name in (*WHOLE, *CODES) if name in columns)
    parameters = Parameters(schema=NIBRS, counted="offences")
    return Loaded(ordered, whole, x, y, "EPSG:4326", "LAPD", audit, parameters, repeated=REPEATED)


def _named_so(file: str, columns: Mapping[str, Column], mapping: Mapping[str, str]) -> dict[str, Column]:
    """Return the file's columns, those that the mapping names under the first name that is known for ours."""
    names = {theirs: COLUMNS.get(ours, (ours,))[0] for ours, theirs in mapping.items()}
    refuse_clashes(file, ((name, names.get(name, name)) for name in columns), ())
    return {names.get(name, name): column for name, column in columns.items()}


def _own_columns(raw: RawTable) -> tuple[dict[str, Column], dict[str, Column]]:
    """Return the file's columns that are known, under our names, and the others under the file's."""
    plain = {plain_name(name): name for name in reversed(list(raw.columns))}
    ours = {name: next((plain[w] for w in map(plain_name, words) if w in plain), "") for name, words in COLUMNS.items()}
    missing = [COLUMNS[name][0] for name in REQUIRED if not ours[name]]
    if missing:
        raise ValueError(
            f"{raw.file} is no NIBRS file of the LAPD: it lacks the columns {', '.join(missing)}; it has "
            f"{listed(raw.columns, most=8)}."
        )
    named = {name: raw.columns[theirs] for name, theirs in ours.items() if theirs}
    taken = set(ours.values())
    refuse_clashes(raw.file, ((name, name.strip()) for name in raw.columns if name not in taken), {*ORDER})
    return named, {name.strip(): column for name, column in raw.columns.items() if name not in taken}


def _numbered(named: Mapping[str, Column]) -> dict[str, Column]:
    """Return the numbers of offences and incidents as text, blanks where there is none."""
    return {name: each_text(texts(named[name]), bare_number) for name in ("offence_no", "case_no")}


def _add_times(columns: dict[str, Column], named: Mapping[str, Column], audit: list[rules.Finding]) -> None:
    """Add when it was reported and when it occurred, date and clock together, and where the clock is not known."""
    occurred = noted(audit, _possible(noted(audit, moments(named["occurred"], "occurred", None)), "occurred"))
    clock = named.get("time", np.full(occurred.size, np.nan))
    minutes, columns["time_placeholder"], found = rules.clock_times(noted(audit, _hhmm(clock)))
    audit.extend(found)
    # A date that has its clock with it keeps that where there is no other.
    day = np.where(np.isnan(minutes), occurred, occurred.astype("M8[D]").astype("M8[s]"))
    columns["occurred"] = day + np.nan_to_num(minutes).astype("timedelta64[m]")
    if "reported" in named:
        reported = noted(audit, _possible(noted(audit, moments(named["reported"], "reported", None)), "reported"))
        columns["reported"] = reported
        columns["occurred"] = noted(audit, rules.occurred_after_reported(np.asarray(columns["occurred"]), reported))


def _possible(moment: np.ndarray, name: str) -> tuple[np.ndarray, rules.Finding]:
    """Return dates with those before 1900 and the first day of it, which stand for none, set to missing."""
    too_early = moment < EARLIEST
    found = rules.finding(f"{name}_too_early", too_early, moment, "set to missing: before 2 January 1900")
    return np.where(too_early, np.datetime64("NaT", "s"), moment), found


def _hhmm(column: Column) -> tuple[np.ndarray, list[rules.Finding]]:
    """Return times of day as hhmm (1 is 00:01), whether the file writes 1305 or 13:05."""
    if not isinstance(column, Texts):
        return numbers(column, "time", source=None)

    def read(distinct: np.ndarray) -> np.ndarray:
        plain, seconds = numbers_of(distinct), seconds_of(distinct)
        return np.where(np.isnan(plain), seconds // 3600 * 100 + seconds % 3600 // 60, plain)

    found = column.each(read)
    return found, [rules.parsed("time", column.values, found, blank(column), np.isnan, None)]


def _add_codes(columns: dict[str, Column], named: Mapping[str, Column], audit: list[rules.Finding]) -> None:
    """Add the code of the offence as the FBI writes it, and its category."""
    codes = each_text(texts(named["nibrs_code"]), nibrs_code)
    columns["nibrs_code"], columns["category"] = codes, codes.each(nibrs_category_of)
    audit.append(rules.finding("nibrs_code_blank", blank(codes), codes.values, "the category is other"))


def _add_numbers(columns: dict[str, Column], named: Mapping[str, Column], audit: list[rules.Finding]) -> None:
    """Add the columns of whole numbers; of codes, which stand beside their words, any number may be none."""
    for name in WHOLE:
        if name in named:
            columns[name] = noted(audit, numbers(named[name], name, whole=True, source=None))
    for name in CODES:
        if name in named:
            code = texts(named[name])
            columns[name] = code.each(lambda distinct: numbers_of(distinct, True))
            failed = np.isnan(np.asarray(columns[name])) & ~blank(code)
            audit.append(rules.finding(f"{name}_unreadable", failed, code.values, "set to missing; its words are kept"))


def _flags(column: Texts, name: str) -> tuple[Texts, rules.Finding]:
    """Return yes, no or None, which is not recorded; what is neither is counted."""

    def word(text: str) -> str | None:
        plain = text.strip().lower().split(".")[0]
        return "yes" if plain in YES else "no" if plain in NO else None

    found = each_text(column, word)
    odd = blank(found) & ~blank(stripped(column))
    return found, rules.finding(f"{name}_unreadable", odd, column.values, "set to missing: neither yes nor no")


def _places(
    others: Mapping[str, Column], rows: int, audit: list[rules.Finding]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return longitude, latitude and whether outside the city; NaN where there is no place."""
    plain = {name if name in GEOMETRY else plain_name(name): column for name, column in others.items()}
    pairs = [(plain_name(x), plain_name(y)) for x, y in reversed(PLACES)]
    pair = next((pair for pair in [*pairs, GEOMETRY] if set(pair) <= set(plain)), None)
    if pair is None:
        every = np.ones(rows, dtype=bool)
        action = "the file has no coordinates: no row can be mapped"
        audit.append(rules.finding("coordinates_absent", every, np.full(rows, "no columns lat and lon"), action))
        return np.full(rows, np.nan), np.full(rows, np.nan), ~every
    plain, differing = settled(plain, *pair)
    audit.extend(differing)
    longitude, latitude = (
        noted(audit, numbers(plain[name], role, source=None)) for name, role in zip(pair, ("longitude", "latitude"))
    )
    x, y, outside, found = rules.coordinates(longitude, latitude)
    audit.extend(found)
    place = np.isfinite(x) & np.isfinite(y)
    audit.extend(_placed_elsewhere(plain, pair, pairs, place))
    return np.where(place, x, np.nan), np.where(place, y, np.nan), outside


def _placed_elsewhere(
    plain: Mapping[str, Column], taken: tuple[str, str], pairs: list[tuple[str, str]], place: np.ndarray
) -> list[rules.Finding]:
    """Return which rows have no place in the columns taken, and one in the file's others."""
    found = []
    for pair in pairs:
        if pair == taken or not set(pair) <= set(plain):
            continue
        x, y = (texts(plain[name]).each(numbers_of) for name in pair)
        other = ~place & np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0)
        action = f"no geometry, though {' and '.join(pair)} hold a place: {' and '.join(taken)} are taken for all rows"
        found.append(rules.of_pairs("coordinates_elsewhere", other, x, y, action))
    return found


def _is_place(name: str) -> bool:
    return name in GEOMETRY or any(plain_name(name) == plain_name(place) for pair in PLACES for place in pair)
