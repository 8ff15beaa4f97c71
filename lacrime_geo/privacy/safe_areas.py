"""Areas with counts made safe: small ones withheld, others with them, and nothing beside that tells them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..features import Features
from ..parameters import Parameters
from ..progress import Progress, advance
from ..sensitivity.reruns import out_of
from .small_counts import Withheld, withheld

# Sums over neighbours: with the counts that are shown they give those back that are not.
GIVE_BACK = ("z", "p", "p_adjusted", "local_i", "weight_sum", "density", "rate", "mean_count")


class AreaRules(NamedTuple):
    """What is asked of areas with counts."""

    k: int
    columns: list[str] | None
    value: Any
    totals_by: Any
    zeros: bool
    seed: int | None


class Made(NamedTuple):
    """What a safe layer is made of."""

    wkb: np.ndarray
    crs: str
    columns: dict[str, np.ndarray]
    measures: dict[str, float]
    parameters: Parameters
    style: str


def safe_areas(areas: Features, rules: AreaRules, progress: Progress = None) -> Made:
    """Return the areas with the counts that may be shown, and only the columns named."""
    advance(progress, 0.0)
    count, name = _counts(areas, rules.value)
    group, groups = _groups(areas, rules.totals_by)
    hidden = withheld(count, rules.k, group, np.random.default_rng(rules.seed), zeros=rules.zeros)
    advance(progress, 0.8)
    # Nothing of the input's own record leaves: it may tell a total, or a largest count.
    parameters = Parameters(layer=areas.label, k=rules.k, title=_title(name, rules))
    parameters["protection"] = _protection(rules)
    shown = np.where(hidden.all, np.nan, count.astype(float))
    columns = {
        name: shown,
        "suppressed": hidden.all,
        **_named(areas, rules.columns or [], name, hidden.all, parameters),
    }
    if hidden.open_groups.size:
        _warn_of_open_groups(hidden, groups, rules, parameters)
    parameters.tell(_in_words(count, hidden, rules))
    wkb = np.empty(areas.size, dtype=object)
    wkb[:] = areas.wkb
    return Made(wkb, areas.crs, columns, _measures(count, hidden), parameters, "safe_areas")


def _title(name: str, rules: AreaRules) -> str:
    counted = "Reported incidents" if name == "count" else name.replace("_", " ").capitalize()
    return f"{counted} by area · counts below {rules.k} withheld"


def _protection(rules: AreaRules) -> str:
    """Return what was done to the counts, as what a page says of them goes on."""
    least = "0" if rules.zeros else "1"
    return f"counts of {least} to {rules.k - 1} withheld, and others by which those could be worked out"


def _measures(count: np.ndarray, hidden: Withheld) -> dict[str, float]:
    return dict(
        areas=float(count.size),
        withheld_small=float(hidden.small.sum()),
        withheld_others=float(hidden.others.sum()),
        incidents=float(count.sum()),
        incidents_withheld=float(count[hidden.all].sum()),
        zeros_shown=float(((count == 0) & ~hidden.all).sum()),
        open_groups=float(hidden.open_groups.size),
    )


def _warn_of_open_groups(hidden: Withheld, groups: np.ndarray, rules: AreaRules, parameters: Parameters) -> None:
    first = "all areas" if rules.totals_by is None else repr(groups[hidden.open_groups[0]])
    parameters.warn(
        f"The total of {hidden.open_groups.size:,} of {len(groups):,} groups (first: {first}) gives a withheld count back, as "
        "there is no other area to withhold: do not publish it."
    )


def _in_words(count: np.ndarray, hidden: Withheld, rules: AreaRules) -> str:
    least = "0" if rules.zeros else "1"
    return (
        f"of {count.size:,} areas {int(hidden.small.sum()):,} with a count of {least} to {rules.k - 1} are withheld, and "
        f"{int(hidden.others.sum()):,} others, so that no total gives them back: with them "
        f"{out_of(int(count[hidden.all].sum()), int(count.sum()))} of the incidents are not shown"
    )


def _counts(areas: Features, value: Any) -> tuple[np.ndarray, str]:
    """Return the counts as whole numbers, and what their column is called."""
    name = value if isinstance(value, str) else "count"
    given = checks.column(areas.source, value) if isinstance(value, str) else value
    numbers = checks.numbers(name, given, areas.size)
    bad = np.flatnonzero((numbers < 0) | (numbers % 1 != 0))
    if bad.size:
        raise ValueError(
            f"{name} is no count in {bad.size:,} of {areas.size:,} rows, first in row {bad[0]} ({numbers[bad[0]]:g}): counts are "
            "whole numbers of 0 or more; round them, or name another column."
        )
    return numbers.astype(np.int64), name


def _groups(areas: Features, totals_by: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each area's group, and the groups' names; all are one without a column."""
    if totals_by is None:
        return np.zeros(areas.size, dtype=np.int64), np.array(["all"], dtype=object)
    values = checks.column(areas.source, totals_by) if isinstance(totals_by, str) else totals_by
    texts = np.array([str(value) for value in values], dtype=object)
    if texts.size != areas.size:
        raise ValueError(f"totals_by has {texts.size:,} values for {areas.size:,} rows; give one for each.")
    names, number = np.unique(texts, return_inverse=True)
    return number.ravel(), names


def _named(
    areas: Features, columns: list[str], count: str, hidden: np.ndarray, parameters: Parameters
) -> dict[str, np.ndarray]:
    """Return the columns named; numbers are nothing where a count is withheld."""
    found: dict[str, np.ndarray] = {}
    for name in columns:
        if name in (count, "suppressed"):
            continue
        values = np.asarray(checks.column(areas.source, name))
        if name in GIVE_BACK:
            parameters.warn(f"{name} is made of other counts too: with those shown it may give back those withheld.")
        found[name] = _beside(values, hidden)
    own = list(areas.source.columns if hasattr(areas.source, "columns") else areas.source or [])
    dropped = [str(one) for one in own if str(one) not in (*found, count, "geometry", "suppressed", "feature id")]
    if dropped:
        parameters.log.info("columns that do not leave: %s", ", ".join(dropped))
    return found


def _beside(values: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return a column without its numbers where a count is withheld, those of a mixed column as well."""
    if values.dtype.kind in "iufb":
        return np.where(hidden, np.nan, values.astype(float))
    if values.dtype != object:
        return values
    kept = values.copy()
    for row in np.flatnonzero(hidden):
        # Names and codes are text.
        kept[row] = kept[row] if isinstance(kept[row], str) else None
    return kept
