"""Feedback loops: the urn against its exact laws, and the audit of a prediction against planted patrols."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.data.categories import category_of
from lacrime_geo.risk.feedback.discovered_offences import LAPD_OFFENCES, NIBRS_OFFENCES, by_code
from lacrime_geo.risk.feedback.urns import Urn, counting, shares_of_runs


def exact_law(urn, days, corrected):
    """Return the probability of each pair of records after some days, by following every possible day: the slow twin."""
    law = {tuple(urn.start): 1.0}
    for _ in range(days):
        after = defaultdict(float)
        for records, chance in law.items():
            visits = np.array(records) / sum(records)
            for district in (0, 1):
                found = urn.discovered[district] * (counting(visits)[district] if corrected else 1.0)
                for discovered, of_it in ((1, found), (0, 1 - found)):
                    for first, of_first in ((1, urn.reported[0]), (0, 1 - urn.reported[0])):
                        for second, of_second in ((1, urn.reported[1]), (0, 1 - urn.reported[1])):
                            added = [records[0] + first, records[1] + second]
                            added[district] += discovered
                            after[tuple(added)] += chance * visits[district] * of_it * of_first * of_second
        law = after
    return law


def urn_of(rates, reported=(0.0, 0.0), start=(1.0, 1.0)):
    return Urn(np.array(rates), np.array(reported), np.array(start))


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("urn", [urn_of((0.5, 0.5)), urn_of((0.9, 0.4), (0.3, 0.1), (2.0, 1.0))])
def test_runs_are_distributed_as_every_possible_day_says(urn, corrected):
    runs, days = 20_000, 4
    found = shares_of_runs(urn, np.array([0, days]), runs, corrected, 7, None)[:, 1].round(9)
    by_share = defaultdict(float)
    for (first, second), chance in exact_law(urn, days, corrected).items():
        by_share[round(first / (first + second), 9)] += chance
    assert sum(by_share.values()) == pytest.approx(1)
    assert set(found.tolist()) <= set(by_share)
    for share, chance in by_share.items():
        assert np.mean(found == share) == pytest.approx(chance, abs=4.5 * np.sqrt(chance * (1 - chance) / runs) + 1e-9)


@pytest.mark.parametrize("start", [(1.0, 1.0), (4.0, 2.0)])
def test_the_naive_share_of_equal_rates_tends_to_the_beta_distribution(start):
    from scipy.special import betainc

    share = lg.urn_simulation(rates=(1.0, 1.0), start=start, days=2000, runs=4000, corrected=False).shares["naive"][
        :, -1
    ]
    expected = betainc(*start, np.sort(share))
    empirical = (np.arange(share.size) + 0.5) / share.size
    # Kolmogorov and Smirnov's distance, p = 0.001; Eggenberger & Pólya 1923.
    assert np.abs(expected - empirical).max() < 1.95 / np.sqrt(share.size)


def test_the_naive_share_of_unequal_rates_runs_away_and_the_corrected_one_does_not():
    found = lg.urn_simulation(rates=(1.0, 0.5), days=4000, runs=300)
    naive, corrected = (found.shares[update][:, -1] for update in ("naive", "corrected"))
    assert found.parameters["limit_naive"] == 1.0
    assert naive.mean() > 0.95 and np.quantile(naive, 0.05) > 0.9
    assert found.parameters["limit_corrected"] == pytest.approx(2 / 3)
    assert corrected.mean() == pytest.approx(2 / 3, abs=0.005) and np.ptp(corrected) < 0.15


def test_the_corrected_share_of_equal_rates_stays_near_half():
    found = lg.urn_simulation(days=3000, runs=500)
    corrected, naive = found.shares["corrected"][:, -1], found.shares["naive"][:, -1]
    assert corrected.mean() == pytest.approx(0.5, abs=0.005) and corrected.std() < 0.03
    assert naive.std() == pytest.approx(np.sqrt(1 / 12), abs=0.03)  # uniform: Beta(1, 1)


def test_what_is_reported_slows_the_loop_but_does_not_end_it():
    found = lg.urn_simulation(rates=(0.8, 0.4), reported=(0.1, 0.1), days=4000, runs=200)
    limit, true_share = found.parameters["limit_naive"], found.parameters["true_share"]
    # The root of x (R + 0.8 x + 0.4 (1 − x)) = 0.1 + 0.8 x with R = 0.2 (Renlund 2010).
    assert limit == pytest.approx((0.2 + np.sqrt(0.2**2 + 4 * 0.4 * 0.1)) / 0.8)
    assert true_share < limit < 1
    assert found.shares["naive"][:, -1].mean() == pytest.approx(limit, abs=0.02)
    assert found.shares["corrected"][:, -1].mean() == pytest.approx(found.parameters["limit_corrected"], abs=0.01)
    # Both sources of one truth: then the correction finds it, and only reports do too.
    assert urn_of((0.8, 0.4), (0.2, 0.1)).limit(True) == pytest.approx(2 / 3)
    assert urn_of((0.5, 0.5), (0.2, 0.1)).limit(False) == pytest.approx(2 / 3)


def test_equal_rates_have_no_limit_and_seeds_are_kept():
    first, same, other = (lg.urn_simulation(days=50, runs=20, seed=seed) for seed in (3, 3, 4))
    assert first.parameters["limit_naive"] is None
    assert first["mean"].tolist() == same["mean"].tolist() != other["mean"].tolist()
    alone = lg.urn_simulation(days=50, runs=20, seed=3, corrected=True)
    assert np.array_equal(alone.shares["corrected"], first.shares["corrected"]) and list(alone.shares) == ["corrected"]


def test_the_simulation_draws_itself(tmp_path):
    found = lg.urn_simulation(rates=(0.6, 0.5), days=300, runs=60)
    for name in ("urn.svg", "urn.html", "urn.csv"):
        found.save(tmp_path / name)
    page = (tmp_path / "urn.html").read_text()
    assert "Ensign" in page and "tends to 100 %" in page and page.count("<svg") == 1


@pytest.mark.parametrize(
    "asked, said",
    [
        (dict(rates=(1.5, 0.5)), "rates must be two probabilities from 0 to 1, got 1.5"),
        (dict(rates=(0.5,)), "rates has 1 values for 2 rows"),
        (dict(rates=(0.5, 0.0)), "nothing can be discovered or reported"),
        (dict(start=(0, 1)), "start must be above 0 for both districts, got 0"),
        (dict(days=0), "days must be a whole number of at least 1"),
        (dict(corrected="yes"), "corrected must be True, False or None"),
    ],
)
def test_what_no_urn_has_is_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        lg.urn_simulation(**asked)


def test_the_simulation_is_cancelled():
    with pytest.raises(lg.Cancelled):
        lg.urn_simulation(days=10**6, progress=lambda fraction: False)


CRS, SIDE = "EPSG:32611", 250.0
FIRST = np.datetime64("2023-01-01")


def planted(seed=0):
    """Return burglaries all over ten by ten cells, and drugs in the three cells where a patrol looks; no two counts alike."""
    draw = np.random.default_rng(seed)
    counts = np.arange(1, 101)[draw.permutation(100)]
    drugs = np.zeros(100, dtype=int)
    drugs[np.argsort(counts)[:3]] = [150, 160, 170]  # where there are the fewest burglaries
    cell = np.concatenate([np.repeat(np.arange(100), counts), np.repeat(np.arange(100), drugs)])
    kind = np.repeat(np.array(["burglary", "drugs"], dtype=object), [counts.sum(), drugs.sum()])
    x, y = (cell % 10 + 0.5) * SIDE, (cell // 10 + 0.5) * SIDE
    when = FIRST + draw.integers(0, 60, cell.size)
    order = draw.permutation(cell.size)
    columns = dict(when=when[order], reported=when[order] + 1, category=kind[order])
    return lg.Incidents(x[order], y[order], **columns, crs=CRS), counts, drugs


def square(side=10 * SIDE):
    from lacrime_geo import geometry

    corners = np.array([0.0, side, side, 0.0]), np.array([0.0, 0.0, side, side])
    return lg.Features([geometry.polygon_wkb(*corners)], CRS)


def audited(incidents, **asked):
    asked = {
        "discovered": "drugs",
        "model": "prior_counts",
        "budget": 0.1,
        "boundary": square(),
        "cell_size": SIDE,
        **asked,
    }
    return lg.feedback_audit(incidents, **asked)


def test_the_area_driven_is_that_of_the_planted_patrol():
    incidents, counts, drugs = planted()
    found = audited(incidents, origin="2023-04-01")
    of_cell = found["known"]
    assert sorted(of_cell.tolist()) == sorted((counts + drugs).tolist())
    assert found["discovered"].sum() == drugs.sum()
    # The slow twin: the ten cells with the most, with drugs and without.
    burglaries = of_cell - found["discovered"]
    whole, without = (np.argsort(-values)[:10] for values in (of_cell, burglaries))
    assert sorted(np.flatnonzero(found["in_budget"])) == sorted(whole)
    assert sorted(np.flatnonzero(found["in_budget_without"])) == sorted(without)
    assert sorted(np.flatnonzero(found["driven"])) == sorted(set(whole) - set(without))
    kept = found.parameters
    assert kept["area_driven"] == 0.3 > kept["area_driven_by_chance"]
    assert kept["discovered_share"] == pytest.approx(drugs.sum() / (counts + drugs).sum(), abs=5e-5)
    assert kept["expected_driven"] == pytest.approx(drugs[drugs > 0].sum() / of_cell[whole].sum(), abs=5e-5)
    moved = np.maximum(of_cell / of_cell.sum() - burglaries / burglaries.sum(), 0).sum()
    assert kept["expected_moved"] == pytest.approx(moved, abs=5e-5) and moved > 2 * kept["expected_moved_by_chance"]
    assert "30 % of the area that a budget of 10 % chooses" in kept["found"]


def test_the_order_of_rows_and_what_comes_later_do_not_matter():
    incidents, *_ = planted()
    first = audited(incidents, origin="2023-02-15")
    back = audited(incidents.take(np.arange(incidents.size)[::-1]), origin="2023-02-15")
    late = incidents.when >= np.datetime64("2023-02-15")
    later = lg.Incidents(
        np.where(late, 60.0, incidents.easting),
        np.where(late, 60.0, incidents.northing),
        when=incidents.when,
        reported=incidents.reported,
        category=np.where(late, "burglary", incidents.category),
        crs=CRS,
    )
    altered = audited(later, origin="2023-02-15")
    for other in (back, altered):
        assert all(np.array_equal(first[name], other[name]) for name in first.columns)
    assert first.parameters["known"] < incidents.size - late.sum()  # some were reported later


def test_where_all_is_discovered_all_is_driven_and_where_nothing_is_nothing():
    incidents, *_ = planted()
    alone = audited(incidents, category="drugs")
    assert alone.parameters["area_driven"] == 1.0 and alone.parameters["discovered_share_of_category"] == 1.0
    assert not alone["expected_without"].any()
    codes = np.full(incidents.size, 510)
    coded = lg.Incidents(
        incidents.easting, incidents.northing, when=incidents.when, crs=CRS, source={"crime_code": codes}
    )
    nothing = audited(coded, discovered=None)
    assert nothing.parameters["area_driven"] == nothing.parameters["area_driven_by_chance"] == 0.0
    assert not nothing["driven"].any() and nothing.offences()["kind"].tolist() == ["reported"]


def test_the_urn_has_the_share_of_the_data():
    found = audited(planted()[0])
    share = found.parameters["known_discovered"] / found.parameters["known"]
    assert found.urn.urn.discovered.tolist() == [share, share]
    assert found.urn.urn.reported.tolist() == [(1 - share) / 2] * 2
    assert found.urn.parameters["limit_naive"] == pytest.approx(0.5)
    assert "the truth is 50 %" in found.parameters["urn"]


def test_codes_tell_what_is_discovered_whatever_their_type():
    import pandas as pd

    incidents, *_ = planted()
    codes = np.resize([510, 437, 888, 623, 0], incidents.size)
    texts = np.array([{0: None}.get(code, f"{code}.0") for code in codes], dtype=object)
    frame = pd.DataFrame({"crime_code": pd.array(np.where(codes == 0, pd.NA, codes), dtype="Int64")})
    many = (codes == 0).sum()
    for source, lacking in (({"crime_code": codes}, 0), ({"crime_code": texts}, many), (frame, many)):
        coded = lg.Incidents(incidents.easting, incidents.northing, when=incidents.when, crs=CRS, source=source)
        found = audited(coded, discovered=None)
        kinds = dict(zip(found.offences()["code"], found.offences()["kind"]))
        assert [kinds[code] for code in ("437", "623", "888", "510")] == [
            "discovered",
            "discovered",
            "unclear",
            "reported",
        ]
        assert found.parameters["known_discovered"] == np.isin(codes, [437, 623]).sum()
        assert found.parameters["without_code"] == lacking
        assert found.parameters["unclear"] == found.parameters["known_unclear"] == (codes == 888).sum()
        assert found.parameters["discovered_share_at_most"] == pytest.approx(
            np.isin(codes, [437, 623, 888]).mean(), abs=5e-5
        )


def test_codes_that_are_numbers_in_both_lists_go_by_the_name_of_their_column():
    incidents, *_ = planted()
    for column, discovered in (("nibrs_code", incidents.size), ("crime_code", 0)):
        source = {column: np.full(incidents.size, "520")}  # arms in NIBRS, a stolen vehicle of the LAPD's
        coded = lg.Incidents(incidents.easting, incidents.northing, when=incidents.when, crs=CRS, source=source)
        assert audited(coded, discovered=None).parameters["known_discovered"] == discovered


def test_codes_are_known_where_some_have_no_place_or_date():
    incidents, *_ = planted()
    x, when = incidents.easting.copy(), incidents.when.copy()
    x[:7], when[7:9] = np.nan, np.datetime64("NaT")
    codes = np.resize([510, 437], incidents.size)
    coded = lg.Incidents(x, incidents.northing, when=when, crs=CRS, source={"crime_code": codes})
    found = audited(coded, discovered=None)
    assert found.parameters["without_place"] == 7 and found.parameters["undated"] == 2
    assert found.parameters["known"] == incidents.size - 9
    assert found.parameters["known_discovered"] == (codes[9:] == 437).sum()


def test_who_is_discovered_stays_so_where_a_typing_mistake_is_left_out():
    incidents, *_ = planted()
    found, when = audited(incidents), incidents.when.copy()
    when[np.flatnonzero(incidents.category == "burglary")[0]] = np.datetime64("1923-01-01")
    mistaken = lg.Incidents(
        incidents.easting, incidents.northing, when=when, reported=when, category=incidents.category, crs=CRS
    )
    other = audited(mistaken, origin=found.parameters["origin"])
    assert other.parameters["dated_long_before"] == 1
    assert np.array_equal(other["discovered"], audited(replace(incidents, reported=incidents.when))["discovered"])


def test_the_change_of_records_is_warned_of():
    incidents, *_ = planted()
    columns = dict(when=incidents.when + (np.datetime64("2024-02-01") - FIRST), category=incidents.category, crs=CRS)
    moved = lg.Incidents(incidents.easting, incidents.northing, **columns, agency="LAPD")
    assert any("cross 2024-03-07" in said for said in audited(moved).parameters["warnings"])


def test_each_code_stands_once_with_a_reason_and_a_source():
    for offences in (LAPD_OFFENCES, NIBRS_OFFENCES):
        codes = [code for offence in offences for code in offence.codes]
        assert len(codes) == len(set(codes)) == len(by_code(offences))
        assert all(offence.reason and offence.source and offence.kind != "reported" for offence in offences)
    # What someone loses or suffers is never taken as discovered, but for what is done to the police.
    numbers = np.array(
        [float(code) for code, offence in by_code(LAPD_OFFENCES).items() if offence.kind == "discovered"]
    )
    to_police = np.isin(numbers, [231, 623, 437])
    assert set(category_of(numbers[~to_police])) == {"other"}


@pytest.mark.parametrize(
    "asked, said",
    [
        (dict(discovered="vice"), "discovered names 'vice', of which there is no incident; there are burglary, drugs"),
        (dict(discovered=" , "), "discovered names nothing"),
        (dict(codes="code"), "Both a column of codes, 'code', and the discovered categories are named"),
        (dict(discovered=None), "have no column 'crime_code' or 'nibrs_code'"),
        (dict(discovered=None, codes="code"), "'code' names a column, but this input has no columns"),
        (dict(category="arson"), "No incident is of the category 'arson'"),
        (dict(budget=2), "budget must be a share"),
        (dict(origin="2022-01-01"), "Nothing is known before the origin"),
    ],
)
def test_what_cannot_be_audited_is_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        audited(planted()[0], **asked)


def test_the_audit_is_saved_with_its_style_and_cancelled(tmp_path):
    found = audited(planted()[0])
    found.save(tmp_path / "audit.gpkg")
    assert "Chosen only with offences that police discover" in (tmp_path / "audit.qml").read_text()
    with pytest.raises(lg.Cancelled):
        audited(planted()[0], progress=lambda fraction: fraction < 0.5)


def test_the_city_has_few_offences_that_police_discover(lacrime_data):
    frame = lg.read_lapd(lacrime_data / "lapd_citywide_2023-09_2023-10.parquet")
    found = lg.feedback_audit(
        frame,
        boundary=str(lacrime_data / "la_city_boundary_from_divisions.geojson"),
        model="prior_counts",
        origin="2023-10-01",
    )
    crimes = dict(zip(found.offences()["crime"], found.offences()["kind"]))
    assert crimes["RESISTING ARREST"] == "discovered" and crimes["TRESPASSING"] == "unclear"
    assert found.parameters["discovered_share"] == pytest.approx(0.007, abs=0.001)
    assert found.parameters["area_driven"] < 0.06
