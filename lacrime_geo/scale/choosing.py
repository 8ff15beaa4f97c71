"""Which incidents of a scan are chosen: period, categories, bounds; told of whole row groups by their statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .. import selection

Box = tuple[float, float, float, float]


class Statistics(NamedTuple):
    """What a file tells of some of its rows without their being read; None where it tells nothing.

    `first` and `last` are of the moments known, `box` (west, south, east, north) of the coordinates, `categories` the least and
    the greatest text, `undated` and `nowhere` how many rows have no date and no place, `bytes_of_place` how many
    bytes the geometry of a row takes.
    """

    first: np.datetime64 | None = None
    last: np.datetime64 | None = None
    box: Box | None = None
    categories: tuple[str, str] | None = None
    undated: int | None = None
    nowhere: int | None = None
    bytes_of_place: float = 0.0


@dataclass(frozen=True)
class Chosen:
    """Hold what was asked for: since inclusive, until exclusive, categories in whatever case, bounds closed on all sides.

    `asked` holds the ends of the period as they were written, as the record of results keeps them.
    """

    since: np.datetime64 | None = None
    until: np.datetime64 | None = None
    categories: tuple[str, ...] = ()
    box: Box | None = None
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether fewer than all were asked for."""
        return self != Chosen()

    @property
    def by_time(self) -> bool:
        """Whether a period was asked for."""
        return self.since is not None or self.until is not None

    def narrowed(self, since: Any, until: Any, category: Any, bbox: Any) -> Chosen:
        """Return what is asked for by this and more: of two periods what they have in common, of two bounds likewise."""
        begin, end = selection.period_of(since, until)
        begins = [moment for moment in (self.since, begin) if moment is not None]
        ends = [moment for moment in (self.until, end) if moment is not None]
        wanted = self.categories
        if category is not None:
            named = [category] if np.isscalar(category) else list(category)
            asked = tuple(str(name) for name in named)
            before = {name.lower() for name in wanted}
            wanted = tuple(name for name in asked if not before or name.lower() in before)
            if not asked:
                raise ValueError("No category was named.")
            if not wanted:
                raise ValueError(f"No incident is of {', '.join(asked)} and of {', '.join(self.categories)}.")
        box = self.box if bbox is None else _common(self.box, box_of(bbox))
        words = {**self.asked, **selection.narrower(self.asked, since, until)}
        return Chosen(max(begins, default=None), min(ends, default=None), wanted, box, words)

    def may_hold(self, told: Statistics) -> bool:
        """Tell whether rows of which a file tells so much may hold any that are chosen."""
        if self.by_time and told.last is not None and told.first is not None:
            if (self.since is not None and told.last < self.since) or (
                self.until is not None and told.first >= self.until
            ):
                return False
        if self.box is not None and told.box is not None:
            west, south, east, north = self.box
            if told.box[0] > east or told.box[2] < west or told.box[1] > north or told.box[3] < south:
                return False
        if self.categories and told.categories is not None:
            return any(_is_between(name.lower(), *told.categories) for name in self.categories)
        return True

    def holds_all(self, told: Statistics) -> bool:
        """Tell whether all rows of which a file tells so much are chosen, so that none has to be looked at."""
        if self.categories or (self.box is not None):
            return False
        if not self.by_time:
            return True
        if told.first is None or told.last is None or told.undated != 0:
            return False
        return bool((self.since is None or told.first >= self.since) and (self.until is None or told.last < self.until))

    def rows(
        self, when: np.ndarray | None, category: np.ndarray | None, x: np.ndarray | None, y: np.ndarray | None
    ) -> np.ndarray:
        """Return a mask (n,) of the rows that are chosen; raise where they have no such column."""
        masks = []
        if self.by_time:
            if when is None:
                raise ValueError(
                    "A period was asked for, but the incidents have no times; name their time column (time_column)."
                )
            masks.append(~np.isnat(when))
            if self.since is not None:
                masks.append(when >= self.since)
            if self.until is not None:
                masks.append(when < self.until)
        if self.categories:
            if category is None:
                raise ValueError(
                    "A category was asked for, but the incidents have none; name their category column (category_column)."
                )
            masks.append(selection.among(category, self.categories))
        if self.box is not None and x is not None and y is not None:
            west, south, east, north = self.box
            masks.append((x >= west) & (x <= east) & (y >= south) & (y <= north))
        return np.logical_and.reduce(masks)

    def in_words(self) -> dict[str, Any]:
        """Return what was asked for as the record of results keeps it."""
        found: dict[str, Any] = {**self.asked}
        if self.categories:
            found["category"] = ", ".join(self.categories)
        if self.box is not None:
            found["bbox"] = list(self.box)
        return found


def box_of(bbox: Any) -> Box:
    """Return bounds as four numbers; raise where they are none, or west is east of east."""
    try:
        west, south, east, north = (float(value) for value in bbox)
    except (TypeError, ValueError):
        raise ValueError(f"bbox must be four numbers, west, south, east and north, got {bbox!r}.") from None
    if not (west <= east and south <= north):
        raise ValueError(
            f"bbox must be west, south, east and north, got {bbox!r}, of which the {'first' if west > east else 'second'} is "
            f"above the {'third' if west > east else 'fourth'}."
        )
    return west, south, east, north


def _is_between(name: str, low: str, high: str) -> bool:
    """Tell whether a text of this name in lower case, which may be written in another, may stand between two in the alphabet.

    >>> _is_between("theft from mv", "arson", "theft from motor"), _is_between("theft from mv", "arson", "robbery")
    (True, False)
    """
    if not name.isascii():
        return True
    begins = {""}
    for size, letter in enumerate(name, 1):
        begins = {begin + one for begin in begins for one in (letter, letter.upper())}
        begins = {begin for begin in begins if low[:size] <= begin <= high[:size]}
        if any(low[:size] < begin < high[:size] for begin in begins):
            return True
    return any(low <= begin <= high for begin in begins)


def _common(first: Box | None, second: Box) -> Box:
    if first is None:
        return second
    west, south = max(first[0], second[0]), max(first[1], second[1])
    return box_of((west, south, min(first[2], second[2]), min(first[3], second[3])))
