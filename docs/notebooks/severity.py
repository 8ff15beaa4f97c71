# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Severity: which class, and how much harm
#
# **The promise.** “Machine learning classifies the severity of incidents with 99 % accuracy.” Or: “a severity index finds the
# most dangerous places.”
#
# **Why such a number is usually wrong.** Severity is mostly Part 1 against Part 2 of the FBI, which is a function of the crime
# code: a model that is given the code, or the weapon and the Mocodes that are written down with the offence, is given the
# answer. Rows are split at random, so that the same weeks teach and score. Accuracy says little where one class is rare: whoever
# never says “homicide” is nearly always right. Victims' age, sex and descent are put in, which tells of persons who they are,
# not of what happened. And an index made of weights somebody chose makes maps that hang on a few grave incidents, shown without
# an interval.
#
# **What is asked here.** How much of the class can be told from what is known when a report is made: time, place, premise? And
# does a map of harm differ from a map of counts by more than chance?

# %%
import re

import numpy as np
import pandas as pd
from notebook_page import SAMPLES, Claim, claims, data_folder, percent, say, show, table, told
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

import lacrime_geo as lg

DATA = data_folder()

# %%
frame = lg.read_lapd(DATA / "lapd_west_la_2020-03_2021-07_28col.parquet")
incidents = lg.as_incidents(frame)
serious = (frame["part"] == 1).to_numpy()
say(
    f"**{len(frame):,} incidents** of the division West Los Angeles, 15 March 2020 to 31 July 2021, "
    f"{percent(serious.mean())} of them of Part 1."
)

# %% [markdown]
# ## As it is commonly done
#
# **Wrong**, all of it but the last row: trees that learn from four fifths of the rows, taken at random, and are scored on the
# others. What they are given beside hour and premise grows from row to row.

# %%
moment = frame["occurred"]
known = pd.DataFrame({"hour": moment.dt.hour, "weekday": moment.dt.day_of_week})
known["premise"] = frame["premise_code"].astype("category").cat.codes.clip(upper=250)
features = {
    "hour, weekday, premise": known,
    "and weapon": known.assign(weapon=frame["weapon_code"].astype("category").cat.codes),
    "and crime code": known.assign(code=frame["crime_code"].astype("category").cat.codes),
}
learns = np.random.default_rng(0).random(len(frame)) < 0.8
by_random = {}
for words, columns in features.items():
    model = HistGradientBoostingClassifier(random_state=0).fit(columns[learns], serious[learns])
    chance = model.predict_proba(columns[~learns])[:, 1]
    by_random[words] = ((chance > 0.5) == serious[~learns]).mean(), roc_auc_score(serious[~learns], chance)
always = serious[~learns].mean()
table(
    [
        {"wrong: random split, given": words, "accuracy": percent(accuracy), "ROC-AUC": f"{area:.3f}"}
        for words, (accuracy, area) in by_random.items()
    ]
    + [{"wrong: random split, given": "nothing: always “Part 1”", "accuracy": percent(always), "ROC-AUC": "0.500"}]
)
everywhere = lg.read_lapd(DATA / "lapd_citywide_2023-09_2023-10.parquet")
homicides = int((everywhere["category"] == "homicide").sum())
never = 1 - homicides / len(everywhere)
say(
    f"“Never a homicide” is right for {percent(never, 2)} of the {len(everywhere):,} incidents of the city, and finds none "
    f"of {homicides}."
)

# %% [markdown]
# The crime code makes it perfect, for there is nothing left to foretell. The library refuses such columns by name and by what
# they hold, under any name, and attributes of victims always:

# %%
assert by_random["and crime code"][0] > 0.98 and by_random["and crime code"][1] > 0.99
assert 0.6 < by_random["hour, weekday, premise"][0] < 0.75 and never > 0.99

incidents.source["tariff"] = np.asarray(incidents.source["crime_code"])
refusals = []
for column in ("crime_code", "weapon_code", "mocodes", "victim_age", "tariff"):
    try:
        lg.refuse_severity_leaks([column], incidents)
    except ValueError as refused:
        refusals.append({"column": column, "refused, because": re.split("[:;]", str(refused))[0]})
table(refusals)

# %% [markdown]
# ## What is known when a report is made
#
# Learned from is what had occurred *and been reported* before 22 April 2021, scored is what occurred from then on. Probabilities
# are calibrated and thresholds chosen on the last fifth of the earlier part. Intervals draw the 15 weeks of the later part
# again.

# %%
assert len(refusals) == 5, refusals
found = lg.predict_severity(incidents, columns=["premise_code"])
at = {name: row for row, name in enumerate(found["predictor"])}


def sure(score, row):
    """Return a score with its interval."""
    return f"{found[score][row]:.2f} ({found[score + '_low'][row]:.2f} to {found[score + '_high'][row]:.2f})"


table(
    [
        {"told by": name.replace("_", " "), "PR-AUC": sure("pr_auc", row), "accuracy": percent(found["accuracy"][row])}
        | {words: sure(score, row) for words, score in {"ROC-AUC": "roc_auc", "macro-F1": "macro_f1"}.items()}
        for name, row in at.items()
    ]
)
show(found)

