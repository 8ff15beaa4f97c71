"""Of what kind each column is in all runs together, whatever one of them made it look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ...data.stored_points import GEOMETRY


class Differing(Exception):
    """Raised where a column is of kinds that cannot be one, such as numbers here and texts there."""

    def __init__(self, name: str, kinds: Sequence[Any]) -> None:
        super().__init__(name)
        self.name, self.kinds = name, kinds


class Kinds:
    """The kinds of the columns of portions or runs, taken one by one."""

    def __init__(self) -> None:
        # By column how many rows are of which kind; blank ones are of any.
        self._rows: dict[str, dict[Any, int]] = {}

    def add(self, schema: Any, record: Mapping[str, Any]) -> None:
        """Take the columns of a portion or a run; raise Differing where one cannot be what it was before."""
        blank = {*record["blank"]}
        for field in schema:
            known = self._rows.setdefault(field.name, defaultdict(int))
            if field.name not in blank:
                known[field.type] += record["rows"]
                _together(field.name, known)

    def schema(self, spilled: bool = False) -> Any:
        """Return all columns in the order in which they came; points that are not `spilled` yet are each place once."""
        import pyarrow as pa

        fields = [(name, _together(name, known)) for name, known in self._rows.items() if name != GEOMETRY]
        return pa.schema([*fields, (GEOMETRY, pa.binary() if spilled else pa.dictionary(pa.int32(), pa.binary()))])


def _together(name: str, rows: dict[Any, int]) -> Any:
    """Return the one kind for columns of several; of texts it is that of most rows."""
    import pyarrow as pa
    from pyarrow import types

    kinds = list(rows)
    if len(kinds) == 1:
        return kinds[0]
    if not kinds:
        return pa.dictionary(pa.int32(), pa.string())
    if all(types.is_string(kind) or types.is_dictionary(kind) for kind in kinds):
        return max(kinds, key=lambda kind: rows[kind])
    if all(types.is_integer(kind) for kind in kinds):
        return pa.int64()
    if all(types.is_integer(kind) or types.is_floating(kind) for kind in kinds):
        return pa.float64()
    raise Differing(name, kinds)


def alike(table: Any, schema: Any) -> Any:
    """Return a table with the columns of a schema, of its types; blank where the table lacks one."""
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name in table.schema.names:
            columns.append(_cast(table[field.name], field.type))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    return pa.table(columns, schema=schema)


def _cast(column: Any, kind: Any) -> Any:
    from pyarrow import types

    if column.type == kind:
        return column
    if types.is_dictionary(column.type):
        # Blank in this run, or one by one in most others.
        column = column.cast(column.type.value_type)
    return column.dictionary_encode().cast(kind) if types.is_dictionary(kind) else column.cast(kind)
