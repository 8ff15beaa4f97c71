"""Fixtures of the plugin's tests: the bundled plugin in a running QGIS, and a way to run its algorithms."""

import gc

import numpy as np
import pytest
from bundled import SECOND, clustered, destination, import_plugin, point_layer
from sources import result_of

from tools.screenshot.serving import serving_tiles


@pytest.fixture(scope="session")
def plugin(qgis_app, qgis_processing, tmp_path_factory):
    """Return the plugin's package, imported from its own unpacked zip."""
    return import_plugin(tmp_path_factory.mktemp("plugin"))


@pytest.fixture(scope="session")
def provider(plugin):
    """Return the provider, registered for the session as QGIS does without a window."""
    instance = plugin.classFactory(None)
    instance.initProcessing()
    _show_layers_in_a_tree()
    yield instance.provider
    instance.unload()
    _free_layers()


def _show_layers_in_a_tree():
    """Give the window of the tests the view of layers that QGIS 3.44 puts outputs into; its own is a mock."""
    from qgis.core import QgsLayerTreeModel, QgsProject
    from qgis.gui import QgsLayerTreeView
    from qgis.utils import iface

    view = QgsLayerTreeView()
    view.setModel(QgsLayerTreeModel(QgsProject.instance().layerTreeRoot(), view))
    iface.layerTreeView = lambda: view


def _free_layers():
    """Free the layers that errors still hold, which QGIS keeps: when Python ends they can no longer be freed."""
    from qgis.core import QgsMapLayer
    from qgis.PyQt import sip

    for held in gc.get_objects():
        if isinstance(held, QgsMapLayer) and not sip.isdeleted(held) and sip.ispyowned(held):
            sip.delete(held)


@pytest.fixture(scope="session")
def tiles():
    """Return the URL of the sample city's tiles, served by this machine."""
    with serving_tiles() as address:
        yield f"{address}/{{z}}/{{x}}/{{y}}.png"


