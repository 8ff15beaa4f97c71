"""Incidents beyond the memory: read a part at a time, in this process or on a cluster."""

from .scanning import scan_incidents
from .scans import Scan

__all__ = ["Scan", "scan_incidents"]
