"""How a layer came to be: the algorithm, what it was given, the inputs' fingerprints, every choice made, and when."""

import copy
import json
import re
from datetime import datetime, timezone

from qgis.core import (
    QgsDataSourceUri,
    QgsLayerMetadata,
    QgsMapLayer,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProperty,
)
from qgis.PyQt.QtCore import QDate, QDateTime
from qgis.PyQt.QtXml import QDomDocument

from .file_layers import opened_raster
from .lacrime_geo import __version__
from .lacrime_geo.fingerprints import fingerprint
from .lacrime_geo.privacy.safe_layers import SafeLayer
from .layers import vector_layer
from .moments import in_iso

QMD_ITEM = "lacrime_qmd"  # of a GeoTIFF's metadata
PASSWORD = re.compile(r"""\s?\bpassword=('(\\.|[^'\\])*'|"[^"]*"|\S+)""", re.IGNORECASE)
IN_ADDRESS = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]*@")  # of user:password@host
CAVEAT = (
    "Reported incidents only: reported crime is not all crime. Made with lacrime_geo; the history lists every parameter used, "
    "and why it was chosen where it was found from the data."
)


class Provenance:
    """What one run was given, for the metadata of all its layers; `inputs` are the data it read, by parameter."""

    def __init__(self, algorithm, inputs):
        self.algorithm = f"lacrime:{algorithm.name()}"
        self.given = algorithm.given
        self.inputs = {
            name: {"name": data.label, "fingerprint": fingerprint(data)}
            for name, data in inputs.items()
            if data is not None
        }
        self.made = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def as_of(self, algorithm, parameters):
        """Return the same as if another algorithm had been given these parameters: one that makes one of the layers alone."""
        single = copy.copy(self)
        names = {definition.name() for definition in algorithm.parameterDefinitions()} & set(parameters)
        single.algorithm = f"lacrime:{algorithm.name()}"
        single.given = {name: value for name, value in self.given.items() if name in names}
        single.inputs = {name: data for name, data in self.inputs.items() if name in single.given}
        return single

    def without_sources(self):
        """Return the same without what was given and read: paths and filters tell of files that stay at home."""
        bare = copy.copy(self)
        bare.given, bare.inputs = {}, {}
        return bare

    def record(self, result):
        """Return all of it with a result's own parameters as a dict of JSON values."""
        return {
            "algorithm": self.algorithm,
            "version": __version__,
            "made": self.made,
            "given": self.given,
            "inputs": self.inputs,
            "parameters": json.loads(result.parameters.record()),
        }

    def lines(self):
        """Return what Layer Properties show of it before the parameters, a sentence each."""
        found = [f"made: {self.made} by {self.algorithm} of lacrime_geo {__version__}"]
        for name, data in self.inputs.items():
            found.append(f"input {name}: {data['name']}, fingerprint {data['fingerprint']}")
        return [*found, *(f"given {name}: {value}" for name, value in self.given.items())]


def given_to(algorithm, parameters, context):
    """Return what the user gave for each parameter but the outputs, as JSON values; layers by their source, without passwords."""
    outputs = {definition.name() for definition in algorithm.destinationParameterDefinitions()}
    found = {}
    for definition in algorithm.parameterDefinitions():
        name = definition.name()
        value = parameters.get(name)
        if name not in outputs and value not in (None, ""):
            found[name] = plain(value, algorithm, name, parameters, context)
    return found


def plain(value, algorithm, name, parameters, context):
    """Return a parameter's value as JSON takes it."""
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        layer = vector_layer(algorithm, parameters, name, context)
        return {"source": _source(layer), "selected features only": value.selectedFeaturesOnly}
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(context.expressionContext())
    if isinstance(value, QgsMapLayer):
        return _source(value)
    if isinstance(value, (QDateTime, QDate)):
        return in_iso(value)
    if isinstance(value, (list, tuple)):
        return [plain(one, algorithm, name, parameters, context) for one in value]
    if isinstance(value, str):
        layer = context.getMapLayer(value)
        return _source(layer) or without_passwords(value)
    return value if isinstance(value, (bool, int, float)) else str(value)


def _source(layer):
    return without_passwords(layer.source()) if layer is not None else None


def without_passwords(text):
    """Return a text without the passwords of sources that it names."""
    # QGIS itself takes a password to end at its first blank.
    return QgsDataSourceUri.removePassword(IN_ADDRESS.sub(r"\1@", PASSWORD.sub("", text)))


def metadata_of(result, provenance=None):
    """Return the layer metadata: what was done in words, every parameter with its reason, and all of it as one JSON text."""
    if provenance and isinstance(result, SafeLayer):
        provenance = provenance.without_sources()
    metadata = QgsLayerMetadata()
    metadata.setTitle(result.label)
    metadata.setType("dataset")
    metadata.setAbstract(CAVEAT)
    for line in provenance.lines() if provenance else ():
        metadata.addHistoryItem(line)
    for name, value in result.parameters.items():
        if not isinstance(value, list):
            metadata.addHistoryItem(f"{name}: {value}")
    for sentence in result.parameters.get("warnings", []):
        metadata.addHistoryItem(f"warning: {sentence}")
    record = provenance.record(result) if provenance else json.loads(result.parameters.record())
    metadata.addHistoryItem(json.dumps(record, ensure_ascii=False, default=str))
    return metadata


def as_qmd(metadata):
    """Return layer metadata as the text of a .qmd file."""
    document = QDomDocument("qgis")
    root = document.createElement("qgis")
    document.appendChild(root)
    metadata.writeMetadataXml(root, document)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + document.toString(2)


def _inside_raster(layer):
    """Return the metadata that stand in a GeoTIFF: QGIS opens rasters without theirs."""
    metadata, document = QgsLayerMetadata(), QDomDocument()
    dataset = opened_raster(layer.source())
    inside = dataset.GetMetadataItem(QMD_ITEM) if dataset is not None else None
    if inside:
        document.setContent(inside)
        metadata.readMetadataXml(document.documentElement())
    return metadata


def kept_metadata(layer):
    """Return a layer's metadata, those inside a GeoTIFF where QGIS has read none."""
    metadata = layer.metadata()
    return _inside_raster(layer) if not metadata.history() and layer.providerType() == "gdal" else metadata


def record_of(layer):
    """Return the record that a layer's metadata hold, None where it was not made by this plugin."""
    for line in reversed(kept_metadata(layer).history()):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and str(record.get("algorithm", "")).startswith("lacrime:"):
            return record
    return None