@pytest.fixture
def log():
    """Return a feedback that keeps what is said, and cancels at a chosen progress."""
    from qgis.core import QgsProcessingFeedback

    class Log(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.lines, self.warnings, self.cancel_at = [], [], None
            self.progressChanged.connect(self.watch)

        def watch(self, progress):
            if self.cancel_at is not None and progress >= self.cancel_at:
                self.cancel()

        def pushInfo(self, text):
            self.lines.append(text)

        def pushWarning(self, text):
            self.warnings.append(text)
            self.lines.append(text)

    return Log()


@pytest.fixture
def run(provider, log):
    """Return a function that runs an algorithm by name through the registry, to temporary outputs unless told."""
    import processing

    def run(name, **parameters):
        outputs = {"OUTPUT": "TEMPORARY_OUTPUT", **({SECOND[name]: "TEMPORARY_OUTPUT"} if name in SECOND else {})}
        return processing.run(f"lacrime:{name}", {**outputs, **parameters}, feedback=log)

    return run


@pytest.fixture
def load(provider, log, qgis_new_project, monkeypatch):
    """Return a function that runs an algorithm as the toolbox does and returns the layers it loads, by title."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def load(name, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        context.setFeedback(log)
        outputs = {"OUTPUT": destination(), **({SECOND[name]: destination()} if name in SECOND else {})}
        # None leaves an output out.
        given = {key: value for key, value in {**outputs, **parameters}.items() if value is not None}
        processing.runAndLoadResults(f"lacrime:{name}", given, feedback=log, context=context)
        # Titles go on with the period and the number of incidents.
        return {layer.name().split(" · ")[0]: layer for layer in QgsProject.instance().mapLayers().values()}

    return load


@pytest.fixture
def layer():
    """Return 900 points in degrees and 7 rows without geometry."""
    return point_layer(*clustered(), missing=7)


@pytest.fixture
def incidents():
    """Return the same 900 points as a GeoDataFrame."""
    return frame_of_points()


def frame_of_points():
    """Return them anew."""
    import geopandas as gpd

    x, y = clustered()
    return gpd.GeoDataFrame({"harm": 1.0 + np.arange(x.size) % 3}, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")


@pytest.fixture(scope="session")
def density(tmp_path_factory):
    """Return the path of the density of these points, as a GeoTIFF."""
    import lacrime_geo as lg

    path = tmp_path_factory.mktemp("density") / "density.tif"
    lg.kde(frame_of_points()).save(path)
    return path


@pytest.fixture
def read_raster():
    """Return a function that reads a GeoTIFF's values, bounds, unit and record."""
    import rasterio

    def read(path):
        with rasterio.open(path) as source:
            tags = source.tags()
            return dict(
                values=source.read(1),
                bounds=tuple(source.bounds),
                unit=source.units[0],
                record=tags["lacrime_geo"],
                profile=source.profile,
                overviews=source.overviews(1),
            )

    return read


@pytest.fixture
def result(run, read_raster):
    """Return a function that runs an analysis on a source and gives its numbers, whatever the order of the features."""

    def result(name, source, **options):
        return result_of(name, run(name, INCIDENTS=source, **options)["OUTPUT"], "WEIGHT" in options, read_raster)

    return result


@pytest.fixture
def emptied_project(qgis_app):
    """Empty the project after a test that has put layers there."""
    from qgis.core import QgsProject

    yield
    QgsProject.instance().clear()


@pytest.fixture(scope="session")
def map_files(provider, tmp_path_factory):
    """Return paths of a density, hotspots, clusters and clustered incidents of the same points."""
    import processing

    folder = tmp_path_factory.mktemp("made")
    points = point_layer(*clustered())
    made = {name: str(folder / f"{name}{'.tif' if name == 'density' else '.gpkg'}") for name in ("density", "hotspots")}
    processing.run("lacrime:kde", dict(INCIDENTS=points, OUTPUT=made["density"]))
    processing.run("lacrime:hotspots", dict(INCIDENTS=points, CELL_SIZE=250, OUTPUT=made["hotspots"]))
    made.update(clusters=str(folder / "clusters.gpkg"), clustered=str(folder / "clustered.gpkg"))
    processing.run("lacrime:dbscan", dict(INCIDENTS=points, OUTPUT=made["clustered"], CLUSTERS=made["clusters"]))
    return made


@pytest.fixture
def opened(map_files, qgis_new_project):
    """Return a function that opens some of these in the project, the first on top."""
    from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

    project = QgsProject.instance()

    def opened(*names):
        layers = []
        for name in names[::-1]:
            kind = QgsRasterLayer if name == "density" else QgsVectorLayer
            layer = kind(map_files[name], name, *(() if name == "density" else ("ogr",)))
            layer.loadDefaultMetadata()
            layer.loadDefaultStyle()
            layers.insert(0, project.addMapLayer(layer))
        return layers

    return opened


@pytest.fixture
def divisions(qgis_new_project):
    """Return four areas with names in a layer of the project; the last overlaps no incident."""
    from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsRectangle, QgsVectorLayer

    layer = QgsVectorLayer("Polygon?crs=EPSG:4326&field=number:integer&field=area_name:string", "areas", "memory")
    boxes = {
        "South": (-118.41, 33.99, -118.29, 34.03),
        "North <&> [% 1 + 1 %]": (-118.41, 34.03, -118.29, 34.09),
        "Middle": (-118.37, 34.02, -118.35, 34.04),
        "Elsewhere": (-118.5, 34.2, -118.45, 34.25),
    }
    features = []
    for number, (name, box) in enumerate(boxes.items()):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([number, name])
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(*box)))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return QgsProject.instance().addMapLayer(layer, False)


@pytest.fixture
def report(provider, log):
    """Return a function that makes a page as the toolbox does, without files unless told, and returns the layout kept."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def report(**parameters):
        project = QgsProject.instance()
        context = QgsProcessingContext()
        context.setProject(project)
        before = set(project.layoutManager().layouts())
        report.result = processing.run("lacrime:report_map", parameters, feedback=log, context=context)
        kept = set(project.layoutManager().layouts()) - before
        return kept.pop() if kept else None

    return report
