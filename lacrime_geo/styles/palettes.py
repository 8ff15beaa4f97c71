"""The colours and class names of the field, each defined once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Class(NamedTuple):
    """One class of a legend: the value it stands for, its sentence, its colour (None: no fill)."""

    value: int
    label: str
    colour: str | None


# ColorBrewer RdBu, safe for the colour-blind.
BINS = (
    Class(3, "Hot spot, 99 % confidence", "#b2182b"),
    Class(2, "Hot spot, 95 % confidence", "#ef8a62"),
    Class(1, "Hot spot, 90 % confidence", "#fddbc7"),
    Class(0, "Not significant", None),
    Class(-1, "Cold spot, 90 % confidence", "#d1e5f0"),
    Class(-2, "Cold spot, 95 % confidence", "#67a9cf"),
    Class(-3, "Cold spot, 99 % confidence", "#2166ac"),
)
THIN_OUTLINE = {1: "#c9907a", -1: "#7fa3b8"}

# On how many of all grids a place is hot or cold: (least share, colour), ColorBrewer YlOrRd and PuBu, both sequential.
STABLE = {
    "Hot": ((0.9, "#b10026"), (0.5, "#fd8d3c"), (0.0, "#fed976")),
    "Cold": ((0.9, "#045a8d"), (0.5, "#74a9cf"), (0.0, "#d4e4f1")),
}

# Two maps of hotspots: what is hot on both in the hue of hot spots, what has changed in ColorBrewer's PuOr.
COMPARISON = {
    "hot on both": ("Hot on both maps", "#b2182b"),
    "hot on the second only": ("Hot on the second map only", "#e08214"),
    "hot on the first only": ("Hot on the first map only", "#8073ac"),
    "cold on both": ("Cold on both maps", "#2166ac"),
    "cold on the second only": ("Cold on the second map only", "#67a9cf"),
    "cold on the first only": ("Cold on the first map only", "#c7dbe9"),
    "neither hot nor cold": ("Neither hot nor cold on either map", None),
    "not on the second": ("Not on the second map", "#bdbdbd"),
}

# Where nothing was found, on maps without a basemap: told from where nothing was looked for (and its opacity).
STUDIED = ("#9a9a9a", 0.14)

# Change of a rate in ColorBrewer's PuOr, centred on none; the outline shows what is significant where the fill is pale.
CHANGE = (
    Class(3, "More than before, 99 % confidence", "#e66101"),
    Class(2, "More than before, 95 % confidence", "#fdb863"),
    Class(1, "More than before, 90 % confidence", "#fee8c8"),
    Class(0, "No change beyond chance", None),
    Class(-1, "Fewer than before, 90 % confidence", "#e3e0f0"),
    Class(-2, "Fewer than before, 95 % confidence", "#b2abd2"),
    Class(-3, "Fewer than before, 99 % confidence", "#5e3c99"),
)
MORE_OUTLINE, FEWER_OUTLINE = "#a04000", "#452a78"
NO_CHANGE = ("#707070", 0.3)  # and its opacity: where a change could be told, and there is none

# Forecasts by area against the same time of last year, in the colours of change: (class, side, least size of the change).
FORECAST_LIMITS = (
    ("rise of 25 %", "rise", 0.25),
    ("rise of 10 %", "rise", 0.1),
    ("rise", "rise", -1.0),
    ("fall of 25 %", "fall", 0.25),
    ("fall of 10 %", "fall", 0.1),
    ("fall", "fall", -1.0),
)
NOT_SURE, NOT_SURE_LINE = "within the interval", "#a6a6a6"
FORECAST = {
    "rise of 25 %": ("Rise of 25 % or more against last year", "#e66101"),
    "rise of 10 %": ("Rise of 10 to 25 %", "#fdb863"),
    "rise": ("Rise of less than 10 %", "#fee8c8"),
    NOT_SURE: ("No sure change: last year's count is within the 80 % interval, or both are below 5", "#c8c8c8"),
    "fall": ("Fall of less than 10 %", "#e3e0f0"),
    "fall of 10 %": ("Fall of 10 to 25 %", "#b2abd2"),
    "fall of 25 %": ("Fall of 25 % or more", "#5e3c99"),
    "not known": ("Change not known: no count of last year", None),
}

# Emerging hotspots: reds to purples hot, blues to greens cold, told apart by everyone, and by lightness within each side.
EMERGING = {
    "hot": {
        "new": "#a000d6",
        "consecutive": "#914681",
        "intensifying": "#7f023a",
        "persistent": "#e63218",
        "diminishing": "#b77c8e",
        "sporadic": "#e08c82",
        "oscillating": "#c6a6cb",
        "historical": "#f2c6b4",
    },
    "cold": {
        "new": "#268757",
        "consecutive": "#135226",
        "intensifying": "#1b2e8a",
        "persistent": "#3b65b8",
        "diminishing": "#73acf3",
        "sporadic": "#55d8fc",
        "oscillating": "#79a73b",
        "historical": "#9aeefd",
    },
}
EMERGING_INK = {"hot": "#4a0020", "cold": "#0a1f4a"}

# Charts: the single steps behind the thick line of their level, in a paler tone of its blue.
CHART_PALE = "#7fb8d8"

# Early warnings: one strong hue for alarms, a muted one of it for what is watched, grey for quiet, no fill for what is unknown.
ALERTS = {
    "alarm": ("Alarm: more than chance allows", "#d7191c"),
    "watch": ("Watched: many for this area, not among so many areas", "#fdc980"),
    "quiet": ("Quiet: nothing unusual, zero included", "#d9d9d9"),
    "no data": ("No data: cannot be judged", None),
}
ALERT_BORDER, NO_DATA_BORDER = "#ffffff", "#8c8c8c"

# The customary five of local Moran maps.
LOCAL_MORAN = {
    "high-high": ("High among high", "#d7191c"),
    "low-low": ("Low among low", "#2c7bb6"),
    "high-low": ("High among low", "#fdae61"),
    "low-high": ("Low among high", "#abd9e9"),
    "not significant": ("Not significant", None),
}

# Okabe & Ito 2008 without black and yellow, for the six largest clusters.
CLUSTER_HUES = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
OTHER_CLUSTERS, NOISE = "#6b6b7b", "#8c8c8c"

# Incidents as they are reported: dark, and translucent, so that many on one block look darker.
INCIDENT = "#3d2c5e"

# Seven steps of matplotlib's magma turned round, light to dark: equal steps in perceived lightness.
DENSITY = ("#fcfdbf", "#fec287", "#fb8761", "#e55064", "#b5367a", "#802582", "#4f127b")
DENSITY_OPACITY = (0.0, 0.3, 0.4, 0.48, 0.55, 0.62, 0.7)

# Contour lines: dark, with a white halo that keeps them apart from any basemap.
CONTOUR, THICKEST, THINNEST = "#222222", 1.0, 0.35

# Crime piles up: classes of equal size would give half a city the darkest colour, so they narrow towards the top.
DENSITY_QUANTILES = (0.3, 0.5, 0.7, 0.85, 0.94, 0.985)


def quantile_limits(values: np.ndarray) -> list[float]:
    """Return the upper limits of all density classes but the last: quantiles of the values above 0, to two digits.

    >>> quantile_limits(np.arange(1.0, 1001.0))
    [300.0, 500.0, 700.0, 850.0, 940.0, 990.0]
    """
    above = values[np.isfinite(values) & (values > 0)]
    if above.size == 0:
        return []
    limits = np.quantile(above, DENSITY_QUANTILES)
    return sorted({float(f"{limit:.1e}") for limit in limits})


BREAKS = ("quantiles", "equal")


def density_limits(values: np.ndarray, breaks: str = "quantiles") -> list[float]:
    """Return the upper limits of all density classes but the last, by quantiles or equal steps up to the largest value.

    >>> density_limits(np.array([0.0, 3.5, 7.0]), "equal")
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    if breaks == "quantiles":
        return quantile_limits(values)
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0:
        return []
    step = float(f"{known.max() / len(DENSITY):.1e}")
    return [float(f"{step * number:.3g}") for number in range(1, len(DENSITY))]


