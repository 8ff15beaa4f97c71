"""The sentences of model cards that are the same for every prediction of places."""

from __future__ import annotations

USES = (
    "To see in which small part of an area most of the coming incidents of a category are to be expected, as a list of places "
    "for some days: for prevention at these places, and to judge a plan by what simple counts would have chosen.",
)
USERS = ("Analysts who know how the incidents were recorded, and whom the records leave out.",)
OUT_OF_SCOPE = (
    "Persons: nothing is known or said of any. That someone is, lives or works at a place says nothing of them, and is no ground "
    "to stop, search or suspect anyone.",
    "Causes: that much is expected at a place does not say why, nor that patrols would lower it.",
    "Other areas, categories, sizes of places or agencies than those of its data, and more days ahead than those scored.",
    "Incidents after a change of the records system or of categories, if it was made of those before.",
)
NOT_USED = (
    "No attribute of a victim, a suspect or a resident is used, only where, when and of which category incidents were."
)
ETHICS = (
    "Reported crime is not crime: who reports, and where police look, is part of every count and so of every map.",
    "Police sent to where much is expected record more there, and the next map follows (Ensign et al. 2018, Runaway Feedback "
    "Loops in Predictive Policing, PMLR 81: 160-171): audit it with feedback_audit before acting by it.",
    "What a budget of places misses is most of the incidents: its hit rates say how many.",
)
NOT_AUDITED = (
    "No feedback audit was given (model_card(…, feedback=feedback_audit(…))): how far it rests on patrols is not told."
)
NOT_SCORED = "Too little is known to score it at past origins: nothing says that it is better than prior counts."
METRICS = {
    "hit_rate": "share of the incidents that came in the share of the area where most was expected",
    "pai": "hit rate over that share of the area (Chainey, Tompson & Uhlig 2008)",
    "pei": "PAI over the best one that the same area could have had",
    "rri": "later over earlier incidents in the share of the area, over the same elsewhere (after Levine 2008)",
    "difference": "hit rate less that of prior counts",
    "roc_auc": "chance that a place with incidents was ranked above one without",
    "pr_auc": "area under precision and recall; chance alone gives the prevalence",
    "brier": "mean squared error of the probability of any incident",
    "calibration_slope": "1 where odds are right; below 1 they are too sure",
}
OF_ALL = "all of them together"
HOW = "past origins within the history: at each the predictor was made anew of what was known then, and scored by what came"
