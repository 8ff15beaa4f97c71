"""One analysis as the catalogue declares it: held against its function's signature, and asked for its names and help."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Callable

from .parameter_kinds import KINDS, Parameter
from .results import Shapes

UNASKED = {"progress", "seed"}


@dataclass(frozen=True)
class Analysis:
    """One analysis: its function is the truth; title, group, labels and units stand here.

    `second` names a method of the result that gives a further layer of polygons, such as the hulls of clusters, or a
    further table; `look` are the options of its method `styled`.
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
    look: tuple[Parameter, ...] = ()

    def __post_init__(self) -> None:
        """Hold the declaration against the function's signature."""
        for parameter in self.params:
            if type(parameter) not in KINDS:
                raise TypeError(f"{self.name}: {parameter!r} is no kind of parameter that can be shown.")
        declared = [parameter.name for parameter in self.params]
        options = [name for name in list(self._signature)[1:] if name not in UNASKED]
        if sorted(declared) != sorted(options):
            raise TypeError(f"{self.name}: declared {sorted(declared)}, but its signature has {sorted(options)}.")

        if self.second and not hasattr(self.result, self.second):
            raise TypeError(f"{self.name}: a {self.result.__name__} has no {self.second!r}.")
        drawn = [parameter.name for parameter in self.look]
        if drawn and sorted(drawn) != sorted(self._look_defaults):
            raise TypeError(f"{self.name}: drawn by {sorted(drawn)}, but styled takes {sorted(self._look_defaults)}.")

    @property
    def _look_defaults(self) -> dict[str, Any]:
        styled = inspect.signature(self.result.styled).parameters  # type: ignore[attr-defined]  # where there is a look
        return {name: parameter.default for name, parameter in styled.items() if name != "self"}

    @property
    def _signature(self) -> dict[str, inspect.Parameter]:
        return dict(inspect.signature(self.run).parameters)

    @property
    def name(self) -> str:
        """The one name: of the function, the command and the algorithm."""
        return self.run.__name__

    @property
    def input(self) -> str:
        """The name of the first parameter: "incidents", "features" or "surface"."""
        return next(iter(self._signature))

    @property
    def counts_incidents(self) -> bool:
        """Whether it takes incidents to count as well as features with a value, by leaving the value out."""
        return self.input == "features" and self.default("value") is None

    @property
    def selects(self) -> bool:
        """Whether a period and a category may be chosen: of incidents."""
        return self.input == "incidents" or self.counts_incidents

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (self.run.__doc__ or "").strip().splitlines()[0]

    def default(self, name: str) -> Any:
        """Return a parameter's default, `inspect.Parameter.empty` when it must be given."""
        return self._signature[name].default if name in self._signature else self._look_defaults[name]

    def required(self, name: str) -> bool:
        """Tell whether a parameter must be given."""
        return self.default(name) is inspect.Parameter.empty

    def help(self, name: str) -> str:
        """Return what the docstring says of a parameter, on one line."""
        return parameter_help(self.run).get(name, "")


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
