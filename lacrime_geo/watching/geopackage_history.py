"""A history in a GeoPackage: written into a copy, which takes the place of the old one only when it is whole."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from .. import vector_formats
from ..landing import Landing
from .geopackage_base import BASE, BASE_ROWS
from .history_tables import DATE, INTEGER, KEYS, MOMENT, REAL, RUNS, TABLES, TEXT, Entries, Row, values_of
from .lone_runs import alone

if TYPE_CHECKING:
    import sqlite3  # not when QGIS starts

KINDS = {INTEGER: "INTEGER", REAL: "REAL", TEXT: "TEXT", DATE: "DATE", MOMENT: "DATETIME"}


class GeoPackageHistory:
    """Hold the path of a GeoPackage, and of the copy that is written."""

    def __init__(self, path: Path) -> None:
        """Begin with nothing staged."""
        self.path, self.name = path, str(path)
        self._staged: Path | None = None

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs out by the lock file beside it; there is none beside what is no history."""
        self.read(RUNS)
        return alone(self.path.resolve())

    def read(self, table: str) -> list[Row]:
        """Return the rows of a table in their order; none where there is no file.

        Raises
        ------
        OSError
            If the file is no history or is damaged.
        """
        import sqlite3

        if not self.path.exists():
            return []
        try:
            with closing(_opened(self.path)) as database:
                database.row_factory = sqlite3.Row
                columns = ", ".join(f'"{name}"' for name in TABLES[table])
                found = database.execute(f'SELECT {columns} FROM "{table}" ORDER BY fid')
                return [dict(row) for row in found]
        except sqlite3.Error as problem:
            raise OSError(
                f"{self.name!r} is there and cannot be read as a history ({problem}); name another file."
            ) from problem

    def prepare(self, landing: Landing) -> None:
        """Stage the copy: the folder must be there, with leave to write."""
        self._staged = landing.stage(self.path, continued=True)

    def write(self, entries: Entries) -> None:
        """Write the copy; it lands with the landing that staged it."""
        from ..files import writing

        assert self._staged is not None, "prepare it first"
        with writing(self._staged):
            self._write_tables(self._staged, entries)
            for name, result in entries.layers.items():
                if result is not None:
                    vector_formats.replace_layer(result, self._staged, name)

    def _write_tables(self, staged: Path, entries: Entries) -> None:
        import sqlite3

        with closing(sqlite3.connect(staged)) as database:
            if self.path.exists():
                # SQLite's own way to copy takes along what another program has not yet moved into the file.
                with closing(_opened(self.path)) as old:
                    old.backup(database)
            with database:
                make_tables(database)
                for name in entries.layers:
                    drop_layer(database, name)
                for table, rows in entries.replaced.items():
                    database.execute(f'DELETE FROM "{table}"')
                    _insert(database, table, rows)
                for table, rows in entries.added.items():
                    _insert(database, table, rows)
                _touch(database)


def _opened(path: Path) -> sqlite3.Connection:
    import sqlite3

    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def make_tables(database: sqlite3.Connection) -> None:
    """Make the tables of an empty GeoPackage and those of a history, where they are not there."""
    for statement in BASE:
        database.execute(statement)
    for statement, rows in BASE_ROWS.items():
        database.executemany(statement, rows)
    for table, columns in TABLES.items():
        named = ", ".join(f'"{name}" {KINDS[kind]}' for name, kind in columns.items())
        unique = ", ".join(f'"{name}"' for name in KEYS[table])
        database.execute(
            f'CREATE TABLE IF NOT EXISTS "{table}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {named}, UNIQUE ({unique}))'
        )
        database.execute(
            "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
            (table, table),
        )


def drop_layer(database: sqlite3.Connection, name: str) -> None:
    """Remove a layer of an earlier run, and all that a GeoPackage keeps of it."""
    tables = {found for (found,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for index in [found for found in tables if found.startswith(f"rtree_{name}_") and found.endswith("_geom")]:
        database.execute(f'DROP TABLE "{index}"')
    if name in tables:
        database.execute(f'DROP TABLE "{name}"')
    for table, column in (
        ("gpkg_geometry_columns", "table_name"),
        ("gpkg_ogr_contents", "table_name"),
        ("gpkg_extensions", "table_name"),
        ("gpkg_metadata_reference", "table_name"),
        ("layer_styles", "f_table_name"),
        ("gpkg_contents", "table_name"),
    ):
        if table in tables:
            database.execute(f'DELETE FROM "{table}" WHERE "{column}" = ?', (name,))
    if "gpkg_metadata_reference" in tables:
        database.execute("DELETE FROM gpkg_metadata WHERE id NOT IN (SELECT md_file_id FROM gpkg_metadata_reference)")


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in TABLES[table])
    places = ", ".join("?" for _ in TABLES[table])
    database.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', [values_of(table, row) for row in rows])


def _touch(database: sqlite3.Connection) -> None:
    """Note when the tables were last changed: that of the last run."""
    database.execute(
        f"UPDATE gpkg_contents SET last_change = (SELECT max(run_at) FROM {RUNS}) "
        f"WHERE data_type = 'attributes' AND EXISTS (SELECT 1 FROM {RUNS})"
    )
