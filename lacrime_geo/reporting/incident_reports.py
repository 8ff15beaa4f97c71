"""The report of incidents: sections with maps, charts, caveats and claims, in one page that opens offline."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Callable

from .. import checks, selection
from ..claim_tables import Ledger, ledger
from ..claims import Claim
from ..features import Features, as_boundary, as_features
from ..incidents import Incidents, as_incidents
from ..landing import Landing
from ..overlay import polygon_by_place
from ..overview_words import days_of
from ..parameters import Parameters, Unsaid, warned_once
from ..progress import Progress, advance, within
from ..refusals import refuse_weights
from ..results import Result
from ..severity.harm_scales import as_scale
from ..study_area import note_outside
from ..summaries import REPORTED, counted
from .area_alerts import in_several
from .audit_section import audit_section
from .clock_section import clock_section
from .contest_section import contest_section
from .forecast_section import forecast_section
from .harm_section import harm_section
from .map_section import map_section
from .methods_section import methods_section
from .season_section import season_section
from .sections import Section
from .told import Given, Made, attempted, said_by_several

NOT_FOR = (
    "This page tells where and when reports came, not why, and not where crime will be. It is not for stops, searches or arrests "
    "because of where someone was, not for patrols sent by one map alone, not for calling a neighbourhood dangerous or safe, and "
    "not for decisions about anybody's housing, insurance, credit or work."
)
LOOSE = 0.001  # of the incidents in several polygons
METHODS = "methods"
TITLES = {
    "map": "Map",
    "clock": "Clock",
    "season": "Season",
    "forecast": "Forecast",
    "contest": "Where next: predictors beside prior counts",
    "harm": "Harm",
    "audit": "The data",
    METHODS: "Methods",
}
SECTIONS = tuple(TITLES)
# Each section with its share of the time, and its words where it cannot be made.
MAKERS: dict[str, tuple[Callable[[Given, Progress], Made], float, str]] = {
    "map": (map_section, 4.0, "The map"),
    "clock": (clock_section, 0.2, "The clock"),
    "season": (season_section, 0.3, "The season"),
    "forecast": (forecast_section, 2.0, "The forecast"),
    "contest": (contest_section, 6.0, "The contest"),
    "harm": (harm_section, 1.0, "Harm"),
    "audit": (audit_section, 1.0, "The audit"),
}


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

    def __repr__(self) -> str:
        """Return its kind, its title and its sections."""
        return f"<{type(self).__name__} {self.title!r}: {', '.join(section.name for section in self.sections)}>"

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all sections, in the order of reading."""
        return tuple(claim for section in self.sections for claim in section.claims)

    @property
    def missing(self) -> dict[str, str]:
        """What could not be made and why, by section."""
        return {section.name: section.missing for section in self.sections if section.missing}

    def ledger(self) -> Ledger:
        """Return the claims as a table, a row for each."""
        return ledger(self.title, self.claims, self.parameters)

    def claims_json(self) -> str:
        """Return the claims as JSON."""
        return self.ledger().json()

    def html(self, projection: Any = None) -> str:
        """Return the whole page, which loads nothing from elsewhere.

        `projection` turns metric coordinates into degrees and back. Default: by pyproj.
        """
        from .report_pages import page_of

        return page_of(self, projection)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page (.html) or its claims (.json), atomically. Returns the path.

        Raises
        ------
        ValueError
            If the ending is another one.
        OSError
            If the folder is missing, read-only or full.
        """
        from ..files import check_format

        check_format("report", path)
        with Landing() as landing:
            self.write(landing.stage(path))
        return os.fspath(path)

    def write(self, path: Path, projection: Any = None) -> None:
        """Write the page, or of a path that ends in .json the claims, to a path already staged."""
        text = self.claims_json() if path.suffix.lower() == ".json" else self.html(projection)
        path.write_text(text, encoding="utf-8")


def report(
    incidents: Any,
    *,
    sections: str | Sequence[str] | None = None,
    boundary: Any = None,
    areas: Any = None,
    by: str | None = None,
    scale: Any = None,
    horizon: int | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> Report:
    """Report on incidents in one page: map, clock, season, forecast, contest, harm and audit, each number with what it rests on.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    sections : some of "map", "clock", "season", "forecast", "contest", "harm", "audit" and "methods", with commas between, or
        in a script a list. Default: all.
    boundary : polygon layer of the study area. Default: what lies around the incidents, a stand-in; a boundary is better.
    areas : polygon layer of the areas that alerts judge, such as divisions. Default: the polygons of a boundary that has several
        which do not overlap, else by the column of areas, without a map.
    by : name of the column whose values tell areas apart, in place of polygons. Default: one that is called like areas.
    scale : scale of harm: "part1_2" (LAPD crime codes), "ucr_part1" (categories) or the path of a CSV; in a script a HarmScale
        too. Default: the first of the two that has keys of these incidents.
    horizon : steps ahead that are forecast. Default: 3 months, 4 weeks or 7 days, as the file is long.
    seed : of all draws. Default 0.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Report
        Its `sections`, each with findings in words, charts and tables, caveats, and a sentence on what is `missing` and why;
        the `layers` of its map; its `claims` (`Claim`), every number of the findings with what it rests on and the code that
        finds it again. `.html()` is the page, `.save()` writes it, `.ledger()` gives the claims as a table.

    Raises
    ------
    ValueError
        If no incident has coordinates or lies inside the boundary, incidents have weights, a section or a scale is none of these,
        a layer has no polygons, there is no column `by`, or areas and by are both given.
        What a section needs and the incidents do not have is no error: the section says so, and the others are made.

    Notes
    -----
    Every analysis runs with its own defaults, chosen from the data, and the section on methods names them with their sources.
    Nothing that is known of victims is used or shown. Reported crime is not crime.

    Examples
    --------
    >>> import numpy as np
    >>> from lacrime_geo import Incidents
    >>> x, y = np.random.default_rng(0).uniform(0, 3000, (2, 900))
    >>> found = report(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"), sections="map,clock")
    >>> found.subtitle, found.claims[0].value, found.missing["clock"][:28]
    ('900 incidents without a time column', 900, 'The clock could not be made:')
    """
    names = _named(sections)
    everything = as_incidents(incidents)
    refuse_weights(everything, "a report counts incidents")
    placed = everything.located()
    _refuse_wrong(everything, areas, by, scale, horizon)
    study = as_boundary(boundary, placed.crs)
    if study is not None:
        _refuse_elsewhere(placed, study)
    given = Given(everything, study, _watched(areas, by, study, placed), by, scale, horizon, seed)
    with warned_once():
        return _made(given, names, progress)


def _watched(areas: Any, by: str | None, boundary: Features | None, placed: Incidents) -> Features | None:
    """Return the polygons that alerts judge: those given, else those of a boundary that has several, such as divisions."""
    if areas is not None:
        return as_features(areas, crs=placed.crs)
    if by is not None or boundary is None or boundary.size < 2:
        return None
    # Outlines drawn loosely bound a city, but tell none of its parts apart.
    return boundary if in_several(placed, boundary) <= LOOSE * placed.size else None


def _refuse_elsewhere(placed: Incidents, boundary: Features) -> None:
    """Raise where no incident is inside the boundary."""
    inside = polygon_by_place(boundary, placed.easting, placed.northing) >= 0
    note_outside(placed, inside, "are not on its maps", Unsaid())


def _refuse_wrong(incidents: Incidents, areas: Any, by: str | None, scale: Any, horizon: int | None) -> None:
    """Raise where what was given is wrong: a section would only say that it is missing."""
    if areas is not None and by is not None:
        raise ValueError("areas and by both tell the areas apart; give one of them.")
    if by is not None:
        checks.column(incidents.source, by)
    if scale is not None:
        as_scale(scale)
    if horizon is not None:
        checks.whole("horizon", horizon)


def _named(sections: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the sections asked for, in the order of reading."""
    asked = selection.words(sections) if isinstance(sections, str) else sections
    names = SECTIONS if asked is None else tuple(asked)
    for name in names:
        checks.option("sections", name, SECTIONS)
    if not names:
        raise ValueError(f"sections names none; name some of {', '.join(SECTIONS)}.")
    return tuple(name for name in SECTIONS if name in names)


def _made(given: Given, names: tuple[str, ...], progress: Progress) -> Report:
    """Make the sections one by one, each with its share of the progress."""
    parameters = Parameters(
        layer=given.incidents.label,
        period=given.incidents.period,
        crs=given.incidents.crs,
        read_by=given.incidents.read_by,
        sections=list(names),
        seed=given.seed,
    )
    parameters.update(given.incidents.selection)
    whole, done, made = sum(MAKERS[name][1] for name in names if name in MAKERS), 0.0, {}
    for name in (name for name in names if name in MAKERS):
        make, share, words = MAKERS[name]
        begun = time.perf_counter()
        part = within(progress, done / whole, (done + share) / whole)
        made[name] = attempted(words, partial(make, given), part)
        done += share
        parameters.log.info("section %s: %.1f s", name, time.perf_counter() - begun)
    advance(progress, 1.0)
    if METHODS in names:
        made[METHODS] = methods_section([run for one in made.values() for run in one.runs])
    return _report(given, made, parameters)


def _report(given: Given, made: Mapping[str, Made], parameters: Parameters) -> Report:
    caveats = (REPORTED, NOT_FOR, *said_by_several(made.values()))
    sections = tuple(one.section(name, TITLES[name], caveats) for name, one in made.items())
    layers = {name: layer for one in made.values() for name, layer in one.layers.items()}
    agency = f", {given.incidents.agency}" if given.incidents.agency else ""
    subtitle = f"{counted(given.incidents.size, 'incident')} {days_of(given.incidents)}{agency}"
    return Report(
        given.incidents.titled("Report"),
        subtitle,
        sections,
        layers,
        given.boundary,
        caveats,
        parameters,
    )
