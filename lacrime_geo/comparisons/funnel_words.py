"""What a funnel shows, in words: how many places lie beyond its limits, which, and what stands first by totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import checks
from ..parameters import in_words
from .counted_places import caveats_of, places_that, ranks_of
from .overdispersion import SURE
from .total_words import of_totals

if TYPE_CHECKING:
    from .place_funnels import Funnel

POSITIONS = ("far below", "below", "within", "above", "far above")
# How many places a sentence names.
MOST_NAMED = 10


def _named(found: Funnel, side: str) -> str:
    """Return which places lie above or below, the farthest first; "" where none does."""
    out = np.flatnonzero(np.char.endswith(found["position"].astype(str), side) & ~found["few_residents"])
    if not out.size:
        return ""
    farthest = out[np.argsort(-np.abs(found["z_spread"][out]), kind="stable")]
    return f"{side.capitalize()}: {checks.listed(found['name'][farthest], MOST_NAMED)}"


def tell(found: Funnel) -> None:
    """Say how many places lie beyond, by chance and with the spread, and what stands first by totals."""
    kept, places = found.parameters, found.places
    assert places is not None
    inner, outer = (f"{limit:g} %" for limit in sorted(kept["limits"]))
    usual = places.known & ~found["few_residents"]
    beyond = {name: int(np.sum(found["position"][usual] == name)) for name in POSITIONS}
    exact = int(np.sum(found["position_by_chance"][usual] != "within"))
    kept.update(positions=beyond, beyond_by_chance=exact)
    of_what = "chance" if kept["overdispersion"] == "none" else "chance and the usual spread of places"
    kept.tell(
        f"of {int(usual.sum()):,} places {beyond['far above'] + beyond['above']:,} lie above and "
        f"{beyond['far below'] + beyond['below']:,} below what {of_what} leave{'s' * (of_what == 'chance')} ({inner} limits; "
        f"{beyond['far above']:,} and {beyond['far below']:,} beyond {outer}), against {in_words(kept['target'])} {kept['unit']}"
    )
    named = [_named(found, side) for side in ("above", "below")]
    out = int(np.sum(found["p_adjusted"][usual] <= SURE))
    fair = np.where(found["few_residents"], np.nan, found["z_spread"])
    kept["further"] = [
        *(sentence for sentence in named if sentence),
        f"By chance alone {exact:,} places would lie beyond the {inner} limits: one rate for all is "
        f"{'not ' if kept['phi_p'] <= SURE else ''}what these counts look like (φ = {in_words(kept['phi'])})",
        f"Looked at together {out:,} stand{'s' * (out == 1)} out at a false discovery rate of 5 %",
        of_totals(places, ranks_of(fair), "by distance above the target"),
    ]
    if small := kept["few_residents"]:
        kept["further"].append(
            f"{places_that(small)} few residents, and {'is' if small == 1 else 'are'} not among these"
        )
    kept["caveats"] = caveats_of(places)
