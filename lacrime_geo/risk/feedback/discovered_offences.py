"""Which offences the police discover rather than the public reports, by crime code, each with the reason and its source.

An offence is discovered where it enters the records only because police looked: by a stop, a search, an operation or a check,
or because it is done to the police. All others are taken as reported; where both are common, or it is not known, a code is
unclear: counted as reported, and named.
"""

from __future__ import annotations

from typing import NamedTuple

DISCOVERED, UNCLEAR, REPORTED = "discovered", "unclear", "reported"
ENSIGN = (
    "Ensign et al. 2018, PMLR 81: 160-171: discovered are incidents that officers sent to a place observe themselves"
)
LUM = "Lum & Isaac 2016, Significance 13(5): 14-19: drug offences in police records follow policing, not use"
FBI = (
    "FBI 2023, National Incident-Based Reporting System User Manual: crimes against society, which have no single victim "
    "who would report them"
)
OWN = "by the code's own words; no study of the LAPD's records is known that tells who noticed them"


class Offence(NamedTuple):
    """Hold codes of one kind, whether these are discovered or unclear, why, and by whom that is said."""

    codes: tuple[str, ...]
    kind: str
    reason: str
    source: str


# Codes of the LAPD's own files, until 2024. Arrests for drugs, prostitution and driving under influence are in other files.
LAPD_OFFENCES = (
    Offence(("231", "623"), DISCOVERED, "done to a police officer, so only where police are", ENSIGN),
    Offence(("437", "884"), DISCOVERED, "resistance to the police or their order, so only where police are", ENSIGN),
    Offence(("890",), DISCOVERED, "failing to yield to a police vehicle, so only where police are", ENSIGN),
    Offence(("805", "806"), DISCOVERED, "pimping and pandering: found by operations against prostitution", FBI),
    Offence(("756", "931"), DISCOVERED, "possession or sale of arms: found by stops and searches", FBI),
    Offence(("845",), DISCOVERED, "a registrant out of compliance: found by checks of the police", ENSIGN),
    Offence(("865",), DISCOVERED, "drugs: found by stops, searches and operations", LUM),
    Offence(("438",), UNCLEAR, "reckless driving: seen by patrols and by others on the road", OWN),
    Offence(("439",), UNCLEAR, "a false report: found by the police, but where someone had called them", OWN),
    Offence(("432", "882", "886"), UNCLEAR, "disorder: called in, or met by patrols", OWN),
    Offence(("753",), UNCLEAR, "shots: called in, or heard by patrols", OWN),
    Offence(("762",), UNCLEAR, "lewd conduct: called in, or found by operations", OWN),
    Offence(("814", "822", "921"), UNCLEAR, "told of by victims and witnesses, or found by operations", OWN),
    Offence(("888",), UNCLEAR, "trespassing: called in by owners, or met by patrols", OWN),
    Offence(
        ("903", "904", "906"), UNCLEAR, "an order of a court: told of by those it protects, or found by checks", OWN
    ),
    Offence(("660", "942", "944", "946", "949", "954"), UNCLEAR, "the code does not tell how it was noticed", OWN),
)
# Codes of NIBRS, which the LAPD's files have since March 2024, and other agencies' too.
NIBRS_OFFENCES = (
    Offence(("35A", "35B"), DISCOVERED, "drugs: found by stops, searches and operations", LUM),
    Offence(("40A", "40B", "40C"), DISCOVERED, "prostitution: found by operations against it", FBI),
    Offence(("520", "521", "522", "526"), DISCOVERED, "possession of arms: found by stops and searches", FBI),
    Offence(("39A", "39B", "39C", "39D"), DISCOVERED, "gambling: found by operations against it", FBI),
    Offence(("90D", "90E", "90G"), DISCOVERED, "driving under influence, drunkenness, liquor: found by stops", FBI),
    Offence(("90B",), DISCOVERED, "curfew, loitering, vagrancy: found by stops", FBI),
    Offence(("280",), UNCLEAR, "stolen property: found by searches, or by its owner", OWN),
    Offence(("370", "64A", "64B"), UNCLEAR, "told of by victims and witnesses, or found by operations", OWN),
    Offence(("720", "510", "103", "30A", "30B", "30C", "30D", "360"), UNCLEAR, "told of, or found by checks", OWN),
    Offence(("90C", "90J", "90Z"), UNCLEAR, "called in, or met by patrols", OWN),
)
REASON_OF_OTHERS = "someone was harmed or lost something, and the public is taken to have reported it"


def by_code(offences: tuple[Offence, ...]) -> dict[str, Offence]:
    """Return what is known of each code.

    >>> by_code(LAPD_OFFENCES)["437"].kind
    'discovered'
    """
    return {code: offence for offence in offences for code in offence.codes}
