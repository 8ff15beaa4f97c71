"""A history in PostGIS: a schema of tables, to which a run adds in one transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..landing import Landing
from ..parameters import log
from ..results import Result
from ..styles import qml
from .history_tables import (
    DATE,
    INTEGER,
    KEYS,
    MOMENT,
    REAL,
    TABLES,
    TEXT,
    Entries,
    Row,
    clean,
    values_of,
)
from .lone_runs import BUSY

KINDS = {INTEGER: "bigint", REAL: "double precision", TEXT: "text", DATE: "date", MOMENT: "timestamp with time zone"}
SCHEMA = "lacrime_watch"
REMEDY = "A history in PostGIS needs psycopg2; install it: pip install 'lacrime-geo[watch]' (or psycopg2-binary)."
# What a layer's columns are, by the kind of their numpy type.
OF_NUMPY = {"i": "bigint", "u": "bigint", "f": "double precision", "b": "boolean", "M": "timestamp"}
# Where QGIS looks for the styles of a database's layers.
STYLES = """CREATE TABLE IF NOT EXISTS public.layer_styles (id serial PRIMARY KEY, f_table_catalog varchar,
f_table_schema varchar, f_table_name varchar, f_geometry_column varchar, stylename text, styleqml xml, stylesld xml,
useasdefault boolean, description text, owner varchar(63) DEFAULT CURRENT_USER, ui xml,
update_time timestamp DEFAULT CURRENT_TIMESTAMP)"""


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
            self._connection = _connected(self.dsn)
        try:
            with explained(self.name), self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (_number_of(self.schema),))
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
            if not _there(cursor, self.schema, table):
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
                    _empty(cursor, self.schema, table)
                for table, rows in (*entries.replaced.items(), *entries.added.items()):
                    _insert(cursor, self.schema, table, list(TABLES[table]), [values_of(table, row) for row in rows])
                for name, result in entries.layers.items():
                    _write_layer(cursor, self.schema, name, result)
            self._connection.autocommit = True


def import_psycopg2() -> Any:
    """Return psycopg2, or say how to install it.

    Raises
    ------
    ImportError
        If it is missing.
    """
    try:
        import psycopg2
        import psycopg2.extras
    except ImportError as problem:
        raise ImportError(REMEDY, name="psycopg2-binary") from problem
    return psycopg2


def _connected(dsn: str) -> Any:
    connection = import_psycopg2().connect(dsn, connect_timeout=30, application_name="lacrime-geo watch")
    connection.autocommit = True
    return connection


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what a database says into one sentence, without what it was given to connect."""
    try:
        yield
    except import_psycopg2().Error as problem:
        said = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        # What is wrong with a connection may quote it, and a password in it.
        if "dsn" in said or "connection option" in said or "URI" in said:
            said = "the connection is not written as libpq takes it: postgresql://user@host/name, or host=… dbname=… user=…"
        raise OSError(f"The history, {name}, cannot be used: {said}") from problem


def _number_of(schema: str) -> int:
    """Return the number by which runs of one history know of one another."""
    digest = hashlib.blake2b(f"lacrime_geo watch {schema}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _as_text(name: str, kind: str) -> Any:
    from psycopg2 import sql

    column = sql.Identifier(name)
    if kind == DATE:
        return sql.SQL("{}::text").format(column)
    if kind == MOMENT:
        return sql.SQL("to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')").format(column)
    return column


def _there(cursor: Any, schema: str, table: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s", (schema, table)
    )
    return cursor.fetchone() is not None


def _make_tables(cursor: Any, schema: str) -> None:
    from psycopg2 import sql

    cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for table, columns in TABLES.items():
        if _there(cursor, schema, table):
            continue
        named = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(KINDS[kind])) for name, kind in columns.items()]
        statement = sql.SQL("CREATE TABLE {} (fid bigserial PRIMARY KEY, {}, UNIQUE ({}))").format(
            sql.Identifier(schema, table),
            sql.SQL(", ").join(named),
            sql.SQL(", ").join(map(sql.Identifier, KEYS[table])),
        )
        cursor.execute(statement)


