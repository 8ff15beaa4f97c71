"""A history in PostGIS: a schema of tables, to which a run adds in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..landing import Landing
from .history_tables import DATE, INTEGER, KEYS, MOMENT, REAL, TABLES, TEXT, Entries, Row, values_of
from .lone_runs import BUSY
from .postgis_connection import connected, explained, import_psycopg2, number_of
from .postgis_layers import write_layer
from .postgis_statements import empty_table, has_table, insert_rows

KINDS = {INTEGER: "bigint", REAL: "double precision", TEXT: "text", DATE: "date", MOMENT: "timestamp with time zone"}
SCHEMA = "lacrime_watch"


class PostgisHistory:
    """Hold how to connect, and the connection while no other run is let in."""

    def __init__(self, place: str) -> None:
        """Take apart what names the database: a connection, and after `|schema=` the schema of the tables."""
        connection, _, schema = place.partition("|schema=")
        self.dsn = re.sub(r"^PG:\s*", "", connection, flags=re.IGNORECASE).strip()
        self.schema = schema or SCHEMA
        self.name = f"schema {self.schema!r} of the database"
        self._connection: Any = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Connect, and keep other runs out by an advisory lock, which ends with the connection."""
        import_psycopg2()
        with explained(self.name):
            self._connection = connected(self.dsn)
        try:
            with explained(self.name), self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (number_of(self.schema),))
                if not cursor.fetchone()[0]:
                    raise OSError(BUSY.format(self.name))
            yield
        finally:
            self._connection.close()

    def read(self, table: str) -> list[Row]:
        """Return the rows of a table, in the order in which they were added; none where there is none."""
        from psycopg2 import sql

        columns = [_as_text(name, kind) for name, kind in TABLES[table].items()]
        with explained(self.name), self._connection.cursor() as cursor:
            if not has_table(cursor, self.schema, table):
                return []
            asked = sql.SQL("SELECT {} FROM {} ORDER BY fid").format(
                sql.SQL(", ").join(columns), sql.Identifier(self.schema, table)
            )
            cursor.execute(asked)
            return [dict(zip(TABLES[table], row)) for row in cursor]

    def prepare(self, landing: Landing) -> None:
        """Ask whether the database has PostGIS."""
        with explained(self.name), self._connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
            if cursor.fetchone() is None:
                raise OSError("The database has no PostGIS; its owner adds it by: CREATE EXTENSION postgis;")

    def write(self, entries: Entries) -> None:
        """Add all of it in one transaction."""
        with explained(self.name):
            self._connection.autocommit = False
            with self._connection, self._connection.cursor() as cursor:
                _make_tables(cursor, self.schema)
                for table in entries.replaced:
                    empty_table(cursor, self.schema, table)
                for table, rows in (*entries.replaced.items(), *entries.added.items()):
                    insert_rows(
                        cursor, self.schema, table, list(TABLES[table]), [values_of(table, row) for row in rows]
                    )
                for name, result in entries.layers.items():
                    write_layer(cursor, self.schema, name, result)
            self._connection.autocommit = True


def _as_text(name: str, kind: str) -> Any:
    from psycopg2 import sql

    column = sql.Identifier(name)
    if kind == DATE:
        return sql.SQL("{}::text").format(column)
    if kind == MOMENT:
        return sql.SQL("to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')").format(column)
    return column


def _make_tables(cursor: Any, schema: str) -> None:
    from psycopg2 import sql

    cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for table, columns in TABLES.items():
        if has_table(cursor, schema, table):
            continue
        named = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(KINDS[kind])) for name, kind in columns.items()]
        statement = sql.SQL("CREATE TABLE {} (fid bigserial PRIMARY KEY, {}, UNIQUE ({}))").format(
            sql.Identifier(schema, table),
            sql.SQL(", ").join(named),
            sql.SQL(", ").join(map(sql.Identifier, KEYS[table])),
        )
        cursor.execute(statement)
