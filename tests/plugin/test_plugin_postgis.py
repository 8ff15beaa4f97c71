"""Incidents in a PostGIS database give what a GeoPackage of the same rows gives, results go there, passwords go nowhere."""

import postgis
import pytest
from bundled import clustered, point_layer
from sources import N, added, everything, opened, require_same, result_of, saved, some, subset

pytest.importorskip("qgis.core")
pytestmark = [pytest.mark.plugin, pytest.mark.usefixtures("emptied_project")]

ANALYSES = ("kde", "hotspots", "dbscan")
WRITTEN = ("hotspots", "dbscan")
CREATE = """
    CREATE TABLE crimes (
        number integer PRIMARY KEY, harm double precision, occurred timestamp, at_once timestamptz, day date,
        category text, geom geometry(Point, 4326)
    )
"""
MORE = """
    CREATE TABLE crimes_in_feet AS SELECT number, harm, ST_Transform(geom, 2229)::geometry(Point, 2229) AS geom FROM crimes;
    ALTER TABLE crimes_in_feet ADD PRIMARY KEY (number);
    CREATE TABLE crimes_in_metres AS SELECT number, harm, ST_Transform(geom, 32611)::geometry(Point, 32611) AS geom FROM crimes;
    ALTER TABLE crimes_in_metres ADD PRIMARY KEY (number);
    CREATE TABLE geographies AS SELECT number, harm, geom::geography(Point, 4326) AS geom FROM crimes;
    ALTER TABLE geographies ADD PRIMARY KEY (number);
    CREATE TABLE without_a_key AS SELECT number, harm, geom FROM crimes;
    CREATE VIEW seen AS SELECT number, harm, occurred, geom FROM crimes ORDER BY harm;
    CREATE TABLE with_gaps AS TABLE crimes;
    ALTER TABLE with_gaps ADD PRIMARY KEY (number);
    INSERT INTO with_gaps (number) SELECT generate_series(1000, 1004);
    INSERT INTO with_gaps (number, geom) VALUES (1005, ST_GeomFromText('POINT EMPTY', 4326));
    CREATE VIEW breaks_off AS
        SELECT number, 1.0 / (3000 - number) AS harm,
            ST_SetSRID(ST_MakePoint(-118.3 + number * 1e-5, 34), 4326)::geometry(Point, 4326) AS geom
        FROM generate_series(1, 5000) AS number
"""


@pytest.fixture(scope="module")
def database(qgis_app):
    """Return the folder of the socket of a server that holds all features in several tables."""
    programs = postgis.programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL with PostGIS here: apt-get install postgresql-postgis")
    with postgis.serving(programs) as folder:
        postgis.execute(folder, CREATE)
        postgis.execute(folder, f"INSERT INTO crimes VALUES {', '.join(map(_row, everything().getFeatures()))}")
        for statement in MORE.split(";"):
            postgis.execute(folder, statement)
        yield folder


def _row(feature):
    point, moment = feature.geometry().asPoint(), feature["occurred"].toString("yyyy-MM-ddTHH:mm:ss")
    values = f"{feature['number']}, {feature['harm']}, '{moment}', '{moment}', '{moment}', '{feature['category']}'"
    return f"({values}, ST_SetSRID(ST_MakePoint({point.x()!r}, {point.y()!r}), 4326))"


@pytest.fixture
def table(database):
    """Return a function that opens a table or view of the database."""
    return lambda name="crimes", **more: opened(postgis.source(database, name, **more), name, "postgres")


@pytest.fixture
def tables(database):
    """Return a function that names the tables that runs have made; they are dropped in the end."""

    def tables():
        sql = "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'made%' ORDER BY 1"
        return [name for (name,) in postgis.execute(database, sql)]

    yield tables
    for name in tables():
        postgis.execute(database, f"DROP TABLE {name}")


def hidden(text):
    """Tell whether a text tells nothing of the password, not even in part or as Python or JSON write it."""
    return not any(part in text for part in ("hush", "never", "told"))


