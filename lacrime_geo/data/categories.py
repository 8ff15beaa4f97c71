"""Crime codes to categories: the LAPD's own by its UCR-COMPSTAT list, those of NIBRS by the FBI's definitions."""

from __future__ import annotations

import re

import numpy as np

from .tables import Texts

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
    "arson": (648,),
}
OTHER = "other"
LARGEST_CODE = 999
# FBI, 2023 National Incident-Based Reporting System User Manual, Group A offenses. 11A to 11C together are the FBI's rape
# (since 2013); intimidation (13C) is with simple assault, as in the FBI's summary counts (4e) and among the LAPD's codes
# (928, 930); parts of vehicles (23G) are with theft from vehicles, since the LAPD's codes have no other place for them.
# Justifiable homicide (09C) is no crime.
NIBRS_CATEGORIES = {
    "homicide": ("09A", "09B"),
    "rape": ("11A", "11B", "11C"),
    "robbery": ("120",),
    "aggravated_assault": ("13A",),
    "simple_assault": ("13B", "13C"),
    "burglary": ("220",),
    "motor_vehicle_theft": ("240",),
    "theft_from_vehicle": ("23F", "23G"),
    "personal_theft": ("23A", "23B"),
    "other_theft": ("23C", "23D", "23E", "23H"),
    "arson": ("200",),
}
# Which offence stands for an incident of several: the hierarchy rule of the FBI's Uniform Crime Reporting Handbook (2004),
# with what that does not rank behind what it does.
HIERARCHY = (
    *("homicide", "rape", "robbery", "aggravated_assault", "burglary", "theft_from_vehicle", "personal_theft"),
    *("other_theft", "motor_vehicle_theft", "arson", "simple_assault", OTHER),
)


def categories_of(codes: np.ndarray) -> Texts:
    """Return the categories of many crime codes, as `category_of` does, each named once."""
    names = np.array([None, *CATEGORIES, OTHER], dtype=object)
    listed = np.full(LARGEST_CODE + 1, names.size - 1, dtype=np.int8)
    for number, of_category in enumerate(CATEGORIES.values(), 1):
        listed[list(of_category)] = number
    known = (codes >= 0) & (codes <= LARGEST_CODE) & (codes == np.floor(codes))
    return Texts(names, listed[np.where(known, codes, 0).astype(np.int64)])


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


def bare_number(text: str) -> str | None:
    """Return a number kept as text without spaces and without the ".0" that a float has at its end, None where blank.

    >>> bare_number(" 120.0 "), bare_number("13A"), bare_number(" ")
    ('120', '13A', None)
    """
    return re.sub(r"\.0+$", "", text.strip()) or None


def nibrs_code(text: str) -> str | None:
    """Return a NIBRS code as the FBI writes it; spreadsheets make numbers of some.

    >>> [nibrs_code(text) for text in ("13a", "9A", "120.0", " ")]
    ['13A', '09A', '120', None]
    """
    plain = bare_number(text)
    return plain and plain.upper().zfill(3)


def nibrs_category_of(codes: np.ndarray) -> np.ndarray:
    """Return the category of NIBRS codes (text, None where missing); codes outside the list are "other".

    >>> nibrs_category_of(np.array(["240", "23H", "35A", None], dtype=object)).tolist()
    ['motor_vehicle_theft', 'other_theft', 'other', 'other']
    """
    names = {code: category for category, listed in NIBRS_CATEGORIES.items() for code in listed}
    return np.array([names.get(code, OTHER) for code in codes], dtype=object)
