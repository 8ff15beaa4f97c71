"""The severity class of incidents, told by what is known when they are reported: time, place and premise.

`predict_severity` learns, scores and draws; `refuse_severity_leaks` refuses the offence and what is made of it.
"""

from .severity_guard import refuse_severity_leaks
from .severity_prediction import predict_severity
from .severity_scores import SeverityScores

__all__ = ["SeverityScores", "predict_severity", "refuse_severity_leaks"]
