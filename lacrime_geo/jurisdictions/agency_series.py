"""What every analysis of agencies over years begins with: the panel, its usable series, and the record of both."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..parameters import Parameters, in_plain_words
from ..progress import Progress, advance, within
from .crime_panels import CAVEATS, CrimePanel, Series
from .panel_reading import as_panel


class Studied(NamedTuple):
    """Hold a panel, its usable series as matrices, and the parameters of the analysis to come."""

    panel: CrimePanel
    series: Series
    parameters: Parameters


def studied(
    features: Any,
    agency: str | None,
    year: str | None,
    count: str | None,
    population: str | None,
    progress: Progress,
) -> Studied:
    """Read and check a table of agency-years, and begin the record of an analysis.

    Raises
    ------
    ValueError
        If no agency-year is usable, or as `as_panel`.
    """
    panel = as_panel(features, agency, year, count, population, progress=within(progress, 0.0, 0.9))
    advance(progress, 0.9)
    kept = panel.parameters
    if not panel["usable"].any():
        raise ValueError(
            f"None of the {len(panel):,} agency-years is usable (the first: {panel['why_not'][0]}); see .findings() of the panel."
        )
    found = {line["rule"]: line for line in kept["findings"] if line["rows"]}
    parameters = Parameters(
        layer=kept["layer"],
        counted=panel.counted,
        agencies=kept["agencies"],
        agency_years=kept["agency_years"],
        usable=kept["usable"],
        period=f"{panel['year'].min()} to {panel['year'].max()}",
        checks="; ".join(f"{rule} {line['rows']:,} ({line['action']})" for rule, line in found.items()),
        caveats=list(CAVEATS),
    )
    if kept.get("warnings"):
        parameters["warnings"] = list(kept["warnings"])
    series = panel.series()
    advance(progress, 1.0)
    return Studied(panel, series, parameters)


def crimes_in_words(counted: str) -> str:
    """Return what is counted as a title names it.

    >>> crimes_in_words("violent"), crimes_in_words("homicide"), crimes_in_words("count")
    ('violent crimes', 'homicide', 'crimes')
    """
    return {"violent": "violent crimes", "count": "crimes"}.get(counted, in_plain_words(counted))


def in_order_of_names(series: Series) -> np.ndarray:
    """Return the agencies by name: an order that ranks nobody."""
    return np.argsort(
        np.array([f"{name}\n{agency}" for name, agency in zip(series.name, series.agency)]), kind="stable"
    )
