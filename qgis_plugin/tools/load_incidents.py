"""lacrime:load_incidents: any agency's file as points; which columns hold what is guessed, shown and kept."""

from qgis.core import QgsProcessingParameterCrs, QgsProcessingParameterEnum, QgsProcessingParameterString

from ..base import tr
from ..lacrime_geo.selection import words
from ..parameters import advanced
from .loading import CATEGORY, Load

CRS, DATE_ORDER, MAPPING = "CRS", "DATE_ORDER", "MAPPING"
ORDERS = ("month/day", "day/month")
COLUMNS = {
    "X": ("Column of longitude or x", "Guessed by its name, else by its content."),
    "Y": ("Column of latitude or y", "Guessed by its name, else by its content."),
    "DATE": ("Column of the date", "With or without the time. Guessed; without one there are no times."),
    "TIME": ("Column of the time of day", "Such as 13:05, 1:05 PM or 1305, where the date has none. Guessed."),
    "END": (
        "Column of the end",
        "When it had happened at the latest, where a beginning and an end are known. Guessed.",
    ),
    "REPORTED": ("Column of the report", "When it was reported. Guessed."),
    "CATEGORY_COLUMN": ("Column of the category", "The kind of incident. Guessed."),
}


class LoadIncidents(Load):
    """Load incidents from any CSV."""

    NAME = "load_incidents"
    TITLE = "Load incidents from a CSV"
    TAGS = (
        "crime",
        "import",
        "open",
        "csv",
        "parquet",
        "table",
        "clean",
        "police",
        "calls",
        "data",
        "geocoded",
        "geojson",
    )
    SUMMARY = "Load any agency's incidents from a CSV as cleaned points; which columns hold what is guessed, or named."
    HELP = (
        "The columns that were guessed stand in the log, the summary and the layer's metadata. Rows without a place stay as rows "
        "without a point. Nothing is dropped in silence. "
        "The audit also says what is wrong besides: shared places and the finest honest cell, times not known, breaks in the "
        "records."
    )
    FILE_HELP = (
        "CSV with commas, semicolons, tabs or bars, also gzipped or zipped; GeoJSON, or JSON records; parquet where this QGIS "
        "can read it."
    )
    SEPARATOR = None

    def declare_columns(self):
        """Let the user name columns, and the CRS of the coordinates."""
        for name, (title, text) in COLUMNS.items():
            self.add(QgsProcessingParameterString(name, tr(title), None, False, True), text)
        crs = QgsProcessingParameterCrs(CRS, tr("CRS of the coordinates"), None, True)
        self.add(crs, "Default: longitude and latitude (WGS 84), which the coordinates must allow.")
        order = QgsProcessingParameterEnum(DATE_ORDER, tr("Order of dates"), list(ORDERS), False, None, True, True)
        self.add(
            order,
            "For dates such as 05/12/2024. By default the numbers above 12 tell; without any it must be said.",
        )
        others = QgsProcessingParameterString(MAPPING, tr("Other columns, and about where it is"), None, False, True)
        self.add(
            advanced(others),
            "Such as id=Call ID, end_time=To Time, near=-122.6 45.5: longitude and latitude by which the CRS of projected "
            "coordinates is found, and degrees are checked.",
        )

    def declare_category(self):
        """Let the user name categories."""
        made = QgsProcessingParameterString(CATEGORY, tr("Category"), None, False, True)
        self.add(made, "Only incidents of this category, or of several separated by commas.")

    def categories(self, parameters, context):
        """Return those named."""
        return words(self.parameterAsString(parameters, CATEGORY, context).strip() or None)

    def cleaned(self, table, parameters, context, progress):
        """Find the columns and clean them."""
        from ..lacrime_geo.data.generic import clean_incidents
        from ..lacrime_geo.data.own_mapping import as_mapping, asked

        named = {name.lower(): self.parameterAsString(parameters, name, context).strip() for name in COLUMNS}
        crs = self.parameterAsCrs(parameters, CRS, context)
        named["crs"] = (crs.authid() or crs.toWkt()) if crs.isValid() else None
        named["date_order"] = self.parameterAsEnumString(parameters, DATE_ORDER, context)
        others = as_mapping(self.parameterAsString(parameters, MAPPING, context))
        return clean_incidents(table, asked(others, **named), progress)
