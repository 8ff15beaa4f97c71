"""The steps of an interrupted series: whose incidents are counted, when steps begin, and how many came in each."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..features import as_features
from ..incidents import Incidents
from ..overlay import polygon_of
from ..parameters import Parameters
from ..periods import extent
from ..progress import Progress
from .segmented_regression import Steps, tellable
from .trial_areas import TrialAreas
from .trial_periods import DAY, Window, refuse_late

MONTH = np.timedelta64(1, "M")
STEPS = {"day": 1, "week": 7, "month": 0}
LEAST_BEFORE, LEAST_AFTER = 12, 4


def counted_groups(
    everything: Incidents, placed: Incidents, treated: Any, control: Any, parameters: Parameters, progress: Progress
) -> list[Incidents]:
    """Return the incidents that are counted: of the treated area, and of the control if there is one."""
    if treated is None and control is None:
        return [everything]
    if treated is None:
        raise ValueError("A control is given without the area that it is the control of; give treated as well.")
    if control is None:
        layer = as_features(treated, crs=placed.crs)
        number = polygon_of(layer, placed.easting, placed.northing, progress)
        kinds, layers = np.where(number >= 0, 0, -1), [layer]
    else:
        areas = TrialAreas.of(treated, control, None, placed.crs)
        kinds, layers = areas.kind_of(placed.easting, placed.northing, progress), [areas.treated, areas.control]
    parameters.update(zip(("treated", "control"), (layer.label for layer in layers)))
    for kind, layer in enumerate(layers):
        if not (kinds == kind).any():
            raise ValueError(f"No incident stands in {layer.label!r}; check its polygons.")
    extended = [placed.take(kinds == kind) for kind in range(len(layers))]
    # The period is that of all incidents: days without any in the area count 0.
    since, until = extent(placed)
    return [part.select(since=str(since), until=str(until)) for part in extended]


def steps_around(
    whole: Window, began: np.datetime64, step: str, parameters: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first day of each whole step and its days; one of them begins with the start."""
    refuse_late(began, whole.end)
    if step == "month":
        month = began.astype("M8[M]")
        edges = np.arange((whole.begin - DAY).astype("M8[M]") + MONTH, whole.end.astype("M8[M]") + MONTH)
        if month.astype("M8[D]") != began:
            parameters.note("month_left_out", 1, f"{month}, in which the start lies, is left out")
        kept = edges[:-1] if month.astype("M8[D]") == began else edges[:-1][edges[:-1] != month]
        begins = kept.astype("M8[D]")
        length = ((kept + MONTH).astype("M8[D]") - begins).astype(float)
    else:
        days = STEPS[step]
        back, on = (max(int(span / DAY) // days, 0) for span in (began - whole.begin, whole.end - began))
        begins = began + np.arange(-back, on) * days * DAY
        length = np.full(begins.size, float(days))
    before, after = int((begins < began).sum()), int((begins >= began).sum())
    if before < LEAST_BEFORE or after < LEAST_AFTER:
        raise ValueError(
            f"There are {before} whole steps of a {step} before {began} and {after} after it; at least {LEAST_BEFORE} and "
            f"{LEAST_AFTER} are needed: take shorter steps, or more incidents."
        )
    return begins, length


def steps_of(
    groups: list[Incidents], begins: np.ndarray, length: np.ndarray, began: np.datetime64, parameters: Parameters
) -> Steps:
    """Return the counts of each group by steps; raise where they are too few to tell a change."""
    first = (begins - began).astype(float)
    counts = []
    for part in groups:
        assert part.when is not None  # extent asked for it
        days = (part.when.astype("M8[D]") - began).astype(float)
        days[np.isnat(part.when)] = np.nan
        at = np.searchsorted(first, days, side="right") - 1
        inside = (at >= 0) & (days < first[at] + length[at])
        counts.append(np.bincount(at[inside], minlength=begins.size))
    years = -first[0] / 365
    harmonics = parameters.choose(
        "harmonics", int(min(years, 2)), "a wave of the year for each whole year before the start, two at most"
    )
    if not harmonics:
        parameters.warn("Less than a year lies before the start: a season of the year may look like a change.")
    steps = Steps(np.array(counts), first + length / 2, length, harmonics)
    if not tellable(steps, 0.0):
        raise ValueError(
            f"Fewer than two steps before {began}, or after it, have an incident, so that no change can be told; take longer "
            "steps, or more incidents."
        )
    return steps
