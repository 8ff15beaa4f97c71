"""Incidents beyond the memory: read a part at a time, in this process or on a cluster."""

from .scanning import scan_incidents
from .scans import Scan
from .writing import is_partitioned

__all__ = ["Scan", "is_partitioned", "scan_incidents"]
