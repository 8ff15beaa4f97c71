"""Kinds of crime: code, description, part, category, share of the background, reporting, and the group of its habits."""

from collections import namedtuple

Kind = namedtuple("Kind", "code text part category share lag group")
# `lag` is a power on the overall curve of reporting: below 1 is reported sooner, above 1 later.
KINDS = tuple(
    Kind(*row)
    for row in (
        (110, "HOMICIDE", 1, "homicide", 0.15, 0.1, "violence"),
        (121, "RAPE", 1, "rape", 0.6, 1.6, "violence"),
        (122, "RAPE, ATTEMPTED", 1, "rape", 0.1, 1.0, "violence"),
        (210, "ROBBERY", 1, "robbery", 3.3, 0.3, "violence"),
        (220, "ROBBERY, ATTEMPTED", 1, "robbery", 0.7, 0.3, "violence"),
        (230, "ASSAULT WITH A WEAPON, AGGRAVATED", 1, "aggravated_assault", 4.6, 0.25, "violence"),
        (231, "ASSAULT WITH A WEAPON ON OFFICER", 1, "aggravated_assault", 0.3, 0.1, "violence"),
        (236, "PARTNER ASSAULT, AGGRAVATED", 1, "aggravated_assault", 0.9, 0.3, "violence"),
        (251, "SHOTS AT A DWELLING", 1, "aggravated_assault", 0.3, 0.2, "violence"),
        (761, "WEAPON BRANDISHED", 1, "aggravated_assault", 1.2, 0.4, "violence"),
        (624, "BATTERY, SIMPLE", 2, "simple_assault", 8.0, 0.3, "violence"),
        (626, "PARTNER ASSAULT, SIMPLE", 2, "simple_assault", 5.0, 0.3, "violence"),
        (625, "ASSAULT, OTHER", 2, "simple_assault", 0.8, 0.5, "violence"),
        (623, "BATTERY ON OFFICER", 2, "simple_assault", 0.4, 0.1, "violence"),
        (930, "THREATS, NO WEAPON SHOWN", 2, "simple_assault", 2.0, 0.7, "violence"),
        (310, "BURGLARY", 1, "burglary", 6.2, 0.8, "burglary"),
        (320, "BURGLARY, ATTEMPTED", 1, "burglary", 0.5, 0.6, "burglary"),
        (510, "VEHICLE STOLEN", 1, "motor_vehicle_theft", 11.2, 0.33, "vehicle"),
        (520, "VEHICLE THEFT, ATTEMPTED", 1, "motor_vehicle_theft", 0.4, 0.5, "vehicle"),
        (330, "BURGLARY FROM VEHICLE", 1, "theft_from_vehicle", 7.0, 0.56, "vehicle"),
        (331, "THEFT FROM VEHICLE, GRAND", 1, "theft_from_vehicle", 3.4, 1.3, "vehicle"),
        (420, "THEFT FROM VEHICLE, PETTY", 1, "theft_from_vehicle", 4.4, 1.3, "vehicle"),
        (410, "BURGLARY FROM VEHICLE, ATTEMPTED", 1, "theft_from_vehicle", 0.2, 0.7, "vehicle"),
        (350, "THEFT FROM PERSON", 1, "personal_theft", 0.5, 0.9, "theft"),
        (351, "PURSE SNATCHED", 1, "personal_theft", 0.3, 0.5, "theft"),
        (352, "PICKPOCKET", 1, "personal_theft", 0.5, 1.2, "theft"),
        (341, "THEFT, GRAND", 1, "other_theft", 3.8, 1.9, "theft"),
        (440, "THEFT, PETTY", 1, "other_theft", 5.0, 1.6, "theft"),
        (441, "THEFT, ATTEMPTED", 1, "other_theft", 0.3, 0.8, "theft"),
        (442, "SHOPLIFTING, PETTY", 1, "other_theft", 3.4, 1.0, "theft"),
        (343, "SHOPLIFTING, GRAND", 1, "other_theft", 0.6, 1.3, "theft"),
        (480, "BICYCLE STOLEN", 1, "other_theft", 1.4, 1.2, "theft"),
        (522, "SCOOTER OR OTHER VEHICLE STOLEN", 1, "other", 0.3, 0.8, "vehicle"),
        (648, "ARSON", 1, "other", 0.4, 0.4, "damage"),
        (740, "VANDALISM, FELONY", 2, "other", 5.5, 0.8, "damage"),
        (745, "VANDALISM, MISDEMEANOR", 2, "other", 3.0, 0.8, "damage"),
        (753, "SHOTS FIRED", 2, "other", 0.4, 0.1, "violence"),
        (354, "IDENTITY THEFT", 2, "other", 5.4, 5.0, "fraud"),
        (649, "FORGERY", 2, "other", 0.6, 4.0, "fraud"),
        (662, "SWINDLE, GRAND", 2, "other", 0.9, 4.0, "fraud"),
        (888, "TRESPASS", 2, "other", 1.6, 0.3, "damage"),
        (900, "COURT ORDER VIOLATED", 2, "other", 0.6, 1.2, "fraud"),
        (901, "RESTRAINING ORDER VIOLATED", 2, "other", 1.3, 0.7, "fraud"),
        (946, "OTHER CRIME", 2, "other", 0.7, 1.5, "fraud"),
        (956, "OBSCENE OR ANNOYING MESSAGES", 2, "other", 0.8, 1.5, "fraud"),
    )
)

