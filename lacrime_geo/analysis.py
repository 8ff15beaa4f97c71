"""One analysis as the catalogue declares it: held against its function's signature, and asked for its names and help."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from typing import Any, Callable

from .parameter_groups import INTERVALS, SELECTION
from .parameter_kinds import KINDS, Choice, Parameter, Points, Polygons
from .progress import Progress
from .results import Shapes

UNASKED = {"progress", "seed"}
# What an analysis that goes on from its last run is given: the output of that.
EARLIER = "earlier"


@dataclass(frozen=True)
class Analysis:
    """One analysis: its function is the truth; title, group, labels and units stand here.

    `second` names a method of the result that gives a further layer of polygons, such as the hulls of clusters, or a
    further table, and `second_params` are that method's options; `look` are the options of its method `styled`; `needs` is
    a module that is no part of the core, and the package that holds it; `reports` tells that the dates of report are read,
    which others do without, and `intervals` the same of when incidents ended and which times are placeholders; `passes_to`
    are functions to which it hands on those of its parameters that are none of its own; `rasters` tells that in place of
    polygons it takes a raster too, and `tables` that it takes a table without places, of which there is no map.
    """

    run: Callable[..., Any]
    title: str
    group: str
    result: type
    tags: tuple[str, ...]
    params: tuple[Parameter, ...]
    second: str | None = None
    second_title: str | None = None
    second_result: type = Shapes
    second_params: tuple[Parameter, ...] = ()
    look: tuple[Parameter, ...] = ()
    needs: tuple[str, str] | None = None
    reports: bool = False
    intervals: bool = False
    resumes: bool = False
    passes_to: tuple[Callable[..., Any], ...] = ()
    rasters: bool = False
    tables: bool = False

    def __post_init__(self) -> None:
        """Hold the declaration against the function's signature."""
        for parameter in (*self.params, *self.second_params, *self.look):
            if type(parameter) not in KINDS:
                raise TypeError(f"{self.name}: {parameter!r} is no kind of parameter that can be shown.")
        if self.second and not hasattr(self.result, self.second):
            raise TypeError(f"{self.name}: a {self.result.__name__} has no {self.second!r}.")
        own = tuple(parameter for parameter in self.params if parameter.name not in self.passed_on)
        for declared, data, signature in (
            (own, self.input, self._signature),
            (self.second_params, "self", self._second_signature),
            (self.look, "self", self._look_signature if self.look else {}),
        ):
            unasked = {*UNASKED, data, *([EARLIER] if self.resumes else [])}
            names, options = sorted(p.name for p in declared), sorted({*signature} - unasked)
            if names != options:
                raise TypeError(f"{self.name}: declared {names}, but its signature has {options}.")

    @property
    def _signature(self) -> dict[str, inspect.Parameter]:
        return _options_of(self.run)

    @property
    def _second_signature(self) -> dict[str, inspect.Parameter]:
        return _options_of(getattr(self.result, self.second)) if self.second else {}

    @property
    def _look_signature(self) -> dict[str, inspect.Parameter]:
        styled = self.result.styled  # type: ignore[attr-defined]  # where there is a look
        return _options_of(styled)

    @property
    def name(self) -> str:
        """The one name: of the function, the command and the algorithm."""
        return self.run.__name__

    @property
    def input(self) -> str:
        """The name of the first parameter that is not declared: "incidents", "features" or "surface"."""
        declared = {parameter.name for parameter in self.params}
        return next(name for name in self._signature if name not in declared)

    @property
    def passed_on(self) -> frozenset[str]:
        """The names of the parameters that are handed on."""
        others = {name for function in self.passes_to for name in _options_of(function)}
        return frozenset(p.name for p in self.params if p.name in others and p.name not in self._signature)

    def call(self, data: Any, progress: Progress, **options: Any) -> Any:
        """Run it on the input."""
        return self.run(**{self.input: data}, progress=progress, **options)

    @property
    def counts_incidents(self) -> bool:
        """Whether it takes incidents to count as well as features with a value, by leaving the value out."""
        return self.input == "features" and "value" in self._signature and self.default("value") is None

    @property
    def selects(self) -> bool:
        """Whether a period and a category may be chosen: of incidents."""
        return self.input == "incidents" or self.counts_incidents

    @property
    def selection(self) -> tuple[Parameter, ...]:
        """The parameters by which incidents are chosen, and their columns named; none where it takes no incidents."""
        if not self.selects:
            return ()
        own = {parameter.name for parameter in self.params}
        every = (*SELECTION, *INTERVALS) if self.intervals else SELECTION
        # An analysis that has a begin of its own needs what was before it.
        return tuple(parameter for parameter in every if parameter.name not in own)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (self.run.__doc__ or "").strip().splitlines()[0]

    @property
    def returns(self) -> str:
        """What the docstring says of the result, on one line."""
        _, _, text = inspect.cleandoc(self.run.__doc__ or "").partition("Returns\n-------\n")
        return " ".join(text.split("\n\n")[0].split("\n", 1)[-1].split())

    @property
    def second_summary(self) -> str:
        """The first line of the docstring of what gives the further layer or table."""
        return (getattr(self.result, str(self.second)).__doc__ or "").strip().splitlines()[0]

    @property
    def layers(self) -> tuple[Parameter, ...]:
        """The parameters that are layers beside the input."""
        return tuple(p for p in (*self.params, *self.second_params) if isinstance(p, (Points, Polygons)))

    def default(self, name: str) -> Any:
        """Return a parameter's default, `inspect.Parameter.empty` when it must be given; None for what is handed on."""
        if name in self.passed_on:
            return None
        for signature in (self._signature, self._second_signature):
            if name in signature:
                default = signature[name].default
                return self._usual.get(name) if default is None else default
        return self._look_signature[name].default

    @property
    def _usual(self) -> dict[str, str | None]:
        """What forms show of choices that have no default in a script."""
        return {parameter.name: parameter.usual for parameter in self.params if isinstance(parameter, Choice)}

    def second_of(self, result: Any, progress: Progress, **options: Any) -> Any:
        """Return the further layer or table of a result."""
        if "progress" in self._second_signature:
            options["progress"] = progress
        return getattr(result, str(self.second))(**options)

    def required(self, name: str) -> bool:
        """Tell whether a parameter must be given."""
        return self.default(name) is inspect.Parameter.empty

    def help(self, name: str) -> str:
        """Return what the docstring says of a parameter, on one line; of columns and arrays, forms take columns."""
        function = getattr(self.result, str(self.second)) if name in (p.name for p in self.second_params) else self.run
        return parameter_help(function).get(name, "").replace(" or array (n,)", "")


@cache
def _options_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    # Asked some hundred times while a toolbox is filled, and slow.
    every = inspect.signature(function).parameters
    return {name: one for name, one in every.items() if one.kind is not one.VAR_KEYWORD}


@cache
def parameter_help(function: Callable[..., Any]) -> dict[str, str]:
    """Return the text of each parameter in a numpydoc docstring."""
    lines = inspect.cleandoc(function.__doc__ or "").splitlines()
    start = lines.index("Parameters") + 2
    found: dict[str, str] = {}
    names: list[str] = []
    for line in lines[start:]:
        if not line.strip():
            break
        if not line.startswith(" "):
            head, _, text = line.partition(" : ")
            names = [name.strip() for name in head.split(",")]
            found.update(dict.fromkeys(names, text))
        else:
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return found
