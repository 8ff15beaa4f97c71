"""Incidents of any number as a folder of GeoParquet files, sorted in bounded memory, and what tells that it is complete."""

from .manifest import MANIFEST, is_partitioned, require_finished

__all__ = ["MANIFEST", "is_partitioned", "require_finished"]
