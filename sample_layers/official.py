"""The official file format: 28 columns, dates as MM/DD/YYYY 12:00:00 AM, everything text."""

import csv
import gzip
import io

import numpy as np

import crime_codes as tables
from crime_codes import KINDS

HEADER = (
    "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA,AREA NAME,Rpt Dist No,Part 1-2,Crm Cd,Crm Cd Desc,Mocodes,Vict Age,Vict Sex,"
    "Vict Descent,Premis Cd,Premis Desc,Weapon Used Cd,Weapon Desc,Status,Status Desc,Crm Cd 1,Crm Cd 2,Crm Cd 3,Crm Cd 4,"
    "LOCATION,Cross Street,LAT,LON"
).split(",")


def official_rows(columns, places, division_names, rng):
    """Rows of text in the order of their numbers."""
    at = columns["place"]
    area = places["area"][at]
    number = _numbers(columns["reported"], area, columns["repeats"], rng)
    text = {
        "DR_NO": number,
        "Date Rptd": _dates(columns["reported"]),
        "DATE OCC": _dates(columns["occurred"]),
        "TIME OCC": _times(columns["minute"]),
        "AREA": [f"{code:02d}" for code in area],
        "AREA NAME": [division_names[code] for code in area],
        "Rpt Dist No": [f"{code:04d}" for code in places["district"][at]],
        **_kinds(columns["kind"], rng),
        "Mocodes": columns["mocodes"],
        "Vict Age": columns["age"].astype(str),
        "Vict Sex": columns["sex"],
        "Vict Descent": columns["descent"],
        **_coded(columns),
        **_locations(columns, places, rng),
    }
    order = np.lexsort((columns["reported"], number))
    return [[text[name][row] for name in HEADER] for row in order]


def _numbers(reported, area, repeats, rng):
    """DR_NO: year of the report, division, and a number that rises with the date of the report."""
    year = reported.astype("datetime64[Y]").astype(int) + 1970 - 2000
    series = year * 100 + area
    order = np.lexsort((rng.random(area.size), reported, series))
    rank = np.empty(area.size, dtype=int)
    rank[order] = np.arange(area.size) - np.searchsorted(series[order], series[order])
    number = np.array([f"{name}{4_000 + 7 * k:05d}" for name, k in zip(series, rank)])
    return np.where(repeats >= 0, number[repeats], number)


def _dates(days):
    return [f"{day:%m/%d/%Y} 12:00:00 AM" for day in days.astype(object)]


def _times(minute):
    return [f"{value // 60:02d}{value % 60:02d}" for value in minute]


def _kinds(kind, rng):
    """The crime code columns; one row in twelve carries the filler 998 as second code."""
    code = [str(KINDS[k].code) for k in kind]
    filler = np.where(rng.random(kind.size) < 0.08, "998", "")
    third = np.where((filler != "") & (rng.random(kind.size) < 0.03), "999", "")
    return {
        "Part 1-2": [str(KINDS[k].part) for k in kind],
        "Crm Cd": code,
        "Crm Cd Desc": [KINDS[k].text for k in kind],
        "Crm Cd 1": code,
        "Crm Cd 2": filler,
        "Crm Cd 3": third,
        "Crm Cd 4": np.full(kind.size, ""),
    }


def _coded(columns):
    """Premise, weapon and status with their descriptions."""
    weapons = {0: ("", "")} | {code: (str(code), text) for code, (text, _) in tables.WEAPONS.items()}
    return {
        "Premis Cd": columns["premise"].astype(str),
        "Premis Desc": [tables.PREMISES[code] for code in columns["premise"]],
        "Weapon Used Cd": [weapons[code][0] for code in columns["weapon"]],
        "Weapon Desc": [weapons[code][1] for code in columns["weapon"]],
        "Status": columns["status"],
        "Status Desc": [tables.STATUSES[name][0] for name in columns["status"]],
    }


def _locations(columns, places, rng):
    """Address, cross street (of each crossing and of a few addresses) and coordinates, 0 where they are missing."""
    at, zeroed = columns["place"], columns["zeroed"]
    crossed = places["crossing"][at] | (rng.random(at.size) < 0.04)
    return {
        "LOCATION": places["address"][at],
        "Cross Street": np.where(crossed, places["cross"][at], ""),
        "LAT": _degrees(places["latitude"][at], zeroed),
        "LON": _degrees(places["longitude"][at], zeroed),
    }


def _degrees(values, zeroed):
    return ["0" if zero else f"{value:.4f}".rstrip("0").rstrip(".") for value, zero in zip(values, zeroed)]


def write_csv(path, rows):
    """Write a gzipped CSV whose bytes depend on the rows alone: no time, no name in the gzip header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    with (
        open(path, "wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=0) as packed,
    ):
        packed.write(text.getvalue().encode())
