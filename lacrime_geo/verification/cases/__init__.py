"""The published cases, group by group of analyses."""

from __future__ import annotations

from ..declared import Case
from . import (
    of_changes,
    of_clusters,
    of_correlates,
    of_density,
    of_forecasts,
    of_harm,
    of_hotspots,
    of_interventions,
    of_places,
    of_privacy,
    of_reports,
    of_risk,
    of_space_and_time,
    of_time,
    of_warnings,
)

CASES: dict[str, tuple[Case, ...]] = {
    "Density": of_density.CASES,
    "Hotspots": of_hotspots.CASES,
    "Change": of_changes.CASES,
    "Clusters": of_clusters.CASES,
    "Time": of_time.CASES,
    "Space and time": of_space_and_time.CASES,
    "Data": of_reports.CASES,
    "Early warning": of_warnings.CASES,
    "Forecasts": of_forecasts.CASES,
    "Where next": of_risk.CASES,
    "Harm": of_harm.CASES,
    "Places compared": of_places.CASES,
    "Interventions": of_interventions.CASES,
    "Correlates": of_correlates.CASES,
    "Privacy": of_privacy.CASES,
}
