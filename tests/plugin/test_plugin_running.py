"""However a run is started, it gives the same: in the background, in a model, in a batch, from history, by qgis_process."""

import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
from bundled import ANALYSES, RASTERS, SECOND, clustered, column, inputs_of, point_layer, square_layer

from tools.headless_qgis import headless

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture(autouse=True)
def project():
    """Return the project, emptied again afterwards."""
    yield qgis_core.QgsProject.instance()
    qgis_core.QgsProject.instance().clear()


def registered(name):
    return qgis_core.QgsApplication.processingRegistry().algorithmById(f"lacrime:{name}")


def in_background(name, parameters, log, meanwhile=None):
    """Run an algorithm as the dialog does: in a task of its own, while the main thread handles events; return the results."""
    from qgis.PyQt.QtCore import QEventLoop

    context = qgis_core.QgsProcessingContext()
    context.setProject(qgis_core.QgsProject.instance())
    task = qgis_core.QgsProcessingAlgRunnerTask(registered(name), parameters, context, log)
    done, loop = [], QEventLoop()
    task.executed.connect(lambda *how: done.append(how))
    task.executed.connect(loop.quit)
    qgis_core.QgsApplication.taskManager().addTask(task)
    if meanwhile:
        meanwhile()
    if not done:
        loop.exec() if hasattr(loop, "exec") else loop.exec_()
    ((fine, results),) = done
    assert fine, log.lines
    return {key: context.takeResultLayer(value) or value for key, value in results.items()}


def outputs_of(name, folder):
    """Return a file for each output of an analysis."""
    made = {"OUTPUT": folder / ("output.tif" if name in RASTERS else "output.gpkg")}
    if name in SECOND:
        made[SECOND[name]] = folder / "second.gpkg"
    return {key: str(path) for key, path in made.items()}


def read(path, read_raster):
    """Return all that a file holds, as texts: the values of a raster, or geometry and columns of each feature."""
    if path.endswith(".tif"):
        return [repr(row) for row in read_raster(path)["values"].tolist()]
    layer = qgis_core.QgsVectorLayer(path, "made", "ogr")
    assert layer.isValid()
    rows = [repr([feature.geometry().asWkt(9), *feature.attributes()]) for feature in layer.getFeatures()]
    return [layer.fields().names(), layer.crs().authid(), rows]


def require_same(found, expected, read_raster):
    assert set(found) == set(expected)
    for key, path in expected.items():
        assert read(found[key], read_raster) == read(path, read_raster)


@pytest.fixture
def elsewhere(monkeypatch):
    """Return a list of what is asked of layers from another thread than theirs; it should stay empty."""
    from qgis.PyQt.QtCore import QObject, QThread

    asked = []

    def watched(kind, name, method):
        def watching(self, *arguments, **named):
            if QThread.currentThread() != qgis_core.QgsApplication.instance().thread() and (
                not hasattr(self, "thread") or self.thread() != QThread.currentThread()
            ):
                asked.append(f"{kind.__name__}.{name}")
            return method(self, *arguments, **named)

        return watching

    of_algorithms = [name for name in dir(qgis_core.QgsProcessingAlgorithm) if name.startswith("parameterAs")]
    watched_names = {
        qgis_core.QgsVectorLayer: None,
        qgis_core.QgsRasterLayer: None,
        qgis_core.QgsMapLayer: None,
        qgis_core.QgsProcessingFeatureSource: None,
        qgis_core.QgsProcessingContext: ["getMapLayer"],
        qgis_core.QgsProcessingAlgorithm: [
            name for name in of_algorithms if name.endswith(("Source", "Layer", "Layers", "LayerList"))
        ],
    }
    for kind, names in watched_names.items():
        for name in names if names is not None else vars(kind):
            method = getattr(kind, name)
            ordinary = callable(method) and not isinstance(method, type) and name[0].islower()
            # Qt calls its own, such as disconnectNotify, where Python must not run.
            if ordinary and name != "parameterAsOutputLayer" and not hasattr(QObject, name):
                monkeypatch.setattr(kind, name, watched(kind, name, method))
    return asked


def given_to(name, folder, density):
    """Return what an analysis is given in the project: points in a file, all else in memory."""
    project = qgis_core.QgsProject.instance()
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    path = str(folder / "points.gpkg")
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(
        point_layer(*clustered(1200)), path, project.transformContext(), options
    )
    layers = [
        qgis_core.QgsVectorLayer(path, "burglaries", "ogr"),
        square_layer(14),
        square_layer(14, name="units"),
        qgis_core.QgsRasterLayer(str(density), "density"),
    ]
    project.addMapLayers(layers)
    return inputs_of(name, *[layer.id() for layer in layers])


@pytest.mark.parametrize("name", ANALYSES)
def test_in_the_background_while_the_layers_are_removed(run, log, tmp_path, density, elsewhere, read_raster, name):
    expected = outputs_of(name, tmp_path)
    given = given_to(name, tmp_path, density)
    run(name, **given, **expected)
    (tmp_path / "again").mkdir()
    found = outputs_of(name, tmp_path / "again")
    assert elsewhere == []
    in_background(name, {**given, **found}, log, qgis_core.QgsProject.instance().removeAllMapLayers)
    assert elsewhere == []
    require_same(found, expected, read_raster)


