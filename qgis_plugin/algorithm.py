"""The one generic Processing algorithm: any analysis of the catalogue."""

import logging
import re
from html import escape

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from . import delivery, display, layers, picture_pages
from .base import LacrimeAlgorithm
from .feedback import progress_of
from .inputs import Inputs
from .lacrime_geo.landing import Landing
from .lacrime_geo.parameter_groups import LOOK_HELP, SELECTION_HELP
from .lacrime_geo.progress import advance, within
from .lacrime_geo.results import Marks, Picture, Surface, Table
from .outputs import Outputs
from .parameters import advanced, out_of_bounds, to_processing
from .provenance import Provenance

log = logging.getLogger("lacrime_geo")
OUTPUT = "OUTPUT"
SOURCES = {
    "incidents": [QgsProcessing.SourceType.TypeVectorPoint],
    "features": [QgsProcessing.SourceType.TypeVectorPolygon, QgsProcessing.SourceType.TypeVectorPoint],
}
INPUT_HELP = {
    "incidents": "The incidents, a point for each. A filter of the layer is respected, and its selection where that is chosen.",
    "features": "Areas or points with a value each. A filter of the layer is respected, and its selection where that is chosen.",
    "surface": "A raster of one band, such as a density.",
}
OR_TABLE = " A table without places will do: then there is no map."
POLYGONS_OR_RASTER = (
    "Areas with a value each, or a raster of one band, such as a density. A filter of the layer is respected."
)


