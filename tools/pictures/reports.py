"""The page of docs/qgis.md: what lacrime:report_map makes of the sample city's hotspots, on tiles of this machine."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject, QgsVectorLayer
from qgis.PyQt.QtGui import QImage

import lacrime_geo as lg
from qgis_plugin.bundle import NAME

from ..screenshot.serving import serving_tiles
from .few_colours import in_few_colours
from .layouts import DIVISIONS, INCIDENTS, SOURCE

ROOT = Path(__file__).resolve().parents[2]
DOTS_PER_INCH = 110


class Page:
    """A page that an algorithm has written."""

    def __init__(self, path):
        self.image = QImage(str(path))

    def save(self, path):
        """Write it as a PNG of few colours."""
        if self.image.isNull() or not self.image.save(str(path), "PNG"):
            raise OSError(f"QGIS cannot write {path}.")
        in_few_colours(path)


def report(work):
    """Make a page of hotspots by the plugin itself, as the toolbox does."""
    plugin = installed(work)
    project, context = QgsProject(), QgsProcessingContext()
    context.setProject(project)
    project.addMapLayer(hotspots(work, context))
    with serving_tiles() as address:
        put_beneath(plugin, project, address)
        page = {"PNG": str(work / "report.png"), "SOURCE": SOURCE, "DPI": DOTS_PER_INCH, "ORIENTATION": "portrait"}
        run("report_map", page, context)
    return Page(work / "report.png")


def installed(work):
    """Install the plugin from its zip and register its algorithms; return its package."""
    command = [sys.executable, "-m", "qgis_plugin.bundle", str(work / "dist")]
    bundled = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
    with zipfile.ZipFile(bundled) as archive:
        archive.extractall(work / "plugins")
    sys.path.insert(0, str(work / "plugins"))
    package = importlib.import_module(NAME)
    report.plugin = package.classFactory(None)  # QGIS keeps no reference
    report.plugin.initProcessing()
    return package


def hotspots(work, context):
    """Return the layer of the sample's hotspots."""
    lg.read_lapd(INCIDENTS).to_file(work / "incidents.gpkg")
    path = str(work / "hotspots.gpkg")
    run("hotspots", {"INCIDENTS": str(work / "incidents.gpkg"), "BOUNDARY": str(DIVISIONS), "OUTPUT": path}, context)
    layer = QgsVectorLayer(path, "hotspots", "ogr")
    layer.loadDefaultMetadata()
    return layer


def put_beneath(plugin, project, address):
    """Put the sample city's tiles beneath all layers of a project, with its names above."""
    basemaps = importlib.import_module(f"{plugin.__name__}.basemaps")
    base, names = (f"{address}/{part}/{{z}}/{{x}}/{{y}}.png" for part in ("base", "names"))
    owner = basemaps.Owner(SOURCE, "", "")
    basemaps.place(project, basemaps.layers_of(basemaps.Basemap("Santa Alba", owner, base, 16, names)))


def run(name, parameters, context):
    """Run an algorithm of the plugin; raise where it fails."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"lacrime:{name}")
    feedback = QgsProcessingFeedback()
    _, done = algorithm.run(parameters, context, feedback)
    if not done:
        raise ValueError(f"lacrime:{name} failed: {feedback.textLog()}")


PICTURES = {"report": report}
