"""Columns of texts nearly all of which differ, such as report numbers: kept as Arrow has them, not as a million objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

# What the rules for spaces would change, and what only another reader can tell from the end of a row.
SPACES, ROW_ENDS = r"^ | $|  ", "[\n\r\x00]"


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

    def any_match(self, pattern: str) -> bool:
        """Tell whether any of the texts has a match of a regular expression."""
        return any_match(self.array, pattern)

    def nine_digits(self) -> np.ndarray | None:
        """Return the texts as whole numbers where every one is nine digits and nothing else, else None."""
        import pyarrow.compute as compute

        plain = self.array.null_count == 0 and compute.all(compute.ascii_is_decimal(self.array)).as_py()
        if not plain or not compute.all(compute.equal(compute.binary_length(self.array), 9)).as_py():
            return None
        return np.asarray(self.array.cast("int64"))


def any_match(array: Any, pattern: str) -> bool:
    """Tell whether any text of an Arrow array has a match of a regular expression."""
    import pyarrow.compute as compute

    return bool(compute.any(compute.match_substring_regex(array, pattern)).as_py())


def _as_arrow(indices: np.ndarray) -> Any:
    import pyarrow as pa

    return pa.array(indices)
