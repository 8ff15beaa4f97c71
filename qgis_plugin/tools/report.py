"""lacrime:report: one page of incidents with a map to explore, charts, caveats and claims, which opens in any browser."""

from qgis.core import QgsProcessingParameterFileDestination

from ..algorithm import OUTPUT, AnalysisAlgorithm
from ..lacrime_geo.catalog import SUMMARIES
from ..lacrime_geo.crs import Projection
from ..lacrime_geo.progress import advance
from ..outputs import require_page, write_page
from ..projecting import WGS_84, from_name, transformed


class Report(AnalysisAlgorithm):
    """Make the page; nothing in it is loaded from elsewhere."""

    NAME = "report"
    COMPUTED = 0.95

    def __init__(self):
        super().__init__(next(summary for summary in SUMMARIES if summary.name == self.NAME))

    def createInstance(self):
        """Return a fresh copy, as Processing asks for each run."""
        return type(self)()

    def _declare_outputs(self):
        page = QgsProcessingParameterFileDestination(OUTPUT, self.tr("Report"), "HTML (*.html)")
        page.setHelp(
            self.tr(
                "One file with all of it, which opens in any browser without a connection. Its claims can be saved as JSON there."
            )
        )
        self.addParameter(page)

    def _stage(self, outputs):
        self.page = outputs.stage_page(OUTPUT)
        require_page(self.page[1] if self.page else "")

    def _deliver(self, outputs, inputs, result, data, original, progress):
        page = result.html(projection_of(data.crs, outputs.context))
        advance(progress, 0.9)
        return {OUTPUT: write_page(*self.page, page)}


def projection_of(name, context):
    """Return how metric coordinates become degrees and back, by QGIS and the user's choice of datums."""
    crs = from_name(name)
    return Projection(
        lambda x, y: transformed(x, y, crs, WGS_84, context),
        lambda x, y: transformed(x, y, WGS_84, crs, context),
    )