WHOLE = ("crimes", "crimes_in_feet", "crimes_in_metres", "geographies", "seen", "without_a_key")


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("kept", WHOLE)
def test_a_table_or_view_is_as_good_as_a_file(result, table, tmp_path, name, kept):
    expected = result(name, saved(everything(), tmp_path / "plain.gpkg"), WEIGHT="harm")
    layer = table(kept, key="" if kept == "without_a_key" else "number")
    assert layer.featureCount() == N
    require_same(result(name, layer, WEIGHT="harm"), expected)


PART = {
    "a subset": lambda layer: subset(layer, '"number" >= 100'),
    "a subset in SQL of the server": lambda layer: subset(layer, "abs(number - 250) <= 150 AND geom IS NOT NULL"),
    "what is selected": lambda layer: some(added(layer), '"number" >= 100'),
    "what is selected of a subset": lambda layer: some(added(subset(layer, '"number" >= 50')), '"number" >= 100'),
}


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("kept", ["crimes", "seen"])
@pytest.mark.parametrize("part", PART.values(), ids=PART.keys())
def test_part_of_a_table(result, table, tmp_path, name, kept, part):
    expected = result(name, saved(everything(), tmp_path / "plain.gpkg", only='"number" >= 100'))
    require_same(result(name, part(table(kept))), expected)


@pytest.mark.parametrize("name", ANALYSES)
def test_rows_without_a_place_are_counted_and_change_nothing(result, table, tmp_path, log, name):
    expected = result(name, saved(everything(), tmp_path / "plain.gpkg"))
    found = result(name, table("with_gaps"))
    assert any("6 incidents have no place" in line for line in log.lines)
    if name == "dbscan":
        assert (found["cluster"][N:] == -1).all() and not found["core"][N:].any()
        found = {of: values[:N] for of, values in found.items()}
    require_same(found, expected)


@pytest.mark.parametrize("times", ["occurred", "at_once", "day"])
@pytest.mark.parametrize("name", ANALYSES)
def test_a_period_and_a_category(result, table, tmp_path, name, times):
    # Both ends are moments of incidents: an hour more or less would tell.
    hour = "T00:00:00" if times == "day" else "T12:00:00"
    period = dict(SINCE=f"2023-03-03{hour}", UNTIL=f"2023-11-11{hour}", CATEGORY="robbery")
    inside = "category = 'robbery' AND occurred >= '2023-03-03T12:00:00' AND occurred < '2023-11-11T12:00:00'"
    every = everything()
    every.selectByExpression(inside)
    assert 60 < every.selectedFeatureCount() < N / 2
    expected = result(name, saved(every, tmp_path / "inside.gpkg", only=inside))
    found = result(name, table(), TIME_COLUMN=times, **period)
    if name == "dbscan":  # those left out are marked as such
        found = {
            of: values[[int(n) in set(expected["number"]) for n in found["number"]]] for of, values in found.items()
        }
    require_same(found, expected)


def test_a_reading_that_breaks_off_is_no_result(run, table):
    from qgis.core import QgsProcessingException

    layer = table("breaks_off")
    # This is what QGIS makes of it, without a word.
    assert 0 < sum(1 for _ in layer.getFeatures()) < layer.featureCount() == 5000
    with pytest.raises(QgsProcessingException, match=r"'breaks_off' was not read to its end \(.*division by zero"):
        run("hotspots", INCIDENTS=layer, WEIGHT="harm")
    run("hotspots", INCIDENTS=layer)  # does not ask for what cannot be computed


@pytest.mark.parametrize("scheme", ["postgres://", "postgres:", "postgis:"])
@pytest.mark.parametrize("loaded", [False, True], ids=["named", "loaded"])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_result_may_be_a_table(database, run, table, result, read_raster, tmp_path, tables, name, scheme, loaded):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    expected = result(name, saved(everything(), tmp_path / "plain.gpkg"))
    sink = scheme + postgis.source(database, "made", key="")
    given = QgsProcessingOutputLayerDefinition(sink, QgsProject.instance()) if loaded else sink
    for _ in range(2):  # the second one replaces the first
        run(name, INCIDENTS=table(), OUTPUT=given)
        assert tables() == ["made"]
        found = opened(postgis.source(database, "made", key=""), provider="postgres")
        require_same(result_of(name, found, False, read_raster), expected)


