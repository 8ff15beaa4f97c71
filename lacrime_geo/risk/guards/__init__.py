"""Guards against leaks: what a map of risk must not know, as functions that raise.

`refuse_leaky_features` asks all that concerns a table: names of victims and outcomes, empty columns, and by `refuse_dependency`
whether the label is made of a feature. `predicting.later_knowledge` has the guard of predictors.
"""

from ...forecasting.leak_guards import refuse_outcomes, refuse_random_split
from .dependency_guard import refuse_dependency
from .feature_guard import refuse_leaky_features, refuse_leaky_names
from .refused_names import refuse_victims
from .time_guards import refuse_late_threshold, refuse_records_change

__all__ = [
    "refuse_dependency",
    "refuse_late_threshold",
    "refuse_leaky_features",
    "refuse_leaky_names",
    "refuse_outcomes",
    "refuse_random_split",
    "refuse_records_change",
    "refuse_victims",
]