# %% [markdown]
# The honest version of “99 %”: a list of reports from the highest probability down is right in .77 on the mean (PR-AUC, .75 to
# .80), where knowing nothing is right in .57. Nearly all of it is the premise, and a table of shares does what trees do. Two in
# three are told right, where always saying “Part 1” is right in 57 %: enough to sort a queue, too little to decide on one
# report.
#
# ## Harm in place of counts
#
# Part 1 is no measure of harm: a stolen bicycle is in it as a homicide is. A scale with larger weights is a value judgement, so
# the one here is made up (homicide 1,000, robbery 100 … other 1) and stands for any such list. The city in September and October
# 2023, the top 2 % of cells:

# %%
shares = at["place_and_premise"]
told((".77", f"{found['pr_auc'][shares]:.2f}"[1:]), (".57", f"{found['prevalence'][shares]:.2f}"[1:]))
told((".75", f"{found['pr_auc_low'][shares]:.2f}"[1:]), (".80", f"{found['pr_auc_high'][shares]:.2f}"[1:]))
told(("57 %", percent(found["accuracy"][at["prevalence"]], 0)))
assert 0.64 < found["accuracy"][shares] < 0.69
since = pd.Timestamp(found.parameters["test_since"])
told(("22 April 2021", f"{since.day} {since:%B %Y}"), ("15", f"{found.parameters['drawn_from']}"))

boundary = DATA / "lapd_divisions.geojson"
city = lg.as_incidents(everywhere)
harm = lg.harm_sensitivity(city, scales=["part1_2", SAMPLES / "made_up_harm.csv"], boundary=boundary)
scale = {name: row for row, name in enumerate(harm["name"])}
table(
    [
        {
            "top 2 % of cells by": words,
            "top by count too": percent(harm["overlap"][row]),
            "95 % interval": " to ".join(percent(harm[f"overlap_{end}"][row]) for end in ("low", "high")),
            "of their harm, each cell's gravest incident": percent(harm["on_one_incident"][row]),
            "would not be top without it": f"{int(harm['leave_top'][row])}",
        }
        for words, row in {"Part 1": scale["part1_2"], "made-up harm": scale["made_up_harm"]}.items()
    ]
)
show(harm)

# %% [markdown]
# By Part 1 four in five top cells are top by count too, and none hangs on one incident: such a map says what counts say. By
# large weights fewer than half are, and of the 258 top cells 160 would not be top without their gravest incident. That is not
# “the most dangerous places”: it is where single grave incidents were, in two months.
#
# ## Claims

# %% tags=["hide-input"]
made_up = scale["made_up_harm"]
told(("160", f"{int(harm['leave_top'][made_up])}"), ("258", f"{harm.parameters['top_cells']}"))
assert harm["leave_top"][scale["part1_2"]] == 0 and 0.75 < harm["overlap"][scale["part1_2"]] < 0.85
assert harm["overlap"][made_up] < 0.5
test = dict(
    n=int(found["n_test"][shares]),
    period="2020-03-15 to 2021-07-31, scored from 2021-04-22",
    split="in time; learned from what was reported before",
    level=95,
)
city_wide = dict(n=len(everywhere), period="2023-09-01 to 2023-10-31", level=95, baseline="top by count: 1 if alike")
claims(
    [
        Claim(
            name="precision of Part 1, mean over thresholds",
            value=float(found["pr_auc"][shares]),
            unit="PR-AUC",
            method="shares by place and premise, calibrated",
            code="float(lg.predict_severity(incidents, columns=['premise_code'])['pr_auc'][2])",
            interval=(float(found["pr_auc_low"][shares]), float(found["pr_auc_high"][shares])),
            baseline=f"knowing nothing: {found['prevalence'][shares]:.3f}",
            **test,
        ),
        Claim(
            name="told right",
            value=float(found["accuracy"][shares]),
            unit="of the incidents",
            method="the same, threshold from the validation part",
            code="float(found['accuracy'][2])",
            interval=(float(found["accuracy_low"][shares]), float(found["accuracy_high"][shares])),
            baseline=f"always “Part 1”: {found['accuracy'][at['prevalence']]:.3f}",
            **test,
        ),
        *(
            Claim(
                name=f"top cells by {words} that are top by count too",
                value=float(harm["overlap"][row]),
                unit="of the top 2 % of cells",
                method="harm_sensitivity, 199 draws of the incidents",
                code=f"float(harm['overlap'][{row}])",
                interval=(float(harm["overlap_low"][row]), float(harm["overlap_high"][row])),
                **city_wide,
            )
            for words, row in {"Part 1": scale["part1_2"], "a made-up scale": made_up}.items()
        ),
    ],
    globals(),
)

# %% [markdown]
# ## What this does not show
#
# * **How grave something was.** A class is what was written down; two robberies weigh the same, and what is not reported weighs
#   nothing.
# * **Anything of persons.** No attribute of victims was asked, and none would be let in.
# * **Other divisions, other years.** The share of Part 1 fell within these months, which no model can know.
# * **Which scale is right.** No data can prove a weight; show the map by two lists before it is believed by one.
