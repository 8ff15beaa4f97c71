"""Claims: numbers told to readers, each with what is needed to judge it, and the code that finds it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Union

Value = Union[float, int, str, None]
COUNTED = "counted"


@dataclass(frozen=True)
class Claim:
    """Hold one number that is told to readers, what it rests on, and how to find it again.

    Parameters
    ----------
    name : what is told, such as "share of the incidents in hot areas".
    value : the number itself, not rounded; or a text, such as the name of a model.
    unit : what it is counted in, such as "incidents" or "of the incidents"; shares are of 1.
    n : how many incidents it rests on.
    period : of which days, in words.
    method : the analysis, with its source (author, year).
    code : a Python expression that gives the value again, of `lg`, `incidents` and what else was given: `boundary`, `areas`,
        `scale`, `after`.
    sentence : the sentence in which it is told.
    interval : the lower and the upper limit; None where it is counted, or estimated without one.
    level : of the interval, in per cent.
    split : which incidents were learned from and which it was scored on, where it is a score.
    baseline : what it is compared with, where it is.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> incidents = lg.Incidents([0.0, 9.0], [0.0, 9.0], crs="EPSG:32611")
    >>> told = Claim("incidents", 2, "incidents", 2, "without a time column", "counted", "lg.as_incidents(incidents).size")
    >>> eval(told.code) == told.value
    True
    """

    name: str
    value: Value
    unit: str
    n: int
    period: str
    method: str
    code: str
    sentence: str = ""
    interval: Union[tuple[float, float], None] = None
    level: Union[float, None] = None
    split: str = ""
    baseline: str = ""


class Finding(NamedTuple):
    """Hold a sentence that tells what was found, and the claims told in it."""

    sentence: str
    claims: tuple[Claim, ...] = ()


def finding(sentence: str, *claims: Claim) -> Finding:
    """Return a finding whose claims know their sentence."""
    return Finding(sentence, tuple(replace(claim, sentence=sentence) for claim in claims))


def sentences_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the sentences of findings."""
    return tuple(one.sentence for one in findings)


def claims_of(findings: Iterable[Finding]) -> tuple[Claim, ...]:
    """Return the claims of findings, in the order of reading."""
    return tuple(claim for one in findings for claim in one.claims)


@dataclass(frozen=True)
class Evidence:
    """Hold what the claims of one result have in common; `made` is the code that makes this result.

    Examples
    --------
    >>> evidence = Evidence("lg.as_incidents(incidents)", 2, "on 5 May 2023")
    >>> evidence.claim("incidents", 2, "incidents", "{made}.size").code
    'lg.as_incidents(incidents).size'
    """

    made: str
    n: int
    period: str
    method: str = COUNTED
    level: float | None = None
    split: str = ""
    baseline: str = ""

    def claim(
        self, name: str, value: Any, unit: str, code: str, interval: tuple[Any, Any] | None = None, **other: Any
    ) -> Claim:
        """Return a claim of the result; `code` is the expression that finds its value, with {made} for the result."""
        common = dict(n=self.n, period=self.period, method=self.method, split=self.split, baseline=self.baseline)
        level = None if interval is None else self.level
        ends = None if interval is None else (float(interval[0]), float(interval[1]))
        code = code.replace("{made}", self.made)
        return Claim(name, plain(value), unit, code=code, **{**common, "interval": ends, "level": level, **other})


def plain(value: Any) -> Any:
    """Return a value of numpy as Python's own."""
    return value.item() if hasattr(value, "item") else value


class Name(str):
    """The name of a variable, which stands in code as it is."""


def call(function: str, *given: str, **options: Any) -> str:
    """Return the code of a call of a public function; options that are None are left out.

    >>> call("hotspots", "incidents", boundary=Name("boundary"), cell_size=210.0, distance_band=None)
    'lg.hotspots(incidents, boundary=boundary, cell_size=210.0)'
    """
    named = [f"{name}={_as_code(value)}" for name, value in options.items() if value is not None]
    return f"lg.{function}({', '.join([*given, *named])})"


def _as_code(value: Any) -> str:
    return str(value) if isinstance(value, Name) else repr(plain(value))


def named_if(name: str, given: Any) -> Name | None:
    """Return the variable by which code names what was given; None where nothing was."""
    return None if given is None else Name(name)
