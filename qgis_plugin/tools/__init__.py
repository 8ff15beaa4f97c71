"""The algorithms that are no analysis of the catalogue: data in, maps out, and what surrounds them."""

from .basemap import AddBasemap
from .check_installation import CheckInstallation
from .compare_periods import ComparePeriods
from .load_incidents import LoadIncidents
from .load_lapd import LoadLapd
from .overview import Overview
from .report import Report
from .report_map import ReportMap
from .rerun import Rerun
from .verify import Verify

TOOLS = (
    AddBasemap,
    CheckInstallation,
    ComparePeriods,
    LoadIncidents,
    LoadLapd,
    Overview,
    Report,
    ReportMap,
    Rerun,
    Verify,
)
