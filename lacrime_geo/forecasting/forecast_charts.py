"""The chart of a forecast: what was counted, the mean expected and its intervals, one panel for each of the largest series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..chart_axes import DAY, Axis, day_ticks
from ..chart_parts import GREY, INK, LINE, MARK, document, dots, element, line, path, short, text
from ..dates import days_in_words
from ..parameters import in_plain_words, in_words
from ..weight_units import INCIDENTS, unit_in
from . import chart_frames as frames
from .baselines import NAIVE
from .chart_frames import MARGIN, RIGHT, WIDTH, Frame
from .simple_models import SeasonalNaive
from .step_lengths import later_begins

if TYPE_CHECKING:
    from .forecasts import Forecast
    from .models import Panel

MOST = 6
# Three years of months, a year and a quarter of weeks, so that last year's are seen, six weeks of days.
HISTORY = {"month": 36, "week": 65, "day": 42}
SAME_TIME = {
    "month": "the same month a year before",
    "week": "the same week a year before",
    "day": "the same weekday a week before",
}
ALONE, AMONG, LEFT, GAP, HEAD = 290, 128, 58, 66, 104
BAND_OPACITY = 0.24
CAVEAT = "Intervals are as wide as past forecasts missed: they hold while things go on as they did. Reported crime is not crime."


class _Drawn(NamedTuple):
    """What is drawn of one series: its name, its rows of the table, its counts and the days between which steps lie."""

    name: str
    rows: slice
    counts: np.ndarray
    naive: np.ndarray
    edges: np.ndarray

    @property
    def middles(self) -> np.ndarray:
        """The middle of each step."""
        return (self.edges[:-1] + self.edges[1:]) / 2


def drawn(forecast: Forecast) -> str:
    """Return the chart as a whole SVG document; of many series the six largest."""
    shown = _largest(forecast)
    columns = 1 if len(shown) == 1 else 2
    high = ALONE if columns == 1 else AMONG
    parts, top = _head(forecast, len(shown))
    for number, series in enumerate(shown):
        row, column = divmod(number, columns)
        frame = _frame(forecast, series, column * WIDTH / columns, top + row * (high + GAP), WIDTH / columns, high)
        parts += _panel(forecast, series, frame, last=number + columns >= len(shown))
    bottom = top + -(-len(shown) // columns) * (high + GAP) - GAP + 52
    legend, bottom = frames.in_a_row(_legend(forecast), bottom)
    said, bottom = frames.written([frames.sentence(forecast.sentence)], bottom + 14, INK, 12)
    beneath, bottom = frames.written([CAVEAT, source_of(forecast)], bottom + 4)
    return document([*parts, *legend, *said, *beneath], WIDTH, int(bottom + 2))


def largest(forecast: Forecast, most: int) -> list[int]:
    """Return the numbers of the series with the most counts in the last steps, the largest first."""
    assert forecast.made is not None
    panel = forecast.made.shown
    size = panel.values[:, -HISTORY[panel.step] :].sum(axis=1)
    return np.argsort(-size, kind="stable")[:most].tolist()


def name_of(panel: Panel, number: int) -> str:
    """Return what a reader calls a series: its keys."""
    return " · ".join(in_plain_words(np.asarray(key)[number]) for key in (panel.keys or {}).values())


def series_in_words(forecast: Forecast) -> str:
    """Return how many series there are, and that totals are among them."""
    assert forecast.made is not None
    shown = forecast.made.shown.size
    return f"{shown:,} series" + (" and totals" if shown > forecast.made.panel.size else "")


def levels_of(forecast: Forecast) -> list[float]:
    """Return the levels of the intervals, the narrowest first."""
    return sorted(forecast.parameters["levels"])


def source_of(forecast: Forecast) -> str:
    """Return which counts these are, and of when."""
    assert forecast.made is not None
    panel = forecast.made.shown
    known = days_in_words(panel.begin[0], later_begins(panel, 1)[0] - 1)
    agency = forecast.parameters.get("agency")
    return f"Source: {forecast.parameters['layer']}{f' ({agency})' if agency else ''}, counted by the {panel.step} {known}."


def _largest(forecast: Forecast) -> list[_Drawn]:
    assert forecast.made is not None
    panel, horizon = forecast.made.shown, _horizon(forecast)
    steps = max(HISTORY[panel.step], 2 * horizon)
    edges = np.append(panel.begin[-steps:], later_begins(panel, horizon + 1)).astype("M8[D]").astype(float)
    found = []
    for number in largest(forecast, MOST):
        naive = np.empty(0)
        if forecast.made.scored is not None and forecast.parameters["model"] != NAIVE:
            naive = SeasonalNaive().fit(panel.row(number)).predict(horizon, ()).mean
        rows = slice(number * horizon, (number + 1) * horizon)
        found.append(_Drawn(name_of(panel, number), rows, panel.values[number, -steps:], naive, edges))
    return found


def _horizon(forecast: Forecast) -> int:
    assert forecast.made is not None
    return len(forecast) // forecast.made.shown.size


def _head(forecast: Forecast, shown: int) -> tuple[list[str], float]:
    """Return the title and what is measured, and where the first panel begins."""
    assert forecast.made is not None
    panel, kept = forecast.made.shown, forecast.parameters
    model = kept["chosen"] if kept["chosen"] == kept["model"] else f"{kept['chosen']}, chosen by {kept['model']}"
    of = f"; the {shown} largest of {series_in_words(forecast)}" if panel.size > shown else ""
    scale = ", each series on its own scale" if shown > 1 else ""
    unit = unit_in(kept)
    counted = "Reported incidents" if unit == INCIDENTS else f"{frames.capital(unit)}, as reported,"
    under = frames.lines_of(f"{counted} per {panel.step}{scale}{of}. Model: {model}.", WIDTH - 2 * MARGIN)
    parts = [text(forecast.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(under)]
    return parts, HEAD + 17 * (len(under) - 1) - (0 if shown > 1 or panel.keys else 8)


def _frame(forecast: Forecast, series: _Drawn, left: float, top: float, width: float, high: float) -> Frame:
    """Return the frame of a series, which holds its counts and the widest interval."""
    wide = width - LEFT - RIGHT
    first, last = float(series.edges[0]), float(series.edges[-1])
    across = Axis(first, last, day_ticks(first, last, frames.most_ticks(wide)), DAY)
    ends = [forecast[f"hi{level:g}"][series.rows] for level in levels_of(forecast)]
    values = np.concatenate([series.counts, series.naive, forecast["mean"][series.rows], *ends])
    return Frame(left + LEFT, top, wide, high, across, frames.counts_axis(values))


def _panel(forecast: Forecast, series: _Drawn, frame: Frame, last: bool) -> list[str]:
    """Return one series: its name and next step in words, its counts, and the forecast."""
    known = series.counts.size
    past, ahead = np.split(series.middles, [known])
    mean = forecast["mean"][series.rows]
    joined = np.append(past[-1:], ahead), np.append(series.counts[-1:], mean)
    return [
        *_names(forecast, series, frame),
        *frame.level_lines(),
        *frame.moments(named=last),
        *_bands(forecast, series, frame),
        frames.ruled(frame, series.edges[known], GREY, "2 3"),
        *_naive(series, frame),
        path(frame.across(past), frame.up(series.counts), INK, width=1.3),
        *dots(frame.across(past), frame.up(series.counts), INK, 1.7),
        path(frame.across(joined[0]), frame.up(joined[1]), LINE, width=1.3),
        *dots(frame.across(ahead), frame.up(mean), LINE, 2.6),
        *_pointed_at(forecast, series, frame),
    ]


def _names(forecast: Forecast, series: _Drawn, frame: Frame) -> list[str]:
    """Return the name of a series above its frame, and beneath it what comes next and how good that is."""
    share = float(forecast["relative_mae"][series.rows.start])
    scored = f"; error {share:.2f} of {NAIVE}'s" if np.isfinite(share) else ""
    said = text(
        f"{frames.capital(_words(forecast, series.rows.start))}{scored}",
        frame.left,
        frame.top - 8,
        "start",
        11,
        fill=frames.SMALL,
    )
    name = frames.shortened(series.name, frame.width)
    return [*([text(name, frame.left, frame.top - 24, "start", weight="bold")] if name else []), said]


def _words(forecast: Forecast, row: int, levels: Sequence[float] | None = None) -> str:
    """Return a row of the table in words, with its narrowest interval or those of other levels."""
    step = str(forecast.parameters["step"])
    held = [
        f"{level:g} %: {in_words(forecast[f'lo{level:g}'][row])} to {in_words(forecast[f'hi{level:g}'][row])}"
        for level in (levels_of(forecast)[:1] if levels is None else levels)
    ]
    within = f" ({', '.join(held)})" if held else ""
    return f"{frames.step_words(forecast['period'][row], step)}: {in_words(forecast['mean'][row])}{within}"


def _bands(forecast: Forecast, series: _Drawn, frame: Frame) -> list[str]:
    """Return the intervals, the widest first, each as wide as its step: together the darker the surer."""
    ahead = frame.across(series.edges[series.counts.size :])
    parts = []
    for level in reversed(levels_of(forecast)):
        low, high = (np.repeat(frame.up(forecast[f"{end}{level:g}"][series.rows]), 2) for end in ("lo", "hi"))
        sides = np.repeat(ahead, 2)[1:-1]
        points = [*zip(sides, high), *zip(sides[::-1], low[::-1])]
        corners = " ".join(f"{short(x)},{short(y)}" for x, y in points)
        parts.append(element("polygon", points=corners, fill=LINE, fill_opacity=BAND_OPACITY))
    return parts


def _naive(series: _Drawn, frame: Frame) -> list[str]:
    """Return the forecast of seasonal naive as a line over each step."""
    if not series.naive.size:
        return []
    ahead, heights = frame.across(series.edges[series.counts.size :]), np.repeat(frame.up(series.naive), 2)
    return [path(np.repeat(ahead, 2)[1:-1], heights, MARK, "4 3", 1.4)]


def _pointed_at(forecast: Forecast, series: _Drawn, frame: Frame) -> list[str]:
    """Return the steps to come as areas that say their numbers when pointed at."""
    ahead = frame.across(series.edges[series.counts.size :])
    parts = []
    for number, (left, right) in enumerate(zip(ahead[:-1], ahead[1:])):
        words = _words(forecast, series.rows.start + number, levels_of(forecast))
        place: dict[str, Any] = dict(x=short(left), y=short(frame.top), width=short(right - left), height=frame.height)
        area = element("rect", fill="#ffffff", fill_opacity=0, **place)
        parts.append(frames.told([area], f"{series.name}, {words}" if series.name else words))
    return parts


def _legend(forecast: Forecast) -> list[tuple[list[str], str]]:
    """Return signs and their words."""
    assert forecast.made is not None
    middle = np.array([13.0])
    zero = np.zeros(1)
    entries = [([line(0, 0, 26, 0, INK, width=1.3), *dots(middle, zero, INK, 1.7)], "Counted")]
    entries.append(([line(0, 0, 26, 0, LINE, width=1.3), *dots(middle, zero, LINE, 2.6)], "Expected (mean)"))
    levels = levels_of(forecast)
    for at, level in enumerate(levels):
        box = element("rect", x=0, y=-7, width=26, height=14, fill=LINE, fill_opacity=BAND_OPACITY)
        entries.append(([box] * (len(levels) - at), f"{level:g} of 100 counts are expected within"))
    if forecast.made.scored is not None and forecast.parameters["model"] != NAIVE:
        words = f"Seasonal naive: {SAME_TIME[forecast.made.shown.step]}"
        entries.append(([line(0, 0, 26, 0, MARK, "4 3", 1.4)], words))
    return entries
