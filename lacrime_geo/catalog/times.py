"""Counts over time: clock, season, changes of level."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_groups import LEVEL, WEIGHT
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Numbers,
    Switch,
    Words,
)
from ..results import Marks
from ..temporal.aoristic_weights import aoristic
from ..temporal.count_series import STEPS as COUNT_STEPS
from ..temporal.decomposition import Decomposition, decompose
from ..temporal.exact_multinomial import STATISTICS
from ..temporal.level_changes import METHODS as CHANGE_METHODS
from ..temporal.level_changes import ChangePoints, LevelCurve, change_points
from ..temporal.seasonality import Season, season
from ..temporal.week_clock import Clock, clock
from ..temporal.weekday_testing import WeekdayTest, weekday_test

BY = Column("by", "Column that tells groups apart", holds="text")
COUNT_STEP = Choice("step", "Days, weeks or months", options=COUNT_STEPS, usual="day")

ANALYSES = (
    Analysis(
        run=clock,
        title="Clock of incidents: weekday and hour",
        group="Time",
        result=Clock,
        tags=("time of day", "hour", "weekday", "temporal", "aoristic", "heat table", "shift", "crime"),
        reports=True,
        intervals=True,
        params=(WEIGHT, LEVEL),
    ),
    Analysis(
        run=aoristic,
        title="Weights of incidents by the share of their time in some hours (aoristic)",
        group="Time",
        result=Marks,
        tags=("aoristic", "time of day", "hour", "weekday", "shift", "interval", "burglary", "crime"),
        intervals=True,
        params=(Words("hours", "Hours of the day (18-22)"), Words("weekdays", "Days of the week (Sat-Sun)")),
    ),
    Analysis(
        run=season,
        title="Season: weekday, month and trend of incidents",
        group="Time",
        result=Season,
        tags=("season", "weekday", "month", "trend", "negative binomial", "rate ratio", "time series", "crime"),
        reports=True,
        params=(
            BY,
            Words("reference", "Weekday or month that others are compared to (the mean, unless named)"),
            LEVEL,
        ),
    ),
    Analysis(
        run=weekday_test,
        title="Test of the weekdays of a few incidents (exact)",
        group="Time",
        result=WeekdayTest,
        tags=("weekday", "day of week", "exact test", "series", "small sample", "multinomial", "crime"),
        reports=True,
        params=(
            Numbers("expected", "Expected of Monday to Sunday (seven numbers; all alike, unless given)"),
            Choice("statistic", "Statistic", options=tuple(STATISTICS)),
            Amount("draws", "Random samples where outcomes are too many to tell over", whole=True),
        ),
    ),
    Analysis(
        run=decompose,
        title="Trend, season and remainder of incidents (STL)",
        group="Time",
        result=Decomposition,
        tags=("decomposition", "STL", "trend", "season", "time series", "loess", "crime"),
        reports=True,
        params=(
            COUNT_STEP,
            BY,
            Amount("period", "Steps after which the season comes again", whole=True),
            Amount("seasonal", "Periods over which the season is smoothed (odd; all, unless given)", whole=True),
            Amount("trend", "Steps over which the trend is smoothed (odd)", whole=True),
            Switch("robust", "Let steps far from all others weigh less"),
        ),
    ),
    Analysis(
        run=change_points,
        title="Changes of the level of incidents (change points)",
        group="Time",
        result=ChangePoints,
        tags=("change point", "PELT", "Pettitt", "break", "level shift", "time series", "crime"),
        reports=True,
        params=(
            COUNT_STEP,
            BY,
            Choice("method", "Method", options=CHANGE_METHODS),
            Amount("penalty", "Penalty of each change (pelt)"),
            Amount("shortest", "Fewest steps of a level (pelt)", whole=True),
        ),
        second="levels",
        second_title="Counts and levels",
        second_result=LevelCurve,
    ),
)
