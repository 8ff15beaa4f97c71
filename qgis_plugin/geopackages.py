"""GeoPackages as the SQLite databases that they are: names in SQL, and writing by one transaction."""

from contextlib import closing, contextmanager


def quoted(name):
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def written_whole(path):
    """Open a GeoPackage that a run has just made, and commit what is written to it meanwhile, all at once."""
    import sqlite3  # not when QGIS starts

    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # What is half written when the run fails is thrown away.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        yield database
        database.execute("COMMIT")
