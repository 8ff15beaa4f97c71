"""The report of incidents: sections with maps, charts, caveats and claims, in one page that opens offline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..claims import Claim
from ..features import Features, as_boundary
from ..incidents import as_incidents
from ..overview import overview
from ..parameters import Parameters
from ..progress import Progress
from ..results import Result
from .sections import Section


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """Hold a report: its sections in the order of reading, the layers of its map, and the claims of all sections."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    layers: Mapping[str, Result]
    boundary: Features | None
    caveats: tuple[str, ...]
    parameters: Parameters

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all sections, in the order of reading."""
        return tuple(claim for section in self.sections for claim in section.claims)

    def html(self, projection: Any = None) -> str:
        """Return the whole page, which loads nothing from elsewhere."""
        from .report_pages import page_of

        return page_of(self, projection)


def report(
    incidents: Any,
    *,
    sections: Any = None,
    boundary: Any = None,
    areas: Any = None,
    by: str | None = None,
    scale: Any = None,
    horizon: int | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> Report:
    """Report on incidents: maps, clock, season, forecast, contest, harm and audit, each number with what it rests on."""
    everything = as_incidents(incidents)
    area = as_boundary(boundary, everything.crs)
    found = overview(everything, boundary=area, progress=progress)
    layers = {name: found.results[name] for name in ("density", "hotspots", "clusters") if name in found.results}
    parts = (Section("map", "Map", found.findings, caveats=found.caveats),)
    return Report(everything.titled("Report"), found.findings[0], parts, layers, area, found.caveats, found.parameters)
