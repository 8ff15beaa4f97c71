"""Columns of texts nearly all of which differ, such as report numbers: kept as Arrow has them, not as a million objects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

# What only another reader can tell from the end of a row.
ROW_ENDS = "[\n\r\x00]"
SPACE, ZERO, NINE = ord(" "), ord("0"), ord("9")


class ArrowTexts:
    """Hold an Arrow array of texts (n,), null where blank; it is asked as a numpy column of objects is."""

    dtype = np.dtype(object)

    def __init__(self, array: Any) -> None:
        self.array = array

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.array)

    def __getitem__(self, rows: Any) -> Any:
        """Return the rows given (mask, indices or slice), or one text."""
        if isinstance(rows, slice):
            begin, end, step = rows.indices(len(self))
            return ArrowTexts(self.array[begin:end:step])
        if np.ndim(rows) == 0:
            return self.array[int(rows)].as_py()
        indices = np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows, dtype=np.int64)
        return ArrowTexts(self.array.take(_as_arrow(indices)))

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """Return the texts as objects, None where blank."""
        return self.values

    @classmethod
    def joined(cls, parts: Sequence[ArrowTexts]) -> ArrowTexts:
        """Return the rows of several columns as one."""
        import pyarrow as pa

        return cls(parts[0].array if len(parts) == 1 else pa.concat_arrays([part.array for part in parts]))

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.array)

    @property
    def values(self) -> np.ndarray:
        """The text of each row (n,), None where blank."""
        return np.asarray(self.array.to_numpy(zero_copy_only=False))

    def tolist(self) -> list[Any]:
        """Return the text of each row, None where blank."""
        return list(self.array.to_pylist())

    def plainly_spaced(self) -> bool:
        """Tell whether no text begins or ends with a space, or has two in a row."""
        ends, letters = self._letters()
        space = letters == SPACE
        begins = ends[:-1][ends[:-1] < ends[1:]]
        # Two in a row may be the end of one text and the beginning of the next, which are as little wanted.
        return not (space[begins].any() or (space[:-1] & space[1:]).any() or space[-1:].any())

    def has_row_ends(self) -> bool:
        """Tell whether a text holds a line break or a NUL."""
        letters = self._letters()[1]
        return bool((letters < SPACE).any()) and bool(np.isin(letters, [ord(sign) for sign in "\n\r\0"]).any())

    @cached_property
    def nine_digits(self) -> np.ndarray | None:
        """The texts as whole numbers where every one is nine digits and nothing else, else None."""
        ends, letters = self._letters()
        if not (np.diff(ends) == 9).all() or not ((letters >= ZERO) & (letters <= NINE)).all():
            return None
        return np.asarray(self.array.cast("int64"))

    def _letters(self) -> tuple[np.ndarray, np.ndarray]:
        """Return where each text ends (n + 1,), beginning with 0, and the bytes of all of them; blank ones have none."""
        _, offsets, letters = self.array.buffers()
        if not len(self) or letters is None:
            return np.zeros(len(self) + 1, dtype=np.int64), np.empty(0, dtype=np.uint8)
        kind = np.int64 if str(self.array.type) == "large_string" else np.int32
        ends = np.frombuffer(offsets, kind)[self.array.offset : self.array.offset + len(self) + 1]
        return ends - ends[0], np.frombuffer(letters, np.uint8)[ends[0] : ends[-1]]


def any_match(array: Any, pattern: str) -> bool:
    """Tell whether any text of an Arrow array has a match of a regular expression."""
    import pyarrow.compute as compute

    return bool(compute.any(compute.match_substring_regex(array, pattern)).as_py())


def _as_arrow(indices: np.ndarray) -> Any:
    import pyarrow as pa

    return pa.array(indices)