def _empty(cursor: Any, schema: str, table: str) -> None:
    from psycopg2 import sql

    cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)))


def _insert(
    cursor: Any,
    schema: str,
    table: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    template: str | None = None,
) -> None:
    from psycopg2 import sql
    from psycopg2.extras import execute_values

    statement = sql.SQL("INSERT INTO {} ({}) VALUES %s").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    execute_values(cursor, statement, rows, template=template, page_size=1000)


def _write_layer(cursor: Any, schema: str, name: str, result: Result | None) -> None:
    """Write a layer in place of that of an earlier run: rows for rows where its columns are the same, so that grants stay."""
    from psycopg2 import sql

    table = sql.Identifier(schema, name)
    if result is None:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        return
    frame = result.to_geodataframe()  # type: ignore[union-attr]  # of layers, which have places
    columns = _columns_of(frame)
    if _there(cursor, schema, name) and _columns_there(cursor, schema, name) == ["fid", *columns, "geom"]:
        _empty(cursor, schema, name)
    else:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        _make_layer(cursor, schema, name, columns)
    srid = frame.crs.to_epsg() or 0
    template = f"({', '.join(['%s'] * len(columns))}, ST_GeomFromWKB(%s, {int(srid)}))"
    values = [_values(frame[column]) for column in frame.columns if column != frame.geometry.name]
    rows = list(zip(*values, frame.geometry.to_wkb()))
    _insert(cursor, schema, name, [*columns, "geom"], rows, template)
    _keep_style(cursor, schema, name, qml(result))


def _columns_of(frame: Any) -> dict[str, str]:
    """Return the kinds of a layer's columns, by names that the database keeps apart."""
    from ..vector_formats import spelled_apart

    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    spelled = spelled_apart(names)
    return {spelled[name]: OF_NUMPY.get(getattr(frame[name].dtype, "kind", "O"), "text") for name in names}


def _columns_there(cursor: Any, schema: str, table: str) -> list[str]:
    from psycopg2 import sql

    cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(schema, table)))
    return [column.name for column in cursor.description]


def _make_layer(cursor: Any, schema: str, name: str, columns: dict[str, str]) -> None:
    from psycopg2 import sql

    named = [sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()]
    statement = sql.SQL("CREATE TABLE {} (fid bigserial PRIMARY KEY, {}, geom geometry)")
    cursor.execute(statement.format(sql.Identifier(schema, name), sql.SQL(", ").join(named)))
    cursor.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(sql.Identifier(schema, name)))


def _values(column: Any) -> list[Any]:
    """Return a column as the database takes it: nothing for what is missing."""
    if getattr(column.dtype, "kind", "O") == "M":
        return [None if value is None else value for value in column.astype(object).where(column.notna(), None)]
    values = column.tolist()
    return [
        None if value is None or value != value else clean(value) if isinstance(value, str) else value
        for value in values
    ]


def _keep_style(cursor: Any, schema: str, name: str, style: str) -> None:
    """Keep a layer's style where QGIS looks for it; where that may not be written, the layers come without."""
    database_error = import_psycopg2().Error
    cursor.execute("SAVEPOINT style")
    try:
        cursor.execute(STYLES)
        cursor.execute("SELECT current_database()")
        database = cursor.fetchone()[0]
        cursor.execute(
            "DELETE FROM public.layer_styles WHERE f_table_catalog = %s AND f_table_schema = %s AND f_table_name = %s",
            (database, schema, name),
        )
        cursor.execute(
            "INSERT INTO public.layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, stylename, "
            "styleqml, useasdefault, description) VALUES (%s, %s, %s, 'geom', %s, XMLPARSE(DOCUMENT %s), true, '')",
            (database, schema, name, name, style),
        )
        cursor.execute("RELEASE SAVEPOINT style")
    except database_error as problem:
        cursor.execute("ROLLBACK TO SAVEPOINT style")
        log.info("the style of %s is not kept in the database (%s)", name, str(problem).splitlines()[0])
