"""The guard of the severity class: by name, and by what a column holds."""

from dataclasses import replace

import numpy as np
import pytest
from severity_reports import reports, with_columns

import lacrime_geo as lg

OFFENCE, CLASS = "names the offence", "the class itself"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *(
            (name, OFFENCE)
            for name in ("crime_code", "Crm Cd", "CRM CD 1", "CrmCd4", "crime", "Crm Cd Desc", "category")
        ),
        *(
            (name, OFFENCE)
            for name in ("nibr_code", "NIBR Description", "crime_against", "Offense", "totaloffensecount", "OFNS_DESC")
        ),
        *((name, CLASS) for name in ("part", "Part 1-2", "part_1_2", "weight", "Harm", "severity", "predicted")),
        *((name, "written down with the offence") for name in ("weapon_code", "Weapon Used Cd", "weapon")),
        *((name, "tells what was done") for name in ("mocodes", "MO Codes")),
        *((name, "what came of it") for name in ("status", "Status Desc", "arrest_date", "cleared")),
        *((name, "tells of victims") for name in ("Vict Age", "victim_sex", "victim_descent")),
    ],
)
def test_what_tells_of_the_offence_is_refused_by_name(name, reason):
    with pytest.raises(ValueError, match=reason):
        lg.refuse_severity_leaks(["premise_code", name])


def test_what_is_known_at_the_report_passes():
    lg.refuse_severity_leaks("premise_code")
    lg.refuse_severity_leaks(
        [
            "Premis Cd",
            "Premis Desc",
            "Location Category",
            "area",
            "district",
            "address",
            "parking",
            "apartment",
            "department",
        ]
    )
    incidents = reports(1500)
    random = np.random.default_rng(2)
    held = with_columns(incidents, beat=random.integers(0, 90, 1500), dr_no=np.arange(1500), one=np.zeros(1500))
    lg.refuse_severity_leaks(["premise_code", "premise", "beat", "dr_no", "one"], held)


def test_a_crime_code_under_an_innocent_name_is_caught():
    incidents = reports(1500)
    held = with_columns(incidents, tariff=incidents.source["crime_code"])
    with pytest.raises(ValueError, match="is a function of the feature 'tariff'"):
        lg.refuse_severity_leaks(["premise_code", "tariff"], held)
    with pytest.raises(ValueError, match="is a function of the feature 'tariff'"):
        lg.predict_severity(held, columns=["premise_code", "tariff"])


def test_so_is_one_with_slips():
    incidents = reports(1500)
    random = np.random.default_rng(4)
    slips = np.where(random.random(1500) < 0.01, 624, incidents.source["crime_code"])
    with pytest.raises(ValueError, match=r"'tariff' tells the class of 1,4\d\d of 1,500 incidents by others"):
        lg.refuse_severity_leaks(["tariff"], with_columns(incidents, tariff=slips))
    # A good clue, wrong in a tenth of the cases, is none that is made of the offence.
    grave = np.isin(incidents.source["crime_code"], [310, 510, 210])
    lg.refuse_severity_leaks(["clue"], with_columns(incidents, clue=grave ^ (random.random(1500) < 0.1)))


def test_so_are_numbers_about_the_class_of_which_each_is_its_own():
    incidents = reports(1500)
    random = np.random.default_rng(4)
    grave = np.isin(incidents.source["crime_code"], [310, 510, 210])
    near = with_columns(incidents, score=grave + random.normal(0, 0.2, 1500))
    with pytest.raises(ValueError, match=r"'score' tells the class of 1,4\d\d of 1,500 incidents"):
        lg.refuse_severity_leaks("score", near)
    # Numbers that tell something, and numbers that nobody has, pass.
    honest = with_columns(incidents, minutes=grave + random.normal(0, 2, 1500), none=np.full(1500, np.nan))
    lg.refuse_severity_leaks(["minutes", "none"], honest)


