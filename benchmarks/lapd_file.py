"""A synthetic file in the official format of LAPD's exports, 28 columns, as long as asked for; as a script it writes one.

python benchmarks/lapd_file.py FILE [ROWS]
"""

import sys
from pathlib import Path

import numpy as np

SEED = 20_240_602
ROWS, ROWS_AT_ONCE = 1_000_000, 250_000
FIRST_DAY, DAYS = np.datetime64("2020-01-01", "D"), 1_800
# Of all rows, how many distinct places there are to stand on; about 59,000 of a million.
PLACES = 62_500
HEADER = (
    "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA,AREA NAME,Rpt Dist No,Part 1-2,Crm Cd,Crm Cd Desc,Mocodes,Vict Age,Vict Sex,"
    "Vict Descent,Premis Cd,Premis Desc,Weapon Used Cd,Weapon Desc,Status,Status Desc,Crm Cd 1,Crm Cd 2,Crm Cd 3,Crm Cd 4,"
    "LOCATION,Cross Street,LAT,LON"
)
AREAS = tuple((number, f"Division {number:02d}") for number in range(1, 22))
CRIMES = (510, 624, 330, 310, 354, 740, 230, 440, 626, 420, 341, 210, 930, 745, 888, 442, 331, 236, 761, 649)
STATUS = (
    ("IC", "Invest Cont", 0.8),
    ("AO", "Adult Other", 0.11),
    ("AA", "Adult Arrest", 0.088),
    ("JA", "Juv Arrest", 0.002),
)
SYLLABLES = (
    "ALA",
    "BEL",
    "CANO",
    "DEL",
    "ESPE",
    "FLO",
    "GRAN",
    "HILL",
    "LAKE",
    "MONT",
    "OAK",
    "PALO",
    "RIVER",
    "SAN",
    "VISTA",
)
STREETS = tuple(f"{one} {two}{three}" for one in SYLLABLES for two in SYLLABLES for three in ("", "DA", "MAR", "TON"))


def write(path, rows=ROWS, first=0):
    """Write so many rows to a file, their numbers beginning with the first; return a line on it."""
    places, rng = _places(np.random.default_rng(SEED)), np.random.default_rng([SEED, first])
    with Path(path).open("w", encoding="ascii", newline="") as file:
        file.write(HEADER + "\r\n")
        for start in range(0, rows, ROWS_AT_ONCE):
            columns = _columns(rng, places, first + start, min(ROWS_AT_ONCE, rows - start))
            file.writelines(map("{}\r\n".format, map(",".join, zip(*columns))))
    size = Path(path).stat().st_size
    return f"{rows:,} rows × {len(HEADER.split(','))} columns, {size / 1e6:,.0f} MB, seed {SEED}"


def _places(rng):
    """Draw hundred-blocks: coordinates of four decimals, what the block is called, the division, and how much happens there."""
    lat, lon = (
        rng.normal(34.05, 0.09, PLACES).clip(33.7, 34.33),
        rng.normal(-118.36, 0.1, PLACES).clip(-118.66, -118.16),
    )
    house, street = rng.integers(1, 140, PLACES) * 100, rng.choice(STREETS, PLACES)
    blocks = [f"{number} {name:<28}AV" for number, name in zip(house, street)]
    appeal = rng.lognormal(0.0, 1.2, PLACES)
    return {
        "lat": np.array([f"{value:.4f}" for value in lat]),
        "lon": np.array([f"{value:.4f}" for value in lon]),
        "block": np.array(blocks),
        "area": rng.integers(0, len(AREAS), PLACES),
        "share": appeal / appeal.sum(),
    }


