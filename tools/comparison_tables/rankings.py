"""What rankings by totals say of real places, and what remains of it."""

from __future__ import annotations

import functools

import numpy as np

import lacrime_geo as lg
from lacrime_geo.comparisons.counted_places import ranks_of
from tools.markdown import number, table

from .real_places import COMPARED, ordered

FIRST = 10
HEADER = ["", "incidents", "rank", "rate (95 % interval)", "rank", "rank interval", "position in the funnel"]


@functools.cache
def compared(data, name):
    """Return rates, funnel and ranks of places."""
    read, options = COMPARED[name]
    places = read(data)
    return tuple(function(places, **options) for function in (lg.rates, lg.funnel, lg.rank_intervals))


def ten_by_totals(data, name):
    """Return the table of the ten places with the most incidents."""
    rates, funnel, ranks = compared(data, name)
    totals = ranks_of(rates["count"])
    rows = []
    for row in ordered(rates["count"])[:FIRST].tolist():
        span = f"{ranks['rank_low'][row]:.0f} to {ranks['rank_high'][row]:.0f}"
        ranked = np.isfinite(ranks["rank"][row])
        rate = " to ".join(number(rates[side][row], 0) for side in ("low", "high"))
        position = "few residents" if rates["few_residents"][row] else str(funnel["position"][row])
        told = [f"{ranks['rank'][row]:.0f}", span] if ranked else ["–", "–"]
        known = np.isfinite(rates["rate"][row])
        rows.append(
            [
                rates["name"][row],
                f"{rates['count'][row]:,.0f}",
                f"{totals[row]:.0f}",
                f"{number(rates['rate'][row], 0)} ({rate})" if known else "–",
                *told,
                position,
            ]
        )
    return table(HEADER, rows)


def overview(data):
    """Return one line for each kind of place: how far rates spread, and how many can be told apart."""
    header = ["", "places", "incidents", "φ", "spread of rates", "beyond chance", "above, below with the spread"]
    header += ["told from the median", "rank interval", "of the ten first by totals, by rate"]
    rows = []
    for name in COMPARED:
        rates, funnel, ranks = compared(data, name)
        kept, beyond = funnel.parameters, funnel.parameters["positions"]
        above, below = (beyond[side] + beyond[f"far {side}"] for side in ("above", "below"))
        most = min(FIRST, len(rates) // 3)
        both = np.sum((ranks["rank_by_count"] <= most) & (ranks["rank"] <= most))
        told, compared_places = ranks.parameters["told_apart"], ranks.parameters["compared"]
        rows.append(
            [
                name,
                f"{compared_places:,}",
                f"{kept['events']:,}",
                f"{kept['phi']:,.0f}",
                f"{rates.parameters['spread']:.2f}",
                f"{kept['beyond_by_chance']:,}",
                f"{above:,}, {below:,}",
                f"{told:,} ({100 * told / compared_places:.0f} %)",
                f"{ranks.parameters['median_width']:.0f} wide",
                f"{both} of {most}",
            ]
        )
    return table(header, rows)


TABLES = {
    "overview": overview,
    "neighbourhoods": lambda data: ten_by_totals(data, "114 neighbourhoods"),
    "tracts": lambda data: ten_by_totals(data, "1,243 tracts"),
    "divisions": lambda data: ten_by_totals(data, "21 divisions"),
    "cities": lambda data: ten_by_totals(data, "65 cities"),
}
