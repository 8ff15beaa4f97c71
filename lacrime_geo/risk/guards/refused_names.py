"""Columns that are refused by their names: attributes of victims and of other persons, as features of places."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Of a victim nothing is taken; of others, what they are and not what they did.
_VICTIM = re.compile(r"victim|victime|opfer")
_VICTIM_WORDS = ("vic", "vics", "vict", "victs")
_OTHERS = (
    *("susp", "suspect", "suspects", "perp", "perps", "perpetrator", "perpetrators", "offender", "offenders"),
    *("arrestee", "arrestees", "complainant", "complainants", "person", "persons"),
)
_TRAITS = ("age", "ages", "sex", "gender", "descent", "race", "ethnicity", "ethnic", "nationality", "religion")
_GLUED = re.compile(rf"^(?:vic|vict|{'|'.join(_OTHERS)})s?(?:{'|'.join(_TRAITS)}|desc)\w*$")


def refuse_victims(names: Iterable[str]) -> None:
    """Raise where columns are attributes of victims, or of other persons, which no map of places is made of.

    Parameters
    ----------
    names : of features, in any spelling: "Vict Age", "victim_sex", "VicDescent", "VICTIM RACE".

    Raises
    ------
    ValueError
        If a name is of a victim, or of the age, sex, descent or the like of a person.

    Notes
    -----
    Who the victims were is known only of crimes that were reported, and of those reported by people who trust the police: a map
    made of it sends patrols by who lives in a place. Words such as "age" by themselves are refused too; a number of a place, such
    as "median_age", passes.

    Examples
    --------
    >>> refuse_victims(["distance_to_bars", "victoria_station", "median_age"])
    >>> refuse_victims(["bars", "Vict Age"])
    Traceback (most recent call last):
    ...
    ValueError: The column 'Vict Age' tells of victims ...
    """
    found = [str(name) for name in names if is_of_persons(str(name))]
    if found:
        raise ValueError(
            f"The column {found[0]!r} tells of victims or other persons{_others(found)}, and risk is told of places, never by "
            "who lives or suffers there: leave it out. If it is a number of a place, name it so, such as median_age."
        )


def is_of_persons(name: str) -> bool:
    """Tell whether a column's name is that of an attribute of victims or other persons.

    >>> [is_of_persons(name) for name in ("vict_descent", "VICAGE", "Age", "vicinity", "village", "parking_age")]
    [True, True, True, False, False, False]
    """
    # VictSex is two words, and so is victim2_age.
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = re.findall(r"[^\W\d_]+", apart.casefold())
    if any(_VICTIM.match(word) or word in _VICTIM_WORDS or _GLUED.match(word) for word in words):
        return True
    traits = [word for word in words if word in _TRAITS]
    return bool(traits) and (len(traits) == len(words) or any(word in _OTHERS for word in words))


def _others(found: list[str]) -> str:
    return f" ({len(found) - 1:,} more)" if len(found) > 1 else ""
