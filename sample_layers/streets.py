"""The street lattice of the invented city: straight lines bent by swirls, hence hundred-blocks with addresses."""

import numpy as np

from boundaries import contains

BASE = np.array([2_900.0, -1_700.0])  # the corner of the two base lines, from which addresses count
BLOCK = np.array([200.0, 170.0])  # metres between avenues and between streets
ACROSS = np.arange(-150, 122)  # avenues, west to east
UP = np.arange(-186, 205)  # streets, south to north
EVERY = 8  # each eighth line is an arterial
# centre x and y, turn in radians at the centre, reach in metres: each turns a district of the lattice
SWIRLS = (
    (2_900, -1_700, 0.50, 2_600),
    (-8_500, 2_500, -0.42, 3_000),
    (-800, -18_500, -0.35, 3_400),
    (13_500, -7_500, 0.17, 4_500),
    (-6_000, 17_000, -0.13, 5_000),
    (8_500, 13_500, 0.16, 4_500),
    (3_500, -11_000, -0.16, 3_000),
)
FREEWAYS = (
    (
        "Route 7",
        ((-27, 27), (-15, 19), (-10, 13.6), (-1, 13.6), (5, 7.5), (6.5, 1), (5.5, -4), (6.5, -10), (9, -20), (22, -34)),
    ),
    ("Route 12", ((-13, 1.5), (-8, 1.2), (0, 0.6), (5, -0.4), (10, -1.5), (17, 0.5), (28, 3))),
    ("Route 31", ((-4.6, -11.4), (1, -12.6), (7, -11), (12, -11.5), (18, -13), (28, -12))),
    ("Route 40", ((2, 34), (3, 24), (2.5, 17), (7, 12), (9.3, 8.5), (8.5, 2), (5.75, -4.5))),
)
_HEADS = (
    "ALDER ARMIN BRAMB BRIAR CALLA CORRI DAMAR DELPH ELSIN ESTER FENNI GARNET GELLA HARROW IBBER ISLEN JASPER KELMS "
    "KENSA LORI LUTTER MARAN NORVAL ODRI OLIVER PERRIN QUINN ROSAN SELWYN TAMAR TREVER ULLIN VERBE WENDEL YARROW ZELLA"
)
_TAILS = "NEY DALE MONT STEAD WICK FORD LEIGH BY MERE BURY HURST GATE COTE HOLM RIDGE LOCK SHAW FIELD THORPE COMBE"


def _names():
    """Invented names, one for each line of the lattice, in a scattered but fixed order."""
    heads, tails = _HEADS.split(), _TAILS.split()
    every = [head + tail for tail in tails for head in heads]
    return [every[(index * 271) % len(every)] for index in range(len(ACROSS) + len(UP))]


NAMES = _names()  # avenues first, then streets


def lattice():
    """Crossings as metres, indexed (street, avenue): shape (streets, avenues, 2)."""
    x, y = np.meshgrid(ACROSS * BLOCK[0], UP * BLOCK[1])
    points = BASE + np.stack([x, y], axis=-1)
    for centre_x, centre_y, turn, reach in SWIRLS:
        from_centre = points - (centre_x, centre_y)
        angle = turn * np.exp(-(from_centre**2).sum(axis=-1) / (2 * reach**2))
        x, y = from_centre[..., 0].copy(), from_centre[..., 1].copy()
        points[..., 0] = centre_x + x * np.cos(angle) - y * np.sin(angle)
        points[..., 1] = centre_y + x * np.sin(angle) + y * np.cos(angle)
    return points


class Streets:
    """Which block sides of the lattice exist, in the city and (arterials only) in the country around it."""

    def __init__(self, land, rng):
        self.points = lattice()
        self.lines = {"street": self.points, "avenue": self.points.swapaxes(0, 1)}
        self.arterial = {"street": UP % EVERY == 0, "avenue": ACROSS % EVERY == 0}
        self.division, self.roads = {}, {}
        crossing_on_land = _on_land(land, self.points)
        on_land = {"street": crossing_on_land, "avenue": crossing_on_land.T}
        for way, points in self.lines.items():
            middle = (points[:, :-1] + points[:, 1:]) / 2
            open_ends = on_land[way][:, :-1] & on_land[way][:, 1:]
            self.division[way] = _in_city(land, middle) * self._built(way, rng) * open_ends
            country = {"street": UP, "avenue": ACROSS}[way] % (2 * EVERY) == 0
            roads = self.arterial[way][:, None] & (country[:, None] | (self.division[way] > 0))
            self.roads[way] = roads & _on_land(land, middle) & open_ends

    def _built(self, way, rng):
        """Local streets miss out about one superblock in seven; arterials never stop."""
        lines, blocks = self.lines[way].shape[0], self.lines[way].shape[1] - 1
        superblocks = rng.random((lines, blocks // EVERY + 2)) > 0.14
        first = {"street": ACROSS, "avenue": UP}[way][0]
        built = superblocks[:, (np.arange(blocks) + first % EVERY) // EVERY]
        return built | self.arterial[way][:, None]

    def local_lines(self, code):
        """Polylines of the local streets of one division."""
        for way, points in self.lines.items():
            local = (self.division[way] == code) & ~self.arterial[way][:, None]
            for line, exists in zip(points, local):
                yield from _polylines(line, exists)

    def arterial_lines(self):
        """Name and polylines of each arterial."""
        for way, points in self.lines.items():
            for line in np.flatnonzero(self.arterial[way]):
                pieces = list(_polylines(points[line], self.roads[way][line]))
                name = NAMES[line if way == "avenue" else line + len(ACROSS)]
                if pieces:
                    yield f"{name.title()} Boulevard", pieces


def _on_land(land, places):
    x, y = places[..., 0].ravel(), places[..., 1].ravel()
    on_land = contains(land["land"], x, y)
    for _, _, ring in land["green"]:
        on_land &= ~contains(ring, x, y)
    return on_land.reshape(places.shape[:-1])


def _in_city(land, places):
    """Division code of each place, 0 outside the city and in green areas."""
    x, y = places[..., 0].ravel(), places[..., 1].ravel()
    division = sum(code * contains(ring, x, y) for code, ring in land["divisions"].items())
    return division.reshape(places.shape[:-1]) * _on_land(land, places)


def _polylines(line, exists):
    """Runs of existing block sides; every fourth crossing suffices to draw the gentle bends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], exists.astype(int), [0]])))
    for start, end in zip(edges[::2], edges[1::2]):
        inner = np.arange(start + 1, end)
        yield line[np.concatenate([[start], inner[inner % 4 == 0], [end]])]


def freeway_lines():
    """Name and rounded course of each freeway."""
    for name, course in FREEWAYS:
        line = np.array(course, dtype=float) * 1_000
        for _ in range(3):  # Chaikin: cut every corner
            cut = np.stack([0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]], axis=1)
            line = np.concatenate([line[:1], cut.reshape(-1, 2), line[-1:]])
        yield name, line
