"""The catalogue: every analysis, declared once, group by group."""

from __future__ import annotations

from . import (
    clusters,
    comparisons,
    correlates,
    densities,
    forecasts,
    harm,
    hotspots,
    interventions,
    privacy,
    reports,
    risk,
    space_and_time,
    times,
    warnings,
)
from .summaries import SUMMARIES

ANALYSES = (
    *densities.ANALYSES,
    *hotspots.ANALYSES,
    *clusters.ANALYSES,
    *times.ANALYSES,
    *space_and_time.ANALYSES,
    *reports.ANALYSES,
    *warnings.ANALYSES,
    *forecasts.ANALYSES,
    *risk.ANALYSES,
    *harm.ANALYSES,
    *comparisons.ANALYSES,
    *interventions.ANALYSES,
    *correlates.ANALYSES,
    *privacy.ANALYSES,
)
BY_NAME = {analysis.name: analysis for analysis in ANALYSES}
__all__ = ["ANALYSES", "BY_NAME", "SUMMARIES"]
