"""A PostgreSQL server with PostGIS that is private to the tests: in a folder of its own, behind a socket, without a network."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

USER = "analyst"
# Blanks, quotes and backslashes are what a source has to escape.
PASSWORD = r"hush'hush \never= told"
SETTINGS = ("listen_addresses=", "fsync=off", "unix_socket_permissions=0777", "timezone=America/Los_Angeles")


def programs():
    """Return the folder of the programs of a PostgreSQL that has PostGIS, None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = [(folder, Path("/usr/share/postgresql", folder.parent.name)) for folder in debian[::-1]]
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir", "--sharedir"], capture_output=True, text=True, check=True)
        found.append(tuple(map(Path, told.stdout.split("\n")[:2])))
    for folder, shared in found:
        if (folder / "initdb").exists() and (shared / "extension" / "postgis.control").exists():
            return folder
    return None


@contextmanager
def serving(folder_of_programs):
    """Start a server with an empty database and yield the folder of its socket; stop it and remove all of it in the end."""
    # Not below the tests' own folder: the path of a socket is short, and the server's user must reach it.
    folder = Path(tempfile.mkdtemp(prefix="postgis-", dir="/tmp"))
    try:
        as_user = _as_user(folder)
        password = folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        password.chmod(0o644)
        make = ["initdb", "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C", "-N"]
        _run([*as_user, folder_of_programs / make[0], *make[1:], "-D", folder / "data"])
        with open(folder / "log", "w", encoding="utf-8") as log:
            settings = [word for setting in SETTINGS for word in ("-c", setting)]
            command = [*as_user, folder_of_programs / "postgres", "-D", folder / "data", "-k", folder, *settings]
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            _wait(server, [folder_of_programs / "pg_isready", "-q", "-h", folder], folder / "log")
            # Before QGIS asks which PostGIS there is.
            _run(
                [
                    folder_of_programs / "psql",
                    "-q",
                    "-h",
                    folder,
                    "-U",
                    USER,
                    "-c",
                    "CREATE EXTENSION postgis",
                    "postgres",
                ]
            )
            yield folder
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, whoever is connected
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def _as_user(folder):
    """Return what to put before a command: a server does not run as root."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    # The server ends with the tests, however they end.
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=QUIT"]


def _run(command):
    known = {**os.environ, "PGPASSWORD": PASSWORD}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env=known)
    assert done.returncode == 0, done.stderr


def _wait(server, asking, log):
    until = time.monotonic() + 60
    while subprocess.run(asking, check=False).returncode:
        assert server.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.05)


def source(folder, table="", geometry="geom", key="number", with_password=True):
    """Return what names a table of the database, as QGIS spells it."""
    from qgis.core import QgsDataSourceUri

    uri = QgsDataSourceUri()
    uri.setConnection(str(folder), "5432", "postgres", USER, PASSWORD if with_password else "")
    uri.setDataSource("public", table, geometry if table else "", "", key)
    return uri.uri(False)


def execute(folder, sql):
    """Run SQL in the database and return its rows."""
    from qgis.core import QgsProviderRegistry

    metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
    return metadata.createConnection(source(folder), {}).executeSql(sql)
