"""Of what kind each column is in all runs together, whatever one of them made it look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ...data.stored_points import GEOMETRY
from .runs import Run, opened


class Differing(Exception):
    """Raised where a column is of kinds that cannot be one, such as numbers here and texts there."""

    def __init__(self, name: str, kinds: Sequence[Any]) -> None:
        super().__init__(name)
        self.name, self.kinds = name, kinds


class Kinds:
    """The kinds of the columns of runs, taken one by one."""

    def __init__(self) -> None:
        # By column how many rows are of which kind; blank ones are of any.
        self._rows: dict[str, dict[Any, int]] = {}

    def add(self, run: Run) -> None:
        """Take the columns of a run; raise Differing where one cannot be what it was before."""
        blank = {*run.record["blank"]}
        (file,) = opened([run])
        for field in file.schema_arrow:
            known = self._rows.setdefault(field.name, defaultdict(int))
            if field.name not in blank:
                known[field.type] += run.record["rows"]
                _together(field.name, known)

    def schema(self) -> Any:
        """Return the columns of all runs, in the order in which they came."""
        import pyarrow as pa

        fields = [(name, _together(name, known)) for name, known in self._rows.items() if name != GEOMETRY]
        return pa.schema([*fields, (GEOMETRY, pa.dictionary(pa.int32(), pa.binary()))])


def kinds_of(runs: Iterable[Run]) -> Kinds:
    """Return the kinds of the columns of runs."""
    kinds = Kinds()
    for run in runs:
        kinds.add(run)
    return kinds


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
