"""Qt's dates and moments as text, by the wall clock whatever the time zone."""

from qgis.PyQt.QtCore import QDateTime

DATE, MOMENT = "yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss"


def in_iso(value):
    """Return a QDate or QDateTime in ISO 8601."""
    return value.toString(MOMENT if isinstance(value, QDateTime) else DATE)
