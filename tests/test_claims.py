"""Every number that an overview tells is a claim, and the code of every claim gives its value again."""

import csv
import io
import json

import numpy as np
import pytest
from makers import crimes_frame, incidents, rectangle
from told_numbers import NUMBER, untold, wrong

import lacrime_geo as lg
from lacrime_geo.citations import citations_of
from lacrime_geo.claim_tables import basis, ledger, listed, told
from lacrime_geo.claims import Claim, Evidence, Name, call, finding
from lacrime_geo.cli import main


@pytest.fixture(scope="module")
def crimes():
    return lg.as_incidents(crimes_frame(1500))


@pytest.fixture(scope="module")
def area():
    return rectangle(-500, -500, 5500, 5500)


@pytest.fixture(scope="module")
def found(crimes, area):
    return lg.overview(crimes, boundary=area)


def test_the_code_of_an_overviews_claims_gives_their_values_again(found, crimes, area):
    assert len(found.claims) > 15
    assert wrong(found.claims, incidents=crimes, boundary=area) == []


def test_code_names_the_boundary_only_where_one_was_given(crimes):
    bare = lg.overview(crimes)
    assert wrong(bare.claims, incidents=crimes) == []


def test_an_overview_tells_no_number_that_is_no_claim(found, crimes):
    x, y = np.full(40, 100.0), np.full(40, 200.0)
    x[:2], when = np.nan, np.full(40, np.datetime64("2023-05-01T12:00:00"))
    when[5:8] = np.datetime64("NaT")
    few = incidents(x, y, when=when)
    chosen = few.select(since="2023-05-01")
    for one in (found, lg.overview(crimes), lg.overview(few), lg.overview(chosen)):
        for sentence in one.findings:
            assert NUMBER.search(sentence) is None or any(claim.sentence == sentence for claim in one.claims)
            assert untold(sentence, one.claims) == [], sentence


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_incidents_every_number_told_is_a_claim_that_holds(seed):
    random = np.random.default_rng(seed)
    size = int(random.integers(1, 400))
    x, y = random.normal(0, random.choice([0.0, 90.0, 2000.0]), (2, size)).round(random.integers(-2, 2))
    x[random.random(size) < 0.05] = np.nan
    x[0] = y[0] = 500.0
    when = np.datetime64("2023-01-01") + random.integers(0, 400, size)
    when[random.random(size) < 0.1] = np.datetime64("NaT")
    drawn = incidents(x, y, when=when if seed % 2 else None, category=random.choice(["theft", "7 other"], size))
    found = lg.overview(drawn)
    assert wrong(found.claims, incidents=drawn) == []
    for sentence in found.findings:
        assert untold(sentence, found.claims) == ["7"] * ("7 other" in sentence), sentence


def test_a_number_that_is_no_claim_is_noticed(found):
    sentence = found.findings[0]
    claims = [claim for claim in found.claims if claim.sentence == sentence]
    other = f"{sentence} Of these 17 %."
    moved = [Claim(**{**vars(claim), "sentence": other}) for claim in claims]
    assert untold(other, moved) == ["17"]


def test_each_claim_says_what_it_rests_on(found, crimes):
    for claim in found.claims:
        assert 0 < claim.n <= crimes.size and "2023" in claim.period and claim.name and claim.unit and claim.sentence
        assert claim.method == "counted" or claim.method.endswith(")"), claim.method
        assert isinstance(claim.value, (int, float, str)) and not isinstance(claim.value, np.generic)
        assert (claim.interval is None) == (claim.level is None)


def test_claims_are_valid_json_whatever_their_value(found):
    odd = Evidence("x", 3, "", 'counted "so"').claim("<b>", np.nan, "", "{made}", (np.inf, 2.0))
    kept = json.loads(ledger("odd", [odd], {}).json(), parse_constant=pytest.fail)
    assert kept["schema"] == "lacrime_geo claims 1"
    assert kept["claims"][0]["value"] is None and kept["claims"][0]["interval"] == [None, 2.0]
    whole = json.loads(found.claims_json(), parse_constant=pytest.fail)
    assert [one["value"] for one in whole["claims"]] == [claim.value for claim in found.claims]
    assert whole["incidents"]["layer"] == "incidents" and whole["incidents"]["selection"] == {}
    assert set(whole["claims"][0]) == set(Claim.__dataclass_fields__) and set(whole["names"]) >= {"lg", "incidents"}
    assert "&lt;b&gt;: not known" in listed([odd]).replace("</strong>", "") and "<b>" not in listed([odd])


