"""The history of `watch` in a real PostGIS: the same tables as in a GeoPackage, in one transaction, whatever is killed."""

import os
import signal
import time
from contextlib import closing
from urllib.parse import quote

import numpy as np
import pytest
from plugin.postgis import PASSWORD, USER, programs, serving
from watched import EAST_NAME, Runs, csv_of, halves, incidents_of, small_city, tables, whole

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.watching.history_tables import LAYERS, TABLES
from lacrime_geo.watching.postgis_history import PostgisHistory

psycopg2 = pytest.importorskip("psycopg2")
SUNDAYS = ("2023-07-16", "2023-07-23")
QUICK = dict(model="last count")


@pytest.fixture(scope="module")
def database():
    """Return how to connect to a database with PostGIS."""
    folder = programs()
    if folder is None:
        pytest.skip("there is no PostgreSQL with PostGIS here")
    with serving(folder) as socket:
        yield f"postgresql://{USER}:{quote(PASSWORD, safe='')}@/postgres?host={quote(str(socket), safe='')}"


@pytest.fixture(scope="module")
def city():
    return incidents_of(small_city())


def execute(database, statement, *values):
    """Run a statement and return its rows."""
    with closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def rows_in(database, schema):
    """Return the rows of all tables, as a history reads them."""
    history = PostgisHistory(f"{database}|schema={schema}")
    with history.alone():
        return {table: history.read(table) for table in TABLES}


@pytest.fixture(scope="module")
def watched(database, city, tmp_path_factory):
    """Return a GeoPackage after the same two runs as the schema "West", and the last of them; the first layers were granted."""
    path = tmp_path_factory.mktemp("watched") / "h.gpkg"
    for day in SUNDAYS:
        for place in (f"{database}|schema=West", path):
            found = lg.watch(city, place, areas=halves(), as_of=day, **QUICK)
        if day == SUNDAYS[0]:
            execute(database, 'GRANT SELECT ON "West".hotspots TO PUBLIC')
    return path, found


def test_the_tables_are_those_of_a_geopackage(database, city, watched):
    there, here = rows_in(database, "West"), tables(watched[0])
    for table, columns in TABLES.items():
        left_out = {"run_at", "parameters"} if table == "runs" else set()
        names = [name for name in columns if name not in left_out]
        own = [[row[name] for name in names] for row in here[table]]
        assert [[row[name] for name in names] for row in there[table]] == own, table
    assert whole(there) == 2
    assert PASSWORD not in there["runs"][0]["parameters"] and USER not in there["runs"][0]["parameters"]
    # Times are UTC, wherever the server is.
    for row in there["runs"]:
        assert abs(np.datetime64(row["run_at"][:-1]) - np.datetime64("now")) < np.timedelta64(600, "s")
    same = lg.watch(city, f"{database}|schema=West", areas=halves(), as_of=SUNDAYS[-1], **QUICK)
    assert not same.new_data and same.run == watched[1].run == 2 and rows_in(database, "West") == there


def test_layers_have_places_styles_and_keep_their_grants(database, watched):
    for layer in LAYERS:
        numbers = f'SELECT min(ST_SRID(geom)), bool_and(ST_IsValid(geom)) FROM "West"."{layer}"'
        assert execute(database, numbers) == [(32611, True)]
    hot = execute(database, 'SELECT count(*) FROM "West".hotspots')
    assert hot == [(len(watched[1].overview.hotspots),)]
    assert execute(database, 'SELECT area FROM "West".alerts_now ORDER BY fid') == [("west",), (EAST_NAME,)]
    area = execute(database, 'SELECT sum(ST_Area(geom)) FROM "West".alerts_now')[0][0]
    assert area == pytest.approx(16e6)
    granted = (
        "SELECT count(*) FROM information_schema.table_privileges WHERE table_name = 'hotspots' AND grantee = 'PUBLIC'"
    )
    assert execute(database, granted) == [(1,)]
    styles = execute(database, "SELECT f_table_name, styleqml::text FROM layer_styles WHERE f_table_schema = 'West'")
    assert sorted(name for name, _ in styles) == sorted(LAYERS) and all("<qgis" in text for _, text in styles)


def test_runs_do_not_overlap_and_other_histories_do(database, city):
    with PostgisHistory(f"{database}|schema=busy").alone():
        with pytest.raises(OSError, match="Another run is writing"):
            lg.watch(city, f"{database}|schema=busy", as_of=SUNDAYS[0], **QUICK)
        assert lg.watch(city, f"{database}|schema=free", as_of=SUNDAYS[0], **QUICK).run == 1


def test_the_command_says_what_is_wrong_and_never_the_password(database, tmp_path, capsys):
    table = tmp_path / "city.csv"
    csv_of(small_city(), slice(None), table)
    words = ["watch", str(table), "--model", "last count", "--quiet", "-o"]
    wrong = database.replace(quote(PASSWORD, safe=""), "a-secret")
    nowhere = database.replace("/postgres?", "/nowhere?")
    for place, said in (
        (wrong, "password authentication failed"),
        (nowhere, 'database "nowhere" does not exist'),
        ("PG:host=/nowhere dbname=x password=a-secret", "No such file or directory"),
        ("postgresql://u:a-secret@[", "is not written as libpq takes it"),
        ("host=x nonsense password=a-secret", "is not written as libpq takes it"),
    ):
        assert main([*words, place]) == 2
        told = "".join(capsys.readouterr())
        assert said in told and "a-secret" not in told and PASSWORD not in told, told


def test_a_database_without_postgis_is_told(database, city):
    with closing(psycopg2.connect(database)) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE plain")
    with pytest.raises(OSError, match="has no PostGIS; its owner adds it"):
        lg.watch(city, database.replace("/postgres?", "/plain?"), **QUICK)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_killed_in_the_middle_all_of_a_run_is_there_or_nothing(database):
    """The process is killed, or the server's own process that writes for it."""
    place, random = f"{database}|schema=killed", np.random.default_rng(5)
    seen, in_the_middle = [], 0
    with Runs(place) as runs:
        for number in range(4):
            child = runs.begin()
            writing = wait_for_a_transaction(database, 5)
            in_the_middle += bool(writing)
            time.sleep(random.uniform(0, 0.03))
            if number % 2:
                execute(
                    database,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s",
                    "lacrime%",
                )
                assert runs.ended() == Runs.DATABASE_LOST
            else:
                os.kill(child, signal.SIGKILL)
                assert runs.ended() == -signal.SIGKILL
            seen.append(whole(eventually(lambda: rows_in(database, "killed"))))
    assert seen == sorted(seen) and in_the_middle >= 3
    found = lg.watch(incidents_of(small_city(days=100)), place, again=True, **QUICK)
    assert found.run == seen[-1] + 1


def wait_for_a_transaction(database, seconds):
    """Wait until a run has begun to write; tell whether one was seen."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lacrime%' AND backend_xid IS NOT NULL"
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return True
    return False


def eventually(read):
    """Read once the server has noticed that a process is gone, and let go of its lock."""
    for _ in range(100):
        try:
            return read()
        except OSError:
            time.sleep(0.05)
    return read()
