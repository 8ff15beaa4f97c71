"""Breakdowns: shares with intervals that hold, what is unknown in a row of its own, small counts of persons withheld."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.correlates.association import association
from lacrime_geo.correlates.share_intervals import goodman, wilson
from lacrime_geo.progress import Cancelled


def incidents(columns, **told):
    size = len(next(iter(columns.values()))) if columns else len(told["category"])
    return lg.Incidents(np.full(size, 380_000.0), np.full(size, 3.7e6), crs="EPSG:32611", source=columns, **told)


def drawn(size=2_000, seed=0):
    random = np.random.default_rng(seed)
    columns = {
        "premise": random.choice(["STREET", "DWELLING", "LOT", None], size, p=[0.5, 0.3, 0.1, 0.1]),
        "victim_sex": random.choice(["M", "F", "X", "H", None], size, p=[0.5, 0.35, 0.1, 0.001, 0.049]),
        "victim_age": random.choice([0, -1, 17, 18, 44, 45, 70, 120], size),
        "victim_descent": random.choice(
            ["W", "H", "B", "X", "-", None, "U"], size, p=[0.5, 0.3, 0.1, 0.05, 0.02, 0.029, 0.001]
        ),
    }
    when = np.datetime64("2023-01-01") + random.integers(0, 365 * 24, size).astype("m8[h]")
    return incidents(columns, when=when, category=random.choice(["theft", "robbery"], size))


def row_of(found, value, across="all incidents"):
    (row,) = np.flatnonzero((found["value"] == value) & (found["across"] == across))
    return row


def test_shares_are_of_all_and_the_unknown_has_a_row():
    found = lg.breakdown(drawn(), by="premise")
    assert found["share"].sum() == pytest.approx(1.0) and found["count"].sum() == 2_000
    assert found["value"].tolist() == ["STREET", "DWELLING", "LOT", "not recorded"]
    assert np.nansum(found["share_recorded"]) == pytest.approx(1.0) and np.isnan(found["share_recorded"][-1])
    assert (found["low_all"] < found["low"]).all() and (found["high"] < found["high_all"]).all()


@given(st.integers(1, 500), st.floats(0, 1), st.sampled_from([80, 95, 99]))
def test_wilson_solves_its_own_equation(total, part, level):
    count = round(part * total)
    low, high = wilson(np.array([count]), total, level)
    z = -float(np.sqrt(2) * _inverse_erfc(1 - level / 100))
    for end in (low[0], high[0]):
        if 0 < end < 1:
            assert abs(count / total - end) == pytest.approx(abs(z) * math.sqrt(end * (1 - end) / total), rel=1e-6)
    assert low[0] <= count / total <= high[0]


def _inverse_erfc(error):
    from scipy.special import erfcinv

    return erfcinv(error)


def test_goodman_against_the_published_example():
    """Goodman 1965, the data of Quesenberry & Hurst 1964: 56, 72, 73, 59, 62, 87, 58 (as sample sizes of MultinomialCI)."""
    count = np.array([56, 72, 73, 59, 62, 87, 58])
    low, high = goodman(count, int(count.sum()), 95, 7)
    square = 7.2370  # upper .05 / 7 point of chi-squared with one degree of freedom
    for end in (low, high):
        np.testing.assert_allclose((count / 467 - end) ** 2, square * end * (1 - end) / 467, rtol=1e-4)


def test_intervals_hold_as_often_as_promised():
    random, shares = np.random.default_rng(1), np.array([0.5, 0.25, 0.15, 0.07, 0.03])
    counts = random.multinomial(400, shares, 4_000)
    low, high = wilson(counts, 400, 95)
    each = ((low <= shares) & (shares <= high)).mean(axis=0)
    assert (each > 0.935).all() and (each < 0.975).all()
    low, high = goodman(counts, 400, 95, 5)
    assert 0.94 < ((low <= shares) & (shares <= high)).all(axis=1).mean() < 0.985


def test_rules_of_victims_columns():
    data = drawn()
    source = data.source
    ages = lg.breakdown(data, by="victim_age")
    expected = np.isin(source["victim_age"], [0, -1, 120]).sum()
    assert ages["count"][row_of(ages, "not known or not recorded")] == expected
    assert ages["count"][row_of(ages, "under 18")] == (source["victim_age"] == 17).sum()
    assert ages["count"][row_of(ages, "35 to 44")] == (source["victim_age"] == 44).sum()
    assert "25 to 34" not in ages["value"]
    sexes = lg.breakdown(data, by="victim_sex", k=1)
    unknown = (~np.isin(source["victim_sex"].astype(str), ["M", "F"])).sum()
    assert sexes["count"][row_of(sexes, "not known or not recorded")] == unknown
    descents = lg.breakdown(data, by="victim_descent", k=1)
    assert {"White", "Black", "Hispanic, Latin, Mexican", "Hawaiian"} < set(descents["value"])


def test_small_counts_of_persons_are_withheld_and_cannot_be_worked_out():
    columns = {"victim_sex": ["M"] * 50 + ["F"] * 20 + ["X"] * 3, "premise": ["LOT"] * 70 + ["STREET"] * 3}
    found = lg.breakdown(incidents(columns), by="victim_sex")
    assert found["withheld"].sum() == 2 and not found["withheld"][row_of(found, "male")]
    hidden = found["withheld"]
    for name in ("count", "share", "low", "high", "low_all", "high_all", "share_recorded"):
        assert np.isnan(found[name][hidden]).all()
    # What is not recorded is withheld too: shares of those recorded would tell how many they are.
    assert np.isnan(found["share_recorded"]).all()
    assert "withheld" in found.html() and ">3<" not in found.html()
    assert not lg.breakdown(incidents(columns), by="premise")["withheld"].any()
    assert not lg.breakdown(incidents(columns), by="victim_sex", k=1)["withheld"].any()


@given(st.integers(0, 10_000))
def test_no_row_or_column_of_a_table_of_persons_hides_one_count_alone(seed):
    random = np.random.default_rng(seed)
    columns = {
        "victim_descent": random.choice(list("WHBAO"), 150, p=[0.6, 0.3, 0.06, 0.03, 0.01]),
        "premise": random.choice(["a", "b", "c"], 150, p=[0.7, 0.25, 0.05]),
    }
    found = lg.breakdown(incidents(columns), by="victim_descent", across="premise", permutations=1, seed=seed)
    shown = found["count"][~found["withheld"]]
    assert not ((shown > 0) & (shown < 5)).any()
    for name in ("value", "across"):
        for value in set(found[name].tolist()):
            assert found["withheld"][found[name] == value].sum() != 1


def test_clock_weekday_and_category():
    data = drawn()
    hours = lg.breakdown(data, by="hour")
    hour = data.when.astype("M8[h]").astype(int) % 24
    assert hours["count"][row_of(hours, "06:00 to 08:59")] == ((hour >= 6) & (hour < 9)).sum()
    flagged = lg.Incidents(
        data.easting, data.northing, crs=data.crs, when=data.when, source={"time_placeholder": hour == 12}, label="x"
    )
    without = lg.breakdown(flagged, by="hour")
    assert without["count"][row_of(without, "not known, or a placeholder such as 12:00")] == (hour == 12).sum()
    days = lg.breakdown(data, by="weekday")
    assert days["value"].tolist()[0] == "Monday"
    thursday = (data.when.astype("M8[D]").astype(int) % 7 == 0).sum()
    assert days["count"][row_of(days, "Thursday")] == thursday
    assert set(lg.breakdown(data, by="category")["value"]) == {"theft", "robbery"}


def test_rare_values_are_pooled():
    columns = {"weapon": [f"w{number}" for number in range(20) for _ in range(number + 1)]}
    found = lg.breakdown(incidents(columns), by="weapon", most=3)
    assert found["value"].tolist() == ["w19", "w18", "w17", "all others (17 kinds)"]
    assert found["count"].tolist() == [20, 19, 18, 210 - 57]
    assert len(lg.breakdown(incidents(columns), by="weapon", most=19)) == 20  # one by itself needs no other name


def test_two_attributes():
    data = drawn()
    found = lg.breakdown(data, by="premise", across="category", permutations=199)
    for value in ("theft", "robbery"):
        rows = found["across"] == value
        assert (
            found["share"][rows].sum() == pytest.approx(1.0)
            and found["count"][rows].sum() == (data.category == value).sum()
        )
    street = (data.source["premise"] == "STREET") & (data.category == "theft")
    assert found["count"][row_of(found, "STREET", "theft")] == street.sum()
    assert (
        0.0 <= found.parameters["cramers_v_low"] <= found.parameters["cramers_v"] <= found.parameters["cramers_v_high"]
    )
    assert found.parameters["p"] > 0.01


def test_association_against_known_tables():
    """Hair and eyes of Snee 1974 (592 students): chi-squared 138.29, V .279; residuals as vcd and chisq.test print them."""
    table = np.array([[68, 20, 15, 5], [119, 84, 54, 29], [26, 17, 14, 14], [7, 94, 10, 16]])
    found = association(table, 95, 199, 0)
    assert found.chi_squared == pytest.approx(138.28984, abs=1e-5)
    raw = math.sqrt(found.chi_squared / 592 / 3)
    assert raw == pytest.approx(0.2790446, abs=1e-7)
    rows = 4 - 9 / 591
    assert found.v == pytest.approx(math.sqrt((found.chi_squared / 592 - 9 / 591) / (rows - 1)))
    assert found.residuals[3, 1] == pytest.approx(9.9676, abs=1e-4)
    assert found.p == 1 / 200 and found.low < found.v < found.high


def test_p_is_that_of_fisher_for_two_by_two():
    table = np.array([[8, 2], [1, 5]])
    drawn_p = association(table, 95, 4_000, 3).p
    assert drawn_p == pytest.approx(0.0350, abs=0.01)  # Fisher's exact, two-sided, chi-squared as the order


def test_interval_of_v_holds_the_truth():
    random, shares = np.random.default_rng(5), np.array([[0.2, 0.1, 0.05], [0.1, 0.15, 0.05], [0.05, 0.1, 0.2]])
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    expected = np.outer(rows, columns)
    truth = math.sqrt(((shares - expected) ** 2 / expected).sum() / 2)
    held = []
    for _ in range(300):
        table = random.multinomial(600, shares.ravel()).reshape(3, 3)
        found = association(table, 90, 1, 0)
        held.append(found.low <= truth <= found.high)
    assert 0.83 < np.mean(held) < 0.96


def test_where_nothing_goes_together_p_is_even_and_v_small():
    random = np.random.default_rng(7)
    p, v = [], []
    for seed in range(60):
        table = random.multinomial(300, np.outer([0.5, 0.3, 0.2], [0.6, 0.4]).ravel()).reshape(3, 2)
        found = association(table, 95, 99, seed)
        p.append(found.p)
        v.append(found.v)
    assert np.mean(np.array(p) <= 0.1) < 0.25 and 0.35 < np.mean(p) < 0.65 and np.mean(v) < 0.06


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(by="nothing"), "There is no column 'nothing'"),
        (dict(by="premise", across="premise"), "both 'premise'"),
        (dict(by="premise", level=0.95), "level is in per cent: 95, not 0.95"),
        (dict(by="blank"), "None of the 3 incidents looked at has a value in blank"),
        (dict(by="premise", across="one"), "takes two of each"),
        (dict(by="hour"), "has no times"),
        (dict(by="premise", k=0), "k must be a whole number"),
    ],
)
def test_what_cannot_be_broken_down_is_said(options, sentence):
    columns = {"premise": ["a", "b", "a"], "blank": [None, "", None], "one": ["x", "x", "x"]}
    with pytest.raises(ValueError, match=sentence):
        lg.breakdown(incidents(columns), **options)


def test_weights_are_refused_and_it_can_be_stopped():
    with pytest.raises(ValueError, match="a breakdown counts incidents"):
        lg.breakdown(incidents({"premise": ["a", "b"]}, weight=[1, 2]), by="premise")
    with pytest.raises(Cancelled):
        lg.breakdown(drawn(), by="premise", across="category", progress=lambda fraction: fraction < 0.5)


def test_the_page_says_what_it_may_not_be_used_for():
    page = lg.breakdown(drawn(), by="victim_age").html()
    assert "no input of a prediction" in page and "not the population at risk" in page and "<svg" in page
    hostile = lg.breakdown(incidents({"premise": ["<script>x</script>", "b"]}), by="premise").html()
    assert "<script>" not in hostile


def test_west_la(lacrime_data):
    found = lg.breakdown(lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet"), by="weapon")
    lacking = row_of(found, "not recorded")
    assert found["count"][lacking] == 10_103 and found["share"][lacking] == pytest.approx(10_103 / 12_954)


def test_traits_of_persons_as_other_files_write_them():
    groups = lg.breakdown(
        incidents({"VIC_AGE_GROUP": ["<18"] * 9 + ["25-44"] * 8 + ["UNKNOWN"] * 7}), by="VIC_AGE_GROUP"
    )
    assert groups["value"].tolist() == ["<18", "25-44", "not known or not recorded"]
    assert groups["count"].tolist() == [9, 8, 7]
    sexes = ["Male"] * 9 + ["FEMALE"] * 8 + ["m"] * 7 + ["Nonbinary"] * 6 + ["X"] * 5
    found = lg.breakdown(incidents({"victim_sex": sexes}), by="victim_sex")
    assert dict(zip(found["value"], found["count"])) == {
        "male": 16,
        "female": 8,
        "Nonbinary": 6,
        "not known or not recorded": 5,
    }
    # Of a race, U is unknown; of a descent in the LAPD's files, Hawaiian.
    race = lg.breakdown(incidents({"victim_race": ["W"] * 9 + ["U"] * 5}), by="victim_race")
    assert race["value"].tolist() == ["W", "not known or not recorded"]


def test_flags_of_clocks_are_read_where_they_are_texts():
    when = np.datetime64("2023-01-01T05:00") + np.arange(40).astype("m8[h]")
    for told in ("False", "0", "", float("nan"), False):
        found = lg.breakdown(incidents({"time_placeholder": [told] * 40}, when=when), by="hour")
        assert found["count"].sum() == 40 and len(found) == 8
    with pytest.raises(ValueError, match="hour is known of none of the 40 incidents"):
        lg.breakdown(incidents({"time_placeholder": ["True"] * 40}, when=when), by="hour")


def of_table(table):
    """Incidents of counts (values and unknown, values and unknown)."""
    columns = {"victim_kind": [], "premise": []}
    for (row, column), number in np.ndenumerate(table):
        columns["victim_kind"] += [None if row == len(table) - 1 else f"r{row}"] * number
        columns["premise"] += [None if column == table.shape[1] - 1 else f"c{column}"] * number
    return incidents({name: np.array(values, dtype=object) for name, values in columns.items()})


def test_nothing_beside_a_withheld_count_tells_it():
    # Two tables that differ only in counts that are withheld, and agree in all totals: all that is shown is the same.
    table = np.array([[60, 40, 2, 30], [50, 3, 0, 20], [40, 70, 90, 25], [9, 30, 8, 3]])
    other = table.copy()
    other[np.ix_([1, 3], [1, 3])] += [[1, -1], [-1, 1]]
    shown = []
    for one in (table, other):
        found = lg.breakdown(of_table(one), by="victim_kind", across="premise")
        assert found["withheld"].any() and found.parameters["cramers_v"] is None and found.parameters["p"] is None
        assert "not told" in found.parameters["found"]
        # Rows of like counts may stand in another order.
        order = np.lexsort((found["value"].astype(str), found["across"].astype(str)))
        shown.append({name: values[order] for name, values in found.columns.items()})
    for name, values in shown[0].items():
        np.testing.assert_array_equal(values, shown[1][name], err_msg=name)


def test_what_says_that_it_is_not_recorded_is_not():
    found = lg.breakdown(incidents({"weapon": ["gun"] * 3 + ["not recorded"] * 2 + [None]}), by="weapon")
    assert found["value"].tolist() == ["gun", "not recorded"] and found["count"].tolist() == [3, 3]


def test_too_few_to_tell_how_attributes_go_together():
    found = lg.breakdown(incidents({"a": ["x", "y"], "b": ["u", "v"]}), by="a", across="b")
    assert "too few" in found.parameters["found"] and "nan" not in found.parameters["found"]


def test_the_order_of_withheld_counts_tells_nothing():
    shown = []
    for first, second in ((1, 2), (2, 1)):
        data = incidents({"victim_kind": ["z"] * 20 + ["a"] * first + ["b"] * second})
        found = lg.breakdown(data, by="victim_kind")
        assert found["withheld"].tolist() == [False, True, True]
        shown.append(found["value"].tolist())
    assert shown == [["z", "a", "b"]] * 2