# Hour of the day with most incidents, and how pointed the day is.
HOURS = {
    "violence": (19, 0.55),
    "burglary": (14, 0.25),
    "vehicle": (21, 0.65),
    "theft": (15, 0.8),
    "damage": (21, 0.5),
    "fraud": (11, 0.7),
}

PREMISES = {
    101: "STREET",
    102: "SIDEWALK",
    108: "PARKING LOT",
    109: "PARK OR PLAYGROUND",
    104: "DRIVEWAY",
    501: "HOUSE",
    502: "APARTMENT",
    504: "OTHER DWELLING",
    707: "GARAGE OR CARPORT",
    123: "PARKING STRUCTURE",
    203: "OTHER BUSINESS",
    210: "RESTAURANT",
    202: "BAR",
    209: "NIGHT CLUB",
    404: "DEPARTMENT STORE",
    405: "CLOTHING STORE",
    408: "SHOPPING MALL",
    402: "MARKET",
    403: "LIQUOR STORE",
    301: "FILLING STATION",
    503: "HOTEL",
    103: "ALLEY",
    118: "BEACH",
    119: "BOARDWALK",
    710: "OFFICE BUILDING",
    801: "BUS STOP",
}
USUAL_PREMISES = {
    "violence": {101: 24, 102: 17, 501: 16, 502: 18, 108: 7, 203: 6, 210: 3, 801: 2, 103: 2, 402: 2, 403: 1, 503: 2},
    "burglary": {501: 42, 502: 22, 203: 14, 707: 8, 210: 5, 405: 3, 710: 6},
    "vehicle": {101: 62, 108: 15, 104: 8, 123: 6, 707: 6, 301: 3},
    "theft": {501: 14, 502: 14, 101: 9, 203: 13, 404: 14, 402: 11, 405: 8, 210: 5, 108: 7, 109: 2, 503: 3},
    "damage": {501: 22, 502: 20, 101: 25, 108: 9, 203: 14, 104: 5, 103: 5},
    "fraud": {501: 46, 502: 32, 203: 14, 710: 5, 504: 3},
}
WEAPONS = {
    400: ("BODILY FORCE", 54),
    500: ("UNKNOWN OR OTHER WEAPON", 13),
    511: ("VERBAL THREAT", 11),
    102: ("HAND GUN", 9),
    200: ("KNIFE", 6),
    109: ("SEMI-AUTOMATIC PISTOL", 3),
    307: ("VEHICLE", 2),
    308: ("STICK", 2),
}
# How readily a group has a weapon recorded, and an unknown (0) age of the victim.
ARMED = {"violence": 60, "damage": 3, "theft": 0.6, "burglary": 0.6, "vehicle": 0.3, "fraud": 0.3}
AGELESS = {"vehicle": 7, "theft": 4, "damage": 3, "burglary": 2, "violence": 0.5, "fraud": 0.4}
MOCODES = (
    "0329 0344 0400 0416 0421 0432 0444 0500 0601 0913 0930 1202 1300 1402 1420 1501 1601 1607 1609 1814 1822 2000 "
    "2004 2024 2038"
).split()
STATUSES = {
    "IC": ("Invest Cont", 0.81),
    "AO": ("Adult Other", 0.105),
    "AA": ("Adult Arrest", 0.08),
    "JA": ("Juv Arrest", 0.003),
    "JO": ("Juv Other", 0.001),
    "CC": ("UNK", 0.001),
}
DESCENTS = {
    "H": 36,
    "W": 25,
    "B": 18,
    "O": 10,
    "X": 3,
    "A": 3.5,
    "K": 0.9,
    "F": 0.8,
    "C": 0.8,
    "J": 0.5,
    "V": 0.3,
    "I": 0.3,
    "Z": 0.2,
    "P": 0.1,
    "U": 0.1,
    "D": 0.1,
    "G": 0.1,
    "L": 0.1,
    "S": 0.1,
}
