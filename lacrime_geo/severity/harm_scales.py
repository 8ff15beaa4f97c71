"""Scales of harm: what each kind of incident weighs, and who says so."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .. import checks
from ..agencies import NIBRS_COLUMN
from ..data.tables import Texts
from ..incidents import Incidents, as_incidents
from .incident_keys import keys_of
from .scale_files import ScaleFile, read_scale

SHIPPED_IN = Path(__file__).parent / "scales"
SHIPPED = ("part1_2", "ucr_part1")


@dataclass(frozen=True, eq=False, repr=False)
class HarmScale:
    """Hold what each kind of incident weighs, with a citation for each weight.

    Parameters
    ----------
    name : what it is called by: of a shipped scale its name, of a file the path.
    title, unit, source, version : what it is, in what it measures, by whom, and of when; "" where a file does not say.
    key : the column of incidents in which its keys are looked up, such as ``"crime_code"``.
    keys : the keys (k,), as texts.
    weight : what each weighs (k,), 0 or more.
    citation : where each weight is from (k,).

    Examples
    --------
    >>> scale = harm_scale("part1_2")
    >>> scale.unit, scale.weight_of("510"), scale.weight_of("624")
    ('Part 1 offences', 1.0, 0.0)
    """

    name: str
    title: str
    unit: str
    source: str
    version: str
    key: str
    keys: tuple[str, ...]
    weight: np.ndarray
    citation: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raise where it was made by hand of columns that do not fit each other, or of weights that are none."""
        if not len(self.keys) == len(self.citation) == np.size(self.weight):
            raise ValueError(
                f"The scale {self.name!r} has {len(self.keys):,} keys, {np.size(self.weight):,} weights and "
                f"{len(self.citation):,} citations; give one of each."
            )
        checks.weights(self.weight, len(self.keys), f"The weight of the scale {self.name!r}")

    def __repr__(self) -> str:
        """Return its title, its size and its key."""
        return f"<HarmScale {self.title!r}: {len(self.keys):,} weights by {self.key} in {self.unit}>"

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self.keys)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def weight_of(self, key: str) -> float | None:
        """Return what one key weighs, None where the scale does not have it."""
        place = self._place.get(key)
        return None if place is None else float(self.weight[place])

    def citation_of(self, key: str) -> str:
        """Return where the weight of one key is from, "" where the scale does not have it."""
        place = self._place.get(key)
        return "" if place is None else self.citation[place]

    def weights_of(self, incidents: Incidents, column: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return what incidents weigh (n,), 0 where the scale does not have their key, and a mask (n,) of those it has.

        Parameters
        ----------
        incidents : Incidents with the column of the scale's keys.
        column : the column, where it is called otherwise. Default: the scale's key.

        Raises
        ------
        ValueError
            If there is no such column.

        Examples
        --------
        >>> points = Incidents([0.0, 1.0], [0.0, 1.0], category=["arson", "littering"], crs="EPSG:32611")
        >>> [column.tolist() for column in harm_scale("ucr_part1").weights_of(points)]
        [[1.0, 0.0], [True, False]]
        """
        return self.weights_of_keys(self.keys_of(incidents, column))

    def keys_of(self, incidents: Incidents, column: str | None = None) -> Texts:
        """Return the keys of incidents (n,), looked up as `weights_of` does."""
        try:
            return keys_of(as_incidents(incidents), column or self.key, of_nibrs=self.of_nibrs)
        except ValueError as problem:
            raise ValueError(
                f"{problem} The scale {self.name!r} weighs by it; name the column of its keys, or take another scale."
            ) from None

    @property
    def of_nibrs(self) -> bool:
        """Whether its keys are codes of NIBRS, of which spreadsheets make numbers."""
        return self.key == NIBRS_COLUMN

    def weights_of_keys(self, found: Texts) -> tuple[np.ndarray, np.ndarray]:
        """Return what keys of incidents (n,) weigh and which of them it has, as `weights_of` does."""
        weight = np.array([self.weight_of(key) for key in found.distinct], dtype=float)  # None becomes NaN
        mapped = ~np.isnan(weight)
        return np.where(mapped, weight, 0.0)[found.code], mapped[found.code]


def harm_scale(scale: str | os.PathLike[str]) -> HarmScale:
    """Read a scale of harm: one shipped, or a CSV of one's own.

    Parameters
    ----------
    scale : "part1_2" (LAPD crime codes: 1 for Part 1, 0 for Part 2), "ucr_part1" (categories: 1 for the FBI's Part I), or the
        path of a CSV. The name of its first column is the column of incidents in which its keys are looked up
        (``crime_code``, ``category``, ``nibrs_code``, …); columns ``weight`` and ``citation`` follow, others are left aside.
        Lines above the header that begin with ``# title:``, ``# unit:``, ``# source:`` and ``# version:`` tell what it is.

    Returns
    -------
    HarmScale
        The keys, their weights and their citations.

    Raises
    ------
    ValueError
        If it is no scale that is shipped and no CSV, if a key stands twice, or a weight is missing, negative, no plain number
        or without a citation: the rows are named.
    FileNotFoundError
        If the file is missing.

    Notes
    -----
    A key with neither weight nor citation stays unmapped, so that the codes saved by ``harm(…).codes()`` can be filled in part.

    Examples
    --------
    >>> harm_scale("ucr_part1")
    <HarmScale 'UCR Part I offences': 11 weights by category in Part I offences>
    """
    if isinstance(scale, str) and scale in SHIPPED:
        return _made(read_scale(SHIPPED_IN / f"{scale}.csv"), scale)
    if not isinstance(scale, (str, os.PathLike)):
        raise TypeError(f"A scale is a name, a path or a HarmScale, not a {type(scale).__name__}.")
    if not Path(scale).suffix and not Path(scale).is_file():
        raise ValueError(
            f"There is no scale {str(scale)!r}; take one of {', '.join(map(repr, SHIPPED))}, or the path of a CSV of your own."
        )
    return _made(read_scale(Path(scale)), str(scale))


def as_scale(anything: Any) -> HarmScale:
    """Return a HarmScale as it is, or the one of a name or a path.

    >>> as_scale(harm_scale("part1_2")).key, as_scale("part1_2").key
    ('crime_code', 'crime_code')
    """
    return anything if isinstance(anything, HarmScale) else harm_scale(anything)


def as_scales(anything: Any) -> list[HarmScale]:
    """Return several scales: of a list, or of a text with commas between names and paths; raise where one comes twice."""
    if isinstance(anything, str):
        anything = [name.strip() for name in anything.split(",") if name.strip()]
    if isinstance(anything, (HarmScale, os.PathLike)):
        anything = [anything]
    scales = [as_scale(one) for one in anything]
    names = [scale.name for scale in scales]
    if not scales or len(set(names)) < len(names):
        raise ValueError(f"scales must name one or more different scales, got {checks.listed(names) or 'none'}.")
    return scales


def fitting(incidents: Incidents, column: str | None = None) -> list[str]:
    """Return the names of the shipped scales that have some of the incidents' keys, in a column or each in its own."""
    names = []
    for name in SHIPPED:
        try:
            mapped = harm_scale(name).weights_of(incidents, column)[1]
        except ValueError:
            continue
        if mapped.any():
            names.append(name)
    return names


def _made(read: ScaleFile, name: str) -> HarmScale:
    said = read.said
    title = said.get("title") or Path(name).stem
    unit = said.get("unit") or f"points of {title}"
    source, version = said.get("source", ""), said.get("version", "")
    return HarmScale(name, title, unit, source, version, read.key, read.keys, read.weight, read.citation)
