"""Files of models: JSON with a checksum of what decides, and a card to be read by people; never code."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from . import checks
from .fingerprints import digest_of
from .json_values import json_values

log = logging.getLogger("lacrime_geo")
MOST_BYTES = 256_000_000
ENDING = ".json"
_HEAD, _CARD = ("format", "format_version", "checksum"), "card"


class Kind(NamedTuple):
    """Hold what files of one kind of model are: their name, their version, and the parts that decide what comes out.

    These are held against the checksum; a card may be added to by hand.
    """

    format: str
    version: int
    deciding: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all parts."""
        return (*_HEAD, *self.deciding, _CARD)

    def text(self, parts: Mapping[str, Any], card: Mapping[str, Any]) -> str:
        """Return a file's text: a line for each part, and the card to be read by people."""
        whole = {
            "format": self.format,
            "format_version": self.version,
            "checksum": self.checksum(parts),
            **{name: parts[name] for name in self.deciding},
        }
        lines = [f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in whole.items()]
        told = json.dumps(json_values(card), ensure_ascii=False, allow_nan=False, indent=2)
        return "{\n" + ",\n".join([*lines, f'"card": {told}']) + "\n}\n"

    def checksum(self, parts: Mapping[str, Any]) -> str:
        """Return the fingerprint of the parts that decide."""
        decide = [parts[name] for name in self.deciding]
        return digest_of([json.dumps(decide, sort_keys=True, allow_nan=False).encode()])

    def require(self, parts: Mapping[str, Any]) -> None:
        """Raise where parts are of another version, missing, or altered since they were saved."""
        if parts.get("format_version") != self.version:
            raise ValueError(
                f"its version is {str(parts.get('format_version'))[:20]!r}, and this lacrime_geo reads {self.version}; use the "
                "one that saved it, or train the model again."
            )
        if set(parts) != set(self.parts) or not isinstance(parts[_CARD], dict):
            raise ValueError(f"its parts must be {', '.join(self.parts)}, got {checks.listed(parts)}.")
        if parts["checksum"] != self.checksum(parts):
            raise ValueError(
                "its contents are not those that were saved (the checksum differs); take a copy, or train again."
            )


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turn what is wrong with a file into one sentence that names it."""
    try:
        yield
    except (ValueError, TypeError, OverflowError, RecursionError) as problem:
        said = "it is nested too deep" if isinstance(problem, RecursionError) else " ".join(str(problem).split())
        raise ValueError(f"{file.name!r} cannot be read as a saved model: {said}") from problem


def parts_of(file: Path, kinds: Sequence[Kind]) -> tuple[Kind, dict[str, Any]]:
    """Return of which kind a file is, and its parts, of this version and unaltered.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is too large, damaged, of no such kind, of another version or altered.
    """
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {str(file)!r}; check the path.")
    if file.stat().st_size > MOST_BYTES:
        raise ValueError(f"it has {file.stat().st_size:,} bytes, more than the {MOST_BYTES:,} that any of ours has.")
    try:
        parts = json.loads(file.read_bytes().decode("utf-8"), parse_constant=_no_number)
    except ValueError as problem:
        raise ValueError(f"it is damaged, or no JSON ({problem}).") from problem
    found = [kind for kind in kinds if isinstance(parts, dict) and parts.get("format") == kind.format]
    if not found:
        raise ValueError("it is JSON of something else; save_model writes those of models.")
    found[0].require(parts)
    return found[0], parts


def say_what_changed(file: Path, card: Mapping[str, Any], now: Mapping[str, str]) -> None:
    """Announce other versions than those that the card was made by."""
    details = card.get("model_details", {})
    then = details.get("versions", {}) if isinstance(details, dict) else {}
    known = now if isinstance(then, dict) else {}
    other = [f"{name} {then[name]} (now {here})" for name, here in known.items() if then.get(name, here) != here]
    if other:
        log.info("%s was saved by %s: forecasts may differ in their last digits", file.name, checks.listed(other))


def refuse_ending(path: str | os.PathLike[str]) -> None:
    """Raise where a file of a model would not end in .json."""
    if Path(path).suffix.lower() != ENDING:
        raise ValueError(f"{os.fspath(path)!r} does not end in {ENDING}, which is what models are saved as.")


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