def test_what_is_asked_from_another_thread_is_noticed(provider, elsewhere):
    import threading

    layer = point_layer([-118.3], [34.0])
    thread = threading.Thread(target=lambda: layer.featureCount())
    thread.start()
    thread.join()
    assert elsewhere == ["QgsVectorLayer.featureCount"]


def some_of(layer):
    layer.selectByExpression('"number" < 500')
    return qgis_core.QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)


def of_a_query(layer):
    query = "?query=SELECT * FROM burglaries WHERE number < 500&geometry=geometry:1:4326"
    virtual = qgis_core.QgsVectorLayer(query, "burglaries of a query", "virtual")
    assert virtual.isValid()
    return qgis_core.QgsProject.instance().addMapLayer(virtual).id()


def joined(layer):
    other = qgis_core.QgsProject.instance().addMapLayer(point_layer(*clustered(), name="other"))
    join = qgis_core.QgsVectorLayerJoinInfo()
    join.setJoinLayer(other)
    join.setJoinFieldName("number")
    join.setTargetFieldName("number")
    assert layer.addJoin(join)
    return layer.id()


@pytest.mark.parametrize("make", [some_of, of_a_query, joined])
def test_some_features_and_live_ones_in_the_background(run, log, project, elsewhere, make):
    source = make(project.addMapLayer(point_layer(*clustered())))
    given = dict(INCIDENTS=source, **({"WEIGHT": "other_harm"} if make is joined else {}))
    expected = run("dbscan", **given)["OUTPUT"]
    found = in_background("dbscan", dict(**given, OUTPUT="memory:", CLUSTERS=None), log)["OUTPUT"]
    assert elsewhere == []
    assert found.featureCount() == expected.featureCount() == (900 if make is joined else 500)
    for name in ("number", "cluster", "core"):
        np.testing.assert_array_equal(column(found, name), column(expected, name))


def test_a_layer_is_made_again_in_the_background(run, log, tmp_path, elsewhere, project, read_raster):
    layer = project.addMapLayer(point_layer(*clustered()))
    run("hotspots", INCIDENTS=layer, OUTPUT=str(tmp_path / "first.gpkg"))
    first = qgis_core.QgsVectorLayer(str(tmp_path / "first.gpkg"), "first", "ogr")
    project.addMapLayer(first)
    given = dict(LAYER=first.id(), INPUT=layer.id(), FOLDER=str(tmp_path / "again"))
    in_background("rerun", given, log)
    assert elsewhere == []
    again = str(tmp_path / "again" / "hotspots_output.gpkg")
    assert read(again, read_raster) == read(str(tmp_path / "first.gpkg"), read_raster)


def model_of(first, second, taken, given):
    """Return a model of two steps as the designer makes it: the second takes what the first gives."""
    sources = qgis_core.QgsProcessingModelChildParameterSource
    model = qgis_core.QgsProcessingModelAlgorithm("two steps", "tests")
    kinds = [qgis_core.QgsProcessing.SourceType.TypeVectorPoint]
    incidents = qgis_core.QgsProcessingParameterFeatureSource("incidents", "Incidents", kinds)
    model.addModelParameter(incidents, qgis_core.QgsProcessingModelParameter("incidents"))
    steps = {}
    for name in (first, second):
        steps[name] = qgis_core.QgsProcessingModelChildAlgorithm(f"lacrime:{name}")
        steps[name].setChildId(name)
    steps[first].addParameterSources("INCIDENTS", [sources.fromModelParameter("incidents")])
    for name, value in given.items():
        steps[first].addParameterSources(name, [sources.fromStaticValue(value)])
    for name in taken:
        steps[second].addParameterSources(name, [sources.fromChildOutput(first, "OUTPUT")])
    output = qgis_core.QgsProcessingModelOutput("result", "Result")
    output.setChildId(second)
    output.setChildOutputName("OUTPUT")
    steps[second].setModelOutputs({"result": output})
    for step in steps.values():
        model.addChildAlgorithm(step)
    model.updateDestinationParameters()
    return model


CHAINS = [
    ("kde", "contours", ["SURFACE"], {"BANDWIDTH": 500.0, "KERNEL": "gaussian"}),
    ("hotspots", "compare", ["FEATURES", "OTHER"], {"CELL_SIZE": 400.0, "SINCE": "2023-03-01"}),
]


@pytest.mark.parametrize(("first", "second", "taken", "given"), CHAINS)
def test_in_a_model(run, log, tmp_path, layer, read_raster, first, second, taken, given):
    step = run(first, INCIDENTS=layer, **given)["OUTPUT"]
    expected = str(tmp_path / "expected.gpkg")
    run(second, **{name: step for name in taken}, OUTPUT=expected)

    path = str(tmp_path / "two steps.model3")
    assert model_of(first, second, taken, given).toFile(path)
    model = qgis_core.QgsProcessingModelAlgorithm()
    assert model.fromFile(path)
    assert model.canExecute()
    context = qgis_core.QgsProcessingContext()
    context.setProject(qgis_core.QgsProject.instance())
    (key,) = (definition.name() for definition in model.destinationParameterDefinitions())
    found = str(tmp_path / "found.gpkg")
    _results, fine = model.run({"incidents": layer, key: found}, context, log)
    assert fine, log.lines
    assert read(found, read_raster)[2] == read(expected, read_raster)[2] != []


