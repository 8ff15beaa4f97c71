"""Which incidents are of an area of the agency's: a division by its number or its name."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Areas(NamedTuple):
    """What the distinct areas are called, by number and name, and which of them each incident (n,) is in."""

    words: list[tuple[str, ...]]
    code: np.ndarray

    @classmethod
    def of(cls, number: np.ndarray | None, name: np.ndarray | None) -> Areas:
        """Return those of the columns that there are; raise when there is none."""
        columns = [column.tolist() for column in (number, name) if column is not None]
        if not columns:
            raise ValueError(
                "An area was asked for, but the incidents have none: there is no column area or area_name."
            )
        seen: dict[tuple[Any, ...], int] = {}
        # NaN is unlike itself, and each would be an area of its own.
        rows = zip(*([None if word != word else word for word in column] for column in columns))
        code = np.array([seen.setdefault(row, len(seen)) for row in rows], dtype=np.int64)
        return cls([tuple(_plain(word) for word in row if word is not None) for row in seen], code)

    def among(self, asked: list[Any]) -> np.ndarray:
        """Return a mask of the incidents in any of the areas asked for, each by its number or name in whatever case."""
        wanted = {_plain(one) for one in asked}
        return np.array([bool(wanted & set(words)) for words in self.words], dtype=bool)[self.code]

    def refuse_unknown(self, asked: list[Any]) -> None:
        """Raise when one that is asked for is not among them."""
        unknown = {_plain(one) for one in asked} - {word for words in self.words for word in words}
        if unknown or not asked:
            shown = ", ".join(sorted({" ".join(words) for words in self.words if words})[:25])
            said = f"No incident is in the area {', '.join(sorted(unknown))}" if asked else "No area was named"
            raise ValueError(f"{said}; there are {shown}.")

    def first(self) -> list[int]:
        """Return the first incident of each."""
        return list(np.unique(self.code, return_index=True)[1].tolist())


def several(asked: Any) -> list[Any]:
    """Return one or more things that were asked for as a list.

    >>> several("Pacific"), several((1, 14))
    (['Pacific'], [1, 14])
    """
    return [asked] if isinstance(asked, (str, int, float, np.number)) else list(asked)


def _plain(word: Any) -> str:
    """Return a number without zeros in front, or a name in small letters.

    >>> _plain("07"), _plain(7.0), _plain(" Pacific")
    ('7', '7', 'pacific')
    """
    text = f"{word:.10g}" if isinstance(word, (int, float, np.number)) else str(word).strip().lower()
    return text.lstrip("0") or text
