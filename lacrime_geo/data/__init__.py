"""Readers that turn an agency's files into incidents, with a report of every rule applied."""

from .converting import convert
from .generic import read_incidents
from .lapd import read_lapd
from .offences import one_per_incident
from .portal.fetching import fetch
from .portal.portal_query import lapd_url
from .quality.audit import audit

__all__ = ["audit", "convert", "fetch", "lapd_url", "one_per_incident", "read_incidents", "read_lapd"]
