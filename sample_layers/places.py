"""The places incidents are moved to: the middle of each block side and each crossing, with their addresses."""

import numpy as np

import geojson
from boundaries import contains
from streets import ACROSS, EVERY, NAMES, UP

# centre x and y, height over the general level, reach in metres: a mildly uneven population
POPULATION = (
    (2_900, -2_500, 0.9, 5_500),
    (-4_500, 16_500, 0.35, 5_000),
    (3_000, -9_500, 0.5, 4_000),
    (9_000, 13_000, 0.25, 5_000),
)
KINDS = {"street": ("ST", "ST", "PL", "ST", "DR"), "avenue": ("AV", "AV", "ST", "AV", "PL")}
TROUBLED, UNEVENNESS = 0.35, 0.8  # share of addresses with any incidents, and shape of the gamma law of their weights
DIRECTIONLESS = 75  # blocks from the base lines beyond which addresses carry no N, S, E, W


def build_places(streets, land, divisions, rng):
    """Columns of all places inside the divisions; longitude and latitude have the published 4 decimals."""
    parts = [_block_sides(streets, "street"), _block_sides(streets, "avenue"), _crossings(streets)]
    places = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    lonlat = np.round(geojson.to_lonlat(np.column_stack([places["x"], places["y"]])), 4)
    places["longitude"], places["latitude"] = lonlat.T
    places["area"] = sum(code * contains(ring, *lonlat.T) for code, ring in divisions.items())
    places = {name: column[places["area"] > 0] for name, column in places.items()}
    places["district"] = _districts(places)
    places["weight"] = _weights(places, rng)
    return places


def _block_sides(streets, way):
    """Columns of the hundred-blocks along streets or avenues."""
    line, block = np.nonzero(streets.division[way] > 0)
    points = streets.lines[way]
    middle = (points[line, block] + points[line, block + 1]) / 2
    along, lines, signs = (ACROSS, UP, "EW") if way == "street" else (UP, ACROSS, "NS")
    number = np.where(along[block] >= 0, along[block] + 1, -along[block]) * 100
    direction = np.where(along[block] >= 0, *signs)
    direction = np.where(np.abs(lines[line]) > DIRECTIONLESS, " ", direction)
    text = [f"{n} {d}  {_padded(way, k)}" for n, d, k in zip(number, direction, line)]
    return _columns(
        middle,
        text,
        [_name("avenue" if way == "street" else "street", k) for k in block],
        streets.arterial[way][line],
        line if way == "street" else block,
        block if way == "street" else line,
    )


def _crossings(streets):
    """Columns of the crossings where a street and an avenue both have a block side."""
    on_street = _touches(streets.division["street"] > 0)
    on_avenue = _touches(streets.division["avenue"] > 0).T
    row, column = np.nonzero(on_street & on_avenue)
    busy = streets.arterial["street"][row] | streets.arterial["avenue"][column]
    text = [_padded("street", k) for k in row]
    return _columns(streets.points[row, column], text, [_name("avenue", k) for k in column], busy, row, column)


def _touches(sides):
    """Which points of each line begin or end an existing block side."""
    padded = np.pad(sides, ((0, 0), (1, 1)))
    return padded[:, :-1] | padded[:, 1:]


def _columns(points, address, cross, busy, row, column):
    """One column per property; a crossing is known by its address, which has no number."""
    address = np.array(address)
    return {
        "x": points[:, 0],
        "y": points[:, 1],
        "address": address,
        "cross": np.array(cross),
        "busy": busy,
        "crossing": ~np.char.isdigit(address.astype("U1")),
        "row": row,
        "column": column,
    }


def _name(way, line):
    return NAMES[line if way == "avenue" else line + len(ACROSS)]


def _padded(way, line):
    """Street name and type, the name padded with spaces to 28 characters as in the official files."""
    arterial = (ACROSS if way == "avenue" else UP)[line] % EVERY == 0
    return f"{_name(way, line):<28} {'BL' if arterial else KINDS[way][line % 5]}"


def _districts(places):
    """Reporting district: the division's two digits and two that number its squares of about 2 km."""
    square = places["row"] // 12 * 1_000 + places["column"] // 10
    district = np.zeros(square.size, dtype=int)
    for code in np.unique(places["area"]):
        mine = places["area"] == code
        district[mine] = code * 100 + 1 + np.unique(square[mine], return_inverse=True)[1]
    return district


def _weights(places, rng):
    """Share of the background that each place attracts."""
    level = np.full(places["x"].size, 0.7)
    for x, y, height, reach in POPULATION:
        level += height * np.exp(-((places["x"] - x) ** 2 + (places["y"] - y) ** 2) / (2 * reach**2))
    busy = np.where(places["busy"], 1.8, 1.0) * np.where(places["crossing"], 0.35, 1.0)
    uneven = rng.gamma(UNEVENNESS, size=level.size) * (rng.random(level.size) < TROUBLED)
    weight = level * busy * uneven
    return weight / weight.sum()