class Step(NamedTuple):
    """One class of a density: its upper limit, its sentence, its colour and its opacity."""

    high: float
    label: str
    colour: str
    opacity: float


def density_steps(limits: Sequence[float], unit: str, dark: bool = False) -> list[Step]:
    """Return the classes between the limits of a density, from the least, which is not drawn.

    >>> [step.label for step in density_steps([5.0], "incidents per km²")]
    ['Below 5 incidents per km²', '5 incidents per km² or more']
    """
    colours, steps = DENSITY[::-1] if dark else DENSITY, []
    for number, (low, high) in enumerate(zip([0.0, *limits], [*limits, math.inf])):
        at = round(number * (len(DENSITY) - 1) / max(len(limits), 1))
        label = f"Below {high:,.4g} {unit}" if number == 0 else f"{low:,.4g} to {high:,.4g} {unit}"
        label = f"{low:,.4g} {unit} or more" if math.isinf(high) else label
        steps.append(Step(high, label, colours[at], DENSITY_OPACITY[at]))
    return steps


def contour_widths(lines: int) -> list[float]:
    """Return the widths (mm) of contour lines, the line around the densest area first.

    >>> contour_widths(3)
    [1.0, 0.68, 0.35]
    """
    return [round(float(width), 2) for width in np.linspace(THICKEST, THINNEST, lines)]


# Outbreaks: one hue, away from those of hot cells, and how thick a line (mm) by p.
OUTBREAK = "#ae017e"
OUTBREAK_WIDTHS = (
    (0.001, "Outbreak: chance makes one like it in 1 of 1,000 scans or fewer", 1.0),
    (0.01, "Outbreak: in 1 of 100 scans or fewer", 0.65),
    (0.05, "Outbreak: in 1 of 20 scans or fewer", 0.35),
)

