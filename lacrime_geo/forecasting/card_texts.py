"""The sentences of model cards that are the same for every forecast."""

from __future__ import annotations

AFTER = "Mitchell et al. (2019), Model Cards for Model Reporting, doi 10.1145/3287560.3287596"
USES = (
    "To expect how many incidents will be reported in the areas and steps of the counts: for planning of staff and means, and to "
    "see whether what is reported is more or less than expected.",
)
USERS = ("Analysts who know how the counts were recorded, and whom they leave out.",)
OUT_OF_SCOPE = (
    "Persons: nothing is known or said of any, and no one may be judged by it.",
    "Causes: that a count is expected to rise does not say why, nor what would lower it.",
    "Other areas, categories or agencies than those counted, and steps further ahead than those scored.",
    "Counts after a change of the records system, of boundaries or of categories, if it was trained on those before.",
)
NOT_USED = "No attribute of a victim, a suspect or a resident is used, and columns that tell of outcomes are refused."
ETHICS = (
    "Reported crime is not crime: who reports, and where police look, is part of every count and so of every forecast.",
    "Police sent to where much is expected record more there, and the next forecast follows: weigh it before acting by it.",
)
CAVEATS = (
    "Intervals are of the counts to come, as wide as past forecasts missed; they hold while things go on as they did.",
    "Small series are forecast by little: read the interval, not the mean.",
)
NOT_SCORED = "The history was too short to score it: nothing says that it is better than seasonal naive."
METRICS = {
    "mae": "mean absolute error over all series, origins and steps",
    "rmse": "root mean squared error",
    "bias": "mean of forecast minus count",
    "smape": "mean of 200 |y − f| / (|y| + |f|)",
    "mase": "mean absolute error by the mean change from season to season in the history known at the origin",
    "rmsse": "the like of squared errors",
    "r2": "1 less the squared errors over the squares about the mean of all counts scored",
    "r2_within": "the like about the mean of each series' own counts scored",
    "crps": "continuous ranked probability score, by the ends of all intervals and the mean",
    "pinball": "mean pinball loss of the ends of all intervals",
    "coverage": "share of counts within the interval",
    "winkler": "mean width of the interval, and what counts outside of it add",
    "to_seasonal_naive": "mean absolute error as a share of seasonal naive's; below 1 is better",
    "to_smoothing": "mean absolute error as a share of simple exponential smoothing's; below 1 is better",
    "median_to_seasonal_naive": "median over series of that share",
    "dm": "Diebold and Mariano's statistic against seasonal naive, clustered by origin",
    "dm_p": "its two-sided p",
}
