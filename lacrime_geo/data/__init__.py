"""Readers that turn an agency's files into incidents, with a report of every rule applied."""

from .lapd import read_lapd

__all__ = ["read_lapd"]
