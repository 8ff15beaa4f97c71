"""The columns that detectors look at, of a file that was loaded or of a layer: places, times, ids, areas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import checks
from ...agencies import agency_of
from ...incidents import Incidents
from ...parameters import Parameters
from ..column_guesses import are_dates, is_date_column
from ..column_words import NAMES, plain_name
from ..tables import Column, Texts

if TYPE_CHECKING:
    from ..loaded import Loaded

# Ids of reports in the words of agencies, without spaces and signs.
IDS = (
    *("drno", "offenceno", "incidentid", "incidentnumber", "incidentno", "reportnumber", "reportno", "caseid"),
    *("casenumber", "caseno", "eventnumber", "eventid", "crimeid", "callnumber", "uid", "id"),
)
# Areas of the police, of which records break one by one; not too many, nor only one.
AREAS = (
    *("areaname", "area", "division", "divisionname", "precinct", "policedistrict", "district", "bureau", "beat"),
    *("sector", "zone", "neighborhood", "neighbourhood", "county"),
)
MOST_AREAS = 200
WGS_84 = "EPSG:4326"
OCCURRED, REPORTED, TIMELESS = "occurred", "reported", "time_placeholder"


@dataclass(frozen=True, eq=False)
class Records:
    """Hold what detectors need of incidents: coordinates (n,) as they are written, NaN without a place, and columns.

    `scale` is metres per unit of x and of y. `id_column` and `area_column` are None where there is none.
    """

    x: np.ndarray
    y: np.ndarray
    scale: tuple[float, float]
    columns: Mapping[str, Column]
    when: np.ndarray | None = None
    clockless: np.ndarray | None = None
    reported: np.ndarray | None = None
    id_column: str | None = None
    area_column: str | None = None
    agency: str | None = None
    crs: Any = WGS_84

    @property
    def size(self) -> int:
        """The number of rows."""
        return int(self.x.size)


def records_of(
    columns: Mapping[str, Column],
    place: tuple[np.ndarray, np.ndarray, Any],
    named: Mapping[str, str | None],
    agency: str | None,
    parameters: Parameters,
    metres: tuple[float, float] | None = None,
) -> Records:
    """Return the records of columns and places (x, y, their CRS); what is not named is guessed and announced.

    `named` may hold `time_column, id_column, area_column`; `metres` is what a unit of x and y has, where that is known.
    """
    roles = {
        role: _named(role, columns, named.get(role), parameters) for role in ("time_column", "id_column", "area_column")
    }
    time = roles["time_column"]
    when = None if time is None else _moments(columns[time])
    timeless = columns.get(TIMELESS) if time == OCCURRED else None
    reported = _moments(columns[REPORTED]) if REPORTED in columns and are_dates(columns[REPORTED]) else None
    x, y, crs = place
    return Records(
        x,
        y,
        metres or metres_per_unit(crs, y),
        columns,
        when,
        None if timeless is None or isinstance(timeless, Texts) else np.asarray(timeless, dtype=bool),
        None if time == REPORTED else reported,
        roles["id_column"],
        roles["area_column"],
        agency_of(agency or None, columns),
        crs,
    )


def records_of_loaded(loaded: Loaded, named: Mapping[str, str | None], parameters: Parameters) -> Records:
    """Return the records of a file that was loaded."""
    return records_of(loaded.columns, (loaded.x, loaded.y, loaded.crs), named, loaded.agency, parameters)


def records_of_incidents(incidents: Incidents, named: Mapping[str, str | None], parameters: Parameters) -> Records:
    """Return the records of incidents that have no table behind them."""
    columns: dict[str, Column] = {
        name: values
        for name, values in ((OCCURRED, incidents.when), (REPORTED, incidents.reported))
        if values is not None
    }
    if incidents.category is not None:
        columns["category"] = Texts.of(incidents.category)
    place = incidents.easting, incidents.northing, incidents.crs
    # Incidents are in metres, whatever their CRS: pyproj, which would tell that, is not there in QGIS.
    return records_of(columns, place, named, None, parameters, metres=(1.0, 1.0))


def metres_per_degree(latitude: np.ndarray) -> tuple[float, float]:
    """Return metres per degree of longitude and of latitude at the median latitude (n,) of the WGS 84 ellipsoid.

    By the first terms of the series of the meridian and the parallel (Bowditch 2002, table 7).

    >>> [round(metres) for metres in metres_per_degree(np.array([34.0]))]
    [92385, 110922]
    """
    known = latitude[np.isfinite(latitude) & (np.abs(latitude) <= 90) & (latitude != 0)]
    middle = math.radians(float(np.median(known))) if known.size else 0.0
    along = 111_412.84 * math.cos(middle) - 93.5 * math.cos(3 * middle) + 0.118 * math.cos(5 * middle)
    up = 111_132.92 - 559.82 * math.cos(2 * middle) + 1.175 * math.cos(4 * middle) - 0.0023 * math.cos(6 * middle)
    return along, up


def metres_per_unit(crs: Any, y: np.ndarray) -> tuple[float, float]:
    """Return metres per unit of x and y (n,) of a CRS: degrees, feet or metres."""
    if str(crs) == WGS_84:  # pyproj is not needed where QGIS has none
        return metres_per_degree(y)
    from pyproj import CRS

    known = CRS.from_user_input(crs)
    if known.is_geographic:
        return metres_per_degree(y)
    factor = float(known.axis_info[0].unit_conversion_factor)
    return factor, factor


def _named(role: str, columns: Mapping[str, Column], given: str | None, parameters: Parameters) -> str | None:
    """Return the column of a role as named, else guessed and announced, None where none fits."""
    if given is not None:
        checks.column(dict(columns), given)
        parameters[role] = given
        return given
    usual = {"time_column": NAMES["date"], "id_column": IDS, "area_column": AREAS}[role]
    plain = {plain_name(name): name for name in reversed(list(columns))}
    for word in usual:
        name = plain.get(word)
        if name is not None and _FITS[role](columns[name]):
            return str(parameters.choose(role, name, "by its name"))
    if role == "time_column":
        name = next((name for name, column in columns.items() if is_date_column(column) and name != REPORTED), None)
        return name if name is None else str(parameters.choose(role, name, "the first column of dates"))
    return None


def area_columns(columns: Mapping[str, Column], named: str | None = None) -> dict[str, Column]:
    """Return the columns that may name areas: the one named, else all that are called so."""
    names = [named] if named else [name for name in columns if plain_name(name) in AREAS]
    return {name: checks.column(dict(columns), name) for name in names}


def _distinct(column: Column) -> list[Any]:
    values = column.distinct[1:] if isinstance(column, Texts) else list(set(column.tolist()))
    return [value for value in values if value is not None and value == value]


def _are_areas(column: Column) -> bool:
    return 1 < len(_distinct(column)) <= MOST_AREAS


def _are_ids(column: Column) -> bool:
    from .record_checks import filled

    held = filled(column)
    return bool(held.size) and float(held.mean()) > 0.5


_FITS: dict[str, Any] = {"time_column": are_dates, "id_column": _are_ids, "area_column": _are_areas}


def _moments(column: Column) -> np.ndarray:
    from ... import dates

    if isinstance(column, Texts):
        return column.each(dates.parse)
    if column.dtype.kind == "M":
        return column.astype("M8[s]")
    return dates.parse([None if value is None or value != value else str(value) for value in column])
