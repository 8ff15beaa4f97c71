"""What scales of harm make of the city in two months and of one division in sixteen: coverage, agreement with counts, cells."""

import functools

import numpy as np

import lacrime_geo as lg
from tools.markdown import number, percent, table
from tools.readme_tables import ROOT
from tools.risk_tables.places import city, west_la

MADE_UP = ROOT / "sample_layers" / "made_up_harm.csv"
SCALES = {"`part1_2`": "part1_2", "`ucr_part1`": "ucr_part1", "made up": MADE_UP}
PLACES = {"Los Angeles": city, "West LA": west_la}
FIRST = 5


@functools.cache
def compared(folder, place):
    """Return harm against counts of one place, on the LAPD's Parts and on the made-up scale."""
    incidents, boundary = PLACES[place](folder)
    return lg.harm_sensitivity(incidents, scales=["part1_2", MADE_UP], boundary=boundary)


def coverage(folder):
    """Return what each scale knows of the incidents, what they add up to, and how few hold it."""
    header = [
        "place",
        "scale",
        "incidents",
        "not on the scale",
        "harm",
        "gravest 1 % hold",
        "as uncertain as",
        "± by chance",
    ]
    rows = []
    for place, read in PLACES.items():
        incidents, _ = read(folder)
        for name, scale in SCALES.items():
            kept = lg.harm(incidents, scale=scale).parameters
            sums = [number(kept[key], 0) for key in ("incidents", "total_harm", "effective_incidents")]
            gravest, spread = percent(kept["share_of_gravest_1_percent"]), percent(1.96 * kept["relative_error"])
            left = f"{kept['incidents'] - kept['mapped']:,} ({100 - 100 * kept['coverage']:.2f} %)"
            rows.append([place, name, sums[0], left, sums[1], gravest, sums[2], spread])
    return table(header, rows)


def sensitivity(folder):
    """Return how the top cells by harm agree with those by count."""
    header = ["place", "scale", "cells", "ranks agree", "top by count too", "harm held by them", "by the top by count"]
    header += ["on one incident", "leave the top", "one falls"]
    return table(header, [row for place in PLACES for row in _agreement(place, compared(folder, place))])


def _agreement(place, found):
    kept = found.parameters
    cells = f"{kept['top_cells']} of {kept['cells']:,}, {kept['cell_size']:g} m"
    for row, name in ((1, "`part1_2`"), (2, "made up")):
        agreed = [f"{found[f'rank_agreement{end}'][row]:.2f}" for end in ("", "_low", "_high")]
        shares = [_interval(found, measure, row) for measure in ("overlap", "held_by_harm", "held_by_count")]
        fall = f"{found['rank_before'][row]:g} → {found['rank_after'][row]:,g}"
        words = [f"{agreed[0]} ({agreed[1]}–{agreed[2]})", *shares, percent(found["on_one_incident"][row])]
        yield [place, name, cells, *words, str(found["leave_top"][row]), fall]


def _interval(found, name, row):
    value, low, high = (100 * found[f"{name}{end}"][row] for end in ("", "_low", "_high"))
    return f"{value:.1f} % ({low:.1f}–{high:.1f})"


def cells(folder):
    """Return the first cells of the city by count and by made-up harm, with how sure their ranks are."""
    header = ["first by", "incidents", "Part 1", "made-up harm", "rank by count", "by Part 1", "by made-up harm"]
    header += ["without its gravest incident"]
    found = compared(folder, "Los Angeles").cells()
    orders = {"count": "rank_counts", "Part 1": "rank", "made-up harm": "rank_made_up_harm"}
    first = {name: np.argsort(found[column], kind="stable")[:FIRST] for name, column in orders.items()}
    return table(header, [[name, *_cell(found, cell)] for name, of in first.items() for cell in of])


def _cell(found, cell):
    sums = [number(float(found[name][cell]), 0) for name in ("count", "harm", "harm_made_up_harm")]
    ranks = [_rank(found, cell, behind) for behind in ("_counts", "", "_made_up_harm")]
    return [*sums, *ranks, f"{found['without_made_up_harm'][cell]:,g}"]


def _rank(found, cell, behind):
    rank, low, high = (found[f"{name}{behind}"][cell] for name in ("rank", "low", "high"))
    return f"{rank:,g} ({low:,.0f}–{high:,.0f})"


TABLES = {"coverage": coverage, "sensitivity": sensitivity, "cells": cells}
