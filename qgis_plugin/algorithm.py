"""The one generic Processing algorithm: any analysis of the catalogue."""

import logging

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from . import display, marking, raster_layers, reading, writing
from .feedback import announcing, letting_go, progress_of
from .inputs import Inputs
from .lacrime_geo.landing import Landing, explained
from .lacrime_geo.parameter_groups import LOOK_HELP, SELECTION, SELECTION_HELP
from .lacrime_geo.progress import Cancelled, advance, within
from .lacrime_geo.results import Marks, Surface, Table
from .parameters import advanced, out_of_bounds, to_processing

log = logging.getLogger("lacrime_geo")
OUTPUT = "OUTPUT"
SOURCES = {
    "incidents": [QgsProcessing.SourceType.TypeVectorPoint],
    "features": [QgsProcessing.SourceType.TypeVectorPolygon, QgsProcessing.SourceType.TypeVectorPoint],
}


class AnalysisAlgorithm(QgsProcessingAlgorithm):
    """Show one analysis in the toolbox and run it."""

    def __init__(self, analysis):
        super().__init__()
        self.analysis = analysis

    def createInstance(self):
        """Return a fresh copy, as Processing asks for each run."""
        return AnalysisAlgorithm(self.analysis)

    def tr(self, text):
        """Return text in the user's language."""
        return QCoreApplication.translate("Lacrime", text)

    def name(self):
        """Return the one name of the analysis."""
        return self.analysis.name

    def displayName(self):
        """Return the title in the toolbox."""
        return self.tr(self.analysis.title)

    def group(self):
        """Return the group in the toolbox."""
        return self.tr(self.analysis.group)

    def groupId(self):
        """Return the group's unchanging name."""
        return self.analysis.group.lower()

    def tags(self):
        """Return words by which the toolbox's search finds the algorithm."""
        return [self.tr(tag) for tag in self.analysis.tags]

    def shortDescription(self):
        """Return one sentence."""
        return self.tr(self.analysis.summary)

    def shortHelpString(self):
        """Return the help beside the dialog: what it does, and each option with its unit and default."""
        shown = (*self.analysis.params, *self.analysis.second_params)
        rows = [f"<b>{p.label}</b>: {self.analysis.help(p.name)}" for p in shown]
        return self.tr(self.analysis.summary) + "<br><br>" + "<br><br>".join(rows)

    def canExecute(self):
        """Tell whether what the analysis needs is installed, and if not, what to do."""
        missing = self.analysis.missing()
        if missing is None:
            return True, ""
        return False, self.tr(
            f"{self.analysis.title} needs {missing}, which this QGIS does not have. Install it with QGIS's Python "
            f"(python3 -m pip install {missing}; on Windows in the OSGeo4W shell) and restart QGIS. All other algorithms work "
            "without it."
        )

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
            self.addParameter(QgsProcessingParameterRasterLayer(self.input_name, title))
        else:
            kinds = SOURCES[self.analysis.input]
            self.addParameter(QgsProcessingParameterFeatureSource(self.input_name, title, kinds))
        for parameter in (*self.analysis.params, *self.analysis.second_params):
            required = self.analysis.required(parameter.name)
            default = None if required else self.analysis.default(parameter.name)
            text = self.analysis.help(parameter.name)
            for made in to_processing(parameter, self.input_name, default, not required, text):
                self.addParameter(made)
        if self.analysis.selects:
            for parameter in SELECTION:
                text = SELECTION_HELP[parameter.name]
                for made in to_processing(parameter, self.input_name, None, True, text):
                    self.addParameter(advanced(made))
        for parameter in self.analysis.look:
            default = self.analysis.default(parameter.name)
            for made in to_processing(parameter, self.input_name, default, True, LOOK_HELP[parameter.name]):
                self.addParameter(advanced(made))
        self._declare_outputs()

    def _declare_outputs(self):
        if issubclass(self.analysis.result, Surface):
            self.addParameter(QgsProcessingParameterRasterDestination(OUTPUT, self.tr(self.analysis.title)))
        else:
            kinds = QgsProcessing.SourceType
            kind = kinds.TypeVector if issubclass(self.analysis.result, Table) else kinds.TypeVectorAnyGeometry
            self.addParameter(QgsProcessingParameterFeatureSink(OUTPUT, self.tr(self.analysis.title), kind))
        if self.analysis.second:
            table = issubclass(self.analysis.second_result, Table)
            kinds = QgsProcessing.SourceType
            kind = kinds.TypeVector if table else kinds.TypeVectorPolygon
            name, title = self.analysis.second.upper(), self.tr(self.analysis.second_title)
            # A further table is made only when asked for.
            self.addParameter(QgsProcessingParameterFeatureSink(name, title, kind, None, True, not table))

    def checkParameterValues(self, parameters, context):
        """Name a number out of bounds in the library's words, before Processing's own checks."""
        for parameter in (*self.analysis.params, *self.analysis.second_params):
            sentence = out_of_bounds(parameter, parameters.get(parameter.name.upper()))
            if sentence:
                return False, sentence
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        """Read, run, write; every error is one sentence, and a cancelled run writes nothing."""
        possible, sentence = self.canExecute()
        if not possible:  # qgis_process and scripts do not ask
            raise QgsProcessingException(sentence)
        try:
            with announcing(feedback), Landing(Inputs(self, parameters, context).files_read()) as landing, letting_go():
                return self._run(parameters, context, feedback, landing)
        except Cancelled:
            feedback.pushInfo(self.tr("Cancelled: nothing was written."))
            return {}
        except (ValueError, TypeError, ImportError) as problem:
            raise QgsProcessingException(str(problem)) from problem
        except OSError as problem:
            raise QgsProcessingException(problem.strerror or str(problem)) from problem

    def _run(self, parameters, context, feedback, landing):
        outputs, inputs = writing.Outputs(self, parameters, context, landing), Inputs(self, parameters, context)
        names = [OUTPUT, *([self.analysis.second.upper()] if self.analysis.second else [])]
        for name in names:
            outputs.stage(name, "surface" if issubclass(self.analysis.result, Surface) and name == OUTPUT else "vector")
        progress = progress_of(feedback)
        source, options = inputs.source(), inputs.options(self.analysis.params)
        marked = issubclass(self.analysis.result, Marks) and not inputs.are_counted(options)
        original = reading.Original(source, inputs.whole_layer(self.input_name)) if marked else None
        data = inputs.data(source, options, within(progress, 0.0, 0.2))
        inputs.add_layers(self.analysis.params, data, options)
        result = self.analysis.run(data, progress=within(progress, 0.2, 0.5), **options)
        second = self._second(outputs, inputs, result, data, within(progress, 0.5, 0.8))
        if self.analysis.look:
            result = result.styled(**inputs.options(self.analysis.look))
        written = self._write(outputs, result, second, original, within(progress, 0.8, 1.0))
        # The last moment to cancel: after it the outputs move into their places.
        advance(progress, 1.0)
        return written

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
        inputs.add_layers(shown, data, options)
        return self.analysis.second_of(result, progress, **options)

    def _write(self, outputs, result, second, original, progress):
        """Write every output, and tell QGIS how each is to appear."""
        written = {OUTPUT: (result, self._write_one(outputs, OUTPUT, result, original, progress))}
        if second is not None:
            name = self.analysis.second.upper()
            written[name] = second, self._write_one(outputs, name, second, None, progress)
        run = display.Run(f"{self.group()} · {result.parameters['layer']}")
        return {
            name: self._show(outputs, *output, run, name != OUTPUT) for name, output in written.items() if output[1]
        }

    def _write_one(self, outputs, name, result, original, progress):
        """Write a result to an output; return where, None when the user skips it."""
        if isinstance(result, Surface):
            return raster_layers.write_surface(outputs, name, result)
        if isinstance(result, Marks) and original is not None:
            return marking.write_marks(outputs, name, result, original, progress)
        if isinstance(result, Table):
            return writing.write_table(outputs, name, result)
        return writing.write_shapes(outputs, name, result, progress)

    def _show(self, outputs, shown, path, run, on_top):
        """Put style and metadata beside a file, and register the layer's appearance; return its final place."""
        if not isinstance(shown, Surface):
            outputs.check(path, len(shown), writing.placed_rows(shown))
        final = outputs.destination(path)
        if final != path:
            with explained(final):
                display.write_beside(shown, path.split("|")[0])
        if outputs.context.willLoadLayerOnCompletion(final):
            details = outputs.context.layerToLoadOnCompletionDetails(final)
            details.name = shown.label
            details.setPostProcessor(display.Appearance(shown, run, on_top))
        return final
