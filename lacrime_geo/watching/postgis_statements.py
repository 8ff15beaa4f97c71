"""Statements on tables of a schema, names and values handed over apart from the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def has_table(cursor: Any, schema: str, table: str) -> bool:
    """Tell whether a schema has a table."""
    cursor.execute(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s", (schema, table)
    )
    return cursor.fetchone() is not None


def empty_table(cursor: Any, schema: str, table: str) -> None:
    """Remove all rows of a table."""
    from psycopg2 import sql

    cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)))


def insert_rows(
    cursor: Any,
    schema: str,
    table: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    template: str | None = None,
) -> None:
    """Add rows; `template` is how one is written, where a value is made by a function of the database."""
    from psycopg2 import sql
    from psycopg2.extras import execute_values

    statement = sql.SQL("INSERT INTO {} ({}) VALUES %s").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    execute_values(cursor, statement, rows, template=template, page_size=1000)
