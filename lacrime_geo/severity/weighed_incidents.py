"""Harm of incidents: what each weighs on a scale, how many the scale knows, and on how few the sum hangs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..data.tables import Texts
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters, in_words, incidents_that
from ..progress import Progress, advance
from ..results import Marks, Table
from .few_grave import warn_of_few
from .harm_scales import HarmScale, as_scale, fitting
from .incident_keys import keys_of

MOST_UNMAPPED = 10


@dataclass(frozen=True, eq=False, repr=False)
class Harm(Marks):
    """Hold what each incident weighs on a scale (`weight`, 0 where unmapped), and whether the scale knows it (`mapped`)."""

    scale: HarmScale | None = None
    keys: Texts | None = None

    def codes(self) -> Table:
        """Return a row for each key of the incidents: its weight and citation, and what it holds of incidents and harm.

        The gravest sums come first, then keys of which the scale has no weight, those of most incidents first. Saved as CSV it
        is a scale itself, to be changed and filled in.

        Returns
        -------
        Table
            The key under the name of its column, ``weight`` (NaN where unmapped), ``citation`` ("" there), ``incidents``,
            ``harm``, and both as shares of all, ``share_of_incidents`` and ``share_of_harm``.

        Examples
        --------
        >>> import lacrime_geo as lg
        >>> codes = lg.harm("sample_layers/incidents.csv.gz").codes()
        >>> codes["crime_code"][0], float(codes["weight"][0]), float(codes["share_of_harm"].sum().round(9))
        ('510', 1.0, 1.0)
        """
        if self.scale is None or self.keys is None:
            raise ValueError("These marks have no scale; make them by harm.")
        every = np.bincount(self.keys.code, minlength=self.keys.distinct.size)
        here = np.flatnonzero(every)
        keys = np.array([key or "" for key in self.keys.distinct[here]], dtype=object)
        found = [self.scale.weight_of(key) for key in keys]
        weight, count = np.array(found, dtype=float), every[here]
        mapped = np.isfinite(weight)
        total = np.where(mapped, weight, 0.0) * count
        order = np.lexsort((keys.astype(str), -count, -total, ~mapped))
        columns = {
            str(self.parameters["key_column"]): keys,
            "weight": weight,
            "citation": np.array([self.scale.citation_of(key) for key in keys], dtype=object),
            "incidents": count,
            "harm": total,
            "share_of_incidents": count / count.sum(),
            "share_of_harm": total / total.sum(),
        }
        label = f"{self.scale.title}: weights of {self.features.label}"
        return Table({name: column[order] for name, column in columns.items()}, self.parameters, label=label)


def harm(
    incidents: Any,
    *,
    scale: str | os.PathLike[str] | HarmScale = "part1_2",
    key_column: str | None = None,
    progress: Progress = None,
) -> Harm:
    """Weigh each incident by its harm on a scale, with every weight cited and what the scale does not know counted.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with the column of the scale's keys. Those without a place count
        as well.
    scale : "part1_2" (LAPD crime codes: 1 for Part 1, 0 for Part 2), "ucr_part1" (categories: 1 for the FBI's Part I), or the
        path of a CSV of your own: its first column is named as the column it weighs, ``weight`` and ``citation`` follow.
    key_column : column in which the scale's keys are looked up. Default: the one that its first column names.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Harm
        The input with `weight`, 0 where the scale does not have its key, and `mapped`, whether it has. Scale, unit, source,
        version, coverage, total and how few incidents hold it are in the parameters.

        In a script they are the weights of a further analysis: `kde(incidents, weight=harm(incidents))`.

    Raises
    ------
    ValueError
        If the incidents have no such column, the scale has none of their keys, or weighs all of them 0.

    Notes
    -----
    A weight is a value judgement: it says how much worse one kind of incident is than another, and no data can prove it. The
    Parts of the LAPD and the FBI are no scale of harm but two classes: a stolen bicycle is of Part 1 as a homicide is. Harm is
    as uncertain as its gravest incidents are few: with independent incidents the sum of weights has a relative error of
    1/√n with n = (Σw)²/Σw², the effective number of incidents (Kish 1965).

    Examples
    --------
    >>> points = Incidents([0.0, 9.0, 5.0], [0.0, 9.0, 5.0], category=["arson", "arson", "littering"], crs="EPSG:32611")
    >>> found = harm(points, scale="ucr_part1")
    >>> found["weight"].tolist(), found["mapped"].tolist(), found.parameters["total_harm"]
    ([1.0, 1.0, 0.0], [True, True, False], 2.0)
    """
    everything = as_incidents(incidents)
    parameters = Parameters(layer=everything.label, incidents=everything.size, period=everything.period)
    parameters.update(everything.selection)
    return weighed(everything, as_scale(scale), key_column, parameters, progress)


def weighed(
    everything: Incidents, scale: HarmScale, column: str | None, parameters: Parameters, progress: Progress = None
) -> Harm:
    """Weigh incidents on a scale, with the record to be carried on; raise as `harm` does."""
    name = column or scale.key
    advance(progress, 0.1)
    keys = _keys(everything, scale, name)
    advance(progress, 0.8)
    weight, mapped = scale.weights_of_keys(keys)
    advance(progress, 0.9)
    _keep_scale(scale, name, parameters)
    _require_some(everything, scale, name, keys, weight, mapped)
    _tell(scale, keys, weight, mapped, parameters)
    if everything.weight is not None:
        parameters.warn(
            "The incidents have weights of their own, which harm takes the place of; they are not multiplied."
        )
    warn_of_few(weight, parameters)
    advance(progress, 1.0)
    label = everything.titled(f"Harm in {scale.unit}")
    return Harm({"weight": weight, "mapped": mapped}, parameters, everything, "harm", label, scale, keys)


def _keep_scale(scale: HarmScale, column: str, parameters: Parameters) -> None:
    parameters.update(scale=scale.name, key_column=column, scale_title=scale.title, unit=scale.unit)
    parameters.update(scale_source=scale.source, scale_version=scale.version)
    if not scale.source:
        parameters.warn(
            f"The scale {scale.title!r} does not say whose it is: add a line '# source: …' above its header."
        )


def _keys(incidents: Incidents, scale: HarmScale, column: str) -> Texts:
    try:
        return keys_of(incidents, column, of_nibrs=scale.of_nibrs)
    except ValueError as problem:
        raise ValueError(f"{problem} The scale {scale.name!r} weighs by it; {_remedy(incidents, scale)}.") from None


def _require_some(
    incidents: Incidents, scale: HarmScale, column: str, keys: Texts, weight: np.ndarray, mapped: np.ndarray
) -> None:
    """Raise where the scale has none of the keys, or weighs all of them 0."""
    if not mapped.any():
        held = checks.listed(sorted(key for key in keys.distinct if key), most=MOST_UNMAPPED) or "nothing"
        raise ValueError(
            f"The scale {scale.name!r} has none of the keys in column {column!r} of {incidents.label!r}, which holds {held}; "
            f"{_remedy(incidents, scale)}."
        )
    if not weight.any():
        raise ValueError(
            f"All {int(mapped.sum()):,} incidents of {incidents.label!r} that the scale {scale.name!r} knows weigh 0, so there "
            "is no harm to map; take another scale or more kinds of incidents."
        )


def _remedy(incidents: Incidents, scale: HarmScale) -> str:
    others = [name for name in fitting(incidents) if name != scale.name]
    if others:
        return f"the scale {others[0]!r} fits these incidents, or name the column of its keys (key_column)"
    return "name the column of its keys (key_column), or give a CSV of your own with these keys"


def _tell(scale: HarmScale, keys: Texts, weight: np.ndarray, mapped: np.ndarray, parameters: Parameters) -> None:
    """Keep and announce the sum, and how many incidents and which keys the scale does not know."""
    total, known = float(weight.sum()), int(mapped.sum())
    parameters.update(total_harm=total, mapped=known, coverage=known / mapped.size)
    parameters.tell(
        f"{known:,} of {mapped.size:,} incidents are on the scale; they add up to {_sum_in_words(total)} {scale.unit}"
    )
    number = np.bincount(keys.code[~mapped], minlength=keys.distinct.size)
    left = sorted((-int(number[at]), str(keys.distinct[at] or "")) for at in np.flatnonzero(number))
    parameters["unmapped"] = {key: -negative for negative, key in left}
    if left:
        shown = [f"{key or 'blank'} ({-negative:,})" for negative, key in left]
        has = incidents_that(
            mapped.size - known, "is not on the scale and weighs 0", "are not on the scale and weigh 0"
        )
        parameters.warn(f"{has}: {checks.listed(shown, most=MOST_UNMAPPED)}.")


def _sum_in_words(total: float) -> str:
    return f"{total:,.0f}" if total >= 100 else in_words(total)
