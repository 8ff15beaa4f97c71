"""lacrime:report_map: layers as a page for print, or as one page for each division, as PDF and PNG."""

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
)

from .. import projects
from ..base import tr
from ..feedback import progress_of
from ..lacrime_geo.progress import advance
from ..layouts import page
from ..layouts.request import Request
from ..layouts.sheet import Sheet
from .tool import Tool

LAYERS, TITLE, NOTE, SOURCE, EXTENT = "LAYERS", "TITLE", "NOTE", "SOURCE", "EXTENT"
PAPER, ORIENTATION, DIVISIONS, NAME_FIELD, DPI = "PAPER", "ORIENTATION", "DIVISIONS", "NAME_FIELD", "DPI"
PDF, PNG = "PDF", "PNG"
ORIENTATIONS = ("automatic", "landscape", "portrait")


class ReportMap(Tool):
    """Make a print layout of layers, keep it in the project, and write it."""

    NAME = "report_map"
    TITLE = "Map for a report"
    GROUP = "Maps"
    TAGS = ("report", "print", "layout", "PDF", "PNG", "atlas", "page", "export", "crime", "hotspot map")
    SUMMARY = (
        "Make a page for print: map, legend, scale bar, north arrow, method, period, number of incidents, sources."
    )
    HELP = (
        "What the page says is taken from the layers' own records. With divisions there is a page for each of them, in one PDF. "
        "The layout is kept in the project, to be changed in <i>Project › Layout Manager</i>."
    )

    def flags(self):
        """Ask to be run in the main thread, where layouts and the project may be changed."""
        return super().flags() | self.Flag.FlagNoThreading

    def initAlgorithm(self, configuration=None):
        """Declare what is shown, what is said, and the page."""
        self._declare_content()
        self._declare_page()
        pdf = QgsProcessingParameterFileDestination(PDF, tr("PDF"), "PDF (*.pdf)", None, True, True)
        self.add(pdf, "The page, or all pages of the divisions; texts stay texts.")
        png = QgsProcessingParameterFileDestination(PNG, tr("PNG"), "PNG (*.png)", None, True, False)
        self.add(png, "The page as a picture; not with divisions.")

    def _declare_content(self):
        kinds = QgsProcessing.SourceType
        self.add(
            QgsProcessingParameterMultipleLayers(LAYERS, tr("Layers"), kinds.TypeMapLayer, None, True),
            "Default: all that are visible in the project. The project's basemap comes along.",
        )
        self.add(QgsProcessingParameterString(TITLE, tr("Title"), None, False, True), "Default: what the layers show.")
        self.add(
            QgsProcessingParameterString(NOTE, tr("Note"), None, True, True),
            "Put before the notes on method, such as who made the map for whom.",
        )
        self.add(
            QgsProcessingParameterString(SOURCE, tr("Source of the data"), None, False, True),
            "Such as: Los Angeles Police Department, data.lacity.org. Default: the names of the layers that were analysed.",
        )
        self.add(
            QgsProcessingParameterExtent(EXTENT, tr("Extent"), None, True),
            "Default: all of what the analyses have made. Not with divisions.",
        )
        self.add(
            QgsProcessingParameterVectorLayer(DIVISIONS, tr("Divisions"), [kinds.TypeVectorPolygon], None, True),
            "A page for each of these areas.",
        )
        self.add(
            QgsProcessingParameterField(NAME_FIELD, tr("Name of the divisions"), None, DIVISIONS, optional=True),
            "The field with their names. Default: the first whose own name has 'name' in it, else the first with text.",
        )

    def _declare_page(self):
        size = QgsProcessingParameterEnum(PAPER, tr("Paper"), list(page.SIZES), False, "A4", False, True)
        self.add(size, "The page's size.")
        turn = QgsProcessingParameterEnum(
            ORIENTATION, tr("Orientation"), list(ORIENTATIONS), False, "automatic", False, True
        )
        self.add(turn, "Automatic: that on which the map is larger.")
        kind = QgsProcessingParameterNumber.Type.Integer
        dots = QgsProcessingParameterNumber(DPI, tr("Dots per inch"), kind, 300, False, 72, 600)
        self.add(dots, "Of the PNG, and of what is no line or text in the PDF.", advanced=True)

    def carry_out(self, parameters, context, feedback):
        """Make the page and write it; the files land together or not at all."""
        from ..lacrime_geo.landing import Landing

        if context.project() is not None:
            projects.require_main_thread(context.project())
        with Landing() as landing:
            return self._run(Request(self, parameters, context, feedback), landing, progress_of(feedback), feedback)

    def _run(self, request, landing, progress, feedback):
        files = request.files(landing)
        sheet = Sheet(request, feedback)
        advance(progress, 0.1)
        for staged, _ in files.values():
            if not sheet.write(staged, feedback):
                advance(progress, 1.0)  # raises: it was cancelled
            advance(progress, 0.9)
        # The last moment to cancel: after it the files move into their places.
        advance(progress, 1.0)
        sheet.keep(feedback)
        return {name: final for name, (_, final) in files.items()}