def test_what_is_made_of_the_code_is_refused_though_it_does_not_give_the_class():
    incidents = reports(1500)
    code = incidents.source["crime_code"]
    for made in (code % 4, np.array([f"{one}"[:1] + "xx" for one in code])):  # 310 and 510, 624 and 740 apart or not
        with pytest.raises(
            ValueError, match=r"'made' (has one value for each offence|tells)|function of the feature 'made'"
        ):
            lg.refuse_severity_leaks("made", with_columns(incidents, made=made))
    # 310 and 740 of one value: half of each class.
    mixed = np.where(np.isin(code, [310, 740]), "a", "b")
    with pytest.raises(ValueError, match="'made' has one value for each offence but for 0 of 1,500 incidents"):
        lg.predict_severity(with_columns(incidents, made=mixed), columns="made")
    # Values that go with the code by half pass, and one value for all.
    half = np.where(np.random.default_rng(3).random(1500) < 0.5, mixed, "c")
    lg.refuse_severity_leaks(["half", "all"], with_columns(incidents, half=half, all=np.full(1500, "x")))


def test_columns_that_tell_it_together_are_refused_and_what_is_too_good_is_warned_of(caplog):
    incidents = reports(3000)
    random = np.random.default_rng(6)
    grave = np.isin(incidents.source["crime_code"], [310, 510, 210])
    clues = {f"clue_{number}": grave ^ (random.random(3000) < 0.1) for number in range(7)}
    held = with_columns(incidents, **clues)
    lg.refuse_severity_leaks(list(clues), held)
    with pytest.raises(ValueError, match=r"clue_0.*together tell the class of \d+ of \d+ incidents"):
        lg.predict_severity(held, columns=list(clues), models="place_and_premise")
    found = lg.predict_severity(held, columns=["premise", "clue_0"], models="place_and_premise")
    assert any("'clue_0', which tells most" in said for said in found.parameters["warnings"])
    plain = lg.predict_severity(held, columns="premise", models="place_and_premise")
    assert not any("tells most" in said for said in plain.parameters["warnings"])


def test_the_key_of_ones_own_scale_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("deed,weight,citation\nwounded,5,mine\ntook,1,mine\n")
    with pytest.raises(ValueError, match="'Deed' is what the scale weighs by"):
        lg.refuse_severity_leaks(["Deed"], scale=str(path))


def test_of_many_weights_the_heavier_half_is_held_against_columns(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("crime_code,weight,citation\n" + "".join(f"{code},{code},mine\n" for code in range(900)))
    incidents = reports(1500)
    with pytest.raises(ValueError, match="'tariff'"):
        held = with_columns(incidents, tariff=incidents.source["crime_code"])
        lg.refuse_severity_leaks("tariff", held, str(path))
    lg.refuse_severity_leaks("premise", incidents, str(path))


def test_moments_are_no_kinds():
    incidents = reports(300)
    with pytest.raises(ValueError, match="'told' holds moments"):
        lg.predict_severity(with_columns(incidents, told=incidents.reported), columns="told")


def test_the_real_file_keeps_its_premises_and_loses_a_renamed_code(lacrime_data):
    incidents = lg.as_incidents(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    source = {name: np.asarray(incidents.source[name]) for name in ("crime_code", "crime", "premise_code", "premise")}
    held = replace(incidents, source={**source, "tariff": source["crime_code"], "note": source["crime"]})
    lg.refuse_severity_leaks(["premise_code", "premise"], held)
    for name in ("tariff", "note"):
        with pytest.raises(ValueError, match=name):
            lg.refuse_severity_leaks(["premise_code", name], held)


def test_places_that_tell_the_class_are_no_leak():
    incidents = reports(1500, premise=0.0, place=9.0)
    found = lg.predict_severity(incidents, columns=(), models="place_and_premise")
    row = found["predictor"].tolist().index("place_and_premise")
    assert found["roc_auc"][row] > 0.95
