"""LAPD incident files: the official CSV, its spreadsheet re-saves and parquet copies, cleaned with nothing silent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from ..parameters import Parameters
from ..progress import Progress, advance, within
from . import rules, tables
from .categories import category_of
from .cleaning import blank, moments, noted, numbers, single_spaced, texts
from .loaded import Loaded, announced
from .tables import Column, RawTable

if TYPE_CHECKING:
    import geopandas

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
    "Another agency's CSV is made a layer first: by “Load incidents from a CSV” in QGIS, or in a script by "
    "lg.read_incidents(…).to_file('incidents.gpkg')."
)
LEFT_OUT = ("Crm Cd 1", "Crm Cd 2", "Crm Cd 3", "Crm Cd 4")
REQUIRED = ("DR_NO", "Date Rptd", "DATE OCC", "TIME OCC", "AREA", "Crm Cd", "LAT", "LON")
WHOLE = ("area", "district", "part", "crime_code", "premise_code", "weapon_code", "victim_age")
TEXT = ("area_name", "crime", "mocodes", "victim_descent", "premise", "weapon", "status", "status_text", "address")
ORDER: tuple[str, ...] = (
    "dr_no",
    "reported",
    "occurred",
    "time_placeholder",
    "area",
    "area_name",
    "district",
    "part",
    "crime_code",
    "crime",
)
ORDER += ("category", "mocodes", "victim_age", "victim_sex", "victim_descent", "premise_code", "premise", "weapon_code")
ORDER += ("weapon", "status", "status_text", "address", "cross_street", "outside_city")

CAVEATS = (
    "The department moves coordinates to the hundred-block: many incidents share a point, and cells finer than about 150 m say "
    "more than the data do.",
    "1200 and 0001 stand for a time that is not known; they are flagged in time_placeholder, and the noon peak is mostly this.",
    "Some crimes are reported weeks later: the last weeks of a file are not complete, which can look like a fall that is none.",
)


def read_lapd(path: str | os.PathLike[str]) -> geopandas.GeoDataFrame:
    """Read an LAPD incident file (2010–2024 columns) as points in EPSG:4326, cleaned and audited.

    Parameters
    ----------
    path : CSV (also .gz or .zip) as the city's portal exports it or a spreadsheet re-saves it, or parquet.

    Returns
    -------
    GeoDataFrame
        One row per report, also without coordinates (null geometry). Columns: `dr_no, reported, occurred` (with its
        time), `time_placeholder, area, area_name, district, part, crime_code, crime, category, …`. What every rule
        found and did is a list of dicts in ``.attrs["audit"]`` and in the log; ``.attrs["agency"]`` is "LAPD".

    Raises
    ------
    ValueError
        If it is no LAPD file, or more than max(5, 0.1 %) of its dates or numbers cannot be read.
    OSError
        If the file is missing or damaged.
    """
    import geopandas  # noqa: F401 - a long file is not read in vain where this is missing

    return load_lapd(path).to_geodataframe()


def load_lapd(path: str | os.PathLike[str], progress: Progress = None) -> Loaded:
    """Read and clean an LAPD incident file as `read_lapd` does, without pandas."""
    return clean_lapd(tables.read(path, within(progress, 0.0, 0.7)), within(progress, 0.7, 1.0))


def clean_lapd(raw: RawTable, progress: Progress = None) -> Loaded:
    """Clean the table of an LAPD incident file, and announce what was found."""
    columns, notes = _own_columns(raw)
    loaded = _cleaned(columns, [*raw.notes, *notes], within(progress, 0.0, 0.9))
    advance(progress, 1.0)
    return announced(loaded, raw, CAVEATS)


def _own_columns(raw: RawTable) -> tuple[dict[str, Column], list[rules.Finding]]:
    """Return the file's columns under our names without those left out, and what was found about them."""
    plain = {name: name.strip().lstrip("\ufeff") for name in raw.columns}
    spaced = np.array([old for old, new in plain.items() if old != new], dtype=object)
    headers = rules.finding(
        "headers", np.ones(spaced.size, dtype=bool), spaced, "column names, not rows: spaces removed"
    )
    columns = {plain[name]: column for name, column in raw.columns.items()}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise ValueError(
            f"{raw.file} is no LAPD incident file: it lacks the columns {', '.join(missing)}; it has "
            f"{', '.join(list(columns)[:8])}. {OTHER_AGENCIES}"
        )
    left = [name for name in LEFT_OUT if name in columns]
    filled = np.zeros(raw.rows, dtype=bool)
    for name in left:
        filled |= ~blank(texts(columns.pop(name)))
    codes = np.full(raw.rows, ", ".join(left), dtype=object)
    found = rules.finding("other_codes", filled, codes, "Crm Cd is used; these are left out")
    return {COLUMNS.get(name, name): column for name, column in columns.items()}, [headers, found]


