"""What a saved predictor was made of, as JSON values: which incidents, places and days, without any incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ... import checks
from ...fingerprints import fingerprint
from ...incidents import Incidents
from ..events import History
from ..units import Units
from .predictor_recipes import LARGEST

# Cells of 250 m are as large after any projection; districts may have been drawn a little better.
ALIKE = 0.05
_LENGTH_OF_DAY = len("2023-01-01")


class Training(NamedTuple):
    """Hold what a predictor was made of.

    Parameters
    ----------
    category : that is predicted, None for all.
    horizon, gap : days.
    origin, begin, until : the first day predicted, the first one known, and the one after the last known, as texts.
    incidents : how many were known, and `of_category` how many of these of the category.
    units, unit_area, crs : how many places, their median area (m²), and the CRS they stand in.
    fingerprint : of the incidents known.
    label, agency : of their layer.
    places : layers of places by name, with their fingerprints.
    """

    category: str | None
    horizon: int
    gap: int
    origin: str
    begin: str
    until: str
    incidents: int
    of_category: int
    units: int
    unit_area: float
    crs: str
    fingerprint: str
    label: str
    agency: str | None
    places: Mapping[str, str]

    @classmethod
    def of(cls, history: History, horizon: int, label: str, agency: str | None, places: Mapping[str, Any]) -> Training:
        """Return what a history is made of."""
        events, units = history.events, history.units
        known = Incidents(events.x, events.y, when=events.day, category=events.names[events.category], crs=units.crs)
        return cls(
            category=category_of(history),
            horizon=horizon,
            gap=history.gap,
            origin=str(history.origin),
            begin=str(history.begin),
            until=str(history.end),
            incidents=events.size,
            of_category=int(events.target.sum()),
            units=units.size,
            unit_area=_area(units),
            crs=units.crs,
            fingerprint=fingerprint(known),
            label=label,
            agency=agency,
            places={name: fingerprint(layer) for name, layer in places.items()},
        )

    @classmethod
    def read(cls, values: Any) -> Training:
        """Return what JSON values tell.

        Raises
        ------
        ValueError
            If a part is missing, unknown or not of its kind.
        """
        if not isinstance(values, dict) or set(values) != set(cls._fields):
            raise ValueError(f"What a saved predictor was made of has the parts {', '.join(cls._fields)}.")
        for name, kind in _KINDS.items():
            if type(values[name]) not in kind:
                raise ValueError(f"{name} of a saved predictor must be {_WORDS[kind]}, got {str(values[name])[:40]!r}.")
        for name, least in (("horizon", 1), ("gap", 0), ("unit_area", 1e-6)):
            if not least <= values[name] <= LARGEST * LARGEST:
                raise ValueError(f"{name} of a saved predictor cannot be {str(values[name])[:40]}.")
        for name in ("origin", "begin", "until"):
            _day(name, values[name])
        if not all(isinstance(text, str) for pair in values["places"].items() for text in pair):
            raise ValueError("places of a saved predictor must be fingerprints by name.")
        return cls(**values)

    def require_alike(self, history: History, name: str) -> None:
        """Raise where a history is of another category, of places of another size, or with another gap.

        Raises
        ------
        ValueError
            As said.
        """
        category = category_of(history)
        if category != self.category:
            raise ValueError(
                f"The saved {name!r} is of {_named(self.category)}, and {_named(category)} is asked for; give the same category, "
                "or make another."
            )
        area = _area(history.units)
        if abs(area / self.unit_area - 1) > ALIKE:
            raise ValueError(
                f"The saved {name!r} is of places of {self.unit_area:,.0f} m², and these have {area:,.0f} m²; take places of the "
                "same size, or make another."
            )
        if history.gap != self.gap:
            raise ValueError(
                f"The saved {name!r} is for a gap of {self.gap} days, and {history.gap} are asked for; give the same gap, or "
                "make another."
            )

    def values(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**self._asdict(), "places": dict(self.places)}


def category_of(history: History) -> str | None:
    """Return the category that a history predicts, None for all of them."""
    events = history.events
    if events.target.all():
        return None
    return str(events.names[events.category[np.argmax(events.target)]]) if events.target.any() else ""


def _area(units: Units) -> float:
    return float(np.median(units.area))


def _named(category: str | None) -> str:
    return "all incidents" if category is None else repr(category)


def _day(name: str, text: str) -> None:
    try:
        known = len(text) == _LENGTH_OF_DAY and not np.isnat(np.datetime64(text, "D"))
    except ValueError:
        known = False
    if not known:
        raise ValueError(
            f"{name} of a saved predictor must be a date such as 2023-01-01, got {checks.listed([text])!r}."
        )


_TEXT, _MAYBE, _WHOLE, _NUMBER, _BY_NAME = (str,), (str, type(None)), (int,), (float, int), (dict,)
_WORDS = {_TEXT: "a text", _MAYBE: "a text", _WHOLE: "a whole number", _NUMBER: "a number", _BY_NAME: "by name"}
_KINDS: dict[str, tuple[type, ...]] = {
    "category": _MAYBE,
    "horizon": _WHOLE,
    "gap": _WHOLE,
    "origin": _TEXT,
    "begin": _TEXT,
    "until": _TEXT,
    "incidents": _WHOLE,
    "of_category": _WHOLE,
    "units": _WHOLE,
    "unit_area": _NUMBER,
    "crs": _TEXT,
    "fingerprint": _TEXT,
    "label": _TEXT,
    "agency": _MAYBE,
    "places": _BY_NAME,
}
