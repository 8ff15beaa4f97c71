"""lacrime:load_lapd: the department's file as cleaned points, with a report of every rule."""

from qgis.core import QgsProcessingParameterEnum

from ..base import tr
from ..lacrime_geo.data.categories import CATEGORIES, OTHER
from .loading import CATEGORY, Load


class LoadLapd(Load):
    """Load an LAPD incident file."""

    NAME = "load_lapd"
    TITLE = "Load LAPD incidents"
    TAGS = ("crime", "LAPD", "Los Angeles", "import", "open", "csv", "parquet", "clean", "police", "data")
    SUMMARY = "Load an incident file of the Los Angeles Police Department as cleaned points, with a report of every rule applied."
    HELP = (
        "Reports without a place stay as rows without a point; duplicates, placeholders and impossible dates are dealt with by "
        "rules that the audit counts. Nothing is dropped in silence. "
        "The audit also says what is wrong besides: shared places and the finest honest cell, times not known, breaks in the "
        "records."
    )
    FILE_HELP = (
        "<i>Crime Data from 2020 to Present</i>, or from 2010 to 2019, as the city's portal exports it (data.lacity.org) or a "
        "spreadsheet saves it: CSV, also gzipped or zipped; parquet where this QGIS can read it."
    )
    SEPARATOR = None

    def declare_category(self):
        """Let the user choose among the department's categories."""
        names = [*CATEGORIES, OTHER]
        made = QgsProcessingParameterEnum(CATEGORY, tr("Categories"), names, True, None, True, True)
        self.add(
            made,
            "Only incidents of these categories: the crime codes by the department's UCR-COMPSTAT list. Default: all.",
        )

    def categories(self, parameters, context):
        """Return those chosen; QGIS gives one blank for none."""
        return [name for name in self.parameterAsEnumStrings(parameters, CATEGORY, context) if name]

    def cleaned(self, table, parameters, context, progress):
        """Clean the table by the rules for the department's files."""
        from ..lacrime_geo.data.lapd import clean_lapd

        return clean_lapd(table, progress)
