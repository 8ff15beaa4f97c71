"""What a report's map is made of: layers of cells and of areas, with looks from the palettes and words for each place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Union

import numpy as np

from ..geometry import Rings
from ..grid import Grid

# Of a cell that is in no class: outside the study area.
NOWHERE = 255


class Border(NamedTuple):
    """The line around an area: its colour, its width in pixels, and its style as QGIS calls it."""

    colour: str
    width: float
    style: str = "solid"


class Look(NamedTuple):
    """How a class is drawn, and the sentence of the legend; `angles` (degrees) are those of its hatches, in `ink`.

    `cased` sets its border off by a white line on either side.
    """

    sentence: str
    fill: str | None = None
    opacity: float = 1.0
    border: Border | None = None
    angles: tuple[int, ...] = ()
    ink: str = ""
    cased: bool = False


@dataclass(frozen=True, eq=False)
class Words:
    """What is said of each place: a template, and for each of its numbered gaps a column of texts (n,).

    `cell` are the flat numbers of the cells that they are of; None where all cells of the grid are.
    """

    template: str
    columns: tuple[np.ndarray, ...]
    cell: np.ndarray | None = None

    def of(self, row: int) -> str:
        """Return what is said of a row."""
        return self.template.format(*(column[row] for column in self.columns))


@dataclass(frozen=True, eq=False)
class CellLayer:
    """A class (a row of `looks`, or NOWHERE) for each cell of a grid (rows, columns), and words for those with more to say."""

    name: str
    title: str
    looks: tuple[Look, ...]
    grid: Grid
    classes: np.ndarray
    words: Words
    note: str = ""


@dataclass(frozen=True, eq=False)
class ShapeLayer:
    """Areas, each with a class (a row of `looks`), what is said of it, and a label, "" for none; `rings` by area."""

    name: str
    title: str
    looks: tuple[Look, ...]
    rings: Rings
    classes: np.ndarray
    words: tuple[str, ...]
    labels: tuple[str, ...] = field(default=())
    note: str = ""


MapLayer = Union[CellLayer, ShapeLayer]


def texts(values: list[str]) -> np.ndarray:
    """Return texts as a column (n,)."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