class AnalysisAlgorithm(LacrimeAlgorithm):
    """Show one analysis in the toolbox and run it."""

    COMPUTED = 0.5  # the progress at which the analysis is done

    def __init__(self, analysis):
        super().__init__()
        self.analysis = analysis

    def createInstance(self):
        """Return a fresh copy, as Processing asks for each run."""
        return AnalysisAlgorithm(self.analysis)

    @property
    def needs(self):
        """The modules that must be there: scipy for all, more for some."""
        return ("scipy", *([self.analysis.needs[0]] if self.analysis.needs else []))

    @property
    def group_name(self):
        """The group in English."""
        return self.analysis.group

    def name(self):
        """Return the one name of the analysis."""
        return self.analysis.name

    def displayName(self):
        """Return the title in the toolbox."""
        return self.tr(self.analysis.title)

    def tags(self):
        """Return words by which the toolbox's search finds the algorithm."""
        return [self.tr(tag) for tag in self.analysis.tags]

    def shortDescription(self):
        """Return one sentence."""
        return self.tr(self.analysis.summary)

    def as_html(self, text):
        """Return a text of a docstring as HTML."""
        return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text, quote=False))

    @property
    def input_name(self):
        """The name of the input layer's parameter."""
        return self.analysis.input.upper()

    @property
    def takes_a_raster(self):
        """Whether the input is a raster layer."""
        return self.analysis.input == "surface"

    def initAlgorithm(self, configuration=None):
        """Declare the parameters and outputs from the catalogue."""
        title = self.tr(self.analysis.input.title())
        if self.takes_a_raster:
            made = QgsProcessingParameterRasterLayer(self.input_name, title)
        elif self.analysis.rasters:
            kinds = [QgsProcessing.SourceType.TypeVectorPolygon, QgsProcessing.SourceType.TypeRaster]
            made = QgsProcessingParameterMapLayer(self.input_name, title, None, False, kinds)
        else:
            kinds = [QgsProcessing.SourceType.TypeVector] if self.analysis.tables else SOURCES[self.analysis.input]
            made = QgsProcessingParameterFeatureSource(self.input_name, title, kinds)
        text = POLYGONS_OR_RASTER if self.analysis.rasters else INPUT_HELP[self.analysis.input]
        made.setHelp(self.tr(f"{text}{OR_TABLE}" if self.analysis.tables else text))
        self.addParameter(made)
        for parameter in (*self.analysis.params, *self.analysis.second_params):
            required = self.analysis.required(parameter.name)
            default = None if required else self.analysis.default(parameter.name)
            text = self.analysis.help(parameter.name)
            for made in to_processing(parameter, self.input_name, default, not required, text):
                self.addParameter(made)
        for parameter in self.analysis.selection:
            text = SELECTION_HELP[parameter.name]
            for made in to_processing(parameter, self.input_name, None, True, text):
                self.addParameter(advanced(made))
        for parameter in self.analysis.look:
            default = self.analysis.default(parameter.name)
            for made in to_processing(parameter, self.input_name, default, True, LOOK_HELP[parameter.name]):
                self.addParameter(advanced(made))
        self._declare_outputs()

    def _declare_outputs(self):
        kinds = QgsProcessing.SourceType
        title = self.tr(self.analysis.title)
        if issubclass(self.analysis.result, Surface):
            made = QgsProcessingParameterRasterDestination(OUTPUT, title)
        else:
            kind = kinds.TypeVector if issubclass(self.analysis.result, Table) else kinds.TypeVectorAnyGeometry
            made = QgsProcessingParameterFeatureSink(OUTPUT, title, kind)
        made.setHelp(self.tr(self.analysis.returns))
        self.addParameter(made)
        if issubclass(self.analysis.result, Picture):
            made = picture_pages.declared(self.tr("Page with the picture"))
            made.setHelp(
                self.tr("The picture, what it shows and what was left out, as a page; .svg or .png: the picture.")
            )
            self.addParameter(made)
        if self.analysis.second:
            table = issubclass(self.analysis.second_result, Table)
            marks = issubclass(self.analysis.second_result, Marks)
            shapes = kinds.TypeVectorAnyGeometry if marks else kinds.TypeVectorPolygon
            kind = kinds.TypeVector if table else shapes
            name, title = self.analysis.second.upper(), self.tr(self.analysis.second_title)
            # A further table is made only when asked for.
            made = QgsProcessingParameterFeatureSink(name, title, kind, None, True, not table)
            made.setHelp(self.tr(self.analysis.second_summary))
            self.addParameter(made)

    def checkParameterValues(self, parameters, context):
        """Name a number out of bounds in the library's words, before Processing's own checks."""
        for parameter in (*self.analysis.params, *self.analysis.second_params):
            sentence = out_of_bounds(parameter, parameters.get(parameter.name.upper()))
            if sentence:
                return False, sentence
        return super().checkParameterValues(parameters, context)

    def take(self, parameters, context, feedback):
        """Take the input layers as they are now."""
        super().take(parameters, context, feedback)
        self.layers = layers.taken(self, parameters, context)

    def carry_out(self, parameters, context, feedback):
        """Read, run, write; the outputs land together or not at all."""
        with Landing(Inputs(self, parameters, context).files_read()) as landing:
            return self._run(parameters, context, feedback, landing)

    def _run(self, parameters, context, feedback, landing):
        outputs, inputs = Outputs(self, parameters, context, landing), Inputs(self, parameters, context)
        self._stage(outputs)
        progress = progress_of(feedback)
        source, options = inputs.source(), inputs.options(self.analysis.params)
        original = source if self._writes_input_again(outputs, inputs, options) else None
        data = inputs.data(source, options, within(progress, 0.0, 0.15))
        inputs.add_layers(self.analysis.params, data, options, within(progress, 0.15, 0.2))
        result = self.analysis.call(data, within(progress, 0.2, self.COMPUTED), **options)
        written = self._deliver(outputs, inputs, result, data, original, within(progress, self.COMPUTED, 1.0))
        # The last moment to cancel: after it the outputs move into their places.
        advance(progress, 1.0)
        return written

    def _stage(self, outputs):
        surface = issubclass(self.analysis.result, Surface)
        outputs.stage(OUTPUT, "surface" if surface else "vector")
        self.page = picture_pages.stage(outputs) if issubclass(self.analysis.result, Picture) else None
        if self.analysis.second:
            outputs.stage(self.analysis.second.upper(), "vector")

    def _writes_input_again(self, outputs, inputs, options):
        """Tell whether an output has the input's own features, with further columns."""
        results = self.analysis.result, self.analysis.second_result
        return any(issubclass(one, Marks) for one in results) and not inputs.are_counted(options)

    def _deliver(self, outputs, inputs, result, data, original, progress):
        """Make what else is wanted of a result, and write all; return where, by output."""
        second = self._second(outputs, inputs, result, data, within(progress, 0.0, 0.6))
        outputs.provenance = Provenance(self, {self.input_name: data, **inputs.layers_read})
        if self.analysis.look:
            result = result.styled(**inputs.options(self.analysis.look))
        return self._write(outputs, result, second, original, within(progress, 0.6, 1.0))

    def _second(self, outputs, inputs, result, data, progress):
        """Return the further layer or table of a result; None where there is none or the user skips it."""
        if not self.analysis.second:
            return None
        shown = self.analysis.second_params
        options = inputs.options(shown)
        if not outputs.parameters.get(self.analysis.second.upper()):
            given = [name for name, value in options.items() if value != self.analysis.default(name)]
            if given:
                log.warning("%s: of an output that is not made (%s)", ", ".join(given), self.analysis.second)
            return None
        if self.analysis.tables and issubclass(self.analysis.second_result, Marks) and not inputs.have_places():
            log.info("%s: none, as the input is a table without places", self.analysis.second)
            return None
        inputs.add_layers(shown, data, options, within(progress, 0.0, 0.1))
        return self.analysis.second_of(result, within(progress, 0.1, 1.0), **options)

    def _write(self, outputs, result, second, original, progress):
        """Write every output, and tell QGIS how each is to appear."""
        written = {OUTPUT: (result, delivery.write(outputs, OUTPUT, result, original, progress))}
        if second is not None:
            name = self.analysis.second.upper()
            written[name] = second, delivery.write(outputs, name, second, original, progress)
        with display.run_called(f"{self.group()} · {result.parameters['layer']}") as run:
            shown = {name: delivery.show(outputs, *output, run) for name, output in written.items() if output[1]}
        return {**shown, picture_pages.PAGE: picture_pages.write(*self.page, result)} if self.page else shown
