"""What was recorded of the incidents of the West LA division: premises, weapons, victims."""

from functools import cache

import numpy as np

import lacrime_geo as lg
from lacrime_geo.parameters import in_plain_words
from tools.markdown import table

WEST_LA = "lapd_west_la_2020-03_2021-07_28col.parquet"


@cache
def west_la(data):
    """Return the incidents of West LA."""
    return lg.as_incidents(lg.read_lapd(data / WEST_LA))


def shares(data, by, most):
    """Return a row for each value: incidents, share with its interval, the one that holds for all at once, of those recorded."""
    found = lg.breakdown(west_la(data), by=by, most=most)
    rows = [
        (
            in_plain_words(found["value"][row]).lower(),
            *(_cells(found, row) if not found["withheld"][row] else ["withheld", "", "", ""]),
        )
        for row in range(len(found))
    ]
    return table(("value", "incidents", "share, %", "all at once, %", "of those recorded, %"), rows)


def _cells(found, row):
    values = {name: 100 * found[name][row] for name in found.columns if name not in ("value", "across")}
    own = (
        "–"
        if np.isnan(values["share_recorded"])
        else _interval(values, "share_recorded", "recorded_low", "recorded_high")
    )
    at_once = f"{values['low_all']:.1f}–{values['high_all']:.1f}"
    return f"{int(found['count'][row]):,}", _interval(values, "share", "low", "high"), at_once, own


def _interval(values, share, low, high):
    return f"{values[share]:.1f} ({values[low]:.1f}–{values[high]:.1f})"


def premises(data):
    """Return the shares of premises."""
    return shares(data, "premise", 8)


def weapons(data):
    """Return the shares of weapons."""
    return shares(data, "weapon", 4)


def victim_ages(data):
    """Return the shares of victims' ages."""
    return shares(data, "victim_age", 12)


def victim_descents(data):
    """Return the shares of victims' descents, all of them, those of few persons withheld."""
    return shares(data, "victim_descent", 30)


def together(data):
    """Return how attributes go with the category of the incident: Cramér's V with its interval, and p."""
    rows = []
    for by in ("premise", "victim_sex", "victim_age", "hour", "weekday"):
        kept = lg.breakdown(west_la(data), by=by, across="category").parameters
        v, low, high = (kept[f"cramers_v{end}"] for end in ("", "_low", "_high"))
        rows.append((in_plain_words(by), f"{v:.2f} ({low:.2f}–{high:.2f})", f"{kept['p']:.3f}"))
    return table(("attribute", "V with the category", "p"), rows)


TABLES = {
    "premises": premises,
    "weapons": weapons,
    "victim ages": victim_ages,
    "victim descents": victim_descents,
    "together": together,
}
