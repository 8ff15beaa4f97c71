"""Where a history is kept: a GeoPackage or a PostGIS database, told apart by how it is named."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from ..landing import Landing
from .geopackage_history import GeoPackageHistory
from .history_tables import Entries, Row
from .postgis_history import PostgisHistory

# postgresql://…, PG:…, or words of libpq such as host=… dbname=….
DATABASE = re.compile(r"postgres(ql)?://|PG:|(.*\s)?(host|hostaddr|dbname|service)\s*=", re.IGNORECASE)


class History(Protocol):
    """What a history can do; `alone` first, then `read`, then `prepare` and `write` in one landing."""

    name: str

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs out until the block ends; raise where one is in."""

    def read(self, table: str) -> list[Row]:
        """Return the rows of a table, days as text; none where there is no history yet."""

    def prepare(self, landing: Landing) -> None:
        """Raise where it cannot be written to, before the long work."""

    def write(self, entries: Entries) -> None:
        """Add to it what a run has found, all of it or nothing."""


def history_of(place: str | os.PathLike[str]) -> History:
    """Return the history that a path or a connection names.

    Raises
    ------
    ValueError
        If it names neither a GeoPackage nor a database.
    """
    text = os.fspath(place)
    if Path(text).suffix.lower() == ".gpkg" and not DATABASE.match(text):
        return GeoPackageHistory(Path(text))
    if DATABASE.match(text):
        return PostgisHistory(text)
    raise ValueError(
        f"A history is a GeoPackage (.gpkg) or a PostGIS database (postgresql://…, PG:host=… dbname=…), got {text!r}."
    )
