"""What runs several analyses at once, by one reading: its layers land in one group, with a page that says what they show."""

from typing import NamedTuple

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterDestination,
)

from .. import delivery, display
from ..algorithm import AnalysisAlgorithm
from ..lacrime_geo.catalog import BY_NAME
from ..lacrime_geo.progress import advance, within
from ..outputs import require_page, write_page
from ..provenance import Provenance

PAGE = "SUMMARY"
SURFACE = "surface"
SINKS = {
    "points": QgsProcessing.SourceType.TypeVectorPoint,
    "polygons": QgsProcessing.SourceType.TypeVectorPolygon,
    "table": QgsProcessing.SourceType.TypeVector,
}


class Part(NamedTuple):
    """One of the layers: the result's name, the output's and its title, its kind, and the analysis that makes it alone.

    `without` are the parameters that this analysis is not given; `by_default` tells whether the toolbox makes the layer.
    """

    result: str
    output: str
    title: str
    kind: str
    single: str = ""
    without: tuple = ()
    by_default: bool = True


class SummaryProvenance(Provenance):
    """What a summary was given, with the values of its own options that it found from the data.

    A layer's parameters may have others of the same name: the cell size of a raster is not that of the cells.
    """

    def __init__(self, algorithm, inputs, chosen):
        super().__init__(algorithm, inputs)
        self.chosen = chosen

    def record(self, result):
        """Return all of it as a dict of JSON values."""
        return {**super().record(result), **({"chosen": self.chosen} if self.chosen else {})}


class SummaryAlgorithm(AnalysisAlgorithm):
    """Show a function that gives several results in the toolbox and run it; subclasses name its PARTS."""

    SUMMARY_OF, PARTS = None, ()
    COMPUTED = 0.7

    def __init__(self):
        super().__init__(self.SUMMARY_OF)

    def createInstance(self):
        """Return a fresh copy, as Processing asks for each run."""
        return type(self)()

    def _declare_outputs(self):
        for part in self.PARTS:
            title = self.tr(part.title)
            if part.kind == SURFACE:
                made = QgsProcessingParameterRasterDestination(part.output, title, None, True, part.by_default)
            else:
                kind = SINKS[part.kind]
                made = QgsProcessingParameterFeatureSink(part.output, title, kind, None, True, part.by_default)
            self.addParameter(made)
        page = QgsProcessingParameterFileDestination(PAGE, self.tr("Summary"), "HTML (*.html)", None, True, True)
        self.addParameter(page)

    def _stage(self, outputs):
        for part in self.PARTS:
            outputs.stage(part.output, SURFACE if part.kind == SURFACE else "vector")
        self.page = outputs.stage_page(PAGE)
        if self.page:
            require_page(self.page[1])

    def _writes_input_again(self, outputs, inputs, options):
        return any(part.kind == "points" and outputs.parameters.get(part.output) for part in self.PARTS)

    def _deliver(self, outputs, inputs, result, data, original, progress):
        read = {self.input_name: data, **inputs.layers_read}
        outputs.provenance = SummaryProvenance(self, read, self.chosen(result))
        written = self._write_parts(outputs, result, original, progress)
        if self.page:
            written[PAGE] = write_page(*self.page, result.html())
        return written

    def _write_parts(self, outputs, found, original, progress):
        """Write the layers that there are and that are wanted, and tell QGIS how each is to appear."""
        wanted = [part for part in self.PARTS if part.result in found.results and outputs.parameters.get(part.output)]
        written, whole = {}, outputs.provenance
        with display.run_called(found.title) as run:
            self.arrange(run, {part.result: found.results[part.result] for part in wanted})
            for number, part in enumerate(wanted):
                outputs.provenance = self._single(part, whole, outputs)
                result = found.results[part.result]
                step = within(progress, number / len(wanted), (number + 1) / len(wanted))
                path = delivery.write(outputs, part.output, result, original, step)
                if path:
                    written[part.output] = delivery.show(outputs, result, path, run)
                advance(step, 1.0)
        return written

    def arrange(self, run, shown):
        """Say which of the layers by name are not to be seen at first and which make map themes: none, but for subclasses."""

    def chosen(self, found):
        """Return the values of the algorithm's own options that were found from the data: none, but for subclasses."""
        return {}

    def _single(self, part, provenance, outputs):
        """Return how a layer is made again alone: by the analysis that makes it, where one does."""
        if not part.single:
            return provenance
        algorithm = AnalysisAlgorithm(BY_NAME[part.single])
        algorithm.initAlgorithm()
        given = {name: value for name, value in outputs.parameters.items() if name not in part.without}
        return provenance.as_of(algorithm, given)