def test_in_a_batch(run, log, tmp_path, layer, read_raster):
    from processing.gui.AlgorithmExecutor import execute

    sizes = (300.0, 400.0, 300.0)
    context = qgis_core.QgsProcessingContext()
    context.setProject(qgis_core.QgsProject.instance())
    algorithm = registered("hotspots").create()
    for number, size in enumerate(sizes):
        target = str(tmp_path / f"batch{number}.gpkg")
        given = dict(INCIDENTS=layer, CELL_SIZE=size, OUTPUT=target)
        assert algorithm.checkParameterValues(given, context)[0]
        fine, results = execute(algorithm, given, context, log)
        assert fine and results["OUTPUT"].startswith(target), log.lines
        run("hotspots", INCIDENTS=layer, CELL_SIZE=size, OUTPUT=str(tmp_path / "alone.gpkg"))
        assert read(target, read_raster) == read(str(tmp_path / "alone.gpkg"), read_raster)
    assert read(str(tmp_path / "batch0.gpkg"), read_raster) != read(str(tmp_path / "batch1.gpkg"), read_raster)


def moment():
    """Return a moment as the dialog gives it."""
    from qgis.PyQt.QtCore import QDate, QDateTime, QTime

    return QDateTime(QDate(2023, 3, 1), QTime(0, 0))


# What QGIS's Python console begins with.
CONSOLE = "import processing\nfrom qgis.core import *\nfrom qgis.PyQt.QtCore import *\n"
HISTORY = [
    ("hotspots", lambda: dict(CELL_SIZE=400, SHAPE="hex", SINCE=moment(), CATEGORY="burglary", WEIGHT="harm")),
    ("kde", lambda: dict(BANDWIDTH=600.0, ADAPTIVE=True, UNTIL=moment())),
    ("dbscan", lambda: dict(EPS=500, MIN_SAMPLES=8)),
    ("dbscan", lambda: {}),
]


@pytest.fixture
def points(tmp_path):
    """Return a layer of the project that stands in a file."""
    path = str(tmp_path / "the points.gpkg")
    context = qgis_core.QgsProject.instance().transformContext()
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(point_layer(*clustered()), path, context, options)
    return qgis_core.QgsProject.instance().addMapLayer(qgis_core.QgsVectorLayer(path, "points", "ogr"))


@pytest.mark.parametrize(("name", "options"), HISTORY)
@pytest.mark.parametrize("selected", [False, True], ids=["all", "selected"])
def test_the_line_of_the_history_pasted_back(run, tmp_path, points, read_raster, name, options, selected):
    expected = outputs_of(name, tmp_path)
    given = dict(INCIDENTS=some_of(points) if selected else points.id(), **options())
    run(name, **given, **expected)
    line = registered(name).asPythonCommand({**given, **expected}, qgis_core.QgsProcessingContext())
    assert line.startswith(f'processing.run("lacrime:{name}"')
    (tmp_path / "again").mkdir()
    found = outputs_of(name, tmp_path / "again")
    for key, path in expected.items():
        line = line.replace(path, found[key])
    exec(CONSOLE + line)
    require_same(found, expected, read_raster)


def command_of(name, given, program):
    """Return the command that QGIS's history offers from 3.24 on, or the same by hand."""
    algorithm = registered(name)
    if not hasattr(algorithm, "asQgisProcessCommand"):
        words = [f"{key}={value}" for key, value in given.items()]
        return [program, "run", f"lacrime:{name}", "--", *words]
    command, possible = algorithm.asQgisProcessCommand(given, qgis_core.QgsProcessingContext())
    assert possible
    first, *rest = shlex.split(command)
    assert first == "qgis_process"
    return [program, *rest]


def test_the_command_of_the_history(run, plugin, tmp_path, points, read_raster):
    expected = outputs_of("hotspots", tmp_path)
    given = dict(
        INCIDENTS=points.source(), CELL_SIZE=400, SHAPE="hex", SINCE="2023-03-01T00:00:00", CATEGORY="burglary"
    )
    run("hotspots", **given, **expected)
    (tmp_path / "again").mkdir()
    found = outputs_of("hotspots", tmp_path / "again")
    program, environment = headless(tmp_path / "profile", Path(plugin.__file__).parent.parent)
    command = command_of("hotspots", {**given, **found}, program)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    # The system's numpy and scipy are not those of the tests.
    for key in expected:
        one, other = (qgis_core.QgsVectorLayer(made[key], "made", "ogr") for made in (found, expected))
        assert one.featureCount() == other.featureCount() > 0 and one.fields().names() == other.fields().names()
        for field in other.fields().names():
            np.testing.assert_allclose(column(one, field), column(other, field), rtol=1e-9, atol=1e-9)
