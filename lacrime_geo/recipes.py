"""Recipes of models: the kind and the settings of each, as JSON values, of which nothing else can be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from . import checks

KIND, SETTINGS = "kind", "settings"


def parts_of_recipe(
    recipe: Any, what: str, kinds: Mapping[str, Any], names_of: Callable[[Any], list[str]]
) -> tuple[str, dict[str, Any]]:
    """Return the kind that a recipe names and its settings, none missing and none more than the kind has.

    Parameters
    ----------
    recipe : as it was read from a file: anything.
    what : what it is a recipe of, in words.
    kinds : what can be made, by name.
    names_of : function of one of these that returns the names of its settings.

    Raises
    ------
    ValueError
        If it is no recipe, names none of the kinds, or a setting is missing or unknown.

    Examples
    --------
    >>> parts_of_recipe({"kind": "mean", "settings": {"of": 4}}, "model", {"mean": None}, lambda kind: ["of"])
    ('mean', {'of': 4})
    """
    if not isinstance(recipe, dict) or set(recipe) != {KIND, SETTINGS} or not isinstance(recipe[SETTINGS], dict):
        raise ValueError(f"A {what} is written as its {KIND} and {SETTINGS}, got {shown(recipe)}.")
    kind = checks.option(f"the kind of a {what}", recipe[KIND], tuple(kinds))
    given, wanted = recipe[SETTINGS], names_of(kinds[kind])
    if set(given) != set(wanted):
        raise ValueError(
            f"{kind} has the settings {', '.join(wanted) or 'none'}, got {checks.listed(given) or 'none'}."
        )
    return kind, given


def whole(name: str, value: Any, least: int, most: int) -> int:
    """Return a setting that must be a whole number, not even a switch, within limits.

    Raises
    ------
    ValueError
        If it is none.
    """
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most:,}, got {shown(value)}.")
    return value


def shown(value: Any) -> str:
    """Return a value of a file as a sentence quotes it: not longer than the sentence."""
    text = repr(value)
    return text if len(text) <= checks.LONGEST_LISTED else f"{text[: checks.LONGEST_LISTED]}…"
