"""What goes with what."""

from __future__ import annotations

from ..analysis import Analysis

ANALYSES: tuple[Analysis, ...] = ()