def test_the_incidents_can_be_had_again_of_their_file(tmp_path, monkeypatch):
    crimes_frame(900).rename(columns={"occurred": "at"}).to_file(tmp_path / "o'clock.gpkg")
    monkeypatch.chdir(tmp_path)
    asked = ["--time-column", "at", "--since", "2023-02-01", "--category", "burglary,robbery", "--sections", "audit"]
    assert main(["report", str(tmp_path / "o'clock.gpkg"), "claims.json", *asked]) == 0
    kept = json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"))
    code = kept["incidents"]["code"]
    assert code.startswith(
        """lg.as_incidents("o'clock.gpkg", time_column='at').select(since='2023-02-01', category=["""
    )
    again = eval(code, {"lg": lg})
    assert 0 < again.size < 900
    assert [eval(one["code"], {"lg": lg, "incidents": again}) for one in kept["claims"]] == [
        one["value"] for one in kept["claims"]
    ]
    assert json.loads(lg.overview(again).claims_json())["incidents"]["code"] == code


def test_the_ledger_is_a_table_with_every_claim(found, tmp_path):
    table = ledger("all", found.claims, found.parameters)
    table.save(tmp_path / "claims.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "claims.csv").read_text(encoding="utf-8"))))
    assert [row["name"] for row in rows] == [claim.name for claim in found.claims]
    assert [row["code"] for row in rows] == [claim.code for claim in found.claims]
    assert float(rows[3]["value"]) == found.claims[3].value
    table.save(tmp_path / "claims.json")
    assert (tmp_path / "claims.json").read_text(encoding="utf-8") == table.json()
    with pytest.raises(ValueError, match=r"\.csv, \.json"):
        table.save(tmp_path / "claims.xlsx")


def test_the_page_lists_each_claim_with_its_code(found):
    page = found.html()
    for claim in found.claims:
        assert claim.code.replace("'", "&#x27;") in page and told(claim) in page
        assert basis(claim).replace("&", "&amp;") in page


def test_code_is_written_with_what_was_chosen():
    code = call("kde", "incidents", boundary=Name("boundary"), bandwidth=np.float64(500.0), cell_size=None, rule="it's")
    assert code == 'lg.kde(incidents, boundary=boundary, bandwidth=500.0, rule="it\'s")'


def test_a_claim_knows_its_sentence_and_shares_what_its_result_has():
    evidence = Evidence("lg.x()", 7, "in May", "x (A 1999)", level=95, split="8 origins", baseline="naive")
    told_in = finding("It is 2.", evidence.claim("it", np.float64(2.0), "m", "{made} + {made}", (1, 3)))
    claim = told_in.claims[0]
    assert claim.sentence == "It is 2." and claim.code == "lg.x() + lg.x()" and claim.interval == (1.0, 3.0)
    assert (claim.level, claim.split, claim.baseline, claim.n) == (95, "8 origins", "naive", 7)
    assert evidence.claim("count", 3, "", "3").level is None
    assert told(claim) == "2 m (95 %: 1 to 3)"


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("kde", ("Silverman 1986", "Diggle 1985")),
        ("contest", ("Chainey, Tompson & Uhlig 2008", "Wheeler & Steenbeek 2021")),
        ("alerts", ("Hutwagner et al. 2003", "Noufaily et al. 2012")),
    ],
)
def test_sources_are_those_of_the_docstring(name, sources):
    assert set(sources) <= set(citations_of(getattr(lg, name)))


@pytest.mark.parametrize("apart", [False, True], ids=["one layer", "two layers"])
def test_a_comparison_of_periods_tells_claims_alone(crimes, area, apart):
    x, y = np.r_[crimes.easting, np.nan], np.r_[crimes.northing, np.nan]
    everything = lg.Incidents(x, y, when=np.r_[crimes.when, np.datetime64("2023-02-01")], crs=crimes.crs)
    half = rectangle(-500, -500, 3000, 5500)
    if apart:
        days = everything.select(until="2023-06-01"), everything.select(since="2023-06-01")
        found = lg.compare_periods(days[0], after=days[1])
        given = dict(incidents=days[0], after=days[1])
    else:
        found = lg.compare_periods(everything, after_since="2023-08-01", boundary=half)
        given = dict(incidents=everything, boundary=half)
    assert wrong(found.claims, **given) == [] and len(found.claims) > 10
    for sentence in found.findings:
        assert untold(sentence, found.claims) == [], sentence