# ColorBrewer PuOr, safe for the colour-blind, centred on no difference: (ratio below which, its words, colour, opacity).
RATIOS = (
    (1 / 4, "Below a quarter of the expected share", "#542788", 0.7),
    (1 / 2, "A quarter to half", "#998ec3", 0.6),
    (1 / 1.25, "Half to 0.8 times", "#b9bbdd", 0.55),
    (1.25, "About as expected (0.8 to 1.25 times)", "#f7f7f7", 0.0),
    (2.0, "1.25 to 2 times", "#fee0b6", 0.55),
    (4.0, "2 to 4 times", "#f1a340", 0.6),
    (float("inf"), "4 times the expected share or more", "#b35806", 0.7),
)
# Tolerance contours: raised risk in the hue of large ratios, lowered in that of small ones, the surer the thicker.
TOLERANCE = {"raised": "#7f3b08", "lowered": "#2d004b"}


def cluster_classes() -> list[Class]:
    """Return the classes of cluster numbers: the six largest by rank; the rest and noise stand apart."""
    return [Class(number, f"Cluster {number + 1} by size", hue) for number, hue in enumerate(CLUSTER_HUES)]


# Hours of the week against the mean of all: (ratio below which, its words), in the colours of density.
HOURS = (
    (0.5, "Less than half the mean"),
    (0.75, "0.5 to 0.75 times the mean"),
    (1.0, "0.75 times the mean to the mean"),
    (1.25, "The mean to 1.25 times the mean"),
    (1.5, "1.25 to 1.5 times the mean"),
    (2.0, "1.5 to 2 times the mean"),
    (float("inf"), "Twice the mean or more"),
)
NO_INCIDENT, NOT_OBSERVED = ("No incident", "#ffffff"), ("Not in the period", "#c8c8c8")

# Which share of an incident's time lies in the hours asked for: (least, most, its words, colour), sequential.
SHARES_OF_TIME = (
    (0.9995, 1.0, "Wholly in these hours", "#4f127b"),
    (0.5, 0.9995, "Half of its time or more in these hours", "#b5367a"),
    (0.25, 0.5, "A quarter to half of its time", "#fb8761"),
    (1e-9, 0.25, "Less than a quarter of its time", "#fec287"),
    (0.0, 1e-9, "Not in these hours", NOISE),
)
TIME_UNKNOWN = "Time not known"

# Incidents by their weight on a scale of harm, from light to grave, sequential as shares of time are.
HARM = ("#fec287", "#fb8761", "#e55c66", "#b5367a", "#4f127b")

# Places by their risk: (share of them by rank, colour), sequential after ColorBrewer YlOrRd, and the outline of a budget.
RISK = ((0.005, "#8b0020"), (0.01, "#d7191c"), (0.02, "#fb6a2c"), (0.05, "#fdae4b"), (0.1, "#fee08b"))
RISK_BUDGET = "#1f1f1f"
# Places chosen only by offences that police discover, only without them (both of Okabe & Ito), and either way.
DRIVEN, DISPLACED, EITHER_WAY = "#d55e00", "#56b4e9", "#4d4d4d"

# Funnels: beyond the limits in ColorBrewer PuOr, the outer ones darker; within, and without a rate, no hue at all.
FUNNEL = {
    "far above": ("Far above: beyond the {outer} limits", "#b35806"),
    "above": ("Above the {inner} limits", "#fdb863"),
    "within": ("Within the limits: {left}", "#e6e6e6"),
    "below": ("Below the {inner} limits", "#b2abd2"),
    "far below": ("Far below: beyond the {outer} limits", "#542788"),
    "no rate": ("No rate: nobody lives there, or it is not known", None),
}
# Rates, and ranks told apart from the middle: magma as densities have it, from the second step on.
RATES = DENSITY[1:]
# Over few residents or without a rate, and ranks that cannot be told from the middle.
RATE_DOUBT = "#6b6b6b"

# The areas of an intervention: words, fill, border, whether it is an area itself (else a ring around one). Okabe & Ito's hues.
INTERVENTION = {
    "treated": ("Treated", "#d55e00", "#8a3d00", True),
    "control": ("Control", "#0072b2", "#004a75", True),
    "displacement treated": ("Around the treated area", "#d55e00", "#d55e00", False),
    "displacement control": ("Around the control", "#0072b2", "#0072b2", False),
}

# Scores of a component, from the lowest to the highest, centred on the usual mix: ColorBrewer BrBG around a grey.
COMPONENTS = ("#01665e", "#5ab4ac", "#dedede", "#dfc27d", "#8c510a")
# Columns of other areas joined, sequential after ColorBrewer PuBuGn.
JOINED = ("#d9dcec", "#a6bddb", "#67a9cf", "#1c9099", "#01594b")
