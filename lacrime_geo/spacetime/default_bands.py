"""The bands of distance and time that near repeats are counted in where none are given, and why."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters
from ..place_spacing import LookedAt, caution_short, least_reach
from .bands import DAYS, METRES, SAME_PLACE, Bands, bands_given

WIDTH, STEP, NUMBER = 100.0, 50.0, 4
# Blocks are no longer: a first band that is, holds more than single places.
LONGEST_BLOCK = 200.0
WEEK = 7


def distance_bands(edges: object, looked_at: LookedAt, parameters: Parameters) -> Bands:
    """Return bands of distance: those given, else the same place and four bands of 100 m, or of how far places are apart."""
    if edges is not None:
        bands = bands_given("distance_bands", edges, METRES)
        parameters["distance_bands"] = bands.words
        beyond = bands.edges[(bands.edges > SAME_PLACE) & np.isfinite(bands.edges)]
        if beyond.size and beyond[0] < LONGEST_BLOCK:
            caution_short("A first band", float(beyond[0]), least_reach(looked_at, parameters), parameters)
        return bands
    least = least_reach(looked_at, parameters)
    width = max(WIDTH, STEP * float(np.ceil(least / STEP)))
    reason = "the same place, then four bands of 100 m, as is customary"
    if width > WIDTH:
        reason = f"the same place, then four bands of {width:g} m, as {parameters['place_distance_reason']}"
    chosen = np.array([0.0, SAME_PLACE, *(width * np.arange(1, NUMBER + 1)), np.inf])
    bands = Bands(chosen, METRES)
    parameters.choose("distance_bands", bands.words, reason, " m")
    return bands


def time_bands(edges: object, day: np.ndarray, parameters: Parameters) -> Bands:
    """Return bands of time: those given, else up to four weeks, fewer where the period is no eight weeks long."""
    if edges is not None:
        bands = bands_given("time_bands", edges, DAYS)
        parameters["time_bands"] = bands.words
        return bands
    spanned = int(np.ptp(day)) + 1
    weeks = int(np.clip(spanned // (2 * WEEK), 1, NUMBER))
    reason = "weeks, as is customary" if weeks == NUMBER else f"weeks within half of the {spanned:,} days of the period"
    bands = Bands(np.array([*(WEEK * np.arange(weeks + 1.0)), np.inf]), DAYS)
    parameters.choose("time_bands", bands.words, reason, " days")
    return bands
