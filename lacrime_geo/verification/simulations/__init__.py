"""The promises about chance, group by group of analyses."""

from __future__ import annotations

from ..declared import Simulation
from . import (
    of_changes,
    of_clusters,
    of_correlates,
    of_density,
    of_forecasts,
    of_hotspots,
    of_interventions,
    of_places,
    of_reports,
    of_risk,
    of_space_and_time,
    of_time,
    of_warnings,
)

SIMULATIONS: dict[str, tuple[Simulation, ...]] = {
    "Density": of_density.SIMULATIONS,
    "Hotspots": of_hotspots.SIMULATIONS,
    "Change": of_changes.SIMULATIONS,
    "Clusters": of_clusters.SIMULATIONS,
    "Time": of_time.SIMULATIONS,
    "Space and time": of_space_and_time.SIMULATIONS,
    "Data": of_reports.SIMULATIONS,
    "Early warning": of_warnings.SIMULATIONS,
    "Forecasts": of_forecasts.SIMULATIONS,
    "Where next": of_risk.SIMULATIONS,
    "Places compared": of_places.SIMULATIONS,
    "Interventions": of_interventions.SIMULATIONS,
    "Correlates": of_correlates.SIMULATIONS,
}
