"""lacrime:rerun: repeat a layer from its own metadata, on new data."""

import os

from qgis.core import (
    QgsApplication,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingUtils,
    QgsProperty,
)

from ..base import tr
from ..feedback import progress_of
from ..lacrime_geo.progress import advance
from ..lacrime_geo.summaries import make_folder
from ..moments import in_iso
from ..provenance import record_of
from .tool import Tool

LAYER, INPUT, KEEP, SINCE, UNTIL, FOLDER = "LAYER", "INPUT", "KEEP_CHOICES", "SINCE", "UNTIL", "FOLDER"
NEEDED = {"version", "given", "inputs", "parameters"}


class Rerun(Tool):
    """Run again what made a layer, with the same options, on the same or on new data."""

    NAME = "rerun"
    TITLE = "Repeat a layer on new data"
    GROUP = "Help"
    TAGS = ("repeat", "update", "provenance", "metadata", "again", "crime")
    SUMMARY = "Run again what made a layer, with the options that its metadata keep, on the same or on new data."
    HELP = "The layer's metadata say which algorithm made it and what that was given; nothing else is needed."

    def initAlgorithm(self, configuration=None):
        """Declare the layer, the new data, and where the new layers go."""
        self.add(QgsProcessingParameterMapLayer(LAYER, tr("Layer to repeat")), "A layer that this plugin has made.")
        self.add(
            QgsProcessingParameterMapLayer(INPUT, tr("New data"), None, True),
            "The layer to use in place of the first input. Default: the same as then.",
        )
        self.add(
            QgsProcessingParameterBoolean(KEEP, tr("Keep the values that were chosen from the data"), True),
            "Use the cell size, bandwidth, distances and so on of then, so that both maps can be compared. Else: chosen anew.",
        )
        kind = QgsProcessingParameterDateTime.Type.DateTime
        self.add(
            QgsProcessingParameterDateTime(SINCE, tr("From (inclusive)"), kind, None, True),
            "Begin of the period in place of that of then.",
        )
        self.add(
            QgsProcessingParameterDateTime(UNTIL, tr("Until (exclusive)"), kind, None, True),
            "End of the period in place of that of then.",
        )
        self.add(
            QgsProcessingParameterFolderDestination(FOLDER, tr("Folder for the new layers")),
            "Where the files are written.",
        )

    def take(self, parameters, context, feedback):
        """Find the record, put the new data into it, and let the algorithm take the layers."""
        super().take(parameters, context, feedback)
        layer = self.parameterAsLayer(parameters, LAYER, context)
        record = _record(layer)
        found = _algorithm(record, layer)
        given = {name: _again(value) for name, value in record["given"].items()}
        if self.parameterAsBool(parameters, KEEP, context):
            given = {**_chosen(found, record), **given}
        given.update(self._changed(parameters, context, record))
        _require_input(found, given, record, context)
        for name, value in given.items():
            feedback.pushInfo(
                f"{name} = {value if isinstance(value, (str, int, float)) else record['given'].get(name, value)}"
            )
        self.folder = self.parameterAsString(parameters, FOLDER, context)
        self.repeated, self.again = found.create(), {**given, **_outputs(found, self.folder, context)}
        possible, sentence = self.repeated.checkParameterValues(self.again, context)
        if not possible:
            raise QgsProcessingException(sentence)
        self.repeated.prepare(self.again, context, feedback)

    def carry_out(self, parameters, context, feedback):
        """Run the algorithm again."""
        make_folder(self.folder)
        made = self.repeated.runPrepared(self.again, context, feedback)
        advance(progress_of(feedback), 1.0)  # raises where the run was cancelled
        return {FOLDER: self.folder, **made}

    def _changed(self, parameters, context, record):
        """Return what the user wants otherwise than then."""
        found = {}
        new = self.parameterAsLayer(parameters, INPUT, context)
        if new is not None:
            found[next(iter(record["inputs"]))] = new
        for name in (SINCE, UNTIL):
            moment = self.parameterAsDateTime(parameters, name, context)
            if parameters.get(name) and moment.isValid():
                found[name] = in_iso(moment)
        return found


def _record(layer):
    record = None if layer is None else record_of(layer)
    if record is None or not NEEDED <= set(record):
        name = "" if layer is None else f" {layer.name()!r}"
        raise QgsProcessingException(
            f"The metadata of the layer{name} do not say how it was made; choose a layer that an algorithm of Lacrime has made."
        )
    return record


def _algorithm(record, layer):
    found = QgsApplication.processingRegistry().algorithmById(record["algorithm"])
    if found is None:
        raise QgsProcessingException(
            f"{layer.name()!r} was made by {record['algorithm']} of version {record['version']}, which is not installed here."
        )
    return found


def _require_input(algorithm, given, record, context):
    """Raise where the layer of then is gone, and no other was given."""
    for name in list(record["inputs"])[:1]:
        source = given.get(name)
        is_file = algorithm.parameterDefinition(name).type() == "file"
        if not is_file and isinstance(source, str) and QgsProcessingUtils.mapLayerFromString(source, context) is None:
            raise QgsProcessingException(
                f"{record['inputs'][name]['name']!r}, which the layer was made from, is no longer at "
                f"{source!r}; name the new data."
            )


def _again(value):
    """Return a value as the parameters take it: a source of which only the selected features were used."""
    if isinstance(value, dict):
        return QgsProcessingFeatureSourceDefinition(
            QgsProperty.fromValue(value["source"]), value["selected features only"]
        )
    return value


def _chosen(algorithm, record):
    """Return the options that were found from the data then: those named as such, else those with a reason beside them."""
    kept = record["parameters"]
    found = record.get("chosen") or {name: value for name, value in kept.items() if f"{name}_reason" in kept}
    names = {definition.name(): definition.name().lower() for definition in algorithm.parameterDefinitions()}
    return {name: found[lower] for name, lower in names.items() if lower in found}


def _outputs(algorithm, folder, context):
    """Return a file in the folder for each output that the algorithm makes by default, loaded when there is a project."""
    found = {}
    for definition in algorithm.destinationParameterDefinitions():
        if not definition.createByDefault():
            continue
        path = os.path.join(
            folder, f"{algorithm.name()}_{definition.name().lower()}.{definition.defaultFileExtension()}"
        )
        loaded = context.project() is not None and definition.type() in (
            "sink",
            "rasterDestination",
            "vectorDestination",
        )
        found[definition.name()] = QgsProcessingOutputLayerDefinition(path, context.project()) if loaded else path
    return found
