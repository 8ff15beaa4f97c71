"""Age, sex and descent of the victims, with the gaps of the real thing."""

import numpy as np

import crime_codes as tables
from draws import choose_exactly, pick

NO_AGE, NO_SEX = 0.22, 0.11  # shares of age 0 and of blank sex


def draw_victims(group, rng):
    """Columns age, sex and descent; age 0 means unknown, and goes with X or blank for most."""
    ageless = choose_exactly(rng, NO_AGE, np.array([tables.AGELESS[name] for name in group]))
    age = np.clip(np.round(16 + rng.gamma(3.0, 8.0, group.size)), 2, 96).astype(int)
    child = rng.random(group.size) < 0.02
    age = np.where(ageless, 0, np.where(child, rng.integers(2, 16, group.size), age))
    blank = choose_exactly(rng, NO_SEX, np.where(ageless, 30.0, 0.4))
    sex = pick(rng, {"M": 50, "F": 48.5, "X": 1.5}, group.size)
    sex = np.where(blank, "", np.where(ageless & (rng.random(group.size) < 0.8), "X", sex))
    descent = pick(rng, tables.DESCENTS, group.size)
    descent = np.where(blank, "", np.where(sex == "X", "X", descent))
    return {"age": age, "sex": sex, "descent": descent}
