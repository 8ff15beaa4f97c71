"""A simulation of two districts as a picture: a panel for each update, with some runs, where most are, and the true share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import html_pages as html
from ...chart_axes import NUMBER, SHARE, Axis, axis_of
from ...chart_parts import INK, LINE, MARK, document, element, line, path, short, text
from ...forecasting import chart_frames as frames
from ...forecasting.chart_frames import MARGIN, WIDTH, Frame

if TYPE_CHECKING:
    from .urn_simulation import UrnSimulation

RUNS_DRAWN = 25
LEFT, RIGHT, APART, TOP, HIGH = 74, 24, 62, 104, 250
TITLES = {
    "naive": "Naive: each discovered incident counts",
    "corrected": "Corrected: counts less where visits are many",
}
CAVEAT = (
    "This is a model of two districts and one patrol, not of a city: it shows what sending patrols by what patrols found can do, "
    "not how much it does anywhere."
)
SOURCE = (
    "After Ensign, Friedler, Neville, Scheidegger & Venkatasubramanian (2018), Runaway Feedback Loops in Predictive Policing, "
    "Proceedings of Machine Learning Research 81: 160-171."
)


def urn_svg(table: Any) -> str:
    """Return the simulation as a whole SVG document."""
    updates = list(table.shares)
    wide = (WIDTH - LEFT - RIGHT - APART * (len(updates) - 1)) / len(updates)
    days, share = axis_of(table.days.astype(float), NUMBER), axis_of(np.zeros(1), SHARE)
    days = Axis(0.0, float(table.days[-1]), days.ticks[days.ticks <= table.days[-1]], NUMBER)
    parts = [text(table.label, MARGIN, 28, size=15, weight="bold"), text(_under(table), MARGIN, 50, "start")]
    for number, update in enumerate(updates):
        frame = Frame(LEFT + number * (wide + APART), TOP, wide, HIGH, days, share)
        parts += _panel(table, update, frame)
    legend, bottom = frames.in_a_row(_legend(table), TOP + HIGH + 62)
    found = frames.sentence(table.parameters["found"])
    said, bottom = frames.written([found], bottom + 12, INK, 12)
    beneath, bottom = frames.written([CAVEAT, SOURCE], bottom + 4)
    return document([*parts, *legend, *said, *beneath], WIDTH, int(bottom + 2))


def urn_page(table: Any) -> str:
    """Return a page with the picture, the last day in numbers, and what is to be kept in mind."""
    columns = ("update", "mean", "low", "median", "high", "run_away", "true_share")
    last = np.flatnonzero(table["day"] == table.days[-1])
    rows = ([_told(table[name][row]) for name in columns] for row in last)
    names = (
        "update",
        "mean share",
        "5 % of runs below",
        "median",
        "5 % above",
        "runs above 0.9 or below 0.1",
        "true share",
    )
    told = [frames.sentence(table.parameters["found"]), *_limits(table)]
    return html.page(
        table.label,
        html.Markup(urn_svg(table)),
        html.items(told),
        html.tag("h2", f"After {int(table.days[-1]):,} days"),
        html.table(names, rows),
        html.tag("h2", "To be kept in mind"),
        html.tag("p", CAVEAT, kind="caveat"),
        html.tag("p", SOURCE, kind="small"),
    )


def _told(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


def _limits(table: UrnSimulation) -> list[str]:
    """Return to what each update tends, were there no end of days."""
    said = []
    for update in table.shares:
        limit = table.parameters[f"limit_{update}"]
        to = "any share, by chance" if limit is None else f"{100 * limit:.0f} %"
        said.append(f"With no end of days the {update} update tends to {to}.")
    return said


def _under(table: UrnSimulation) -> str:
    kept = table.parameters
    discovered = " and ".join(f"{rate:.3g}" for rate in kept["rates"])
    reported = " and ".join(f"{rate:.3g}" for rate in kept["reported"])
    also = f"; reported on any day: {reported}" if any(kept["reported"]) else ""
    return f"Share of the records that is the first district's. Discovered on a visit: {discovered}{also}. {kept['runs']:,} runs."


def _panel(table: UrnSimulation, update: str, frame: Frame) -> list[str]:
    """Return one update: nine of ten runs as a band, some runs, their mean, and the true share."""
    rows = table["update"] == update
    across = frame.across(table.days)
    low, high = (frame.up(table[name][rows]) for name in ("low", "high"))
    corners = [*zip(across, low), *zip(across[::-1], high[::-1])]
    band = " ".join(f"{short(x)},{short(y)}" for x, y in corners)
    true_share = float(frame.up(table["true_share"][rows][0]))
    return [
        text(TITLES[update], frame.left, TOP - 14, "start", weight="bold"),
        *frame.level_lines(),
        *frame.moments(),
        text("days", frame.left + frame.width / 2, frame.bottom + 36, size=11),
        element("polygon", points=band, fill=LINE, fill_opacity=0.16),
        *(path(across, frame.up(run), LINE, width=0.6) for run in table.shares[update][:RUNS_DRAWN]),
        path(across, frame.up(table["mean"][rows]), INK, width=2.2),
        line(frame.left, true_share, frame.right, true_share, MARK, "6 4", 2),
    ]


def _legend(table: UrnSimulation) -> list[tuple[list[str], str]]:
    drawn = min(RUNS_DRAWN, table.parameters["runs"])
    box = element("rect", x=0, y=-7, width=26, height=14, fill=LINE, fill_opacity=0.16)
    return [
        ([box], "Nine of ten runs"),
        ([line(0, 0, 26, 0, LINE, width=0.8)], f"{drawn} of the runs"),
        ([line(0, 0, 26, 0, INK, width=2.2)], "Mean of all runs"),
        ([line(0, 0, 26, 0, MARK, "6 4", 2)], "True share of the incidents"),
    ]
