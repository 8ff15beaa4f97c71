"""The clock of the sample city, and burglaries with planted spans of time, for docs/clock.md."""

import numpy as np

import lacrime_geo as lg

from .layouts import DIVISIONS, MARGIN, MIDDLE, SOURCE, everything, head, made, several, stacked
from .sheet import Sheet

HOUR, MINUTE = np.timedelta64(1, "h"), np.timedelta64(1, "m")
DAY_SHIFT, NIGHT_SHIFT = "10-16", "22-4"


def clock(work):
    """Draw the clock of all incidents."""
    return lg.clock(everything())


def clock_starts(work):
    """Draw the clock of burglaries by their starts alone."""
    burglaries = planted_spans()
    return lg.clock(lg.Incidents(burglaries.easting, burglaries.northing, when=burglaries.when, crs=burglaries.crs))


def clock_spans(work):
    """Draw the clock of the same burglaries, spread over their spans."""
    return lg.clock(planted_spans())


def aoristic(work):
    """Draw the burglaries by the share of their time in the day shift."""
    marks, layer = made(work / "aoristic.gpkg", lg.aoristic(planted_spans(), hours=DAY_SHIFT))
    words = f"Share of the time from start to end that lies from 10:00 to 16:00 · n = {len(marks):,} · planted spans"
    sheet = Sheet(180, 176)
    drawn = sheet.map(stacked([layer], 145_000), MIDDLE, 145_000, (MARGIN, 15, 174, 136))
    head(sheet, "Burglaries that may have happened by day", words, 174, drawn, 5)
    sheet.lines(layer, (MARGIN, 152, 174, 20), columns=2)
    sheet.text(SOURCE, (117, 170, 60, 5), right=True)
    return sheet


def shifts(work):
    """Draw the density of either shift, in the classes of the first."""
    burglaries, panels = planted_spans(), []
    for hours, title in ((DAY_SHIFT, "From 10:00 to 16:00"), (NIGHT_SHIFT, "From 22:00 to 4:00")):
        weight = lg.aoristic(burglaries, hours=hours)
        surface = lg.kde(burglaries, weight=weight, boundary=DIVISIONS, bandwidth=1500)
        _, layer = made(work / f"{hours}.tif", surface, work / f"{DAY_SHIFT}.tif")
        panels.append((f"{title}: {weight['weight'].sum():,.0f} burglaries", [layer]))
    words = f"Burglaries per km² of either shift · quartic kernel, 1,500 m · n = {burglaries.size:,} · planted spans"
    return several(panels, MIDDLE, 263_000, "The same burglaries by day and by night", words)


def planted_spans(seed=7):
    """Return the sample city's burglaries with spans of time that are not theirs.

    Those in the west are of homes, left from 7:00 to 9:00 and found from 17:00 to 19:00; those in the east of shops, closed
    from 19:00 to 21:00 and opened from 7:00 to 9:00 on the next day. Of ten one was seen, within a quarter of an hour, and one
    found a day later than usual.
    """
    found = everything().select(category="burglary").located()
    found = found.take(~np.isnat(found.when))
    random = np.random.default_rng(seed)
    homes = found.easting < np.median(found.easting)
    day = found.when.astype("M8[D]").astype("M8[s]")
    begins, ends = np.where(homes, 7, 19) * HOUR, np.where(homes, 17, 31) * HOUR
    start, end = (day + hour + random.integers(0, 120, found.size) * MINUTE for hour in (begins, ends))
    of_ten = np.arange(found.size) % 10
    seen = start + random.integers(0, 8 * 60, found.size) * MINUTE
    start = np.where(of_ten == 0, seen, start)
    end = np.where(of_ten == 0, seen + 15 * MINUTE, np.where(of_ten == 1, end + 24 * HOUR, end))
    return lg.Incidents(found.easting, found.northing, when=start, until=end, crs=found.crs, label="burglaries")


PICTURES = {
    "clock": clock,
    "clock_starts": clock_starts,
    "clock_spans": clock_spans,
    "aoristic": aoristic,
    "shifts": shifts,
}
