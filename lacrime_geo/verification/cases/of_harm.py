"""Harm: what codes weigh on the scales that are shipped."""

from __future__ import annotations

import numpy as np

from ... import harm, harm_scale
from ..declared import Case
from ..small_layers import points

PARTS = "LAPD, Crime Data from 2020 to Present, Part 1-2"
UCR = "FBI, UCR Handbook 2004, Part I"


def _lapd(*codes: str) -> list[float]:
    scale = harm_scale("part1_2")
    return [float(scale.weight_of(code) or 0.0) for code in codes]


def _total() -> float:
    """Return the harm of a homicide, two robberies and three of fraud."""
    kinds = ["homicide", "robbery", "robbery", "fraud", "fraud", "fraud"]
    return float(harm(points(np.arange(6), np.zeros(6), category=kinds), scale="ucr_part1")["weight"].sum())


CASES = (
    Case(
        "homicide 110, robbery 210, aggravated assault 230",
        "harm",
        [1, 1, 1],
        0,
        PARTS,
        lambda: _lapd("110", "210", "230"),
    ),
    Case(
        "battery 624, identity fraud 354, vandalism 740",
        "harm",
        [0, 0, 0],
        0,
        PARTS,
        lambda: _lapd("624", "354", "740"),
    ),
    Case(
        "burglary 310, vehicle stolen 510, theft 440", "harm", [1, 1, 1], 0, PARTS, lambda: _lapd("310", "510", "440")
    ),
    Case("a homicide, two robberies and three frauds", "harm", 3.0, 0, UCR, _total),
)
