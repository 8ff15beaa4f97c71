"""The report: one page that opens offline, with maps, charts and the ledger of claims."""

from .incident_reports import Report, report

__all__ = ["Report", "report"]
