"""LAPD incident files: the official CSV, its spreadsheet re-saves and parquet copies, cleaned with nothing silent."""

from __future__ import annotations

import csv
import logging
import os
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dates
from . import rules
from .categories import category_of

if TYPE_CHECKING:
    import geopandas
    import pandas

log = logging.getLogger("lacrime_geo")

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
    raw = _read_raw(Path(path))
    audit: list[rules.Finding] = list(raw.attrs.get("audit", []))
    frame = _clean(raw, audit)
    frame.attrs = {"agency": "LAPD", "label": Path(path).name.split(".")[0], "audit": audit}
    for found in audit:
        if found["rows"]:
            log.info(
                "%s: %s rows (such as %s): %s",
                found["rule"],
                f"{found['rows']:,}",
                ", ".join(found["examples"]),
                found["action"],
            )
    log.info("%s: %s reports read, %s kept", Path(path).name, f"{len(raw):,}", f"{len(frame):,}")
    return frame


def _read_raw(path: Path) -> pandas.DataFrame:
    """Return the file's own columns under our names, CSV as text."""
    import pandas as pd

    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r}; check the path.")
    try:
        raw = pd.read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    except (ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as problem:
        said = (str(problem) or type(problem).__name__).splitlines()[0]
        raise ValueError(
            f"{path.name} cannot be read ({said}); it should be a complete CSV or parquet file."
        ) from problem
    names = {str(name): str(name).strip().lstrip("\ufeff") for name in raw.columns}
    spaced = np.array([old for old, new in names.items() if old != new], dtype=object)
    headers = rules.finding(
        "headers", np.ones(spaced.size, dtype=bool), spaced, "column names, not rows: spaces removed"
    )
    notes = [*raw.attrs.get("audit", []), headers]
    raw = raw.rename(columns=names)
    missing = [name for name in REQUIRED if name not in raw.columns]
    if missing:
        raise ValueError(
            f"{path.name} is no LAPD incident file: it lacks the columns {', '.join(missing)}; it has "
            f"{', '.join(map(str, list(raw.columns)[:8]))}."
        )
    left = [name for name in LEFT_OUT if name in raw.columns]
    filled = raw[left].notna().any(axis=1).to_numpy()
    found = rules.finding(
        "other_codes", filled, np.full(len(raw), ", ".join(left)), "Crm Cd is used; these are left out"
    )
    out = raw.drop(columns=left).rename(columns=COLUMNS)
    out.attrs = {"audit": [*notes, found]}
    return out


def _read_csv(path: Path) -> pandas.DataFrame:
    import pandas as pd

    _refuse_cut_off(path)
    options: dict[str, Any] = dict(dtype=str, keep_default_na=False, na_values=[""])
    try:
        return pd.read_csv(path, encoding="utf-8-sig", **options)
    except UnicodeDecodeError:
        raw = pd.read_csv(path, encoding="latin-1", **options)
        all_rows = np.ones(len(raw), dtype=bool)
        raw.attrs = {
            "audit": [rules.finding("encoding", all_rows, np.full(len(raw), "latin-1"), "read as Latin-1, not UTF-8")]
        }
        return raw


def _refuse_cut_off(path: Path) -> None:
    """Raise when a plain CSV ends amid a row; compressed files notice by themselves."""
    if path.suffix.lower() != ".csv":
        return
    with path.open("rb") as file:
        header = file.readline()
        file.seek(max(path.stat().st_size - 65536, len(header)))
        tail = file.read()
    last = tail.rstrip(b"\r\n").split(b"\n")[-1]
    fields = [len(next(csv.reader([line.decode("latin-1")]), [])) for line in (header, last)]
    if last and not tail.endswith(b"\n") and fields[1] < fields[0]:
        raise ValueError(f"the file breaks off: its last row has {fields[1]} of {fields[0]} fields")


def _clean(raw: pandas.DataFrame, audit: list[rules.Finding]) -> geopandas.GeoDataFrame:
    """Apply the rules in their order; the audit grows by what each found."""
    columns: dict[str, Any] = {}
    columns["dr_no"] = _noted(audit, rules.report_numbers(raw["dr_no"].to_numpy(dtype=object, na_value=None)))
    columns["reported"], occurred = (
        _dates(raw["reported"], "reported", audit),
        _dates(raw["occurred"], "occurred", audit),
    )
    minutes, columns["time_placeholder"], found = rules.clock_times(_numbers(raw["time"], "time", audit))
    audit.extend(found)
    occurred = occurred + np.nan_to_num(minutes).astype("timedelta64[m]")
    columns["occurred"] = _noted(audit, rules.occurred_after_reported(occurred, columns["reported"]))
    numbers = {name: _numbers(raw[name], name, audit) for name in WHOLE if name in raw}
    if "victim_age" in numbers:
        numbers["victim_age"] = _noted(audit, rules.ages(numbers["victim_age"]))
    if "victim_sex" in raw:
        columns["victim_sex"] = _noted(audit, rules.sexes(raw["victim_sex"].to_numpy(dtype=object, na_value=None)))
    columns.update({name: _nullable(values) for name, values in numbers.items()})
    columns["category"] = category_of(numbers["crime_code"])
    columns.update(_noted(audit, _single_spaced(raw[[name for name in (*TEXT, "cross_street") if name in raw]])))
    # Columns that are not LAPD's stay as they are, under their own names.
    columns.update({name: raw[name] for name in raw.columns if name not in COLUMNS.values()})
    return _placed(raw, columns, audit)


def _placed(raw: pandas.DataFrame, columns: dict[str, Any], audit: list[rules.Finding]) -> geopandas.GeoDataFrame:
    """Return the columns in their settled order with points in EPSG:4326, of duplicate reports only the latest."""
    import geopandas as gpd
    import pandas as pd

    longitude, latitude = _numbers(raw["longitude"], "longitude", audit), _numbers(raw["latitude"], "latitude", audit)
    x, y, columns["outside_city"], found = rules.coordinates(longitude, latitude)
    audit.extend(found)
    keep = _noted(audit, rules.latest_of_duplicates(columns["dr_no"], columns["reported"]))
    points = gpd.points_from_xy(x, y, crs="EPSG:4326")
    points[np.isnan(x) | np.isnan(y)] = None
    frame = gpd.GeoDataFrame(
        pd.DataFrame({name: columns[name] for name in (*ORDER, *columns) if name in columns}), geometry=points
    )
    return frame[keep].reset_index(drop=True)


def _noted(audit: list[rules.Finding], outcome: tuple[Any, rules.Finding]) -> Any:
    audit.append(outcome[1])
    return outcome[0]


def _dates(values: pandas.Series, name: str, audit: list[rules.Finding]) -> np.ndarray:
    """Return dates by the first format that fits each."""
    import pandas as pd

    if values.dtype.kind == "M":
        local = values if values.dt.tz is None else values.dt.tz_localize(None)
        return local.to_numpy(dtype="datetime64[s]")
    text = values.astype("string").str.strip().replace("", pd.NA)
    out = dates.parse(text.to_numpy(dtype=object, na_value=None))
    audit.append(rules.parsed(name, text.to_numpy(dtype=object), out, text.isna().to_numpy(), np.isnat))
    return out


def _numbers(values: pandas.Series, name: str, audit: list[rules.Finding]) -> np.ndarray:
    import pandas as pd

    if values.dtype.kind in "iuf":
        return values.to_numpy(dtype=float, na_value=np.nan)
    text = values.astype("string").str.strip().replace("", pd.NA)
    number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan, copy=True)
    number[np.isinf(number)] = np.nan
    if name in WHOLE:
        number[number % 1 != 0] = np.nan
    audit.append(rules.parsed(name, text.to_numpy(dtype=object), number, text.isna().to_numpy(), np.isnan))
    return number


def _nullable(values: np.ndarray) -> Any:
    import pandas as pd

    return pd.array(values, dtype="Float64").astype("Int64") if values.size else pd.array([], dtype="Int64")


def _single_spaced(frame: pandas.DataFrame) -> tuple[dict[str, pandas.Series], rules.Finding]:
    """Return text columns without runs of spaces, None where blank, and in how many rows that changed anything."""
    columns = {}
    changed, example = np.zeros(len(frame), dtype=bool), np.full(len(frame), "", dtype=object)
    for name in frame:
        old = frame[name].astype("string").fillna("")
        new = old.str.strip().str.replace(r" {2,}", " ", regex=True)
        here = (old != new).to_numpy(dtype=bool)
        example[here & ~changed] = old.to_numpy(dtype=object)[here & ~changed]
        changed |= here
        columns[str(name)] = new.astype(object).where(new != "", None)
    return columns, rules.finding("spaces", changed, example, "runs of spaces made one")
