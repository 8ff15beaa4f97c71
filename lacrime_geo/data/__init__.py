"""Readers that turn an agency's files into incidents, with a report of every rule applied."""

from .audit import audit
from .lapd import read_lapd

__all__ = ["audit", "read_lapd"]
