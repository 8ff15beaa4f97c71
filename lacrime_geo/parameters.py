"""The record of how a result was made: every value used, and why it was chosen."""

from __future__ import annotations

import json
import logging
from typing import Any

log = logging.getLogger("lacrime_geo")


class Parameters(dict):
    """A dict of JSON values; what was chosen from the data is announced in the log and kept with its reason.

    The reason for the value under ``name`` stands under ``name_reason``; warnings are a list under ``warnings``.
    """

    def choose(self, name: str, value: Any, reason: str, unit: str = "") -> Any:
        """Keep a value found from the data with its reason, announce both, and return the value."""
        self[name] = value
        self[f"{name}_reason"] = reason
        log.info("%s = %s%s: %s", name, f"{value:,}" if isinstance(value, (int, float)) else value, unit, reason)
        return value

    def tell(self, sentence: str) -> None:
        """Keep what was found, in words, and announce it."""
        self["found"] = sentence
        log.info("%s", sentence)

    def warn(self, sentence: str) -> None:
        """Keep a caveat with the result and announce it."""
        self.setdefault("warnings", []).append(sentence)
        log.warning("%s", sentence)

    def note(self, name: str, count: int, sentence: str) -> None:
        """Keep a count of rows treated specially; announce it when there are any."""
        self[name] = int(count)
        if count:
            log.info("%s", sentence)

    def record(self) -> str:
        """Return all of it, with the version, as one JSON text: what a layer's file keeps."""
        from . import __version__

        return json.dumps({"version": __version__, **self}, ensure_ascii=False, default=str)


def two_digits(value: float) -> float:
    """Round to two significant digits.

    >>> two_digits(283.7)
    280.0
    """
    return float(f"{value:.1e}")
