"""Layers of results as tables of PostGIS, with their styles where QGIS looks for them."""

from __future__ import annotations

from typing import Any

from ..parameters import log
from ..results import Result
from ..styles import qml
from .history_tables import clean
from .postgis_connection import import_psycopg2
from .postgis_statements import empty_table, has_table, insert_rows

# What a layer's columns are, by the kind of their numpy type.
OF_NUMPY = {"i": "bigint", "u": "bigint", "f": "double precision", "b": "boolean", "M": "timestamp"}
# Where QGIS looks for the styles of a database's layers.
STYLES = """CREATE TABLE IF NOT EXISTS public.layer_styles (id serial PRIMARY KEY, f_table_catalog varchar,
f_table_schema varchar, f_table_name varchar, f_geometry_column varchar, stylename text, styleqml xml, stylesld xml,
useasdefault boolean, description text, owner varchar(63) DEFAULT CURRENT_USER, ui xml,
update_time timestamp DEFAULT CURRENT_TIMESTAMP)"""


def write_layer(cursor: Any, schema: str, name: str, result: Result | None) -> None:
    """Write a layer in place of that of an earlier run: rows for rows where its columns are the same, so that grants stay."""
    from psycopg2 import sql

    table = sql.Identifier(schema, name)
    if result is None:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        return
    frame = result.to_geodataframe()  # type: ignore[union-attr]  # of layers, which have places
    columns = _columns_of(frame)
    if has_table(cursor, schema, name) and _columns_there(cursor, schema, name) == ["fid", *columns, "geom"]:
        empty_table(cursor, schema, name)
    else:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        _make_layer(cursor, schema, name, columns)
    srid = frame.crs.to_epsg() or 0
    template = f"({', '.join(['%s'] * len(columns))}, ST_GeomFromWKB(%s, {int(srid)}))"
    values = [_values(frame[column]) for column in frame.columns if column != frame.geometry.name]
    rows = list(zip(*values, frame.geometry.to_wkb()))
    insert_rows(cursor, schema, name, [*columns, "geom"], rows, template)
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
