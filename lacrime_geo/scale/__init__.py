"""Incidents beyond the memory: read a partition at a time, in this process or on a cluster."""
