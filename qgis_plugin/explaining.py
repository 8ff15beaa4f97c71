"""What is said of a parameter beside its name: what it takes, and where an output goes; choices in the user's language."""

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
)
from qgis.PyQt.QtCore import QCoreApplication

TAKES = {
    "boolean": "yes or no",
    "crs": "coordinate reference system",
    "datetime": "date, or date and time",
    "distance": "metres",
    "field": "column",
    "folder": "folder",
    "file": "file",
    "fileDestination": "file to write",
    "folderDestination": "folder to write to",
    "layer": "layer",
    "layout": "print layout",
    "multilayer": "layers",
    "raster": "raster layer",
    "rasterDestination": "raster to write",
    "sink": "layer to write",
    "source": "layer",
    "string": "text",
    "vector": "vector layer",
    "vectorDestination": "layer to write",
}
KINDS = QgsProcessing.SourceType
LAYERS = {KINDS.TypeVectorPoint: "point layer", KINDS.TypeVectorPolygon: "polygon layer"}


def tr(text):
    """Return text in the user's language."""
    return QCoreApplication.translate("Lacrime", text)


def takes(definition):
    """Return what a parameter takes: its unit where it has one, else the kind of its values."""
    kind = definition.type()
    if kind == "number":
        whole = definition.dataType() == QgsProcessingParameterNumber.Type.Integer
        return tr("whole number") if whole else tr("number")
    if kind == "enum":
        return tr("some of a list") if definition.allowMultiple() else tr("one of a list")
    if kind == "source" and len(definition.dataTypes()) == 1:
        return tr(LAYERS.get(definition.dataTypes()[0], "layer"))
    if kind == "file" and definition.behavior() == QgsProcessingParameterFile.Behavior.Folder:
        return tr(TAKES["folder"])
    return tr(TAKES.get(kind, kind))


def where_it_goes(destination):
    """Return what is said of an output that says nothing itself."""
    if isinstance(destination, QgsProcessingParameterFolderDestination):
        return tr("The folder that the files go into.")
    if isinstance(destination, QgsProcessingParameterFileDestination):
        return tr("A page to read in a browser.")
    if isinstance(destination, QgsProcessingParameterRasterDestination):
        return tr("A GeoTIFF, kept only until QGIS closes unless a file is named.")
    return tr("A layer, kept only until QGIS closes unless a file or a database is named.")


def translate_choices(definition):
    """Let QGIS show a choice's options in the user's language, where they differ from the values."""
    if isinstance(definition, QgsProcessingParameterEnum) and any(tr(name) != name for name in definition.options()):
        shown_by = {"class": f"{__package__}.choices.TranslatedChoice"}  # imported when a dialog opens
        definition.setMetadata({**definition.metadata(), "widget_wrapper": shown_by})
