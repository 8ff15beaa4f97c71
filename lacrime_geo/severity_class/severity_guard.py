"""The guard of what a severity class may be told by: `refuse_severity_leaks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import checks
from ..incidents import as_incidents
from ..parameters import Parameters
from ..risk.guards import refuse_dependency, refuse_victims
from ..severity.harm_scales import as_scale
from .leaking_names import leak_of
from .report_columns import Coded, coded

if TYPE_CHECKING:
    from .class_contests import ClassContest

# A column that leaves fewer of the mistakes than that is the class but for slips; of fewer rarer incidents nothing is said.
LEFT, FEWEST = 0.05, 20
# Numbers are looked at in so many parts of as many incidents: each by itself is of one.
PARTS = 100
# Of what is known when a report is made nothing has told so much.
TOO_GOOD = 0.9


def refuse_severity_leaks(columns: str | Iterable[str], incidents: Any = None, scale: Any = None) -> None:
    """Raise where columns tell the class of an incident because they are made of its offence, or it of them.

    Parameters
    ----------
    columns : names, in any spelling: "crime_code", "Crm Cd 1", "Weapon Used Cd".
    incidents : Incidents, GeoDataFrame or path that has the columns. Default: only names are looked at.
    scale : the scale of harm that makes the classes: "part1_2", "ucr_part1", the path of a CSV or a HarmScale. Default:
        "part1_2" where incidents are given.

    Raises
    ------
    ValueError
        If a name is of the offence (crime code, description, category, NIBRS), of part 1 or 2, a weapon, Mocodes, the status, the
        weight, or the scale's own key; of victims (`refuse_victims`); or if by its values the class is a function of a column
        (`refuse_dependency`), or all but: fewer than 5 % of the mistakes are left that the commonest class makes; or if likewise
        a column is a function of the scale's keys, such as the first digit of a code.

    Notes
    -----
    The class of an incident is a function of its crime code. A model that is given the code, or what is written down with it,
    foretells its own ingredients: it scores near 1 and tells nothing. What is known when a report is made is when, where, and
    what kind of premise.

    Examples
    --------
    >>> refuse_severity_leaks(["premise_code", "district"])
    >>> refuse_severity_leaks(["premise_code", "Crm Cd Desc"])
    Traceback (most recent call last):
    ...
    ValueError: The column 'Crm Cd Desc' names the offence, of which the class is made: leave it out. ...
    """
    names = [columns] if isinstance(columns, str) else [str(name) for name in columns]
    harm = None if scale is None and incidents is None else as_scale("part1_2" if scale is None else scale)
    refuse_names(names, None if harm is None else harm.key)
    if incidents is None or harm is None:
        return
    everything = as_incidents(incidents)
    keys = harm.keys_of(everything)
    weight, mapped = harm.weights_of_keys(keys)
    # Of many weights the heavier half: what determines the weight determines that.
    levels = np.unique(weight[mapped])
    if levels.size > 2:
        levels = np.array([0.0, float(np.median(weight[mapped]))])
    label = np.where(mapped, np.searchsorted(levels, weight, side="right") - 1, -1)
    refuse_contents({name: coded(everything, name) for name in names}, label, keys.code)


def refuse_names(names: Iterable[str], key: str | None = None) -> None:
    """Raise where columns leak by their names, or are that of the keys of a scale."""
    listed = list(names)
    refuse_victims(listed)
    for name in listed:
        reason = leak_of(name)
        if reason is None and key is not None and name.casefold() == key.casefold():
            reason = "is what the scale weighs by"
        if reason is not None:
            raise ValueError(
                f"The column {name!r} {reason}: leave it out. A class is told by what is known when the report is made: time, "
                "place, premise."
            )


def refuse_contents(columns: Mapping[str, Coded], label: np.ndarray, key: np.ndarray) -> None:
    """Raise where a class (n,), -1 where unknown, is a function of a column, or a column of the keys (n,), or all but."""
    known = label >= 0
    for one in np.unique(label[known])[1:]:
        mine = (label[known] >= one).astype(int)
        refuse_dependency(mine, {name: column.code[known] for name, column in columns.items()})
        for name, column in columns.items():
            _refuse_near_function(name, _alike(column, known), mine)
    for name, column in columns.items():
        _refuse_made_of_key(name, column.code[known], key[known])


def _refuse_made_of_key(name: str, code: np.ndarray, key: np.ndarray) -> None:
    """Raise where a column has one value for each key, as the first digit of a code has, or a word of its description."""
    values = int(code.max(initial=0)) + 1
    pair, times = np.unique(key.astype(np.int64) * values + code, return_counts=True)
    of_key, of_value = np.divmod(pair, values)
    rows, commonest = np.bincount(of_key, times), np.zeros(int(key.max(initial=0)) + 1)
    np.maximum.at(commonest, of_key, times)
    # Of a key of few incidents the commonest value tells too much.
    enough = rows >= FEWEST
    of_values = np.bincount(of_value, times * enough[of_key])
    left, whole = float((rows - commonest)[enough].sum()), float(of_values.sum() - of_values.max(initial=0.0))
    if whole >= FEWEST and left < LEFT * whole:
        raise ValueError(
            f"The column {name!r} has one value for each offence but for {left:,.0f} of {of_values.sum():,.0f} incidents, as "
            "only one has that is made of it: leave it out."
        )


def _alike(column: Coded, known: np.ndarray) -> np.ndarray:
    """Return which incidents (of a mask) are alike in a column: the same text, or in the same hundredth of the numbers."""
    values = None if column.numbers is None else column.numbers[known]
    if values is None or not np.isfinite(values).any():
        return column.code[known]
    cuts = np.quantile(values[np.isfinite(values)], np.arange(1, PARTS) / PARTS)
    return np.searchsorted(np.unique(cuts), values, side="right")  # those missing come last


def _refuse_near_function(name: str, code: np.ndarray, label: np.ndarray) -> None:
    """Raise where the others with an incident's value tell its class nearly always."""
    size, ones = np.bincount(code), np.bincount(code, label)
    others, graver = size[code] - 1, ones[code] - label
    told = others > 0
    wrong = int(((2 * graver > others) != label)[told].sum())
    if _given_away(wrong, label[told]):
        raise ValueError(
            f"The column {name!r} tells the class of {told.sum() - wrong:,} of {told.sum():,} incidents by others with the same "
            "value, as only one does that is made of the offence: leave it out."
        )


