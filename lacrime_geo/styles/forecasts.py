"""The style of forecasts by area: a change against last year is coloured where it is sure, hatched grey where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import palettes
from .elements import LOCAL_SCALE, NORMAL, categorised, document, element, fill, hatched
from .map_labels import labels

OPACITY = 0.8
# Grey is not hatched where areas are too small to show it.
HATCHED_TO = 1_000_000
UNKNOWN = "not known"
# Without the Temporal Controller all steps would lie on each other: then the first one is shown.
SHOWN = "(@map_start_time is not null or format_date(\"period\", 'yyyy-MM-dd') = '{}')"
MEAN = 'format_number("mean", if("mean" < 10, 1, 0))'
# What is sure has its sign, which grey print would lose.
SURE = (
    "if(\"change_sure\" in ('rise', 'fall'), if(\"change\" is null, ' (from 0)', "
    "' (' || if(\"change\" > 0, '+', '−') || format_number(abs(100 * \"change\"), 0) || ' %)'), '')"
)
INTERVAL = (
    f"if(@map_scale < {2 * LOCAL_SCALE}, '\\n' || format_number(\"lo80\", 0) || '–' || format_number(\"hi80\", 0), '')"
)
# Where last year had none, what is expected is a rise without bounds.
SIZES = {"rise": 'coalesce("change", 9)', "fall": '-"change"'}


def forecast(result: Any) -> str:
    """Categories of the change against the same time of last year; labels with the mean, and nearer by its 80 % interval."""
    shown = SHOWN.format(np.datetime_as_string(result["period"].min(), "D"))
    entries = [(name, words) for name, (words, _) in palettes.FORECAST.items()]
    symbols = [_symbol(name, colour) for name, (_, colour) in palettes.FORECAST.items()]
    if not (result["change_sure"] == UNKNOWN).any():
        entries, symbols = entries[:-1], symbols[:-1]
    named = labels(
        f"if({shown}, {MEAN} || {SURE} || {INTERVAL}, '')",
        placement=dict(placement=1, centroidWhole=0, fitInPolygonOnly=0),
        rendering={},
        priority="if(\"change_sure\" in ('rise', 'fall'), 9, 5)",
    )
    renderer = categorised(f"if({shown}, {_class_of()}, 'another step')", entries, symbols)
    opacity = element("layerOpacity", text=OPACITY)
    return document([renderer, named, opacity, element("blendMode", text=NORMAL)], labels=True)


def _class_of() -> str:
    """Return the class of a row as an expression."""
    tests = " ".join(
        f"when \"change_sure\" = '{side}' and {SIZES[side]} >= {least:g} then '{name}'"
        for name, side, least in palettes.FORECAST_LIMITS
    )
    few = f"when \"change_sure\" = 'too few' then '{palettes.NOT_SURE}'"
    return f'case {tests} {few} else "change_sure" end'


def _symbol(name: str, colour: str | None) -> str:
    if name == UNKNOWN:
        return fill(None, palettes.NO_DATA_BORDER, 0.3)
    if name == palettes.NOT_SURE:
        border = (palettes.NO_DATA_BORDER, 0.18, "solid")
        return hatched(colour or "", (45,), palettes.NOT_SURE_LINE, HATCHED_TO, border)
    outlined = palettes.MORE_OUTLINE if name.startswith("rise") else palettes.FEWER_OUTLINE
    return fill(colour, outlined, 0.26)