def test_what_cannot_be_a_table_is_refused_in_one_sentence(database, run, table, tables):
    from qgis.core import QgsProcessingException

    made = postgis.source(database, "made", key="")
    for name, sink, sentence in (
        ("kde", f"postgres://{made}", "is no file, and this result is a raster; name a file that ends in .tif"),
        ("kde", f"postgis:{made}", "is no file, and this result is a raster; name a file that ends in .tif"),
        ("hotspots", f"ogr:{made}", "is a table in a file, and this one names a server; begin it with 'postgres:'"),
    ):
        with pytest.raises(QgsProcessingException, match=sentence) as refused:
            run(name, INCIDENTS=table(), OUTPUT=sink)
        assert hidden(str(refused.value)) and str(refused.value).count("\n") == 0
    assert tables() == []


@pytest.mark.parametrize("share", [85, 100], ids=["half written", "written"])
def test_a_cancelled_run_leaves_no_table(database, run, log, tables, share):
    log.cancel_at = share
    sink = "postgres://" + postgis.source(database, "made", key="")
    second = "postgres://" + postgis.source(database, "made_hulls", key="")
    assert run("dbscan", INCIDENTS=point_layer(*clustered(12_000)), OUTPUT=sink, CLUSTERS=second) == {}
    assert "Cancelled: nothing was written." in log.lines
    assert tables() == []


def test_a_cancelled_run_leaves_no_table_in_a_file(run, log, tmp_path):
    from qgis.core import QgsVectorLayer

    path = tmp_path / "city.gpkg"
    for share in (None, 97):
        log.cancel_at = share
        run("dbscan", INCIDENTS=everything(), OUTPUT=f"ogr:dbname='{path}' table=\"made\" (geom)")
        assert QgsVectorLayer(f"{path}|layername=made", "made", "ogr").isValid() == (share is None)


def bytes_below(folder):
    """Return what stands in all files below a folder, as text."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return "".join(file.read_bytes().decode("latin-1") for file in files)


@pytest.mark.parametrize("named", ["a layer", "what is selected of one", "a source"])
@pytest.mark.parametrize("name", ANALYSES)
def test_no_record_tells_the_password(database, load, table, log, tmp_path, name, named):
    source = postgis.source(database, "crimes")
    assert not hidden(source)
    layer = added(table())
    given = {"a layer": layer, "a source": f"postgres://{source}"}.get(named) or some(layer, '"number" >= 100')
    output = tmp_path / ("made.tif" if name == "kde" else "made.gpkg")
    loaded = load(name, INCIDENTS=given, OUTPUT=definition(output))
    kept, said = bytes_below(tmp_path), "\n".join(log.lines)
    assert hidden(kept) and hidden(said)
    assert "crimes" in kept and postgis.USER in kept
    made = [one for one in loaded.values() if one.id() != layer.id()]
    assert made
    for one in made:
        history = "\n".join(one.metadata().history())
        assert hidden(history + one.metadata().title() + one.name() + one.htmlMetadata())
        assert "input INCIDENTS: crimes" in history and str(database) in history


def definition(path):
    """Return an output in a file that is loaded into the project."""
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    return QgsProcessingOutputLayerDefinition(str(path), QgsProject.instance())


def test_no_error_tells_the_password(database, run):
    from qgis.core import QgsProcessingException

    for given in (postgis.source(database, "nowhere"), f"postgres://{postgis.source(database, 'nowhere')}"):
        with pytest.raises(QgsProcessingException, match="nowhere") as refused:
            run("hotspots", INCIDENTS=given)
        assert hidden(str(refused.value))


def test_a_result_from_a_database_is_made_again(run, table, log, tmp_path):
    """The record holds no password; the layer of the project that it names does."""
    from qgis.core import QgsVectorLayer

    layer = added(table())
    first = run("hotspots", INCIDENTS=layer, OUTPUT=str(tmp_path / "first.gpkg"))["OUTPUT"]
    again = run("rerun", LAYER=first, INPUT=layer.id(), FOLDER=str(tmp_path / "again"))
    one, other = (QgsVectorLayer(path, "made", "ogr") for path in (first, again["OUTPUT"]))
    require_same(result_of("hotspots", other, False, None), result_of("hotspots", one, False, None))
    assert hidden("\n".join(log.lines)) and hidden(bytes_below(tmp_path))
