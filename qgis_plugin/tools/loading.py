"""What loads an agency's file: cleaned points, the audit as a table and a page; both loaders do it alike."""

from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .. import delivery, display, ogr_tables, points
from ..base import tr
from ..feedback import progress_of
from ..lacrime_geo import selection
from ..lacrime_geo.landing import Landing
from ..lacrime_geo.progress import advance, within
from ..moments import in_iso
from ..outputs import Outputs, require_page, write_page
from ..provenance import Provenance
from .tool import Tool

FILE, SINCE, UNTIL, CATEGORY, HOURS = "FILE", "SINCE", "UNTIL", "CATEGORY", "HOURS"
OUTPUT, AUDIT, SUMMARY = "OUTPUT", "AUDIT", "SUMMARY"


class Load(Tool):
    """Read a file, clean it, choose from it; subclasses say which columns they ask for and how the table is cleaned."""

    GROUP = "Data"

    def initAlgorithm(self, configuration=None):
        """Declare the file, what is asked of it, and the outputs."""
        kinds = "CSV (*.csv *.csv.gz *.gz *.zip *.txt);;GeoJSON, JSON (*.geojson *.json)"
        kinds += ";;Parquet (*.parquet)" if ogr_tables.can_read_parquet() else ""
        self.add(QgsProcessingParameterFile(FILE, tr("File"), fileFilter=kinds), self.FILE_HELP)
        self.declare_columns()
        kind = QgsProcessingParameterDateTime.Type.DateTime
        since = QgsProcessingParameterDateTime(SINCE, tr("From (inclusive)"), kind, None, True)
        self.add(since, "Only incidents from this date or moment on.")
        until = QgsProcessingParameterDateTime(UNTIL, tr("Until (exclusive)"), kind, None, True)
        self.add(until, "Only incidents before this date or moment.")
        self.declare_category()
        hours = QgsProcessingParameterString(HOURS, tr("Hours of the day"), None, False, True)
        self.add(
            hours,
            "Only these hours, such as 22-4 (from 22:00 until before 4:00) or 6-9, 16-19. Incidents whose time of day is not "
            "known are left out then, and counted.",
        )
        self._declare_outputs()

    def _declare_outputs(self):
        kinds = QgsProcessing.SourceType
        self.addParameter(QgsProcessingParameterFeatureSink(OUTPUT, tr("Incidents"), kinds.TypeVectorPoint))
        self.addParameter(QgsProcessingParameterFeatureSink(AUDIT, tr("Audit"), kinds.TypeVector, None, True, True))
        page = QgsProcessingParameterFileDestination(SUMMARY, tr("Summary"), "HTML (*.html)", None, True, True)
        self.addParameter(page)

    def declare_columns(self):
        """Declare which columns hold what: nothing, but for subclasses."""

    def checkParameterValues(self, parameters, context):
        """Name the reason why a file cannot be read here before anything runs."""
        sentence = ogr_tables.unreadable(self.parameterAsFile(parameters, FILE, context))
        return (False, sentence) if sentence else super().checkParameterValues(parameters, context)

    def carry_out(self, parameters, context, feedback):
        """Read, clean, choose, write; the outputs land together or not at all."""
        path = self.parameterAsFile(parameters, FILE, context)
        if not path:
            raise QgsProcessingException(tr("No file was named; choose one."))
        with Landing([path]) as landing:
            return self._run(Path(path), parameters, context, progress_of(feedback), landing)

    def _run(self, path, parameters, context, progress, landing):
        from ..lacrime_geo.data.loading_page import loading_page
        from ..lacrime_geo.data.quality.audit import audit
        from ..lacrime_geo.data.tables import SourceFile

        outputs = Outputs(self, parameters, context, landing)
        for name in (OUTPUT, AUDIT):
            outputs.stage(name, "vector")
        page = outputs.stage_page(SUMMARY)
        if page:
            require_page(page[1])
        chosen = self._chosen(parameters, context)
        table = ogr_tables.read_table(path, self.SEPARATOR, within(progress, 0.0, 0.4))
        loaded = points.in_degrees(self.cleaned(table, parameters, context, within(progress, 0.4, 0.5)), context)
        # The audit is of the whole file, whatever was asked of it.
        found = audit(loaded, progress=within(progress, 0.5, 0.57))
        loaded = loaded.select(**chosen)
        advance(progress, 0.58)
        outputs.provenance = Provenance(self, {FILE: SourceFile(path)})
        advance(progress, 0.6)
        results = {OUTPUT: loaded, AUDIT: found}
        written = _write(outputs, results, f"{self.group()} · {loaded.parameters['layer']}", within(progress, 0.6, 1.0))
        if page:
            written[SUMMARY] = write_page(*page, loading_page(loaded, found))
        # The last moment to cancel: after it the outputs move into their places.
        advance(progress, 1.0)
        return written

    def _chosen(self, parameters, context):
        """Return the period, categories and hours asked for, None for those that are not; what is none is refused at once."""
        found = {"category": self.categories(parameters, context) or None}
        found["hours"] = self.parameterAsString(parameters, HOURS, context).strip() or None
        for name in (SINCE, UNTIL):
            moment = self.parameterAsDateTime(parameters, name, context)
            given = parameters.get(name) not in (None, "")
            found[name.lower()] = (in_iso(moment) if moment.isValid() else parameters[name]) if given else None
        selection.refuse_unreadable(found["since"], found["until"], found["hours"])
        return found


def _write(outputs, results, title, progress):
    """Write the points and the table, and tell QGIS how each is to appear."""
    written = {
        OUTPUT: points.write_points(outputs, OUTPUT, results[OUTPUT], progress),
        AUDIT: delivery.write(outputs, AUDIT, results[AUDIT], None, None),
    }
    with display.run_called(title) as run:
        return {name: delivery.show(outputs, results[name], path, run) for name, path in written.items() if path}
