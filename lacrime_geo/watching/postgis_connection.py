"""Connections to PostGIS: how they are made, and what a database says in one sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REMEDY = "A history in PostGIS needs psycopg2; install it: pip install 'lacrime-geo[watch]' (or psycopg2-binary)."


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


def connected(dsn: str) -> Any:
    """Return a connection in which each statement stands by itself."""
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


def number_of(schema: str) -> int:
    """Return the number by which runs of one history know of one another."""
    digest = hashlib.blake2b(f"lacrime_geo watch {schema}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
