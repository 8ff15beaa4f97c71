"""The planted hotspots: where, how many incidents more than the background, of what kind and when."""

from dataclasses import dataclass, field

import numpy as np

from city import blob, shore_points
from streets import ACROSS, UP, lattice

ALL_YEAR = tuple(range(1, 13))


@dataclass(frozen=True)
class Planted:
    """One planted hotspot; radius_m is half the width where it is a strip."""

    name: str
    radius_m: int
    extra: int
    mix: dict
    ring: np.ndarray = field(repr=False)
    months: tuple = ALL_YEAR
    peak_hour: int = 0  # 0 leaves the hours to the kind of crime
    premises: tuple = ()

    def describe(self):
        """Properties for the GeoJSON file."""
        mix = ", ".join(f"{name} {share:.0%}" for name, share in self.mix.items())
        months = "all" if self.months == ALL_YEAR else f"{self.months[0]}-{self.months[-1]}"
        return {
            "name": self.name,
            "radius_m": self.radius_m,
            "extra_incidents": self.extra,
            "category_mix": mix,
            "months": months,
        }


def _disc(x, y, radius):
    angle = np.linspace(0, 2 * np.pi, 65)
    ring = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    ring[-1] = ring[0]
    return ring


def _patch(x, y, radius):
    return blob(x, y, radius, radius, 0.4, 1.1, steps=64)


def _strip(street, first, last, half):
    """Corridor of a given half width along a street, between two avenues."""
    line = lattice()[np.searchsorted(UP, street), np.searchsorted(ACROSS, first) : np.searchsorted(ACROSS, last) + 1]
    heading = np.gradient(line, axis=0)
    normal = np.column_stack([-heading[:, 1], heading[:, 0]]) / np.hypot(*heading.T)[:, None]
    ring = np.vstack([line - half * normal, (line + half * normal)[::-1]])
    return np.vstack([ring, ring[:1]])


def _shore(start, end, depth):
    """Strip between the shore and a line some metres inland."""
    t = np.linspace(start, end, 30)
    ring = np.vstack([shore_points(t, 0), shore_points(t, depth)[::-1]])
    return np.vstack([ring, ring[:1]])


PLANTED = (
    Planted(
        "Downtown core",
        900,
        1_000,
        {
            "simple_assault": 0.22,
            "theft_from_vehicle": 0.16,
            "other_theft": 0.15,
            "other": 0.15,
            "aggravated_assault": 0.12,
            "robbery": 0.10,
            "personal_theft": 0.06,
            "motor_vehicle_theft": 0.04,
        },
        _disc(2_900, -1_700, 900),
    ),
    Planted(
        "Neon Row",
        220,
        560,
        {"simple_assault": 0.38, "aggravated_assault": 0.20, "robbery": 0.16, "personal_theft": 0.14, "other": 0.12},
        _strip(24, -29, -14, 220),
        peak_hour=24,
        premises=("BAR", "NIGHT CLUB", "RESTAURANT", "SIDEWALK", "STREET"),
    ),
    Planted(
        "Redwater Galleria",
        400,
        300,
        {"other_theft": 0.72, "theft_from_vehicle": 0.18, "robbery": 0.05, "simple_assault": 0.05},
        _disc(15_400, -8_700, 400),
        peak_hour=16,
        premises=("DEPARTMENT STORE", "CLOTHING STORE", "SHOPPING MALL", "PARKING LOT"),
    ),
    Planted(
        "Sandpiper Promenade",
        220,
        580,
        {
            "theft_from_vehicle": 0.34,
            "other_theft": 0.30,
            "personal_theft": 0.16,
            "simple_assault": 0.14,
            "robbery": 0.06,
        },
        _shore(900, 4_100, 440),
        months=(5, 6, 7, 8, 9),
        peak_hour=15,
        premises=("BEACH", "BOARDWALK", "PARKING LOT"),
    ),
    Planted(
        "Fairground burglaries",
        600,
        420,
        {"burglary": 0.88, "theft_from_vehicle": 0.12},
        _patch(-4_900, 17_300, 600),
        months=(10, 11, 12),
        peak_hour=13,
    ),
    Planted(
        "Kelms Corner",
        250,
        160,
        {"robbery": 0.45, "aggravated_assault": 0.35, "simple_assault": 0.20},
        _disc(5_450, -8_450, 250),
        peak_hour=21,
        premises=("STREET", "SIDEWALK", "LIQUOR STORE"),
    ),
)
