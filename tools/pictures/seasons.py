"""Season, weekdays, trend and changes of level of the sample city, for docs/season.md."""

import lacrime_geo as lg

from .layouts import everything

SERIES = [3, 0, 1, 0, 5, 6, 1]


def season(work):
    """Draw the rate ratios of weekdays, months and the first of the month."""
    return lg.season(everything())


def weekday_test(work):
    """Draw the weekdays of a series of sixteen events."""
    return lg.weekday_test(SERIES)


def decomposition(work):
    """Draw trend, season and remainder of days."""
    return lg.decompose(everything(), trend=61)


def changes(work):
    """Draw the levels of the largest categories by weeks."""
    return lg.change_points(everything(), by="category", step="week").levels()


PICTURES = {"season": season, "weekday_test": weekday_test, "decomposition": decomposition, "changes": changes}