def _columns(rng, places, start, rows):
    """Return the texts of the 28 columns of some rows."""
    place = rng.choice(PLACES, rows, p=places["share"])
    nowhere = rng.random(rows) < 0.002
    occurred = rng.integers(0, DAYS, rows)
    reported = occurred + np.where(rng.random(rows) < 0.43, 0, rng.exponential(9.0, rows).astype(int))
    code, area = np.array(CRIMES)[rng.integers(0, len(CRIMES), rows) ** 2 // len(CRIMES)], places["area"][place]
    armed, crossing = rng.random(rows) < 0.35, rng.random(rows) < 0.17
    weapon, premise = rng.choice((400, 500, 511, 109, 200), rows), rng.integers(101, 420, rows)
    status = rng.choice(len(STATUS), rows, p=[share for *_, share in STATUS])
    day = np.array([f"{d[5:7]}/{d[8:]}/{d[:4]} 12:00:00 AM" for d in _days(DAYS + 400)])
    number = np.arange(start, start + rows) + 190_000_000
    second = np.where(rng.random(rows) < 0.07, "998", "")
    return (
        number.astype(str),
        day[np.minimum(reported, DAYS + 399)],
        day[occurred],
        _clock(rng, rows),
        np.array([f"{number:02d}" for number, _ in AREAS])[area],
        np.array([name for _, name in AREAS])[area],
        _padded(100 * (area + 1) + rng.integers(1, 99, rows), 4),
        np.where(code < 500, "1", "2"),
        code.astype(str),
        _described(code, "OFFENSE, AS IT IS CALLED UNDER THE CODE"),
        _mocodes(rng, rows),
        np.where(rng.random(rows) < 0.25, 0, rng.integers(2, 99, rows)).astype(str),
        rng.choice(("M", "F", "X", ""), rows, p=(0.41, 0.36, 0.1, 0.13)),
        rng.choice(("H", "W", "B", "O", "X", "A", ""), rows, p=(0.3, 0.2, 0.15, 0.08, 0.1, 0.03, 0.14)),
        premise.astype(str),
        _described(premise, "PREMISE (OF ANY KIND) NUMBERED"),
        np.where(armed, weapon.astype(str), ""),
        np.where(armed, _described(weapon, "WEAPON, OR WHAT SERVED AS ONE"), ""),
        np.array([short for short, *_ in STATUS])[status],
        np.array([long for _, long, _ in STATUS])[status],
        code.astype(str),
        second,
        np.full(rows, ""),
        np.full(rows, ""),
        places["block"][place],
        np.where(crossing, rng.choice(STREETS, rows), ""),
        np.where(nowhere, "0", places["lat"][place]),
        np.where(nowhere, "0", places["lon"][place]),
    )


def _days(number):
    return (FIRST_DAY + np.arange(number)).astype(str)


def _clock(rng, rows):
    """Draw hhmm, a good part of them on the hour, noon and one past midnight more often."""
    minute = np.where(rng.random(rows) < 0.6, rng.choice((0, 30), rows), rng.integers(0, 60, rows))
    clock = 100 * rng.integers(0, 24, rows) + minute
    drawn = rng.random(rows)
    return _padded(np.where(drawn < 0.035, 1200, np.where(drawn < 0.055, 1, clock)), 4)


def _mocodes(rng, rows):
    """Draw up to four codes each; most rows are unlike all others."""
    codes = rng.integers(100, 2100, (rows, 4))
    number = rng.choice(5, rows, p=(0.14, 0.16, 0.2, 0.25, 0.25))
    return [" ".join(f"{code:04d}" for code in row[:many]) for row, many in zip(codes.tolist(), number.tolist())]


def _padded(number, width):
    known, code = np.unique(number, return_inverse=True)
    return np.array([f"{value:0{width}d}" for value in known])[code]


def _described(number, words):
    """Return descriptions, in quotation marks where a comma asks for them."""
    quote = '"' if "," in words else ""
    known, code = np.unique(number, return_inverse=True)
    return np.array([f"{quote}{words} {value}{quote}" for value in known])[code]


if __name__ == "__main__":
    print(write(sys.argv[1], *map(int, sys.argv[2:])))
