"""LAPD crime codes to categories: the department's UCR-COMPSTAT list."""

from __future__ import annotations

import numpy as np

CATEGORIES = {
    "homicide": (110, 113),
    "rape": (121, 122, 815, 820, 821),
    "robbery": (210, 220),
    "aggravated_assault": (230, 231, 235, 236, 250, 251, 761, 926),
    "simple_assault": (435, 436, 437, *range(622, 628), 647, 763, 928, 930),
    "burglary": (310, 320),
    "motor_vehicle_theft": (510, 520, 433),
    "theft_from_vehicle": (330, 331, 410, 420, 421),
    "personal_theft": (*range(350, 354), *range(450, 454)),
    "other_theft": (341, 343, 345, *range(440, 446), *range(470, 476), 480, 485, 487, 491),
    "arson": (522, 648),
}
OTHER = "other"


def category_of(codes: np.ndarray) -> np.ndarray:
    """Return the category of crime codes (float or int, NaN where missing); codes outside the list are "other".

    >>> category_of(np.array([510, 110, 999.0])).tolist()
    ['motor_vehicle_theft', 'homicide', 'other']
    """
    listed = sorted((code, name) for name, numbers in CATEGORIES.items() for code in numbers)
    known = np.array([code for code, _ in listed], dtype=float)
    names = np.array([name for _, name in listed] + [OTHER], dtype=object)
    at = np.minimum(np.searchsorted(known, codes), known.size - 1)
    return np.asarray(names[np.where(known[at] == codes, at, known.size)])