def _given_away(wrong: int, label: np.ndarray) -> bool:
    """Whether so few are told wrong that the classes (n,) are known but for slips."""
    rarer = label.size - int(np.bincount(label, minlength=1).max())
    return rarer >= FEWEST and wrong < LEFT * rarer


def refuse_given_away(contest: ClassContest) -> None:
    """Raise where columns together tell the class nearly always, which none of them does by itself."""
    if not contest.columns:
        return  # Times and places by themselves are not made of the offence.
    rows = contest.parts.validation
    label = contest.labels.code[rows]
    wrong = int((contest.best.probability(contest.reports.take(rows)).argmax(axis=1) != label).sum())
    if _given_away(wrong, label):
        raise ValueError(
            f"The columns {checks.listed(contest.columns)} together tell the class of {label.size - wrong:,} of {label.size:,} "
            "incidents, as only those do that are made of the offence: leave out what is written down with it."
        )


def warn_of_much(contest: ClassContest, area: float, lost: Mapping[str, float], parameters: Parameters) -> None:
    """Warn where the ROC-AUC of the gravest class is that of a leak, and name the column that tells most."""
    if area >= TOO_GOOD and contest.columns:
        most = max(contest.columns, key=lambda name: lost[name])
        parameters.warn(
            f"{contest.labels.gravest} is told with a ROC-AUC of {area:.2f}, more than what is known when a report is made "
            f"usually tells: look whether {most!r}, which tells most, is written down with the offence."
        )
