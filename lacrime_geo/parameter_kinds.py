"""The kinds of parameters an analysis can have; toolbox and command line know how to show each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union, get_args


@dataclass(frozen=True)
class Distance:
    """A length in metres, above 0; empty means chosen from the data."""

    name: str
    label: str


@dataclass(frozen=True)
class DistanceOrRule:
    """A length in metres, above 0, or the name of the rule that finds it."""

    name: str
    label: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Amount:
    """A number without unit, above 0 or at least a minimum; empty means chosen from the data."""

    name: str
    label: str
    whole: bool = False
    minimum: int | None = None


@dataclass(frozen=True)
class Numbers:
    """Several numbers, written with commas between them."""

    name: str
    label: str


@dataclass(frozen=True)
class Choice:
    """One of several names; `usual` is what a form shows where the function itself finds one of a table only."""

    name: str
    label: str
    options: tuple[str, ...]
    usual: str | None = None


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    name: str
    label: str


@dataclass(frozen=True)
class Column:
    """A column of numbers, of times or of text: of the input, or of the layer that another parameter names.

    `usual` are columns of the input that the function looks for by itself, those that go with it among them.
    """

    name: str
    label: str
    holds: str = "number"
    of: str | None = None
    usual: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """Several columns of the input, or of the layer that another parameter names."""

    name: str
    label: str
    of: str | None = None


@dataclass(frozen=True)
class Points:
    """A point layer beside the input."""

    name: str
    label: str


@dataclass(frozen=True)
class Polygons:
    """A polygon layer."""

    name: str
    label: str


@dataclass(frozen=True)
class Moment:
    """A date, or a date and time."""

    name: str
    label: str


@dataclass(frozen=True)
class Words:
    """One text or several, separated by commas."""

    name: str
    label: str


Parameter = Union[
    Distance, DistanceOrRule, Amount, Numbers, Choice, Switch, Column, Columns, Points, Polygons, Moment, Words
]
KINDS = get_args(Parameter)