def _cleaned(raw: dict[str, Column], audit: list[rules.Finding], progress: Progress) -> Loaded:
    """Apply the rules in their order; the audit grows by what each found."""
    columns: dict[str, Column] = {}
    columns["dr_no"] = noted(audit, rules.report_numbers(_values(raw["dr_no"])))
    advance(progress, 0.1)
    columns["reported"] = noted(audit, moments(raw["reported"], "reported"))
    occurred = noted(audit, moments(raw["occurred"], "occurred"))
    advance(progress, 0.2)
    columns["occurred"], columns["time_placeholder"] = _with_clock(raw, occurred, columns["reported"], audit)
    whole = {name: noted(audit, numbers(raw[name], name, whole=True)) for name in WHOLE if name in raw}
    advance(progress, 0.4)
    if "victim_age" in whole:
        whole["victim_age"] = noted(audit, rules.ages(whole["victim_age"]))
    if "victim_sex" in raw:
        columns["victim_sex"] = noted(audit, rules.sexes(_values(raw["victim_sex"])))
    columns.update(whole)
    columns["category"] = category_of(whole["crime_code"])
    advance(progress, 0.6)
    columns.update(noted(audit, single_spaced({name: raw[name] for name in (*TEXT, "cross_street") if name in raw})))
    # Columns that are not LAPD's stay as they are, under their own names.
    columns.update({name: _values(column) for name, column in raw.items() if name not in COLUMNS.values()})
    advance(progress, 0.8)
    return _placed(raw, columns, frozenset(whole), audit)


def _with_clock(
    raw: dict[str, Column], occurred: np.ndarray, reported: Column, audit: list[rules.Finding]
) -> tuple[np.ndarray, np.ndarray]:
    """Return when it occurred, date and clock together, and where the clock is not known."""
    minutes, placeholder, found = rules.clock_times(noted(audit, numbers(raw["time"], "time")))
    audit.extend(found)
    occurred = occurred + np.nan_to_num(minutes).astype("timedelta64[m]")
    return noted(audit, rules.occurred_after_reported(occurred, np.asarray(reported))), placeholder


def _placed(
    raw: dict[str, Column], columns: dict[str, Column], whole: frozenset[str], audit: list[rules.Finding]
) -> Loaded:
    """Return the columns in their settled order with their places, of duplicate reports only the latest."""
    longitude = noted(audit, numbers(raw["longitude"], "longitude"))
    latitude = noted(audit, numbers(raw["latitude"], "latitude"))
    x, y, columns["outside_city"], found = rules.coordinates(longitude, latitude)
    audit.extend(found)
    number, reported = np.asarray(columns["dr_no"]), np.asarray(columns["reported"])
    keep = noted(audit, rules.latest_of_duplicates(number, reported))
    ordered = {name: columns[name] for name in (*ORDER, *columns) if name in columns}
    place = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(place, x, np.nan), np.where(place, y, np.nan)
    loaded = Loaded(ordered, whole, x, y, "EPSG:4326", "LAPD", audit, Parameters())
    return loaded if keep.all() else loaded.take(keep)


def _values(column: Column) -> np.ndarray:
    return column.values if isinstance(column, tables.Texts) else column
