"""The styles of what is found again: in how many runs, or on how many grids, the surer the darker."""

from __future__ import annotations

import math
from typing import Any

from . import palettes
from .elements import NORMAL, classified, document, element, fill, unfilled
from .point_symbols import marker

NOTHING_FOUND = "In no cluster, or not significant"


def stability(result: Any) -> str:
    """Classes of the share of grids on which a cell is hot, or else cold; the surer the darker."""
    return _shares(result.parameters["runs"], "{} on", "grids", "Hot or cold on none")


def jittered_cells(result: Any) -> str:
    """Return the same of the runs on moved places."""
    return _shares(result.parameters["runs"], "{} in", "runs", "Hot or cold in none")


def jittered_density(result: Any) -> str:
    """Classes of the share of runs in which a cell is among the densest."""
    runs = result.parameters["runs"]
    classes = _classes_of_shares("Hot", runs, "Among the densest 5 % in", "runs")
    entries = [((least - 0.5) / runs, (most + 0.5) / runs, label) for least, most, label, _ in classes]
    entries.append((-0.5 / runs, 0.5 / runs, "Among the densest 5 % in none"))
    symbols = [*(fill(colour, colour, 0.2) for *_, colour in classes), fill(None, None, 0.0)]
    renderer = classified('"top" / "runs"', entries, symbols)
    return document([renderer, element("layerOpacity", text=0.8), element("blendMode", text=NORMAL)])


def jittered_marks(result: Any) -> str:
    """Points by the share of runs in which they stay what they are; those in no cluster, or not significant, small and grey."""
    runs = result.parameters["runs"]
    classes = _classes_of_shares("Hot", runs, "The same in", "runs")
    entries = [((least - 0.5) / runs, (most + 0.5) / runs, label) for least, most, label, _ in classes]
    entries += [(-0.5 / runs, 0.5 / runs, "The same in none"), (-2.0, -0.5 / runs, NOTHING_FOUND)]
    symbols = [marker(colour, 1.6, 0.75) for *_, colour in classes]
    symbols += [marker("#ffffff", 1.6, 0.75), marker(palettes.NOISE, 0.7, 0.35)]
    nothing = {
        "cluster": '"cluster" < 0',
        "bin": 'abs("bin") < 2',
        "cluster_type": "\"cluster_type\" = 'not significant'",
    }
    where = next(condition for name, condition in nothing.items() if name in result.columns)
    renderer = classified(f'if({where}, -1, "stays" / "runs")', entries, symbols)
    return document([renderer, element("blendMode", text=NORMAL)])


def _shares(runs: int, said: str, of: str, none: str) -> str:
    """Classes of the share of runs in which a cell is hot, or else cold."""
    hot, cold = (_classes_of_shares(side, runs, said.format(side), of) for side in ("Hot", "Cold"))
    # A cell at the rim may lie on fewer grids than all: its share counts.
    entries = [((least - 0.5) / runs, (most + 0.5) / runs, label) for least, most, label, _ in hot]
    entries.append((-0.5 / runs, 0.5 / runs, none))
    entries += [(-(most + 0.5) / runs, -(least - 0.5) / runs, label) for least, most, label, _ in reversed(cold)]
    colours = [*(row[-1] for row in hot), None, *(row[-1] for row in reversed(cold))]
    symbols = [unfilled() if colour is None else fill(colour, colour, 0.2) for colour in colours]
    renderer = classified('if("hot" >= "cold", "hot", -"cold") / "runs"', entries, symbols)
    return document([renderer, element("layerOpacity", text=0.8), element("blendMode", text=NORMAL)])


def _classes_of_shares(side: str, runs: int, said: str, of: str) -> list[tuple[int, int, str, str]]:
    """Return (least, most, sentence, colour) of the classes of one side, the surest first; few runs make fewer classes."""
    found, above = [], runs + 1
    for share, colour in palettes.STABLE[side]:
        least = max(math.ceil(share * runs), 1)
        if least < above:
            numbers = f"{least} to {above - 1}" if least < above - 1 else f"{least}"
            found.append((least, above - 1, f"{said} {numbers} of {runs} {of}", colour))
        above = min(least, above)
    return found
