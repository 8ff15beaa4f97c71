"""The record of how a result was made: every value used, and why it was chosen."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

log = logging.getLogger("lacrime_geo")
# The warnings announced so far by an analysis made of others, None outside of one.
_ANNOUNCED: ContextVar[set[str] | None] = ContextVar("announced", default=None)


class Parameters(dict):
    """A dict of JSON values; what was chosen from the data is announced in the log and kept with its reason.

    The reason for the value under ``name`` stands under ``name_reason``; warnings are a list under ``warnings``.
    """

    log = log

    def choose(self, name: str, value: Any, reason: str, unit: str = "") -> Any:
        """Keep a value found from the data with its reason, announce both, and return the value."""
        self[name] = value
        self[f"{name}_reason"] = reason
        self.log.info("%s = %s%s: %s", name, f"{value:,}" if isinstance(value, (int, float)) else value, unit, reason)
        return value

    def keep_curve(self, name: str, curve: Mapping[str, np.ndarray], chosen: float | None) -> None:
        """Keep a curve of two columns, what was tried and how it scored, and announce it as bars, what was chosen marked."""
        self[name] = {
            column: [float(f"{value:.6g}") if np.isfinite(value) else None for value in values]
            for column, values in curve.items()
        }
        (tried_name, tried), (score_name, score) = curve.items()
        known = np.isfinite(score)
        # The lowest quarter has no bar: beside one very poor score all others would look alike.
        low, high = float(np.quantile(score[known], 0.25)), float(np.max(score[known]))
        nearest = None if chosen is None else int(np.argmin(np.abs(np.log(tried / chosen))))
        lines = [f"{tried_name} and {score_name.replace('_', ' ')}:"]
        for number, (value, height) in enumerate(zip(tried, score)):
            share = (height - low) / (high - low) if high > low else 1.0
            bar = "█" * round(24 * max(share, 0.0)) if np.isfinite(height) else ""
            lines.append(f"{value:10,.0f} m {height:10.4g} {bar}{' ←' if number == nearest else ''}")
        self.log.info("%s", "\n".join(lines))

    def tell(self, sentence: str) -> None:
        """Keep what was found, in words, and announce it."""
        self["found"] = sentence
        self.log.info("%s", sentence)

    def warn(self, sentence: str) -> None:
        """Keep a caveat with the result and announce it."""
        self.setdefault("warnings", []).append(sentence)
        announced = _ANNOUNCED.get()
        if announced is None or sentence not in announced:
            self.log.warning("%s", sentence)
        if announced is not None:
            announced.add(sentence)

    def note(self, name: str, count: int, sentence: str) -> None:
        """Keep a count of rows treated specially; announce it when there are any."""
        self[name] = int(count)
        if count:
            self.log.info("%s", sentence)

    def record(self) -> str:
        """Return all of it, with the version, as one JSON text: what a layer's file keeps."""
        from . import __version__

        return json.dumps({"version": __version__, **self}, ensure_ascii=False, default=str)


@contextmanager
def warned_once() -> Iterator[None]:
    """Announce each warning once, of however many results made within; each result keeps its own."""
    token = _ANNOUNCED.set(set())
    try:
        yield
    finally:
        _ANNOUNCED.reset(token)


class Unsaid(Parameters):
    """A record of a run among many, which is not announced."""

    log = logging.Logger("unsaid", level=logging.CRITICAL + 1)


def restored(record: str | None) -> Parameters:
    """Return the parameters of a record that a layer's file kept; none where there is no record or it is not ours."""
    try:
        kept = json.loads(record or "{}")
    except ValueError:
        kept = {}
    # A new record names the version that writes it.
    return Parameters({name: value for name, value in kept.items() if name != "version"} if type(kept) is dict else {})


def in_words(number: float) -> str:
    """Write a number for people: three digits, no powers of ten.

    >>> in_words(1043.2), in_words(0.012345)
    ('1,040', '0.0123')
    """
    return f"{float(f'{number:.3g}'):,.12g}"


def p_in_words(p: float) -> str:
    """Write p for people: what is below a thousandth is no more than that.

    >>> p_in_words(0.0204), p_in_words(3e-9)
    ('p = 0.0204', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {in_words(p)}"


def in_plain_words(category: str) -> str:
    """Return a category as a sentence names it.

    >>> in_plain_words("motor_vehicle_theft")
    'motor vehicle theft'
    """
    return str(category).replace("_", " ")


def incidents_that(count: int, one: str, many: str) -> str:
    """Say of how many incidents something holds.

    >>> incidents_that(1, "has no place", "have no place"), incidents_that(1200, "has no place", "have no place")
    ('1 incident has no place', '1,200 incidents have no place')
    """
    return f"1 incident {one}" if count == 1 else f"{count:,} incidents {many}"


def two_digits(value: float) -> float:
    """Round to two significant digits.

    >>> two_digits(283.7)
    280.0
    """
    return float(f"{value:.1e}")
