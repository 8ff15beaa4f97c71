"""The styles of places compared: rates in steps, funnels by where a place lies, ranks by what can be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import palettes
from .elements import LOCAL_SCALE, NORMAL, categorised, classified, document, element, fill, hatched
from .map_labels import labels
from .point_symbols import marker

OPACITY, BORDER, WIDTH = 0.75, "#ffffff", 0.1
NO_RATE_LINE = "#8c8c8c"
# The fewest places of each class, from the lowest rates on: they narrow towards the top, as rates pile up at the bottom.
QUANTILES = (0.2, 0.4, 0.6, 0.8, 0.95)
FEW_RESIDENTS = "Few residents: the rate tells of those who pass through"
NO_RATE = "No rate: nobody lives there, or it is not known"
# Beside each place, where the map is large enough.
_INTERVAL = "format_number({low}, 0) || '–' || format_number({high}, 0)"


def rates(result: Any) -> str:
    """Classes of the rate, drawn towards the mean where it was, rounded limits; few residents hatched, no rate unfilled."""
    column = "smoothed" if "smoothed" in result.columns else "rate"
    unit = result.parameters["unit"]
    usual = np.isfinite(result["rate"]) & ~result["few_residents"]
    limits = rate_limits(result[column][usual])
    edges = [*limits, float("inf")]
    rows: list[tuple[float, float, str, str]] = []
    for number, high in enumerate(edges):
        low = edges[number - 1] if number else 0.0
        said = f"Below {_round(high)} {unit}" if not number else f"{_round(low)} to {_round(high)}"
        said = f"{_round(low)} {unit} or more" if number == len(limits) else said
        said = f"One rate for all {unit}" if not limits else said
        at = round(number * (len(palettes.RATES) - 1) / max(len(limits), 1))
        rows.append((low, min(high, 1e300), said, palettes.RATES[at]))
    areas = result.features.are_polygons
    entries = [(low, high, said) for low, high, said, _ in reversed(rows)]
    symbols = [_filled(colour, areas) for *_, colour in reversed(rows)]
    entries += [(-2.0, -1.5, FEW_RESIDENTS), (-1.0, -0.5, NO_RATE)]
    symbols += [_doubtful(areas), _unknown(areas)]
    ranged = f'if("rate" is null, -0.75, if("few_residents", -1.75, "{column}"))'
    ends = ("smoothed_low", "smoothed_high") if column == "smoothed" else ("low", "high")
    beside = _beside(f'format_number("{column}", 0)', _INTERVAL.format(low=f'"{ends[0]}"', high=f'"{ends[1]}"'))
    return _whole(classified(ranged, entries, symbols), beside)


def funnel(result: Any) -> str:
    """Categories of `position`: above and below the limits in two tones of two hues, grey within, unfilled without a rate."""
    inner, outer = (f"{limit:g} %" for limit in sorted(result.parameters["limits"]))
    alone = result.parameters["overdispersion"] == "none"
    left = "chance can explain it" if alone else "chance and the usual spread of places"
    areas = result.features.are_polygons
    entries: list[tuple[Any, str]] = []
    symbols = []
    for position, (said, colour) in palettes.FUNNEL.items():
        entries.append((position, said.format(inner=inner, outer=outer, left=left)))
        symbols.append(_filled(colour, areas) if colour else _unknown(areas))
    entries.insert(-1, ("few residents", FEW_RESIDENTS))
    symbols.insert(-1, _doubtful(areas))
    held = 'if("few_residents", \'few residents\', "position")'
    within = _INTERVAL.format(low=f'"low_{_written(inner)}"', high=f'"high_{_written(inner)}"')
    beside = _beside('format_number("rate", 0)', f"'limits ' || {within}")
    return _whole(categorised(held, entries, symbols), beside)


def rank_intervals(result: Any) -> str:
    """Classes of the expected rank, by fifths, of places told from the median one; grey of those that are not."""
    compared = int(np.isfinite(result["expected_rank"]).sum())
    ends = np.linspace(0.0, compared, 6)
    areas = result.features.are_polygons
    entries, symbols = [], []
    for number, said in enumerate(FIFTHS):
        entries.append((float(ends[number] + 0.5), float(ends[number + 1] + 0.5), said))
        colour = palettes.RATES[len(palettes.RATES) - 1 - number]
        symbols.append(_filled(colour, areas))
    entries += [
        (-1.0, -0.5, "Cannot be told from the median place"),
        (-3.0, -2.5, FEW_RESIDENTS),
        (-2.0, -1.5, NO_RATE),
    ]
    symbols += [_filled(palettes.FUNNEL["within"][1], areas), _doubtful(areas), _unknown(areas)]
    ranked = (
        "case when \"told_apart\" = 'few residents' then -2.75 when \"told_apart\" = 'no rate' then -1.75 "
        'when "told_apart" = \'not told apart\' then -0.75 else "expected_rank" end'
    )
    beside = _beside("'rank ' || \"median_rank\"", _INTERVAL.format(low='"rank_low"', high='"rank_high"'))
    return _whole(classified(ranked, entries, symbols), beside)


FIFTHS = (
    "Among the fifth with the highest rates",
    "In the second fifth",
    "In the third fifth",
    "In the fourth fifth",
    "Among the fifth with the lowest rates",
)


def rate_limits(rate: np.ndarray) -> list[float]:
    """Return the limits between the classes of rates: quantiles, rounded to two digits, each once.

    >>> rate_limits(np.arange(0.0, 1001.0))
    [200.0, 400.0, 600.0, 800.0, 950.0]
    """
    if rate.size == 0 or np.ptp(rate) == 0:
        return []
    return sorted({float(f"{limit:.1e}") for limit in np.quantile(rate, QUANTILES) if limit > 0})


def _round(value: float) -> str:
    return f"{value:,.6g}" if value < 1e5 else f"{value:,.0f}"


def _written(limit: str) -> str:
    return limit.replace(" %", "").replace(".", "_")


def _filled(colour: str | None, areas: bool) -> str:
    return fill(colour, BORDER, WIDTH) if areas else marker(colour or BORDER, 2.2, 1.0)


def _doubtful(areas: bool) -> str:
    if not areas:
        return marker(palettes.RATE_DOUBT, 1.4, 0.6)
    return hatched("#f4f4f4", (45,), palettes.RATE_DOUBT, 10**9, (palettes.RATE_DOUBT, WIDTH, "solid"))


def _unknown(areas: bool) -> str:
    return fill(None, NO_RATE_LINE, 0.2) if areas else marker(BORDER, 2.2, 0.4)


def _beside(value: str, interval: str) -> str:
    """Return labels with a value and its interval, on maps large enough for them, where they fit into their place."""
    words = f"if(@map_scale < {LOCAL_SCALE} and \"rate\" is not null, {value} || ' (' || {interval} || ')', '')"
    placed = dict(placement=1, centroidWhole=0, fitInPolygonOnly=1)
    return labels(words, placement=placed, rendering={}, priority="5")


def _whole(renderer: str, beside: str) -> str:
    opacity = element("layerOpacity", text=OPACITY)
    return document([renderer, beside, opacity, element("blendMode", text=NORMAL)], labels=True)
