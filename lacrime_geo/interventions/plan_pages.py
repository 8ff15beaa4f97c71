"""A plan drawn, and as a page: power by the fall there is, the smallest falls that are told, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import html_pages as html
from ..charts import svg
from ..forecasting.chart_frames import sentence
from ..parameters import in_words

if TYPE_CHECKING:
    from .planning import Plan

CAVEATS = (
    "A trial that finds nothing has not shown that there is nothing: held against the smallest fall it could have told.",
    "Power is reckoned with the rates of before; an area chosen because it was high will be lower by itself, and the power less.",
    "It holds for a control that would have gone the same way.",
)


def drawn(plan: Plan) -> str:
    """Return the chart as a whole SVG document."""
    return svg(plan.curves())


def page_of(plan: Plan) -> str:
    """Return the whole page."""
    kept, table = plan.parameters, plan.detectable()
    rows = [
        [
            int(table["days"][row]),
            int(table["days_before"][row]),
            *(in_words(table[f"{name}_expected"][row]) for name in ("treated", "control")),
            *(_fall(float(table[f"fall_percent_{test}"][row])) for test in ("wdd", "irr")),
        ]
        for row in range(len(table))
    ]
    names = ["days after", "days before", "treated, expected", "control, expected", "difference, %", "ratio, %"]
    spread = float(kept["dispersion"])
    wide = [f"Counts varied {in_words(spread)} times as much as chance makes them (in variance)."] if spread > 1 else []
    return html.page(
        plan.label,
        html.items([sentence(str(kept["found"])), *wide]),
        html.Markup(drawn(plan)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", f"Smallest fall that {kept['power']:g} of 100 trials tell"),
        html.table(names, rows),
    )


def _fall(percent: float) -> str:
    return f"{percent:.0f}" if np.isfinite(percent) else "none"
