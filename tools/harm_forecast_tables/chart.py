"""The picture of docs/harm_forecasts.md: one reporting district by days and one division by months, with their intervals."""

from __future__ import annotations

import re

import numpy as np

import lacrime_geo as lg
from lacrime_geo.chart_parts import document

from .tables_of_harm import days, months

DIVISION, CATEGORY = "77Th Street", "Violent – Aggravated Assault"
GAP = 10
SIZE = re.compile(r'<svg[^>]*?width="(\d+)"[^>]*?height="(\d+)"')


def chart(folder):
    """Return both forecasts beneath each other, as one SVG document."""
    by_day = days(folder).to_dataframe()
    by_month = months(folder)
    parts = [
        lg.forecast(_only(by_day, district=_busiest(by_day)), model="seasonal mean"),
        lg.forecast(_only(by_month, area=DIVISION, category=CATEGORY), model="smoothing"),
    ]
    return _stacked([part.svg() for part in parts])


def _busiest(table):
    totals = table.groupby("district")["count"].sum()
    return totals.index[np.argmax(totals.to_numpy())]


def _only(table, **keys):
    kept = table
    for name, value in keys.items():
        kept = kept[kept[name] == value]
    kept.attrs.update(table.attrs)
    return kept


def _stacked(documents):
    """Return SVG documents beneath each other in one, on white."""
    top, wide, inner = 0, 0, []
    for one in documents:
        width, height = (int(size) for size in SIZE.search(one).groups())
        body = one[one.index("<svg") :].rstrip()
        inner.append(body.replace("<svg", f'<svg x="0" y="{top}"', 1))
        top, wide = top + height + GAP, max(wide, width)
    return document(inner, wide, top - GAP)
