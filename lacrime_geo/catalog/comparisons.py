"""Places and agencies, compared fairly."""

from __future__ import annotations

from ..analysis import Analysis

ANALYSES: tuple[Analysis, ...] = ()
